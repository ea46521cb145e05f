import { z } from "zod";

import type { ChargingProfile, Purpose } from "../charger/charging-profiles.ts";
import type { Answer } from "../line/line.ts";
import { TRIGGERS, type Commands } from "../station/commands.ts";
import { iso } from "./dialect.ts";
import { safeguards201 } from "./v201-safeguards.ts";
import { ofVariables } from "./v201-variables.ts";
import { idToken, idTokenInfo, tagInfo201 } from "./v201-words.ts";

const PURPOSES: Readonly<Record<string, Purpose>> = {
  ChargingStationExternalConstraints: "max",
  ChargingStationMaxProfile: "max",
  TxDefaultProfile: "tx-default",
  TxProfile: "tx",
};
const PURPOSE_NAMES: Readonly<Record<Purpose, string>> = {
  max: "ChargingStationMaxProfile",
  "tx-default": "TxDefaultProfile",
  tx: "TxProfile",
};

const time = z.string().transform((text) => Date.parse(text));
const seconds = z.number().transform((s) => s * 1_000);
const evse = z.object({ id: z.number() });
const withRequest = z.object({ requestId: z.number() });
const chargingProfile = z.object({
  id: z.number(),
  stackLevel: z.number(),
  chargingProfilePurpose: z.string(),
  chargingProfileKind: z.enum(["Absolute", "Recurring", "Relative"]),
  recurrencyKind: z.enum(["Daily", "Weekly"]).optional(),
  validFrom: time.optional(),
  validTo: time.optional(),
  transactionId: z.string().optional(),
  chargingSchedule: z
    .array(
      z.object({
        startSchedule: time.optional(),
        duration: seconds.optional(),
        chargingRateUnit: z.enum(["A", "W"]),
        chargingSchedulePeriod: z.array(
          z.object({ startPeriod: seconds, limit: z.number(), numberPhases: z.number().optional() }),
        ),
      }),
    )
    .min(1),
});

type Answers = Readonly<Record<string, (payload: unknown) => object | Promise<object>>>;

const status = (text: string | undefined, otherwise = "Rejected"): object => ({ status: text ?? otherwise });
const yesNo = (isYes: boolean, no = "Rejected"): object => ({ status: isYes ? "Accepted" : no });

/** What a 2.0.1 charging station answers. Undefined: NotImplemented. @see OCPP 2.0.1 part 2 */
export function answers201(commands: Commands): Answer {
  const answers: Answers = {
    ...ofVariables(commands),
    ...ofTransactions(commands),
    ...ofAccess(commands),
    ...ofProfiles(commands),
    ...ofMaintenance(commands),
    ...safeguards201(commands),
    DataTransfer: () => status("UnknownVendorId"),
  };
  return (action, payload) => (Object.hasOwn(answers, action) ? answers[action]?.(payload) : undefined);
}

function ofTransactions(commands: Commands): Answers {
  const { station } = commands;
  const start = z.object({
    idToken,
    evseId: z.number().optional(),
    remoteStartId: z.number(),
    chargingProfile: chargingProfile.optional(),
  });
  const named = z.object({ transactionId: z.string() });
  return {
    RequestStartTransaction(payload) {
      const said = start.parse(payload);
      const connector = station.remoteStart(said.idToken.idToken, said.evseId, said.remoteStartId);
      if (connector === undefined) return status("Rejected");
      if (said.chargingProfile !== undefined) commands.installProfile(profileOf(connector.id, said.chargingProfile));
      const transactionId = connector.transaction?.id;
      return { status: "Accepted", ...(transactionId === undefined ? {} : { transactionId }) };
    },
    RequestStopTransaction: (payload) => yesNo(commands.remoteStop(named.parse(payload).transactionId)),
    GetTransactionStatus(payload) {
      const { transactionId } = named.partial().parse(payload);
      const { waiting } = commands;
      if (transactionId === undefined) return { messagesInQueue: waiting() > 0 };
      return { ongoingIndicator: station.chargingAs(transactionId) !== undefined, messagesInQueue: waiting() > 0 };
    },
  };
}

function ofAccess(commands: Commands): Answers {
  const { station } = commands;
  const availability = z.object({ evse: evse.optional(), operationalStatus: z.enum(["Operative", "Inoperative"]) });
  const reservation = z.object({
    id: z.number(),
    expiryDateTime: time,
    idToken,
    evseId: z.number().optional(),
    groupIdToken: idToken.optional(),
  });
  const list = z.object({
    updateType: z.enum(["Full", "Differential"]),
    versionNumber: z.number(),
    localAuthorizationList: z.array(z.object({ idToken, idTokenInfo: idTokenInfo.optional() })).default([]),
  });
  return {
    ChangeAvailability(payload) {
      const said = availability.parse(payload);
      return status(commands.setAvailability(said.evse?.id ?? 0, said.operationalStatus === "Operative"));
    },
    UnlockConnector(payload) {
      const { evseId } = z.object({ evseId: z.number() }).parse(payload);
      if (station.connector(evseId)?.transaction !== undefined) return status("OngoingAuthorizedTransaction");
      return status(commands.unlock(evseId), "UnknownConnector");
    },
    ReserveNow(payload) {
      const { id, expiryDateTime, idToken: token, groupIdToken: group, evseId = 0 } = reservation.parse(payload);
      const kept = { id, idTag: token.idToken, parentIdTag: group?.idToken, untilMs: expiryDateTime };
      return status(commands.reserve(evseId, kept));
    },
    CancelReservation: (payload) =>
      yesNo(commands.cancelReservation(z.object({ reservationId: z.number() }).parse(payload).reservationId)),
    GetLocalListVersion: () => ({ versionNumber: station.tags.listVersion }),
    SendLocalList(payload) {
      const { updateType, versionNumber, localAuthorizationList } = list.parse(payload);
      const entries = localAuthorizationList.map((one) => ({
        tag: one.idToken.idToken,
        info: tagInfo201(one.idTokenInfo),
      }));
      return status(station.tags.sendList(updateType, versionNumber, entries));
    },
    ClearCache() {
      station.tags.clearCache();
      return status("Accepted");
    },
  };
}

