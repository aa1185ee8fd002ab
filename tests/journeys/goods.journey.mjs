// A small shop lists one thing from a phone, with a picture; the picture waits, a buyer sees it afterwards; market prices and
// certificates stand beside the goods.
import assert from "node:assert/strict";
import { PHONE, sound } from "./lib.mjs";

export const title = "one listing by form, its picture, its market price, its certificate";

const press = async (page, words) => {
  await Promise.all([page.waitForNavigation(), page.click(`button:has-text("${words}")`)]);
};
const shows = async (page, words) => {
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(words), `“${words}” is not on ${page.url()}:\n${text.slice(0, 1800)}`);
};

export default async function ({ step, open }) {
  const model = `ZS-${String(Date.now() % 100000).padStart(5, "0")}`;
  const shop = await open({ user: "lantian.guanli", width: PHONE });
  let picture;
  await step("the category comes first, and asks for what it needs", async () => {
    await shop.goto("/offers");
    await shop.click("a:has-text('上架一件')");
    await shop.fill("#words", "复印纸");
    await press(shop, "查找品目");
    await sound(shop, "listing-category-phone");
    await shop.click("a:has-text('复印纸')");
    picture = await shop.locator("main").screenshot({ type: "png" });
    await shop.fill("#brand", "得力");
    await shop.fill("#model", model);
    await shop.fill("#title", `得力 A4 复印纸 70g ${model}`);
    await shop.fill("#price", "98.00");
    await shop.fill("#stock", "200");
    await shop.selectOption("#attr-0", "A4");
    await shop.fill("#attr-1", "900g");
    await sound(shop, "listing-form-phone");
    await press(shop, "提交");
    assert.ok(/商品申报|请改好/.test(await shop.locator("body").innerText()));
  });
  await step("what the machine doubts waits; put right it is on the shelf with its picture", async () => {
    const waits = shop.url().includes("/filings");
    if (waits) {
      await shows(shop, "克重");
      await press(shop, "撤回");
    }
    await shop.goto("/offers/new?category=A05040101");
    await shop.fill("#brand", "得力");
    await shop.fill("#model", model);
    await shop.fill("#title", `得力 A4 复印纸 70g ${model}`);
    await shop.fill("#price", "98.00");
    await shop.fill("#stock", "200");
    await shop.selectOption("#attr-0", "A4");
    await shop.fill("#attr-1", "70g");
    await shop.setInputFiles("#picture", { name: "photo.png", mimeType: "image/png", buffer: picture });
    await press(shop, "提交");
    await shows(shop, "已上架");
  });
  await step("the centre sees the picture and lets it be shown", async () => {
    const centre = await open({ user: "jinan.jicai" });
    await centre.goto("/pictures");
    await shows(centre, model);
    await sound(centre, "picture-queue");
    const card = centre.locator("article", { hasText: model });
    await Promise.all([centre.waitForNavigation(), card.locator("button:has-text('通过') >> nth=0").click()]);
    await shows(centre, "图片已处理");
  });
  await step("a buyer finds the goods with the picture; the shop points a market price out", async () => {
    const buyer = await open({ user: "licheng.jingban" });
    await buyer.goto(`/search?area=all&q=${model}`);
    await buyer.waitForSelector("article.product img");
    await sound(buyer, "search-with-picture");
    await buyer.click(`article.product h3 a`);
    await buyer.waitForSelector(".gallery img");
    await sound(buyer, "product-with-picture");
    const product = new URL(buyer.url()).pathname;
    await shop.goto(product.replace("/products/", "/prices/"));
    await shop.fill("#source", "示例商城");
    await shop.fill("#price", "97.50");
    await shop.fill("#url", "https://shop.example/paper");
    await sound(shop, "tip-phone");
    await press(shop, "提交");
    await shows(shop, "采购中心核实后");
    const centre = await open({ user: "jinan.jicai" });
    await centre.goto("/prices");
    await shows(centre, "示例商城");
    await sound(centre, "tips");
    const row = centre.locator("tr", { hasText: model });
    await Promise.all([centre.waitForNavigation(), row.locator("button:has-text('核实无误')").click()]);
    await shows(centre, "已作为观测记录");
    await shop.goto(`${product}/pictures`);
    await sound(shop, "product-pictures-phone");
  });
  await step("a certificate is looked up by anybody", async () => {
    const visitor = await open();
    await visitor.goto("/certificates");
    await visitor.fill("#number", "cqc-demo-000138");
    await press(visitor, "查询");
    await shows(visitor, "海尔");
    await sound(visitor, "certificate");
  });
}
