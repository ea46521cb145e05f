import type { MethodDescription } from "../../adapter.ts";
import type { CommandOutcome } from "../../event.ts";

type Parameter = MethodDescription["parameters"][number];

const text = (id: string, zh: string, en: string): Parameter => ({ id, name: { zh, en }, type: "text" });
const number = (id: string, zh: string, en: string): Parameter => ({ id, name: { zh, en }, type: "number" });
const flag = (id: string, zh: string, en: string): Parameter => ({ id, name: { zh, en }, type: "boolean" });
const optional = (parameter: Parameter): Parameter => ({ ...parameter, isOptional: true });

const CONNECTOR = number("connector", "枪号", "Connector");
/** `csms` or `manufacturer`: whom the certificate is to vouch for. */
const ROOT_USE = text("use", "用途 (csms / manufacturer)", "Use (csms / manufacturer)");
const TAG = text("idTag", "卡号", "Id tag");

/** What a charge point can be asked to do, whichever version it speaks. */
export const METHODS: readonly MethodDescription[] = [
  { id: "remote-start", name: { zh: "远程启动", en: "Start charging" }, parameters: [TAG, optional(CONNECTOR)] },
  {
    id: "remote-stop",
    name: { zh: "远程停止", en: "Stop charging" },
    parameters: [text("transaction", "交易号", "Transaction")],
  },
  { id: "reset", name: { zh: "重启", en: "Reset" }, parameters: [optional(flag("isHard", "硬重启", "Hard"))] },
  { id: "unlock", name: { zh: "解锁枪头", en: "Unlock connector" }, parameters: [CONNECTOR] },
  {
    id: "availability",
    name: { zh: "启用或停用", en: "Change availability" },
    parameters: [flag("isOperative", "启用", "Operative"), optional(CONNECTOR)],
  },
  {
    id: "get-configuration",
    name: { zh: "读取配置", en: "Read configuration" },
    parameters: [optional(text("key", "键", "Key"))],
  },
  {
    id: "set-configuration",
    name: { zh: "修改配置", en: "Change configuration" },
    parameters: [text("key", "键", "Key"), text("value", "值", "Value")],
  },
  {
    id: "get-log",
    name: { zh: "上传日志", en: "Upload a log" },
    parameters: [text("url", "上传地址", "Upload to"), optional(flag("isSecurity", "安全日志", "Security log"))],
  },
  {
    id: "update-firmware",
    name: { zh: "固件升级", en: "Update firmware" },
    parameters: [
      text("url", "固件地址", "Firmware at"),
      text("at", "开始时间", "Not before"),
      optional(text("certificate", "签名证书", "Signing certificate")),
      optional(text("signature", "签名", "Signature")),
    ],
  },
  {
    id: "trigger",
    name: { zh: "请求上报", en: "Ask for a message" },
    parameters: [text("message", "消息", "Message"), optional(CONNECTOR)],
  },
  {
    id: "reserve",
    name: { zh: "预约", en: "Reserve" },
    parameters: [
      CONNECTOR,
      TAG,
      text("until", "预约至", "Until"),
      number("reservation", "预约号", "Reservation"),
      optional(text("parentIdTag", "所属卡组", "Group of tags")),
    ],
  },
  {
    id: "cancel-reservation",
    name: { zh: "取消预约", en: "Cancel a reservation" },
    parameters: [number("reservation", "预约号", "Reservation")],
  },
  { id: "clear-cache", name: { zh: "清除缓存", en: "Clear the cache" }, parameters: [] },
  {
    id: "install-certificate",
    name: { zh: "安装根证书", en: "Install a root certificate" },
    parameters: [ROOT_USE, text("certificate", "证书 (PEM)", "Certificate (PEM)")],
  },
  {
    id: "installed-certificates",
    name: { zh: "查询根证书", en: "Ask for root certificates" },
    parameters: [ROOT_USE],
  },
  {
    id: "delete-certificate",
    name: { zh: "删除证书", en: "Delete a certificate" },
    parameters: [
      text("issuerNameHash", "颁发者名称散列", "Hash of the issuer's name"),
      text("issuerKeyHash", "颁发者公钥散列", "Hash of the issuer's key"),
      text("serialNumber", "序列号", "Serial number"),
      optional(text("hashAlgorithm", "散列算法", "Hash algorithm")),
    ],
  },
  { id: "renew-certificate", name: { zh: "更换桩证书", en: "Renew its own certificate" }, parameters: [] },
  { id: "new-password", name: { zh: "更换密码", en: "Give it a new password" }, parameters: [] },
  {
    id: "transaction-status",
    name: { zh: "查询交易", en: "Ask for a transaction" },
    parameters: [optional(text("transaction", "交易号", "Transaction"))],
  },
];

/** Checks a call's arguments against what the method takes. @returns undefined where they fit. */
export function refusalOfArguments(
  methodId: string,
  given: Readonly<Record<string, unknown>>,
): CommandOutcome | undefined {
  const method = METHODS.find(({ id }) => id === methodId);
  if (method === undefined)
    return { kind: "refused", reason: "unknown-method", detail: `no method is called "${methodId}"` };
  const types = { text: "string", number: "number", boolean: "boolean" } as const;
  for (const { id, type, isOptional } of method.parameters) {
    const value = given[id];
    if (value === undefined && isOptional === true) continue;
    if (typeof value !== types[type])
      return { kind: "refused", reason: "bad-arguments", detail: `${id}: expected ${type}` };
  }
  const unknown = Object.keys(given).find((key) => !method.parameters.some(({ id }) => id === key));
  return unknown === undefined
    ? undefined
    : { kind: "refused", reason: "bad-arguments", detail: `${unknown}: not known here` };
}
