import { createLog } from "@outpost/kernel/log.ts";
import { settleSharp } from "@outpost/models/running/picture.ts";

import { SESSION_LIMITS } from "../ipc/framing.ts";
import { receiveFramed, sendFramed } from "../ipc/message-pipe.ts";
import { request, type SessionRequest } from "./session-messages.ts";
import { SessionWork } from "./session-work.ts";

// The one kind of process that loads ONNX Runtime. It ends when its standard input does.
const log = createLog("vision-sessions", process.env["OUTPOST_LOG_LEVEL"] ?? "info");
process.stdout.on("error", () => process.exit(1));
settleSharp();
const work = new SessionWork();
let last: Promise<void> = Promise.resolve();

async function answerAfter(before: Promise<void>, asked: SessionRequest, body: Buffer): Promise<void> {
  await before;
  const answered = await work.answer(asked, body);
  sendFramed(process.stdout, answered.answer, answered.body);
}

await receiveFramed(process.stdin, SESSION_LIMITS, ({ header, body }) => {
  const asked = request.parse(header);
  // One after the other: a second frame under way does not help on one core.
  last = answerAfter(last, asked, body);
}).catch((error: unknown) => {
  log.error("the sessions end", { reason: String(error) });
});
process.exit();
