import { createInterface } from "node:readline/promises";

/** The PIN from `OUTPOST_PIN`, or asked for on standard error. */
export async function askPin(question: string): Promise<string> {
  const given = process.env["OUTPOST_PIN"];
  if (given !== undefined && given !== "") return given;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
