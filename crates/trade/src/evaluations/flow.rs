//! Making an evaluation, and looking back at a quarter.
use super::store::{self, Evaluation};
use crate::Trade;
use crate::orders::flow::{entry, mine};
use crate::orders::store as orders;
use crate::settlement;
use base::access::Actor;
use base::orgs::Org;
use kit::fail::carried;
use kit::{Fail, Result, Tx};
use rules::calendar::{day_of, end_of, start_of};
use rules::duty::Duty;
use rules::evaluation::{low, mean, quarter_before};
use rules::orders::State;
use rules::rulebook::Scope;
use serde_json::json;
use supply::conduct::{self, Charge, Measure};

/// Organisations looked at in one piece.
const PIECE: usize = 200;
/// Evaluations of one organisation in a quarter that are read.
pub(super) const READ_MAX: usize = 20_000;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// One side evaluates the other, once; the other is told at once.
pub async fn evaluate(trade: &Trade, actor: &Actor, id: i64, scores: [i64; 3], words: &str) -> Result<()> {
    if scores.iter().any(|s| !(1..=5).contains(s)) {
        return Err(Fail::field("quality", "evaluation.score", "每项请打 1 到 5 分。"));
    }
    if words.is_empty() && scores.iter().any(|s| *s < 3) {
        return Err(Fail::field("words", "evaluation.words", "有一项低于 3 分，请写明发生了什么，对方会看到。"));
    }
    trade
        .db()
        .write("evaluation.make", |tx| {
            Box::pin(async move {
                let by_unit = actor.org_kind == "unit";
                let duty = if by_unit { Duty::Handler } else { Duty::SupplierOrders };
                let o = mine(tx, actor, duty, id).await?;
                let lines = orders::lines(tx, id).await?;
                if o.state != State::Performing || !lines.iter().all(|l| l.accepted == l.quantity) {
                    return Err(Fail::refuse("evaluation.early", "全部验收合格后才能评价。"));
                }
                let e = Evaluation {
                    side: if by_unit { "unit" } else { "supplier" }.to_owned(),
                    quality: scores[0],
                    delivery: scores[1],
                    service: scores[2],
                    words: words.to_owned(),
                    at: 0,
                };
                if store::add(tx, id, &e, actor.person).await? == 0 {
                    return Err(Fail::refuse("evaluation.once", "本方已经评价过，一个订单只能评价一次。"));
                }
                let (other, desk) = if by_unit { (o.supplier, Duty::SupplierOrders) } else { (o.unit, Duty::Handler) };
                let told = format!(
                    "订单 {} 对方已评价：质量 {} · 履约 {} · 服务 {}。",
                    o.number, e.quality, e.delivery, e.service
                );
                orders::tell(tx, other, desk, id, &told).await?;
                let data =
                    json!({"side": e.side, "scores": scores, "words_digest": kit::text::sha256(&[e.words.as_bytes()])});
                tx.journal(entry(&o, "evaluations", "evaluation.made", actor.person, data)).await?;
                settlement::maybe_complete_in(tx, id).await
            })
        })
        .await
}

/// Once a day: whoever the other sides were unhappy with in the quarter before is told, once a quarter.
pub async fn look_back(trade: &Trade) -> Result<usize> {
    let facts = trade.facts();
    let (name, first, last) = quarter_before(day_of(trade.db().now()));
    let time = (start_of(first), end_of(last));
    let voices = facts.number("credit.evaluation.voices_min", &facts.root, &ANY, last, 3);
    let mut done = 0;
    for unit in [false, true] {
        let mut after = 0;
        loop {
            let piece = store::evaluated(trade.db(), unit, time, voices, (after, PIECE)).await?;
            let Some(furthest) = piece.last() else { break };
            after = *furthest;
            for org in &piece {
                done += usize::from(carried("evaluated", *org, judge(trade, *org, &name, time).await));
            }
        }
    }
    Ok(done)
}

/// Tells one organisation of its quarter where that was low; Ok when there is nothing to tell too.
async fn judge(trade: &Trade, id: i64, quarter: &str, time: (i64, i64)) -> Result<()> {
    let org = base::orgs::org(trade.db(), id).await?;
    let unit = org.kind == "unit";
    let received = store::received(trade.db(), id, unit, time, READ_MAX).await?;
    let given: Vec<_> = received.iter().map(|r| r.given).collect();
    let facts = trade.facts();
    let number = |key: &str, or| facts.number(key, &org.region, &ANY, day_of(time.1), or);
    let voices = number("credit.evaluation.voices_min", 3).max(1) as usize;
    let Some(m) = mean(&given).filter(|m| low(m, number("credit.evaluation.fair", 300), voices)) else {
        return Ok(());
    };
    let words = format!(
        "{quarter} 季度对方评价平均 {} 分（{} 家、{} 单；低于 {} 分须说明）",
        m.show(),
        m.voices,
        m.orders,
        rules::evaluation::Mean { hundredths: number("credit.evaluation.fair", 300), ..m }.show()
    );
    trade
        .db()
        .write("evaluation.look_back", |tx| {
            let (org, words) = (&org, &words);
            Box::pin(async move { charge(trade, tx, org, quarter, words).await })
        })
        .await
}

async fn charge(trade: &Trade, tx: &Tx<'_>, org: &Org, quarter: &str, words: &str) -> Result<()> {
    let rule = if org.kind == "unit" { "credit.deduct.buyer_evaluated_low" } else { "credit.deduct.evaluated_low" };
    let charge = Charge {
        region: &org.region,
        org: org.id,
        rule,
        subject: &format!("evaluations/{}/{quarter}", org.id),
        words,
        digest: "",
        measure: Measure::None,
        points: None,
        by: (0, 0),
    };
    conduct::open(trade, tx, &charge).await.map(|_| ())
}
