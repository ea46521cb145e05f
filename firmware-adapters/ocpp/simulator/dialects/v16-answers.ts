import { z } from "zod";

import type { ChargingProfile, Purpose } from "../charger/charging-profiles.ts";
import { SETTINGS, settingNames } from "../charger/settings.ts";
import type { Answer } from "../line/line.ts";
import { TRIGGERS, type Commands } from "../station/commands.ts";
import { iso } from "./dialect.ts";
import { safeguards16 } from "./v16-safeguards.ts";
import { idTagInfo, tagInfo16 } from "./v16-words.ts";

const PURPOSES: Readonly<Record<string, Purpose>> = {
  ChargePointMaxProfile: "max",
  TxDefaultProfile: "tx-default",
  TxProfile: "tx",
};

const time = z.string().transform((text) => Date.parse(text));
const seconds = z.number().transform((s) => s * 1_000);
const csChargingProfiles = z.object({
  chargingProfileId: z.number(),
  transactionId: z.number().optional(),
  stackLevel: z.number(),
  chargingProfilePurpose: z.enum(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]),
  chargingProfileKind: z.enum(["Absolute", "Recurring", "Relative"]),
  recurrencyKind: z.enum(["Daily", "Weekly"]).optional(),
  validFrom: time.optional(),
  validTo: time.optional(),
  chargingSchedule: z.object({
    duration: seconds.optional(),
    startSchedule: time.optional(),
    chargingRateUnit: z.enum(["A", "W"]),
    chargingSchedulePeriod: z.array(
      z.object({ startPeriod: seconds, limit: z.number(), numberPhases: z.number().optional() }),
    ),
  }),
});

const status = (text: string | undefined, otherwise = "Rejected"): object => ({ status: text ?? otherwise });
const yesNo = (isYes: boolean, no = "Rejected"): object => ({ status: isYes ? "Accepted" : no });

/** What a 1.6 charge point answers. Undefined: NotImplemented. @see OCPP 1.6 edition 2, section 5 */
export function answers16(commands: Commands): Answer {
  const { station } = commands;
  const answers: Readonly<Record<string, (payload: unknown) => object | Promise<object>>> = {
    ...ofConfiguration(commands),
    ...safeguards16(commands.safeguards),
    ...ofProfiles(commands),
    ...ofMaintenance(commands),
    RemoteStartTransaction(payload) {
      const { idTag, connectorId, chargingProfile } = remoteStart.parse(payload);
      const connector = station.remoteStart(idTag, connectorId);
      if (connector !== undefined && chargingProfile !== undefined) {
        commands.installProfile(profileOf(connector.id, chargingProfile));
      }
      return yesNo(connector !== undefined);
    },
    RemoteStopTransaction: (payload) =>
      yesNo(commands.remoteStop(String(z.object({ transactionId: z.number() }).parse(payload).transactionId))),
    ChangeAvailability(payload) {
      const { connectorId, type } = availability.parse(payload);
      return status(commands.setAvailability(connectorId, type === "Operative"));
    },
    UnlockConnector: (payload) => status(commands.unlock(onConnector.parse(payload).connectorId), "NotSupported"),
    ReserveNow(payload) {
      const { connectorId, idTag, parentIdTag, reservationId, expiryDate } = reserveNow.parse(payload);
      return status(commands.reserve(connectorId, { id: reservationId, idTag, parentIdTag, untilMs: expiryDate }));
    },
    CancelReservation: (payload) =>
      yesNo(commands.cancelReservation(z.object({ reservationId: z.number() }).parse(payload).reservationId)),
    GetLocalListVersion: () => ({ listVersion: station.tags.listVersion }),
    SendLocalList(payload) {
      const { updateType, listVersion, localAuthorizationList } = sendLocalList.parse(payload);
      const entries = localAuthorizationList.map(({ idTag, idTagInfo: info }) => ({
        tag: idTag,
        info: tagInfo16(info),
      }));
      return status(station.tags.sendList(updateType, listVersion, entries));
    },
    ClearCache() {
      station.tags.clearCache();
      return status("Accepted");
    },
    DataTransfer: () => status("UnknownVendorId"),
  };
  return (action, payload) => (Object.hasOwn(answers, action) ? answers[action]?.(payload) : undefined);
}

const remoteStart = z.object({
  idTag: z.string(),
  connectorId: z.number().optional(),
  chargingProfile: csChargingProfiles.optional(),
});
const availability = z.object({ connectorId: z.number(), type: z.enum(["Operative", "Inoperative"]) });
const onConnector = z.object({ connectorId: z.number() });
const reserveNow = z.object({
  connectorId: z.number(),
  idTag: z.string(),
  parentIdTag: z.string().optional(),
  reservationId: z.number(),
  expiryDate: time,
});
const sendLocalList = z.object({
  updateType: z.enum(["Full", "Differential"]),
  listVersion: z.number(),
  localAuthorizationList: z.array(z.object({ idTag: z.string(), idTagInfo: idTagInfo.optional() })).default([]),
});

