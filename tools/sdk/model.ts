import { z } from "zod";

/** A value that a program writes or reads. */
export type Type =
  | { readonly is: "text" | "number" | "integer" | "boolean" }
  | { readonly is: "constant"; readonly value: string }
  | { readonly is: "one of"; readonly name: string; readonly values: readonly string[] }
  | { readonly is: "list" | "map"; readonly of: Type }
  | { readonly is: "object"; readonly name: string }
  | { readonly is: "form"; readonly name: string }
  | { readonly is: "either"; readonly of: readonly Type[] };

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
  /** What it means, with its default. */
  readonly description: string;
}

export interface ObjectType {
  readonly description: string;
  readonly fields: readonly Field[];
}

/** One of several objects, told apart by their `kind`. */
export interface Form {
  readonly description: string;
  /** Name of the object by its `kind`. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** What schemas describe, named, in the order in which it is needed: what every SDK is written from. */
export class Model {
  readonly objects = new Map<string, ObjectType>();
  readonly forms = new Map<string, Form>();
  readonly enums = new Map<string, readonly string[]>();

  /** Fields of an object schema; `io`: as people write it, or with every default filled in. */
  fields(schema: z.ZodType, io: "input" | "output"): Field[] {
    return this.#fields(z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Schema, "");
  }

  #fields({ properties = {}, required = [] }: Schema, owner: string): Field[] {
    return Object.entries(properties).map(([name, of]) => ({
      name,
      type: this.#type(of, name, owner),
      required: required.includes(name),
      description: describe(of),
    }));
  }

  /** `key`: of the field that it is a value of; `owner`: what an enum is named after besides that. */
  #type(schema: Schema, key: string, owner: string): Type {
    const forms = schema.anyOf ?? schema.oneOf ?? plainForms(schema);
    if (forms !== undefined)
      return forms.every((form) => kindOf(form) !== undefined)
        ? this.#form(schema, forms, key)
        : either(forms.map((form) => this.#type(form, key, owner)));
    if (typeof schema.const === "string") return { is: "constant", value: schema.const };
    if (schema.enum !== undefined) return this.#oneOf(schema.enum, owner + pascal(key));
    switch (schema.type) {
      case "array":
        return { is: "list", of: this.#type(schema.items ?? {}, singular(key), owner) };
      case "object":
        if (schema.properties === undefined && schema.additionalProperties !== undefined)
          return { is: "map", of: this.#type(schema.additionalProperties, singular(key), owner) };
        return { is: "object", name: this.#object(schema, key) };
      case "string":
        return { is: "text" };
      case "number":
      case "integer":
      case "boolean":
        return { is: schema.type };
      default:
        throw new Error(`${owner} ${key}: no SDK has a type for ${JSON.stringify(schema)}`);
    }
  }

  #form(schema: Schema, forms: readonly Schema[], key: string): Type {
    const name = pascal(key);
    const kinds = new Map(forms.map((form) => [kindOf(form) ?? "", this.#object(form, key)]));
    this.#add(this.forms, name, { description: describe(schema), kinds });
    return { is: "form", name };
  }

  /** `title` names what its field does not. */
  #object(schema: Schema, key: string): string {
    const name = schema.title ?? `${pascal(kindOf(schema) ?? "")}${pascal(key)}`;
    this.#add(this.objects, name, {
      description: schema.about ?? describe(schema),
      fields: this.#fields(schema, schema.title ?? pascal(key)),
    });
    return name;
  }

  #oneOf(values: readonly string[], name: string): Type {
    this.#add(this.enums, name, values);
    return { is: "one of", name, values };
  }

  #add<T>(to: Map<string, T>, name: string, what: T): void {
    const there = to.get(name);
    if (there !== undefined && signature(there) !== signature(what))
      throw new Error(`two different things would be called ${name}: give one a title`);
    if (there === undefined) to.set(name, what);
  }
}

/** What tells two shapes apart: their words may differ with the field that they stand in. */
function signature(of: unknown): string {
  return JSON.stringify(of, (key, value) =>
    key === "description" ? undefined : value instanceof Map ? [...value] : value,
  );
}

/** What of JSON Schema our schemas need. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  /** Of an object, where its field is described in other words. */
  readonly about?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

function either(of: readonly Type[]): Type {
  const known = new Map(of.map((type) => [JSON.stringify(type), type]));
  const [first] = known.values();
  return known.size === 1 && first !== undefined ? first : { is: "either", of: [...known.values()] };
}

/** A union of plain types is one schema with a list of them. */
function plainForms({ type, ...schema }: Schema): Schema[] | undefined {
  return typeof type === "object" ? type.map((one) => ({ ...schema, type: one })) : undefined;
}

function kindOf({ properties }: Schema): string | undefined {
  const kind = properties?.kind?.const;
  return typeof kind === "string" ? kind : undefined;
}

/** A default that is an object is told by its own fields, and an empty list by what it means. */
function describe({ description, default: usual }: Schema): string {
  const isTold = typeof usual === "object" && (!Array.isArray(usual) || usual.length === 0);
  const words = [
    ...(description === undefined ? [] : [description]),
    ...(usual === undefined || isTold ? [] : [`Default: ${JSON.stringify(usual).replaceAll(",", ", ")}.`]),
  ];
  return words.join(" ");
}

const singular = (key: string): string => key.replace(/s$/, "");
export const pascal = (text: string): string =>
  text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_all, first: string) => first.toUpperCase());
