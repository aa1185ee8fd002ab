// A county comes to life: planned, blocked, people trained, a trial for one unit, opened by the level above; then everybody buys.
import assert from "node:assert/strict";
import { PHONE, sound } from "./lib.mjs";

export const title = "a county from preparing to live, refused while something blocks, and then its buyers buy";

const COUNTY = "/golive/370911";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
/** Presses a button that asks first; the yes button bears the same words. */
const sure = async (page, words) => {
  await page.click(`main button:has-text("${words}")`);
  await Promise.all([page.waitForNavigation(), page.click(`dialog button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 2400)}`);
};
const soon = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Finds paper and submits the cart; the page that follows says what became of it. */
const buy = async (page) => {
  await page.goto("/search?area=all&q=" + encodeURIComponent("百旺 PW7001"));
  await page.click("article.product h3 a");
  await press(page, "放进采购车");
  await page.goto("/checkout");
  await page.fill("[name=purpose]", "办公用纸补充");
  const why = page.locator("[name=dearer]");
  if (await why.count()) await why.fill("需要这一家的送货时间");
  await press(page, "提交");
};

export default async function ({ step, open }) {
  const office = await open({ user: "taian.jianguan" });
  const buyer = await open({ user: "dyjy.jingban" });
  await step("nobody buys at a station that is not open", async () => {
    await buy(buyer);
    await shows(buyer, "岱岳区分站还在筹备，不能采购");
    await sound(buyer, "station-preparing-refusal");
  });
  await step("the office plans the day; the tasks come with their days", async () => {
    await office.goto("/golive");
    await sound(office, "golive-overview");
    await office.click("a:has-text('岱岳区')");
    await office.fill("[name=planned]", soon(40));
    await press(office, "启动筹备");
    await shows(office, "筹备中");
    await shows(office, "24 项");
    await sound(office, "golive-preparing");
  });
  await step("a trial is refused, with what lacks", async () => {
    await sure(office, "开始试运行");
    await shows(office, "还有 4 项没有做到");
    await shows(office, "试点单位 0 个");
    await sound(office, "golive-refused");
  });
  await step("people are trained by list, one unit is named, the trial begins", async () => {
    await office.goto(`${COUNTY}/training`);
    await office.fill("#logins", "dyjy.jingban\ndyjy.shenhe\ndyjy.queren\ndyjy.yanshou\ndyjy.caiwu\ndyjy.caiwu2\n没有这个人");
    await press(office, "登记");
    await shows(office, "没有这个人");
    await office.fill("#logins", "dyjy.jingban\ndyjy.shenhe\ndyjy.queren\ndyjy.yanshou\ndyjy.caiwu\ndyjy.caiwu2");
    await press(office, "登记");
    await shows(office, "已登记 6 人");
    await sound(office, "training");
    await office.goto(COUNTY);
    const row = office.locator("#units tr", { hasText: "岱岳区示例教育局" });
    await Promise.all([office.waitForNavigation(), row.locator("button").click()]);
    await shows(office, "已点名为试点单位");
    await sure(office, "开始试运行");
    await shows(office, "试运行期间，只有点名的试点单位可以采购");
    await buyer.goto("/training");
    await shows(buyer, "采购经办");
    await sound(buyer, "training-mine");
  });
  await step("the unit of the trial buys, and its order says so", async () => {
    await buy(buyer);
    await shows(buyer, "审批中");
    await buyer.goto("/orders");
    await buyer.click("main tbody a >> nth=0");
    await shows(buyer, "试运行采购");
    await sound(buyer, "order-of-trial");
  });
  const other = await open({ user: "dywl.jingban", width: PHONE });
  await step("another unit of the same county waits", async () => {
    await buy(other);
    await shows(other, "只有财政部门点名的试点单位可以采购");
  });
  await step("opening is refused while tasks are open and people untrained", async () => {
    await office.goto(COUNTY);
    await sure(office, "正式上线");
    await shows(office, "还有 2 项没有做到");
  });
  await step("everybody is trained, the obligatory tasks are done with what shows it", async () => {
    await office.goto(`${COUNTY}/training`);
    const boxes = office.locator("section.card", { hasText: "示例文化和旅游局" }).locator("input[type=checkbox]");
    for (let i = 0; i < (await boxes.count()); i += 1) await boxes.nth(i).check();
    await press(office, "登记");
    await shows(office, "已登记 6 人");
    for (let left = 9; left > 0; left -= 1) {
      await office.goto(COUNTY);
      const open = office.locator("#tasks tr", { hasText: "必办" }).filter({ hasNotText: "已办结" });
      assert.equal(await open.count(), left);
      await open.first().locator("a").click();
      await office.fill("#words", "已办理，材料存档");
      if (left === 9) {
        await office.setInputFiles("#file", { name: "方案.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
        await sound(office, "station-task");
      }
      await press(office, "办结");
      await shows(office, "已办结");
    }
  });
  await step("the station goes live, and the map says so to everybody", async () => {
    await office.goto(COUNTY);
    await shows(office, "没有阻碍");
    await sure(office, "正式上线");
    await shows(office, "已上线");
    await sound(office, "golive-live");
    const public_ = await open({ width: PHONE });
    await public_.goto("/stations/map");
    await sound(public_, "stations-map-phone");
    await public_.focus("a.tile >> nth=0");
    await public_.click("a.tile:has-text('泰安')");
    await shows(public_, "岱岳区");
    assert.equal(await public_.locator("tr", { hasText: "岱岳区" }).locator(".tag").innerText(), "已上线");
  });
  await step("the other unit buys", async () => {
    await buy(other);
    await shows(other, "审批中");
    await sound(other, "station-live-bought-phone");
  });
}
