import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch, type Browser, type Page } from 'puppeteer-core';

/** A page in a real Chromium, with what went wrong in it. */
export interface Opened {
  page: Page;
  /** Errors and messages of the console, refused by the policy or thrown. */
  trouble: string[];
  /** Addresses that the page asked for, its own file left out. */
  requests: string[];
}

/** Starts Chromium; `XCCD_CHROMIUM` names another than Debian's. */
export class Pages {
  private readonly folder = mkdtempSync(join(tmpdir(), 'xccd-page-'));
  private browser: Browser | undefined;
  private count = 0;

  async start(): Promise<void> {
    this.browser = await launch({
      executablePath: process.env['XCCD_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
      protocolTimeout: 170_000,
    });
  }

  /** Opens a page from a file, as a reader would, and waits for its script. */
  async open(html: string, hash = '', width = 1280): Promise<Opened> {
    const file = join(this.folder, `${this.count++}.html`);
    writeFileSync(file, html);
    const page = await this.browser!.newPage();
    page.setDefaultTimeout(60_000);
    await page.setViewport({ width, height: 800 });
    const trouble: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => trouble.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const own = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== own) requests.push(request.url());
    });
    await page.goto(own + hash);
    await page.waitForSelector('[data-ready]');
    return { page, trouble, requests };
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until what `read` gives of the page is what is expected, and fails with what it was. */
export async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  let last: T | undefined;
  for (let i = 0; i < 300; i++) {
    last = await read();
    if (JSON.stringify(last) === JSON.stringify(expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(last).toEqual(expected);
}
