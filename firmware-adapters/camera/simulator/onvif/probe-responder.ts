import { createSocket } from "node:dgram";
import { once } from "node:events";

import { asError } from "@outpost/kernel/thrown.ts";

import { SimulatorError } from "../../../simulation/errors.ts";
import type { Endpoint, Listener } from "../../../simulation/listen.ts";
import { CameraError } from "../../errors.ts";
import { descend, escapeXml, parseXml } from "../../onvif/xml.ts";

export interface ProbeResponderOptions {
  /** Where its device service is. */
  readonly serviceUrl: string;
  readonly name: string;
  /** Joins the group of WS-Discovery by this interface; only what is sent to itself is answered where absent. */
  readonly multicastInterface?: string;
  /** Its name for itself. */
  readonly endpoint: string;
}

const GROUP = "239.255.255.250";

/** Answers WS-Discovery probes. @throws SimulatorError `simulator/cannot-listen` */
export async function answerProbes({ host, port }: Endpoint, options: ProbeResponderOptions): Promise<Listener> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  try {
    socket.bind(port, host);
    await once(socket, "listening");
    if (options.multicastInterface !== undefined) socket.addMembership(GROUP, options.multicastInterface);
  } catch (error) {
    socket.close();
    const message = `cannot answer probes on ${host} port ${port}: ${asError(error).message}`;
    throw new SimulatorError("simulator/cannot-listen", message, { cause: error });
  }
  socket.on("error", () => undefined);
  socket.on("message", (datagram, from) => {
    const answer = probeAnswer(datagram.toString("utf8"), options);
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined);
  });
  return {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

function probeAnswer(text: string, { serviceUrl, name, endpoint }: ProbeResponderOptions): string | undefined {
  let messageId: string | undefined;
  try {
    const envelope = parseXml(text);
    if (descend(envelope, "Body", "Probe") === undefined) return undefined;
    messageId = descend(envelope, "Header", "MessageID")?.text;
  } catch (error) {
    if (!(error instanceof CameraError)) throw error;
  }
  if (messageId === undefined) return undefined;
  const scopes = ["type/video_encoder", `name/${encodeURIComponent(name)}`, "hardware/Simulator", "location/Jinshan"];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">',
    `<SOAP-ENV:Header><wsa:MessageID>urn:uuid:0</wsa:MessageID><wsa:RelatesTo>${escapeXml(messageId)}</wsa:RelatesTo>`,
    "<wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></SOAP-ENV:Header>",
    `<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>${endpoint}</wsa:Address></wsa:EndpointReference>`,
    `<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes.map((scope) => `onvif://www.onvif.org/${scope}`).join(" ")}</d:Scopes>`,
    `<d:XAddrs>${escapeXml(serviceUrl)}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`,
  ].join("");
}
