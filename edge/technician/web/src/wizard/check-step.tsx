import { Button, Card, Input, Progress, Segmented, Tag } from "antd";
import { useState, type ReactNode } from "react";

import { tallyPoints } from "../../../report/report-content.ts";
import type { BookView, DevicePlanView, PointCheckView, ReadingView, Verdict } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useLive } from "../live/live-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";

const FILTERS = ["all", "todo", "failed"] as const;
type Filter = (typeof FILTERS)[number];

/** Every point: what the gateway reads beside what the plate says. */
export function CheckStep(): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { answer: book, again } = useAsked<BookView>("/book");
  const [filter, setFilter] = useState<Filter>("all");
  if (site === undefined || book === undefined) return null;
  const { of, passed, failed } = tallyPoints(site.devices, book);
  return (
    <>
      <p>{speech.say("check.progress", { done: passed + failed, of, failed })}</p>
      <Progress
        percent={of === 0 ? 0 : Math.round((100 * (passed + failed)) / of)}
        status={failed > 0 ? "exception" : "normal"}
        format={(percent) => `${percent}%`}
      />
      <Segmented<Filter>
        value={filter}
        onChange={setFilter}
        options={FILTERS.map((one) => ({ value: one, label: speech.say(`check.${one}`) }))}
      />
      {site.devices.map((device) => (
        <DevicePoints key={device.id} {...{ device, book, filter }} onChecked={again} />
      ))}
    </>
  );
}

interface DevicePointsProps {
  readonly device: DevicePlanView;
  readonly book: BookView;
  readonly filter: Filter;
  readonly onChecked: () => void;
}

function DevicePoints({ device, book, filter, onChecked }: DevicePointsProps): ReactNode {
  const speech = useSpeech();
  const readings = useLive().readings.get(device.id);
  const checks = new Map(
    book.checks.filter(({ deviceId }) => deviceId === device.id).map((one) => [one.pointId, one] as const),
  );
  const shown = device.points.filter(({ id }) => {
    const verdict = checks.get(id)?.verdict;
    return filter === "all" || (filter === "todo" ? verdict === undefined : verdict === "fail");
  });
  if (shown.length === 0) return null;
  return (
    <Card size="small" title={`${device.name[speech.language]} · ${device.id}`} className="points-card">
      <ul className="points">
        {shown.map((point) => (
          <PointRow
            key={point.id}
            {...{ point, deviceId: device.id, reading: readings?.get(point.id), check: checks.get(point.id) }}
            onChecked={onChecked}
          />
        ))}
      </ul>
    </Card>
  );
}

interface PointRowProps {
  readonly deviceId: string;
  readonly point: DevicePlanView["points"][number];
  readonly reading: ReadingView | undefined;
  readonly check: PointCheckView | undefined;
  readonly onChecked: () => void;
}

function PointRow({ deviceId, point, reading, check, onChecked }: PointRowProps): ReactNode {
  const speech = useSpeech();
  const [plate, setPlate] = useState(check?.plate ?? "");
  const [comment, setComment] = useState(check?.comment ?? "");
  const { run, isRunning, problem } = useDeed();
  const judge = (verdict: Verdict) =>
    run(async () => {
      await act("/checks", { deviceId, pointId: point.id, verdict, plate, comment });
      onChecked();
    });
  return (
    <li data-point={`${deviceId}/${point.id}`}>
      <div className="point-name">
        <b>{point.name[speech.language]}</b>
        <span className="quiet">{point.id}</span>
      </div>
      <Value reading={reading} unit={point.unit} />
      <Input
        value={plate}
        placeholder={speech.say("check.plate")}
        aria-label={`${speech.say("check.plate")} ${point.id}`}
        maxLength={100}
        onChange={({ target }) => setPlate(target.value)}
      />
      <Input
        value={comment}
        placeholder={speech.say("check.comment")}
        aria-label={`${speech.say("check.comment")} ${point.id}`}
        maxLength={500}
        onChange={({ target }) => setComment(target.value)}
      />
      <div className="point-buttons">
        <Button size="small" disabled={isRunning} onClick={() => judge("pass")}>
          {speech.say("check.pass")}
        </Button>
        <Button size="small" danger disabled={isRunning} onClick={() => judge("fail")}>
          {speech.say("check.fail")}
        </Button>
      </div>
      <Judged check={check} />
      {problem}
    </li>
  );
}

/** A live value; a dash and its reason where it is bad. */
export function Value({
  reading,
  unit,
}: {
  readonly reading: ReadingView | undefined;
  readonly unit: string;
}): ReactNode {
  const speech = useSpeech();
  if (reading === undefined) return <span className="value quiet">{speech.words.bad["not-yet-read"]}</span>;
  if (reading.value !== null) return <span className="value">{speech.value(reading.value, unit)}</span>;
  const reasons: Readonly<Record<string, string>> = speech.words.bad;
  return <span className="value bad">— {reasons[reading.badReason ?? ""] ?? reading.badReason}</span>;
}

function Judged({ check }: { readonly check: PointCheckView | undefined }): ReactNode {
  const speech = useSpeech();
  if (check === undefined) return <Tag className="point-verdict">{speech.say("check.open")}</Tag>;
  return (
    <span className="point-verdict">
      <Tag color={check.verdict === "pass" ? "green" : "red"}>{speech.say(`check.${check.verdict}`)}</Tag>
      <span className="quiet">
        {speech.say("check.at", { value: speech.value(check.value, check.unit) })} ·{" "}
        {speech.say("app.by", { who: check.by, time: speech.time(check.atMs) })}
      </span>
    </span>
  );
}
