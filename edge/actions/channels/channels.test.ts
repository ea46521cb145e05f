import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CommandOutcome, DeviceCommand } from "@outpost/firmware-adapters/event.ts";
import { afterEach, describe, expect, it, vi } from "vitest";

import { showOnSign, writeOnce } from "./device.ts";
import { isOnSite, postJson } from "./http.ts";
import { playVoice } from "./voice.ts";

const never = new AbortController().signal;

async function withServer<T>(answer: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  try {
    return await work(`http://127.0.0.1:${port}/alarm`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function device(...answers: CommandOutcome[]) {
  const asked: DeviceCommand[] = [];
  return {
    asked,
    execute: async (_: string, command: DeviceCommand) => {
      asked.push(command);
      return await Promise.resolve(answers.shift() ?? ({ kind: "done", before: null, after: null } as const));
    },
  };
}
describe("http", () => {
  it("posts the alarm as JSON", async () => {
    let body = "";
    const outcome = await withServer(
      (request, response) => {
        request.on("data", (bytes: Buffer) => (body += bytes.toString()));
        request.on("end", () => response.writeHead(204).end());
      },
      (url) => postJson({ url, timeoutMs: 5_000 }, { says: "calls", text: "水位" }, never),
    );
    expect(outcome).toEqual({ kind: "sent" });
    expect(JSON.parse(body)).toEqual({ says: "calls", text: "水位" });
  });

  it("follows no redirect, and takes an error for what it is", async () => {
    let asked = 0;
    const outcome = await withServer(
      (request, response) => {
        asked += 1;
        request.resume();
        response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
      },
      (url) => postJson({ url, timeoutMs: 5_000 }, {}, never),
    );
    expect([outcome, asked]).toEqual([{ kind: "failed", reason: "answered with 302" }, 1]);
  });

  it("is uncertain about what was taken and not answered in time", async () => {
    const outcome = await withServer(
      (request) => request.resume(),
      (url) => postJson({ url, timeoutMs: 3_000 }, {}, never),
    );
    expect(outcome.kind).toBe("uncertain");
  });

  it("goes nowhere but to the site's own network", async () => {
    expect(await postJson({ url: "http://192.0.2.1/", timeoutMs: 300 }, {}, never)).toMatchObject({
      kind: "failed",
      isFinal: true,
    });
    for (const address of ["10.1.2.3", "172.31.0.1", "192.168.1.1", "127.0.0.1", "fe80::1", "fd00::1", "::1"]) {
      expect(isOnSite(address)).toBe(true);
    }
    for (const address of ["8.8.8.8", "172.32.0.1", "2001:db8::1", "somewhere"]) expect(isOnSite(address)).toBe(false);
  });
});

describe("voice", () => {
  const folders: string[] = [];
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  /** An aplay that does what `script` says, first in PATH and alone in it. */
  async function withPlayer(script: string | undefined): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "outpost-voice-"));
    folders.push(folder);
    if (script !== undefined) {
      await writeFile(join(folder, "aplay"), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, "aplay"), 0o755);
    }
    vi.stubEnv("PATH", folder);
    return folder;
  }
  const VOICE = { file: "/a b.wav", output: "plughw:1,0", times: 2, pauseMs: 0, maxMs: 10_000 };

  it("is played as often as it says, on the output it says", async () => {
    const folder = await withPlayer(`echo "$@" >> "$(/usr/bin/dirname "$0")/played"`);
    expect(await playVoice(VOICE, never)).toEqual({ kind: "sent" });
    expect(await readFile(join(folder, "played"), "utf8")).toBe("-q -D plughw:1,0 -- /a b.wav\n".repeat(2));
  });

  it("says so where aplay is not installed, and what it says where it fails", async () => {
    await withPlayer(undefined);
    expect(await playVoice(VOICE, never)).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("alsa-utils"),
    });
    await withPlayer("echo no such card >&2; exit 1");
    expect(await playVoice(VOICE, never)).toMatchObject({ kind: "failed", reason: "aplay ended with 1: no such card" });
  });

  it("is broken off when it takes too long", async () => {
    await withPlayer("exec /bin/sleep 60");
    expect(await playVoice({ ...VOICE, maxMs: 300 }, never)).toMatchObject({ kind: "failed" });
  });
});

describe("devices", () => {
  const OPEN = { id: "open", kind: "write-point", device: "lockers", point: "door3.open", value: 1 } as const;
  const SIGN = {
    id: "sign",
    kind: "show-text",
    device: "sign",
    text: { zh: "请撤离", en: "Leave" },
    forMs: 60_000,
  } as const;

  it("a locker's door is opened by one write", async () => {
    const lockers = device();
    expect(await writeOnce(lockers, OPEN, never)).toEqual({ kind: "sent" });
    expect(lockers.asked).toMatchObject([{ kind: "write", pointId: "door3.open", value: 1, priority: "alarm" }]);
  });

  it("what takes select and operate is selected and operated, and its interlock is final for this try", async () => {
    const needs = { kind: "refused", reason: "needs-select", detail: "" } as const;
    const all = device(needs, { kind: "selected", selectionId: "7", expiresInMs: 5_000 });
    expect(await writeOnce(all, OPEN, never)).toEqual({ kind: "sent" });
    expect(all.asked.map(({ kind }) => kind)).toEqual(["write", "select", "operate"]);
    const locked = device(needs, { kind: "refused", reason: "interlocked", detail: "a door is open" });
    expect(await writeOnce(locked, OPEN, never)).toMatchObject({
      kind: "failed",
      reason: "interlocked: a door is open",
    });
  });

  it("a sign shows the text as an emergency, and is cleared at the end", async () => {
    const sign = device();
    await showOnSign(sign, SIGN, "calls", never);
    await showOnSign(sign, SIGN, "ends", never);
    expect(sign.asked).toMatchObject([
      { methodId: "show", arguments: { text: "请撤离", textEn: "Leave", forMs: 60_000, priority: "emergency" } },
      { methodId: "clear", arguments: { priority: "emergency" } },
    ]);
  });
});
