import { sound, axe, noSidewaysScroll, noConsoleErrors } from "./lib.mjs";
import assert from "node:assert/strict";
export const title = "probe";
const ok = "data:text/html;charset=utf-8," + encodeURIComponent('<!doctype html><html lang="zh-CN"><title>好</title><main><h1>标题</h1><p>政府采购</p></main>');
const bad = "data:text/html;charset=utf-8," + encodeURIComponent('<!doctype html><html><title>x</title><main><img src="data:,"><p style="color:#ccc">low</p><div id="w" style="width:900px">w</div><button style="width:8px;height:8px;padding:0;font-size:2px">a</button><button style="width:8px;height:8px;padding:0;font-size:2px">b</button></main><script>throw new Error("boom")</script>');
export default async function ({ step, open }) {
  const page = await open();
  await step("good page", async () => { await page.goto(ok); await sound(page, "probe"); });
  const b = await open({ width: 390 });
  await step("bad page", async () => {
    await b.goto(bad);
    await assert.rejects(axe(b), (e) => { console.log(e.message); return /color-contrast/.test(e.message) && /target-size/.test(e.message); });
    await assert.rejects(noSidewaysScroll(b), (e) => { console.log(e.message); return /div#w/.test(e.message); });
    assert.throws(() => noConsoleErrors(b), /boom/);
  });
  const c = await open({ scripts: false });
  await step("no scripts", async () => { await c.goto(ok); await axe(c); });
}
