// Runs the journeys of this folder, one after the other, against the mall at BASE:
//   BASE=http://127.0.0.1:8080 node run.mjs [NAME…]
// Prints a line per step and ends with 1 when one fails. bin/test starts the mall and calls this.
//
// A journey is a file NAME.journey.mjs with
//   export const title = "what the person wants";
//   export default async function ({ step, open, base, engine, browser }) { … }
// `await step("what the person does", async () => { … })` does, prints and returns one step's result;
// `await open({ user, width, scripts })` gives a page of its own, signed in when `user` names an account.
import { readdir } from "node:fs/promises";
import * as lib from "./lib.mjs";

const SUFFIX = ".journey.mjs";

/** Runs one journey; true when it went through. */
async function journey(browser, base, name) {
  const { title, default: go } = await import(`./${name}${SUFFIX}`);
  console.log(`\n${name}: ${title}`);
  const pages = [];
  const open = async ({ user, ...options } = {}) => {
    const page = await lib.open(browser, { base, ...options });
    pages.push(page);
    if (user) await lib.login(page, user);
    return page;
  };
  let doing = "begin";
  const step = async (what, act) => {
    doing = what;
    const began = performance.now();
    const result = await act();
    console.log(`  ok    ${what} (${Math.round(performance.now() - began)} ms)`);
    doing = `after “${what}”`;
    return result;
  };
  try {
    await go({ step, open, base, browser, engine: process.env.ENGINE ?? "sqlite" });
    doing = "end";
    for (const page of pages) lib.noConsoleErrors(page);
    return true;
  } catch (error) {
    console.log(`  FAIL  ${doing}`);
    console.log(String(error.stack ?? error).replace(/^/gm, "        "));
    for (const [i, page] of pages.entries()) await keep(page, `failed-${name}-${i + 1}`);
    return false;
  } finally {
    for (const page of pages) await page.context().close();
  }
}

/** Keeps a picture of where a failed journey stood; a page that is gone does not hide the failure. */
async function keep(page, name) {
  try {
    await lib.shot(page, name, true);
    console.log(`        ${page.url()} is in var/shots/${name}.png`);
  } catch (error) {
    console.log(`        no picture of ${page.url()}: ${error.message}`);
  }
}

async function main(wanted) {
  const base = process.env.BASE;
  if (!base) throw new Error("BASE must name the address of a mall, like http://127.0.0.1:8080");
  const all = (await readdir(new URL(".", import.meta.url))).filter((f) => f.endsWith(SUFFIX)).map((f) => f.slice(0, -SUFFIX.length)).sort();
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length) throw new Error(`no journey is called ${unknown.join(", ")}; there are ${all.join(", ")}`);
  const names = wanted.length ? wanted : all;
  if (names.length === 0) throw new Error("there are no journeys");

  const browser = await lib.launch();
  const failed = [];
  try {
    for (const name of names) if (!(await journey(browser, base, name))) failed.push(name);
  } finally {
    await browser.close();
  }
  console.log(`\n${names.length - failed.length} of ${names.length} journeys went through${failed.length ? `; failed: ${failed.join(", ")}` : ""}`);
  return failed.length ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`journeys: ${error.message}`);
  process.exitCode = 1;
}
