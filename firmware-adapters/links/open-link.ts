import { Line } from "./line.ts";
import type { LineDeps } from "./line.ts";
import type { BytePort, LineLink, Link, ListenerLink, MqttLink, TcpPort } from "./link.ts";
import { Listener } from "./listener.ts";
import { BrokerLink } from "./mqtt.ts";
import { openSerial } from "./serial.ts";
import type { LineSettings, LinkSettings } from "./settings.ts";
import { connectSerialServer, connectTcp } from "./tcp.ts";

type SettingsOf<Kind extends LinkSettings["kind"]> = Extract<LinkSettings, { readonly kind: Kind }>;

/**
 * Opens a link and keeps it open until it is disposed. A line that is down now is no failure: it is tried again with
 * back-off, and until the first try has ended, exchanges wait for it.
 */
export function openLink(settings: LineSettings, deps: LineDeps): LineLink;
export function openLink(settings: SettingsOf<"listener">, deps: LineDeps): ListenerLink;
export function openLink(settings: SettingsOf<"mqtt">, deps: LineDeps): MqttLink;
export function openLink(settings: LinkSettings, deps: LineDeps): Link;
export function openLink(settings: LinkSettings, deps: LineDeps): Link {
  switch (settings.kind) {
    case "serial":
      return new Line<"serial", BytePort>(settings, "serial", (signal) => openSerial(settings, deps, signal), deps);
    case "serial-server":
      return new Line<"serial-server", BytePort>(
        settings,
        "serial-server",
        (signal) => connectSerialServer(settings, deps, signal),
        deps,
      );
    case "tcp":
      return new Line<"tcp", TcpPort>(settings, "tcp", (signal) => connectTcp(settings, signal), deps);
    case "listener":
      return new Listener(settings, deps);
    case "mqtt":
      return new BrokerLink(settings, deps);
  }
}
