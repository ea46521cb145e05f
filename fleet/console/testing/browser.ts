import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, BrowserContext, Page } from "playwright-core";
import { chromium } from "playwright-core";

/** A browser that speaks to nobody but the page's own server. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
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

export interface VisitOptions {
  readonly language?: "zh" | "en";
  readonly scheme?: "light" | "dark";
  readonly size?: { readonly width: number; readonly height: number };
}

/** One visitor's page and everything it complained about. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  /** Errors of the console (violations of the content security policy among them), of scripts, and foreign requests. */
  readonly faults: string[] = [];
  readonly #context: BrowserContext;
  readonly #screenshots: string;

  constructor(context: BrowserContext, page: Page, origin: string) {
    this.#context = context;
    this.page = page;
    this.#screenshots = process.env["OUTPOST_SCREENSHOTS"] ?? join(tmpdir(), "outpost-console");
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin)) this.faults.push(`a request to ${request.url()}`);
    });
  }

  static async open(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
    const context = await browser.newContext({ viewport: options.size ?? { width: 1366, height: 768 } });
    const remembered = { "outpost.language": options.language, "outpost.colours": options.scheme ?? "light" };
    await context.addInitScript((words) => {
      for (const [key, word] of Object.entries(words)) {
        if (word !== undefined && localStorage.getItem(key) === null) localStorage.setItem(key, word);
      }
    }, remembered);
    const page = await context.newPage();
    const visit = new Visit(context, page, new URL(url).origin);
    await page.goto(url);
    return visit;
  }

  /** Keeps a picture for people to look at: in `OUTPOST_SCREENSHOTS`, else in the system's temporary folder. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.#screenshots, `${name}.png`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}
