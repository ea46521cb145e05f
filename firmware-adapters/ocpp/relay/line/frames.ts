/** What is in one message of OCPP-J, as far as a relay has to know. */
export type Frame =
  | { readonly kind: "call"; readonly id: string; readonly action: string; readonly payload: unknown }
  | { readonly kind: "result"; readonly id: string; readonly payload: unknown }
  | { readonly kind: "error"; readonly id: string; readonly errorCode: string; readonly description: string }
  /** None of these, or nothing at all: it passes all the same. */
  | { readonly kind: "foreign" };

const FOREIGN: Frame = { kind: "foreign" };
const CALL = 2;
const CALLRESULT = 3;
const CALLERROR = 4;
const MAX_SHOWN = 255;

/**
 * Reads a message. Never throws: what is no message of OCPP is `foreign`.
 *
 * @param bytes  the whole payload of one WebSocket message.
 * @see OCPP-J 1.6, section 4; OCPP 2.0.1 part 4, section 4
 */
export function readFrame(bytes: Buffer): Frame {
  const message = parsed(bytes);
  if (!Array.isArray(message)) return FOREIGN;
  const [type, rawId, third, fourth]: unknown[] = message;
  const id = idOf(rawId);
  if (id === undefined) return FOREIGN;
  switch (type) {
    case CALL:
      return typeof third === "string" ? { kind: "call", id, action: third, payload: fourth } : FOREIGN;
    case CALLRESULT:
      return { kind: "result", id, payload: third };
    case CALLERROR:
      return { kind: "error", id, errorCode: shown(third), description: shown(fourth) };
    default:
      return FOREIGN;
  }
}

/** Writes a call of our own. */
export function callFrame(id: string, action: string, payload: object): Buffer {
  return Buffer.from(JSON.stringify([CALL, id, action, payload]));
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Ids are texts; some stations send numbers, whose answers come back as numbers. */
function idOf(raw: unknown): string | undefined {
  return typeof raw === "string" ? raw : typeof raw === "number" ? String(raw) : undefined;
}

function shown(raw: unknown): string {
  return typeof raw === "string" ? raw.slice(0, MAX_SHOWN) : "";
}
