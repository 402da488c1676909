import type { Mark } from "../../../core/fleet.ts";
import { type Guest, readGuest } from "./guest.ts";

/** One host as it shows itself in one look. */
export interface HostLook {
  readonly bootId: string;
  /** MiB of memory, and processors. */
  readonly memory: number;
  readonly processors: number;
  /** Vendor, product and firmware; empty where the machine does not tell. */
  readonly hardware: string;
  /** Raw text of our mark, for compare-and-set. */
  readonly markText: string | undefined;
  readonly mark: Mark | undefined;
  readonly cordoned: boolean;
  readonly held: boolean;
  /** Services that have failed since it was rebooted by us. */
  readonly failed: readonly string[];
  /** Expected seconds of patch and boot, from the last ones here. */
  readonly times: { readonly patch?: number; readonly boot?: number };
  readonly errors: number | undefined;
  /** Migrations that were begun here by us, by UUID; `code` once virsh has ended. */
  readonly jobs: ReadonlyMap<string, { readonly to: string; readonly code: number | undefined }>;
  readonly links: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly pools: ReadonlySet<string>;
  readonly quorums: readonly string[];
  /** UUIDs of guests that libvirt starts at boot. */
  readonly autostart: ReadonlySet<string>;
  /** UUIDs of guests that are gone once they are shut off. */
  readonly transient: ReadonlySet<string>;
  /** UUIDs of all guests that libvirt knows: one that is not among `guests` has gone in the meantime, or could not be asked about. */
  readonly listed: ReadonlySet<string>;
  readonly guests: readonly Guest[];
  /** What libvirt said instead of an answer. */
  readonly silent: string | undefined;
}

/** Reads what `LOOK` prints. */
export function readLook(text: string): HostLook {
  const lines = new Map<string, string[]>();
  const [own = "", virsh = ""] = text.split(/^virsh begins\n/m, 2);
  for (const line of own.split("\n")) {
    const blank = line.indexOf(" ");
    if (blank < 0) continue;
    const name = line.slice(0, blank);
    const list = lines.get(name) ?? [];
    list.push(line.slice(blank + 1));
    lines.set(name, list);
  }
  const all = (name: string): string[] => lines.get(name) ?? [];
  const one = (name: string): string | undefined => all(name)[0];
  const sections = sectionsOf(virsh.split("\n"));
  const names = (section: string): string[] => (sections.get(section) ?? []).map((name) => name.trim()).filter(Boolean);
  const markText = all("mark").join("\n") || undefined;
  return {
    bootId: one("boot") ?? "",
    memory: Math.floor(Number(one("memory") ?? 0) / 1024),
    processors: Number(one("processors") ?? 0),
    hardware: (one("hardware") ?? "").replace(/\s+/g, " ").trim(),
    markText,
    mark: markText === undefined ? undefined : readMark(markText),
    cordoned: one("cordoned") !== undefined,
    held: one("held") !== undefined,
    failed: all("failed"),
    times: Object.fromEntries(all("times").map((line) => [line.split("=")[0] ?? "", Number(line.split("=")[1])])),
    errors: lines.has("errors") ? all("errors").reduce((sum, count) => sum + Number(count), 0) : undefined,
    jobs: new Map(all("job").map(readJob)),
    links: new Set(all("link")),
    networks: new Set(names("networks")),
    pools: new Set(names("pools")),
    quorums: all("quorum"),
    autostart: new Set(names("autostart")),
    transient: new Set(names("transient")),
    listed: new Set(names("uuids")),
    guests: [...sections].flatMap(([name, body]) => (name.startsWith("guest ") ? (readGuest(body) ?? []) : [])),
    silent: lines.has("silent") ? all("silent").join(" ").trim() : unread(sections),
  };
}

/** Why an answer does not count: a guest that is listed and not told of would make a host look empty that is not. */
function unread(sections: ReadonlyMap<string, readonly string[]>): string | undefined {
  const listed = sections.get("uuids");
  if (listed === undefined || !sections.has("transient")) return "its answer cannot be read";
  const missing = listed.map((uuid) => uuid.trim()).find((uuid) => uuid !== "" && !sections.has(`guest ${uuid}`));
  return missing === undefined ? undefined : `it lists the guest ${missing} and does not tell of it`;
}

/** What does not change while a host is up. */
export interface Abilities {
  readonly uuid: string;
  readonly processor: string;
  /** Processor models for guests; empty: libvirt does not tell. */
  readonly models: ReadonlySet<string>;
  readonly hugepages: number;
}

/** Reads what `ABILITIES` prints. */
export function readAbilities(text: string): Abilities {
  const of = (name: string): string[] =>
    text
      .split("\n")
      .filter((line) => line.startsWith(`${name} `))
      .map((line) =>
        line
          .slice(name.length + 1)
          .replace(/<.*$/, "")
          .trim(),
      );
  return {
    uuid: of("uuid")[0] ?? "",
    processor: of("processor")[0] ?? "",
    models: new Set(of("usable")),
    hugepages: Number(of("hugepages")[0] ?? 0),
  };
}

/** A mark that cannot be read is somebody's all the same. */
function readMark(text: string): Mark {
  try {
    const { run, owner, token } = JSON.parse(text) as Partial<Mark>;
    if (typeof run === "string" && typeof owner === "string" && typeof token === "number") return { run, owner, token };
  } catch {
    // Said below.
  }
  return { run: "unknown", owner: "somebody whose mark cannot be read", token: 0 };
}

function readJob(line: string): [string, { to: string; code: number | undefined }] {
  const [uuid = "", to = "", code = ""] = line.split(" ");
  return [uuid, { to, code: code === "" ? undefined : Number(code) }];
}

/** Lines after `@name`, by name. */
function sectionsOf(lines: readonly string[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let body: string[] = [];
  for (const line of lines) {
    if (/^@(uuids|networks|pools|autostart|transient|guest [0-9a-f-]+)$/.test(line)) {
      body = [];
      sections.set(line.slice(1), body);
    } else body.push(line);
  }
  return sections;
}
