// Suppliers kept honest: from registration to the first goods on the shelf; from a price far above the market to the
// restoration. Each by the people it is for, with refusals.
import assert from "node:assert/strict";
import { PASSWORD, PHONE, login, sound } from "./lib.mjs";

export const title = "a firm enters and sells; a price is warned of, heard, decided and put right";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};
const PAPER = { name: "执照.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 invented") };

/** A credit code with both check characters right (GB 32100, GB 11714), for a region and eight characters of its own. */
function creditCode(head, own) {
  const value = (c) => (c <= "9" ? Number(c) : c.charCodeAt(0) - 55);
  const rest = 11 - ([...own].reduce((all, c, i) => all + value(c) * [3, 7, 9, 10, 5, 8, 4, 2][i], 0) % 11);
  const first = head + own + (rest === 10 ? "X" : rest === 11 ? "0" : String(rest));
  const set = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  const sum = [...first].reduce((all, c, i) => all + set.indexOf(c) * weights[i], 0);
  return first + set[(31 - (sum % 31)) % 31];
}

export default async function ({ step, open }) {
  const mark = String(Date.now() % 100000).padStart(5, "0");
  const name = `历城示例文具第 ${mark} 公司`;
  const user = `wenju.${mark}`;
  const firm = await open({ width: PHONE });
  await step("the notice says what it takes, costs and lasts; a wrong code is explained", async () => {
    await firm.goto("/join");
    await shows(firm, "不收费");
    await sound(firm, "join-phone");
    await firm.click("a:has-text('注册') >> nth=0");
    await sound(firm, "register-phone");
    await firm.fill("#uscc", "913701120000000000");
    await firm.fill("#name", name);
    await firm.selectOption("#region", "370112");
    await firm.fill("#person", "样本管理员");
    await firm.fill("#phone", "0531-86000000");
    await firm.fill("#login", user);
    await firm.fill("#password", PASSWORD);
    await firm.fill("#again", PASSWORD);
    await press(firm, "注册");
    await shows(firm, "校验码");
    assert.equal(await firm.inputValue("#name"), name);
    await sound(firm, "register-refused-phone");
    await firm.fill("#uscc", creditCode("91370112", `MA0${mark}`));
    await firm.fill("#password", PASSWORD);
    await firm.fill("#again", PASSWORD);
    await press(firm, "注册");
    await shows(firm, "注册成功");
    await login(firm, user);
  });
  await step("the firm fills in, is told what is missing, shows papers and submits", async () => {
    await firm.goto("/admission");
    await sound(firm, "admission-phone");
    await press(firm, "提交审核");
    await shows(firm, "还差");
    await shows(firm, "营业执照");
    for (const kind of ["licence", "no_violation", "tax"]) {
      await firm.selectOption("#paper-kind", kind);
      await firm.fill("#paper-number", `SD-${mark}`);
      await firm.setInputFiles("#paper-file", PAPER);
      await press(firm, "上传材料");
    }
    await firm.check("input[name=kind][value='代理商']");
    await firm.selectOption("#size", "micro");
    await firm.selectOption("#areas", ["370112"]);
    await firm.check("input[name=categories][value=A0504]");
    await firm.fill("#legal_person", "法人样本");
    await firm.fill("#phone", "0531-86000000");
    await firm.fill("#address", "历城区示例路 9 号");
    await firm.fill("#bank_account", "0000 4321 0000 9999");
    await firm.check("input[name=committed]");
    await press(firm, "提交审核");
    await shows(firm, "待审核");
    await sound(firm, "admission-submitted-phone");
  });
  await step("the centre sends it back with a reason, then admits it", async () => {
    const centre = await open({ user: "jinan.jicai" });
    await centre.goto("/admissions");
    await sound(centre, "admissions");
    await Promise.all([centre.waitForNavigation(), centre.click(`a:has-text("${name}")`)]);
    await sound(centre, "admission-review");
    await press(centre, "退回补正");
    await shows(centre, "至少要在一项");
    await centre.selectOption("#code-address", "R07");
    await centre.fill("#words-address", "门牌查不到");
    await press(centre, "退回补正");
    await shows(centre, "退回补正");
    await firm.goto("/admission");
    await shows(firm, "门牌查不到");
    await sound(firm, "admission-returned-phone");
    await firm.fill("#address", "历城区示例路 19 号");
    await firm.check("input[name=committed]");
    await press(firm, "提交审核");
    await centre.reload();
    await press(centre, "通过，全省有效");
    await shows(centre, "已通过");
    await firm.goto("/imports");
    await sound(firm, "imports-new-firm-phone");
  });

  const seller = await open({ user: "lantian.guanli" });
  let product, row;
  await step("prices of the market are seen; the seller is told before anything is frozen", async () => {
    await seller.goto("/offers?page=2");
    const last = seller.locator("table.cards tbody tr").last();
    const href = await last.locator("a").first().getAttribute("href");
    product = href.split("/").pop();
    row = `tr:has(a[href="${href}"])`;
    const price = Number(await last.locator("input[name=price]").inputValue());
    const centre = await open({ user: "jinan.jicai" });
    for (const shop of ["甲示例商城", "乙示例商城", "丙示例商城"]) {
      await centre.goto(`/prices/${product}`);
      await centre.fill("#source", shop);
      await centre.fill("#price", (price * 0.6).toFixed(2));
      await centre.fill("#url", `https://shop.example/${product}`);
      await press(centre, "记录");
    }
    await Promise.all([seller.waitForNavigation(), last.locator("button").click()]);
    await seller.goto("/conduct");
    await shows(seller, "价格严重偏高");
    await sound(seller, "conduct-list");
  });
  let link;
  await step("the seller answers in time", async () => {
    link = await seller.locator("tr:has-text('价格严重偏高'):has-text('已告知') a").first().getAttribute("href");
    const phone = await open({ user: "lantian.guanli", width: PHONE });
    await phone.goto(link);
    await shows(phone, "已送达");
    await sound(phone, "conduct-told-phone");
    await phone.fill("#words", "进货价上涨，附发票");
    await phone.setInputFiles("#file", { name: "发票.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF invoice") });
    await press(phone, "提交陈述申辩");
    await shows(phone, "待决定");
  });
  const province = await open({ user: "sd.jicai" });
  await step("the centre of the province decides; points and shelf follow", async () => {
    await province.goto(link);
    await sound(province, "conduct-answered");
    await province.fill("#words", "发票不足以说明差价");
    await press(province, "认定并处理");
    await shows(province, "已处理");
    const visitor = await open();
    await visitor.goto("/exposure");
    await shows(visitor, "价格严重偏高");
    await sound(visitor, "exposure");
    await visitor.goto("/scores");
    await sound(visitor, "scores");
    await visitor.goto(`/products/${product}`);
    assert.ok(!(await visitor.locator("body").innerText()).includes("济南蓝天示例"), "delisted goods are not on the shelf");
  });
  await step("the seller lowers the price and reports it; restored", async () => {
    await seller.goto("/offers");
    const form = seller.locator(row).first();
    const price = Number(await form.locator("input[name=price]").inputValue());
    await form.locator("input[name=price]").fill((price * 0.6).toFixed(2));
    await Promise.all([seller.waitForNavigation(), form.locator("button").click()]);
    await seller.goto(link);
    await seller.fill("#words", "已降到市场价");
    await press(seller, "提交整改");
    await province.reload();
    await province.fill("#words", "已核实");
    await press(province, "整改合格，恢复");
    await shows(province, "已恢复");
    await sound(province, "conduct-restored");
    const visitor = await open({ width: PHONE });
    await visitor.goto(`/products/${product}`);
    await shows(visitor, "济南蓝天示例");
    await visitor.locator("a[href^='/scores/']").first().click();
    await visitor.waitForURL(/\/scores\//);
    await sound(visitor, "score-phone");
  });
  await step("a review session by keyboard: the difference, pass, refuse with a reason, several at once", async () => {
    await seller.goto("/offers?page=3");
    const hrefs = await seller.locator("table.cards tbody tr a[href^='/products/']:not([href$='/pictures'])").evaluateAll((all) => all.slice(0, 4).map((a) => a.getAttribute("href")));
    for (const href of hrefs) {
      await seller.goto("/offers?page=3");
      let form = seller.locator(`tr:has(a[href="${href}"])`).first();
      if (!(await form.count())) {
        await seller.goto("/offers");
        form = seller.locator(`tr:has(a[href="${href}"])`).first();
      }
      const price = Number(await form.locator("input[name=price]").inputValue());
      await form.locator("input[name=price]").fill((price * 1.01).toFixed(2));
      await Promise.all([seller.waitForNavigation(), form.locator("button").click()]);
      await shows(seller, "涨价已送审核");
    }
    await seller.goto("/filings");
    await sound(seller, "filings-own");
    const centre = await open({ user: "jinan.jicai" });
    await centre.goto("/filings");
    await shows(centre, "高 1.");
    await sound(centre, "filings-queue");
    const left = async () => centre.locator("article.filing").count();
    const before = await left();
    await centre.keyboard.press("j");
    await Promise.all([centre.waitForNavigation(), centre.keyboard.press("a")]);
    await shows(centre, "已审");
    assert.equal(await left(), before - 1);
    await centre.keyboard.press("j");
    await centre.keyboard.press("r");
    assert.equal(await centre.evaluate(() => document.activeElement.name), "code");
    await centre.keyboard.press("Tab");
    await centre.keyboard.press("Tab");
    await Promise.all([centre.waitForNavigation(), centre.keyboard.press("Enter")]);
    await shows(centre, "不通过要选择原因");
    await centre.keyboard.press("j");
    await centre.keyboard.press("r");
    for (let i = 0; i < 6; i += 1) await centre.keyboard.press("ArrowDown");
    await centre.keyboard.press("Tab");
    await centre.keyboard.press("Tab");
    await Promise.all([centre.waitForNavigation(), centre.keyboard.press("Enter")]);
    await shows(centre, "已审");
    await centre.keyboard.press("j");
    await centre.keyboard.press("x");
    await centre.keyboard.press("j");
    await centre.keyboard.press("x");
    await press(centre, "勾选的一起通过");
    await shows(centre, "勾选 2 条，审了 2 条");
    await sound(centre, "filings-done");
  });
  await step("goods side by side, on a screen and on a phone", async () => {
    for (const width of [undefined, PHONE]) {
      const visitor = await open(width ? { width } : {});
      await visitor.goto("/search?q=A4");
      for (let i = 0; i < 3; i += 1) await visitor.locator("input[name=product]").nth(i).check();
      await Promise.all([visitor.waitForNavigation(), visitor.click("button:has-text('对比所选')")]);
      await shows(visitor, "可比单价");
      await sound(visitor, width ? "compare-phone" : "compare");
    }
  });
  await step("anybody reports a high price and finds it again; the supplier answers", async () => {
    const visitor = await open({ width: PHONE });
    await visitor.goto("/products/" + product);
    await Promise.all([visitor.waitForNavigation(), visitor.click("a:has-text('举报价高') >> nth=0")]);
    await sound(visitor, "report-phone");
    await visitor.fill("#words", "https://shop.example 2026-11-20 便宜两成");
    await press(visitor, "举报");
    await shows(visitor, "已收到举报");
    await sound(visitor, "report-made-phone");
    const [number, key] = await visitor.locator("b.mono").allInnerTexts();
    await visitor.goto("/reports");
    await visitor.fill("#number", number);
    await visitor.fill("#key", "000000");
    await press(visitor, "查询");
    await shows(visitor, "编号或查询码不对");
    await visitor.fill("#key", key);
    await press(visitor, "查询");
    await shows(visitor, "待对方答复");
    await sound(visitor, "report-tracked-phone");
    await province.goto("/disputes");
    await shows(province, number);
    await sound(province, "disputes");
    await province.click(`tr:has-text("${number}") a >> nth=0`);
    await province.waitForURL(/disputes\/[0-9]/);
    await sound(province, "dispute");
  });
  await step("an inspection is announced, drawn by nobody's choice and worked through", async () => {
    await province.goto("/inspections");
    await sound(province, "inspections");
    await province.fill("#title", `办公用品抽检 ${mark}`);
    await province.fill("#category", "A0504");
    await province.fill("#size", "2");
    await press(province, "公告");
    await shows(province, "随机数承诺");
    await sound(province, "inspection-announced");
    await seller.goto("/offers");
    await press(seller, "确认全部仍在供应");
    await press(province, "现在抽取");
    await shows(province, "抽样记录");
    await sound(province, "inspection-drawn");
    await province.locator("form[action*='/tasks/'] select").first().selectOption("credit.deduct.goods_differ");
    await Promise.all([province.waitForNavigation(), province.locator("form[action*='/tasks/'] button").first().click()]);
    await shows(province, "有问题要写明事实");
    for (let i = 0; i < 2; i += 1) {
      await Promise.all([province.waitForNavigation(), province.locator("form[action*='/tasks/'] button").first().click()]);
    }
    await press(province, "结束，列入通报");
    const visitor = await open({ width: PHONE });
    await visitor.goto("/inspections");
    await shows(visitor, `办公用品抽检 ${mark}`);
    await sound(visitor, "inspections-phone");
  });
  await step("an office freezes a supplier for one category and lifts it again", async () => {
    await province.goto(link);
    const id = new URL((await province.locator("a[href^='/scores/']").first().evaluate((a) => a.href))).pathname.split("/").pop();
    await province.goto(`/suppliers/${id}/measures`);
    await sound(province, "measures");
    await province.selectOption("#level", "category");
    await province.fill("#reason", "核实资质");
    await press(province, "采取措施");
    await shows(province, "请选择品目");
    await province.selectOption("#category", "A0501");
    await press(province, "采取措施");
    await shows(province, "冻结品目");
    await province.fill("input[name=why]", "核实无误");
    await press(province, "解除");
    await shows(province, "已解除");
  });
  await step("many small orders are noticed; the unit is asked, explains; the department closes it", async () => {
    const buyer = await open({ user: "lixia.jingban" });
    for (let n = 0; n < 5; n += 1) {
      await buyer.goto("/search?q=PW7001&area=all");
      await buyer.click("article.product h3 a");
      await press(buyer, "放进采购车");
      await buyer.goto("/checkout");
      await buyer.fill("#purpose", "零星补充");
      await press(buyer, "提交");
    }
    const office = await open({ user: "jinan.jianguan" });
    await office.waitForTimeout(1500);
    await office.goto("/alerts");
    await shows(office, "频繁零星采购");
    await sound(office, "alerts");
    await office.goto("/alerts/rules");
    await sound(office, "alert-rules");
    await office.goto("/alerts?rule=W03");
    await office.click("table.cards tbody a >> nth=0");
    await office.fill("#words", "一个月五单，请说明。");
    await press(office, "请对方说明");
    await sound(office, "alert-asked");
    const signer = await open({ user: "lixia.queren", width: PHONE });
    await signer.goto("/alerts");
    await sound(signer, "alerts-phone");
    await signer.click("table.cards tbody a >> nth=0");
    await signer.fill("#words", "各科室分别申请，今后合并。");
    await press(signer, "提交说明");
    await sound(signer, "alert-explained-phone");
    await office.reload();
    await office.fill("#words", "各科室的申请都在，说明属实");
    await press(office, "记下核实情况");
    await sound(office, "alert-verified");
    await office.fill("#words", "说明属实");
    await press(office, "有正当理由");
    await shows(office, "有正当理由");
  });
}
