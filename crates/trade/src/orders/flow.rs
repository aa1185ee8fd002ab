//! Commands of both sides between approval and delivery.
use super::store::{self, Line, Order};
use crate::{Trade, direct, plans};
use base::access::Actor;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::Fen;
use rules::duty::Duty;
use rules::orders::{Act, State, next};
use rules::rulebook::Scope;
use serde_json::{Value, json};
use supply::{offers, suppliers};

pub(crate) fn entry(o: &Order, room: &'static str, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: o.region.clone(), room, kind, subject: o.subject(), actor, via, data }
}

pub(crate) fn step(o: &mut Order, act: Act) -> Result<()> {
    let words = || format!("订单现在是“{}”，不能这样办理，请刷新页面。", o.state.label());
    o.state = next(o.state, act).ok_or_else(|| Fail::refuse("order.state", words()))?;
    Ok(())
}

/// An order of the actor's own supplier or unit, for someone with this duty.
pub(crate) async fn mine(q: &dyn Query, actor: &Actor, duty: Duty, id: i64) -> Result<Order> {
    let o = store::load(q, &actor.scope(), id).await?;
    let words = || format!("这一步由{}办理，您的职责是{}。", duty.label(), actor.duties.labels());
    if actor.may(duty) { Ok(o) } else { Err(Fail::refuse("order.other_duty", words())) }
}

