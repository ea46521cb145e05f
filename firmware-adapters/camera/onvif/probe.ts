import { CameraError } from "../errors.ts";
import { childrenOf, descend, parseXml, type XmlElement } from "./xml.ts";

/** A device that answered a probe. */
export interface ProbeMatch {
  /** Its name for itself, the same at every address. */
  readonly endpoint: string;
  /** Where its device service is, http or https, as it says. */
  readonly addresses: readonly string[];
  readonly name: string | undefined;
  readonly hardware: string | undefined;
  readonly location: string | undefined;
}

export const MAX_PROBE_ANSWER_BYTES = 16_384;
const MAX_MATCHES = 8;
const MAX_ADDRESSES = 8;
const MAX_WORD_CHARS = 128;
const SCOPE = "onvif://www.onvif.org/";

/** Asks every video device to answer. @see WS-Discovery 1.0 (April 2005), section 5; ONVIF Core Specification 7.3 */
export function encodeProbe(messageId: string): Buffer {
  return Buffer.from(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">',
      `<s:Header><a:MessageID>${messageId}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>`,
      "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>",
      '<s:Body><d:Probe xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">',
      '<d:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types>',
      "</d:Probe></s:Body></s:Envelope>",
    ].join(""),
    "utf8",
  );
}

/** Those of an answer to `messageId`; none where it answers something else or cannot be read. Never throws. */
export function parseProbeMatches(datagram: Buffer, messageId: string): readonly ProbeMatch[] {
  if (datagram.length > MAX_PROBE_ANSWER_BYTES) return [];
  const envelope = parsed(datagram.toString("utf8"));
  if (descend(envelope, "Header", "RelatesTo")?.text !== messageId) return [];
  return childrenOf(descend(envelope, "Body", "ProbeMatches"), "ProbeMatch")
    .slice(0, MAX_MATCHES)
    .flatMap((match) => probeMatch(match) ?? []);
}

function parsed(text: string): XmlElement | undefined {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof CameraError) return undefined;
    throw error;
  }
}

function probeMatch(match: XmlElement): ProbeMatch | undefined {
  const addresses = words(descend(match, "XAddrs"))
    .filter((address) => address.length <= 512 && /^https?:\/\//i.test(address) && URL.canParse(address))
    .slice(0, MAX_ADDRESSES);
  const endpoint = clean(descend(match, "EndpointReference", "Address")?.text ?? "");
  if (addresses.length === 0 || endpoint === undefined) return undefined;
  const scopes = words(descend(match, "Scopes"));
  const scope = (kind: string): string | undefined => {
    const prefix = `${SCOPE}${kind}/`;
    const found = scopes.find((one) => one.startsWith(prefix));
    return found === undefined ? undefined : clean(decoded(found.slice(prefix.length)));
  };
  return { endpoint, addresses, name: scope("name"), hardware: scope("hardware"), location: scope("location") };
}

function words(element: XmlElement | undefined): readonly string[] {
  return element?.text.split(/\s+/, 256) ?? [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Some cameras leave a bare "%" in it.
    return text;
  }
}

/** For people to read on a terminal: no control characters, no end. */
function clean(text: string): string | undefined {
  const printable = text
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  return printable === "" ? undefined : printable.slice(0, MAX_WORD_CHARS);
}
