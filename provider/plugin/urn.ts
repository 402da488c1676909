import { invalid } from "./invalid.ts";

/** Our resource, and a host of it as a view. */
export const RESOURCE = "rolling-patch:index:RollingPatch";
export const HOST = "rolling-patch:index:Host";

/** What a URN says of a resource of ours. */
export interface Named {
  readonly urn: string;
  readonly name: string;
  /** `project/stack/name`: whose marks on hosts are ours. */
  readonly owner: string;
}

/** Throws `invalid` for anything but a resource of ours. */
export function named(urn: string): Named {
  const [, stack, project, types, name] = /^urn:pulumi:(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn) ?? [];
  if (stack === undefined || project === undefined || types === undefined || name === undefined || name === "")
    throw invalid(`"${urn}" is no URN of a resource.`);
  const type = types.split("$").at(-1);
  if (type !== RESOURCE) throw invalid(`There is no resource type ${type}: this provider has ${RESOURCE}.`);
  return { urn, name, owner: `${project}/${stack}/${name}` };
}

/** Two resources of a stack may have hosts of the same name: a row is told apart by both. */
export function viewName({ name }: Pick<Named, "name">, host: string): string {
  return `${name}/${host}`;
}

/** The host of a row; undefined when the row is not one of this resource, after a rename for example. */
export function hostOf({ name }: Pick<Named, "name">, view: string): string | undefined {
  return view.startsWith(`${name}/`) ? view.slice(name.length + 1) : undefined;
}

/** URN that the engine gives to a row. */
export function viewUrn({ urn, name }: Named, host: string): string {
  const head = urn.slice(0, urn.length - `::${name}`.length);
  return `${head}$${HOST}::${viewName({ name }, host)}`;
}
