/**
 * | code | when |
 * | --- | --- |
 * | `camera/bad-settings` | a setting does not fit |
 * | `camera/no-ffmpeg` | the source needs ffmpeg, and it is not installed |
 * | `camera/jpeg-only` | raw pictures were asked of a source that hands on JPEGs as they come |
 * | `camera/unreachable` | nobody answers at the address: refused, no route, no such name |
 * | `camera/untrusted-certificate` | the camera's certificate is not signed by anybody we know |
 * | `camera/credentials-refused` | user name or password is missing or wrong |
 * | `camera/refused` | the camera understood and will not: no such path, an HTTP, RTSP or SOAP error |
 * | `camera/timeout` | no picture came in time |
 * | `camera/ended` | the camera closed the connection, or ffmpeg ended |
 * | `camera/bad-stream` | what came is no picture, is too long or breaks the protocol |
 * | `camera/no-picture` | the folder is not there or holds no picture |
 */
export type CameraErrorCode =
  | "camera/bad-settings"
  | "camera/no-ffmpeg"
  | "camera/jpeg-only"
  | "camera/unreachable"
  | "camera/untrusted-certificate"
  | "camera/credentials-refused"
  | "camera/refused"
  | "camera/timeout"
  | "camera/ended"
  | "camera/bad-stream"
  | "camera/no-picture";

/**
 * No picture could be had. Branch on `code`, never on `message`. Messages name the camera's host and port at most:
 * paths and queries of cameras often hold passwords.
 */
export class CameraError extends Error {
  override readonly name = "CameraError";
  readonly code: CameraErrorCode;

  constructor(code: CameraErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
