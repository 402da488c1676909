import { XMLParser, XMLValidator } from "fast-xml-parser";

/** What a report says: its failing tests by name, or why it cannot be read. */
export type Report = { readonly failing: readonly string[]; readonly tests: number } | { readonly problem: string };

/** Reads one file of JUnit XML, as Surefire, pytest, Jest and others write it. */
export function readJUnit(xml: string): Report {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) return { problem: `line ${valid.err.line}: ${valid.err.msg.replace(/\.$/, "")}` };
  try {
    const root: unknown = parser.parse(xml);
    const suites = suitesIn(root);
    return suites.length === 0 ? { problem: "it holds no <testsuite>" } : counted(suites);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => ["testsuite", "testcase", "failure", "error"].includes(name),
});

function suitesIn(root: unknown): Node[] {
  const { testsuites, testsuite } = asNode(root);
  return [...nodes(asNode(testsuites).testsuite), ...nodes(testsuite)];
}

function counted(suites: readonly Node[]): Report {
  const failing: string[] = [];
  let tests = 0;
  const visit = (suite: Node): void => {
    const before = failing.length;
    const cases = nodes(suite.testcase);
    tests += cases.length;
    for (const one of cases) if ("failure" in one || "error" in one) failing.push(nameOf(one, suite));
    for (const inner of nodes(suite.testsuite)) visit(inner);
    // What went wrong outside of any test: a suite that could not be set up.
    const counts = Number(suite["@failures"] ?? 0) + Number(suite["@errors"] ?? 0);
    if (failing.length === before && counts > 0) failing.push(`${text(suite["@name"]) || "unnamed suite"} as a whole`);
  };
  for (const suite of suites) visit(suite);
  return { failing, tests };
}

/** "shop.Cart adds an item": the class only where the name does not begin with it. */
function nameOf(one: Node, suite: Node): string {
  const name = text(one["@name"]) || "unnamed test";
  const group = text(one["@classname"]) || text(suite["@name"]);
  return group === "" || name.startsWith(group) ? name : `${group} ${name}`;
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.map(asNode) : [];
}

function asNode(value: unknown): Node {
  return typeof value === "object" && value !== null ? (value as Node) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value.replace(/\s+/g, " ").trim() : "";
}
