// Opens the samples of the console's pages in a browser.
//
//   cargo run -p gatepass-console --example samples -- FOLDER/pages
//   npm ci && node look.mjs FOLDER/pages FOLDER/shots [part of a page's name]
//   npm ci && node look.mjs FOLDER/pages
//
// Serves the folder with the headers that the console sends, runs axe-core on each page in both
// themes, looks for scripts and styles that the policy stopped and for pages that are wider than
// the screen, and takes pictures at 1280 and 390 px. Fails when something is found.
//
// Without a folder for pictures it takes none, and leaves out what another language can't change:
// axe runs on English pages at 1280 px, and German ones are measured at 320 px.

import { readFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { launch, serve } from "./browse.mjs";

const [pages, shots, only] = process.argv.slice(2);
if (!pages) {
  console.error("usage: node look.mjs PAGES [SHOTS [part of a name]]");
  process.exit(2);
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const { base, close } = await serve(pages);

const names = JSON.parse(await readFile(join(pages, "index.json"), "utf8"))
  .filter((name) => !only || name.includes(only));
if (shots) await mkdir(shots, { recursive: true });

const browser = await launch();
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

async function expectToFit(page, name) {
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (wider > 0) found.push(`${name}: ${wider} px wider than the screen`);
}

async function look(name, width) {
  const theme = name.includes(".dark.") ? "dark" : "light";
  const context = await browser.newContext({
    viewport: { width, height: width > 600 ? 900 : 844 },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") found.push(`${name} (${width}): ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`${name} (${width}): ${error}`));
  await page.goto(`${base}/${name}`, { waitUntil: "load" });
  await expectToFit(page, `${name} (${width})`);
  await audit(page, `${name} (${width})`);
  await page.screenshot({ path: join(shots, `${name.replace(/\.html$/, "")}.${width}.png`), fullPage: true });
  // Twice as large on a screen of 640 px, and the narrowest phones.
  for (const narrow of width > 600 ? [] : [360, 320]) {
    await page.setViewportSize({ width: narrow, height: 844 });
    await expectToFit(page, `${name} (${narrow})`);
  }
  await context.close();
}

// One page in a browser that is there already: only what the pictures would not show better.
async function glance(page, name) {
  const label = `${name} (quick)`;
  const hear = (message) => {
    if (message.type() === "error") found.push(`${label}: ${message.text()}`);
  };
  const fail = (error) => found.push(`${label}: ${error}`);
  page.on("console", hear);
  page.on("pageerror", fail);
  const isEnglish = name.includes(".en.");
  await page.setViewportSize({ width: isEnglish ? 1280 : 320, height: 900 });
  await page.goto(`${base}/${name}`, { waitUntil: "load" });
  await expectToFit(page, label);
  if (isEnglish) await audit(page, label);
  page.off("console", hear);
  page.off("pageerror", fail);
}

async function glanceAll() {
  const isTold = (name) => name.includes(".en.") || name.includes(".light.");
  for (const theme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: theme, reducedMotion: "reduce" });
    const mine = names.filter((name) => name.includes(`.${theme}.`)).filter(isTold);
    await Promise.all([0, 1].map(async () => {
      const page = await context.newPage();
      for (let next = mine.shift(); next; next = mine.shift()) await glance(page, next);
    }));
    await context.close();
  }
}

async function lookAtAll() {
  const queue = names.flatMap((name) => [1280, 390].map((width) => [name, width]));
  await Promise.all([0, 1].map(async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await look(...next);
  }));
}

await (shots ? lookAtAll() : glanceAll());

await browser.close();
close();
for (const line of found) console.log(line);
console.log(`${names.length} pages${shots ? " at 2 widths" : ""}, ${found.length} findings`);
process.exit(found.length ? 1 : 0);
