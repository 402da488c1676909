/** An error for people. Its message reaches the engine; what the dynamic host prints besides only points to it. */
export function wordsOnly(message: string): Error {
  const error = new Error(message);
  error.stack = "see the error of the resource";
  error.toString = () => "not done";
  return error;
}
