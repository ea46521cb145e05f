import { z } from "zod";

/** The journal's state rows of commands begin so; the command's id follows. */
export const COMMAND_STATE_PREFIX = "command/";
/** So many commands are remembered; the oldest is forgotten first. */
export const MAX_REMEMBERED = 1_000;

const commandRow = z.object({
  v: z.literal(1),
  status: z.enum(["started", "finished"]),
  actor: z.string(),
  atMs: z.number(),
});
type CommandRow = z.infer<typeof commandRow>;

/** Which commands were begun and which have their result, so that one that comes twice acts once. */
export class CommandMemory {
  readonly #known = new Map<string, CommandRow>();

  /**
   * Reads the rows of before a restart.
   *
   * @returns the commands that were under way when the gateway stopped: nobody knows how they ended.
   */
  restore(rows: ReadonlyMap<string, string>): { readonly id: string; readonly actor: string }[] {
    const read = [...rows].flatMap(([key, text]) => {
      const row = parseRow(text);
      return row === undefined ? [] : [{ id: key.slice(COMMAND_STATE_PREFIX.length), row }];
    });
    for (const { id, row } of read.toSorted((a, b) => a.row.atMs - b.row.atMs)) this.#known.set(id, row);
    return read.filter(({ row }) => row.status === "started").map(({ id, row }) => ({ id, actor: row.actor }));
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** Notes a command before anything is done. @returns the state row to write first. */
  begin(id: string, actor: string, atMs: number): Record<string, string | null> {
    return this.#note(id, { v: 1, status: "started", actor, atMs });
  }

  /** Notes that a command has its result. @returns the state rows that go with the result. */
  finish(id: string, actor: string, atMs: number): Record<string, string | null> {
    const rows = this.#note(id, { v: 1, status: "finished", actor, atMs });
    for (const [oldest] of this.#known) {
      if (this.#known.size <= MAX_REMEMBERED) break;
      this.#known.delete(oldest);
      rows[COMMAND_STATE_PREFIX + oldest] = null;
    }
    return rows;
  }

  #note(id: string, row: CommandRow): Record<string, string | null> {
    this.#known.set(id, row);
    return { [COMMAND_STATE_PREFIX + id]: JSON.stringify(row) };
  }
}

function parseRow(text: string): CommandRow | undefined {
  try {
    return commandRow.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
