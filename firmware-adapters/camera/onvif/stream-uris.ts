import type { Clock } from "@outpost/kernel/clock.ts";

import { CameraError } from "../errors.ts";
import type { Credentials } from "../http/digest.ts";
import type { OnvifSource } from "../settings.ts";
import { SoapClient } from "./soap-client.ts";
import { childrenOf, descend, escapeXml, type XmlElement } from "./xml.ts";

const DEVICE = "http://www.onvif.org/ver10/device/wsdl";
const MEDIA = "http://www.onvif.org/ver10/media/wsdl";
const MEDIA2 = "http://www.onvif.org/ver20/media/wsdl";
const SCHEMA = "http://www.onvif.org/ver10/schema";

const MAX_PROFILES = 512;
const MAX_URI_CHARS = 1_024;

export interface OnvifCamera {
  readonly source: OnvifSource;
  readonly credentials: Credentials | undefined;
  readonly isCertificateChecked: boolean;
}

export interface StreamUris {
  /** The profile that was taken. */
  readonly profile: string;
  /** rtsp or rtsps, without credentials; undefined where the camera has none. */
  readonly stream: string | undefined;
  /** http or https, without credentials; undefined where the camera has none. */
  readonly snapshot: string | undefined;
}

interface MediaService {
  readonly namespace: typeof MEDIA | typeof MEDIA2;
  readonly url: URL;
}

interface Asking {
  readonly camera: OnvifCamera;
  readonly client: SoapClient;
  readonly signal: AbortSignal;
}

/**
 * Asks a camera where its stream and its snapshots are: its clock first, because tokens are dated by it, then its
 * services, its profiles, and the addresses of one of them.
 *
 * @throws CameraError as `SoapClient`; `camera/bad-stream` where an address is none or leads elsewhere.
 * @see ONVIF Core Specification 5.9 and 8.3, Media Service Specification 5, Media2 Service Specification 5
 */
export async function readStreamUris(
  camera: OnvifCamera,
  { clock }: { readonly clock: Clock },
  signal: AbortSignal,
): Promise<StreamUris> {
  const { credentials, isCertificateChecked } = camera;
  const client = new SoapClient({ credentials, isCertificateChecked }, { clock });
  const asking: Asking = { camera, client, signal };
  await readClock(asking, clock);
  const media = await findMedia(asking);
  const profile = await findProfile(asking, media);
  const stream = await optional(() => streamUri(asking, media, profile.token));
  const snapshot = await optional(() => snapshotUri(asking, media, profile.token));
  if (stream === undefined && snapshot === undefined) {
    throw new CameraError("camera/refused", `${deviceUrl(camera).host} has neither stream nor snapshots`);
  }
  return { profile: profile.name, stream, snapshot };
}

export function deviceUrl({ source }: Pick<OnvifCamera, "source">): URL {
  const { host, port, path, isSecure } = source;
  const name = host.includes(":") ? `[${host}]` : host;
  return new URL(path, `${isSecure ? "https" : "http"}://${name}:${port}`);
}

/** By the specification this is answered to everybody; some makers ask for credentials all the same. */
async function readClock({ camera, client, signal }: Asking, clock: Clock): Promise<void> {
  const request = {
    url: deviceUrl(camera),
    body: `<GetSystemDateAndTime xmlns="${DEVICE}"/>`,
    answer: "GetSystemDateAndTimeResponse",
  };
  let answer: XmlElement;
  try {
    answer = await client.call(request, signal);
  } catch (error) {
    if (!(error instanceof CameraError) || error.code !== "camera/credentials-refused") throw error;
    // Our own time is the best guess for a token then.
    client.setCameraTime(clock.now().wallMs);
    answer = await client.call(request, signal);
  }
  client.setCameraTime(cameraTime(answer) ?? clock.now().wallMs);
}

function cameraTime(answer: XmlElement): number | undefined {
  const utc = descend(answer, "SystemDateAndTime", "UTCDateTime");
  const number = (...path: readonly string[]): number => Number(descend(utc, ...path)?.text || Number.NaN);
  const [year, month, day] = [number("Date", "Year"), number("Date", "Month"), number("Date", "Day")];
  const [hour, minute, second] = [number("Time", "Hour"), number("Time", "Minute"), number("Time", "Second")];
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  return year >= 1970 && year < 3000 && Number.isFinite(wallMs) ? wallMs : undefined;
}

