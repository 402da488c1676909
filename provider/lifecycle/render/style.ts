/** Of the plan's page: light and dark, narrow and wide, screen and paper. Asks for nothing from elsewhere. */
export const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--page:#fff;--box:#f6f8fa;--odd:#2f6fb3;--even:#6aa1d8;--canary:#b35900;--bad:#a40e26;--link:#0a58ca}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#373e47;--page:#0f141a;--box:#171d25;--odd:#4b93e0;--even:#2a5a92;--canary:#f0983a;--bad:#ff7b86;--link:#79b4ff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:76rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.25rem 0}a{color:var(--link)}code{font-size:.9em;overflow-wrap:anywhere}
.about,.hint{color:var(--soft)}.bad{color:var(--bad);font-weight:600}
nav{margin:.75rem 0 0}nav a{margin-right:1rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.facts{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.facts li{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.5rem .9rem;min-width:9rem}
.facts b{display:block;font-size:1.25rem}.facts span{color:var(--soft)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
th{background:var(--box);font-weight:600;white-space:nowrap}tbody tr:last-child>*{border-bottom:0}
td.n,th.n{text-align:right}td.n,th.n,td.w{white-space:nowrap}tbody th{background:none;font-weight:600}
details{border-bottom:1px solid var(--line);padding:.25rem 0}summary{cursor:pointer}summary span{color:var(--soft)}
details details{margin-left:1.2rem}details .scroll{margin:.4rem 0}
svg{display:block;width:100%;min-width:44rem;font:11px system-ui,sans-serif}
.odd{fill:var(--odd)}.even{fill:var(--even)}.canary{fill:var(--canary)}
.grid{stroke:var(--line)}.tick,.name,.wave{fill:var(--soft)}.wave{font-size:10px}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .3em 0 .8em}.key i.next{margin-left:0}
i.odd{background:var(--odd)}i.even{background:var(--even)}i.canary{background:var(--canary)}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--page:#fff;--box:#f2f2f2;--odd:#2f6fb3;--even:#6aa1d8;--canary:#b35900;--link:#000}body{padding:0;max-width:none;font-size:10pt}nav{display:none}.scroll{overflow:visible;border:0}svg{min-width:0}tr,li,details>summary{break-inside:avoid}thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.trim();
