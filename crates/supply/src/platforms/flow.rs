//! Describing a platform, testing it, switching it on, and asking it for goods.
use super::speak::{SKUS_MAX, Speaker, Trouble};
use super::store::{self, Place, Run, Sku};
use super::test;
use crate::intake::{self as take, Did};
use crate::{Supply, brands};
use base::access::Actor;
use futures_util::StreamExt;
use kit::fail::carried;
use kit::http::Http;
use kit::seal::Bound;
use kit::{Entry, Fail, Result};
use rules::calendar::{day_of, show_day};
use rules::duty::Duty;
use rules::naming::model_key;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Platforms asked at a time.
const AT_ONCE: usize = 4;
/// A platform that is on is asked so often.
const EVERY_MS: i64 = 30 * 60_000;
/// A process that takes a platform has it for so long; then another may.
const CLAIM_MS: i64 = 60 * 60_000;
/// Descriptions are read again after so long.
const FRESH_MS: i64 = 24 * 3_600_000;
/// Skus of one platform.
const GOODS_MAX: usize = 50_000;
/// Rows taken in at a time.
const PIECE: usize = 100;
/// How many the mall asks for.
const STOCK_ASKED: i64 = 1_000;
/// Pictures fetched of one sku.
const PICTURES: usize = 3;
/// After so many failures in a row the supplier is told.
const TELL_AFTER: i64 = 3;

fn entry(region: &str, kind: &'static str, supplier: i64, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry {
        region: region.to_owned(),
        room: "platforms",
        kind,
        subject: format!("platform/{supplier}"),
        actor,
        via,
        data,
    }
}

