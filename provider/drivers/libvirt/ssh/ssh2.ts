import type ssh2 from "ssh2";

export type Ssh2 = typeof ssh2;

let loading: Promise<Ssh2> | undefined;

/** The SSH client library, loaded when the first host is connected to: whoever reaches no host shall not wait for it. */
export function loadSsh2(): Promise<Ssh2> {
  loading ??= import("./library.ts").then((library) => library.default);
  return loading;
}
