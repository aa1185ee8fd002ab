//! Filing, answering, deciding; what time does to a dispute.
use super::store::{self, Dispute};
use crate::Trade;
use crate::orders::store as orders;
use base::access::Actor;
use base::allowance::{self, What, Who};
use base::said::{self, Said};
use kit::fail::carried;
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{day_of, show_day, show_time};
use rules::dispute::{Act, REASONS, State, next, reason_label};
use rules::duty::Duty;
use rules::orders::State as Stage;
use rules::rulebook::Scope;
use serde_json::{Value, json};
use supply::conduct;

/// The matter under which what is said in disputes is kept.
pub(super) const MATTER: &str = "dispute";
/// Disputes whose time is over, at most at a time.
const PIECE: usize = 100;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// The acts that a page may ask for: key, act, word on the button.
pub const ACTS: [(&str, Act, &str); 6] = [
    ("answer", Act::Answer, "提交答复"),
    ("say", Act::Say, "补充说明"),
    ("settle", Act::Settle, "问题已解决，和解"),
    ("withdraw", Act::Withdraw, "撤回"),
    ("uphold", Act::Uphold, "认定成立"),
    ("dismiss", Act::Dismiss, "认定不成立"),
];

fn key_of(act: Act) -> &'static str {
    ACTS.iter().find(|(_, a, _)| *a == act).map_or("lapse", |(k, ..)| k)
}

/// The act of a key.
pub fn act_of(key: &str) -> Option<Act> {
    ACTS.iter().find(|(k, ..)| *k == key).map(|(_, a, _)| *a)
}

fn entry(d: &Dispute, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry {
        region: d.region.clone(),
        room: "disputes",
        kind,
        subject: format!("dispute/{}", d.id),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data,
    }
}

/// Who deals with disputes on a side.
fn desk(kind: &str) -> Duty {
    match kind {
        "supplier" => Duty::SupplierOrders,
        _ => Duty::Handler,
    }
}

fn fresh(tx: &Tx<'_>, trade: &Trade, kind: &str, region: &str) -> Dispute {
    let (id, now) = (tx.id(), tx.now());
    let day = show_day(day_of(now)).replace('-', "");
    Dispute {
        id,
        number: format!("{region}-TS{}-{}", &day[2..], kit::ids::tail(id)),
        kind: kind.to_owned(),
        region: region.to_owned(),
        filer: None,
        against: 0,
        order: None,
        product: None,
        reason: String::new(),
        key_hash: String::new(),
        state: State::Filed,
        filed_at: now,
        due: trade.facts().clock("clock.dispute_answer", region, &ANY, now).map(|d| d.at),
        closed_at: None,
        conduct: None,
        version: 1,
    }
}

async fn open(tx: &Tx<'_>, d: &Dispute, (person, org): (i64, i64), words: &str, digest: &str) -> Result<()> {
    store::add(tx, d).await?;
    let filed = Said { at: tx.now(), org, act: "file".into(), words: words.to_owned(), digest: digest.to_owned() };
    said::say(tx, MATTER, d.id, person, &filed).await?;
    let other = base::orgs::org(tx, d.against).await?;
    let until = d.due.map_or(String::new(), |at| format!("，请在 {} 前答复", show_time(at)));
    let told = format!("收到投诉 {}：{}{until}。", d.number, reason_label(&d.reason));
    base::messages::tell(tx, d.against, desk(&other.kind), &format!("/disputes/{}", d.id), &told).await?;
    let data = json!({
        "number": d.number, "kind": d.kind, "filer": d.filer.map(|f| f.to_string()), "against": d.against.to_string(),
        "order": d.order.map(|o| o.to_string()), "product": d.product.map(|p| p.to_string()), "reason": d.reason, "due": d.due,
        "evidence": digest,
    });
    tx.journal(entry(d, "dispute.filed", person, data)).await.map(|_| ())
}

