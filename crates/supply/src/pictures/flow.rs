//! Bringing, deciding, comparing.
use super::store::{self, Alike, Goods, Picture, State};
use crate::Supply;
use base::access::Actor;
use kit::picture::{Tidy, tidy};
use kit::{Entry, Fail, Query, Result, Tx};
use rules::duty::Duty;
use serde_json::{Value, json};

/// Pictures of one thing that wait or are shown.
pub const PICTURES_MAX: usize = 6;
/// Pictures that differ in more bits are not the same.
const APART_MAX: u32 = 7;
/// Candidates compared.
const NEAR_MAX: usize = 5_000;
/// Goods with the same picture that are named.
const ALIKE_MAX: usize = 5;

/// Who brings a picture, and how.
#[derive(Clone, Copy)]
pub(crate) struct Bringer<'a> {
    pub(crate) supplier: i64,
    pub(crate) region: &'a str,
    pub(crate) person: i64,
    pub(crate) via: &'static str,
}

fn entry(region: &str, kind: &'static str, id: i64, actor: i64, via: &'static str, data: Value) -> Entry {
    Entry { region: region.to_owned(), room: "pictures", kind, subject: format!("picture/{id}"), actor, via, data }
}

/// Takes pictures of goods in; they wait until a person looked. A picture that is there changes nothing.
pub(crate) async fn add(supply: &Supply, from: Bringer<'_>, goods: &Goods, files: Vec<Vec<u8>>) -> Result<usize> {
    let mut ready: Vec<(String, Tidy)> = Vec::new();
    for bytes in files {
        let t = tidy(bytes).await?;
        ready.push((kit::text::sha256(&[&t.large]), t));
    }
    let ready = &ready;
    supply
        .db()
        .write("picture.add", |tx| {
            Box::pin(async move {
                let mut done = 0;
                for (digest, t) in ready {
                    done += usize::from(add_one(tx, from, goods, digest, t).await?);
                }
                Ok(done)
            })
        })
        .await
}

async fn add_one(tx: &Tx<'_>, from: Bringer<'_>, goods: &Goods, digest: &str, t: &Tidy) -> Result<bool> {
    let there = store::of_goods(tx, &goods.brand, &goods.key).await?;
    let counts = |p: &&Picture| matches!(p.state, State::Waiting | State::Shown);
    if there.iter().filter(counts).any(|p| p.digest == digest) {
        return Ok(false);
    }
    if there.iter().filter(counts).count() >= PICTURES_MAX {
        let words = format!("一个商品最多 {PICTURES_MAX} 张图片，请先请采购中心撤下旧的。");
        return Err(Fail::field("picture", "picture.many", words));
    }
    store::keep(tx, digest, t).await?;
    let Some(id) = store::add(tx, goods, digest, from.supplier, from.person).await? else { return Ok(false) };
    let data = json!({
        "brand": goods.brand, "model": goods.model, "digest": digest, "supplier": from.supplier.to_string(),
    });
    tx.journal(entry(from.region, "picture.added", id, from.person, from.via, data)).await?;
    Ok(true)
}

/// A supplier brings pictures of goods it offers.
pub async fn bring(supply: &Supply, actor: &Actor, product: i64, files: Vec<Vec<u8>>) -> Result<usize> {
    actor.must(&[Duty::SupplierAdmin])?;
    let (goods, _, offers) = store::goods_of(supply.db(), product, actor.org).await?;
    if !offers {
        return Err(Fail::refuse("picture.foreign", "只有在售这个商品的供应商可以提供图片。"));
    }
    if files.is_empty() {
        return Err(Fail::field("picture", "picture.none", "请选择 JPG 或 PNG 图片。"));
    }
    let from = Bringer { supplier: actor.org, region: &actor.region, person: actor.person, via: "page" };
    add(supply, from, &goods, files).await
}

/// The centre decides about a picture that waits, or takes one off that is shown.
pub async fn decide(supply: &Supply, actor: &Actor, id: i64, show: bool, reason: &str) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    if !show && reason.is_empty() {
        return Err(Fail::field("reason", "picture.reason", "请写明不展示的理由，供应商会看到。"));
    }
    supply
        .db()
        .write("picture.decide", |tx| {
            Box::pin(async move {
                let p = store::one(tx, id).await?;
                let to = match (p.state, show) {
                    (State::Waiting, true) => State::Shown,
                    (State::Waiting, false) => State::Refused,
                    (State::Shown, false) => State::Removed,
                    (State::Shown, true) => return Ok(()),
                    _ => return Err(Fail::refuse("picture.decided", "这张图片已经处理过了，请刷新页面。")),
                };
                settle(tx, &p, to, reason, actor).await
            })
        })
        .await
}

async fn settle(tx: &Tx<'_>, p: &Picture, to: State, reason: &str, actor: &Actor) -> Result<()> {
    if !store::decide(tx, p.id, p.state, to, reason, actor.person).await? {
        return Err(Fail::Retry);
    }
    let product = store::show(tx, &p.goods.brand, &p.goods.key).await?;
    if to != State::Shown {
        let words = format!("“{} {}”的一张图片{}：{reason}", p.goods.brand, p.goods.model, to.label());
        let link = product.map_or("/offers".into(), |id| format!("/products/{id}/pictures"));
        base::messages::tell(tx, p.supplier, Duty::SupplierAdmin, &link, &words).await?;
    }
    let products: Vec<String> = product.iter().map(ToString::to_string).collect();
    let data = json!({"digest": p.digest, "state": to.key(), "reason": reason, "products": products});
    tx.journal(entry(&actor.region, "picture.decided", p.id, actor.person, "page", data)).await.map(|_| ())
}

/// Goods passed review together with the pictures they brought along.
pub(crate) async fn pass_with(tx: &Tx<'_>, brand: &str, key: &str, supplier: i64, actor: &Actor) -> Result<()> {
    for p in store::of_goods(tx, brand, key).await? {
        if p.state == State::Waiting && p.supplier == supplier {
            settle(tx, &p, State::Shown, "", actor).await?;
        }
    }
    Ok(())
}

/// Goods under another name with nearly the same picture, nearest first.
pub(crate) async fn alike(q: &dyn Query, goods: &Goods, print: u64) -> Result<Vec<Alike>> {
    let mut found = store::near(q, goods, print, NEAR_MAX).await?;
    found.retain(|a| a.apart <= APART_MAX);
    found.sort_by(|a, b| a.apart.cmp(&b.apart).then_with(|| a.digest.cmp(&b.digest)));
    found.dedup_by(|a, b| (&a.brand, &a.key) == (&b.brand, &b.key));
    found.truncate(ALIKE_MAX);
    Ok(found)
}
