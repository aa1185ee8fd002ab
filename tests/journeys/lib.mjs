// What journeys share: pages of a real browser, signing in, and the checks every page must pass.
import core from "axe-core";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The password of every demo account (base::access::pages::DEMO_PASSWORD). */
export const PASSWORD = "Qicai-demo-2026";
/** Widths in CSS pixels at which every page must work: an office screen, a phone. */
export const DESKTOP = 1280;
export const PHONE = 390;
/** Window heights that go with them. */
const HEIGHT = { [DESKTOP]: 800, [PHONE]: 844 };
/** Longest wait for one action, in ms. */
const PATIENCE = 10_000;
/** Where pictures go. */
const SHOTS = fileURLToPath(new URL("../../var/shots/", import.meta.url));
/** WCAG 2.2 AA and all it contains. */
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Elements named in one complaint, at most. */
const NAMED_MAX = 8;

/** Starts the browser named in CHROMIUM, /usr/bin/chromium without it. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** What the browser complained of, for each page. */
const troubles = new WeakMap();
/** Pages opened without scripts. */
const scriptless = new WeakSet();

/**
 * Opens a page in a context of its own, as another person at another computer would have it.
 * `width`: DESKTOP or PHONE; `scripts: false` switches JavaScript off; `base`: what relative addresses begin with.
 */
export async function open(browser, { base, width = DESKTOP, scripts = true } = {}) {
  const context = await browser.newContext({
    baseURL: base,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width, height: HEIGHT[width] ?? HEIGHT[DESKTOP] },
    javaScriptEnabled: scripts,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const found = [];
  troubles.set(page, found);
  if (!scripts) scriptless.add(page);
  page.on("pageerror", (error) => found.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // The browser also complains here of every answer from 400 on; we judge those by ourselves below.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      found.push(`console: ${message.text()}`);
    }
  });
  page.on("response", (response) => {
    // A page may refuse (4xx), that is the mall's own word. What a page loads must be there, and nothing may break.
    const refusal = response.request().isNavigationRequest() && response.status() < 500;
    if (response.status() >= 400 && !refusal) found.push(`${response.status()} for ${response.url()}`);
  });
  return page;
}

/** Signs in through the form and stands on the page that follows; throws with the mall's words when refused. */
export async function login(page, user, password = PASSWORD) {
  await page.goto("/login");
  await page.fill("#login", user);
  await page.fill("#password", password);
  await page.press("#password", "Enter");
  await page.waitForLoadState();
  await page.waitForFunction(() => location.pathname !== "/login" || document.querySelector("#login-error"));
  const error = page.locator("#login-error");
  if (await error.count()) throw new Error(`${user} cannot sign in: ${await error.innerText()}`);
}

/** Throws with the list of what axe finds against WCAG 2.2 AA on the page as it stands. */
export async function axe(page) {
  const violations = scriptless.has(page) ? await inTwin(page, axeFinds) : await axeFinds(page);
  if (violations.length === 0) return;
  const lines = violations.flatMap((v) => [`${v.rule}: ${v.help}`, ...some(v.nodes)]);
  throw new Error(`${where(page)} has ${violations.length} WCAG violations\n${lines.join("\n")}`);
}

async function axeFinds(page) {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(core.source);
  return page.evaluate(async (tags) => {
    const options = {
      runOnly: { type: "tag", values: tags },
      resultTypes: ["violations"],
      // Off in axe unless asked for.
      rules: { "target-size": { enabled: true } },
    };
    const result = await window.axe.run(document, options);
    return result.violations.map((v) => ({
      rule: v.id,
      help: v.help,
      nodes: v.nodes.map((n) => `${n.target.join(" ")} — ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ""}`),
    }));
  }, WCAG);
}

/**
 * axe needs timers, which stand still in a page without scripts. So `look` gets a twin that may run them: the same
 * address and width, the same markup as it stands, without the page's own scripts.
 */
async function inTwin(page, look) {
  const html = (await page.content()).replace(/<script\b[^>]*>.*?<\/script>/gis, "").replace(/<(\/?)noscript\b/gi, "<$1div");
  const context = await page.context().browser().newContext({ locale: "zh-CN", viewport: page.viewportSize() });
  try {
    const twin = await context.newPage();
    await twin.route(() => true, (route) =>
      route.request().isNavigationRequest() ? route.fulfill({ contentType: "text/html; charset=utf-8", body: html }) : route.continue(),
    );
    await twin.goto(page.url());
    return await look(twin);
  } finally {
    await context.close();
  }
}

/** Throws when the page can be pushed sideways at either width; names the elements that stick out. */
export async function noSidewaysScroll(page) {
  const before = page.viewportSize();
  try {
    for (const width of [DESKTOP, PHONE]) {
      await page.setViewportSize({ width, height: HEIGHT[width] });
      const out = await page.evaluate(sticksOut);
      if (out) throw new Error(`${where(page)} scrolls sideways at ${width} px: it is ${out.width} px wide\n${some(out.who).join("\n")}`);
    }
  } finally {
    await page.setViewportSize(before);
  }
}

/** Runs in the page: its width and the elements beyond the window, or null when it fits. */
function sticksOut() {
  const room = document.documentElement.clientWidth;
  const width = document.documentElement.scrollWidth;
  if (width <= room) return null;
  const clipped = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
      if (getComputedStyle(p).overflowX !== "visible") return true;
    }
    return false;
  };
  const who = [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > room + 0.5 && !clipped(e))
    .map((e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : "") + [...e.classList].map((c) => `.${c}`).join(""));
  return { width, who };
}

/** Throws when a script failed, the console complained or something did not load since the page was opened. */
export function noConsoleErrors(page) {
  const found = troubles.get(page) ?? [];
  if (found.length) throw new Error(`${where(page)}: the browser complained\n${some(found.splice(0)).join("\n")}`);
}

/** With SHOTS=1 (or `always`) keeps a picture of the whole page as var/shots/NAME.png. */
export async function shot(page, name, always = false) {
  if (process.env.SHOTS !== "1" && !always) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage: true });
}

/** All that every page must pass, in one call, and its picture: console, width, WCAG at the width it is shown at. */
export async function sound(page, name) {
  await shot(page, name);
  noConsoleErrors(page);
  await noSidewaysScroll(page);
  await axe(page);
}

function where(page) {
  const url = page.url();
  return url.length > 120 ? `${url.slice(0, 120)}…` : url;
}

function some(list) {
  const rest = list.length - NAMED_MAX;
  return [...list.slice(0, NAMED_MAX), ...(rest > 0 ? [`and ${rest} more`] : [])].map((line) => `    ${line}`);
}
