import type { CameraSettings } from "../settings.ts";
import type { Credentials } from "./digest.ts";

export function credentialsOf({ username, password }: CameraSettings): Credentials | undefined {
  return username === undefined ? undefined : { username, password: password ?? "" };
}
