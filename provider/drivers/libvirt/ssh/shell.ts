import { isRollError, RollError, type RollErrorDetails } from "../../../core/errors.ts";

/**
 * A machine that is reached over SSH, and what it must prove: by a key in known_hosts, by a certificate of a CA that a `@cert-authority`
 * line there names for it (ed25519 and ECDSA; a host with an RSA certificate is taken by its plain key), or by a pinned key.
 * Keys and CAs that a `@revoked` line names are refused.
 */
export interface SshPlace {
  /** Name or IP address, without brackets. Host keys are looked up under this. */
  readonly address: string;
  /** Default 22. */
  readonly port?: number | undefined;
  /** Default: the user this process runs as. */
  readonly user?: string | undefined;
  /**
   * Pinned host keys, "SHA256:…" as `ssh-keygen -lf` prints them. Where there are any, only these are accepted, whatever known_hosts holds. Compared is
   * the host's ed25519 key if it has one, else ECDSA, else RSA; or pin all of them.
   */
  readonly fingerprints?: readonly string[] | undefined;
}

/** A host of the fleet. */
export interface SshHost extends SshPlace {
  /** What the fleet calls it: for errors and `Shells.shell`. */
  readonly name: string;
  /** Jump hosts, the first one first; hosts with the same chain share one connection to each of them. Default: none. */
  readonly jump?: readonly SshPlace[] | undefined;
}

export interface SshSettings {
  /** known_hosts files; those that are named must be there. Default: `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`, as far as they exist. */
  readonly knownHosts?: readonly string[] | undefined;
  /**
   * Private key files, each with the certificate `FILE-cert.pub` beside it, if there is one. Default: `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`, as far
   * as they exist. The passphrase of encrypted ones is in the environment variable ROLLING_PATCH_SSH_PASSPHRASE; without it they are left to the agent.
   */
  readonly identities?: readonly string[] | undefined;
  /** Socket of an SSH agent; false: none. Default: SSH_AUTH_SOCK. */
  readonly agent?: string | false | undefined;
  /** "accept-new": the key of a host that no file knows is accepted and added to the first known_hosts file. Changed and revoked ones never are. Default "refuse". */
  readonly unknownHosts?: "refuse" | "accept-new" | undefined;
  /** Milliseconds for the way to a host, and again for handshake and authentication. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** A peer that leaves `count` questions, one each `interval` milliseconds, without an answer is dead. Default 3,000 × 4. */
  readonly keepalive?: { readonly interval: number; readonly count: number } | undefined;
  /** Most runs at once on a connection. Default 8: OpenSSH's MaxSessions is 10. A host that allows fewer is noticed. */
  readonly channels?: number | undefined;
  /** Most connections to a host; another one is opened when all channels are in use. Default 1. */
  readonly connections?: number | undefined;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface Answer {
  /** Exit code of the script; 128 + n when signal n ended it. */
  readonly code: number;
  /** Decoded as UTF-8; what is not UTF-8 is U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What the script reads from its standard input. Default: nothing (/dev/null). */
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the run gives up with `failed`, connecting and waiting for a channel included. Default 60,000. */
  readonly timeout?: number | undefined;
  /** Most bytes of stdout and stderr together; more is `failed`. Default 8 MiB. */
  readonly limit?: number | undefined;
}

export interface Shell {
  /**
   * Runs a POSIX sh script on the host; `args` arrive as "$1" …, whatever characters they hold. Nothing of script, args or input stands in an argv on the
   * host or passes the user's login shell: the command is always `sh`, which reads all of it from its standard input before it begins.
   * Every exit code is an answer. A run that ends early (signal, timeout, limit) sends TERM to the script's process group: what
   * shall outlive its answer is started with `setsid` or `systemd-run`.
   *
   * Throws RollErrors that name the host; `scriptWasSent` tells whether the script may have run. No script is ever sent twice.
   * - `invalid`: NUL or a lone surrogate in script, args or input; a setting that turns out wrong (names it).
   * - `unavailable`: no answer, no SSH, connection lost.
   * - `denied`: host key unknown, changed or revoked; authentication refused; the account has no shell.
   * - `failed`: timeout, or more output than `limit`.
   * - `cancelled`: `signal`, or `Shells.close`.
   */
  run(script: string, args?: readonly string[], options?: RunOptions): Promise<Answer>;
}

export interface Shells {
  /** By `SshHost.name`; throws `invalid` for a name that is none of the hosts. */
  shell(host: string): Shell;
  /** Drops the connections of a host that is about to reboot; the next run connects anew. Runs in progress end with `unavailable`. */
  drop(host: string): void;
  /** Ends every connection and run; nothing of it keeps the process alive. */
  close(): void;
}

/** An error of a run. */
export class ShellError extends RollError {
  /** Whether the script was on its way to the host when the run ended: then it may have run, in full or in part. */
  readonly sent: boolean;

  constructor(error: RollError, sent: boolean) {
    const { kind, message, host, hint, cause } = error;
    super(kind, message, { host, hint, cause } satisfies RollErrorDetails);
    this.sent = sent;
  }
}

/** Whether a run that ended with this error may have run its script. False: the host has not seen it, and it may be run again. */
export function scriptWasSent(error: unknown): boolean {
  return isRollError(error) && "sent" in error && error.sent === true;
}
