import { Button, Checkbox, Input, Segmented } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import type { Sign } from "../../kinds/sign.ts";
import type { OrderRequest } from "../../parts/orders/order-request.ts";
import type { DeviceViewProps } from "../device/view-props.ts";

interface PushFormProps extends DeviceViewProps {
  readonly sign: Sign;
}

const MAX_TEXT = 500;
const SPANS = { "10m": 600_000, "1h": 3_600_000, "4h": 14_400_000, "1d": 86_400_000 } as const;
const SPAN_NAMES = ["10m", "1h", "4h", "1d"] as const;
type SpanName = (typeof SPAN_NAMES)[number];

/** Puts a text on the sign for a while, or one of its canned texts, or takes it down. */
export function PushForm(props: PushFormProps): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  const { device, about, sign } = props;
  const has = (id: string): boolean => about?.methods.some((method) => method.id === id) === true;
  const clear: OrderRequest = {
    ...device,
    title: say("sign.clear.title"),
    explain: say("sign.clear.explain"),
    act: { kind: "call", methodId: "clear", arguments: {} },
  };
  if (!has("show") && sign.messageCount === 0) return null;
  return (
    <section className="panel" aria-label={say("sign.push")}>
      <header>
        <h2>{say("sign.push")}</h2>
        {has("clear") ? (
          <Button size="small" onClick={() => setOrdering(clear)}>
            {say("sign.clear")}
          </Button>
        ) : null}
      </header>
      <div className="body push">
        {has("show") ? <TextForm device={device} /> : null}
        {sign.messageCount === 0 ? null : <CannedTexts {...props} />}
      </div>
    </section>
  );
}

function TextForm({ device }: Pick<PushFormProps, "device">): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  const [text, setText] = useState("");
  const [textEn, setTextEn] = useState("");
  const [span, setSpan] = useState<SpanName>("1h");
  const [isEmergency, setIsEmergency] = useState(false);
  const ids = { text: useId(), textEn: useId() };
  const request: OrderRequest = {
    ...device,
    title: say("sign.push.title"),
    explain: say("sign.push.explain", { text, time: say(`sign.for.${span}`) }),
    act: {
      kind: "call",
      methodId: "show",
      arguments: {
        text,
        ...(textEn === "" ? {} : { textEn }),
        forMs: SPANS[span],
        priority: isEmergency ? "emergency" : "normal",
      },
    },
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setOrdering(request);
      }}
    >
      <label htmlFor={ids.text}>{say("sign.text")}</label>
      <Input id={ids.text} maxLength={MAX_TEXT} value={text} onChange={(event) => setText(event.target.value)} />
      <label htmlFor={ids.textEn}>{say("sign.textEn")}</label>
      <Input id={ids.textEn} maxLength={MAX_TEXT} value={textEn} onChange={(event) => setTextEn(event.target.value)} />
      <div className="push-row">
        <Segmented<SpanName>
          aria-label={say("sign.for")}
          value={span}
          options={SPAN_NAMES.map((name) => ({ value: name, label: say(`sign.for.${name}`) }))}
          onChange={setSpan}
        />
        <Checkbox checked={isEmergency} onChange={(event) => setIsEmergency(event.target.checked)}>
          {say("sign.emergency")}
        </Checkbox>
        <Button htmlType="submit" type="primary" disabled={text.trim() === ""}>
          {say("sign.push")}
        </Button>
      </div>
    </form>
  );
}

function CannedTexts({ device, sign }: PushFormProps): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  const current = sign.message.kind === "good" ? sign.message.value : undefined;
  const numbers = Array.from({ length: sign.messageCount + 1 }, (_, number) => number);
  return (
    <div className="push-row">
      <span className="quiet">{say("sign.message")}</span>
      {numbers.map((number) => (
        <Button
          key={number}
          size="small"
          aria-pressed={number === current}
          type={number === current ? "primary" : "default"}
          onClick={() =>
            setOrdering({
              ...device,
              title: say("sign.message.title", { number }),
              explain: say("sign.message.explain"),
              act: { kind: "write", pointId: "message", value: number, isHazardous: false },
            })
          }
        >
          {number === 0 ? say("sign.message.none") : number}
        </Button>
      ))}
    </div>
  );
}
