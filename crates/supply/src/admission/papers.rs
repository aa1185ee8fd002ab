//! Documents of firms, and what their last day brings about.
use super::flow;
use super::store::{self, Paper};
use crate::Supply;
use crate::offers::{self, stop};
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::admission::{PAPERS, paper_label};
use rules::calendar::{Day, day_of, show_day};
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::json;

/// Largest document, bytes.
pub const BYTES_MAX: usize = 5 * 1024 * 1024;
/// Papers warned of at a time.
const PIECE: usize = 200;

/// A document to be added.
pub struct NewPaper {
    /// Kind.
    pub kind: String,
    /// Number.
    pub number: String,
    /// The last day it holds; None for ever.
    pub until: Option<Day>,
    /// Name of the file.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// PDF, JPEG or PNG, told by the first bytes: a name proves nothing.
fn mime(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x25, b'P', b'D', b'F', ..] => Some("application/pdf"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        _ => None,
    }
}

/// Adds a document; it counts once an application with it is admitted, or a centre found the renewal good.
pub async fn add_paper(supply: &Supply, actor: &Actor, p: &NewPaper) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    if !PAPERS.iter().any(|(k, _)| *k == p.kind) {
        return Err(Fail::field("kind", "paper.kind", "请选择材料种类。"));
    }
    if p.until.is_some_and(|d| d < day_of(supply.db().now())) {
        return Err(Fail::field("until", "paper.past", "这份材料已经过期，请上传有效的。"));
    }
    if p.bytes.len() > BYTES_MAX {
        return Err(Fail::field("file", "paper.large", "文件不能超过 5 MB，请压缩后上传。"));
    }
    let mime = mime(&p.bytes).ok_or_else(|| Fail::field("file", "paper.type", "请上传 PDF、JPG 或 PNG 文件。"))?;
    let paper = &Paper {
        id: 0,
        org: actor.org,
        kind: p.kind.clone(),
        number: p.number.clone(),
        until: p.until,
        name: p.name.chars().take(100).collect(),
        digest: kit::text::sha256(&[&p.bytes]),
        state: "asked".into(),
    };
    supply
        .db()
        .write("paper.add", |tx| {
            Box::pin(async move {
                let id = store::add_paper(tx, paper, mime, &p.bytes, actor.person).await?;
                // Of a firm that only applies, or that is changing, the papers are looked at with the application.
                let renews =
                    store::account(tx, actor.org).await?.is_some() && store::open_of(tx, actor.org).await?.is_none();
                if renews && let Some(centre) = flow::nearest_centre(supply, tx, &actor.region).await? {
                    let words = format!("{}上传了新的{}，请核对。", actor.org_name, paper_label(&paper.kind));
                    let link = format!("/suppliers/{}/papers", actor.org);
                    base::messages::tell(tx, centre, Duty::Centre, &link, &words).await?;
                }
                tx.journal(Entry {
                    region: actor.region.clone(),
                    room: "admission",
                    kind: "paper.added",
                    subject: format!("paper/{id}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({"kind": paper.kind, "digest": paper.digest, "until": paper.until.map(show_day)}),
                })
                .await?;
                Ok(())
            })
        })
        .await
}

/// A centre found the renewed documents of a supplier good.
pub async fn renew(supply: &Supply, actor: &Actor, org: i64) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    let firm = &base::orgs::org(supply.db(), org).await?;
    if !matches!(actor.scope(), base::access::Scope::Region(prefix) if firm.region.starts_with(&prefix)) {
        return Err(Fail::Hidden);
    }
    supply
        .db()
        .write("paper.renew", |tx| {
            Box::pin(async move {
                // Of a firm that only applies, the papers are decided with the application.
                crate::suppliers::get(tx, org).await?;
                store::papers_good(tx, org).await?;
                tx.journal(Entry {
                    region: firm.region.clone(),
                    room: "admission",
                    kind: "paper.renewed",
                    subject: format!("supplier/{org}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({"org": org.to_string()}),
                })
                .await?;
                Ok(())
            })
        })
        .await?;
    watch(supply, org).await.map(|_| ())
}

/// Stops the offers of a supplier one of whose good papers has ended, frees them when all hold again.
async fn watch(supply: &Supply, org: i64) -> Result<bool> {
    let today = day_of(supply.db().now());
    let papers = store::papers(supply.db(), org).await?;
    let ended: Vec<&str> = papers
        .iter()
        .filter(|p| p.state == "good" && p.until.is_some_and(|d| d < today))
        .map(|p| paper_label(&p.kind))
        .collect();
    let on = !ended.is_empty();
    let (ended, region) = (&ended, &supply.facts().root);
    supply
        .db()
        .write("paper.watch", |tx| {
            Box::pin(async move {
                if offers::stop_all(tx, org, "", stop::PAPER, on).await? == 0 {
                    return Ok(false);
                }
                let words = match on {
                    true => format!("{}已过期，商品暂停销售。请上传新的材料。", ended.join("、")),
                    false => "材料已更新，商品恢复销售。".into(),
                };
                base::messages::tell(tx, org, Duty::SupplierAdmin, "/admission", &words).await?;
                let products: Vec<String> =
                    offers::products_of(tx, org, "").await?.iter().map(ToString::to_string).collect();
                tx.journal(Entry {
                    region: region.clone(),
                    room: "admission",
                    kind: if on { "paper.ended" } else { "paper.holds" },
                    subject: format!("supplier/{org}"),
                    actor: 0,
                    via: "timer",
                    data: json!({"papers": ended, "products": products}),
                })
                .await?;
                Ok(true)
            })
        })
        .await
}

/// Once a day: warns of papers that end soon, stops and frees offers.
pub async fn look_daily(supply: &Supply) -> Result<usize> {
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let any = Scope { mode: None, form: None, category: None, amount: None };
    let ahead = facts.number("offer.certificate_warn_days", &facts.root, &any, today, 30) as Day;
    let mut done = 0;
    for p in &store::ending(supply.db(), today + ahead, PIECE).await? {
        let root = &facts.root;
        supply
            .db()
            .write("paper.warn", |tx| {
                Box::pin(async move {
                    if !store::warned(tx, p.id).await? {
                        return Ok(());
                    }
                    let until = p.until.map_or(String::new(), show_day);
                    let words =
                        format!("{}将于 {until} 到期，请及时上传新的；到期后商品暂停销售。", paper_label(&p.kind));
                    base::messages::tell(tx, p.org, Duty::SupplierAdmin, "/admission", &words).await?;
                    tx.journal(Entry {
                        region: root.clone(),
                        room: "admission",
                        kind: "paper.warned",
                        subject: format!("supplier/{}", p.org),
                        actor: 0,
                        via: "timer",
                        data: json!({"kind": p.kind, "until": until}),
                    })
                    .await?;
                    Ok(())
                })
            })
            .await?;
        done += 1;
    }
    for org in store::with_papers(supply.db(), today, stop::PAPER).await? {
        done += usize::from(watch(supply, org).await?);
    }
    Ok(done)
}
