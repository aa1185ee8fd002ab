// 化整为零: a unit buys the same again and again and is told so in the cart; the office is told too, gives the lead to a colleague, asks;
// the unit explains with a file from a phone; checked, closed as a case of conduct; the auditor looks at it again.
import assert from "node:assert/strict";
import { PHONE, sound } from "./lib.mjs";

export const title = "a split purchase: warned in the cart, a lead, given to somebody, explained, checked, closed, reviewed";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`main button:has-text("${words}")`)]);
};
const sure = async (page, words) => {
  await page.click(`main button:has-text("${words}")`);
  await Promise.all([page.waitForNavigation(), page.click(`dialog button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};
const pdf = (name) => ({ name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 说明") });

/** Paper once more, as far as the checkout. */
const fill = async (page) => {
  await page.goto("/search?q=PW7001&area=all");
  await page.click("article.product h3 a");
  await press(page, "放进采购车");
  await page.goto("/checkout");
};

export default async function ({ step, open }) {
  const buyer = await open({ user: "hyjt.jingban" });
  await step("the buyer is told before the harm, and buys on", async () => {
    for (let n = 0; n < 5; n += 1) {
      await fill(buyer);
      if (n === 4) {
        await shows(buyer, "没有频繁零星采购");
        await sound(buyer, "alerts-in-the-cart");
      }
      await buyer.fill("#purpose", "零星补充");
      await press(buyer, "提交");
    }
  });
  const office = await open({ user: "jinan.jianguan" });
  let path;
  await step("the office finds it, filters, gives it to a colleague and asks", async () => {
    const list = "/alerts?rule=W03&state=open&words=" + encodeURIComponent("槐荫区交通");
    for (let n = 0; n < 40; n += 1) {
      await office.goto(list);
      if (await office.locator("table.cards tbody a").count()) break;
      await office.waitForTimeout(250);
    }
    await sound(office, "alerts-filtered");
    await Promise.all([office.waitForNavigation(), office.click("table.cards tbody a >> nth=0")]);
    path = new URL(office.url()).pathname;
    await office.selectOption("#owner", { index: 2 });
    await press(office, "交办");
    await shows(office, "已交办");
    await office.goto(path);
    await office.fill("#words", "一个月五单复印纸，请说明为什么不合并采购。");
    await press(office, "请对方说明");
    await shows(office, "等对方说明");
    await sound(office, "alerts-asked");
  });
  await step("the unit explains from a phone, with a file", async () => {
    const signer = await open({ user: "hyjt.queren", width: PHONE });
    await signer.goto("/alerts");
    await signer.click("table.cards tbody a >> nth=0");
    await signer.fill("#words", "五个科室分别申请，今后合并。");
    await signer.setInputFiles("#file", pdf("科室申请.pdf"));
    await press(signer, "提交说明");
    await shows(signer, "科室申请.pdf");
    await shows(signer, "等财政部门核实");
    await sound(signer, "alerts-explained-phone");
  });
  await step("the office opens the file, checks, and closes it as a case of conduct", async () => {
    await office.goto(path);
    const [file] = await Promise.all([office.waitForEvent("download"), office.click("a:has-text('科室申请.pdf')")]);
    assert.equal(file.suggestedFilename(), "科室申请.pdf");
    await office.fill("#words", "看了五个科室的申请，同一天提出，可以合并。");
    await press(office, "记下核实情况");
    await sound(office, "alerts-verified");
    await office.fill("#words", "同一天提出的需求分五次采购。");
    await office.selectOption("#indicator", "credit.deduct.buyer_split");
    await sure(office, "作诚信处理，办结");
    await shows(office, "已作诚信处理");
    await sound(office, "alerts-closed");
    await office.click("a:has-text('查看事项')");
    await shows(office, "拆分采购");
  });
  await step("the auditor says that it was right; the rule is measured by that", async () => {
    const auditor = await open({ user: "jinan.shenji" });
    await auditor.goto(path);
    await auditor.check("input[name=found][value=right]");
    await auditor.fill("#review-words", "五份申请同日提出，属实。");
    await press(auditor, "记下复核结论");
    await shows(auditor, "复核：确有问题");
    await auditor.goto("/alerts/rules?hit=1");
    await shows(auditor, "复核 1");
    await sound(auditor, "alerts-rules");
  });
}
