interface Setting {
  /** The configuration key of 1.6. */
  readonly key: string;
  /** Component and variable of 2.0.1, and the variable's instance where it has one. */
  readonly variable: readonly [component: string, variable: string, instance?: string];
  readonly type: "boolean" | "integer" | "list" | "text";
  readonly initial: string;
  readonly isReadOnly?: boolean;
}

/** What can be set at a station, in the words of both versions. */
export const SETTINGS = {
  heartbeatS: integer("HeartbeatInterval", ["OCPPCommCtrlr", "HeartbeatInterval"], "300"),
  meterS: integer("MeterValueSampleInterval", ["SampledDataCtrlr", "TxUpdatedInterval"], "60"),
  measurands: {
    key: "MeterValuesSampledData",
    variable: ["SampledDataCtrlr", "TxUpdatedMeasurands"],
    type: "list",
    initial: "Energy.Active.Import.Register",
  },
  usesList: boolean("LocalAuthListEnabled", ["LocalAuthListCtrlr", "Enabled"], "true"),
  usesCache: boolean("AuthorizationCacheEnabled", ["AuthCacheCtrlr", "Enabled"], "true"),
  authorizesOffline: boolean("LocalAuthorizeOffline", ["AuthCtrlr", "LocalAuthorizeOffline"], "false"),
  preAuthorizes: boolean("LocalPreAuthorize", ["AuthCtrlr", "LocalPreAuthorize"], "false"),
  acceptsUnknown: boolean("AllowOfflineTxForUnknownId", ["AuthCtrlr", "OfflineTxForUnknownIdEnabled"], "false"),
  authorizesRemote: boolean("AuthorizeRemoteTxRequests", ["AuthCtrlr", "AuthorizeRemoteStart"], "false"),
  stopsOnInvalid: boolean("StopTransactionOnInvalidId", ["TxCtrlr", "StopTxOnInvalidId"], "true"),
  stopsOnUnplug: boolean("StopTransactionOnEVSideDisconnect", ["TxCtrlr", "StopTxOnEVSideDisconnect"], "true"),
  plugWithinS: integer("ConnectionTimeOut", ["TxCtrlr", "EVConnectionTimeOut"], "60"),
  attempts: integer("TransactionMessageAttempts", ["OCPPCommCtrlr", "MessageAttempts", "TransactionEvent"], "3"),
  retryS: integer(
    "TransactionMessageRetryInterval",
    ["OCPPCommCtrlr", "MessageAttemptInterval", "TransactionEvent"],
    "20",
  ),
  pingS: integer("WebSocketPingInterval", ["OCPPCommCtrlr", "WebSocketPingInterval"], "30"),
  rotation: {
    key: "ConnectorPhaseRotation",
    variable: ["ChargingStation", "PhaseRotation"],
    type: "text",
    initial: "NotApplicable",
  },
  rateUnit: readOnly("ChargingScheduleAllowedChargingRateUnit", ["SmartChargingCtrlr", "RateUnit"], "Current,Power"),
  maxStackLevel: readOnly("ChargeProfileMaxStackLevel", ["SmartChargingCtrlr", "ProfileStackLevel"], "8"),
  maxProfiles: readOnly("MaxChargingProfilesInstalled", ["SmartChargingCtrlr", "Entries"], "100"),
  features: readOnly(
    "SupportedFeatureProfiles",
    ["ChargingStation", "FeatureProfiles"],
    "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger",
  ),
  listMax: readOnly("LocalAuthListMaxLength", ["LocalAuthListCtrlr", "Entries"], "5000"),
  listPart: readOnly("SendLocalListMaxLength", ["LocalAuthListCtrlr", "ItemsPerMessage"], "100"),
  clockAlignedS: readOnly("ClockAlignedDataInterval", ["AlignedDataCtrlr", "Interval"], "0"),
  resetRetries: integer("ResetRetries", ["OCPPCommCtrlr", "ResetRetries"], "1"),
} as const satisfies Readonly<Record<string, Setting>>;
export type SettingName = keyof typeof SETTINGS;

const MAX_VALUE = 500;

/** A station's settings as they are now. They survive its reboots. */
export class StationSettings {
  readonly #values = new Map<SettingName, string>();

  constructor(initial: Partial<Record<SettingName, string>> = {}) {
    for (const name of settingNames()) this.#values.set(name, initial[name] ?? SETTINGS[name].initial);
  }

  text(name: SettingName): string {
    return this.#values.get(name) ?? "";
  }

  number(name: SettingName): number {
    return Number(this.text(name));
  }

  isOn(name: SettingName): boolean {
    return this.text(name).toLowerCase() === "true";
  }

  list(name: SettingName): readonly string[] {
    return this.text(name)
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  }

  /** @returns whether the value fits. */
  set(name: SettingName, value: string): boolean {
    const { type, isReadOnly }: Setting = SETTINGS[name];
    if (isReadOnly === true || value.length > MAX_VALUE) return false;
    if (type === "integer" && !/^\d{1,9}$/.test(value)) return false;
    if (type === "boolean" && !/^(?:true|false)$/i.test(value)) return false;
    this.#values.set(name, value);
    return true;
  }
}

/** All settings, in their order. */
export function settingNames(): readonly SettingName[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a table are its keys
  return Object.keys(SETTINGS) as SettingName[];
}

function integer(key: string, variable: Setting["variable"], initial: string): Setting {
  return { key, variable, type: "integer", initial };
}

function boolean(key: string, variable: Setting["variable"], initial: string): Setting {
  return { key, variable, type: "boolean", initial };
}

function readOnly(key: string, variable: Setting["variable"], initial: string): Setting {
  return { key, variable, type: "text", initial, isReadOnly: true };
}
