/** The page's style sheet and script. Part of the page itself: nothing is loaded from anywhere. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f3f5f7; --card: #fff; --ink: #18212b; --soft: #5d6b7a; --line: #dde3e9;
  --ok: #1a7f4b; --warn: #b45309; --bad: #c11f2f; --calm: #2563a8; }
@media (prefers-color-scheme: dark) { :root { --bg: #10151b; --card: #1a222b; --ink: #e6ebf0; --soft: #94a3b3;
  --line: #2c3742; --ok: #4ac98a; --warn: #f0a94b; --bad: #ff6b78; --calm: #6fb0f2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, "Noto Sans CJK SC",
  "PingFang SC", "Microsoft YaHei", sans-serif; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
header { display: flex; align-items: baseline; gap: 16px; padding-top: 20px; flex-wrap: wrap; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 16px; margin: 28px 0 10px; } h3 { font-size: 15px; margin: 0; }
header a { margin-left: auto; color: var(--calm); }
.soft { color: var(--soft); font-size: 13px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 12px; margin-top: 16px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
.card b { display: block; font-size: 17px; }
.ok { color: var(--ok); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.alarm { display: flex; align-items: center; gap: 14px; flex-wrap: wrap; border-left: 5px solid var(--calm);
  margin-bottom: 8px; }
.alarm.critical, .alarm.high { border-left-color: var(--bad); } .alarm.medium { border-left-color: var(--warn); }
.alarm div { flex: 1 1 320px; } .alarm.is-quiet { opacity: .75; }
.tag { border: 1px solid currentColor; border-radius: 99px; padding: 0 9px; font-size: 12px; white-space: nowrap; }
button { font: inherit; padding: 6px 16px; border-radius: 8px; border: 1px solid var(--calm); background: var(--calm);
  color: #fff; cursor: pointer; } button:hover { filter: brightness(1.1); }
@media (prefers-color-scheme: dark) { button { color: #0d1520; } }
.device { padding: 0; overflow-x: auto; margin-bottom: 14px; }
.device .head { display: flex; gap: 12px; align-items: baseline; padding: 12px 16px; flex-wrap: wrap; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 500; color: var(--soft);
  font-size: 13px; } td, th { padding: 5px 16px; border-top: 1px solid var(--line); }
td.value { font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
.notice { border: 1px solid var(--warn); background: var(--card); border-radius: 10px; padding: 10px 16px;
  margin-top: 14px; } .notice ul { margin: 4px 0 0; padding-left: 20px; }
footer { padding-top: 18px; padding-bottom: 30px; } [hidden] { display: none; }
`;

/** Replaces the main part every two seconds, except while somebody is about to press a button in it. */
export const SCRIPT = `
const main = document.querySelector("main");
const stopped = document.getElementById("stopped");
const refresh = async () => {
  try {
    const answer = await fetch("/live" + location.search, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (!main.matches(":has(button:hover, button:focus)")) main.innerHTML = text;
    stopped.hidden = true;
  } catch {
    stopped.hidden = false;
  }
  setTimeout(refresh, 2000);
};
setTimeout(refresh, 2000);
`;
