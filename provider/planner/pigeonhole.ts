/**
 * **T7**: of the j·n + 1 longest jobs some machine of n gets j + 1, which take no less than the j + 1 shortest of these; for every j.
 * Jobs are not interrupted. Seconds; 0 without jobs.
 */
export function pigeonhole(durations: readonly number[], machines: number): number {
  const longest = [...durations].sort((a, b) => b - a);
  const sums = [0];
  for (const seconds of longest) sums.push((sums.at(-1) ?? 0) + seconds);
  let most = 0;
  for (let j = 0; j * machines + 1 <= longest.length; j++) {
    const count = j * machines + 1;
    most = Math.max(most, (sums[count] ?? 0) - (sums[count - (j + 1)] ?? 0));
  }
  return most;
}
