import { OcppError } from "../../errors.ts";
import { csrOf } from "../../protocol/certificates.ts";
import { flat, known, type Facts } from "../../protocol/facts.ts";
import type { IncomingCall, OnCall } from "../../server/connection.ts";
import type { OcppSite } from "../../site/ocpp-site.ts";
import type { StationHost } from "../../station/station-host.ts";
import { tagOf } from "../id-token.ts";
import { idTokenInfo } from "./id-token-info.ts";
import {
  authorize,
  bootNotification,
  clearedChargingLimit,
  meterValues,
  notifyChargingLimit,
  reportPart,
  reservationStatusUpdate,
  samplesOf,
  statusNotification,
} from "./messages.ts";
import { onEvents, onReport } from "./reports.ts";
import { tellStatus } from "./tell-status.ts";
import { onTransactionEvent } from "./transaction-event.ts";

/** What answering needs beside the call. */
export interface Answering {
  readonly host: StationHost;
  readonly site: OcppSite;
}

type Answer = (answering: Answering, call: IncomingCall) => Promise<object>;

/**
 * Answers what a 2.0.1 charging station says by itself. Messages of transactions are answered after they are on the
 * disk, and never with an error: a station that gets one tries a few times and then drops the bill.
 *
 * @see OCPP 2.0.1 part 2, the use cases beside each
 */
export function answers201(answering: Answering): OnCall {
  return async (call) => {
    const answer = ANSWERS.get(call.action);
    if (answer === undefined) {
      throw new OcppError("ocpp/refused", `there is no ${call.action}`, { errorCode: "NotImplemented" });
    }
    return await answer(answering, call);
  };
}

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  // B01
  ["BootNotification", boot],
  // G02
  ["Heartbeat", async ({ host }) => ({ currentTime: timeOf(host) })],
  // G01
  ["StatusNotification", status],
  // C01, C02, C04, C06
  ["Authorize", authorise],
  // E01 to E12
  ["TransactionEvent", ({ host, site }, { payload }) => onTransactionEvent(host, site, payload)],
  // J01
  ["MeterValues", meter],
  // B06, B07
  ["NotifyReport", async ({ host }, { payload }) => onReport(host, payload)],
  // N07
  ["NotifyEvent", async ({ host }, { payload }) => onEvents(host, payload)],
  // N02
  ["NotifyMonitoringReport", noted("report-part", (payload) => known(reportPart.parse(payload)))],
  // N09: what a station knows of a customer is not ours to keep.
  ["NotifyCustomerInformation", noted("report-part", (payload) => known(reportPart.parse(payload)))],
  // K09
  ["ReportChargingProfiles", noted("report-part", (payload) => known(reportPart.parse(payload)))],
  // A04
  ["SecurityEventNotification", noted("security-event", flat)],
  // L01, L02
  ["FirmwareStatusNotification", noted("firmware-status", flat)],
  // N01
  ["LogStatusNotification", noted("log-status", flat)],
  // A02, A03
  ["SignCertificate", signCertificate],
  // P02
  ["DataTransfer", async () => ({ status: "UnknownVendorId" })],
  // H04
  ["ReservationStatusUpdate", noted("reservation-status", reservation)],
  // K12, K13
  ["NotifyChargingLimit", noted("charging-limit", chargingLimit)],
  ["ClearedChargingLimit", noted("charging-limit", clearedLimit)],
]);

async function boot({ host }: Answering, { payload }: IncomingCall): Promise<object> {
  const { reason, chargingStation } = bootNotification.parse(payload);
  const facts = known({
    vendor: chargingStation?.vendorName,
    model: chargingStation?.model,
    serial: chargingStation?.serialNumber,
    firmware: chargingStation?.firmwareVersion,
    reason,
  });
  // Asked for it, a station says what it is without having booted.
  if (reason === "Triggered") host.note("boot", facts);
  else await host.booted(facts);
  return { status: "Accepted", currentTime: timeOf(host), interval: Math.round(host.heartbeatEveryMs / 1_000) };
}

async function status({ host }: Answering, { payload }: IncomingCall): Promise<object> {
  const { connectorStatus = "", evseId = 0, connectorId = 1 } = statusNotification.parse(payload);
  tellStatus(host, { evseId, connectorId, said: connectorStatus });
  return {};
}

async function authorise({ host, site }: Answering, { payload }: IncomingCall): Promise<object> {
  const { idToken, certificate, iso15118CertificateHashData } = authorize.parse(payload);
  const tag = tagOf(idToken);
  if (certificate === undefined && iso15118CertificateHashData === undefined) {
    const verdict = tag === undefined ? "Invalid" : host.decide(tag.decideOn, undefined);
    return { idTokenInfo: idTokenInfo(site, tag?.decideOn, verdict) };
  }
  // C07: we hold no root of the contracts and can vouch for none.
  return { idTokenInfo: { status: "Invalid" }, certificateStatus: "NoCertificateAvailable" };
}

async function meter({ host }: Answering, { payload }: IncomingCall): Promise<object> {
  const { evseId = 0, meterValue } = meterValues.parse(payload);
  await host.showSamples(evseId, samplesOf(meterValue, host.nowMs()));
  return {};
}

/** A03: a station whose certificate ends asks by itself; A02: it was told to ask. */
async function signCertificate({ host }: Answering, { payload }: IncomingCall): Promise<object> {
  const isTaken = await host.takeCertificateRequest(csrOf(payload));
  return isTaken ? { status: "Accepted" } : { status: "Rejected", statusInfo: { reasonCode: "UnsupportedRequest" } };
}

function noted(name: string, facts: (payload: unknown) => Facts): Answer {
  return async ({ host }, { action, payload }) => {
    host.note(name, { action, ...facts(payload) });
    return {};
  };
}

function reservation(payload: unknown): Facts {
  const { reservationId, reservationUpdateStatus } = reservationStatusUpdate.parse(payload);
  return known({ reservation: reservationId, status: reservationUpdateStatus });
}

/** Somebody beside us limits the station: the grid, or a system of the house. It draws less than we grant, never more. */
function chargingLimit(payload: unknown): Facts {
  const { evseId, chargingLimit: said, chargingSchedule } = notifyChargingLimit.parse(payload);
  const [schedule] = chargingSchedule;
  return known({
    connector: evseId,
    source: said.chargingLimitSource,
    isGridCritical: said.isGridCritical,
    limit: schedule?.chargingSchedulePeriod[0]?.limit,
    unit: schedule?.chargingRateUnit,
  });
}

function clearedLimit(payload: unknown): Facts {
  const { evseId, chargingLimitSource } = clearedChargingLimit.parse(payload);
  return known({ connector: evseId, source: chargingLimitSource, isCleared: true });
}

function timeOf(host: StationHost): string {
  return new Date(host.nowMs()).toISOString();
}