/// The supplier takes the order, perhaps at lower prices (line id, price in fen). Makes the contract.
pub async fn confirm(trade: &Trade, actor: &Actor, id: i64, prices: &[(i64, i64)]) -> Result<()> {
    trade
        .db()
        .write("order.confirm", |tx| {
            Box::pin(async move {
                let mut o = mine(tx, actor, Duty::SupplierOrders, id).await?;
                step(&mut o, Act::Confirm)?;
                let mut lines = store::lines(tx, id).await?;
                for (line, price) in prices {
                    let l = lines.iter_mut().find(|l| l.id == *line).ok_or(Fail::Hidden)?;
                    lower(tx, &o, l, *price).await?;
                }
                for l in lines.iter().filter(|l| l.offer != 0) {
                    offers::take(tx, l.offer, l.quantity).await?;
                }
                let before = o.total;
                o.total = lines.iter().map(Line::amount).sum();
                let contract = make_contract(trade, tx, &o, &lines).await?;
                let due = trade.facts().clock("clock.contract_confirm", &o.region, &o.scope(), tx.now());
                (o.next_due, o.next_command) = (due.map(|d| d.at), due.map(|_| "lapse".to_owned()));
                store::save(tx, &o).await?;
                let words = format!("订单 {} 供应商已接单，合同待双方确认。", o.number);
                store::tell(tx, o.unit, Duty::Signer, id, &words).await?;
                store::tell(tx, o.supplier, Duty::SupplierOrders, id, &words).await?;
                let mut data = json!({"total": o.total, "total_before": before});
                if let Some(due) = result_due(trade, &o, tx.now()) {
                    data["result"] = facts_of(contract);
                    data["publish_due"] = json!(due);
                }
                tx.journal(entry(&o, "orders", "order.confirmed", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

/// By when the deal itself is published, ms UTC: direct orders from a sum on have a result notice of their own, before the contract's.
fn result_due(trade: &Trade, o: &Order, now: i64) -> Option<i64> {
    let facts = trade.facts();
    let day = rules::calendar::day_of(now);
    let least = facts.number("notice.result_from_fen", &o.region, &o.scope(), day, i64::MAX);
    let due = || facts.clock("clock.result_publish", &o.region, &o.scope(), now).map(|d| d.at);
    if o.project.is_none() && o.total >= least { due() } else { None }
}

/// The facts of a contract for the record: where goods are delivered is not part of it.
fn facts_of(mut contract: Value) -> Value {
    if let Some(map) = contract.as_object_mut() {
        map.remove("address");
    }
    contract
}

async fn lower(tx: &Tx<'_>, o: &Order, l: &mut Line, price: i64) -> Result<()> {
    if price > l.price || price <= 0 {
        let words = format!("“{}”只能降价：现价 {}，填的是 {}。", l.title, Fen(l.price).yuan(), Fen(price).yuan());
        return Err(Fail::field("price", "order.price_up", words));
    }
    if price < l.price {
        let freed = (l.price - price) * l.quantity;
        store::set_price(tx, l.id, price).await?;
        plans::release(tx, l.budget, l.plan_line, freed, o.id, "供应商降价").await?;
        direct::lower_annual(tx, o, l, freed).await?;
        l.price = price;
    }
    Ok(())
}

/// The facts of the contract; never changed afterwards, so that its digest can be checked for ever.
pub(super) async fn make_contract(trade: &Trade, tx: &Tx<'_>, o: &Order, lines: &[Line]) -> Result<Value> {
    let (unit, supplier) = (base::orgs::org(tx, o.unit).await?, base::orgs::org(tx, o.supplier).await?);
    let firm = suppliers::get(tx, o.supplier).await?;
    let facts = trade.facts();
    let narrow = Scope { category: lines.first().map(|l| l.category.as_str()), ..o.scope() };
    let days = |key: &str| facts.rule(key, &o.region, &narrow, rules::calendar::day_of(tx.now())).and_then(|e| e.int());
    let pay = crate::settlement::pay_clock(tx, o.supplier).await?;
    let goods: Vec<Value> = lines
        .iter()
        .map(|l| {
            json!({
                "product": l.product.to_string(), "title": l.title, "brand": l.brand, "model": l.model, "unit": l.unit,
                "price": l.price, "quantity": l.quantity, "amount": l.amount()
            })
        })
        .collect();
    let number = format!("{}-HT", o.number);
    // Why dearer goods were chosen belongs to what the public sees.
    let choice: Vec<&str> =
        o.checks.iter().filter(|c| c.code == "direct.cheaper").map(|c| c.figures.as_str()).collect();
    let body = json!({
        "contract": number, "number": o.number, "method": o.method(), "unit": unit.name, "unit_uscc": unit.uscc, "supplier": supplier.name,
        "supplier_uscc": supplier.uscc, "supplier_address": firm.address, "title": headline(lines), "lines": goods, "total": o.total, "capitals": Fen(o.total).capitals(),
        "address": format!("{}{}", facts.region_name(&o.address_region), o.address),
        "deliver_days": days("clock.deliver"), "accept_days": days("clock.accept"), "pay_days": days(pay),
        "choice": choice.join(" "), "secret": o.secret,
    });
    store::add_contract(tx, o.id, &number, &body.to_string()).await?;
    Ok(body)
}

/// What an order is about, in a few words.
pub(crate) fn headline(lines: &[Line]) -> String {
    let first: String = lines.first().map_or(String::new(), |l| l.title.chars().take(24).collect());
    if lines.len() > 1 { format!("{first}等 {} 项", lines.len()) } else { first }
}

/// The supplier does not take the order; everything held is freed.
pub async fn refuse(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("order.refuse", |tx| {
            Box::pin(async move {
                let mut o = mine(tx, actor, Duty::SupplierOrders, id).await?;
                step(&mut o, Act::Refuse)?;
                let lines = store::lines(tx, id).await?;
                direct::undo_holds(tx, &o, &lines, "供应商不接单").await?;
                o.note = reason.to_owned();
                (o.next_due, o.next_command) = (None, None);
                store::save(tx, &o).await?;
                store::tell(tx, o.unit, Duty::Handler, id, &format!("订单 {} 供应商不接单：{reason}", o.number))
                    .await?;
                tx.journal(entry(&o, "orders", "order.refused", actor.person, json!({"reason": reason}))).await?;
                super::conduct::refused(trade, tx, &o, reason).await
            })
        })
        .await
}

/// One side confirms the contract; when both have, it takes effect and the notice follows by itself.
pub async fn sign(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("contract.sign", |tx| {
            Box::pin(async move {
                let by_unit = actor.org_kind == "unit";
                let duty = if by_unit { Duty::Signer } else { Duty::SupplierOrders };
                let mut o = mine(tx, actor, duty, id).await?;
                if by_unit && o.handler == actor.person {
                    return Err(Fail::refuse("contract.own_order", "不能确认自己经办订单的合同，请由其他确认人办理。"));
                }
                step(&mut o, if by_unit { Act::SignUnit } else { Act::SignSupplier })?;
                store::sign(tx, id, by_unit, actor.person).await?;
                tx.journal(entry(
                    &o,
                    "orders",
                    "contract.signed",
                    actor.person,
                    json!({"side": if by_unit { "unit" } else { "supplier" }}),
                ))
                .await?;
                let c = store::contract(tx, id).await?.ok_or(Fail::Hidden)?;
                if c.unit_signed.is_some() && c.supplier_signed.is_some() {
                    conclude(trade, tx, &mut o, &c.body).await?;
                }
                store::save(tx, &o).await
            })
        })
        .await
}

async fn conclude(trade: &Trade, tx: &Tx<'_>, o: &mut Order, body: &str) -> Result<()> {
    step(o, Act::Conclude)?;
    let facts = trade.facts();
    let clock = |key: &str| facts.clock(key, &o.region, &o.scope(), tx.now()).map_or(tx.now(), |d| d.at);
    let (publish, file) = (clock("clock.contract_publish"), clock("clock.contract_file"));
    store::conclude(tx, o.id, publish, file).await?;
    (o.next_due, o.next_command) = (None, None);
    let mut data = facts_of(serde_json::from_str(body).map_err(Fail::fault)?);
    data["signed_at"] = json!(tx.now());
    data["publish_due"] = json!(publish);
    data["file_due"] = json!(file);
    super::counted::write_down(trade, tx, o, &mut data).await?;
    store::tell(tx, o.supplier, Duty::SupplierOrders, o.id, &format!("订单 {} 合同已生效，请发货。", o.number)).await?;
    tx.journal(entry(o, "orders", "contract.concluded", 0, data)).await?;
    Ok(())
}

fn side(actor: &Actor) -> &'static str {
    if actor.org_kind == "unit" { "unit" } else { "supplier" }
}

/// One side asks to cancel an order whose contract is being made or holds.
pub async fn ask_cancel(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("order.ask_cancel", |tx| {
            Box::pin(async move {
                let duty = if actor.org_kind == "unit" { Duty::Handler } else { Duty::SupplierOrders };
                let o = mine(tx, actor, duty, id).await?;
                may_cancel(tx, &o).await?;
                if store::cancel_ask(tx, id).await?.is_some() {
                    return Err(Fail::refuse("cancel.asked", "已经有一个取消申请在等对方答复。"));
                }
                store::add_cancel_ask(tx, id, side(actor), reason, actor.person).await?;
                let (other, duty) =
                    if side(actor) == "unit" { (o.supplier, Duty::SupplierOrders) } else { (o.unit, Duty::Handler) };
                store::tell(tx, other, duty, id, &format!("订单 {} 对方申请取消：{reason}", o.number)).await?;
                tx.journal(entry(
                    &o,
                    "orders",
                    "cancel.asked",
                    actor.person,
                    json!({"side": side(actor), "reason": reason}),
                ))
                .await?;
                Ok(())
            })
        })
        .await
}

async fn may_cancel(q: &dyn Query, o: &Order) -> Result<()> {
    // Before the supplier has confirmed, goods are still held: withdraw or refuse is the way then.
    if !matches!(o.state, State::Contracting | State::Performing) {
        return Err(Fail::refuse("order.state", format!("订单现在是“{}”，不能取消。", o.state.label())));
    }
    let lines = store::lines(q, o.id).await?;
    if lines.iter().any(|l| l.shipped > 0) {
        return Err(Fail::refuse("cancel.shipped", "已经发货，不能取消；请在收货后办理退货。"));
    }
    Ok(())
}

/// The other side answers. Before the contract is filed agreement is enough; afterwards the finance department decides.
pub async fn answer_cancel(trade: &Trade, actor: &Actor, id: i64, agree: bool) -> Result<()> {
    trade
        .db()
        .write("order.answer_cancel", |tx| {
            Box::pin(async move {
                let duty = if actor.org_kind == "unit" { Duty::Handler } else { Duty::SupplierOrders };
                let mut o = mine(tx, actor, duty, id).await?;
                let mut ask = store::cancel_ask(tx, id)
                    .await?
                    .ok_or_else(|| Fail::refuse("cancel.none", "没有等待答复的取消申请。"))?;
                if ask.side == side(actor) {
                    return Err(Fail::refuse("cancel.own", "这是本方提出的申请，要由对方答复。"));
                }
                if agree && o.state == State::Performing {
                    return Err(Fail::refuse(
                        "cancel.filed",
                        "合同已备案，双方同意后还要由财政部门审核注销。请联系财政部门办理。",
                    ));
                }
                store::end_cancel_ask(tx, &mut ask, if agree { "agreed" } else { "declined" }).await?;
                if agree {
                    return cancel(tx, &mut o, actor.person, &ask, &format!("{}同意", side_word(side(actor)))).await;
                }
                tx.journal(entry(&o, "orders", "cancel.declined", actor.person, json!({}))).await?;
                Ok(())
            })
        })
        .await
}

/// The finance department cancels a filed contract at the request of a side, or declines.
pub async fn decide_cancel(trade: &Trade, actor: &Actor, id: i64, agree: bool) -> Result<()> {
    trade
        .db()
        .write("order.decide_cancel", |tx| {
            Box::pin(async move {
                let mut o = mine(tx, actor, Duty::Regulator, id).await?;
                let mut ask =
                    store::cancel_ask(tx, id).await?.ok_or_else(|| Fail::refuse("cancel.none", "没有取消申请。"))?;
                may_cancel(tx, &o).await?;
                store::end_cancel_ask(tx, &mut ask, if agree { "agreed" } else { "declined" }).await?;
                if agree {
                    return cancel(tx, &mut o, actor.person, &ask, "财政部门审核同意").await;
                }
                tx.journal(entry(&o, "orders", "cancel.declined", actor.person, json!({"by": "finance"}))).await?;
                Ok(())
            })
        })
        .await
}

fn side_word(side: &str) -> &'static str {
    if side == "unit" { "采购人" } else { "供应商" }
}

/// Ends an order whose goods were sold but not shipped: they go back to the shelf, the money is freed. The sides read why; the entry, and
/// the notice made from it, say who asked and who agreed: free words can be erased, those two cannot.
async fn cancel(tx: &Tx<'_>, o: &mut Order, actor: i64, ask: &store::CancelAsk, agreed: &str) -> Result<()> {
    step(o, Act::Cancel)?;
    wind_up(tx, o, actor, &ask.reason, &format!("{}申请取消，{agreed}", side_word(&ask.side))).await
}

/// `note` is for the sides, `reason` for everybody.
pub(super) async fn wind_up(tx: &Tx<'_>, o: &mut Order, actor: i64, note: &str, reason: &str) -> Result<()> {
    let lines = store::lines(tx, o.id).await?;
    for l in lines.iter().filter(|l| l.offer != 0) {
        offers::put_back(tx, l.offer, l.quantity).await?;
    }
    direct::undo_money(tx, o, &lines, "取消订单").await?;
    o.note = note.to_owned();
    (o.next_due, o.next_command) = (None, None);
    store::save(tx, o).await?;
    let contract = store::contract(tx, o.id).await?;
    let published = contract.as_ref().filter(|c| c.signed_at.is_some());
    let (unit, supplier) = (base::orgs::org(tx, o.unit).await?, base::orgs::org(tx, o.supplier).await?);
    let data = json!({
        "contract": published.map(|c| c.number.clone()), "number": o.number, "unit": unit.name, "supplier": supplier.name,
        "total": o.total, "reason": reason, "secret": o.secret,
        "lines": lines.iter().map(|l| json!({"product": l.product.to_string()})).collect::<Vec<_>>()
    });
    tx.journal(entry(o, "orders", "order.cancelled", actor, data)).await?;
    Ok(())
}
