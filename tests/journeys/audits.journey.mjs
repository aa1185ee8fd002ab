// An auditor announces, draws by nobody's choice, works the paper, asks; the unit answers; a finding is heard and confirmed; the report
// is given and the case file taken away.
import assert from "node:assert/strict";
import { PHONE, sound } from "./lib.mjs";

export const title = "an audit from the announcement to the case file";

const UNIT = "济南市历城区教育局";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`main button:has-text("${words}") >> nth=0`)]);
};
const shows = async (page, ...words) => {
  const text = await page.locator("body").innerText();
  for (const w of words) assert.ok(text.includes(w), `“${w}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};
/** Today in Beijing, as date fields write it. */
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

export default async function ({ step, open }) {
  const name = `教育局采购审计 ${Date.now() % 100000}`;
  const auditor = await open({ user: "jinan.shenji" });
  const unit = await open({ user: "licheng.queren", width: PHONE });
  let at, question, finding;

  await step("the scope is written down and announced with a promise", async () => {
    await auditor.goto("/audits");
    await shows(auditor, "审计");
    await sound(auditor, "audits");
    await auditor.click("text=新的审计项目");
    await sound(auditor, "audit-new");
    await auditor.fill("#title", name);
    await auditor.selectOption("#region", { label: "济南市" });
    await auditor.fill("#day_from", `${today().slice(0, 4)}-01-01`);
    await auditor.fill("#day_to", today());
    await auditor.fill("#unit", UNIT);
    await auditor.check("input[name=method][value=weighted]");
    await auditor.fill("#size", "2");
    await press(auditor, "拟定");
    await shows(auditor, name, "拟定", UNIT);
    at = new URL(auditor.url()).pathname;
    await press(auditor, "公告，锁定随机数");
    await shows(auditor, "随机数承诺");
    await sound(auditor, "audit-announced");
  });
  await step("something else has to happen before anything can be drawn", async () => {
    const centre = await open({ user: "jinan.jicai" });
    await centre.goto("/inspections");
    await centre.fill("#title", `巡检 ${name}`);
    await centre.selectOption("#kind", "sample");
    await centre.fill("#size", "3");
    await press(centre, "公告");
    // Where entries get their numbers beside the commit, that takes a moment.
    for (let i = 0; i < 50; i += 1) {
      await press(auditor, "现在抽取");
      if (!(await auditor.locator("body").innerText()).includes("还没有别的记录")) break;
    }
    await shows(auditor, "已抽取", "qicai recompute");
    await press(auditor, "开始实施");
    await sound(auditor, "audit-working");
  });
  await step("the machine fills the paper in, the auditor confirms", async () => {
    const papers = await auditor.locator("table a[href*='/orders/']").evaluateAll((list) => list.map((a) => a.getAttribute("href")));
    assert.ok(papers.length > 0);
    for (const [i, paper] of papers.entries()) {
      await auditor.goto(paper);
      await shows(auditor, "经办、审批、合同确认由不同的人办理", "由审计人员判断");
      if (i === 0) await sound(auditor, "audit-paper");
      const lines = await auditor.locator("select[name^='fit-']").count();
      assert.equal(lines, 20);
      for (let n = 0; n < lines; n += 1) {
        const select = auditor.locator("select[name^='fit-']").nth(n);
        const chosen = await select.inputValue();
        if (chosen === "") await select.selectOption("fits");
        if (chosen === "differs") await auditor.locator("input[name^='words-']").nth(n).fill("已核对原件，确实如此");
      }
      await press(auditor, "完成底稿");
      await shows(auditor, "底稿已完成");
    }
    const phone = await open({ user: "jinan.shenji", width: PHONE });
    await phone.goto(papers[0]);
    await sound(phone, "audit-paper-phone");
    await phone.goto(at);
    await sound(phone, "audit-phone");
  });
  await step("the unit is asked and answers from a phone", async () => {
    await auditor.goto(at);
    await auditor.click("summary:has-text('提出质询')");
    await auditor.selectOption("#q_org", { label: UNIT });
    await auditor.fill("#q_words", "请说明验收经过");
    await press(auditor, "发出质询");
    await shows(auditor, "已发出质询", "待答复");
    await auditor.click("a[href^='/inquiries/questions/'] >> nth=0");
    await auditor.waitForLoadState();
    question = new URL(auditor.url()).pathname;
    await sound(auditor, "audit-question");
    await unit.goto("/todo");
    await shows(unit, "审计质询");
    await unit.goto("/inquiries");
    await sound(unit, "inquiries-phone");
    await unit.goto(question);
    await unit.fill("#words", "由三人验收小组办理");
    await sound(unit, "audit-question-phone");
    await press(unit, "提交答复");
    await shows(unit, "已答复");
    await auditor.goto(question);
    await auditor.fill("#words", "已核实");
    await press(auditor, "已核实，了结");
    await shows(auditor, "已了结");
  });
  await step("a finding is drafted, heard, confirmed, put right", async () => {
    await auditor.goto(at);
    await auditor.click("summary:has-text('初拟审计发现')");
    await auditor.selectOption("#f_org", { label: UNIT });
    await auditor.selectOption("#f_kind", "records");
    await auditor.fill("#f_amount", "100.00");
    await auditor.check("input[name=f_order] >> nth=0");
    await auditor.fill("#f_facts", "验收资料没有归档");
    await auditor.fill("#f_advice", "补齐并完善归档制度");
    await press(auditor, "初拟");
    await auditor.click("a[href^='/inquiries/findings/'] >> nth=0");
    await auditor.waitForLoadState();
    finding = new URL(auditor.url()).pathname;
    await auditor.fill("#words", "请陈述意见");
    await press(auditor, "发给对方征求意见");
    await unit.goto(finding);
    await unit.fill("#words", "资料已补齐");
    await press(unit, "提交意见");
    await auditor.goto(finding);
    await auditor.fill("#words", "事实清楚");
    await sound(auditor, "audit-finding");
    await press(auditor, "认定");
    await shows(auditor, "已认定，待整改");
    await unit.goto(finding);
    await unit.fill("#words", "归档制度已印发");
    await press(unit, "报告整改结果");
    await auditor.goto(finding);
    await auditor.fill("#words", "已核实");
    await press(auditor, "核实整改完成");
    await shows(auditor, "整改完成");
  });
  await step("the report is given; finance reads it; the case file goes along", async () => {
    await auditor.goto(at);
    await auditor.fill("#opinion", "总体合规，归档需要改进。");
    await press(auditor, "出具审计报告");
    await shows(auditor, "已出具报告", "总体合规");
    const finance = await open({ user: "jinan.jianguan" });
    await finance.goto("/audits");
    await shows(finance, name);
    await finance.goto(`${at}/report`);
    await shows(finance, "采购文件不完整", "验收资料没有归档", "总体合规");
    await sound(finance, "audit-report");
    const file = await auditor.request.get(`${at}/case.zip`);
    assert.equal(file.status(), 200);
    const bytes = await file.body();
    assert.equal(bytes.subarray(0, 2).toString(), "PK");
    assert.ok(bytes.length > 10_000, `${bytes.length}`);
    const record = await (await auditor.request.get(`${at}/record.json`)).json();
    assert.equal(record.kind, "audit_sample");
  });
}
