import { z } from "zod";

const file = z.string().min(1).max(500);

/** The central system upstream of a charge point that is relayed. */
export const relaySettings = z
  .strictObject({
    /** Its endpoint without the identity, which is put behind it as OCPP-J has it: `wss://csms.example/ocpp`. */
    url: z
      .url({ protocol: /^wss?$/ })
      .max(400)
      .refine((url) => !/[?#@]/.test(url), "no query, no fragment, no user in it: the identity comes behind it"),
    /** HTTP Basic upstream: none, the header that the station itself sent, or the relay's own key for this station. */
    login: z.enum(["none", "station", "own"]).default("none"),
    /** For `login: own`; sent as it is written here. */
    key: z.string().min(16).max(40).optional(),
    /** Who signs upstream's certificate, where that is none of the authorities that Node.js brings. */
    caFile: file.optional(),
    /** The gateway's own certificate and key, where upstream wants to see one. */
    certFile: file.optional(),
    keyFile: file.optional(),
    /** Both sockets are pinged so often, and given up after two pings without a sign of life. */
    pingEveryMs: z.int().min(1_000).max(600_000).default(30_000),
  })
  .superRefine(({ url, login, key, caFile, certFile, keyFile }, context) => {
    const refuse = (field: string, message: string): void =>
      context.addIssue({ code: "custom", path: [field], message, input: undefined });
    if ((login === "own") !== (key !== undefined)) refuse("key", "expected with login: own, and only there");
    if ((certFile === undefined) !== (keyFile === undefined))
      refuse("keyFile", "a certificate and its key, or neither");
    if (url.startsWith("wss:")) return;
    if (caFile !== undefined || certFile !== undefined) refuse("url", "expected wss: for certificates");
  });
export type RelaySettings = z.infer<typeof relaySettings>;

/** What does not fit between a station's own security profile and what goes on upstream. */
export function relayObjection(
  { url, login }: RelaySettings,
  securityProfile: number,
): { readonly field: "url" | "login"; readonly message: string } | undefined {
  if (securityProfile >= 2 && !url.startsWith("wss:")) {
    return { field: "url", message: "expected wss: what comes over TLS must not go on without" };
  }
  if (login === "station" && securityProfile !== 1 && securityProfile !== 2) {
    return { field: "login", message: "expected another: only stations of profiles 1 and 2 send a password" };
  }
  return undefined;
}
