import { Button, Card, Form, Input, Progress, Select, Tag } from "antd";
import { useState, type ReactNode } from "react";

import type { ScanFinding, ScanKind, ScanView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useLive } from "../live/live-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";
import { isInSite, rememberOffer } from "./offer.ts";
import { scanRequestOf, type ScanForm } from "./scan-form.ts";

const KINDS: readonly ScanKind[] = ["modbus", "serial", "dlt645", "lockers", "onvif"];

/** Looks for devices on lines and networks. */
export function FindStep({ onUsed }: { readonly onUsed: () => void }): ReactNode {
  const speech = useSpeech();
  const { scan } = useLive();
  const [kind, setKind] = useState<ScanKind>("modbus");
  const { run, isRunning, problem } = useDeed();
  const start = (given: ScanForm) => run(() => act("/scan", scanRequestOf(kind, given)));
  const hasLines = kind === "modbus" || kind === "dlt645" || kind === "lockers";
  return (
    <>
      <p className="quiet">{speech.say("scan.readOnly")}</p>
      <Card size="small">
        <Form<ScanForm> layout="vertical" onFinish={start} initialValues={{ units: "1-20" }}>
          <Form.Item label={speech.say("scan.kind")}>
            <Select
              value={kind}
              onChange={setKind}
              aria-label={speech.say("scan.kind")}
              options={KINDS.map((one) => ({ value: one, label: speech.say(`scan.kind.${one}`) }))}
            />
          </Form.Item>
          {hasLines && (
            <div className="columns">
              {kind === "modbus" && (
                <Form.Item name="tcp" label={speech.say("scan.tcp")}>
                  <Input.TextArea autoSize={{ minRows: 1 }} placeholder="192.168.1.10:502" />
                </Form.Item>
              )}
              <Form.Item name="serial" label={speech.say("scan.serial")}>
                <Input.TextArea autoSize={{ minRows: 1 }} placeholder="/dev/ttyUSB0" />
              </Form.Item>
              <Form.Item name="server" label={speech.say("scan.server")}>
                <Input.TextArea autoSize={{ minRows: 1 }} placeholder="192.168.1.11:4001" />
              </Form.Item>
              {kind === "modbus" && (
                <Form.Item name="units" label={speech.say("scan.units")}>
                  <Input />
                </Form.Item>
              )}
            </div>
          )}
          {problem}
          <Button type="primary" htmlType="submit" loading={isRunning} disabled={scan.state === "running"}>
            {speech.say("scan.start")}
          </Button>
          {scan.state === "running" && (
            <Button danger className="beside" onClick={() => run(() => act("/scan/stop"))}>
              {speech.say("scan.stop")}
            </Button>
          )}
        </Form>
      </Card>
      <ScanResult scan={scan} onUsed={onUsed} />
    </>
  );
}

function ScanResult({ scan, onUsed }: { readonly scan: ScanView; readonly onUsed: () => void }): ReactNode {
  const speech = useSpeech();
  const { state, done, of, leftMs, estimatedMs, findings, notes } = scan;
  if (state === "idle") return null;
  const percent = state === "running" ? Math.round((100 * (done ?? 0)) / Math.max(1, of ?? 1)) : 100;
  return (
    <Card size="small" title={speech.say(`scan.state.${state}`)}>
      {estimatedMs !== undefined && (
        <p className="quiet">{speech.say("scan.estimate", { time: speech.duration(estimatedMs) })}</p>
      )}
      {state === "running" && <Progress percent={percent} size="small" />}
      {state === "running" && done !== undefined && (
        <p>{speech.say("scan.left", { done, of: of ?? 0, time: speech.duration(leftMs ?? 0) })}</p>
      )}
      <ul className="findings">
        {findings.map((one) => (
          <Finding key={`${one.line} ${one.address}`} finding={one} onUsed={onUsed} />
        ))}
      </ul>
      {state !== "running" && findings.length === 0 && <p>{speech.say("scan.nothing")}</p>}
      {notes.length > 0 && <pre className="notes">{notes.join("\n")}</pre>}
    </Card>
  );
}

function Finding({ finding, onUsed }: { readonly finding: ScanFinding; readonly onUsed: () => void }): ReactNode {
  const speech = useSpeech();
  const { draft } = useSite();
  const { line, address, what, isDoubtful, offer } = finding;
  const isKnown = draft !== undefined && isInSite(draft, finding);
  return (
    <li>
      <span>
        <b>{line}</b> {address !== "" && <Tag>{address}</Tag>}
        {isDoubtful && <Tag color="orange">{speech.say("scan.doubtful")}</Tag>}
      </span>
      <span className="quiet">{what === "" ? speech.say("scan.unnamed") : what}</span>
      {isKnown && <Tag color="green">{speech.say("scan.inSite")}</Tag>}
      {offer !== undefined && !isKnown && (
        <Button
          size="small"
          onClick={() => {
            rememberOffer(finding);
            onUsed();
          }}
        >
          {speech.say("scan.use")}
        </Button>
      )}
    </li>
  );
}
