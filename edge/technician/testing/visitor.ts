import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

import type { Language } from "../catalogue.ts";
import { say, type TextKey } from "../words/catalogue.ts";

/** A machine that bears many tests at once is slow. */
export const SOON = { timeout: 60_000 };

/** A browser that speaks to nobody but the page's own server. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      // As root, in a container without a GPU and with a small /dev/shm.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
}

/** Somebody in front of the page, and everything the browser complained about meanwhile. */
export class Visitor implements AsyncDisposable {
  readonly page: Page;
  readonly language: Language;
  /** Violations of the policy, errors of scripts, foreign requests, dialogues that a script opened. */
  readonly faults: string[] = [];
  readonly #context: BrowserContext;
  readonly #name: string;

  private constructor(context: BrowserContext, page: Page, { origin, language, name }: VisitorOptions) {
    this.#context = context;
    this.page = page;
    this.language = language;
    this.#name = name;
    page.setDefaultTimeout(SOON.timeout);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin)) this.faults.push(`a request to ${request.url()}`);
    });
    page.on("dialog", (dialog) => this.faults.push(`a dialogue: ${dialog.message()}`));
  }

  static async open(browser: Browser, options: VisitorOptions): Promise<Visitor> {
    const { language, size, origin } = options;
    const locale = language === "zh" ? "zh-CN" : "en-GB";
    const context = await browser.newContext({ viewport: size, locale, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const visitor = new Visitor(context, page, options);
    await page.goto(origin);
    return visitor;
  }

  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string {
    return say(this.language, key, values);
  }

  async press(key: TextKey): Promise<void> {
    await this.page.getByRole("button", { name: spaced(this.say(key)) }).click();
  }

  async fill(key: TextKey, text: string): Promise<void> {
    await this.page.getByLabel(this.say(key), { exact: true }).fill(text);
  }

  /** Chooses in a list. `what`: its name where that is no sentence of the catalogue's own. */
  async choose(what: string, option: string | RegExp): Promise<void> {
    const { page } = this;
    const list = page.locator(".ant-select", { has: page.getByRole("combobox", { name: what, exact: true }) });
    const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option");
    const wanted = options.filter({ hasText: option }).first();
    for (let tries = 1; ; tries += 1) {
      await list.click();
      try {
        await wanted.click({ timeout: OPEN_LIST_MS });
        await list.filter({ hasText: option }).waitFor({ timeout: OPEN_LIST_MS });
        return;
      } catch (error) {
        // A list that is drawn anew closes again, or takes no choice: whoever sees that clicks once more.
        if (tries === MOST_TRIES) throw error;
      }
    }
  }

  /** Keeps a picture of the whole page for people to look at: in `OUTPOST_SCREENSHOTS`, else in the temporary folder. */
  async picture(name: string, page = this.page): Promise<void> {
    const folder = join(process.env["OUTPOST_SCREENSHOTS"] ?? tmpdir(), "technician");
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${this.#name}-${name}.png`), fullPage: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}

export interface VisitorOptions {
  readonly origin: string;
  readonly language: Language;
  readonly size: { readonly width: number; readonly height: number };
  /** Begins the names of its pictures. */
  readonly name: string;
}

const OPEN_LIST_MS = 5_000;
const MOST_TRIES = 8;

/** The component library puts a space between two Chinese characters of a button. */
function spaced(words: string): RegExp {
  const plain = words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${/^\p{Script=Han}{2}$/u.test(words) ? Array.from(plain).join("\\s?") : plain}$`);
}