/// Does an address begin with one that the settings allow?
fn allowed(supply: &Supply, url: &str) -> bool {
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\' || c == '@');
    let under = |origin: &String| {
        url.strip_prefix(origin.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    plain && supply.settings().platforms.iter().any(under)
}

/// A supplier describes its platform; it has to pass the test before the province switches it on.
pub async fn describe(supply: &Supply, actor: &Actor, address: &str, app_key: &str, secret: &str) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    if !allowed(supply, address) {
        let words = "这个网址还没有在平台登记，请先联系平台运维登记后再填写。";
        return Err(Fail::field("address", "platform.address", words));
    }
    let sealed = supply.keepers().seal(&Bound { event: "platform", until: 0, owner: actor.org }, secret.as_bytes())?;
    let p = &Place {
        supplier: actor.org,
        address: address.trim_end_matches('/').to_owned(),
        app_key: app_key.to_owned(),
        secret: sealed,
        state: String::new(),
        person: actor.person,
        test_asked: 0,
        report: String::new(),
        next_at: 0,
        fails: 0,
        version: 0,
    };
    supply
        .db()
        .write("platform.describe", |tx| {
            Box::pin(async move {
                crate::suppliers::get(tx, actor.org).await?;
                store::put(tx, p).await?;
                let data = json!({"address": p.address});
                tx.journal(entry(&actor.region, "platform.described", actor.org, actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// The supplier asks for a test; it runs beside.
pub async fn ask_test(supply: &Supply, actor: &Actor) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("platform.ask_test", |tx| {
            Box::pin(async move {
                if !store::ask_test(tx, actor.org).await? {
                    return Err(Fail::refuse("platform.none", "请先填写平台网址和密钥。"));
                }
                let e = entry(&actor.region, "platform.test_asked", actor.org, actor.person, json!({}));
                tx.journal(e).await.map(|_| ())
            })
        })
        .await
}

/// The province switches a platform on or off; its supplier may pause it too.
pub async fn switch(supply: &Supply, actor: &Actor, supplier: i64, on: bool) -> Result<()> {
    let own = actor.org == supplier && actor.may(Duty::SupplierAdmin);
    if !own || on {
        actor.must(&[Duty::Centre])?;
        if actor.region != supply.facts().root {
            return Err(Fail::refuse("platform.reach", "平台对接全省共用，由省级启用。"));
        }
    }
    supply
        .db()
        .write("platform.switch", |tx| {
            Box::pin(async move {
                let (from, to): (&[&str], _) = if on { (&["passed", "off"], "on") } else { (&["on"], "off") };
                if !store::switch(tx, supplier, from, to).await? {
                    let words =
                        if on { "接口测试全部通过后才能启用。" } else { "这个平台没有启用。" };
                    return Err(Fail::refuse("platform.state", words));
                }
                let words = if on {
                    "平台对接已启用，商品每半小时更新。"
                } else {
                    "平台对接已停用，商品保持现状。"
                };
                base::messages::tell(tx, supplier, Duty::SupplierAdmin, "/platform", words).await?;
                let kind = if on { "platform.on" } else { "platform.off" };
                tx.journal(entry(&actor.region, kind, supplier, actor.person, json!({}))).await.map(|_| ())
            })
        })
        .await
}

/// Who speaks to a platform.
pub fn speaker(supply: &Supply, p: &Place) -> Result<Speaker> {
    let secret = supply.keepers().open_seal("platform", p.supplier, supply.db().now(), &p.secret);
    let secret = secret.and_then(|s| String::from_utf8(s).ok());
    let secret = secret.ok_or_else(|| Fail::Fault(format!("secret of platform {} does not open", p.supplier)))?;
    if !allowed(supply, &p.address) {
        return Err(Fail::refuse("platform.address", "这个网址不在平台登记的网址里。"));
    }
    Ok(Speaker::new(Http::new(PATIENCE), &p.address, &p.app_key, &secret))
}

/// Tests and asks whoever is due; returns how many. Runs in a task of its own.
pub async fn run(supply: &Supply) -> Result<usize> {
    let due = store::due(supply.db(), supply.db().now(), AT_ONCE * 4).await?;
    let moved = futures_util::stream::iter(due).map(|p| async move {
        let (id, done) = (p.supplier, one(supply, p).await);
        carried("platform", id, done)
    });
    Ok(moved.buffer_unordered(AT_ONCE).filter(|moved| std::future::ready(*moved)).count().await)
}

async fn one(supply: &Supply, p: Place) -> Result<()> {
    let until = supply.db().now() + CLAIM_MS;
    let place = &p;
    let mine = supply.db().upkeep("platform.claim", |tx| Box::pin(async move { store::claim(tx, place, until).await }));
    if !mine.await? {
        return Ok(());
    }
    if p.test_asked > 0 { examine(supply, &p).await } else { pull(supply, &p).await }
}

async fn examine(supply: &Supply, p: &Place) -> Result<()> {
    let today = show_day(day_of(supply.db().now()));
    let called = match speaker(supply, p) {
        Ok(s) => test::all(&s, &today).await,
        Err(Fail::Refused(r)) => {
            vec![test::Called { call: "getAccessToken".into(), good: false, millis: 0, words: r.words }]
        }
        Err(e) => return Err(e),
    };
    let passed = called.len() == 10 && called.iter().all(|c| c.good);
    let report = &serde_json::to_string(&called).map_err(Fail::fault)?;
    let org = &base::orgs::org(supply.db(), p.supplier).await?;
    supply
        .db()
        .write("platform.tested", |tx| {
            Box::pin(async move {
                store::tested(tx, p.supplier, report, passed).await?;
                let good = called_good(report);
                let words = format!("接口测试{}：{good} / 10 个调用通过。", if passed { "通过" } else { "没有通过" });
                base::messages::tell(tx, p.supplier, Duty::SupplierAdmin, "/platform", &words).await?;
                let data = json!({"passed": passed, "good": good});
                tx.journal(entry(&org.region, "platform.tested", p.supplier, 0, data)).await.map(|_| ())
            })
        })
        .await
}

fn called_good(report: &str) -> usize {
    serde_json::from_str::<Vec<test::Called>>(report).map_or(0, |all| all.iter().filter(|c| c.good).count())
}

/// Asks a platform for all it sells and takes it in.
async fn pull(supply: &Supply, p: &Place) -> Result<()> {
    let began_at = supply.db().now();
    let mut run = Run { began_at, ..Run::default() };
    let answered = match speaker(supply, p) {
        Ok(s) => gather(supply, p, &s, &mut run).await?,
        Err(Fail::Refused(r)) => Err(Trouble { call: "", code: String::new(), words: r.words }),
        Err(e) => return Err(e),
    };
    if let Err(t) = answered {
        run.error = format!("{} {} {}", t.call, t.code, t.words).split_whitespace().collect::<Vec<_>>().join(" ");
    }
    run.ended_at = supply.db().now();
    let fails = if run.error.is_empty() { 0 } else { p.fails + 1 };
    let wait = if fails == 0 { EVERY_MS } else { ((5 * 60_000) << fails.min(6)).min(6 * 3_600_000) };
    let (run, org) = (&run, &base::orgs::org(supply.db(), p.supplier).await?);
    supply
        .db()
        .write("platform.pulled", |tx| {
            Box::pin(async move {
                store::set_next(tx, p.supplier, tx.now() + wait, fails).await?;
                store::add_run(tx, p.supplier, run).await?;
                if fails == TELL_AFTER {
                    let words = format!("平台对接连续 {fails} 次失败：{}", run.error);
                    base::messages::tell(tx, p.supplier, Duty::SupplierAdmin, "/platform", &words).await?;
                }
                let data = json!({
                    "goods": run.goods, "done": run.done, "waits": run.waits, "refused": run.refused, "off": run.off,
                    "error": run.error,
                });
                tx.journal(entry(&org.region, "platform.pulled", p.supplier, 0, data)).await.map(|_| ())
            })
        })
        .await
}

/// One thing a platform sells, while it is put together.
struct Seen {
    sku: Sku,
    price: String,
    stock: i64,
}

/// Asks, then takes in. The outer result is ours, the inner one theirs: what was taken in before their trouble stays.
async fn gather(supply: &Supply, p: &Place, s: &Speaker, run: &mut Run) -> Result<std::result::Result<(), Trouble>> {
    let org = base::orgs::org(supply.db(), p.supplier).await?;
    let city = format!("{}00", org.region.get(..4).unwrap_or("3701"));
    let place = [supply.facts().root.clone(), city, org.region.clone()];
    let mut known: HashMap<String, Sku> =
        store::skus(supply.db(), p.supplier).await?.into_iter().map(|k| (k.sku.clone(), k)).collect();
    let pool = match pool(s).await {
        Ok(pool) => pool,
        Err(t) => return Ok(Err(t)),
    };
    run.goods = pool.len() as i64;
    for piece in pool.iter().cloned().collect::<Vec<_>>().chunks(SKUS_MAX) {
        let seen = match describe_piece(supply, s, piece, &mut known, &place).await {
            Ok(seen) => seen,
            Err(t) => return Ok(Err(t)),
        };
        for part in seen.chunks(PIECE) {
            accept(supply, p, s, part, run).await?;
        }
    }
    // What is no longer in the pool, or no longer on their shelf, leaves ours.
    let gone: Vec<Sku> = known.into_values().filter(|k| k.listed).collect();
    run.off = put_off(supply, p, &gone).await? as i64;
    Ok(Ok(()))
}

async fn pool(s: &Speaker) -> std::result::Result<BTreeSet<String>, Trouble> {
    let mut all = BTreeSet::new();
    for c in s.categories().await? {
        all.extend(s.pool(&c).await?);
        if all.len() > GOODS_MAX {
            let words = format!("商品超过 {GOODS_MAX} 个。");
            return Err(Trouble { call: "getProductPool", code: String::new(), words });
        }
    }
    Ok(all)
}

/// Puts together what a piece of the pool is; what is on their shelf is taken out of `known`.
async fn describe_piece(
    supply: &Supply,
    s: &Speaker,
    piece: &[String],
    known: &mut HashMap<String, Sku>,
    place: &[String; 3],
) -> std::result::Result<Vec<Seen>, Trouble> {
    let now = supply.db().now();
    let listed: Vec<String> = s.on_shelf(piece).await?;
    let prices: HashMap<String, String> = s.prices(&listed).await?.into_iter().collect();
    let fresh: Vec<String> =
        listed.iter().filter(|k| known.get(*k).is_none_or(|n| now - n.looked_at > FRESH_MS)).cloned().collect();
    let links: HashMap<String, String> =
        if fresh.is_empty() { HashMap::new() } else { s.links(&fresh).await?.into_iter().collect() };
    let mut out = Vec::new();
    for sku in listed {
        let before = known.remove(&sku);
        let sku = match before {
            Some(b) if !fresh.contains(&sku) => Sku { listed: true, ..b },
            before => {
                let d = s.detail(&sku).await?;
                let link = links.get(&sku).cloned().unwrap_or_default();
                let row = row_of(&d, link);
                let pictured = before.is_some_and(|b| b.pictured);
                Sku {
                    brand: row[2].clone(),
                    model_key: model_key(&row[3]),
                    row,
                    result: String::new(),
                    words: String::new(),
                    listed: true,
                    pictured,
                    looked_at: now,
                    sku,
                }
            }
        };
        let stock = s.stock(&sku.sku, STOCK_ASKED, place).await?;
        out.push(Seen { price: prices.get(&sku.sku).cloned().unwrap_or_default(), stock, sku });
    }
    Ok(out)
}

/// Parameters that have a column of their own, by the names platforms use.
const COLUMNS: [(&str, usize); 9] = [
    ("型号", 3),
    ("规格型号", 3),
    ("单位", 4),
    ("计量单位", 4),
    ("供货区域", 7),
    ("产地", 10),
    ("证书编号", 12),
    ("可比数量", 13),
    ("别名", 14),
];

/// A description as a row of the upload template.
fn row_of(d: &super::speak::Detail, link: String) -> Vec<String> {
    let mut row = vec![String::new(); 15];
    (row[0], row[1], row[2], row[11]) = (d.name.clone(), d.category.clone(), d.brand.clone(), link);
    let mut attrs = Vec::new();
    for (k, v) in d.params.iter().filter(|(_, v)| !v.is_empty()) {
        match COLUMNS.iter().find(|(name, _)| name == k) {
            Some((_, i)) if row[*i].is_empty() => row[*i].clone_from(v),
            Some(_) => {}
            None => attrs.push(format!("{}={}", k.replace(['=', ';'], " "), v.replace([';', '；'], "，"))),
        }
    }
    row[8] = attrs.join(";");
    row
}

/// Takes a piece in, keeps what became of each sku, fetches pictures of what is new.
async fn accept(supply: &Supply, p: &Place, s: &Speaker, seen: &[Seen], run: &mut Run) -> Result<()> {
    let library = brands::load(supply.db()).await?;
    let rows: Vec<Vec<String>> = seen
        .iter()
        .map(|g| {
            let mut row = g.sku.row.clone();
            (row[5], row[6]) = (g.price.clone(), g.stock.to_string());
            row
        })
        .collect();
    let did = take::take(supply, p.supplier, p.person, "pull", &rows).await?;
    let mut kept = Vec::new();
    for (g, d) in seen.iter().zip(&did) {
        let mut sku = g.sku.clone();
        sku.brand = library.find(&sku.brand).unwrap_or(&sku.brand).to_owned();
        (sku.result, sku.words) = (d.key().to_owned(), d.words().to_owned());
        match d {
            Did::Done => run.done += 1,
            Did::Waits => run.waits += 1,
            Did::Refused(_) => run.refused += 1,
            Did::Same => {}
        }
        if !sku.pictured && !matches!(d, Did::Refused(_)) {
            // A picture that does not come is no reason to keep the goods out; it is asked for again with the next run.
            sku.pictured = pictures(supply, p, s, &sku).await?;
        }
        kept.push(sku);
    }
    keep(supply, p, &kept).await
}

/// Writes what is known of skus: housekeeping beside the entries that taking in has written.
async fn keep(supply: &Supply, p: &Place, kept: &[Sku]) -> Result<()> {
    supply
        .db()
        .upkeep("platform.keep", |tx| {
            Box::pin(async move {
                for sku in kept {
                    store::put_sku(tx, p.supplier, sku).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Fetches pictures of a sku; true when there is nothing left to fetch.
async fn pictures(supply: &Supply, p: &Place, s: &Speaker, sku: &Sku) -> Result<bool> {
    let Ok(found) = s.images(std::slice::from_ref(&sku.sku)).await else { return Ok(false) };
    let urls = found.into_iter().filter(|(k, _)| *k == sku.sku).flat_map(|(_, urls)| urls);
    for url in urls.filter(|u| allowed(supply, u)).take(PICTURES) {
        let Ok(bytes) = s.picture(url).await else { return Ok(false) };
        let by = (p.supplier, p.person);
        match take::picture(supply, by, "pull", &sku.brand, &sku.row[3], bytes).await {
            Ok(_) | Err(Fail::Refused(_)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(true)
}

/// What the platform no longer sells leaves the shelf.
async fn put_off(supply: &Supply, p: &Place, gone: &[Sku]) -> Result<usize> {
    let mut off = Vec::new();
    for k in gone {
        off.extend(take::listed(supply.db(), p.supplier, &k.brand, &k.model_key).await?);
    }
    let n = if off.is_empty() { 0 } else { take::put_off(supply, p.supplier, p.person, &off).await? };
    let kept: Vec<Sku> = gone.iter().map(|k| Sku { listed: false, ..k.clone() }).collect();
    keep(supply, p, &kept).await?;
    Ok(n)
}
