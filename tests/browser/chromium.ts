// A headless Chromium with a page, and the folder of files that it is served.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Page } from "playwright-core";
import { findChromium } from "../../tools/chromium.mjs";

const executablePath = findChromium();

/** For `{ skip }`: false, or why there is no browser. */
export const noChromium = executablePath
  ? false
  : "no Chromium: npm run install-chromium, or set CHROMIUM to its program";

const TYPES: Record<string, string> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  wasm: "application/wasm",
};

/** Files by path ("/index.html"). */
export type Served = ReadonlyMap<string, Uint8Array>;

/** A server of files with these headers, on a port of its own. */
async function serve(files: Served, headers: Record<string, string>) {
  const server = createServer(({ url }, response) => {
    const bytes = files.get(url ?? "");
    const type = TYPES[(url ?? "").split(".").at(-1)!] ?? "application/octet-stream";
    response.writeHead(bytes ? 200 : 404, { ...headers, "content-type": bytes ? type : "text/plain" }).end(bytes);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export interface Opened {
  page: Page;
  version: string;
  /** Errors and warnings of the page's console, exceptions that nobody caught, and requests that failed, so far. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens `/index.html` of the files, each served with these headers. */
export async function openPage(files: Served, headers: Record<string, string> = {}): Promise<Opened> {
  const { server, origin } = await serve(files, headers);
  const browser = await chromium.launch({ executablePath });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`no answer: ${request.url()}`));
  await page.goto(`${origin}/index.html`);
  return {
    page,
    version: browser.version(),
    complaints,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
