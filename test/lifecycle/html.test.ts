import { describe, expect, test } from "vitest";
import { planDocument } from "../../provider/lifecycle/render/document.ts";
import { planHtml } from "../../provider/lifecycle/render/html.ts";
import { documentOf, fleetOf, planOf } from "./plans.ts";

describe("a plan as a page", () => {
  test("stands alone: no script, no address of anything elsewhere, and a policy that would forbid it", () => {
    const page = planHtml(documentOf({ hosts: 20 }));
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\s(src|srcset|action|on\w+)=/i);
    expect([...page.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      "#summary",
      "#timeline",
      "#hosts",
      "#moves",
    ]);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    for (const id of ["summary", "timeline", "hosts", "moves"]) expect(page).toContain(`<h2 id="${id}">`);
  });

  test("has summary, timeline, hosts with their reasons, and every move folded away", () => {
    const document = documentOf({ hosts: 20 });
    const page = planHtml(document);
    expect(page.match(/<rect /g)).toHaveLength(20);
    expect(page).toContain(`${document.totals?.moves} moves of `);
    const moves = document.hosts.flatMap(({ part }) => part?.evacuate ?? []);
    for (const { workload } of moves) expect(page).toContain(`<td><bdi>${workload}</bdi></td>`);
    expect(page).toContain("canary: alone, before all others");
    expect(page).not.toContain("<details open");
  });

  test("lets no name or reason be read as markup, and its tags stay balanced", () => {
    const nasty = `</title><script>alert(1)</script><b a='"\u202e&\u0000\ud800`;
    const plan = { ...planOf([nasty, "h1"]), notes: [nasty], skipped: [{ host: "h2", why: nasty }] };
    const reasons = [{ code: "pinned" as const, text: nasty, hosts: [nasty], workloads: [] }];
    const about = { owner: nasty, level: nasty, why: nasty };
    for (const made of [plan, { kind: "refusal" as const, reasons, unlock: nasty }]) {
      const page = planHtml(planDocument(made, fleetOf(3, nasty), about));
      for (const part of ["<script", "<b a", "\u202e", "\u0000"]) expect(page).not.toContain(part);
      expect(page.isWellFormed()).toBe(true);
      expect(unbalanced(page)).toEqual([]);
    }
  });

  test("of thousands of hosts stays a page that a browser can show, and says what it leaves out", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `h${index + 1}`);
    const page = planHtml(planDocument(planOf(names), fleetOf(0)));
    expect(page.length).toBeLessThan(10_000_000);
    expect(page).toContain("8,000 more hosts in the JSON");
  });

  test("of nothing to do says so", () => {
    const page = planHtml(planDocument(planOf([]), fleetOf(1)));
    expect(page).toContain("Nothing is planned.");
    expect(page).not.toContain("<svg");
  });
});

/** Tags that are closed in another order than they were opened. */
function unbalanced(page: string): string[] {
  const empty = new Set(["meta", "line", "i", "br"]);
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
