import { Alert, Button, InputNumber, Modal, Segmented } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import type { Command } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { quantity } from "../../i18n/format.ts";
import { gatewayOf } from "../../live/names.ts";
import { unitText } from "../shown-value.tsx";
import { useErrorText } from "../states.tsx";
import { ActorField } from "./actor-field.tsx";
import { CommandOutcome } from "./command-outcome.tsx";
import { selectionLife } from "./command-text.ts";
import type { ChosenValue, OrderRequest } from "./order-request.ts";
import { firstOrder } from "./order-request.ts";
import { useOrder, type OrderUnderWay } from "./use-order.ts";

import "./dialogue.css";

interface OrderDialogueProps {
  readonly request: OrderRequest;
  readonly onClose: () => void;
}

/** Confirms an order, sends it, and stays until the gateway's answer is there; hazardous ones take two steps. */
export function OrderDialogue({ request, onClose }: OrderDialogueProps): ReactNode {
  const { say } = useSpeech();
  const { actor, setActor } = useSurroundings();
  const { feed } = useDesk();
  const [name, setName] = useState(actor);
  const chosen = request.act.kind === "write" && typeof request.act.value !== "number" ? request.act.value : undefined;
  const [value, setValue] = useState<number | undefined>(chosen?.now);
  const order = useOrder(request.gatewayId);
  const isHazardous = request.act.kind === "write" && request.act.isHazardous;
  const isOffline = gatewayOf(feed, request.gatewayId)?.state === "offline";
  const isReady = name.trim() !== "" && !isOffline && (chosen === undefined || value !== undefined);
  const isAsking = order.command === undefined;
  const send = (): void => {
    setActor(name.trim());
    order.send(firstOrder(request, value ?? 0), name.trim());
  };
  return (
    <Modal
      open
      title={request.title}
      onCancel={onClose}
      footer={
        isAsking ? (
          <>
            <Button onClick={onClose}>{say("alarm.cancel")}</Button>
            <Button
              type="primary"
              autoFocus={actor !== "" && chosen === undefined}
              disabled={!isReady}
              loading={order.isSending}
              onClick={send}
            >
              {say(isHazardous ? "order.select" : "order.confirm")}
            </Button>
          </>
        ) : (
          <SecondStep order={order} request={request} name={name} onClose={onClose} />
        )
      }
    >
      <div className="dialogue">
        <p>{request.explain}</p>
        {isHazardous && isAsking ? <p className="dialogue-hazard">{say("order.hazard")}</p> : null}
        {isAsking && isOffline ? <Alert role="status" type="warning" showIcon title={say("order.offline")} /> : null}
        {isAsking && chosen !== undefined ? <ValueField chosen={chosen} value={value} setValue={setValue} /> : null}
        {isAsking ? <ActorField name={name} setName={setName} /> : null}
        <Outcome order={order} />
      </div>
    </Modal>
  );
}

interface ValueFieldProps {
  readonly chosen: ChosenValue;
  readonly value: number | undefined;
  readonly setValue: (value: number | undefined) => void;
}

function ValueField({ chosen, value, setValue }: ValueFieldProps): ReactNode {
  const { say, language } = useSpeech();
  const { min, max, unit } = chosen;
  const id = useId();
  const shownUnit = unit === "" ? "" : ` ${unitText(unit)}`;
  const label = say("order.value", { min: quantity(min, language), max: quantity(max, language), unit: shownUnit });
  const isSwitch = min === 0 && max === 1 && unit === "";
  return (
    <>
      <label htmlFor={id}>{label}</label>
      {isSwitch ? (
        <Segmented
          id={id}
          aria-label={label}
          value={value ?? -1}
          options={[
            { value: 0, label: "0" },
            { value: 1, label: "1" },
          ]}
          onChange={setValue}
        />
      ) : (
        <InputNumber
          id={id}
          autoFocus
          min={min}
          max={max}
          value={value ?? null}
          onChange={(next) => setValue(next ?? undefined)}
        />
      )}
    </>
  );
}

interface SecondStepProps {
  readonly order: OrderUnderWay;
  readonly request: OrderRequest;
  readonly name: string;
  readonly onClose: () => void;
}

/** What can be done once the first order is out: operate or cancel a selection while it is armed, else close. */
function SecondStep({ order, request, name, onClose }: SecondStepProps): ReactNode {
  const { say } = useSpeech();
  const { command, isSending, send } = order;
  const leftS = useSecondsLeft(command);
  const { deviceId } = request;
  if (command?.state !== "selected" || command.selectionId === null || leftS === 0) {
    return (
      <Button key="close" type="primary" autoFocus onClick={onClose}>
        {say("alarm.close")}
      </Button>
    );
  }
  const { selectionId } = command;
  return (
    <>
      {/* Focus is on the way back: whoever presses Enter twice must not have operated. */}
      <Button
        key="unselect"
        autoFocus
        disabled={isSending}
        onClick={() => send({ kind: "cancel", deviceId, selectionId }, name.trim())}
      >
        {say("order.unselect")}
      </Button>
      <Button
        key="operate"
        type="primary"
        danger
        loading={isSending}
        onClick={() => send({ kind: "operate", deviceId, selectionId }, name.trim())}
      >
        {say("order.operate")}
      </Button>
    </>
  );
}

interface OutcomeProps {
  readonly order: OrderUnderWay;
}

function Outcome({ order: { error, command } }: OutcomeProps): ReactNode {
  const { say } = useSpeech();
  const sayError = useErrorText();
  const leftS = useSecondsLeft(command);
  if (error !== undefined) return <Alert role="alert" type="error" showIcon title={sayError(error)} />;
  if (command === undefined) return null;
  if (command.state !== "selected") return <CommandOutcome command={command} />;
  return leftS === 0 ? (
    <Alert role="status" type="warning" showIcon title={say("order.ranOut")} />
  ) : (
    <Alert role="status" type="info" showIcon title={say("order.selected", { seconds: leftS ?? "…" })} />
  );
}

/** How long a selection is still armed, counted from the moment its answer was heard; undefined where it does not say. */
function useSecondsLeft(command: Command | undefined): number | undefined {
  const nowMs = useNowMs(500);
  const lifeMs = command === undefined ? undefined : selectionLife(command);
  const [heard, setHeard] = useState<{ readonly id: string; readonly atMs: number }>();
  if (command === undefined || lifeMs === undefined) return undefined;
  if (heard?.id !== command.id) {
    setHeard({ id: command.id, atMs: Date.now() });
    return Math.ceil(lifeMs / 1_000);
  }
  return Math.max(0, Math.ceil((heard.atMs + lifeMs - Math.max(nowMs, heard.atMs)) / 1_000));
}
