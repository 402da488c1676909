import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Fleet } from "../../provider/core/fleet.ts";
import { newRun } from "../../provider/core/run.ts";
import { slug } from "../../provider/lifecycle/plan-files.ts";
import { planDocument } from "../../provider/lifecycle/render/document.ts";
import { planMarkdown } from "../../provider/lifecycle/render/markdown.ts";
import { closingText, newsLine } from "../../provider/lifecycle/render/roll.ts";
import { table, WIDTH, wrapped } from "../../provider/lifecycle/render/table.ts";
import { planText } from "../../provider/lifecycle/render/text.ts";
import { documentOf, fleetOf, planOf } from "./plans.ts";

describe("a plan as text", () => {
  test("reads well", () => {
    const document = planDocument(planOf(["h1", "h2"]), fleetOf(3), {
      owner: "shop/prod/fleet",
      level: "8.0.3",
      scale: 240,
    });
    expect(planText(document)).toBe(
      [
        "shop/prod/fleet: 2 of 3 hosts to be taken to 8.0.3",
        "  wave    host                    evacuate  put back  why it stands here",
        '     1  ~ h1: "8.0.1" => "8.0.3"         1         0  canary; its turn',
        '     2  ~ h2: "8.0.1" => "8.0.3"         1         0  its turn',
        '     –    h3: "8.0.1"                                 drifted',
        "  2 hosts, 2 moves of 16 GiB, 1.00 × the bound; 1 h (30 min to 2 h), 2.00 × the bound; at most 1 host out at once, of 1",
        "    that capacity allows",
        "  Room for 1 host failure stays free.",
        "  searched with an effort of 200",
        "  times are fleet time, which runs 240 times as fast as the clock on the wall",
      ].join("\n"),
    );
  });

  test("of a thousand hosts stays short, and says what it leaves out", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `h${index + 1}`);
    const lines = planText(planDocument(planOf(names.slice(0, 900)), fleetOf(1000))).split("\n");
    expect(lines.length).toBeLessThan(70);
    expect(lines).toContain("  … and 860 more hosts to roll, 80 more that stay as they are: see the plan file");
  });

  test("of ten thousand hosts does not flood a terminal, whether it is rolled, left alone or refused", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `h${index + 1}`);
    const peaks = names.map((host) => ({ host, share: 0.5 }));
    const fleet = fleetOf(10_000);
    const reasons = names.map((host) => ({
      code: "capacity" as const,
      text: `${host} is full`,
      hosts: [host],
      workloads: [],
    }));
    const plan = { ...planOf(names), peaks };
    for (const made of [plan, { kind: "refusal" as const, reasons, unlock: "Add a host." }, planOf([])]) {
      const text = planText(planDocument(made, fleet), "see plan.json");
      expect(text.split("\n").length).toBeLessThan(60);
      expect(text).toMatch(/… and [\d,]+ more .*: see plan\.json/);
    }
    expect(planDocument(plan, fleet).peaks).toHaveLength(10_000);
    expect(planText(planDocument(plan, fleet))).toContain("fullest of 10,000 hosts: h1 50 %, h2 50 %, h3 50 %");
  });

  test("counts the moves that make room and undo it, with the host that they are for", () => {
    const [first, ...others] = planOf(["h1", "h2"]).hosts;
    const extra = { workload: "w", from: "h3", to: "h4", gib: 1, why: "makes room" };
    const hosts = first === undefined ? [] : [{ ...first, makeRoom: [extra, extra], undoRoom: [extra] }, ...others];
    const document = planDocument(
      { ...planOf(["h1", "h2"]), hosts, totals: { ...planOf(["h1", "h2"]).totals, moves: 5 } },
      fleetOf(2),
    );
    expect(document.moves).toEqual({ evacuate: 2, putBack: 0, makeRoom: 2, undoRoom: 1 });
    expect(document.ratios).toEqual({ moves: 2.5, hours: 2 });
    const text = planText(document);
    expect(text).toContain("canary; its turn; 2 make room; 1 undo that");
    expect(text).toContain("moves: 2 evacuate, 2 make room, 1 undo that");
    expect(planMarkdown(document)).toContain("| h1 | w | h3 | h4 | 1 GiB | makes room |");
    expect(planMarkdown(document)).toContain("<details><summary>5 moves</summary>");
  });

  test("tells windows and what settings cost", () => {
    const windows = [{ start: "0 22 * * *", duration: "3h", timezone: "Europe/Berlin" }];
    const change = (fleet: Fleet): Fleet => ({ ...fleet, at: Date.parse("2026-11-25T12:00:00Z") });
    const document = documentOf({ hosts: 40, policy: { maxUnavailable: 4, windows }, change });
    expect(document.costs?.settings.map(({ setting, value, against }) => [setting, value, against])).toEqual([
      ["canary", 1, 0],
      ["startWidth", 1, 4],
      ["maxUnavailable", 4, 8],
    ]);
    for (const { hours } of document.costs?.settings ?? []) expect(hours).toBeGreaterThan(0);
    const text = planText(document).replace(/\s+/g, " ");
    expect(text).toMatch(
      /the canary costs \d+ min; startWidth 1 costs \d+ min against starting with 4; maxUnavailable 4 costs /,
    );
    expect(text).toMatch(
      /\d windows: Wed 25 Nov 2026, 22:00 to .* \(Europe\/Berlin\), if it goes on at every opening; /,
    );
  });

  test("is never wider than a terminal, whatever the names", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), fc.string({ maxLength: 400 }), (name, note) => {
        const plan = { ...planOf(["h1"]), notes: [note], skipped: [{ host: "h2", why: note }] };
        const text = planText(planDocument(plan, fleetOf(2, name), { owner: name }));
        const words = new Set([...name.split(/\s/), ...note.split(/\s/)].filter((word) => word.length > 100));
        for (const line of text.split("\n")) {
          // A single word that is longer than a line cannot be broken.
          if ([...words].some((word) => line.includes(word))) continue;
          expect([...line].length).toBeLessThanOrEqual(WIDTH);
        }
      }),
    );
  });
});

