/** Messages of a 2.0.1 station as the standard has them, for tests. */

export const AT = "2026-11-25T08:00:00.000Z";

/** One of each message that a station sends by itself, but those of transactions. */
export const MESSAGES: readonly (readonly [useCase: string, action: string, payload: object, answer: object])[] = [
  [
    "B01",
    "BootNotification",
    { reason: "PowerUp", chargingStation: { model: "One", vendorName: "Acme", firmwareVersion: "1.2" } },
    { status: "Accepted", interval: 300 },
  ],
  ["G02", "Heartbeat", {}, {}],
  ["G01", "StatusNotification", { timestamp: AT, connectorStatus: "Occupied", evseId: 1, connectorId: 1 }, {}],
  ["C01", "Authorize", { idToken: { idToken: "04A1B2", type: "ISO14443" } }, { idTokenInfo: { status: "Accepted" } }],
  [
    "C07",
    "Authorize",
    {
      idToken: { idToken: "DE8AACA2B3C4D5", type: "eMAID" },
      iso15118CertificateHashData: [
        {
          hashAlgorithm: "SHA256",
          issuerNameHash: "aa",
          issuerKeyHash: "bb",
          serialNumber: "01",
          responderURL: "http://ocsp.test",
        },
      ],
    },
    { idTokenInfo: { status: "Invalid" }, certificateStatus: "NoCertificateAvailable" },
  ],
  [
    "J01",
    "MeterValues",
    {
      evseId: 1,
      meterValue: [{ timestamp: AT, sampledValue: [{ value: 12.5, unitOfMeasure: { unit: "kWh", multiplier: 0 } }] }],
    },
    {},
  ],
  [
    "B07",
    "NotifyReport",
    {
      requestId: 7,
      generatedAt: AT,
      seqNo: 0,
      reportData: [
        {
          component: { name: "Connector", evse: { id: 1, connectorId: 1 } },
          variable: { name: "ConnectorType" },
          variableAttribute: [{ value: "cType2" }],
        },
      ],
    },
    {},
  ],
  [
    "N07",
    "NotifyEvent",
    {
      generatedAt: AT,
      seqNo: 0,
      eventData: [
        {
          eventId: 1,
          timestamp: AT,
          trigger: "Alerting",
          actualValue: "71",
          component: { name: "EVSE", evse: { id: 1 } },
          eventNotificationType: "HardWiredMonitor",
          variable: { name: "Temperature" },
        },
      ],
    },
    {},
  ],
  ["A04", "SecurityEventNotification", { type: "TamperDetectionActivated", timestamp: AT, techInfo: "lid" }, {}],
  ["L01", "FirmwareStatusNotification", { status: "SignatureVerified", requestId: 3 }, {}],
  ["N01", "LogStatusNotification", { status: "Uploaded", requestId: 4 }, {}],
  ["A02", "SignCertificate", { csr: "-----BEGIN CERTIFICATE REQUEST-----" }, { status: "Rejected" }],
  ["P02", "DataTransfer", { vendorId: "com.acme", data: { anything: 1 } }, { status: "UnknownVendorId" }],
  ["H04", "ReservationStatusUpdate", { reservationId: 5, reservationUpdateStatus: "Expired" }, {}],
  ["K12", "NotifyChargingLimit", { evseId: 1, chargingLimit: { chargingLimitSource: "SO", isGridCritical: true } }, {}],
  ["K13", "ClearedChargingLimit", { chargingLimitSource: "SO", evseId: 1 }, {}],
  [
    "K09",
    "ReportChargingProfiles",
    {
      requestId: 8,
      chargingLimitSource: "CSO",
      evseId: 1,
      chargingProfile: [
        {
          id: 1_001,
          stackLevel: 0,
          chargingProfilePurpose: "TxDefaultProfile",
          chargingProfileKind: "Relative",
          chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] }],
        },
      ],
    },
    {},
  ],
  ["N02", "NotifyMonitoringReport", { requestId: 9, seqNo: 0, generatedAt: AT }, {}],
  ["N09", "NotifyCustomerInformation", { data: "somebody's own", seqNo: 0, generatedAt: AT, requestId: 10 }, {}],
];

export interface EventChanges {
  readonly transactionId?: string;
  readonly chargingState?: string;
  readonly stoppedReason?: string;
  readonly at?: string;
  readonly idTag?: string;
  readonly evseId?: number;
  readonly meterWh?: number;
  readonly triggerReason?: string;
  readonly offline?: boolean;
}

/** A TransactionEvent of a transaction that began on EVSE 1, as a station sends it now. */
export function transactionEvent(
  eventType: "Started" | "Updated" | "Ended",
  seqNo: number,
  changes: EventChanges = {},
) {
  const {
    transactionId = "9f0a1c5e-5b7d-4e0c-8a39-2f0d6b1c7e54",
    chargingState,
    stoppedReason,
    at = new Date().toISOString(),
    idTag,
  } = changes;
  const { evseId = 1, meterWh, triggerReason = "Trigger", offline } = changes;
  const context = { Started: "Transaction.Begin", Updated: "Sample.Periodic", Ended: "Transaction.End" }[eventType];
  const sampledValue = [{ value: meterWh, context, measurand: "Energy.Active.Import.Register" }];
  return {
    eventType,
    timestamp: at,
    triggerReason,
    seqNo,
    transactionInfo: {
      transactionId,
      ...(chargingState === undefined ? {} : { chargingState }),
      ...(stoppedReason === undefined ? {} : { stoppedReason }),
    },
    ...(eventType === "Started" ? { evse: { id: evseId, connectorId: 1 } } : {}),
    ...(idTag === undefined ? {} : { idToken: { idToken: idTag, type: "ISO14443" } }),
    ...(meterWh === undefined ? {} : { meterValue: [{ timestamp: at, sampledValue }] }),
    ...(offline === undefined ? {} : { offline }),
  };
}
