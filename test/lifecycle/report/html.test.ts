import { describe, expect, test } from "vitest";
import { reportHtml } from "../../../provider/lifecycle/report/html.ts";
import { reportMarkdown } from "../../../provider/lifecycle/report/markdown.ts";
import { runReport } from "../../../provider/lifecycle/report/report.ts";
import { journalOf, reportOf } from "./journals.ts";

const nasty = (index: number): string => `</title></script><script>alert(${index})</script><b a='"\u202e&\`|*_`;

describe("a report as a page", () => {
  test("stands alone: no script, no address of anything elsewhere, and a policy that would forbid it", async () => {
    const page = await reportHtml(reportOf({ hosts: 8, effect: 0.02 }));
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\s(src|srcset|action|on\w+)=/i);
    expect([...page.matchAll(/\shref="([^"]*)"/g)].every(([, href]) => href?.startsWith("#"))).toBe(true);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
  });

  test("has a chart of each kind, and behind each a table with the same", async () => {
    const page = await reportHtml(reportOf({ hosts: 8, effect: 0.02 }));
    for (const id of ["timeline", "forest", "fill"])
      expect(page).toMatch(new RegExp(`<svg role="img" aria-labelledby="${id}-image-title ${id}-image-about"`));
    for (const table of ["Steps of every host", "Change of latency", "How full the hosts got", "Evidence per host"])
      expect(page).toContain(`aria-label="Table: ${table}"`);
    expect(page).toContain("put back on another host");
    expect(page).toContain("b0-1 → b0-2");
    expect(page).toContain("8.0.3 by both sources");
  });

  test("lets no name or reason be read as markup, and its tags stay balanced", async () => {
    const made = {
      ...reportOf({ hosts: 3, effect: 0.2, name: nasty }),
      owner: nasty(0),
      reason: nasty(1),
      hint: nasty(2),
    };
    const page = await reportHtml({ ...made, regressions: [{ name: nasty(3), moment: nasty(4), kind: "new" }] });
    for (const part of ["<script", "</script", "<b a", "\u202e"]) expect(page).not.toContain(part);
    expect(unbalanced(page)).toEqual([]);
    expect(reportMarkdown(made)).not.toMatch(/(?<!\\)<script|(?<!\\)<b a/);
  });

  test("of a run that has begun nothing says so", async () => {
    const page = await reportHtml(runReport({ ...journalOf({ hosts: 1 }), entries: [], memory: undefined }));
    expect(page).not.toContain("<svg");
    expect(page).toContain("No host was touched.");
    expect(unbalanced(page)).toEqual([]);
  });

  test("of 1,000 hosts stays under 5 MB, with every host in it", async () => {
    const page = await reportHtml(
      reportOf({ hosts: 1_000, width: 50, effect: 0.03, name: (index) => `host-${index}.dc1.example.com` }),
    );
    expect(page.length).toBeLessThan(5_000_000);
    expect(page).toContain("host-999.dc1.example.com");
    expect(page).toContain("each row is one place of hosts out at once");
  });
});

describe("a report as markdown", () => {
  test("fits into a comment, the verdict first", () => {
    const text = reportMarkdown(reportOf({ hosts: 1_000, width: 50, effect: 0.03 }));
    expect(text.length).toBeLessThan(65_000);
    expect(text).toMatch(/^### ✅ rolling-patch: 1,000 of 1,000 hosts rolled to 8\.0\.3\n\n\*\*This patch costs \+/);
    expect(text).toContain("… and 900 more hosts in the JSON.");
  });
});

/** Tags that are closed in another order than they were opened. */
function unbalanced(page: string): string[] {
  const empty = new Set(["meta", "i", "br"]);
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = "", rest = ""] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
    if (slash === "/") {
      if (open.at(-1) === name) open.pop();
      else if (!empty.has(name)) wrong.push(`</${name}>`);
    } else if (!empty.has(name) && !rest.endsWith("/")) open.push(name);
  }
  return [...wrong, ...open];
}
