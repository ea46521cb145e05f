import { descend, escapeXml, type XmlElement } from "../../onvif/xml.ts";

/** What an ONVIF camera says of itself. */
export interface OnvifFacts {
  /** `rtsp://…`; it refuses to name a stream where absent. */
  readonly streamUrl?: string;
  readonly hasSnapshots: boolean;
  /** Cameras of Profile S speak Media; the newest speak Media2 only. */
  readonly media: 1 | 2;
  /** False: it knows GetCapabilities only. */
  readonly hasServices: boolean;
  /** What it believes its own address to be, as behind address translation; what it was called by where absent. */
  readonly believedHost?: string;
}

export interface Asking {
  readonly path: string;
  readonly host: string;
  readonly nowMs: number;
}

const PROFILES = [
  { token: "main.1", name: "Main stream" },
  { token: "sub.2", name: "Sub stream" },
];

/** The answer's element; undefined where the camera does not know the operation. */
export function onvifAnswer(operation: XmlElement, facts: OnvifFacts, asking: Asking): string | undefined {
  const host = facts.believedHost ?? asking.host;
  const mediaUrl = `http://${host}/onvif/media_service`;
  const token = descend(operation, "ProfileToken")?.text ?? "";
  const isKnownProfile = PROFILES.some((profile) => profile.token === token);
  const prefix = facts.media === 1 ? "trt" : "tr2";
  switch (operation.name) {
    case "GetSystemDateAndTime":
      return dateAndTime(asking.nowMs);
    case "GetServices":
      return facts.hasServices ? services(`http://${host}${asking.path}`, mediaUrl, facts.media) : undefined;
    case "GetCapabilities":
      return `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>http://${host}${asking.path}</tt:XAddr></tt:Device><tt:Media><tt:XAddr>${mediaUrl}</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>`;
    case "GetDeviceInformation":
      return "<tds:GetDeviceInformationResponse><tds:Manufacturer>Outpost</tds:Manufacturer><tds:Model>Simulated camera</tds:Model><tds:FirmwareVersion>1</tds:FirmwareVersion><tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>";
    case "GetVideoSources":
      return '<trt:GetVideoSourcesResponse><trt:VideoSources token="eye"><tt:Framerate>15</tt:Framerate><tt:Resolution><tt:Width>320</tt:Width><tt:Height>240</tt:Height></tt:Resolution></trt:VideoSources></trt:GetVideoSourcesResponse>';
    case "GetProfiles":
      return `<${prefix}:GetProfilesResponse>${PROFILES.map((profile) => profileXml(prefix, profile)).join("")}</${prefix}:GetProfilesResponse>`;
    case "GetStreamUri":
      if (facts.streamUrl === undefined || !isKnownProfile) return undefined;
      return uriAnswer("GetStreamUriResponse", facts.streamUrl, facts.media);
    case "GetSnapshotUri":
      if (!facts.hasSnapshots || !isKnownProfile) return undefined;
      return uriAnswer("GetSnapshotUriResponse", `http://${host}/snapshot.jpg?profile=${token}&a=b`, facts.media);
    default:
      return undefined;
  }
}

function dateAndTime(nowMs: number): string {
  const now = new Date(nowMs);
  const time = `<tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time>`;
  const date = `<tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date>`;
  return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
}

function services(deviceUrl: string, mediaUrl: string, media: 1 | 2): string {
  const device = service("http://www.onvif.org/ver10/device/wsdl", deviceUrl);
  const mediaNamespace = `http://www.onvif.org/ver${media}0/media/wsdl`;
  return `<tds:GetServicesResponse>${device}${service(mediaNamespace, mediaUrl)}</tds:GetServicesResponse>`;
}

function service(namespace: string, url: string): string {
  return `<tds:Service><tds:Namespace>${namespace}</tds:Namespace><tds:XAddr>${url}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>`;
}

function profileXml(prefix: string, { token, name }: (typeof PROFILES)[number]): string {
  return `<${prefix}:Profiles token="${token}" fixed="true"><tt:Name>${escapeXml(name)}</tt:Name><tt:VideoSourceConfiguration token="vsc"><tt:Name>eye</tt:Name><tt:SourceToken>eye</tt:SourceToken></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="vec"><tt:Name>h264</tt:Name><tt:Encoding>H264</tt:Encoding></tt:VideoEncoderConfiguration></${prefix}:Profiles>`;
}

function uriAnswer(answer: string, uri: string, media: 1 | 2): string {
  const escaped = escapeXml(uri);
  return media === 1
    ? `<trt:${answer}><trt:MediaUri><tt:Uri>${escaped}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT60S</tt:Timeout></trt:MediaUri></trt:${answer}>`
    : `<tr2:${answer}><tr2:Uri>${escaped}</tr2:Uri></tr2:${answer}>`;
}
