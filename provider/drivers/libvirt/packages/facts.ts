/** What a host tells about its packages and kernels. */
export interface PackageFacts {
  /** Changes whenever the dear part may say something else. */
  readonly key: string;
  /** Release of the running kernel. */
  readonly running: string;
  /** Newest release that is installed: the next boot's, unless its boot loader says otherwise. */
  readonly kernel: string;
  /** Packages that ask for a reboot; undefined: none does. */
  readonly reboot: string | undefined;
  readonly installed: ReadonlyMap<string, { readonly version: string; readonly status: string }>;
}

/** The part that is read only when something has changed. */
export interface Inspection {
  readonly broken: readonly string[];
  /** Package of the running kernel. */
  readonly owner: { readonly name: string; readonly version: string } | undefined;
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

/** Reads what `GLANCE` prints. */
export function readGlance(text: string): PackageFacts {
  const { all, one } = linesOf(text);
  return {
    key: one("key") ?? "",
    running: one("running") ?? "",
    kernel: one("kernel") ?? "",
    reboot: one("reboot")?.trim(),
    installed: new Map(
      all("installed").flatMap((line) => {
        // "fleet-agent ii 1.0.0": a status abbreviation has three characters, the last one usually a blank.
        const [, name = "", status = "", version = ""] = /^(\S+) (..)\S? ?(\S*)$/.exec(line) ?? [];
        return name === "" || version === "" || status[1] === "n" || status[1] === "c"
          ? []
          : [[name, { version, status }] as const];
      }),
    ),
  };
}

/** Reads what `INSPECTION` prints. */
export function readInspection(text: string, pinned: boolean): Inspection {
  const { all, one } = linesOf(text);
  const [name, version] = one("owner")?.split(" ") ?? [];
  const available = new Map<string, string[]>();
  for (const line of [...(pinned ? [] : all("available")), ...all("pinned")]) {
    const [of = "", at = ""] = line.split(" ");
    available.set(of, [...new Set([...(available.get(of) ?? []), at])]);
  }
  return {
    broken: all("broken"),
    owner: name === undefined || version === undefined ? undefined : { name, version },
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
