//! An order that a procedure led to: no cart, no second approval; the contract is made at once.
use super::flow;
use super::store::{self, Line, Order};
use crate::projects::{self, Project};
use crate::{Trade, direct, plans};
use kit::{Fail, Result, Tx};
use rules::duty::Duty;
use rules::orders::State;
use serde_json::json;
use supply::offers;

/// What was won.
pub struct Award<'a> {
    /// The project; it pays, and what it holds is handed over.
    pub project: &'a mut Project,
    /// Who supplies.
    pub supplier: i64,
    /// The lines.
    pub lines: Vec<AwardLine>,
    /// Person who acts, or 0.
    pub actor: i64,
}

/// One line of it.
pub struct AwardLine {
    /// Offer whose stock is sold, or 0.
    pub offer: i64,
    /// Product of the catalogue, or 0.
    pub product: i64,
    /// Category code.
    pub category: String,
    /// Brand, or empty.
    pub brand: String,
    /// Model, or empty.
    pub model: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub unit: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
}

/// Makes the order in the state in which both sides confirm the contract. Returns its id.
pub async fn award(trade: &Trade, tx: &Tx<'_>, a: Award<'_>) -> Result<i64> {
    let p = a.project;
    let (Some(plan), Some(budget)) = (p.plan_line, p.budget) else { return Err(Fail::Hidden) };
    let id = tx.id();
    let line = |l: &AwardLine| Line {
        id: tx.id(),
        offer: l.offer,
        product: l.product,
        plan_line: plan,
        budget,
        category: l.category.clone(),
        brand: l.brand.clone(),
        model: l.model.clone(),
        title: l.title.clone(),
        unit: l.unit.clone(),
        listed_price: l.price,
        price: l.price,
        quantity: l.quantity,
        shipped: 0,
        accepted: 0,
        refused: 0,
        returned: 0,
    };
    let lines: Vec<Line> = a.lines.iter().map(line).collect();
    let total: i64 = lines.iter().map(Line::amount).sum();
    let mut o = Order {
        id,
        number: direct::number(&p.region, id, tx.now()),
        region: p.region.clone(),
        unit: p.unit,
        supplier: a.supplier,
        handler: p.handler,
        mode: p.mode.clone(),
        form: p.form.clone(),
        project: Some(p.id),
        state: State::Contracting,
        version: 1,
        step: 0,
        steps: Vec::new(),
        purpose: p.purpose.clone(),
        address: p.address.clone(),
        contact: p.contact.clone(),
        phone: p.phone.clone(),
        address_region: p.address_region.clone(),
        total,
        checks: p.checks.clone(),
        note: String::new(),
        made_at: tx.now(),
        next_due: None,
        next_command: None,
        secret: p.secret.clone(),
        secret_words: p.secret_words.clone(),
        salt: kit::ids::random_hex(16),
    };
    let due = trade.facts().clock("clock.contract_confirm", &o.region, &o.scope(), tx.now());
    (o.next_due, o.next_command) = (due.map(|d| d.at), due.map(|_| "lapse".to_owned()));
    if !store::insert(tx, &o, &format!("project-{}-{id}", p.id)).await? {
        return Err(Fail::Fault(format!("order of project {} exists", p.id)));
    }
    store::insert_lines(tx, id, &lines).await?;
    projects::hand_over(tx, p, total).await?;
    plans::freeze(tx, budget, plan, total, id).await?;
    let to = direct::Annual { unit: o.unit, region: &o.region, scope: o.scope(), made_at: o.made_at };
    for l in &lines {
        direct::add_annual(trade, tx, &to, &l.category, l.amount()).await?;
        if l.offer != 0 {
            offers::sell(tx, l.offer, l.quantity).await?;
        }
    }
    flow::make_contract(trade, tx, &o, &lines).await?;
    let words = format!("订单 {} 来自 {} {}，合同待双方确认。", o.number, p.kind_word(), p.number);
    store::tell(tx, o.unit, Duty::Signer, id, &words).await?;
    store::tell(tx, o.supplier, Duty::SupplierOrders, id, &words).await?;
    let data = json!({
        "number": o.number, "unit": o.unit.to_string(), "supplier": o.supplier.to_string(), "total": total, "project": p.number,
        "secret": o.secret, "private": o.private(), "mode": o.mode, "form": o.form,
        "lines": lines.iter().map(|l| json!({"product": l.product.to_string(), "category": l.category, "price": l.price, "quantity": l.quantity, "facts": l.digest()})).collect::<Vec<_>>(),
    });
    tx.journal(flow::entry(&o, "orders", "order.awarded", a.actor, data)).await?;
    Ok(id)
}
