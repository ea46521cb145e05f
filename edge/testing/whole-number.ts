import { InvalidArgumentError } from "commander";

/** Parses an option of commander's. @throws InvalidArgumentError where it is not a whole number above 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It takes a whole number above 0.");
  return value;
}
