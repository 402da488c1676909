import { type Path, UNKNOWN } from "../lifecycle/unknown.ts";
import { invalid } from "./invalid.ts";
import { struct } from "./library.ts";

/** A value with this signature as a key says what it is; the other one is that of secrets. From Pulumi's protocol. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for a value that is not known yet: of a boolean, number, string, list, asset, archive, object. */
const UNKNOWNS = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  UNKNOWN,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Deeper than anybody declares, and far from the end of the stack. */
const DEEPEST = 100;

type Struct = InstanceType<typeof struct.Struct>;
type Value = InstanceType<typeof struct.Value>;

/** Properties without their wrappings, and where secrets were. */
export interface Decoded {
  readonly props: Record<string, unknown>;
  readonly secrets: readonly Path[];
}

/** Throws `invalid` for values that nest too deeply. */
export function decode(of: Struct | undefined): Decoded {
  const secrets: Path[] = [];
  const props = of === undefined ? {} : (fieldsOf(of, [], secrets) as Record<string, unknown>);
  return { props: typeof props === "object" && props !== null ? props : {}, secrets };
}

function fieldsOf(of: Struct, at: Path, secrets: Path[]): unknown {
  if (at.length > DEEPEST) throw invalid(`The properties nest deeper than ${DEEPEST} levels.`);
  const fields: [string, Value][] = [];
  of.getFieldsMap().forEach((value, key) => {
    fields.push([key, value]);
  });
  const signature = fields.find(([key]) => key === SIGNATURE)?.[1];
  if (signature?.getStringValue() === SECRET && at.length > 0) {
    secrets.push(at);
    const value = fields.find(([key]) => key === "value")?.[1];
    return value === undefined ? null : plainly(value, at, secrets);
  }
  // Made of entries, never by assignment: a key may be `__proto__`.
  return Object.fromEntries(fields.map(([key, value]) => [key, plainly(value, [...at, key], secrets)]));
}

function plainly(value: Value, at: Path, secrets: Path[]): unknown {
  const { KindCase } = struct.Value;
  switch (value.getKindCase()) {
    case KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case KindCase.STRING_VALUE:
      return UNKNOWNS.has(value.getStringValue()) ? UNKNOWN : value.getStringValue();
    case KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case KindCase.STRUCT_VALUE:
      return fieldsOf(value.getStructValue() as Struct, at, secrets);
    case KindCase.LIST_VALUE:
      if (at.length > DEEPEST) throw invalid(`The properties nest deeper than ${DEEPEST} levels.`);
      return (value.getListValue()?.getValuesList() ?? []).map((item, index) => plainly(item, [...at, index], secrets));
    default:
      return null;
  }
}

/** Plain JSON as properties. What was a secret where it came from is one again; absent values are left out. */
export function encode(props: Readonly<Record<string, unknown>>, secrets: readonly Path[] = []): Struct {
  const secret = new Set(secrets.map((path) => JSON.stringify(path)));
  return structOf(props, [], secret);
}

function structOf(of: Readonly<Record<string, unknown>>, at: Path, secret: ReadonlySet<string>): Struct {
  const made = new struct.Struct();
  const fields = made.getFieldsMap();
  for (const [key, value] of Object.entries(of)) {
    if (value !== undefined) fields.set(key, wrapped(value, [...at, key], secret));
  }
  return made;
}

function wrapped(value: unknown, at: Path, secret: ReadonlySet<string>): Value {
  const plain = valueFrom(value, at, secret);
  if (secret.size === 0 || !secret.has(JSON.stringify(at))) return plain;
  const wrapping = new struct.Struct();
  wrapping.getFieldsMap().set(SIGNATURE, new struct.Value().setStringValue(SECRET));
  wrapping.getFieldsMap().set("value", plain);
  return new struct.Value().setStructValue(wrapping);
}

function valueFrom(value: unknown, at: Path, secret: ReadonlySet<string>): Value {
  const made = new struct.Value();
  switch (typeof value) {
    case "string":
      return made.setStringValue(value);
    case "number":
      return made.setNumberValue(value);
    case "boolean":
      return made.setBoolValue(value);
    case "object":
      if (value === null) return made.setNullValue(0);
      if (Array.isArray(value)) {
        const items = value.map((item, index) => wrapped(item, [...at, index], secret));
        return made.setListValue(new struct.ListValue().setValuesList(items));
      }
      return made.setStructValue(structOf(value as Record<string, unknown>, at, secret));
    default:
      throw new TypeError(`a ${typeof value} is no JSON`);
  }
}
