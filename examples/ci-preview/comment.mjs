// @ts-check
import { existsSync, readFileSync } from "node:fs";

/**
 * Posts what a preview says about patches as one comment of the pull or merge request, and brings it up to date on every push.
 * `node comment.mjs plan.json`: the file that `ROLLING_PATCH_PLAN_OUT` names; its markdown stands beside it. Outside of
 * GitHub Actions and GitLab CI it prints the comment. Exit code 1 when the plan is refused or halted.
 */
const [file = "plan.json"] = process.argv.slice(2);
const plan = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
const text =
  plan === undefined
    ? "### rolling-patch: the preview made no plan; its log says why\n"
    : readFileSync(`${file.replace(/\.json$/, "")}.md`, "utf8");
/** Tells our comment from others, and one resource's from another's. */
const marker = `<!-- rolling-patch ${plan?.owner ?? file} -->`;
const refused = plan?.outlook === "refused" || plan?.outlook === "halted";

await post(`${marker}\n${text}`);
if (refused) console.error(`The patch plan is ${plan.outlook}: see the comment.`);
process.exitCode = refused ? 1 : 0;

/** @param {string} body */
async function post(body) {
  const env = process.env;
  const [, request] = /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? "") ?? [];
  if (env.GITHUB_TOKEN !== undefined && request !== undefined) {
    const comments = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues/${request}/comments`;
    const headers = { authorization: `Bearer ${env.GITHUB_TOKEN}`, accept: "application/vnd.github+json" };
    const known = await ours(comments, headers);
    const one = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues/comments/${known}`;
    await (known === undefined ? send("POST", comments, headers, body) : send("PATCH", one, headers, body));
  } else if (env.GITLAB_TOKEN !== undefined && env.CI_MERGE_REQUEST_IID !== undefined) {
    const notes = `${env.CI_API_V4_URL}/projects/${env.CI_PROJECT_ID}/merge_requests/${env.CI_MERGE_REQUEST_IID}/notes`;
    const headers = { "private-token": env.GITLAB_TOKEN };
    const known = await ours(notes, headers);
    await (known === undefined ? send("POST", notes, headers, body) : send("PUT", `${notes}/${known}`, headers, body));
  } else {
    console.log(body);
  }
}

/** The id of the comment that an earlier push left. @param {string} url @param {Record<string, string>} headers */
async function ours(url, headers) {
  for (let page = 1; ; page++) {
    /** @type {{id: number, body: string}[]} */
    const comments = await ask(`${url}?per_page=100&page=${page}`, { headers });
    const found = comments.find(({ body }) => body.startsWith(marker));
    if (found !== undefined || comments.length < 100) return found?.id;
  }
}

/** @param {string} method @param {string} url @param {Record<string, string>} headers @param {string} body */
function send(method, url, headers, body) {
  return ask(url, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ body }),
  });
}

/** @param {string} url @param {RequestInit} request */
async function ask(url, request) {
  const answer = await fetch(url, request);
  if (!answer.ok) throw new Error(`${request.method ?? "GET"} ${url}: HTTP ${answer.status}`);
  return answer.json();
}
