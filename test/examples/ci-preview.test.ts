import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planDocument } from "../../provider/lifecycle/render/document.ts";
import { planMarkdown } from "../../provider/lifecycle/render/markdown.ts";
import { declare, Stage } from "../lifecycle/stage.ts";
import { smallFleet } from "../support/fleets.ts";

const script = join(import.meta.dirname, "../../examples/ci-preview/comment.mjs");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ci-preview-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the comment of a preview", () => {
  test("is printed where there is no pull request, and passes", async () => {
    await preview();
    const { code, out } = await comment();
    expect(code).toBe(0);
    expect(out).toMatch(
      /^<!-- rolling-patch shop\/prod\/fleet -->\n### 🔧 rolling-patch: 4 of 4 hosts to be taken to 8\.0\.3\n/,
    );
  });

  test("fails the job when the plan is refused", async () => {
    const refusal = { kind: "refusal", reasons: [], unlock: "Add a host." } as const;
    const stage = new Stage(smallFleet());
    write(planDocument(refusal, await stage.fleet.driver.observe({ version: "8.0.3" })));
    expect(await comment()).toMatchObject({
      code: 1,
      out: expect.stringContaining("is refused"),
      err: expect.stringContaining("The patch plan is refused"),
    });
  });

  test("says so when the preview made no plan", async () => {
    expect(await comment()).toMatchObject({ code: 0, out: expect.stringContaining("the preview made no plan") });
  });

  test("is posted once, and brought up to date on the next push: GitHub", async () => {
    await preview();
    const api = await fakeApi();
    const env = {
      GITHUB_TOKEN: "t",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_API_URL: api.url,
      GITHUB_REPOSITORY: "a/b",
    };
    expect((await comment(env)).code).toBe(0);
    expect((await comment(env)).code).toBe(0);
    api.close();
    expect(api.calls).toEqual([
      "GET /repos/a/b/issues/7/comments?per_page=100&page=1",
      "POST /repos/a/b/issues/7/comments",
      "GET /repos/a/b/issues/7/comments?per_page=100&page=1",
      "PATCH /repos/a/b/issues/comments/2",
    ]);
  });

  test("is posted once, and brought up to date on the next push: GitLab", async () => {
    await preview();
    const api = await fakeApi();
    const env = { GITLAB_TOKEN: "t", CI_MERGE_REQUEST_IID: "7", CI_API_V4_URL: api.url, CI_PROJECT_ID: "9" };
    await comment(env);
    await comment(env);
    api.close();
    expect(api.calls.filter((call) => !call.startsWith("GET"))).toEqual([
      "POST /projects/9/merge_requests/7/notes",
      "PUT /projects/9/merge_requests/7/notes/2",
    ]);
  });
});

async function preview(): Promise<void> {
  const stage = new Stage(smallFleet());
  await stage.preview(declare());
  write(JSON.parse(stage.files.get(".rolling-patch/plan-shop-prod-fleet.json") ?? ""));
}

function write(document: Parameters<typeof planMarkdown>[0]): void {
  writeFileSync(join(folder, "plan.json"), JSON.stringify(document));
  writeFileSync(join(folder, "plan.md"), planMarkdown(document));
}

function comment(env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH ?? "", ...env } };
    execFile(process.execPath, [script, "plan.json"], options, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

/** A forge with somebody else's comment on the request. */
async function fakeApi() {
  const calls: string[] = [];
  const comments = [{ id: 1, body: "Looks good." }];
  const server = createServer(async (request, response) => {
    calls.push(`${request.method} ${request.url}`);
    let body = "";
    for await (const part of request) body += part;
    if (request.method === "POST") comments.push({ id: 2, body: JSON.parse(body).body });
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify(request.method === "GET" ? comments : {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, calls, close: () => server.close() };
}
