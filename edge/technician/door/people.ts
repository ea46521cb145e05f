import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import { errorCode } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import type { KeptPin } from "./pin.ts";

/** How people write their name: no control characters, no blanks around it. */
export const personName = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} .'·-]*$/u, "letters, digits, blanks and . ' · -, at most 40");

const MAX_PEOPLE = 100;
const person = z.strictObject({
  name: personName,
  salt: z.string().max(64),
  hash: z.string().max(128),
  /** Counted up to lift a lock-out from the command line. */
  unlocks: z.int().min(0).default(0),
});
const peopleFile = z.strictObject({ version: z.literal(1), people: z.array(person).max(MAX_PEOPLE) });

/** A technician who may sign in. */
export type Person = Readonly<z.infer<typeof person>>;

/** The file of technicians, read anew each time: the command line writes it beside a running gateway. */
export function peoplePath(stateDirectory: string): string {
  return join(stateDirectory, "technician", "people.json");
}

/**
 * Everybody who may sign in.
 *
 * @returns nobody where there is no file yet.
 * @throws Error where the file cannot be read or makes no sense: nobody gets in then.
 */
export async function readPeople(path: string): Promise<readonly Person[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
  return peopleFile.parse(JSON.parse(text)).people;
}

/** Adds a person or gives a known one another PIN, which also lifts a lock-out. @throws Error where there are too many. */
export async function putPerson(path: string, name: string, pin: KeptPin): Promise<void> {
  const people = await readPeople(path);
  const before = people.find((one) => one.name === name);
  const unlocks = before === undefined ? 0 : before.unlocks + 1;
  const others = people.filter((one) => one !== before);
  if (others.length >= MAX_PEOPLE) throw new Error(`there are ${MAX_PEOPLE} technicians already`);
  await write(path, [...others, { name: personName.parse(name), ...pin, unlocks }]);
}

/** Lifts a lock-out. @returns whether there is such a person. */
export async function unlockPerson(path: string, name: string): Promise<boolean> {
  const people = await readPeople(path);
  await write(
    path,
    people.map((one) => (one.name === name ? { ...one, unlocks: one.unlocks + 1 } : one)),
  );
  return people.some((one) => one.name === name);
}

/** @returns whether there was such a person. */
export async function removePerson(path: string, name: string): Promise<boolean> {
  const people = await readPeople(path);
  const others = people.filter((one) => one.name !== name);
  if (others.length !== people.length) await write(path, others);
  return others.length !== people.length;
}

async function write(path: string, people: readonly Person[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, `${JSON.stringify({ version: 1, people }, undefined, 2)}\n`);
}
