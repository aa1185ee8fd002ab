// Every page that a role's menu leads to, at both widths, and the public ones without script.
import assert from "node:assert/strict";
import { sound, axe } from "./lib.mjs";

export const title = "every page of every menu is sound";

const PEOPLE = ["licheng.jingban", "licheng.caiwu", "lantian.guanli", "lantian.dingdan", "licheng.jianguan", "sd.jicai", "jinan.shenji", "yunwei"];

export default async function ({ step, open }) {
  const visitor = await open();
  for (const path of ["/", "/search", "/search?q=fuyinzhi", "/notices", "/notices/compliance", "/notices/subscribe", "/deals", "/deals/index", "/scores", "/exposure", "/join", "/inspections", "/reports", "/compare", "/certificates", "/log", "/open", "/log?number=1", "/log/receipt/7", "/certificates?number=CQC-DEMO-000138", "/rules", "/rules?group=limit", "/rules/history?key=catalogue.member", "/stations", "/help", "/login", "/nowhere"]) {
    await step(`public ${path}`, async () => {
      await visitor.goto(path);
      await sound(visitor, `public${path.replace(/\W+/g, "-")}`);
    });
  }
  await step("the station switch keeps the page", async () => {
    await visitor.goto("/search?q=A4");
    await visitor.click("text=切换分站");
    await visitor.click("a:has-text('历城区')");
    assert.ok(visitor.url().endsWith("/search?q=A4"), visitor.url());
    assert.ok((await visitor.locator(".station").innerText()).includes("历城区"));
  });
  await step("the browser itself checks a receipt, and sees a wrong one", async () => {
    await visitor.goto("/log/receipt/7");
    await visitor.waitForSelector("[data-proof] .tag.ok");
    await visitor.route("**/log/receipt/8", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace("&quot;index&quot;:7", "&quot;index&quot;:6").replace("&#34;index&#34;:7", "&#34;index&#34;:6") });
    });
    await visitor.goto("/log/receipt/8");
    await visitor.waitForSelector("[data-proof] .tag.bad");
    await visitor.unroute("**/log/receipt/8");
  });
  await step("suggestions answer to the keyboard", async () => {
    await visitor.goto("/");
    await visitor.locator("#q").pressSequentially("fuyin");
    await visitor.waitForSelector(".suggest li");
    await axe(visitor);
    await visitor.press("#q", "ArrowDown");
    await visitor.press("#q", "Enter");
    await visitor.waitForURL(/\/search\?/);
  });
  await step("what was typed stands in the form again after a refusal on a page of its own", async () => {
    const handler = await open({ user: "licheng.jingban" });
    await handler.goto("/addresses");
    await handler.fill("[name=contact]", "收货室");
    await handler.fill("[name=phone]", "0531-12345678");
    await handler.locator("[name=line]").evaluate((input) => input.removeAttribute("maxlength"));
    await handler.fill("[name=line]", "示例路".repeat(40));
    await handler.click("main button:has-text('保存')");
    await handler.waitForSelector("[data-refused]");
    await sound(handler, "refused");
    await handler.click("text=回到刚才的页面");
    await handler.waitForURL("**/addresses");
    assert.equal(await handler.inputValue("[name=contact]"), "收货室");
    assert.equal(await handler.inputValue("[name=phone]"), "0531-12345678");
    await handler.reload();
    assert.equal(await handler.inputValue("[name=contact]"), "", "once only");
  });
  const plain = await open({ scripts: false });
  await step("search works without script", async () => {
    await plain.goto("/");
    await plain.fill("#q", "复印纸");
    await plain.press("#q", "Enter");
    await plain.waitForSelector("article.product");
    await axe(plain);
  });
  for (const user of PEOPLE) {
    const page = await open({ user });
    await page.goto("/todo");
    const links = await page.locator(".side a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    for (const path of links) {
      await step(`${user} ${path}`, async () => {
        await page.goto(path);
        await sound(page, `${user}${path.replace(/\W+/g, "-")}`);
      });
    }
  }
}
