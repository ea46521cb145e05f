import { WORDS, type Language } from "../catalogue.ts";
import { html, trusted, type Html } from "../html.ts";
import { DRILL_STEPS, type DrillView, type PointCheckView } from "../server/views.ts";
import { say, sayWord } from "../words/catalogue.ts";
import { conditionOf, shownValue } from "../words/condition.ts";
import { drillDetail } from "../words/drill-detail.ts";
import { tallyAlarms, tallyPoints, type ReportContent } from "./report-content.ts";

const STYLE = `
@page { size: A4; margin: 16mm 14mm; }
body { font: 10.5pt/1.45 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #18212b;
  min-width: 150mm; max-width: 190mm; margin: 0 auto; padding: 8mm 4mm; }
h1 { font-size: 19pt; margin: 0 0 2mm; } h2 { font-size: 13pt; margin: 8mm 0 2mm; break-after: avoid; }
h3 { font-size: 11pt; margin: 4mm 0 1mm; break-after: avoid; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; color: #55636f; font-weight: 500; }
td, th { padding: 1mm 2mm; border-bottom: 1px solid #d6dde3; vertical-align: top; } tr { break-inside: avoid; }
td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 6mm; margin: 0; } dt { color: #55636f; }
dd { margin: 0; overflow-wrap: anywhere; } .pass { color: #166b40; font-weight: 600; }
.fail { color: #b3122a; font-weight: 700; } .pass, .fail, .open { white-space: nowrap; } .open { color: #8a5a00; } .soft { color: #55636f; font-size: 9pt; }
.sign { display: grid; grid-template-columns: 1fr 1fr; gap: 12mm; margin-top: 16mm; break-inside: avoid; }
.sign div { border-top: 1px solid #18212b; padding-top: 1mm; } code { overflow-wrap: anywhere; font-size: 9pt; }
`;

interface View {
  readonly content: ReportContent;
  readonly language: Language;
  readonly time: (ms: number) => string;
}

/**
 * The report as one HTML page that needs nothing else. Pure.
 *
 * @param verifyCommand  what to run to verify its signature.
 */
export function renderReport(content: ReportContent, verifyCommand: string): string {
  const { language, site } = content;
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: site.timeZone,
  });
  const view: View = { content, language, time: (ms) => format.format(ms) };
  const title = say(language, "report.title");
  return html`<!doctype html>
    <html lang="${language === "zh" ? "zh-CN" : "en"}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${site.name[language]} · ${title}</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${head(view)} ${summary(view)}
        <h2>${say(language, "report.points")}</h2>
        ${content.devices.map((device) => devicePoints(device, view))}
        <h2>${say(language, "report.alarms")}</h2>
        ${alarms(view)}
        <div class="sign">
          <div>${say(language, "report.sign.technician")}：${content.by}</div>
          <div>${say(language, "report.sign.owner")}</div>
        </div>
        <p class="soft">${say(language, "report.verify")}<br /><code>${verifyCommand}</code></p>
      </body>
    </html>`.html;
}

