import { lookup } from "node:dns/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP } from "node:net";

import { asError } from "@outpost/kernel/thrown.ts";
import type { SendingAction } from "@outpost/wire/site-alarms.ts";

import type { SendOutcome } from "../sending/send-plan.ts";

/** Addresses of a site's own network: private, link-local and this machine (RFC 1918, 3927, 4193, 4291, 6598). */
const SITE = new BlockList();
for (const [net, bits] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
] as const) {
  SITE.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["fc00::", 7],
  ["fe80::", 10],
  ["::1", 128],
] as const) {
  SITE.addSubnet(net, bits, "ipv6");
}

/** Whether an address is on the site's own network. */
export function isOnSite(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && SITE.check(address, family === 4 ? "ipv4" : "ipv6");
}

/**
 * Posts JSON to something on the site's own network. A name is looked up once and the connection goes to the address that
 * was judged; a redirect is not followed; what comes back is not read.
 */
export async function postJson(
  action: Pick<Extract<SendingAction, { kind: "http" }>, "url" | "timeoutMs">,
  body: object,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const url = new URL(action.url);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(action.timeoutMs)]);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  try {
    const address = await within(bounded, addressOf(host));
    if (!isOnSite(address)) {
      return { kind: "failed", reason: `${host} is not on the site's own network`, isFinal: true };
    }
    return await post(url, { address, body: JSON.stringify(body), signal: bounded });
  } catch (error) {
    return { kind: "failed", reason: asError(error).message };
  }
}

async function addressOf(host: string): Promise<string> {
  return isIP(host) === 0 ? (await lookup(host)).address : host;
}

async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const onAbort = (): void => late.reject(new Error("the name was not looked up in time"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

interface Post {
  readonly address: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

async function post(url: URL, { address, body, signal }: Post): Promise<SendOutcome> {
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  const bytes = Buffer.from(body);
  let isWritten = false;
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(
    url,
    {
      method: "POST",
      signal,
      agent: false,
      headers: { "content-type": "application/json", "content-length": bytes.length, connection: "close" },
      // The address that was judged, whatever the name says by now. TLS still checks the name.
      lookup: (_, options, callback) => {
        const family = isIP(address);
        if (options.all === true) callback(null, [{ address, family }]);
        else callback(null, address, family);
      },
    },
    (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      if (status >= 200 && status < 300) resolve({ kind: "sent" });
      else resolve({ kind: "failed", reason: `answered with ${status}` });
    },
  );
  request.on("finish", () => {
    isWritten = true;
  });
  // What was written whole may have been taken, whatever became of the answer.
  request.on("error", (error) => resolve({ kind: isWritten ? "uncertain" : "failed", reason: error.message }));
  request.end(bytes);
  return await promise;
}
