// A finance department sets a rule without a programmer: drafted, refused where those above do not allow it, tried on a year of
// orders, published by a second person; the buyer is refused and reads where the rule comes from; then it is taken back.
import assert from "node:assert/strict";
import { PHONE, login, sound } from "./lib.mjs";

export const title = "a limit is changed, tried on past orders, published, felt by a buyer, and taken back";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};
/** The day before another; the form proposes tomorrow by the mall's own clock, which may be ahead of ours. */
const dayBefore = (day) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

export default async function ({ step, open }) {
  const first = await open();
  let path;
  let today;
  await step("the department drafts; what the city does not allow is said beside the change and stops it", async () => {
    await login(first, "licheng.jianguan");
    await first.click("nav.side a:has-text('规则变更')");
    await sound(first, "rulebook");
    if (!(await first.isVisible("#title"))) await first.click("summary:has-text('起草')");
    await first.fill("#title", "从严直购限额");
    await first.fill("#basis", "示财采〔2026〕9号");
    today = dayBefore(await first.inputValue("#from"));
    await first.fill("#from", today);
    await press(first, "起草");
    path = new URL(first.url()).pathname;
    await first.click("a:has-text('加一条规则')");
    await first.fill("input[name=words]", "直购限额（每单）");
    await press(first, "查找");
    await sound(first, "rulebook-pick");
    await first.click("a:has-text('修改')");
    await first.fill("#value", "5万");
    await press(first, "写入变更");
    await shows(first, "请写成元");
    assert.equal(await first.inputValue("#value"), "5万");
    await sound(first, "rulebook-change");
    await first.fill("#value", "50000");
    await press(first, "写入变更");
    await shows(first, "高于上级允许的上限 ¥30,000.00");
    await press(first, "提交审核");
    await shows(first, "高于上级允许的上限");
    await sound(first, "rulebook-blocked");
  });
  await step("tried on past orders, on a phone too", async () => {
    await first.goto(`${path}/change?key=limit.direct.order_fen`);
    await first.fill("#value", "20.00");
    await press(first, "写入变更");
    await press(first, "用过去的订单试算");
    for (let n = 0; n < 40 && (await first.locator("text=正在用过去 12 个月").count()); n++) {
      await first.waitForTimeout(250);
      await first.goto(path);
    }
    await shows(first, "会拦下");
    await sound(first, "rulebook-tried");
    await first.click("a:has-text('逐单查看')");
    await sound(first, "rulebook-simulated");
    const phone = await open({ width: PHONE });
    await login(phone, "licheng.fabu");
    await phone.goto(path);
    await sound(phone, "rulebook-phone");
    await phone.goto(`${path}/simulated`);
    await sound(phone, "rulebook-simulated-phone");
    await first.goto(path);
    await press(first, "提交审核");
  });
  const second = await open();
  await step("a second person publishes; the buyer is refused and reads by whom and on what basis", async () => {
    await login(second, "licheng.fabu");
    await second.goto("/rulebook");
    await second.click("a:has-text('从严直购限额') >> nth=0");
    await second.click("button:has-text('审核通过，发布')");
    await second.waitForSelector("dialog[open]");
    await Promise.all([second.waitForNavigation(), second.click("dialog[open] button:has-text('审核通过，发布')")]);
    await shows(second, "已发布");
    await sound(second, "rulebook-published");
    const buyer = await open();
    await login(buyer, "licheng.jingban");
    await buyer.goto("/search?q=PW7001&area=all");
    await buyer.click("article.product h3 a");
    await shows(buyer, "直购限额 ¥20.00");
    await buyer.click("li:has-text('直购限额 ¥20.00') summary:has-text('依据')");
    await shows(buyer, "历城区规定");
    await buyer.goto("/rules/history?key=limit.direct.order_fen");
    await shows(buyer, "示财采〔2026〕9号");
    await sound(buyer, "rulebook-history");
    await buyer.goto("/rules/compare?a=370112&b=370100");
    await shows(buyer, "¥20.00");
    await sound(buyer, "rulebook-compare");
  });
  await step("taken back by another draft and another two people", async () => {
    await second.click("summary:has-text('撤回这份变更')");
    await second.fill("#undo-basis", "示财采〔2026〕10号");
    await second.fill("#undo-from", today);
    await press(second, "起草撤回");
    await shows(second, "取消本级规定");
    await sound(second, "rulebook-undo");
    const undo = new URL(second.url()).pathname;
    await press(second, "提交审核");
    await first.goto(undo);
    await first.click("button:has-text('审核通过，发布')");
    await first.waitForSelector("dialog[open]");
    await Promise.all([first.waitForNavigation(), first.click("dialog[open] button:has-text('审核通过，发布')")]);
    await first.goto("/rules/history?key=limit.direct.order_fen");
    await shows(first, "已失效");
  });
}
