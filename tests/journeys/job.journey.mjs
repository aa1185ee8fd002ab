// The main job in a real browser: a supplier loads a file, a unit buys from it, everything is seen by the public.
import assert from "node:assert/strict";
import { readFile, writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sound } from "./lib.mjs";

export const title = "a unit buys copy paper, from the supplier's file to mutual evaluation";

const HEAD = "标题,品目编码,品牌,型号,单位,单价（元）,库存,供货区域,参数,标记,产地,链接,证书编号,可比数量,别名";
const ROW = (model, price) =>
  `得力 A4 复印纸 旅程 ${model},A05040101,得力,${model},箱,${price},900,370100,规格=A4;克重=70g,环保,山东,,,2500 张,打印纸`;

async function submit(page, quantity) {
  await page.goto("/cart");
  await page.waitForLoadState();
  const amount = page.locator("input[name=quantity]:not([value='0'])").first();
  await amount.fill(String(quantity));
  await page.locator("form:has(input[name=quantity]) button", { hasText: "改" }).first().click();
  await page.goto("/checkout");
  await page.fill("#purpose", "办公用纸补充");
  await page.click("button:has-text('提交')");
  await page.waitForLoadState();
}

const press = async (page, words) => {
  await page.click(`button:has-text("${words}")`);
  await page.waitForLoadState();
};

