const WITHIN_MS = 20_000;

/** The levers of one simulator. What they answer is its state, as whoever pulls them parses it. */
export class LeverBoard {
  readonly #url: string;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** @throws Error where the simulator refuses or does not answer. */
  async pull(lever: string, body: object): Promise<unknown> {
    return await this.#ask(lever, { method: "POST", body: JSON.stringify(body) });
  }

  async state(): Promise<unknown> {
    return await this.#ask("state", {});
  }

  async #ask(path: string, request: RequestInit): Promise<unknown> {
    const answer = await fetch(`${this.#url}/${path}`, { ...request, signal: AbortSignal.timeout(WITHIN_MS) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  }
}
