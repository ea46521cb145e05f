import { createHash, randomInt, X509Certificate } from "node:crypto";

import { peoplePath, personName, putPerson, readPeople, removePerson, unlockPerson } from "../door/people.ts";
import { isUsablePin, PinHasher } from "../door/pin.ts";
import { readPageNote } from "../server/page-note.ts";
import { askPin } from "./ask-pin.ts";

const DIGITS = 8;

/** `technician add NAME`. @throws Error in one line. */
export async function addTechnician(name: string, state: string): Promise<void> {
  if (!personName.safeParse(name).success) throw new Error(`"${name}" is no name: letters, digits, blanks and . ' · -`);
  const given = await askPin(`PIN for ${name} (empty: make one up): `);
  const pin = given === "" ? madeUp() : given;
  if (!isUsablePin(pin)) throw new Error("a PIN is six to twelve digits, not all the same and not just counting");
  const kept = await new PinHasher().keep(pin);
  if (kept === undefined) throw new Error("the PIN could not be kept");
  await putPerson(peoplePath(state), name, kept);
  console.log(given === "" ? `${name} may sign in with PIN ${pin}` : `${name} may sign in`);
}

/** `technician remove NAME`. */
export async function removeTechnician(name: string, state: string): Promise<void> {
  if (!(await removePerson(peoplePath(state), name))) throw new Error(`nobody is called ${name}`);
  console.log(`${name} may sign in no more`);
}

/** `technician unlock NAME`. */
export async function unlockTechnician(name: string, state: string): Promise<void> {
  if (!(await unlockPerson(peoplePath(state), name))) throw new Error(`nobody is called ${name}`);
  console.log(`${name} may try again`);
}

/** `technician list`. */
export async function listTechnicians(state: string): Promise<void> {
  for (const { name } of await readPeople(peoplePath(state))) console.log(name);
  const note = await readPageNote(state).catch(() => undefined);
  if (note === undefined) return;
  const digest = createHash("sha256").update(new X509Certificate(note.certPem).raw).digest("hex").toUpperCase();
  console.log(`page         ${note.url}`);
  console.log(`fingerprint  ${(digest.match(/../g) ?? []).join(":")}`);
}

function madeUp(): string {
  for (;;) {
    const pin = Array.from({ length: DIGITS }, () => randomInt(10)).join("");
    if (isUsablePin(pin)) return pin;
  }
}
