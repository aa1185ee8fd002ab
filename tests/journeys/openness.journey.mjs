// What everybody can read: notices and how to find them, why this one won, deadlines, feeds; and a notice corrected in the open.
import assert from "node:assert/strict";
import { PHONE, sound } from "./lib.mjs";

export const title = "a citizen reads why a deal was what it was, a unit corrects its notice";

/** Longest wait for a follower, in ms, and how often the page is looked at. */
const FOLLOWED = 10_000;
const LOOK = 250;

/** Loads a page again until it holds something. */
async function until(page, path, selector) {
  const end = Date.now() + FOLLOWED;
  for (;;) {
    await page.goto(path);
    if (await page.locator(selector).count()) return;
    if (Date.now() > end) throw new Error(`${path} does not show ${selector}`);
    await page.waitForTimeout(LOOK);
  }
}

export default async function ({ step, open, base }) {
  const citizen = await open();
  const unit = "济南市历城区";
  let notice;
  await step("the citizen narrows the notices down", async () => {
    await citizen.goto("/notices");
    await citizen.selectOption("select[name=kind]", "contract");
    await citizen.click("summary:has-text('更多条件')");
    await citizen.fill("input[name=unit]", unit);
    await citizen.click("button:has-text('查找')");
    await citizen.waitForSelector("table.cards tbody tr");
    const kinds = await citizen.locator("table.cards .tag.brand").allInnerTexts();
    assert.ok(kinds.length > 0 && kinds.every((k) => k === "合同公告"), kinds.join());
    await sound(citizen, "openness-search");
    await citizen.click("a:has-text('教育局')");
    notice = new URL(citizen.url()).pathname;
    assert.match(notice, /^\/notices\/\d{6}-\d{4}-HT-\d{6}$/);
    await sound(citizen, "openness-notice");
  });
  await step("and reads why it was this one", async () => {
    await citizen.click("a:has-text('为什么是这家')");
    await citizen.waitForSelector("h1:has-text('为什么是这家')");
    assert.ok(await citizen.locator("h2:has-text('审批')").count());
    await sound(citizen, "openness-why");
    const json = await (await fetch(base + new URL(citizen.url()).pathname + ".json")).json();
    assert.equal(typeof json.total, "number");
  });
  await step("an auction says all its quotes", async () => {
    await citizen.goto("/notices?kind=auction_award");
    await citizen.click("table.cards tbody a");
    await citizen.click("a:has-text('为什么是这家')");
    await citizen.waitForSelector("h2:has-text('竞价过程')");
    await sound(citizen, "openness-why-auction");
    const record = await citizen.locator("a:has-text('公开记录')").getAttribute("href");
    assert.equal((await fetch(base + record)).status, 200);
  });
  await step("deadlines are counted, and figures open their notices", async () => {
    const phone = await open({ width: PHONE });
    await phone.goto("/notices/compliance");
    await sound(phone, "openness-compliance");
    const count = phone.locator("td[data-label=应公开] a").first();
    const n = await count.innerText();
    await count.click();
    await phone.waitForSelector(`.muted:has-text("共 ${n} 条")`);
  });
  await step("feeds are well-formed and name whole addresses", async () => {
    await citizen.goto("/notices");
    for (const [path, root, item] of [["/notices.rss", "rss", "item"], ["/notices.atom", "feed", "entry"]]) {
      const text = await (await fetch(base + path)).text();
      const [name, items, links] = await citizen.evaluate(([xml, item]) => {
        const doc = new DOMParser().parseFromString(xml, "application/xml");
        const links = [...doc.querySelectorAll(`${item} link`)].map((l) => l.getAttribute("href") ?? l.textContent);
        return [doc.documentElement.nodeName, doc.querySelectorAll(item).length, links];
      }, [text, item]);
      assert.equal(name, root);
      assert.ok(items > 0 && links.length === items && links.every((l) => l.startsWith("https://")), links.join());
    }
  });
  await step("without a way to send nobody is asked for an address", async () => {
    await citizen.goto("/notices/subscribe");
    await citizen.waitForSelector("text=没有开通邮件订阅");
    await sound(citizen, "openness-subscribe");
  });
  const signer = await open({ user: "licheng.queren" });
  await step("the unit's signer corrects free words, with a reason", async () => {
    await signer.goto(notice);
    await signer.click("a:has-text('更正或撤回')");
    await sound(signer, "openness-correct");
    await signer.fill("textarea[name=其他补充事宜]", "联系 13812345678");
    await signer.fill("#reason", "漏写附件");
    await signer.click("button:has-text('发布更正公告')");
    await signer.waitForSelector("[role=alert]:has-text('电话号码')");
    assert.equal(await signer.inputValue("#reason"), "漏写附件");
    await signer.fill("textarea[name=其他补充事宜]", "附件另行公开");
    await signer.click("button:has-text('发布更正公告')");
    await signer.waitForURL(/\/notices\/\d+\?done=/);
  });
  await step("everybody sees what became of it", async () => {
    await until(citizen, notice, ".note.warn del");
    const words = await citizen.locator(".note.warn").first().innerText();
    assert.ok(words.includes("附件另行公开") && words.includes("漏写附件"), words);
    await sound(citizen, "openness-corrected");
    await citizen.click(".note.warn a");
    await citizen.waitForSelector("text=更正内容");
    await sound(citizen, "openness-correction");
  });
}