test("a table cuts what does not fit, and aligns what does", () => {
  expect(
    table(
      [{ title: "a", align: "right" }, { title: "b" }],
      [
        ["12", "x"],
        ["3", "y".repeat(200)],
      ],
    ),
  ).toEqual(["   a  b", "  12  x", `   3  ${"y".repeat(WIDTH - 7)}…`]);
});

test("wrapping loses no word, and breaks no pair that belongs together", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z0-9→.\u00a0]{1,30}$/), { maxLength: 60 }), (words) => {
      const lines = wrapped(words.join(" "));
      const again = lines
        .join(" ")
        .split(" ")
        .filter((word) => word !== "");
      expect(again).toEqual(
        words
          .join(" ")
          .replaceAll("\u00a0", " ")
          .split(" ")
          .filter((word) => word !== ""),
      );
    }),
  );
});

describe("a plan as markdown", () => {
  test("is a table of the pending changes, every move folded away, and the line that approves it", () => {
    const markdown = planMarkdown(
      planDocument(planOf(["h1"]), fleetOf(2), { owner: "shop/prod/fleet", level: "8.0.3" }),
    );
    expect(markdown).toContain("### 🔧 rolling-patch: 1 of 2 hosts to be taken to 8.0.3\n");
    expect(markdown).toContain(
      "| 1 | h1 | 8.0.1 → 8.0.3 | 1 | 0 | canary; its turn |\n| – | h2 | 8.0.1 |  |  | drifted |",
    );
    expect(markdown).toContain("<details><summary>1 move</summary>");
    expect(markdown).toContain("| h1 | h1-a | h1 | h9 | 8 GiB | only place |");
    expect(markdown).toContain('policy: { approved: "1h-1m-1out-2t-200e-00000000-00000000" }');
  });

  test("of a refusal names the reasons and what would allow it", () => {
    const reasons = [
      { code: "pinned" as const, text: "h1 cannot be emptied: vm|1 cannot move", hosts: ["h1"], workloads: ["vm|1"] },
    ];
    const markdown = planMarkdown(planDocument({ kind: "refusal", reasons, unlock: "Set <b>pinned</b>." }, fleetOf(1)));
    expect(markdown).toContain("### ⛔ rolling-patch: the roll to 8.0.3 is refused; 1 of 1 host drifted");
    expect(markdown).toContain("- **pinned**: h1 cannot be emptied: vm\\|1 cannot move");
    expect(markdown).toContain("Set \\<b\\>pinned\\</b\\>.");
  });

  test("lets names neither break the table nor call people, and fits into a comment", () => {
    const names = Array.from({ length: 2000 }, (_, index) => `@everyone|${index}\n# x`);
    const markdown = planMarkdown(planDocument(planOf(names), fleetOf(0)));
    expect(markdown.length).toBeLessThan(65_000);
    expect(markdown).not.toContain("@everyone");
    expect(markdown).not.toMatch(/^# x/m);
    expect(markdown).toContain("… and 1,850 more hosts in the plan file.");
  });
});

describe("a roll in words", () => {
  test("one act is one line; an error does not name its host twice", () => {
    const position = { index: 2, of: 4 };
    expect(newsLine({ kind: "progress", host: "h3", position, text: "evacuating 5 of 9" })).toBe(
      "h3 2/4 evacuating 5 of 9",
    );
    expect(newsLine({ kind: "warning", host: "h3", text: "h3: the installer ended with an error." })).toBe(
      "h3 the installer ended with an error.",
    );
    expect(newsLine({ kind: "note", text: "regression tests at the end" })).toBe("regression tests at the end");
  });

  test("the closing table has every host that the run had to do with", () => {
    const before = fleetOf(4);
    const mark = { run: "run-1", owner: "a/b/c", token: 1 };
    const hosts = before.hosts.map((host) => ({
      ...host,
      ...({ h1: { level: "8.0.3" }, h2: { mark, cordoned: true }, h3: { mark, cordoned: true } }[host.id] ?? {}),
    }));
    const memory = { homes: [], stopped: [], tries: {}, passed: [] };
    const run = {
      ...newRun("run-1", "a/b/c", "version=8.0.3", ""),
      done: ["h1"],
      hosts: { h2: { ...memory, failed: { step: "remediate" as const, why: "h2: it broke" } }, h3: memory },
    };
    const ending = { kind: "halted", sticky: false, reason: "h2 failed", hint: "Repair it." } as const;
    expect(closingText(before, { ...before, hosts }, run, ending)).toBe(
      [
        "  host  level          outcome",
        "  h1    8.0.1 → 8.0.3  rolled",
        "  h2    8.0.1          failed to remediate, stays out: it broke",
        "  h3    8.0.1          out, empty or on its way",
        "run run-1 is halted: h2 failed. Repair it.",
      ].join("\n"),
    );
  });
});

test("file names are safe whatever the owner is called", () => {
  expect(["shop/prod/fleet", "../../etc/passwd", "///"].map(slug)).toEqual(["shop-prod-fleet", "etc-passwd", "fleet"]);
  expect(slug("a b\u0000c")).toMatch(/^a-b-c-[0-9a-f]{8}$/);
});

test("owners whose names lose letters in a file name do not share one", () => {
  const owners = [
    "shop/prod/火",
    "shop/prod/水",
    "shop/prod",
    "shop/prod/a b",
    "shop/prod/a'b",
    "é",
    `${"x".repeat(120)}1`,
    `${"x".repeat(120)}2`,
  ];
  expect(new Set(owners.map(slug)).size).toBe(owners.length);
  for (const owner of owners) expect(slug(owner)).toMatch(/^[A-Za-z0-9._-]{1,110}$/);
});
