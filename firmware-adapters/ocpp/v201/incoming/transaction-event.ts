import { digestOf, known, type Facts } from "../../protocol/facts.ts";
import type { OcppSite } from "../../site/ocpp-site.ts";
import type { StationHost } from "../../station/station-host.ts";
import type { Event201 } from "../../transactions/book201.ts";
import { tagOf } from "../id-token.ts";
import { idTokenInfo } from "./id-token-info.ts";
import { energyAt, samplesOf, transactionEvent } from "./messages.ts";
import { statusAfter } from "./status.ts";

/** What a transaction is called whose station gives it no id. */
const NAMELESS = "nameless";
/** Digits of a UUID. Anything shorter may be a counter. */
const UNIQUE_ID_LENGTH = 32;
/** What is older was queued while the station was away, and says nothing of how its connector is now. */
const RECENT_MS = 300_000;

/**
 * Takes one message of a transaction, whatever it is, and answers once it is written down. A token in it is decided on;
 * whether the station stops for one that may not charge is the station's (E05), the transaction is kept as it is told.
 *
 * @see OCPP 2.0.1 part 2, E01 to E12
 */
export async function onTransactionEvent(host: StationHost, site: OcppSite, payload: unknown): Promise<object> {
  const said = transactionEvent.parse(payload);
  const { transactionId: told } = said.transactionInfo;
  const transactionId = told === "" ? NAMELESS : told;
  const connectorId = said.evse?.id;
  const atMs = said.timestamp ?? host.nowMs();
  const tag = tagOf(said.idToken);
  const verdict = tag && host.decide(tag.decideOn, connectorId ?? host.connectorOf(transactionId));
  const kind = kindOf(said.eventType);
  const samples = samplesOf(said.meterValue, atMs);
  const energies = samples.flatMap(({ energyWh }) => (energyWh === undefined ? [] : [energyWh]));
  const event: Event201 = {
    kind,
    transactionId,
    isIdUnique: transactionId.length >= UNIQUE_ID_LENGTH,
    seqNo: said.seqNo,
    atMs,
    connectorId,
    idTag: tag?.idTag,
    isAccepted: verdict === undefined || verdict === "Accepted",
    meterStartWh: energyAt(said.meterValue, "Transaction.Begin") ?? (kind === "started" ? energies[0] : undefined),
    meterStopWh: energyAt(said.meterValue, "Transaction.End") ?? (kind === "ended" ? energies.at(-1) : undefined),
    meterWh: energies.length === 0 ? undefined : Math.max(...energies),
    chargingState: said.transactionInfo.chargingState,
  };
  const outcome = await host.enter201(event, {
    // Without a number a retry is known by its text alone.
    key: [kind, transactionId, said.seqNo ?? digestOf(payload), atMs].join(" "),
    samples,
    facts: factsOf(said, verdict),
  });
  const evseId = outcome.transaction.connectorId;
  const isOld = Math.abs(host.nowMs() - atMs) > RECENT_MS;
  if (outcome.kind !== "duplicate" && (!isOld || kind === "ended")) showStatus(host, evseId, kind);
  return verdict === undefined ? {} : { idTokenInfo: idTokenInfo(site, tag?.decideOn, verdict) };
}

function factsOf(said: ReturnType<typeof transactionEvent.parse>, verdict: string | undefined): Facts {
  const { transactionInfo, triggerReason, seqNo, offline, reservationId, numberOfPhasesUsed, eventType } = said;
  const isEnd = kindOf(eventType) === "ended";
  return known({
    idTagStatus: verdict,
    seqNo,
    trigger: triggerReason,
    chargingState: transactionInfo.chargingState,
    reason: isEnd ? (transactionInfo.stoppedReason ?? "Local") : undefined,
    remoteStart: transactionInfo.remoteStartId,
    reservation: reservationId,
    phases: numberOfPhasesUsed,
    isOffline: offline === true ? true : undefined,
  });
}

function showStatus(host: StationHost, evseId: number, kind: Event201["kind"]): void {
  const status = statusAfter(kind, { before: host.statusOf(evseId), running: host.runningStateOf(evseId) });
  if (status !== undefined) host.showStatus(evseId, status, {});
}

/** A message of a kind that there is not has happened while it ran. */
function kindOf(eventType: string | undefined): Event201["kind"] {
  const kinds = ["started", "updated", "ended"] as const;
  return kinds.find((kind) => kind === eventType?.toLowerCase()) ?? "updated";
}
