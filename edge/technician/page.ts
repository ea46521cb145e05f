import { alarmPriority } from "@outpost/wire/records.ts";

import type { AlarmView } from "../rules/alarm-engine.ts";
import { suppressionOf } from "../rules/life/alarm-life.ts";
import { SCRIPT, STYLE } from "./assets.ts";
import { WORDS, type Language, type Told, type Words } from "./catalogue.ts";
import { html, trusted, type Html } from "./html.ts";
import type { DeviceView, PointView, Snapshot } from "./snapshot.ts";

const PRIORITIES = alarmPriority.options;

interface View {
  readonly language: Language;
  readonly words: Words;
  /** A Unix time in the site's own time zone. */
  readonly time: (ms: number) => string;
}

/** The whole page. `nonce` lets its own script and style run and no other. */
export function renderPage(
  snapshot: Snapshot,
  options: { readonly language: Language; readonly told: Told | undefined; readonly nonce: string },
): string {
  const { language, told, nonce } = options;
  const words = WORDS[language];
  const other = language === "zh" ? "en" : "zh";
  const name = snapshot.site.name[language];
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${name} · ${words.title}</title>
        <noscript><meta http-equiv="refresh" content="5" /></noscript>
        <style nonce="${nonce}">
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${name}</h1>
          <span class="soft">${snapshot.gatewayId}</span>
          <a href="/?lang=${other}">${words.otherLanguage}</a>
        </header>
        <main>
          ${told === undefined ? trusted("") : html`<p class="notice" role="status">${words.told[told]}</p>`}
          ${trusted(renderLive(snapshot, language))}
        </main>
        <footer class="soft">
          <p class="bad" id="stopped" hidden>${words.notRefreshing}</p>
          Outpost ${words.version} ${snapshot.agentVersion} · Node ${snapshot.nodeVersion}
        </footer>
        <script nonce="${nonce}">
          ${trusted(SCRIPT)};
        </script>
      </body>
    </html>`.html;
}

/** The part of the page that changes. */
export function renderLive(snapshot: Snapshot, language: Language): string {
  const words = WORDS[language];
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: snapshot.site.timeZone,
  });
  const view: View = { language, words, time: (ms) => format.format(ms) };
  const { siteFaults, alarms, devices } = snapshot;
  const faults = siteFaults.map((fault) => html`<li>${fault}</li>`);
  return html`
    ${
      siteFaults.length === 0
        ? trusted("")
        : html`<div class="notice warn">
            ${words.siteRefused}
            <ul>
              ${faults}
            </ul>
          </div>`
    }
    <section class="cards">${cards(snapshot, view)}</section>
    <h2>${words.alarms}</h2>
    ${alarms.length === 0 ? html`<p class="ok">${words.noAlarms}</p>` : alarms.toSorted(byUrgency).map((one) => alarm(one, view))}
    <h2>${words.devices}</h2>
    ${devices.map((one) => device(one, view))}
  `.html;
}

function cards(snapshot: Snapshot, { words, time }: View): Html[] {
  const { uplink, now, journal, loopDelay } = snapshot;
  const phase = uplink === undefined ? words.noUplink : words.uplinkPhase[uplink.phase];
  const uplinkTone = uplink === undefined ? "soft" : uplink.phase === "live" ? "ok" : "warn";
  const waiting = journal === undefined ? 0 : Object.values(journal.waiting).reduce((sum, rows) => sum + rows, 0);
  const clockTone = now.confidence === "doubtful" ? "bad" : "ok";
  const journalTone = journal?.ladder === "normal" ? "ok" : "bad";
  return [
    card(words.uplink, uplinkTone, phase, uplink?.phase === "offline" ? uplink.reason : ""),
    card(words.clock, clockTone, words.confidence[now.confidence], time(now.wallMs)),
    card(
      words.journal,
      journalTone,
      journal === undefined ? words.journalMissing : words.ladder[journal.ladder],
      journal === undefined
        ? ""
        : `${words.waiting}: ${waiting} · ${words.diskUse}: ${mebibytes(journal.bytesUsed)} / ${mebibytes(journal.bytesAllowed)}`,
    ),
    card(
      words.gateway,
      "",
      `${words.memory}: ${mebibytes(snapshot.memoryRssBytes)}`,
      `${words.loopDelay} p99.9: ${loopDelay.p999Ms.toFixed(1)} ms · ${words.runningSince} ${time(snapshot.startedAtMs)}`,
    ),
  ];
}

function card(title: string, tone: string, main: string, detail: string): Html {
  return html`<div class="card">
    <span class="soft">${title}</span><b class="${tone}">${main}</b><span class="soft">${detail}</span>
  </div>`;
}

/** What still waits for somebody first, then by priority, then the newest. */
function byUrgency(a: AlarmView, b: AlarmView): number {
  return (
    Number(isOpen(b.life)) - Number(isOpen(a.life)) ||
    PRIORITIES.indexOf(a.rule.priority) - PRIORITIES.indexOf(b.rule.priority) ||
    b.life.raisedAtMs - a.life.raisedAtMs
  );
}

function isOpen(life: AlarmView["life"]): boolean {
  return life.state === "active-unacknowledged" || life.state === "cleared-unacknowledged";
}

function alarm({ rule, life, last, asking }: Snapshot["alarms"][number], { words, language, time }: View): Html {
  const suppression = words.suppression[suppressionOf(life).kind];
  const value = last?.value === null || last?.value === undefined ? "" : ` · ${shownNumber(last.value)}`;
  const marks = [
    rule.isTest === true ? words.isTest : "",
    life.isFirstOut ? words.isFirstOut : "",
    life.flood === undefined ? "" : words.isOneOfMany,
  ].filter((mark) => mark !== "");
  const where = rule.source === undefined ? "" : ` · ${rule.source.deviceId} ${rule.source.pointId ?? ""}`;
  return html`<article class="card alarm ${rule.priority} ${isOpen(life) ? "" : "is-quiet"}">
    <div>
      <h3>${rule.message[language]}</h3>
      <span class="soft">${words.raisedAt} ${time(life.raisedAtMs)}${value}${where}</span>
      ${asking === undefined ? trusted("") : html`<p class="soft">${askingWords(asking, { words, language })}</p>`}
    </div>
    ${marks.map((mark) => html`<span class="tag">${mark}</span>`)}
    <span class="tag">${words.priority[rule.priority]}</span>
    <span class="tag">${suppression === "" ? words.state[life.state] : suppression}</span>
    ${isOpen(life) ? acknowledgeForm(life.occurrenceId ?? "", life.version, { words, language }) : trusted("")}
  </article>`;
}

function askingWords(
  { who, step, answerInMs }: NonNullable<Snapshot["alarms"][number]["asking"]>,
  { words, language }: Pick<View, "words" | "language">,
): string {
  if (answerInMs === undefined) return words.unanswered;
  return `${words.asking} ${who.map((name) => name[language]).join(", ")} (${step}, ${Math.ceil(answerInMs / 1_000)} s)`;
}

function acknowledgeForm(occurrenceId: string, version: number, view: Pick<View, "words" | "language">): Html {
  return html`<form method="post" action="/alarms/acknowledge?lang=${view.language}">
    <input type="hidden" name="occurrenceId" value="${occurrenceId}" />
    <input type="hidden" name="version" value="${version}" />
    <button>${view.words.acknowledge}</button>
  </form>`;
}

function device(one: DeviceView, view: View): Html {
  const { words, language, time } = view;
  const tone = one.health.state === "online" ? "ok" : one.health.state === "starting" ? "warn" : "bad";
  return html`<article class="card device">
    <div class="head">
      <h3>${one.name[language]}</h3>
      <span class="${tone}">${words.health[one.health.state]}</span>
      <span class="soft"
        >${one.health.state === "online" ? "" : one.health.reason} ${words.since} ${time(one.health.sinceWallMs)}</span
      >
      <span class="soft">${one.id} · ${one.profile}</span>
    </div>
    <table>
      <tr>
        <th>${words.point}</th>
        <th>${words.value}</th>
        <th>${words.quality}</th>
        <th>${words.readAt}</th>
      </tr>
      ${one.points.map((point) => pointRow(point, view))}
    </table>
  </article>`;
}

function pointRow({ name, id, unit, latest }: PointView, { words, language, time }: View): Html {
  const reading = latest?.reading ?? { quality: "bad" as const, reason: "not-yet-read" as const };
  const isGood = reading.quality === "good";
  return html`<tr>
    <td title="${id}">${name[language]}</td>
    <td class="value">${isGood ? `${shownNumber(reading.value)} ${unit}` : "—"}</td>
    <td class="${isGood ? "ok" : "bad"}">${isGood ? words.good : words.bad[reading.reason]}</td>
    <td class="soft">${latest === undefined ? "" : time(latest.occurredAtMs)}</td>
  </tr>`;
}

function shownNumber(value: number): string {
  return String(Number(value.toFixed(3)));
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MiB`;
}
