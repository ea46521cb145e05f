import type { LinkError } from "./errors.ts";

/** Why a line that exists could not carry an exchange, as whoever polls takes it. */
export type LineFailure =
  /** No request can reach the device now. */
  | { readonly kind: "unreachable"; readonly reason: "link-down" | "timeout"; readonly detail: string }
  /** More exchanges wait for the line than may; the device has nothing to do with it. */
  | { readonly kind: "no-room" };

/** @throws the error itself where the line has ended for us: `link/closed`, `link/taken`. */
export function lineFailure(error: LinkError): LineFailure {
  switch (error.code) {
    case "link/down":
      return { kind: "unreachable", reason: "link-down", detail: error.message };
    case "link/timeout":
      return { kind: "unreachable", reason: "timeout", detail: error.message };
    case "link/busy":
      return { kind: "no-room" };
    case "link/closed":
    case "link/taken":
      throw error;
  }
}
