import { z } from "zod";
import { readRange } from "./package-range.ts";

/** Package names of dpkg and rpm. */
const packageName = /^[A-Za-z0-9][A-Za-z0-9.+_-]*$/;

const packages = z
  .record(z.string(), z.string())
  .superRefine((wanted, context) => {
    const complain = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (Object.keys(wanted).length === 0)
      context.addIssue({ code: "custom", path: [], message: "name at least one package" });
    for (const [name, text] of Object.entries(wanted)) {
      const range = readRange(text);
      if (!packageName.test(name)) complain(name, `"${name}" is no package name`);
      else if (typeof range === "string") complain(name, range);
    }
  })
  .describe(
    'Packages and their versions: exact (`"1:10.0.13+ds-1"`), a range (`">= 6.12, < 6.13"`: kept by a host that meets it, else the newest that does), or `"latest"`.',
  );

/** The declared patch level. */
export const baseline = z
  .strictObject({
    version: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The level every host shall have: "8.0.3-24022510". One that the fleet\'s version scheme cannot read fails the preview; hosts at a later one are left alone.',
      ),
    packages: packages.optional(),
    kernel: z
      .string()
      .regex(/^[\w.+~-]+$/, 'write it as `uname -r` prints it: "6.12.57+deb13-amd64"')
      .optional()
      .describe('Release of the kernel that shall run, as `uname -r` prints it: "6.12.57+deb13-amd64".'),
    distribution: z
      .string()
      .regex(/^\S.*\S$/, "write a repository in one line, without blanks around it")
      .regex(/^[^\r\n]*$/, "must be one line")
      .optional()
      .describe(
        'Repository that packages come from in this roll, instead of those that hosts are set up with: "https://snapshot.debian.org/archive/debian/20261101T000000Z trixie main". Without `packages` every installed package is taken to its version there.',
      ),
    allowDowngrade: z
      .boolean()
      .optional()
      .describe("Whether a package that is newer than declared is taken back. Default: such a host is left alone."),
  })
  .superRefine((declared, context) => {
    const bySet =
      declared.packages !== undefined || declared.kernel !== undefined || declared.distribution !== undefined;
    if (declared.version === undefined && !bySet)
      context.addIssue({
        code: "custom",
        path: [],
        message: "give `version`, or `packages`, `kernel` or `distribution`",
      });
    if (declared.version !== undefined && bySet)
      context.addIssue({
        code: "custom",
        path: ["version"],
        message: "leave it out where `packages`, `kernel` or `distribution` is declared",
      });
  })
  .describe(
    'The declared patch level: `{ version: "8.0.3" }`, or `{ packages: { "qemu-system-x86": "1:10.0.13+ds-1" } }` where hosts are patched package by package.',
  );

export type Baseline = z.output<typeof baseline>;

/** The version that a platform without packages is asked for. The inputs are validated: a baseline without one is a bug. */
export function versionOf({ version }: Baseline): string {
  if (version === undefined) throw new Error("the platform knows versions only, and the baseline has none");
  return version;
}

/** What a baseline lacks, or has too much, for a platform; undefined: nothing. */
export function baselineProblem(declared: Baseline, platform: "simulated" | "libvirt"): string | undefined {
  const byVersion = declared.version !== undefined;
  if (platform === "simulated" && !byVersion) return "the embedded fleet knows versions only: give `version`";
  if (platform === "libvirt" && byVersion)
    return "KVM hosts are patched package by package: give `packages`, `kernel` or `distribution`";
  return undefined;
}

/** Canonical text of a baseline: equal exactly when two baselines ask for the same. */
export function baselineKey(declared: Baseline): string {
  if (declared.version !== undefined) return `version=${declared.version}`;
  const { packages: wanted = {}, kernel, distribution, allowDowngrade } = declared;
  return [
    ...Object.entries(wanted)
      .map(([name, range]) => `${name}=${range.replace(/\s+/g, "")}`)
      .sort(),
    ...(kernel === undefined ? [] : [`kernel=${kernel}`]),
    ...(distribution === undefined ? [] : [`distribution=${distribution}`]),
    ...(allowDowngrade === true ? ["downgrade"] : []),
  ].join(" ");
}

/** A baseline in a few words, for people: "8.0.3", "qemu-system-x86 1:10.0.13 and 2 more". */
export function baselineText(declared: Baseline): string {
  const { version, packages: wanted = {}, kernel, distribution } = declared;
  if (version !== undefined) return version;
  const parts = [
    ...Object.entries(wanted)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, range]) => `${name} ${range}`),
    ...(kernel === undefined ? [] : [`kernel ${kernel}`]),
    ...(distribution === undefined ? [] : [distribution]),
  ];
  const shown = parts.slice(0, parts.length > 3 ? 2 : 3).join(", ");
  return parts.length > 3 ? `${shown} and ${parts.length - 2} more` : shown;
}