/// One side of an order complains of the other. Returns the dispute.
pub async fn file(trade: &Trade, actor: &Actor, order: i64, reason: &str, words: &str, digest: &str) -> Result<i64> {
    let buyer = actor.org_kind == "unit";
    actor.must(if buyer { &[Duty::Handler, Duty::Receiver] } else { &[Duty::SupplierOrders] })?;
    if !REASONS.iter().any(|(k, _, of)| *k == reason && *of == buyer) {
        return Err(Fail::field("reason", "dispute.reason", "请选择投诉的事由。"));
    }
    trade
        .db()
        .write("dispute.file", |tx| {
            Box::pin(async move {
                let o = orders::load(tx, &actor.scope(), order).await?;
                if matches!(o.state, Stage::Approving | Stage::Returned) {
                    let words = "订单还没有送到供应商，有问题请退回或取消。";
                    return Err(Fail::refuse("dispute.early", words));
                }
                if store::open_about(tx, Some(actor.org), Some(order), None).await?.is_some() {
                    return Err(Fail::refuse("dispute.open", "这笔订单已有一件投诉在办理，请在那件里补充。"));
                }
                let mut d = fresh(tx, trade, "order", &o.region);
                d.filer = Some(actor.org);
                d.against = if buyer { o.supplier } else { o.unit };
                (d.order, d.reason) = (Some(order), reason.to_owned());
                open(tx, &d, (actor.person, actor.org), words, digest).await?;
                Ok(d.id)
            })
        })
        .await
}

/// A report of a high price.
pub struct Report<'a> {
    /// The offer.
    pub offer: i64,
    /// Station where it was seen.
    pub station: &'a str,
    /// What was seen where.
    pub words: &'a str,
    /// SHA-256 of the evidence, or empty.
    pub digest: &'a str,
    /// The key that the form carried, by which the public finds the report again; sent twice it is one report.
    pub key: &'a str,
    /// Network that it comes from.
    pub network: &'a str,
}

/// Bytes of the key by which the public finds a report again.
const KEY_BYTES: usize = 6;

/// A new key.
pub fn new_key() -> String {
    kit::ids::random_hex(KEY_BYTES)
}

/// Somebody, known or not, reports a high price. Returns the number, and the key for whoever is not signed in.
pub async fn report(trade: &Trade, actor: Option<&Actor>, r: &Report<'_>) -> Result<(String, String)> {
    let sound = kit::text::unhex(r.key).is_some_and(|k| k.len() == KEY_BYTES);
    let key = if sound { r.key.to_owned() } else { new_key() };
    let key_hash = if actor.is_some() { String::new() } else { kit::text::sha256(&[key.as_bytes()]) };
    let filer = actor.map(|a| a.org);
    let salt = &kit::ids::random_hex(16);
    let number = trade
        .db()
        .write("dispute.report", |tx| {
            let key_hash = key_hash.clone();
            Box::pin(async move {
                let line = supply::offers::one(tx, r.offer).await?;
                if filer == Some(line.supplier) {
                    return Err(Fail::refuse("report.own", "不能举报本单位自己的报价。"));
                }
                if filer.is_some() && store::open_about(tx, filer, None, Some(line.product)).await?.is_some() {
                    return Err(Fail::refuse("report.open", "您举报过这个商品，正在办理。"));
                }
                if let Some(known) = store::keyed(tx, &key_hash, line.supplier, line.product).await? {
                    return Ok(known);
                }
                let who = filer.map_or(Who::Network(r.network), Who::Org);
                allowance::take(trade, tx, What::Report, who, salt).await?;
                let mut d = fresh(tx, trade, "price", r.station);
                (d.filer, d.against, d.product) = (filer, line.supplier, Some(line.product));
                (d.reason, d.key_hash) = ("price".into(), key_hash);
                let words = format!("“{}”报价 {}。{}", line.title, rules::Fen(line.price).yuan(), r.words);
                let by = actor.map_or((0, 0), |a| (a.person, a.org));
                open(tx, &d, by, &words, r.digest).await?;
                Ok(d.number)
            })
        })
        .await?;
    Ok((number, if actor.is_some() { String::new() } else { key }))
}

/// May this person do it now?
pub fn may(actor: &Actor, d: &Dispute, act: Act) -> bool {
    if next(d.state, act).is_none() {
        return false;
    }
    let deals = actor.may(Duty::Handler) || actor.may(Duty::Receiver) || actor.may(Duty::SupplierOrders);
    let (filer, against) = (d.filer == Some(actor.org) && deals, actor.org == d.against && deals);
    match act {
        Act::Answer => against,
        Act::Say => filer || against || actor.may(Duty::Centre),
        Act::Settle | Act::Withdraw => filer,
        Act::Uphold | Act::Dismiss => actor.may(Duty::Centre),
        Act::Lapse => false,
    }
}