/** Media where there is one: every camera that has Media2 has it too, but for the newest. */
async function findMedia(asking: Asking): Promise<MediaService> {
  const { camera, client, signal } = asking;
  const url = deviceUrl(camera);
  const services = await optional(() =>
    client.call(
      {
        url,
        body: `<GetServices xmlns="${DEVICE}"><IncludeCapability>false</IncludeCapability></GetServices>`,
        answer: "GetServicesResponse",
      },
      signal,
    ),
  );
  for (const namespace of [MEDIA, MEDIA2] as const) {
    const service = childrenOf(services, "Service").find((one) => descend(one, "Namespace")?.text === namespace);
    const address = descend(service, "XAddr")?.text;
    if (address !== undefined) return { namespace, url: addressOf(asking, address, ["http:", "https:"]) };
  }
  // Cameras of before 2011 know only this.
  const capabilities = await client.call(
    {
      url,
      body: `<GetCapabilities xmlns="${DEVICE}"><Category>Media</Category></GetCapabilities>`,
      answer: "GetCapabilitiesResponse",
    },
    signal,
  );
  const address = descend(capabilities, "Capabilities", "Media", "XAddr")?.text;
  if (address === undefined) throw new CameraError("camera/refused", `${url.host} has no media service`);
  return { namespace: MEDIA, url: addressOf(asking, address, ["http:", "https:"]) };
}

async function findProfile(
  { camera, client, signal }: Asking,
  { namespace, url }: MediaService,
): Promise<{ readonly token: string; readonly name: string }> {
  const body = `<GetProfiles xmlns="${namespace}"/>`;
  const answer = await client.call({ url, body, answer: "GetProfilesResponse" }, signal);
  const profiles = childrenOf(answer, "Profiles")
    .slice(0, MAX_PROFILES)
    .map((profile) => ({
      token: profile.attributes.get("token") ?? "",
      name: descend(profile, "Name")?.text ?? "",
    }));
  const wanted = camera.source.profile;
  const found = profiles.find(({ token, name }) => wanted === undefined || token === wanted || name === wanted);
  if (found !== undefined) return found;
  throw new CameraError("camera/refused", `${url.host} has no such profile among its ${profiles.length}`);
}

async function streamUri(asking: Asking, { namespace, url }: MediaService, token: string): Promise<string> {
  const profile = `<ProfileToken>${escapeXml(token)}</ProfileToken>`;
  const setup = `<StreamSetup><Stream xmlns="${SCHEMA}">RTP-Unicast</Stream><Transport xmlns="${SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>`;
  const how = namespace === MEDIA ? setup : "<Protocol>RTSP</Protocol>";
  const body = `<GetStreamUri xmlns="${namespace}">${how}${profile}</GetStreamUri>`;
  const answer = await asking.client.call({ url, body, answer: "GetStreamUriResponse" }, asking.signal);
  // FFmpeg checks no certificate over rtsps, so it is only for those who know that.
  const protocols = asking.camera.isCertificateChecked ? ["rtsp:"] : ["rtsp:", "rtsps:"];
  return addressOf(asking, uriOf(answer), protocols).href;
}

async function snapshotUri(asking: Asking, { namespace, url }: MediaService, token: string): Promise<string> {
  const profile = `<ProfileToken>${escapeXml(token)}</ProfileToken>`;
  const body = `<GetSnapshotUri xmlns="${namespace}">${profile}</GetSnapshotUri>`;
  const answer = await asking.client.call({ url, body, answer: "GetSnapshotUriResponse" }, asking.signal);
  return addressOf(asking, uriOf(answer), ["http:", "https:"]).href;
}

/** Media wraps it once more than Media2. */
function uriOf(answer: XmlElement): string {
  return (descend(answer, "MediaUri", "Uri") ?? descend(answer, "Uri"))?.text ?? "";
}

/**
 * An address as the camera named it. Our credentials go there, so it must be the camera's own; behind address
 * translation the camera names one that only it knows, and the settings say to take theirs.
 */
function addressOf({ camera }: Asking, text: string, protocols: readonly string[]): URL {
  const { source } = camera;
  const ours = deviceUrl(camera);
  if (text.length > MAX_URI_CHARS || !URL.canParse(text)) {
    throw new CameraError("camera/bad-stream", `${ours.host} named an address that is none`);
  }
  const url = new URL(text);
  url.username = "";
  url.password = "";
  if (!protocols.includes(url.protocol) || url.hostname === "") {
    throw new CameraError("camera/bad-stream", `${ours.host} named an address of another kind`);
  }
  if (source.preserveAddress) url.hostname = ours.hostname;
  else if (url.hostname.toLowerCase() !== ours.hostname.toLowerCase()) {
    const hint = "preserveAddress: true takes the address in the settings instead";
    throw new CameraError("camera/bad-stream", `${ours.host} named an address on another host; ${hint}`);
  }
  return url;
}

/** What a camera does not have, it refuses; that leaves the rest. */
async function optional<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CameraError && error.code === "camera/refused") return undefined;
    throw error;
  }
}
