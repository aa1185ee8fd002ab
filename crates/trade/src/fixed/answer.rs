//! Answers: the supplier quotes, declines or says that the work is done; the unit agrees or does not.
use super::finding::{end, pass, quoted};
use super::job::{entry, state, step};
use super::store::{self, Asked, Job, Quoted};
use crate::Trade;
use crate::delivery;
use crate::orders::{Award, AwardLine, award as make_order, lines_of};
use crate::projects::{self, Project, store as headers};
use base::access::Actor;
use kit::{Fail, Result, Tx, seal};
use rules::Fen;
use rules::duty::Duty;
use rules::fixed::{Act, State, price};
use serde_json::json;

/// An invited supplier's sealed quote for the whole job; a new one replaces the old.
pub async fn bid(trade: &Trade, actor: &Actor, id: i64, amount: i64) -> Result<()> {
    actor.must(&[Duty::SupplierOrders])?;
    trade
        .db()
        .write("job.bid", |tx| {
            Box::pin(async move {
                let p = headers::any(tx, id).await?;
                let job = store::job(tx, id).await?;
                let known = store::asked(tx, id).await?.into_iter().find(|a| a.supplier == actor.org);
                if known.is_none() {
                    return Err(Fail::Hidden);
                }
                if state(&p)? != State::Inviting || tx.now() > job.answer_by {
                    return Err(Fail::refuse("job.closed", "报价已经截止。"));
                }
                if amount <= 0 || amount > p.ceiling {
                    let words = format!("报价应大于零、不高于 {}。", Fen(p.ceiling).yuan());
                    return Err(Fail::field("price", "job.price", words));
                }
                let event = format!("job/{id}");
                let bound = seal::Bound { event: &event, until: job.answer_by, owner: actor.org };
                let sealed = trade.keepers().seal(&bound, amount.to_string().as_bytes())?;
                let digest = kit::text::sha256(&[&sealed]);
                let a = Asked {
                    supplier: actor.org,
                    amount: None,
                    sealed: Some(sealed),
                    at: Some(tx.now()),
                    state: "quoted".to_owned(),
                };
                store::put_asked(tx, id, &a).await?;
                tx.journal(entry(&p, "job.bid", 0, json!({"sealed": digest}))).await?;
                Ok(())
            })
        })
        .await
}

/// A job this supplier is asked about now.
async fn asked_me(tx: &Tx<'_>, actor: &Actor, id: i64) -> Result<(Project, Job)> {
    actor.must(&[Duty::SupplierOrders])?;
    let job = store::job(tx, id).await?;
    if job.supplier != Some(actor.org) {
        return Err(Fail::Hidden);
    }
    Ok((headers::any(tx, id).await?, job))
}

