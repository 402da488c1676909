import { XMLParser } from "fast-xml-parser";
import type { Workload } from "../../../core/fleet.ts";
import { own } from "../../../core/own.ts";

/** Namespace of what is said about a guest to rolls: `virsh metadata GUEST urn:rolling-patch:workload --key rolling-patch --set '<workload …/>'`. */
export const METADATA = "urn:rolling-patch:workload";

/** A guest as its host's libvirt tells of it. */
export interface Guest {
  readonly uuid: string;
  readonly name: string;
  /** `arriving`: the target's half of a migration. */
  readonly state: "running" | "arriving" | "stopped";
  /** In libvirt's words: "running (booted)". */
  readonly words: string;
  /** MiB. */
  readonly memory: number;
  readonly processors: number;
  /** What cannot be moved live: "PCI device"; undefined: nothing. */
  readonly pinnedBy: string | undefined;
  /** What it needs of a host. */
  readonly needs: {
    readonly bridges: readonly string[];
    readonly networks: readonly string[];
    readonly pools: readonly string[];
    /** Named processor model, or the host's own. */
    readonly model?: string;
    readonly ownProcessor: boolean;
    readonly hugepages: boolean;
  };
  readonly said: Said;
}

/** What its owner says of it in its metadata. */
export type Said = Pick<Workload, "group" | "spread" | "together" | "moves" | "tags" | "address" | "hosts"> & {
  readonly pinned?: boolean;
};

/** Reads `domstate --reason` and `dumpxml` of a guest; undefined: it has gone between the two. */
export function readGuest(lines: readonly string[]): Guest | undefined {
  const text = lines.join("\n");
  const start = text.search(/<domain[ >]/);
  const end = text.lastIndexOf("</domain>");
  if (start < 0 || end < start) return undefined;
  const words = text.slice(0, start).trim();
  const { domain } = parser.parse(text.slice(start, end + "</domain>".length)) as { domain: Element };
  const devices = child(domain, "devices");
  const interfaces = children(devices, "interface");
  const cpu = child(domain, "cpu");
  const mode = attribute(cpu, "mode");
  return {
    uuid: textOf(domain, "uuid"),
    name: textOf(domain, "name"),
    state: stateOf(words),
    words,
    memory: mebibytes(child(domain, "memory")),
    processors: Number(textOf(domain, "vcpu") || 1),
    pinnedBy: pinnedBy(devices),
    needs: {
      bridges: interfaces.flatMap((one) => attribute(child(one, "source"), "bridge") ?? []),
      networks: interfaces.flatMap((one) => attribute(child(one, "source"), "network") ?? []),
      pools: children(devices, "disk").flatMap((one) => attribute(child(one, "source"), "pool") ?? []),
      ...(mode === "custom" && textOf(cpu, "model") !== "" ? { model: textOf(cpu, "model") } : {}),
      ownProcessor: mode === "host-passthrough",
      hugepages:
        domain !== undefined && "memoryBacking" in domain && "hugepages" in (child(domain, "memoryBacking") ?? {}),
    },
    said: said(child(domain, "metadata")),
  };
}

type Element = { readonly [name: string]: unknown };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#",
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
});

function stateOf(words: string): Guest["state"] {
  if (/^paused \((migrating|starting up)\)/.test(words)) return "arriving";
  return /^(shut off|crashed|no state)/.test(words) ? "stopped" : "running";
}

/** Devices of the host's own: a live migration would leave them behind. */
function pinnedBy(devices: Element | undefined): string | undefined {
  const [hostdev] = children(devices, "hostdev");
  if (hostdev !== undefined) return `${(attribute(hostdev, "type") ?? "host").toUpperCase()} device`;
  const direct = children(devices, "interface").some((one) => attribute(one, "type") === "hostdev");
  return direct ? "network device of the host" : undefined;
}

function said(metadata: Element | undefined): Said {
  const workload = child(metadata, "workload");
  if (workload === undefined) return {};
  const text = (name: string) => attribute(workload, name) || undefined;
  const list = (name: string) =>
    text(name)
      ?.split(/[\s,]+/)
      .filter(Boolean);
  const rules = { only: list("only"), never: list("never"), prefer: list("prefer") };
  const given = Object.fromEntries(Object.entries(rules).filter(([, hosts]) => hosts !== undefined));
  return compact({
    group: text("group"),
    spread: text("spread"),
    together: text("together"),
    moves: text("moves") === "once" ? ("once" as const) : undefined,
    tags: list("tags"),
    address: text("address"),
    hosts: Object.keys(given).length > 0 ? given : undefined,
    pinned: text("pinned") === "yes" ? true : undefined,
  });
}

/** Without what is undefined. */
function compact<T extends object>(of: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as never;
}

/** Units of libvirt's sizes, in KiB. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["b", 1 / 1024],
  ["bytes", 1 / 1024],
  ["KiB", 1],
  ["k", 1],
  ["MiB", 1024],
  ["M", 1024],
  ["GiB", 1_048_576],
  ["G", 1_048_576],
]);

function mebibytes(memory: Element | undefined): number {
  const unit = attribute(memory, "unit") ?? "KiB";
  return Math.ceil((Number(memory?.["#"] ?? 0) * (UNITS.get(unit) ?? 1)) / 1024);
}

function children(of: Element | undefined, name: string): Element[] {
  const found = own(of, name);
  const list = found === undefined ? [] : Array.isArray(found) ? found : [found];
  return list.map((one) => (typeof one === "object" && one !== null ? (one as Element) : { "#": one }));
}

const child = (of: Element | undefined, name: string): Element | undefined => children(of, name)[0];

function textOf(of: Element | undefined, name: string): string {
  return String(child(of, name)?.["#"] ?? "");
}

function attribute(of: Element | undefined, name: string): string | undefined {
  const value = own(of, `@${name}`);
  return value === undefined ? undefined : String(value);
}
