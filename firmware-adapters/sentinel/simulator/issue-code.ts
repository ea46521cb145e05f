import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { badArgument, parseFlags, parseNumber } from "../../simulation/command-line.ts";
import { SimulatorError } from "../../simulation/errors.ts";
import { issueToken } from "../verifiers/signed-token.ts";
import { rawPublicKey } from "./terminal.ts";

const HELP = `Issues a signed code for a doorway, as whoever runs the visitors' book would.

usage: node firmware-adapters/sentinel/simulator/issue-code.ts --key FILE [options]

  --key FILE     the private key (PEM); made, readable by its owner only, where it is not there
  --valid-s N    how long the code is good, 1 to 31536000 seconds, 300 unless given
  --door NAME    the one door it is for; any door unless given
  --help

Prints one line of JSON: the public key for the site file, and the code.
`;
const MAX_VALID_S = 31_536_000;

/** @throws SimulatorError `simulator/bad-argument`. */
function run(args: string[]): string {
  const values = parseFlags(args, {
    key: { type: "string" },
    "valid-s": { type: "string", default: "300" },
    door: { type: "string" },
    help: { type: "boolean", default: false },
  });
  if (values.help) return HELP;
  if (values.key === undefined) throw badArgument("--key is needed; see --help");
  const validS = parseNumber("--valid-s", values["valid-s"], { min: 1, max: MAX_VALID_S, isWhole: true });
  const privateKey = keyIn(values.key);
  const door = values.door === undefined ? {} : { d: values.door };
  const claims = { i: randomBytes(9).toString("base64url"), e: Math.floor(Date.now() / 1_000) + validS, ...door };
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  return `${JSON.stringify({ publicKey, code: issueToken(claims, privateKey) })}\n`;
}

function keyIn(path: string): KeyObject {
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  }
  const key = createPrivateKey(readFileSync(path));
  if (key.asymmetricKeyType !== "ed25519") throw badArgument(`--key: ${path} is no Ed25519 key`);
  return key;
}

try {
  process.stdout.write(run(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SimulatorError)) throw error;
  process.stderr.write(`issue-code: ${error.message}\n`);
  process.exitCode = 2;
}
