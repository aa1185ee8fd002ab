// An auction by requirement in a real browser: two bidders and a watcher see it live, then the award and the order.
import assert from "node:assert/strict";
import { PHONE, login, noConsoleErrors, sound } from "./lib.mjs";

export const title = "a unit puts up an auction, suppliers quote live, the lowest valid quote becomes an order";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};
const hides = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(!text.includes(words), `“${words}” is on ${page.url()}`);
};
const live = (page, words) =>
  page.waitForFunction((w) => document.querySelector("#live")?.innerText.includes(w), words);

export default async function ({ step, open }) {
  const name = `旅程电脑 ${Date.now() % 100000}`;
  const buyer = await open({ user: "licheng.jingban" });
  let path;
  await step("the buyer chooses a category and says what is needed", async () => {
    await buyer.goto("/projects");
    await sound(buyer, "projects");
    await buyer.click("text=按需求发起竞价");
    await sound(buyer, "auction-category");
    await buyer.selectOption("#category", "A02010105");
    await press(buyer, "下一步");
    await buyer.fill("#title", name);
    await buyer.fill("#quantity", "2");
    await buyer.fill("#price", "5000");
    await buyer.fill("#purpose", "教学需要");
    const rows = buyer.locator("input[name=d-name]");
    for (let i = 0; i < (await rows.count()); i++) await rows.nth(i).fill("");
    await rows.nth(0).fill("内存");
    await buyer.locator("select[name=d-kind]").nth(0).selectOption("number");
    await buyer.locator("input[name=d-min]").nth(0).fill("8");
    await buyer.waitForSelector("#meter .note");
    await sound(buyer, "auction-new");
  });
  await step("what the rules forbid is refused with the way out, and nothing typed is lost", async () => {
    await buyer.selectOption("#format", "open");
    await buyer.fill("#hours", "24");
    await buyer.fill("#price", "500000");
    await press(buyer, "提交审批");
    await shows(buyer, "现在不能发起");
    assert.equal(await buyer.inputValue("#title"), name);
    assert.equal(await buyer.locator("input[name=d-name]").first().inputValue(), "内存");
    await sound(buyer, "auction-blocked");
    await buyer.fill("#price", "5000");
    await press(buyer, "提交审批");
    await shows(buyer, "审批中");
    path = new URL(buyer.url()).pathname;
    await sound(buyer, "auction-approving");
  });
  await step("reviewer and signer approve", async () => {
    for (const user of ["licheng.shenhe", "licheng.queren"]) {
      const page = await open({ user });
      await page.goto("/todo");
      const row = page.locator("tr", { hasText: name });
      if (await row.count()) {
        await sound(page, `todo-${user}`);
        await row.locator("a").first().click();
        await press(page, "同意");
      }
    }
  });

  const watcher = await open();
  const [one, two] = [await open({ user: "taishan.dingdan" }), await open({ user: "xinchuang.dingdan", width: PHONE })];
  await step("the public finds it, two bidders take part, one by phone", async () => {
    await watcher.goto("/auctions?area=all");
    await sound(watcher, "hall");
    await watcher.click(`text=${name}`);
    await watcher.waitForSelector("#live");
    await sound(watcher, "auction-public");
    for (const [page, brand] of [[one, "甲牌"], [two, "乙牌"]]) {
      await page.goto(path);
      await page.fill("#brand", brand);
      await page.fill("#model", "S1");
      await page.fill("#maker", "示例制造商");
      await page.fill("#answer-1", "4GB");
      await press(page, "参加");
      await shows(page, "不满足");
      await page.fill("#brand", brand);
      await page.fill("#model", "S1");
      await page.fill("#maker", "示例制造商");
      await page.fill("#answer-1", "16GB");
      await press(page, "参加");
      await shows(page, "已参加，代号是供应商");
    }
    await sound(two, "auction-bidder-phone");
  });
  await step("a quote is seen by the watcher and the other bidder without a reload", async () => {
    await one.fill("#quote", "4900");
    await press(one, "提交报价");
    await shows(one, "报价已记入");
    await live(watcher, "¥9,800.00");
    await live(two, "¥9,800.00");
    await two.fill("#quote", "4899.99");
    await press(two, "提交报价");
    await shows(two, "报价还不够低");
    assert.equal(await two.inputValue("#quote"), "4899.99");
    await two.fill("#quote", "4800");
    await press(two, "提交报价");
    await live(one, "¥9,600.00");
    await live(watcher, "¥9,600.00");
    assert.match(await watcher.locator("[data-until]").innerText(), /\d\d:\d\d:\d\d/);
    await hides(watcher, "泰山");
    await sound(one, "auction-bidder");
    await sound(watcher, "auction-live");
  });
  await step("without script the page refreshes itself and quotes work", async () => {
    const plain = await open({ user: "qilu.dingdan", scripts: false });
    await plain.goto(path);
    await plain.fill("#brand", "丙牌");
    await plain.fill("#model", "S1");
    await plain.fill("#maker", "示例制造商");
    await plain.fill("#answer-1", "16GB");
    await press(plain, "参加");
    await plain.fill("#quote", "4700");
    await press(plain, "提交报价");
    await shows(plain, "报价已记入");
    await live(watcher, "¥9,400.00");
    assert.ok((await plain.content()).includes('http-equiv="refresh"'));
  });
  await step("at the deadline it closes by itself", async () => {
    const operator = await open({ user: "yunwei" });
    await operator.goto("/status");
    await sound(operator, "status");
    await operator.fill("input[name=hours]", "25");
    await operator.click("button:has-text('快进')");
    await Promise.all([operator.waitForNavigation(), operator.click("dialog .seal")]);
    await live(watcher, "已截止");
    noConsoleErrors(watcher);
  });
  await step("the buyer checks the responses with reasons and the rules name the winner", async () => {
    await login(buyer, "licheng.jingban");
    await buyer.goto("/todo");
    await buyer.locator("tr", { hasText: name }).locator("a").first().click();
    await sound(buyer, "auction-check");
    await press(buyer, "按最低有效报价确定成交");
    await shows(buyer, "逐家核验");
    while (await buyer.locator("button:text-is('满足')").count()) {
      await Promise.all([buyer.waitForNavigation(), buyer.locator("button:text-is('满足')").first().click()]);
    }
    await press(buyer, "按最低有效报价确定成交");
    await shows(buyer, "山东齐鲁示例电商有限公司");
    await sound(buyer, "auction-awarded");
  });
  await step("the winner confirms; anybody sees the result and loads the record", async () => {
    const winner = await open({ user: "qilu.dingdan" });
    await winner.goto("/todo");
    await winner.locator("tr", { hasText: name }).locator("a").first().click();
    await press(winner, "确认成交");
    await shows(winner, "确认合同");
    await watcher.goto(path);
    await shows(watcher, "已成交");
    await sound(watcher, "auction-over");
    const record = await (await watcher.request.get(`${path}/record.json`)).json();
    assert.match(record.outcome, / 940000$/);
    await watcher.goto(path);
    await watcher.click("text=查证");
    await shows(watcher, "留痕编号");
    await sound(watcher, "receipt");
  });
}