const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1500)}`);
};

export default async function ({ step, open }) {
  const model = `LC-${Date.now() % 1000000}`;
  const seller = await open({ user: "lantian.guanli" });
  await step("the supplier downloads the template", async () => {
    await seller.goto("/imports");
    await sound(seller, "imports");
    const [file] = await Promise.all([seller.waitForEvent("download"), seller.click("text=商品上传模板")]);
    assert.ok((await readFile(await file.path())).length > 2000);
  });
  await step("uploads a file with one good and one bad row, and confirms", async () => {
    const folder = await mkdtemp(join(tmpdir(), "qicai-"));
    const path = join(folder, "offers.csv");
    await writeFile(path, [HEAD, ROW(model, "100.00"), ROW("LC-X", "很贵")].join("\n"));
    await seller.goto("/imports");
    await seller.setInputFiles("#file", path);
    await press(seller, "上传并检查");
    await seller.waitForSelector("button:has-text('确认上架')");
    await shows(seller, "应是大于 0");
    await sound(seller, "import");
    await press(seller, "确认上架");
    await seller.waitForSelector("h1 .tag.ok");
  });

  const buyer = await open({ user: "licheng.jingban" });
  let product;
  await step("the offer is found within a second", async () => {
    const began = Date.now();
    do {
      await buyer.goto(`/search?q=${model}`);
      product = await buyer.locator("article h3 a").first().getAttribute("href", { timeout: 300 }).catch(() => null);
    } while (!product && Date.now() - began < 1000);
    assert.ok(product, "not found");
    await sound(buyer, "search");
    await buyer.goto(product);
    await shows(buyer, "我能直接买吗");
    await sound(buyer, "product");
  });
  await step("over the limit it is refused, with the rule's origin", async () => {
    await buyer.fill("form.buy input[name=quantity]", "310");
    await press(buyer, "放进采购车");
    await sound(buyer, "cart");
    await submit(buyer, 310);
    await shows(buyer, "不符合规定，没有提交");
    await shows(buyer, "济南市规定");
    await shows(buyer, "改用竞价");
    await sound(buyer, "refused");
  });
  await step("over the budget of the small plan it is refused", async () => {
    await buyer.goto("/checkout");
    const small = buyer.locator("select[name^=plan-] option", { hasText: "应急零星采购" }).first();
    await buyer.locator("select[name^=plan-]").first().selectOption(await small.getAttribute("value"));
    await buyer.fill("#purpose", "超预算");
    await press(buyer, "提交");
    await shows(buyer, "预算够用");
    await shows(buyer, "请减少数量，或请财务调整预算");
  });
  let order;
  await step("a fitting quantity is submitted", async () => {
    await submit(buyer, 60);
    await shows(buyer, "审批中");
    order = new URL(buyer.url()).pathname;
    await sound(buyer, "order");
    assert.equal(await buyer.locator("button:has-text('同意')").count(), 0, "no own approval");
  });
  await step("other units do not see it", async () => {
    const foreign = await open({ user: "lixia.jingban" });
    await foreign.goto(order);
    await shows(foreign, "没有找到");
    await sound(foreign, "hidden");
  });
  await step("two others approve", async () => {
    for (const user of ["licheng.shenhe", "licheng.queren"]) {
      const page = await open({ user });
      await page.goto("/todo");
      await sound(page, `todo-${user}`);
      await page.goto(order);
      await press(page, "同意");
      await shows(page, "已同意");
    }
  });
  const clerk = await open({ user: "lantian.dingdan", width: 390 });
  await step("the supplier confirms on a phone and lowers the price", async () => {
    await clerk.goto("/todo");
    await clerk.goto(order);
    await clerk.locator("input[name^=price-]").fill("95");
    await sound(clerk, "confirm-phone");
    await press(clerk, "接单");
    await press(clerk, "确认合同");
  });
  await step("the unit confirms the contract, the notice is public by itself", async () => {
    const signer = await open({ user: "licheng.queren" });
    await signer.goto(`${order}/contract`);
    await sound(signer, "contract");
    await signer.goto(order);
    await press(signer, "确认合同");
    const visitor = await open();
    await visitor.goto("/notices");
    await visitor.waitForFunction(() => document.body.innerText.includes("¥5,700.00") || (setTimeout(() => location.reload(), 200), false));
    await sound(visitor, "notices");
    await visitor.click("table a >> nth=0");
    await shows(visitor, "合同金额");
    await sound(visitor, "notice");
    await visitor.goto(`/deals?product=${product.split("/").pop()}`);
    await shows(visitor, "¥95.00");
    await sound(visitor, "deals");
  });
  await step("goods are sent, a third person accepts them", async () => {
    await clerk.goto(order);
    await press(clerk, "登记发货");
    await buyer.goto(order);
    assert.equal(await buyer.locator("button:has-text('提交验收结果')").count(), 0, "the handler does not accept");
    const receiver = await open({ user: "licheng.yanshou" });
    await receiver.goto(order);
    await sound(receiver, "accept");
    await press(receiver, "提交验收结果");
    await shows(receiver, "全部合格");
  });
  await step("invoice, payment by two people, evaluation by both", async () => {
    await clerk.goto(order);
    await clerk.click("summary:has-text('登记发票')");
    await clerk.fill("#number", String(10 ** 19 + Date.now()).padEnd(20, "0").slice(0, 20));
    await clerk.fill("#invoice-amount", "5700");
    await press(clerk, "登记发票");
    await shows(clerk, "与订单一致");
    await buyer.goto(order);
    await press(buyer, "申请付款");
    const accountant = await open({ user: "licheng.caiwu" });
    await accountant.goto(order);
    await press(accountant, "批准付款");
    await shows(accountant, "已支付");
    for (const page of [buyer, clerk]) {
      await page.goto(order);
      for (const mark of ["quality", "delivery", "service"]) await page.fill(`input[name=${mark}]`, "5");
      await press(page, "提交评价");
    }
    await shows(clerk, "已完成");
    await buyer.goto(order);
    await sound(buyer, "done");
  });
  await step("the auditor reads all of it", async () => {
    const auditor = await open({ user: "jinan.shenji" });
    await auditor.goto("/journal?kind=order.");
    await shows(auditor, "order.completed");
    await sound(auditor, "journal");
    await auditor.click("table a >> nth=0");
    await shows(auditor, "与内容一致");
    await sound(auditor, "entry");
  });
}
