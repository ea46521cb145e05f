/** What a simulator answers to whoever pulls a lever of it, or looks. */
export interface LeverReply {
  readonly status: number;
  readonly body: unknown;
}

/** Pulls one lever of the simulator whose levers are at this port of loopback. */
export async function pullLever(port: number, lever: string, body?: object): Promise<LeverReply> {
  const init = { method: "POST", ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return await replyOf(await fetch(`http://127.0.0.1:${port}/${lever}`, init));
}

/** What the simulator says of itself. */
export async function leverState(port: number): Promise<unknown> {
  return (await replyOf(await fetch(`http://127.0.0.1:${port}/state`))).body;
}

async function replyOf(response: Response): Promise<LeverReply> {
  return { status: response.status, body: await response.json() };
}
