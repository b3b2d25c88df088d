// Opens the samples of the console's pages in a browser.
//
//   cargo run -p gatepass-console --example samples -- FOLDER/pages
//   npm ci && node look.mjs FOLDER/pages FOLDER/shots [part of a page's name]
//
// Serves the folder with the headers that the console sends, runs axe-core on each page in both
// themes, looks for scripts and styles that the policy stopped and for pages that are wider than
// the screen, and takes pictures at 1280 and 390 px. Fails when something is found.

import { readFile, mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const [pages, shots, only] = process.argv.slice(2);
if (!pages || !shots) {
  console.error("usage: node look.mjs PAGES SHOTS [part of a name]");
  process.exit(2);
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
const policy = "default-src 'none'; script-src 'nonce-c2FtcGxl'; style-src 'self'; "
  + "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, "http://x").pathname);
  try {
    const body = await readFile(join(pages, path));
    const headers = { "Content-Type": types[extname(path)] ?? "application/octet-stream" };
    if (extname(path) === ".html") headers["Content-Security-Policy"] = policy;
    response.writeHead(200, headers).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;

const names = JSON.parse(await readFile(join(pages, "index.json"), "utf8"))
  .filter((name) => !only || name.includes(only));
await mkdir(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run"],
});

const found = [];

async function audit(page, name) {
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values } }),
    tags,
  );
  for (const violation of result.violations) {
    for (const node of violation.nodes) {
      found.push(`${name}: ${violation.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`);
    }
  }
}

async function look(name, width) {
  const theme = name.includes(".dark.") ? "dark" : "light";
  // The sheet follows the system where nobody chose; here the page says it, so ask for the other.
  const context = await browser.newContext({
    viewport: { width, height: width > 600 ? 900 : 844 },
    colorScheme: theme,
    reducedMotion: "reduce",
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") found.push(`${name} (${width}): ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`${name} (${width}): ${error}`));
  await page.goto(`${base}/${name}`, { waitUntil: "load" });
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (wider > 0) found.push(`${name} (${width}): ${wider} px wider than the screen`);
  await audit(page, `${name} (${width})`);
  await page.screenshot({ path: join(shots, `${name.replace(/\.html$/, "")}.${width}.png`), fullPage: true });
  await context.close();
}

const queue = names.flatMap((name) => [1280, 390].map((width) => [name, width]));
await Promise.all([0, 1].map(async () => {
  for (let next = queue.shift(); next; next = queue.shift()) await look(...next);
}));

await browser.close();
server.close();
for (const line of found) console.log(line);
console.log(`${names.length} pages at 2 widths, ${found.length} findings`);
process.exit(found.length ? 1 : 0);
