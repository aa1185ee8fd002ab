// 篡改: somebody with the database in hands alters rows behind the mall's back. The receipt page says so, the receipt kept earlier still
// proves what was, and the audit names the very row. Needs SQL (a command that takes SQL as its last word), PROGRAM and PLACE from bin/test.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PHONE, sound } from "./lib.mjs";

export const title = "a row altered behind the mall's back is found, and named";

const words = (text) => (text ?? "").split(" ").filter(Boolean);

/** Runs SQL on the database, not through the mall; returns what it prints. */
function sql(statement) {
  const [program, ...args] = words(process.env.SQL);
  const told = program === "sqlite3" ? ["-cmd", ".timeout 10000", ...args] : args;
  const done = spawnSync(program, [...told, statement], { encoding: "utf8" });
  assert.equal(done.status, 0, `${program}: ${done.stderr ?? done.error}`);
  return done.stdout.trim();
}

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

function qicai(...args) {
  const done = spawnSync(process.env.PROGRAM, args, { encoding: "utf8" });
  return [done.status, `${done.stdout}${done.stderr}`];
}

const audit = () => qicai("doctor", "--audit", ...words(process.env.PLACE));

export default async function ({ step, open, base }) {
  if (!process.env.SQL || !process.env.PROGRAM || !process.env.PLACE) {
    console.log("  left out: SQL, PROGRAM and PLACE name the database and the program, as bin/test sets them");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "qicai-tamper-"));
  try {
    const visitor = await open({ width: PHONE });
    const seq = await step("a visitor finds the receipt of a contract and the browser verifies it", async () => {
      await visitor.goto("/notices?kind=contract");
      await Promise.all([visitor.waitForNavigation(), visitor.click("main td a[href^='/notices/'] >> nth=0")]);
      const number = /\d{6}-\d{4}-HT-\d{6}/.exec(await visitor.locator("body").innerText())[0];
      const seq = sql(`SELECT seq FROM journal WHERE id = (SELECT entry FROM notice WHERE number = ${quoted(number)})`);
      await visitor.goto(`/log/receipt/${seq}`);
      await visitor.waitForSelector("[data-proof] .tag.ok");
      return seq;
    });
    const file = join(folder, "receipt.json");
    const vkey = (await (await fetch(`${base}/log/key`)).text()).trim();
    await step("and keeps it as a file, which qicai verify and the browser accept", async () => {
      writeFileSync(file, await (await fetch(`${base}/log/receipt/${seq}.json`)).text());
      const [status, said] = qicai("verify", file, "--key", vkey);
      assert.equal(status, 0, said);
      await visitor.goto("/log");
      await visitor.setInputFiles("#receipt-file", file);
      await visitor.waitForSelector("[data-receipt-said] .tag.ok");
      await sound(visitor, "tamper-file");
    });
    await step("the audit finds nothing yet", async () => {
      const [status, said] = audit();
      assert.equal(status, 0, said);
    });
    const body = sql(`SELECT body FROM journal WHERE seq = ${seq}`);
    await step("somebody alters one figure of the entry in the database", async () => {
      const altered = body.replace(/"total":(\d+)/, (_, n) => `"total":${Number(n) + 1}`);
      assert.notEqual(altered, body);
      sql(`UPDATE journal SET body = ${quoted(altered)} WHERE seq = ${seq}`);
    });
    await step("the receipt page says that the entry does not fit, with and without a script", async () => {
      await visitor.goto(`/log/receipt/${seq}`);
      await visitor.waitForSelector("[data-proof] .tag.bad");
      const text = await visitor.locator("body").innerText();
      assert.ok(text.includes("和签过名的日志不一致"), text.slice(0, 800));
      await sound(visitor, "tamper-receipt");
      const plain = await open({ scripts: false });
      await plain.goto(`/log/receipt/${seq}`);
      await plain.waitForSelector("dd .tag.bad");
    });
    await step("the receipt kept before still proves what was; the audit names the entry", async () => {
      const [held, words] = qicai("verify", file, "--key", vkey);
      assert.equal(held, 0, words);
      const [status, said] = audit();
      assert.notEqual(status, 0, "the audit found nothing");
      assert.ok(said.includes(`journal entry ${seq} (contract.concluded`), said);
    });
    await step("put back as it was, nothing is found any more", async () => {
      sql(`UPDATE journal SET body = ${quoted(body)} WHERE seq = ${seq}`);
      const [status, said] = audit();
      assert.equal(status, 0, said);
      await visitor.goto(`/log/receipt/${seq}`);
      await visitor.waitForSelector("[data-proof] .tag.ok");
    });
    await step("so it is with rows beside the journal: an order's sum, a notice, a release, what is counted", async () => {
      const one = (table, key) => sql(`SELECT ${key} FROM ${table} ORDER BY ${key} LIMIT 1`);
      const order = sql("SELECT orders FROM stat_deal ORDER BY orders LIMIT 1");
      const rows = [
        ["orders", "total", "id", order, `order ${order} `],
        ["notice", "amount", "id", one("notice", "id"), "notice "],
        ["open_release", "at", "seq", one("open_release", "seq"), "open_release "],
        ["stat_deal", "amount", "orders", order, `stat_deal ${order}`],
        ["approval", "at", "id", one("approval", "id"), "approval "],
      ];
      for (const [table, column, key, id, name] of rows) {
        sql(`UPDATE ${table} SET ${column} = ${column} + 1 WHERE ${key} = ${id}`);
        const [status, said] = audit();
        sql(`UPDATE ${table} SET ${column} = ${column} - 1 WHERE ${key} = ${id}`);
        assert.notEqual(status, 0, `${table}.${column} of ${id} was altered and not found`);
        assert.ok(said.includes(name.endsWith(" ") && !name.includes(id) ? `${name}${id}` : name), `${table} ${id}: ${said}`);
      }
      const [status, said] = audit();
      assert.equal(status, 0, said);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
