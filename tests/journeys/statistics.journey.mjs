// A finance department looks at its figures: from the province down to one order, any two dimensions with a chart, files, the
// month on paper; then the cockpit, as finance department and as a unit, at an office and on a phone.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { PHONE, sound } from "./lib.mjs";

export const title = "statistics from the province to one order, two dimensions, files, report, cockpit";

const text = (page) => page.locator("main").innerText();
const shows = async (page, words) => {
  const all = await text(page);
  assert.ok(all.includes(words), `“${words}” is not on ${page.url()}:\n${all.slice(0, 1800)}`);
};
const follow = async (page, link) => {
  await Promise.all([page.waitForNavigation(), link.click()]);
};
const fen = (words) => Math.round(Number(words.replace(/[¥,\s]/g, "")) * 100);
const block = (page, heading) => page.locator(`section.card:has(h2:text-is("${heading}"))`);

/** The file that a link downloads. */
async function file(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

export default async function ({ step, open }) {
  const visitor = await open();
  let amount;
  await step("the public page of the province, and what it counts up to", async () => {
    await visitor.goto("/statistics?region=37");
    await shows(visitor, "山东省统计");
    await shows(visitor, "全程留痕第");
    await sound(visitor, "statistics");
  });
  await step("down to a city, a district, a unit, its orders and one of them", async () => {
    await follow(visitor, block(visitor, "地区排名").locator("tbody th a", { hasText: "济南市" }));
    await shows(visitor, "济南市统计");
    await follow(visitor, block(visitor, "地区排名").locator("tbody th a").first());
    await follow(visitor, block(visitor, "采购单位排名").locator("tbody th a").first());
    await sound(visitor, "statistics-unit");
    amount = fen(await block(visitor, "品目").locator("tbody td.num a").first().innerText());
    await follow(visitor, block(visitor, "品目").locator("tbody td.num a").first());
    const rows = await visitor.locator("table.cards tbody td[data-label='计入金额']").allInnerTexts();
    const sum = rows.map((r) => fen(r.split("\n")[0])).reduce((a, b) => a + b, 0);
    assert.equal(sum, amount, "the orders add up to the figure that opened them");
    await sound(visitor, "statistics-orders");
    await follow(visitor, visitor.locator("table.cards tbody a").first());
    await shows(visitor, "合同");
    await visitor.goBack();
    await shows(visitor, "计入的订单");
  });
  await step("a figure of its own opens only what it counts", async () => {
    await visitor.goto("/statistics?region=37");
    const kept = block(visitor, "按时率").locator("tr:has-text('付款') td a").first();
    const number = Number(await kept.innerText());
    await follow(visitor, kept);
    await shows(visitor, "计入“按时付款”的订单");
    assert.equal(Number((await visitor.locator("dl.kpis dd").first().innerText()).replace(/\D/g, "")), number);
  });
  await step("two dimensions: table, chart, both files", async () => {
    await visitor.goto("/statistics/table?region=37&rows=city&cols=size");
    await visitor.locator("svg.chart").waitFor();
    assert.ok((await visitor.locator("svg.chart rect").count()) > 2);
    await sound(visitor, "statistics-table");
    const whole = fen(await visitor.locator("tfoot td").last().innerText());
    const rows = await visitor.locator("table.tight tbody tr td:last-child").allInnerTexts();
    assert.equal(rows.map(fen).reduce((a, b) => a + b, 0), whole);
    await visitor.selectOption("select[name=measure]", "deliver");
    await follow(visitor, visitor.locator("button:has-text('查看')"));
    await shows(visitor, "按时交货率");
    const xlsx = await file(visitor, visitor.locator("a:has-text('下载 XLSX')"));
    assert.ok(xlsx.name.endsWith(".xlsx") && xlsx.bytes.subarray(0, 2).toString() === "PK");
    const csv = await file(visitor, visitor.locator("a:has-text('下载 CSV')"));
    assert.ok(csv.bytes.toString().includes("济南市") && csv.bytes.toString().includes("截至全程留痕第"));
  });
  await step("ranked by orders, on a phone and without scripts", async () => {
    const phone = await open({ width: PHONE, scripts: false });
    await phone.goto("/statistics/table?region=37&rows=unit&measure=orders");
    const orders = (await phone.locator("tbody tr td:nth-child(4)").allInnerTexts()).map(Number);
    assert.deepEqual(orders, [...orders].sort((a, b) => b - a));
    await sound(phone, "statistics-ranking-phone");
    await phone.goto("/statistics?region=37");
    await sound(phone, "statistics-phone");
    await phone.goto("/statistics?from=2026-05&to=2026-04");
    await shows(phone, "结束月份不能早于开始月份");
  });
  await step("the month on paper", async () => {
    await visitor.goto("/statistics?region=3701");
    await follow(visitor, visitor.locator("a:has-text('采购月报')"));
    await shows(visitor, "采购月报");
    await shows(visitor, "四种基准");
    await sound(visitor, "statistics-report");
  });
  await step("the finance department's cockpit: figures, leads, forecast", async () => {
    const finance = await open({ user: "jinan.jianguan" });
    await finance.goto("/cockpit");
    for (const words of ["今日态势", "成交额", "待处置预警", "预算执行预测", "其中 12 月"]) await shows(finance, words);
    await sound(finance, "cockpit-finance");
    await follow(finance, finance.locator("a:has-text('上年')").first());
    await shows(finance, "这段时间没有成交");
    // What is outside the own area is not shown, whatever the address says.
    await finance.goto("/cockpit?region=3703");
    await shows(finance, "济南市");
  });
  await step("a unit's cockpit shows its own, on a phone", async () => {
    const unit = await open({ user: "licheng.caiwu", width: PHONE });
    await unit.goto("/cockpit");
    await shows(unit, "历城区教育局");
    await sound(unit, "cockpit-unit-phone");
    await follow(unit, unit.locator("dl.kpis a").first());
    const units = await unit.locator("td[data-label='采购单位']").allInnerTexts();
    assert.ok(units.length > 0 && units.every((u) => u.includes("历城区教育局")));
  });
}