/// Does an act as a person.
pub async fn act(trade: &Trade, actor: &Actor, id: i64, act: Act, words: &str, digest: &str) -> Result<()> {
    trade
        .db()
        .write("dispute.act", |tx| {
            Box::pin(async move {
                let mut d = store::load(tx, &actor.scope(), id).await?;
                if next(d.state, act).is_none() {
                    let words = format!("这件投诉现在是“{}”，不能这样办理，请刷新页面。", d.state.label());
                    return Err(Fail::refuse("dispute.state", words));
                }
                if !may(actor, &d, act) {
                    return Err(Fail::Denied);
                }
                step(trade, tx, &mut d, act, (actor.person, actor.org), words, digest).await
            })
        })
        .await
}

async fn step(
    trade: &Trade,
    tx: &Tx<'_>,
    d: &mut Dispute,
    act: Act,
    (person, org): (i64, i64),
    words: &str,
    digest: &str,
) -> Result<()> {
    let was = d.state;
    d.state = next(was, act).ok_or_else(|| Fail::refuse("dispute.state", "这件投诉已经办理过，请刷新页面。"))?;
    if d.state == State::Answered && was == State::Filed {
        d.due = trade.facts().clock("clock.dispute_decide", &d.region, &ANY, tx.now()).map(|c| c.at);
        for region in trade.facts().path(&d.region).into_iter().rev() {
            let centres = base::orgs::of_kind(tx, "centre", region).await?;
            let told = format!("投诉 {} 待处理。", d.number);
            base::messages::tell_many(tx, &centres, Duty::Centre, &format!("/disputes/{}", d.id), &told).await?;
            if !centres.is_empty() {
                break;
            }
        }
    }
    if !d.state.open() {
        (d.due, d.closed_at) = (None, Some(tx.now()));
    }
    if act == Act::Uphold {
        d.conduct = upheld(trade, tx, d, (person, org), words).await?;
    }
    store::save(tx, d).await?;
    let spoken =
        Said { at: tx.now(), org, act: key_of(act).into(), words: words.to_owned(), digest: digest.to_owned() };
    said::say(tx, MATTER, d.id, person, &spoken).await?;
    let link = format!("/disputes/{}", d.id);
    let told = format!("投诉 {}：{}。", d.number, d.state.label());
    for other in [d.filer, Some(d.against)].into_iter().flatten().filter(|o| *o != org) {
        let kind = base::orgs::org(tx, other).await?.kind;
        base::messages::tell(tx, other, desk(&kind), &link, &told).await?;
    }
    let data =
        json!({"number": d.number, "act": key_of(act), "from": was.key(), "to": d.state.key(), "evidence": digest});
    tx.journal(entry(d, "dispute.moved", person, data)).await.map(|_| ())
}

/// What is found right becomes a case, which begins with a notice of its own.
async fn upheld(trade: &Trade, tx: &Tx<'_>, d: &Dispute, by: (i64, i64), words: &str) -> Result<Option<i64>> {
    let unit = base::orgs::org(tx, d.against).await?.kind == "unit";
    let rule = match (unit, d.reason.as_str()) {
        (false, _) => "credit.deduct.complaint_upheld",
        (true, "accept") => "credit.deduct.buyer_reject_no_reason",
        (true, "outside") => "credit.deduct.buyer_off_platform",
        // Late payment is measured by its own clock.
        (true, _) => return Ok(None),
    };
    let charge = conduct::Charge {
        region: &d.region,
        org: d.against,
        rule,
        subject: &format!("dispute/{}", d.id),
        words: &format!("投诉 {} 成立（{}）：{words}", d.number, reason_label(&d.reason)),
        digest: "",
        measure: conduct::Measure::None,
        points: None,
        by,
    };
    conduct::open(trade, tx, &charge).await.map(Some)
}

/// Disputes nobody answered go on to the centre.
pub async fn run_due(trade: &Trade) -> Result<usize> {
    let mut done = 0;
    for id in &store::unanswered(trade.db(), trade.db().now(), PIECE).await? {
        let moved = trade
            .db()
            .write("dispute.lapse", |tx| {
                Box::pin(async move {
                    let mut d = store::any(tx, *id).await?;
                    if d.state != State::Filed || d.due.is_none_or(|at| at > tx.now()) {
                        return Ok(());
                    }
                    step(trade, tx, &mut d, Act::Lapse, (0, 0), "对方逾期未答复", "").await
                })
            })
            .await;
        done += usize::from(carried("dispute", *id, moved));
    }
    Ok(done)
}
