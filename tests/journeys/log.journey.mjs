// 可信留痕: a number from a piece of paper, a receipt that the browser checks by itself; words erased by two people, proofs kept.
import assert from "node:assert/strict";
import { PHONE, sound } from "./lib.mjs";

export const title = "a pasted order number leads to a receipt that the browser verifies; erased words leave their proof";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};

/** Pastes a number, opens the first receipt and waits for the browser's own verdict. */
async function verified(page, number) {
  await page.goto("/log");
  await page.fill("#number", number);
  await press(page, "查询");
  // What was done a moment ago is in the log a moment later.
  await page.waitForSelector("a:has-text('核对凭证')");
  await sound(page, `log-number-${number.replace(/\W+/g, "-")}`);
  await Promise.all([page.waitForNavigation(), page.click("a:has-text('核对凭证') >> nth=0")]);
  await page.waitForSelector("[data-proof] .tag.ok");
  await sound(page, "log-receipt");
}

export default async function ({ step, open }) {
  const handler = await open({ user: "licheng.jingban" });
  const number = await step("the handler reads an order's number", async () => {
    await handler.goto("/orders");
    await Promise.all([handler.waitForNavigation(), handler.click("main a[href^='/orders/'] >> nth=0")]);
    const found = /\d{6}-\d{6}-[0-9A-Z]{9}/.exec(await handler.locator("body").innerText());
    assert.ok(found, `no number on ${handler.url()}`);
    return found[0];
  });
  const visitor = await open({ width: PHONE });
  await step("anybody pastes it and the browser verifies the receipt", async () => {
    await verified(visitor, number);
    await shows(visitor, "国密签名");
    await shows(visitor, "内容只对办理的单位");
  });
  await step("the unit sees what was done beside it", async () => {
    await verified(handler, number);
    await shows(handler, "办理内容");
  });
  await step("the number of a notice works as well", async () => {
    await visitor.goto("/notices");
    await Promise.all([visitor.waitForNavigation(), visitor.click("main td a[href^='/notices/'] >> nth=0")]);
    const found = /(?:[A-Z]{2}-\d{6}-[0-9A-Z-]+|\d{6}-\d{4}-[A-Z]{2}-\d{6})/.exec(await visitor.locator("body").innerText());
    assert.ok(found, `no number on ${visitor.url()}`);
    await verified(visitor, found[0]);
  });
  const one = await open({ user: "sd.jianguan" });
  const seq = await step("a supplier writes somebody's number where it does not belong; the province asks to erase it", async () => {
    const firm = await open({ user: "lantian.guanli" });
    await firm.goto("/brands");
    await firm.fill("#written", `样牌 ${Date.now() % 100000}`);
    await firm.fill("#proof", "商标注册证");
    await press(firm, "申请");
    await one.goto("/journal?kind=brand.asked");
    const link = one.locator("main a[href^='/journal/']").first();
    const seq = (await link.innerText()).trim();
    await Promise.all([one.waitForNavigation(), link.click()]);
    await Promise.all([one.waitForNavigation(), one.click("a:has-text('提出删除内容')")]);
    await shows(one, "样牌");
    await sound(one, "erasures-new");
    await one.check("input[value=personal]");
    await one.fill("#basis", "《中华人民共和国个人信息保护法》第四十七条");
    await one.fill("#reason", "误写个人联系方式");
    await press(one, "提出删除");
    await shows(one, "等另一位监管人员决定");
    await sound(one, "erasures-asked");
    return seq;
  });
  await step("another person decides; the words are gone and the receipt holds", async () => {
    const two = await open({ user: "sd.jianguan2" });
    await two.goto("/erasures");
    await sound(two, "erasures-decide");
    await two.click("button:has-text('同意删除')");
    await Promise.all([two.waitForNavigation(), two.click("dialog button:has-text('同意删除')")]);
    await shows(two, "内容已删除");
    await verified(visitor, seq);
    await shows(visitor, "依法删除");
    await visitor.goto("/log");
    await shows(visitor, "依法删除了内容的记录");
    await sound(visitor, "log-erased");
  });
}
