import { createRequire } from "node:module";

import type { OcppVersion } from "../words.ts";

interface Validator {
  readonly subprotocol: string;
  /** Throws an error whose `details.errors` are Ajv's. */
  validate(schemaId: string, payload: unknown): unknown;
}

// A CommonJS list whose types say that it is a module with a default.
const validators: readonly Validator[] = createRequire(import.meta.url)("ocpp-rpc/lib/standard-validators.js");

const MAX_TOLD = 8;

/**
 * In what a payload is not of its action's schema, as the Open Charge Alliance publishes it; empty where it is.
 *
 * @param direction  `req` for a call, `conf` for its result.
 */
export function deviations(
  version: OcppVersion,
  action: string,
  direction: "req" | "conf",
  payload: unknown,
): readonly string[] {
  const validator = validators.find(({ subprotocol }) => subprotocol === version);
  try {
    validator?.validate(`urn:${action}.${direction}`, payload);
    return [];
  } catch (error) {
    return detailsOf(error) ?? [error instanceof Error ? error.message : String(error)];
  }
}

function detailsOf(error: unknown): readonly string[] | undefined {
  if (typeof error !== "object" || error === null || !("details" in error)) return undefined;
  const { details } = error;
  if (typeof details !== "object" || details === null || !("errors" in details) || !Array.isArray(details.errors)) {
    return undefined;
  }
  return details.errors.slice(0, MAX_TOLD).map((one: { instancePath?: string; message?: string }) => {
    return `${one.instancePath ?? ""} ${one.message ?? ""}`.trim();
  });
}
