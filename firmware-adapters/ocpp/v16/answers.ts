import { OcppError } from "../errors.ts";
import { csrOf } from "../protocol/certificates.ts";
import { digestOf, flat, known } from "../protocol/facts.ts";
import type { IncomingCall, OnCall } from "../server/connection.ts";
import type { StationHost } from "../station/station-host.ts";
import {
  authorize,
  bootNotification,
  readMeterValuesMessage,
  samplesOf,
  startTransaction,
  statusNotification,
  statusOf,
  stopTransaction,
} from "./messages.ts";

/**
 * Answers what a 1.6 charge point says by itself. Messages of transactions are answered after they are on the disk, and
 * never with an error: a station that gets one tries a few times and then drops the bill.
 *
 * @see OCPP 1.6 edition 2, section 4; security whitepaper edition 3, section 4
 */
export function answers16(host: StationHost): OnCall {
  return (call) => (ANSWERS.get(call.action) ?? notImplemented)(host, call);
}

async function notImplemented(_: StationHost, { action }: IncomingCall): Promise<never> {
  throw new OcppError("ocpp/refused", `there is no ${action}`, { errorCode: "NotImplemented" });
}

type Answer = (host: StationHost, call: IncomingCall) => Promise<object>;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["BootNotification", boot],
  ["Heartbeat", async (host) => ({ currentTime: timeOf(host) })],
  ["StatusNotification", status],
  [
    "Authorize",
    async (host, { payload }) => ({ idTagInfo: { status: host.decide(authorize.parse(payload).idTag, undefined) } }),
  ],
  ["StartTransaction", start],
  ["StopTransaction", stop],
  ["MeterValues", meter],
  ["DataTransfer", async () => ({ status: "UnknownVendorId" })],
  ["FirmwareStatusNotification", noted("firmware-status")],
  ["SignedFirmwareStatusNotification", noted("firmware-status")],
  ["DiagnosticsStatusNotification", noted("log-status")],
  ["LogStatusNotification", noted("log-status")],
  ["SecurityEventNotification", noted("security-event")],
  [
    "SignCertificate",
    async (host, { payload }) => ({
      status: (await host.takeCertificateRequest(csrOf(payload))) ? "Accepted" : "Rejected",
    }),
  ],
]);

async function boot(host: StationHost, { payload }: IncomingCall): Promise<object> {
  const { chargePointVendor, chargePointModel, chargePointSerialNumber, firmwareVersion } =
    bootNotification.parse(payload);
  await host.booted(
    known({
      vendor: chargePointVendor,
      model: chargePointModel,
      serial: chargePointSerialNumber,
      firmware: firmwareVersion,
    }),
  );
  return { status: "Accepted", currentTime: timeOf(host), interval: Math.round(host.heartbeatEveryMs / 1_000) };
}

async function status(host: StationHost, { payload }: IncomingCall): Promise<object> {
  const said = statusNotification.parse(payload);
  const { connectorId, errorCode, info, vendorErrorCode } = said;
  const meant = statusOf(said.status);
  if (meant !== undefined) host.showStatus(connectorId, meant, known({ errorCode, info, vendorErrorCode }));
  return {};
}

async function start(host: StationHost, { payload }: IncomingCall): Promise<object> {
  const said = startTransaction.parse(payload);
  const { connectorId, idTag, meterStart, reservationId } = said;
  const startedAtMs = said.timestamp ?? host.nowMs();
  const verdict = host.decide(idTag, connectorId);
  const input = {
    kind: "start",
    connectorId,
    idTag,
    startedAtMs,
    meterStartWh: meterStart,
    isAccepted: verdict === "Accepted",
  } as const;
  const outcome = await host.enter(input, {
    key: `start ${connectorId} ${idTag} ${startedAtMs} ${meterStart}`,
    samples: [{ atMs: startedAtMs, energyWh: meterStart }],
    facts: { idTagStatus: verdict, ...(reservationId === undefined ? {} : { reservation: reservationId }) },
  });
  const transactionId = outcome.kind === "started" ? outcome.transaction.id : idOf(outcome);
  return { transactionId, idTagInfo: { status: verdict } };
}

async function stop(host: StationHost, { payload }: IncomingCall): Promise<object> {
  const said = stopTransaction.parse(payload);
  const { transactionId, meterStop, idTag, reason = "Local" } = said;
  const stoppedAtMs = said.timestamp ?? host.nowMs();
  await host.enter(
    { kind: "stop", transactionId, stoppedAtMs, meterStopWh: meterStop, idTag },
    {
      key: `stop ${transactionId} ${stoppedAtMs} ${meterStop}`,
      samples: [...samplesOf(said.transactionData, stoppedAtMs), { atMs: stoppedAtMs, energyWh: meterStop }],
      facts: { reason, claimedId: transactionId },
    },
  );
  return idTag === undefined ? {} : { idTagInfo: { status: host.decide(idTag, undefined) } };
}

async function meter(host: StationHost, { payload }: IncomingCall): Promise<object> {
  const { connectorId, transactionId, meterValue } = readMeterValuesMessage(payload);
  const samples = samplesOf(meterValue, host.nowMs());
  await host.enter(
    {
      kind: "meter",
      connectorId,
      transactionId,
      meterWh: samples.findLast(({ energyWh }) => energyWh !== undefined)?.energyWh,
    },
    {
      key: `meter ${connectorId} ${digestOf(payload)}`,
      samples,
      facts: transactionId === undefined ? {} : { claimedId: transactionId },
    },
  );
  return {};
}

function noted(name: string): Answer {
  return async (host, { action, payload }) => {
    host.note(name, { action, ...flat(payload) });
    return {};
  };
}

function idOf(outcome: { readonly kind: string; readonly transactionId?: number }): number {
  return outcome.transactionId ?? 0;
}

function timeOf(host: StationHost): string {
  return new Date(host.nowMs()).toISOString();
}
