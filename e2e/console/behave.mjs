// What the scripts of the console add, tried on its samples in a browser, and that pages do
// without them.
//
//   node behave.mjs FOLDER/pages

import assert from "node:assert/strict";
import { launch, serve } from "./browse.mjs";

const { base, close } = await serve(process.argv[2] ?? "pages");
const browser = await launch();
let tried = 0;

async function on(name, options, check) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${base}/${name}.html`);
  await check(page, context);
  assert.deepEqual(errors, [], name);
  await context.close();
  tried += 1;
}

// The sentence that the script makes is the one that the server made.
for (const name of ["create-usual", "create-empty"]) {
  for (const language of ["en", "de"]) {
    const page = `${name}.${language}.light`;
    let told;
    await on(page, { javaScriptEnabled: false }, async (bare) => {
      told = await bare.locator("#summary").textContent();
      assert.ok(await bare.getByRole("button", { name: /Preview|Vorschau/ }).isVisible());
    });
    await on(page, {}, async (live) => {
      assert.equal(await live.locator("#summary").textContent(), told);
      assert.ok(await live.locator("[data-unless-script]").isHidden());
    });
  }
}

await on("create-usual.en.light", {}, async (page) => {
  const told = () => page.locator("#summary").textContent();
  await page.locator("input[value=read-write]").check();
  await page.locator("#networks").fill("10.0.0.0/8\n10.1.2.3");
  await page.locator("input[name=expires][value=never]").check();
  await page.getByLabel("Confluence").check();
  assert.equal(
    await told(),
    "Reads and writes in Jira and Confluence as alice, from 10.0.0.0/8 or 10.1.2.3, without an "
      + "end. It can't administer.",
  );
  await page.locator("#expires_date").fill("2027-03-01");
  assert.match(await told(), /until 1 March 2027\./);
  await page.getByText("Narrower").click();
  await page.locator("#rate").fill("60/min");
  await page.locator("#headers").fill("X-Caller: build\nX-Job: 1");
  assert.match(await told(), /headers x-caller and x-job\. At most 60\/min\./);
});

// Copying says what it did, or selects the text.
await on("created-usual.en.light", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
  const button = page.locator("[data-copies=secret]");
  await button.click();
  await page.getByText("Copied", { exact: true }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^gpass_[0-9A-Za-z]{38}$/);
});
await on("created-usual.en.light", { javaScriptEnabled: false }, async (page) => {
  assert.equal(await page.locator("[data-copies]:visible").count(), 0);
  assert.ok(await page.locator("#secret").isVisible());
});

// A question in a dialog; without scripts the link leads to its page.
await on("token-usual.en.light", {}, async (page) => {
  await page.getByRole("link", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Revoke token" }).waitFor();
  assert.match(await dialog.textContent(), /Revoke “Nightly export”\?/);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.ok(await dialog.isHidden());
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keyboard" }).waitFor();
});
await on("token-usual.en.light", { javaScriptEnabled: false }, async (page) => {
  const href = await page.getByRole("link", { name: "Revoke" }).getAttribute("href");
  assert.match(href, /^\/gatepass\/tokens\/tok_[0-9a-f]{32}\/revoke$/);
});

// Selecting rows, and how many.
await on("all_tokens-usual.en.light", {}, async (page) => {
  const revoke = page.getByRole("button", { name: "Revoke" });
  assert.ok(await revoke.isDisabled());
  await page.locator("input[name=id]").nth(1).check();
  await page.locator("input[name=id]").nth(4).click({ modifiers: ["Shift"] });
  assert.equal(await page.locator("[data-selected]").textContent(), "4 selected");
  await page.locator("[data-selects-all]").check();
  assert.equal(await page.locator("[data-selected]").textContent(), "25 selected");
  assert.ok(await revoke.isEnabled());
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("name")), "q");
});
await on("all_tokens-usual.en.light", { javaScriptEnabled: false }, async (page) => {
  assert.ok(await page.getByRole("button", { name: "Revoke" }).isEnabled());
});

// Filtering while somebody types.
await on("my_tokens-many.en.light", {}, async (page) => {
  await page.keyboard.press("/");
  await page.keyboard.type("job 42");
  assert.equal(await page.locator("#tokens tbody tr:visible").count(), 1);
});

// The whole row leads to its page, and the keyboard reaches the content first.
await on("my_tokens-usual.en.light", {}, async (page) => {
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  const box = await page.locator("#tokens tbody tr").first().boundingBox();
  const hit = await page.evaluate(
    ([x, y]) => document.elementFromPoint(x, y)?.closest("a")?.getAttribute("href") ?? "",
    [box.x + box.width - 40, box.y + 8],
  );
  assert.match(hit, /^\/gatepass\/tokens\/tok_/);
  // A time in it shows the exact one, and is no hole.
  const time = page.locator("#tokens tbody tr time").first();
  const [above, title] = await time.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [document.elementFromPoint(x + width / 2, y + height / 2)?.tagName, element.title];
  });
  assert.deepEqual([above, title], ["TIME", "1 December 2026, 14:10 UTC"]);
  const left = page.waitForRequest(/\/gatepass\/tokens\/tok_/);
  await page.route(/\/gatepass\/tokens\//, (route) => route.abort());
  await time.click();
  await left;
});

await browser.close();
close();
console.log(`${tried} tries, all well`);