function head({ content, language, time }: View): Html {
  const { site } = content;
  const rows: [string, string][] = [
    [say(language, "report.site"), `${site.name[language]} (${site.id})`],
    [say(language, "report.gateway"), content.gatewayId],
    [say(language, "report.software"), `Outpost ${content.agentVersion}`],
    [say(language, "report.made"), `${time(content.madeAtMs)} (${site.timeZone})`],
    [say(language, "report.clock"), WORDS[language].confidence[content.confidence]],
    [say(language, "report.by"), content.by],
    [say(language, "report.key"), content.keyFingerprint],
  ];
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function summary({ content, language, time }: View): Html {
  const { book, devices, rules, uplinkPhase, waitingRecords, checks } = content;
  const network =
    book.network === null
      ? say(language, "report.network.notChecked")
      : say(language, "network.confirmed", { who: book.network.by, time: time(book.network.atMs) });
  const words = WORDS[language];
  const uplink = uplinkPhase === "none" ? words.noUplink : words.uplinkPhase[uplinkPhase];
  const looks = checks.map(
    ({ what, verdict }) =>
      `${sayWord(language, "network.check", what)} ${sayWord(language, "network.verdict", verdict)}`,
  );
  const waiting = waitingRecords === null ? "" : ` · ${say(language, "report.waiting", { count: waitingRecords })}`;
  return html`<h2>${say(language, "report.summary")}</h2>
    <p>
      ${say(language, "report.summary.points", { ...tallyPoints(devices, book) })}<br />
      ${say(language, "report.summary.alarms", { ...tallyAlarms(rules, book) })}<br />
      ${say(language, "report.summary.network", { words: network })}<br />
      ${say(language, "report.uplink")}: ${uplink}${waiting}
    </p>
    <p class="soft">${looks.join(" · ")} ${book.network?.comment ?? ""}</p>`;
}

function devicePoints(device: ReportContent["devices"][number], view: View): Html {
  const { language, content } = view;
  const checks = new Map(
    content.book.checks.filter(({ deviceId }) => deviceId === device.id).map((one) => [one.pointId, one] as const),
  );
  const words = [
    "check.point",
    "report.value",
    "check.plate",
    "report.verdict",
    "check.comment",
    "report.who",
  ] as const;
  return html`<h3>
      ${device.name[language]}
      <span class="soft">${device.id} · ${device.profile} · ${health(device.state, language)}</span>
    </h3>
    <table>
      <tr>
        ${words.map((key) => html`<th>${say(language, key)}</th>`)}
      </tr>
      ${device.points.map((point) => pointRow(point.name[language], checks.get(point.id), view))}
    </table>`;
}

function health(state: string, language: Language): string {
  const words: Readonly<Record<string, string>> = WORDS[language].health;
  return words[state] ?? state;
}

function pointRow(name: string, check: PointCheckView | undefined, { language, time }: View): Html {
  if (check === undefined) {
    return html`<tr>
      <td>${name}</td>
      <td></td>
      <td></td>
      <td class="open">${say(language, "check.open")}</td>
      <td></td>
      <td></td>
    </tr>`;
  }
  return html`<tr>
    <td>${name}</td>
    <td class="n">${shownValue(check.value, check.unit)}</td>
    <td class="n">${check.plate}</td>
    <td class="${check.verdict}">${say(language, `check.${check.verdict}`)}</td>
    <td>${check.comment}</td>
    <td class="soft">${say(language, "app.by", { who: check.by, time: time(check.atMs) })}</td>
  </tr>`;
}

function alarms(view: View): Html {
  const { content, language } = view;
  const words = ["report.alarms", "rule.priority", "report.condition", "rule.actions", "report.drill"] as const;
  return html`<table>
    <tr>
      ${words.map((key) => html`<th>${say(language, key)}</th>`)}
    </tr>
    ${content.rules.map((rule) => {
      const device = content.devices.find(({ id }) => id === rule.device);
      const point = device?.points.find(({ id }) => id === rule.point);
      const about = { name: point?.name[language] ?? rule.point, unit: point?.unit ?? "" };
      const drill = content.book.drills.find(({ ruleId }) => ruleId === rule.id);
      return html`<tr>
        <td>${rule.message[language]}</td>
        <td>${WORDS[language].priority[rule.priority]}</td>
        <td>${conditionOf(language, rule, about)}</td>
        <td>${rule.actions.join(", ")}</td>
        <td>
          ${drill === undefined ? html`<span class="open">${say(language, "check.open")}</span>` : tried(drill, view)}
        </td>
      </tr>`;
    })}
  </table>`;
}

function tried(drill: DrillView, { language, time }: View): Html {
  const began = drill.steps.pressed?.atMs ?? drill.steps.raised?.atMs ?? drill.startedAtMs;
  const lines = DRILL_STEPS.flatMap((step) => {
    const seen = drill.steps[step];
    if (seen === undefined) return [];
    const after = say(language, "drill.after", { ms: Math.round(seen.atMs - began) });
    return [
      html`<br />${sayWord(language, "drill.step", step)} ${after}
        <span class="soft">${drillDetail(language, step, seen.detail)}</span>`,
    ];
  });
  const verdict = drill.verdict ?? "fail";
  return html`<b class="${verdict}">${say(language, `check.${verdict}`)}</b>
    <span class="soft">${say(language, "app.by", { who: drill.by, time: time(drill.startedAtMs) })}</span>
    ${drill.comment ?? ""} ${lines}`;
}
