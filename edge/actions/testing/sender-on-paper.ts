import { silentLog } from "@outpost/kernel/log.ts";
import type { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { notificationRecord, type NotificationRecord } from "@outpost/wire/records.ts";

import type { Message } from "../sending/message.ts";
import type { SendOutcome } from "../sending/send-plan.ts";
import { Sender } from "../sending/sender.ts";

/** A sender whose disk is a map and whose tries end as `outcome` says; everything it did, in order. */
export function senderOnPaper(options: {
  readonly clock: ManualClock;
  readonly disk?: Map<string, string>;
  readonly outcome?: (message: Message, nth: number) => Promise<SendOutcome> | SendOutcome;
  readonly save?: () => Promise<void>;
}) {
  const { clock, disk = new Map<string, string>(), outcome = () => ({ kind: "sent" }) as const } = options;
  const tried: Message[] = [];
  const told: NotificationRecord[] = [];
  const failing: [string, boolean][] = [];
  const write = (rows: Readonly<Record<string, string | null>>): void => {
    for (const [key, row] of Object.entries(rows)) {
      if (row === null) disk.delete(key);
      else disk.set(key, row);
    }
  };
  const sender = new Sender({
    clock,
    log: silentLog,
    saveState: async (rows) => {
      await options.save?.();
      write(rows);
    },
    writeRows: write,
    writeNotification: (record, rows) => {
      // What goes to the journal must be what the wire accepts.
      told.push(notificationRecord.parse(record));
      write(rows);
    },
    perform: async (_, message) => {
      tried.push(message);
      return await outcome(message, tried.length);
    },
    contactName: (id) => ({ zh: `联系人${id}`, en: `Contact ${id}` }),
    onFailing: (actionId, isFailing) => failing.push([actionId, isFailing]),
  });
  return { sender, tried, told, failing, disk };
}
