import { CameraError, type CameraErrorCode } from "../errors.ts";
import type { Credentials } from "../http/digest.ts";
import type { ChildEnd } from "./run-child.ts";

/** What ffmpeg says, and what it means. It has no codes: its exit status is 1 for everything, and 0 for a timeout. */
const MEANINGS: readonly (readonly [RegExp, CameraErrorCode, string])[] = [
  [/401 Unauthorized|authorization failed/, "camera/credentials-refused", "credentials refused"],
  [/403 Forbidden/, "camera/refused", "refused: 403 Forbidden"],
  [/404 Not Found/, "camera/refused", "refused: 404, no such stream"],
  [/Server returned [45]|method [A-Z_]+ failed/, "camera/refused", "refused"],
  [/certificate/i, "camera/untrusted-certificate", "its certificate is not trusted"],
  [/Connection refused/, "camera/unreachable", "connection refused"],
  [/No route to host|Host is down|Network is unreachable/, "camera/unreachable", "no route to it"],
  [/Failed to resolve|Name or service not known/, "camera/unreachable", "no such host"],
  [/timed out/, "camera/timeout", "it fell silent"],
  [/Invalid data found|does not contain any stream|matches no streams/, "camera/bad-stream", "no video we can read"],
];
const MAX_QUOTE_CHARS = 160;
/** A shorter word may be in any text by chance, and to blot it out there would give it away. */
const MIN_SECRET_CHARS = 3;

/** Why ffmpeg ended, in words without the camera's address and credentials. */
export function complaintError(
  host: string,
  { exitCode, complaint }: ChildEnd,
  credentials: Credentials | undefined,
): CameraError {
  const known = MEANINGS.find(([pattern]) => pattern.test(complaint));
  if (known !== undefined) return new CameraError(known[1], `${host}: ${known[2]}`);
  const quote = lastLine(complaint, credentials);
  const words = quote === "" ? "" : `: ${quote}`;
  return new CameraError("camera/ended", `${host}: the stream ended (ffmpeg ${exitCode ?? "killed"})${words}`);
}

function lastLine(complaint: string, credentials: Credentials | undefined): string {
  const line = complaint.trim().split("\n").at(-1) ?? "";
  const { username = "", password = "" } = credentials ?? {};
  const secrets = [password, encodeURIComponent(password), username, encodeURIComponent(username)];
  if (secrets.some((secret) => secret !== "" && secret.length < MIN_SECRET_CHARS)) return "";
  let text = line.replaceAll(/[a-z]+:\/\/\S+/gi, "(address)");
  for (const secret of secrets) if (secret !== "") text = text.replaceAll(secret, "(secret)");
  // What a camera sends us may end up here: no control characters, no end.
  return text.replaceAll(/[^\x20-\x7e]/g, " ").slice(0, MAX_QUOTE_CHARS);
}
