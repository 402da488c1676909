import { Parser, type Result } from "tap-parser";
import type { Report } from "./junit.ts";

/** What the library says of a stream that is no TAP at all. */
const NOTHING = "no tests found";

/** Reads TAP as it comes: subtests are tests of their own, and what is to do or skipped has not failed. */
export class TapReader {
  readonly #parser = new Parser();
  readonly #failing: string[] = [];
  #tests = 0;
  #bailout: string | undefined;

  constructor() {
    this.#listen(this.#parser, "");
    this.#parser.on("bailout", (reason: string) => {
      this.#bailout = reason;
    });
  }

  heard(chunk: Buffer): void {
    this.#parser.write(chunk);
  }

  /** What it says, once all of it has come. */
  end(): Report {
    this.#parser.end();
    const { results } = this.#parser;
    if (this.#bailout !== undefined) return { problem: `bail out${this.#bailout === "" ? "" : `: ${this.#bailout}`}` };
    if (this.#tests === 0 && results?.plan.comment === NOTHING) return { problem: "it holds no tests" };
    const wrong = results?.failures.find((one) => "tapError" in one && one.tapError !== null);
    if (wrong !== undefined && "tapError" in wrong) return { problem: String(wrong.tapError) };
    return { failing: this.#failing, tests: this.#tests };
  }

  #listen(parser: Parser, above: string): void {
    let inner = 0;
    parser.on("child", (child: Parser) => {
      const before = this.#failing.length;
      this.#listen(child, joined(above, child.name));
      child.on("complete", () => {
        inner += this.#failing.length - before;
      });
    });
    parser.on("assert", ({ ok, name, id, todo, skip }: Result) => {
      this.#tests += 1;
      const told = inner > 0;
      inner = 0;
      // A test fails with its subtests, which have been named.
      if (ok || told || todo || skip) return;
      this.#failing.push(joined(above, name || `test ${id}`));
    });
  }
}

const joined = (above: string, name: string | undefined): string =>
  [above, name?.trim() ?? ""].filter((part) => part !== "").join(" › ");