type Answers = Readonly<Record<string, (payload: unknown) => object>>;

function ofConfiguration({ station, safeguards }: Commands): Answers {
  const keys = new Map(settingNames().map((name) => [SETTINGS[name].key.toLowerCase(), name]));
  return {
    GetConfiguration(payload) {
      const { key = [] } = z.object({ key: z.array(z.string()).optional() }).parse(payload);
      const asked = key.length === 0 ? settingNames() : key.flatMap((one) => keys.get(one.toLowerCase()) ?? []);
      return {
        configurationKey: asked.map((name) => ({
          key: SETTINGS[name].key,
          readonly: "isReadOnly" in SETTINGS[name],
          value: station.settings.text(name),
        })),
        unknownKey: key.filter((one) => !keys.has(one.toLowerCase())),
      };
    },
    ChangeConfiguration(payload) {
      const { key, value } = z.object({ key: z.string(), value: z.string() }).parse(payload);
      if (key === "AuthorizationKey") return yesNo(safeguards.setKey(value));
      if (key === "SecurityProfile") return yesNo(safeguards.raiseProfile(Number(value)));
      const name = keys.get(key.toLowerCase());
      return name === undefined ? status("NotSupported") : yesNo(station.settings.set(name, value));
    },
  };
}

function ofProfiles(commands: Commands): Answers {
  return {
    SetChargingProfile(payload) {
      const said = z.object({ connectorId: z.number(), csChargingProfiles }).parse(payload);
      return yesNo(commands.installProfile(profileOf(said.connectorId, said.csChargingProfiles)));
    },
    ClearChargingProfile(payload) {
      const { id, connectorId, chargingProfilePurpose, stackLevel } = clearProfile.parse(payload);
      const purpose = chargingProfilePurpose === undefined ? undefined : PURPOSES[chargingProfilePurpose];
      return yesNo(commands.clearProfiles({ id, connectorId, purpose, stackLevel }), "Unknown");
    },
    GetCompositeSchedule(payload) {
      const { connectorId, duration } = z.object({ connectorId: z.number(), duration: z.number() }).parse(payload);
      const periods = commands.composite(connectorId, duration * 1_000);
      if (periods === undefined) return status("Rejected");
      return {
        status: "Accepted",
        connectorId,
        scheduleStart: iso(commands.nowMs()),
        chargingSchedule: {
          duration,
          chargingRateUnit: "A",
          chargingSchedulePeriod: periods.map(({ fromMs, limitA }) => ({
            startPeriod: Math.round(fromMs / 1_000),
            limit: Math.round(limitA * 10) / 10,
          })),
        },
      };
    },
  };
}

const clearProfile = z.object({
  id: z.number().optional(),
  connectorId: z.number().optional(),
  chargingProfilePurpose: z.string().optional(),
  stackLevel: z.number().optional(),
});

function ofMaintenance(commands: Commands): Answers {
  const log = z.object({ requestId: z.number() });
  return {
    Reset(payload) {
      commands.reset(z.object({ type: z.string() }).parse(payload).type === "Hard");
      return status("Accepted");
    },
    TriggerMessage: (payload) => triggered(commands, payload),
    ExtendedTriggerMessage(payload) {
      const { requestedMessage } = z.object({ requestedMessage: z.string() }).parse(payload);
      if (requestedMessage !== "SignChargePointCertificate") return triggered(commands, payload);
      commands.safeguards.askForCertificate();
      return status("Accepted");
    },
    GetDiagnostics: () => ({ fileName: commands.uploadLog(undefined) }),
    GetLog: (payload) => ({ status: "Accepted", filename: commands.uploadLog(log.parse(payload).requestId) }),
    UpdateFirmware() {
      commands.updateFirmware(undefined);
      return {};
    },
  };
}

function triggered(commands: Commands, payload: unknown): object {
  const { requestedMessage, connectorId } = z
    .object({ requestedMessage: z.string(), connectorId: z.number().optional() })
    .parse(payload);
  const message = TRIGGERS.safeParse(requestedMessage).data;
  return message === undefined ? status("NotImplemented") : yesNo(commands.trigger(message, connectorId));
}

function profileOf(connectorId: number, said: z.infer<typeof csChargingProfiles>): ChargingProfile {
  const { chargingSchedule: schedule } = said;
  return {
    id: said.chargingProfileId,
    connectorId,
    stackLevel: said.stackLevel,
    purpose: PURPOSES[said.chargingProfilePurpose] ?? "tx-default",
    kind: said.chargingProfileKind,
    recurrency: said.recurrencyKind,
    transactionId: said.transactionId === undefined ? undefined : String(said.transactionId),
    validFromMs: said.validFrom,
    validToMs: said.validTo,
    startMs: schedule.startSchedule,
    durationMs: schedule.duration,
    unit: schedule.chargingRateUnit,
    periods: schedule.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
      fromMs: startPeriod,
      limit,
      phases: numberPhases,
    })),
  };
}
