import { createHash } from "node:crypto";
import { slug } from "./plan-files.ts";
import { declaredOf, type Props, textOf } from "./props.ts";
import type { Surroundings } from "./surroundings.ts";

/** The resource's inputs as a file, for the commands that go on, stop or look without Pulumi. */
export interface InputsFile {
  readonly path: string;
  readonly text: string;
  /** SHA-256 of the text, in hexadecimal: kept in the fleet record, `continue` asks for the same. */
  readonly digest: string;
}

/** Credentials cannot be in it: they are refused as inputs. */
export function inputsFile({ files }: Pick<Surroundings, "files">, news: Props): InputsFile {
  const text = `${JSON.stringify(declaredOf(news), null, 2)}\n`;
  return {
    path: `${files.folder}/inputs-${slug(textOf(news, "owner") ?? "")}.json`,
    text,
    digest: inputsDigest(text),
  };
}

/** What `continue` compares with the fleet record. */
export function inputsDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