/// The supplier quotes: how many of which items, by the schedule's prices less its discount, never above the ceiling.
pub async fn quote(trade: &Trade, actor: &Actor, id: i64, counts: &[(i64, i64)], lump: Option<i64>) -> Result<()> {
    trade
        .db()
        .write("job.quote", |tx| {
            Box::pin(async move {
                let (mut p, mut job) = asked_me(tx, actor, id).await?;
                let a = store::agreement(tx, job.agreement).await?;
                let members = store::members(tx, a.id).await?;
                let me = members.iter().find(|m| m.supplier == actor.org).ok_or(Fail::Hidden)?;
                if me.stopped {
                    return Err(Fail::refuse(
                        "job.stopped",
                        "贵单位入驻已冻结、暂停或退出，不能报价，请联系集中采购机构。",
                    ));
                }
                job.lines.clear();
                for i in store::items(tx, a.id).await? {
                    let Some((_, quantity)) = counts.iter().find(|(item, n)| *item == i.id && *n > 0) else { continue };
                    let one = if a.pricing == "discount" { price(i.price, me.discount_bp) } else { i.price };
                    job.lines.push(Quoted { title: i.title, measure: i.measure, price: one, quantity: *quantity });
                }
                if let ("ceiling", Some(amount)) = (a.pricing.as_str(), lump) {
                    job.lines =
                        vec![Quoted { title: p.title.clone(), measure: p.measure.clone(), price: amount, quantity: 1 }];
                }
                job.total = job.lines.iter().map(|l| l.price.saturating_mul(l.quantity)).fold(0, i64::saturating_add);
                if job.lines.is_empty() || job.lines.iter().any(|l| l.price <= 0 || l.quantity > 100_000) {
                    return Err(Fail::field("quantity", "job.lines", "请至少填一项数量。"));
                }
                if job.total > p.ceiling {
                    let words = format!("合计 {} 超过采购人的上限 {}。", Fen(job.total).yuan(), Fen(p.ceiling).yuan());
                    return Err(Fail::field("quantity", "job.ceiling", words));
                }
                let mine = Asked {
                    supplier: actor.org,
                    amount: Some(job.total),
                    sealed: None,
                    at: Some(tx.now()),
                    state: "quoted".to_owned(),
                };
                store::put_asked(tx, id, &mine).await?;
                quoted(tx, &mut p, &mut job, actor.person).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The supplier declines with a reason.
pub async fn decline(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("job.decline", |tx| {
            Box::pin(async move {
                let (mut p, mut job) = asked_me(tx, actor, id).await?;
                if state(&p)? != State::Offered {
                    return Err(projects::refuse_state(state(&p)?.label()));
                }
                let words = format!("不接：{reason}");
                pass(trade, tx, &mut p, &mut job, "credit.deduct.order_refused", &words, actor.person).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The unit agrees to the quote: the order is made.
pub async fn accept(trade: &Trade, actor: &Actor, id: i64) -> Result<i64> {
    trade
        .db()
        .write("job.accept", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                step(&mut p, Act::Accept)?;
                let mut job = store::job(tx, id).await?;
                let supplier = job.supplier.ok_or(Fail::Hidden)?;
                let lines = job.lines.iter().map(|l| AwardLine {
                    offer: 0,
                    product: 0,
                    category: p.category.clone(),
                    brand: String::new(),
                    model: String::new(),
                    title: l.title.clone(),
                    unit: l.measure.clone(),
                    price: l.price,
                    quantity: l.quantity,
                });
                let lines = lines.collect();
                let order =
                    make_order(trade, tx, Award { project: &mut p, supplier, lines, actor: actor.person }).await?;
                projects::free(tx, &mut p, "报价低于上限").await?;
                job.order = Some(order);
                store::save_job(tx, &job).await?;
                store::count_turn(tx, job.agreement, supplier).await?;
                (p.next_due, p.next_command) = (None, None);
                let (a, seller) = (store::agreement(tx, job.agreement).await?, base::orgs::org(tx, supplier).await?);
                let goods = job.lines.iter().map(|l| {
                    json!({"title": l.title, "unit": l.measure, "price": l.price, "quantity": l.quantity})
                });
                let data = json!({
                    "order": order.to_string(), "total": job.total, "number": p.number, "title": p.title, "way": job.way.key(),
                    "unit": actor.org_name, "supplier": seller.name, "agreement": a.number, "agreement_title": a.title,
                    "lines": goods.collect::<Vec<_>>(), "secret": p.secret, "publish_due": projects::clock(trade, &p, "clock.result_publish", tx.now()),
                });
                tx.journal(entry(&p, "job.ordered", actor.person, data)).await?;
                headers::save(tx, &mut p).await?;
                Ok(order)
            })
        })
        .await
}

/// The unit does not agree, or ends the search, with a reason.
pub async fn reject(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("job.reject", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                end(tx, &mut p, actor.person, reason).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The supplier says the work is done, with photos; the receiver of the unit accepts on the order.
pub async fn complete(
    trade: &Trade,
    actor: &Actor,
    id: i64,
    words: &str,
    photos: &[(&'static str, Vec<u8>)],
) -> Result<i64> {
    let job = store::job(trade.db(), id).await?;
    let order = job.order.filter(|_| job.supplier == Some(actor.org)).ok_or(Fail::Hidden)?;
    if photos.is_empty() {
        return Err(Fail::field("photos", "job.photos", "请至少附一张完工照片。"));
    }
    let parts: Vec<(i64, i64)> = lines_of(trade.db(), order).await?.iter().map(|l| (l.id, l.to_ship())).collect();
    delivery::ship(trade, actor, order, &delivery::Way { carrier: "完工", tracking: words, expected: None }, &parts)
        .await?;
    trade
        .db()
        .write("job.complete", |tx| {
            Box::pin(async move {
                let mut job = store::job(tx, id).await?;
                (job.done_words, job.done_at) = (words.to_owned(), Some(tx.now()));
                store::save_job(tx, &job).await?;
                for (kind, bytes) in photos {
                    delivery::store::add_photo(tx, order, "completion", kind, bytes, actor.person).await?;
                }
                let p = headers::any(tx, id).await?;
                tx.journal(entry(&p, "job.completed", actor.person, json!({"photos": photos.len()}))).await?;
                Ok(())
            })
        })
        .await?;
    Ok(order)
}
