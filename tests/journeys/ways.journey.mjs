// Batch purchase, fixed-point purchase, venues, needs nobody meets: each by the people it is for, with refusals.
import assert from "node:assert/strict";
import { writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PHONE, sound } from "./lib.mjs";

export const title = "batch demand, a job from an agreement, a venue and a need nobody meets";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};
/** The smallest picture a browser takes for a PNG. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

export default async function ({ step, open }) {
  const mark = Date.now() % 100000;
  const centre = await open({ user: "jinan.jicai" });
  let round, agreement;
  await step("the centre opens a batch round", async () => {
    await centre.goto("/batch/new");
    await sound(centre, "batch-category");
    await centre.selectOption("#category", "A02061804");
    await press(centre, "下一步");
    await centre.fill("#title", `空调第 ${mark} 批`);
    await centre.fill("#winners", "9");
    await centre.locator("input[name=product]").first().check();
    await centre.evaluate(() => document.querySelector("#winners").removeAttribute("max"));
    await press(centre, "开放征集");
    await shows(centre, "成交供应商为 1 到 5 家");
    assert.equal(await centre.inputValue("#title"), `空调第 ${mark} 批`);
    await sound(centre, "batch-new");
    await centre.fill("#winners", "2");
    await press(centre, "开放征集");
    await shows(centre, "征集需求");
    round = new URL(centre.url()).pathname;
  });
  await step("a school files demand, its bureau reviews it; too much is refused with the way out", async () => {
    const school = await open({ user: "lcsx.jingban", width: PHONE });
    await school.goto("/batch");
    await sound(school, "batch-list-phone");
    await school.goto(round);
    await school.fill("#quantity", "900");
    await school.fill("#purpose", "教室降温");
    await press(school, "提交审批");
    await shows(school, "现在不能提交");
    await sound(school, "batch-blocked-phone");
    assert.equal(await school.inputValue("#quantity"), "900");
    await school.fill("#quantity", "1");
    await press(school, "提交审批");
    const demand = new URL(school.url()).pathname;
    for (const user of ["lcsx.shenhe", "lcsx.queren"]) {
      const page = await open({ user });
      await page.goto(demand);
      if (await page.locator("button:has-text('同意')").count()) await press(page, "同意");
    }
    const bureau = await open({ user: "licheng.shenhe" });
    await bureau.goto("/todo");
    await shows(bureau, "审核批量需求");
    await bureau.goto(demand);
    await sound(bureau, "batch-review");
    await press(bureau, "通过，计入本批");
    await school.goto(demand);
    await shows(school, "已汇总");
    await sound(school, "batch-demand-phone");
  });

  await step("the centre makes an agreement; a wrong row is named", async () => {
    await centre.goto("/fixed/new");
    await centre.selectOption("#category", "C231203");
    await centre.fill("#title", `车辆维修 ${mark}`);
    await centre.fill("#items", "工时，小保养，次，120\n零件，机油，升，88");
    await press(centre, "建立协议");
    await shows(centre, "价目第 2 行：类别应是工时、材料或服务");
    await sound(centre, "fixed-new");
    await centre.fill("#items", "工时，小保养，次，120\n材料，机油，升，88");
    await press(centre, "建立协议");
    agreement = new URL(centre.url()).pathname;
    for (const [name, discount] of [["济南示例综合服务有限公司", "15"], ["济南示例印务有限公司", "12"], ["济南蓝天示例办公用品有限公司", "11"]]) {
      await centre.selectOption("select[name=supplier]", { label: name });
      await centre.fill("input[name=discount]", discount);
      await press(centre, "加入");
    }
    await sound(centre, "fixed-agreement-centre");
  });
  await step("a unit calls off a job by draw; the one drawn quotes by the schedule", async () => {
    const buyer = await open({ user: "licheng.jingban" });
    await buyer.goto("/fixed");
    await sound(buyer, "fixed-list");
    await buyer.goto(agreement);
    await buyer.fill("#title", `2 号车保养 ${mark}`);
    await buyer.fill("#purpose", "到里程");
    await buyer.fill("#ceiling", "800");
    await buyer.selectOption("#way", "direct");
    await press(buyer, "提交审批");
    await shows(buyer, "直接选定请选一家供应商");
    await sound(buyer, "fixed-refused");
    await buyer.selectOption("#way", "draw");
    await press(buyer, "提交审批");
    const job = new URL(buyer.url()).pathname;
    for (const user of ["licheng.shenhe", "licheng.queren"]) {
      const page = await open({ user });
      await page.goto(job);
      if (await page.locator("button:has-text('同意')").count()) await press(page, "同意");
    }
    for (let i = 0; i < 50; i++) {
      await buyer.goto(job);
      if ((await buyer.locator("h1").innerText()).includes("待供应商报价")) break;
      await buyer.waitForTimeout(100);
    }
    await sound(buyer, "fixed-job");
    const record = await (await buyer.request.get(`${job}/draw.json`)).json();
    const user = { 综合: "fuwu", 印务: "yinwu", 蓝天: "lantian" }[Object.keys({ 综合: 1, 印务: 1, 蓝天: 1 }).find((k) => record.chosen.includes(k))];
    const seller = await open({ user: `${user}.dingdan`, width: PHONE });
    await seller.goto(job);
    await sound(seller, "fixed-quote-phone");
    await seller.locator("input[name^=count-]").first().fill("2");
    await press(seller, "提交报价");
    await buyer.goto(job);
    await press(buyer, "同意，生成合同和订单");
    await shows(buyer, "确认合同");
    const order = new URL(buyer.url()).pathname;
    const signer = await open({ user: "licheng.queren" });
    for (const page of [seller, signer]) {
      await page.goto(order);
      await press(page, "确认合同");
    }
    const folder = await mkdtemp(join(tmpdir(), "qicai-"));
    await writeFile(join(folder, "done.png"), PIXEL);
    await seller.goto(job);
    await seller.fill("#words", "换机油，检查刹车");
    await seller.setInputFiles("#photos", join(folder, "done.png"));
    await press(seller, "完工");
    await shows(seller, "已登记完工");
    await buyer.goto(order);
    await sound(buyer, "fixed-order");
    await buyer.goto("/fixed/statements");
    await sound(buyer, "fixed-statements");
  });

  await step("anybody looks into a venue; the finance department changes what is in it", async () => {
    const visitor = await open();
    await visitor.goto("/venues");
    await sound(visitor, "venues");
    await visitor.click("text=扶贫频道");
    await shows(visitor, "入馆条件");
    await sound(visitor, "venue");
    const finance = await open({ user: "jinan.jianguan" });
    await finance.goto("/venues/new");
    await finance.fill("#key", "lvse");
    await finance.fill("#title", `绿色办公 ${mark}`);
    await press(finance, "保存");
    await shows(finance, "请至少写一个入馆条件");
    await sound(finance, "venue-edit");
    await finance.locator("input[name=flag]").nth(1).check();
    await finance.fill("#key", `lv${String.fromCharCode(97 + (mark % 26), 97 + ((mark / 26) % 26))}`);
    await press(finance, "保存");
    await shows(finance, "标有“环保”");
    await finance.goto("/reserved");
    await sound(finance, "reserved");
  });
  await step("market prices make a reference that everybody sees", async () => {
    const buyer = await open({ user: "licheng.jingban" });
    await buyer.goto("/search?area=all&category=A0504");
    await Promise.all([buyer.waitForNavigation(), buyer.click("a[href^='/products/']")]);
    const product = new URL(buyer.url()).pathname;
    await centre.goto(product.replace("products", "prices"));
    await sound(centre, "price-product");
    for (const [n, price] of ["0", "0.02", "0.01", "0.01"].entries()) {
      await centre.fill("#source", `示例商城${mark}-${n}`);
      await centre.fill("#price", price);
      await centre.fill("#url", "https://shop.example/1");
      await press(centre, "记录");
      await shows(centre, n === 0 ? "价格要大于 0" : "观测已记录");
    }
    await shows(centre, "3 个来源");
    await sound(centre, "price-reference");
    await buyer.goto(product);
    await shows(buyer, "红色");
    await centre.goto("/prices");
    await shows(centre, "不能下单");
    await sound(centre, "prices");
    const phone = await open({ width: PHONE, user: "jinan.jianguan" });
    await phone.goto("/prices");
    await sound(phone, "prices-phone");
    await centre.goto(product.replace("products", "prices"));
    for (let i = 0; i < 3; i += 1) {
      await centre.locator("input[name=reason]").first().fill("演示用");
      await press(centre, "撤销");
      await shows(centre, "已撤销");
    }
    await shows(centre, "还没有参考价");
  });
  await step("a need nobody meets is certified and comes before the centre", async () => {
    const buyer = await open({ user: "licheng.jingban" });
    await buyer.goto("/needs/new");
    await sound(buyer, "need-first");
    await buyer.fill("#words", `台式计算机 ${mark}G 内存`);
    await buyer.selectOption("#category", { label: "A02010100 计算机" });
    await press(buyer, "下一步");
    await sound(buyer, "need-nearest");
    await buyer.fill("#amount", "30000");
    await buyer.fill("#explanation", "没有这么大的内存");
    await press(buyer, "出具无货证明");
    await shows(buyer, "商城里有同品目的商品");
    await buyer.selectOption("#reason", "parameters");
    await press(buyer, "出具无货证明");
    await shows(buyer, "叁万元整");
    await sound(buyer, "need");
    await centre.goto("/todo");
    await centre.locator("tr", { hasText: `${mark}G` }).locator("a").first().click();
    await press(centre, "转入商品征集");
    await shows(centre, "已转入商品征集");
    await centre.goto("/needs");
    await sound(centre, "needs");
  });
}