function ofProfiles(commands: Commands): Answers {
  const set = z.object({ evseId: z.number(), chargingProfile });
  const criteria = z.object({
    evseId: z.number().optional(),
    chargingProfilePurpose: z.string().optional(),
    stackLevel: z.number().optional(),
  });
  const clear = z.object({ chargingProfileId: z.number().optional(), chargingProfileCriteria: criteria.optional() });
  return {
    SetChargingProfile(payload) {
      const said = set.parse(payload);
      return yesNo(commands.installProfile(profileOf(said.evseId, said.chargingProfile)));
    },
    ClearChargingProfile(payload) {
      const { chargingProfileId, chargingProfileCriteria = {} } = clear.parse(payload);
      const { evseId, chargingProfilePurpose, stackLevel } = chargingProfileCriteria;
      const purpose = chargingProfilePurpose === undefined ? undefined : PURPOSES[chargingProfilePurpose];
      const which = { id: chargingProfileId, connectorId: evseId, purpose, stackLevel };
      return yesNo(commands.clearProfiles(which), "Unknown");
    },
    GetChargingProfiles(payload) {
      const { requestId } = withRequest.parse(payload);
      const { profiles } = commands.station;
      for (const profile of profiles) reportProfile(commands, requestId, profile);
      return yesNo(profiles.length > 0, "NoProfiles");
    },
    GetCompositeSchedule(payload) {
      const { evseId, duration } = z.object({ evseId: z.number(), duration: z.number() }).parse(payload);
      const periods = commands.composite(evseId, duration * 1_000);
      if (periods === undefined) return status("Rejected");
      const chargingSchedulePeriod = periods.map(({ fromMs, limitA }) => ({
        startPeriod: Math.round(fromMs / 1_000),
        limit: Math.round(limitA * 10) / 10,
      }));
      const scheduleStart = iso(commands.nowMs());
      const schedule = { evseId, duration, scheduleStart, chargingRateUnit: "A", chargingSchedulePeriod };
      return { status: "Accepted", schedule };
    },
  };
}

function ofMaintenance(commands: Commands): Answers {
  return {
    Reset(payload) {
      const isImmediate = z.object({ type: z.string() }).parse(payload).type === "Immediate";
      const isCharging = commands.station.connectors.some(({ transaction }) => transaction !== undefined);
      if (!isImmediate && isCharging) return status("Scheduled");
      commands.reset(false);
      return status("Accepted");
    },
    TriggerMessage(payload) {
      const said = z.object({ requestedMessage: z.string(), evse: evse.optional() }).parse(payload);
      if (said.requestedMessage === "SignChargingStationCertificate") {
        commands.safeguards.askForCertificate();
        return status("Accepted");
      }
      const message = TRIGGERS.safeParse(said.requestedMessage).data;
      return message === undefined ? status("NotImplemented") : yesNo(commands.trigger(message, said.evse?.id));
    },
    GetLog: (payload) => ({ status: "Accepted", filename: commands.uploadLog(withRequest.parse(payload).requestId) }),
  };
}

function profileOf(connectorId: number, said: z.infer<typeof chargingProfile>): ChargingProfile {
  const [schedule] = said.chargingSchedule;
  return {
    id: said.id,
    connectorId,
    stackLevel: said.stackLevel,
    purpose: PURPOSES[said.chargingProfilePurpose] ?? "tx-default",
    kind: said.chargingProfileKind,
    recurrency: said.recurrencyKind,
    transactionId: said.transactionId,
    validFromMs: said.validFrom,
    validToMs: said.validTo,
    startMs: schedule?.startSchedule,
    durationMs: schedule?.duration,
    unit: schedule?.chargingRateUnit ?? "A",
    periods: (schedule?.chargingSchedulePeriod ?? []).map(({ startPeriod, limit, numberPhases }) => ({
      fromMs: startPeriod,
      limit,
      phases: numberPhases,
    })),
  };
}

function reportProfile(commands: Commands, requestId: number, profile: ChargingProfile): void {
  const { startMs, durationMs, transactionId, recurrency } = profile;
  commands.say({
    action: "ReportChargingProfiles",
    payload: {
      requestId,
      chargingLimitSource: "CSO",
      evseId: profile.connectorId,
      chargingProfile: [
        {
          id: profile.id,
          stackLevel: profile.stackLevel,
          chargingProfilePurpose: PURPOSE_NAMES[profile.purpose],
          chargingProfileKind: profile.kind,
          ...(recurrency === undefined ? {} : { recurrencyKind: recurrency }),
          ...(transactionId === undefined ? {} : { transactionId }),
          chargingSchedule: [
            {
              id: profile.id,
              chargingRateUnit: profile.unit,
              ...(startMs === undefined ? {} : { startSchedule: iso(startMs) }),
              ...(durationMs === undefined ? {} : { duration: Math.round(durationMs / 1_000) }),
              chargingSchedulePeriod: profile.periods.map(({ fromMs, limit }) => ({
                startPeriod: Math.round(fromMs / 1_000),
                limit,
              })),
            },
          ],
        },
      ],
    },
  });
}
