import { compareVersions } from "../../../core/version.ts";

/** How a host's packages are managed: dpkg and apt, or rpm and dnf. */
export type Family = "deb" | "rpm";

/** What a host tells about its packages and kernels. */
export interface PackageFacts {
  readonly family: Family;
  /** Changes whenever the dear part may say something else. */
  readonly key: string;
  /** Release of the running kernel. */
  readonly running: string;
  /** Newest release that is installed: the next boot's, unless its boot loader says otherwise. */
  readonly kernel: string;
  /** Packages that ask for a reboot; undefined: none does. */
  readonly reboot: string | undefined;
  /** Of several versions that are installed side by side (kernels of rpm), the newest. The status is dpkg's: `ii`, `hi` (held), `iF` … */
  readonly installed: ReadonlyMap<string, { readonly version: string; readonly status: string }>;
}

/** The part that is read only when something has changed. */
export interface Inspection {
  readonly broken: readonly string[];
  /** Package of the running kernel. */
  readonly owner: { readonly name: string; readonly version: string } | undefined;
  /** Version that the running kernel itself says it was built as; undefined where kernels do not tell. */
  readonly built: string | undefined;
  /** Declared packages that are the running kernel's, or depend on it. */
  readonly runs: ReadonlySet<string>;
  /** Why a reboot is needed, where that is dear to find out. */
  readonly reboot: string | undefined;
  /** Version of the libvirt daemon that runs. */
  readonly daemon: string | undefined;
  /** Programs that are not as their package brought them, by package. */
  readonly changed: ReadonlyMap<string, string>;
  /** Versions in the repositories, by package; only those of the pinned repository where one is declared. */
  readonly available: ReadonlyMap<string, readonly string[]>;
  /** What the repositories' owner said when lists were fetched. */
  readonly updateProblem: string | undefined;
  /** Packages that a pinned repository has other versions of. */
  readonly behind: readonly string[];
}

/** Reads what a glance prints. Throws nothing: what is missing is empty. */
export function readGlance(text: string): PackageFacts {
  const { all, one } = linesOf(text);
  const family = one("family") === "rpm" ? "rpm" : "deb";
  const held = new Set(all("held"));
  const installed = new Map<string, { version: string; status: string }>();
  for (const line of all("installed")) {
    // "fleet-agent ii 1.0.0": a status abbreviation has three characters, the last one usually a blank.
    const [, name = "", status = "", said = ""] = /^(\S+) (..)\S? ?(\S*)$/.exec(line) ?? [];
    const version = plain(said);
    if (name === "" || version === "" || status[1] === "n" || status[1] === "c") continue;
    const other = installed.get(name)?.version;
    if (other !== undefined && compareVersions(family, other, version) > 0) continue;
    installed.set(name, { version, status: held.has(name) ? `h${status.slice(1)}` : status });
  }
  return {
    family,
    key: one("key") ?? "",
    running: one("running") ?? "",
    kernel: one("kernel") ?? "",
    reboot: one("reboot")?.trim(),
    installed,
  };
}

/** rpm writes the epoch that is none as 0. */
const plain = (version: string): string => version.replace(/^(0|\(none\)):/, "");

/** Reads what an inspection prints. With `pinned` only what the pinned repository has counts as available. */
export function readInspection(text: string, pinned: boolean): Inspection {
  const { all, one } = linesOf(text);
  const [name, version] = one("owner")?.split(" ") ?? [];
  const available = new Map<string, string[]>();
  for (const line of [...(pinned ? [] : all("available")), ...all("pinned")]) {
    const [of = "", at = ""] = line.split(" ");
    if (at !== "") available.set(of, [...new Set([...(available.get(of) ?? []), plain(at)])]);
  }
  return {
    broken: all("broken"),
    owner: name === undefined || version === undefined ? undefined : { name, version: plain(version) },
    built: one("built"),
    runs: new Set(all("runs")),
    reboot: one("reboot")?.trim(),
    daemon: one("daemon"),
    changed: new Map(all("changed").map((line) => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""])),
    available,
    updateProblem: one("update"),
    behind: all("behind"),
  };
}

function linesOf(text: string) {
  const lines = text.split("\n");
  const all = (name: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  return { all, one: (name: string): string | undefined => all(name)[0] };
}
