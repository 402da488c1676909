import { style } from "../render/style.ts";

/** Of the report's page: the plan's, with colours for what hosts go through. Told apart by lightness too, for print and for eyes that see less colour. */
export const reportStyle = `${style}
:root{--stage:#9aa7b4;--preflight:#7d5fb2;--verify:#7d5fb2;--gate:#7d5fb2;--evacuate:#7db3e8;--patch:#d9822b;--boot:#8f4a0e;--put-back:#2a9d74;--soak:#a9dcc5;--good:#1a7f4b}
@media (prefers-color-scheme:dark){:root{--stage:#667380;--preflight:#a78bdb;--verify:#a78bdb;--gate:#a78bdb;--evacuate:#3f7fc0;--patch:#e8963f;--boot:#f6cfa0;--put-back:#2fb487;--soak:#1f5f49;--good:#5fd39a}}
@media print{:root{--stage:#9aa7b4;--preflight:#7d5fb2;--verify:#7d5fb2;--gate:#7d5fb2;--evacuate:#7db3e8;--patch:#d9822b;--boot:#8f4a0e;--put-back:#2a9d74;--soak:#a9dcc5;--good:#1a7f4b;--bad:#a40e26}}
.verdict{border-left:5px solid var(--soft);background:var(--box);padding:.7rem 1rem;margin:1rem 0;border-radius:0 6px 6px 0}
.verdict p:first-child{font-size:1.15rem;font-weight:600}.verdict.is-good{border-color:var(--good)}.verdict.is-bad{border-color:var(--bad)}.verdict.is-waiting{border-color:var(--canary)}
figure{margin:.5rem 0 1rem}figcaption{color:var(--soft);margin:0 0 .4rem}figure .scroll{background:var(--page);padding:.4rem 0}
svg text{font-family:system-ui,sans-serif;white-space:pre}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:.3rem 0;padding:0;color:var(--soft)}
.key li{display:flex;align-items:center;gap:.35rem}.key i,.key i.next{margin:0}.key i.fail{background:none;border:2px solid var(--bad)}.key i.planned{height:3px;background:var(--stage);border-radius:0}.key i.reference{background:var(--line)}.key i.out{height:2px;width:1.2em;background:var(--soft);border-radius:0}
.key i.look{width:.6em;height:.6em;background:var(--ink);transform:rotate(45deg);border-radius:0}.key i.fullest{height:3px;background:var(--odd)}.key i.mean{height:0;border-top:2px dotted var(--soft);background:none}
${["stage", "verify", "evacuate", "patch", "boot", "put-back", "soak"].map((kind) => `i.${kind}{background:var(--${kind})}`).join("")}
.facts li{flex:1 1 auto}.facts small{display:block;color:var(--soft)}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
td.bad,td.bad bdi{color:var(--bad);font-weight:600}tr.grey>*{color:var(--soft);font-style:italic}
code{font-family:ui-monospace,monospace}
.host ul{margin:.3rem 0;padding-left:1.2rem}.host h3{font-size:1rem;margin:.6rem 0 .2rem}footer{margin:2rem 0 0;color:var(--soft)}
@media print{.verdict{break-inside:avoid}figure{break-inside:auto}figure svg{max-height:24cm}.skip{display:none}.host{break-inside:avoid}}`;
