import { Button, Card, Segmented, Tag } from "antd";
import { useState, type ReactNode } from "react";

import { LANGUAGES, type Language } from "../../../catalogue.ts";
import { tallyAlarms, tallyPoints } from "../../../report/report-content.ts";
import type { BookView, ReportView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";

/** The commissioning report: made, signed, opened, printed. */
export function ReportStep(): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { answer: book } = useAsked<BookView>("/book");
  const { answer, again } = useAsked<{ readonly reports: readonly ReportView[] }>("/reports");
  const [language, setLanguage] = useState<Language>(speech.language);
  const { run, isRunning, problem } = useDeed();
  if (site === undefined || book === undefined) return null;
  const make = () =>
    run(async () => {
      await act("/reports", { language });
      again();
    });
  return (
    <>
      <Card size="small" title={speech.say("report.summary.now")}>
        <p>{speech.say("report.summary.points", { ...tallyPoints(site.devices, book) })}</p>
        <p>{speech.say("report.summary.alarms", { ...tallyAlarms(site.document.rules, book) })}</p>
        <div className="buttons">
          <Segmented<Language>
            aria-label={speech.say("report.language")}
            value={language}
            onChange={setLanguage}
            options={LANGUAGES.map((one) => ({ value: one, label: one === "zh" ? "中文" : "English" }))}
          />
          <Button type="primary" loading={isRunning} onClick={make}>
            {speech.say(isRunning ? "report.making" : "report.make")}
          </Button>
        </div>
        {problem}
      </Card>
      <Card size="small" title={speech.say("report.list")}>
        {answer?.reports.length === 0 && <p className="quiet">{speech.say("report.none")}</p>}
        <ul className="reports">
          {answer?.reports.map((report) => (
            <OneReport key={report.id} report={report} />
          ))}
        </ul>
      </Card>
    </>
  );
}

function OneReport({ report }: { readonly report: ReportView }): ReactNode {
  const speech = useSpeech();
  const { id, madeAtMs, by, language, sha256, hasPdf, isUploaded, verifyCommand } = report;
  const at = `/api/reports/${id}`;
  return (
    <li data-report={id}>
      <div>
        <b>{speech.say("app.by", { who: by, time: speech.time(madeAtMs) })}</b>{" "}
        <Tag>{language === "zh" ? "中文" : "English"}</Tag>
        {isUploaded !== null && (
          <Tag color={isUploaded ? "green" : "orange"}>
            {speech.say(isUploaded ? "report.uploaded" : "report.notUploaded")}
          </Tag>
        )}
      </div>
      <div className="buttons">
        <Button size="small" type="primary" href={`${at}/html`} target="_blank">
          {speech.say("report.open")} HTML
        </Button>
        {hasPdf && (
          <Button size="small" href={`${at}/pdf`} target="_blank">
            PDF
          </Button>
        )}
        <Button size="small" href={`${at}/sig`}>
          {speech.say("report.signature")}
        </Button>
        <Button size="small" href={`${at}/key`}>
          {speech.say("report.publicKey")}
        </Button>
      </div>
      {!hasPdf && <p className="quiet">{speech.say("report.noPdf")}</p>}
      <code className="digest">SHA-256 {sha256}</code>
      <code className="digest">{verifyCommand}</code>
    </li>
  );
}
