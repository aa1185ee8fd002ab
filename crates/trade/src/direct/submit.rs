//! Submitting a cart: judge, split per supplier, hold price, stock and budget, all in one transaction.
use super::compared::{Chosen, compared};
use super::judge::{self, Wanted};
use super::store;
use crate::orders::{KeptCheck, Line, Order, store as orders};
use crate::{Trade, plans};
use base::access::Actor;
use base::facts::second_level;
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{day_of, show_day, year_of};
use rules::check::{Check, Verdict};
use rules::duty::Duty;
use rules::orders::State;
use rules::rulebook::Scope;
use serde_json::json;
use std::collections::BTreeMap;
use supply::offers::{self, Line as Offer};

/// One line of a submission.
#[derive(Clone, Debug)]
pub struct SubmitLine {
    /// Offer.
    pub offer: i64,
    /// How many.
    pub quantity: i64,
    /// The price the buyer saw, fen; another price now is refused.
    pub price_seen: i64,
    /// Plan line to charge.
    pub plan_line: i64,
}

/// A submission.
#[derive(Clone, Debug)]
pub struct Submit {
    /// Key of this submission; the same key never buys twice.
    pub key: String,
    /// Place of delivery.
    pub address: i64,
    /// Why it is bought.
    pub purpose: String,
    /// Why cheaper equal goods are not taken, where there are any.
    pub dearer: String,
    /// Lines.
    pub lines: Vec<SubmitLine>,
    /// How it came: `page`, `demo`, `bench`.
    pub via: &'static str,
}

/// Clauses that are kept from the public (Implementation Regulations art. 50). The signer approves an order that holds some.
#[derive(Clone, Debug, Default)]
pub struct Secret {
    /// Whose secret: `state` or `trade`; empty for none.
    pub basis: String,
    /// Which clauses, and why.
    pub words: String,
}

/// Signs that say which clauses are secret, at most.
pub(super) const SECRET_WORDS_MAX: usize = 200;

impl Secret {
    /// Refuses an unknown basis, secrets of which nobody says which clauses they are, and clauses of which nobody says whose secret they
    /// are: those would be published.
    pub(crate) fn check(&self) -> Result<()> {
        match self.basis.as_str() {
            "" if self.words.trim().is_empty() => Ok(()),
            "" => {
                let words = "写了涉密条款，还要选涉及什么秘密；不涉密的请把说明清空，合同会照常公告。";
                Err(Fail::field("secret", "order.secret_basis", words))
            }
            "state" | "trade" if self.words.trim().is_empty() => {
                let words = "标为涉密的要写明哪些条款涉密、依据什么，由确认人审批。";
                Err(Fail::field("secret_words", "order.secret_words", words))
            }
            "state" | "trade" if self.words.chars().count() > SECRET_WORDS_MAX => {
                let words = format!("涉密说明最多 {SECRET_WORDS_MAX} 个字。");
                Err(Fail::field("secret_words", "order.secret_words", words))
            }
            "state" | "trade" => Ok(()),
            _ => Err(Fail::field("secret", "order.secret", "请选择国家秘密或商业秘密，不涉密的不要选。")),
        }
    }
}

/// The checks of one supplier's part, with origins.
pub type Judged = (String, Vec<(Check, String)>);

/// What became of a submission.
#[derive(Debug)]
pub enum Outcome {
    /// Orders made, or made before under the same key.
    Placed(Vec<i64>),
    /// Something blocks; nothing changed. Supplier by supplier.
    Blocked(Vec<Judged>),
}

const KEY_MAX: usize = 64;
const QUANTITY_MAX: i64 = 100_000;

/// The parts of a purchase: supplier id with the lines it will get.
fn split(found: &[Offer], wanted: &[SubmitLine]) -> Result<BTreeMap<i64, Vec<(Offer, SubmitLine)>>> {
    let mut parts: BTreeMap<i64, Vec<(Offer, SubmitLine)>> = BTreeMap::new();
    for l in wanted {
        let gone = || Fail::refuse("cart.gone", "采购车里有一件商品已经下架，请回到采购车移除它。");
        let offer = found.iter().find(|o| o.offer == l.offer).ok_or_else(gone)?;
        if !(1..=QUANTITY_MAX).contains(&l.quantity) {
            let words = format!("“{}”的数量应在 1 到 {QUANTITY_MAX} 之间。", offer.title);
            return Err(Fail::field("quantity", "cart.quantity", words));
        }
        if offer.price != l.price_seen {
            let words = format!(
                "“{}”的价格已从 {} 变为 {}，请核对后再提交。",
                offer.title,
                rules::Fen(l.price_seen).yuan(),
                rules::Fen(offer.price).yuan()
            );
            return Err(Fail::refuse("offer.changed", words));
        }
        parts.entry(offer.supplier).or_default().push((offer.clone(), l.clone()));
    }
    Ok(parts)
}

/// The approvals an order of this sum needs; secret clauses always need the signer's.
pub(super) fn steps_of(trade: &Trade, region: &str, total: i64, secret: bool) -> Vec<Duty> {
    let scope = Scope { mode: Some("supermarket"), form: Some("direct"), category: None, amount: Some(total) };
    let facts = trade.facts();
    let rule = facts.rule("approval.chain", region, &scope, day_of(trade.db().now()));
    let mut steps: Vec<Duty> =
        rule.and_then(|e| e.list().map(|l| l.iter().filter_map(|d| Duty::of(d)).collect())).unwrap_or_default();
    if secret && !steps.contains(&Duty::Signer) {
        steps.push(Duty::Signer);
    }
    steps
}

/// The most a unit may commit in a second-level category in a year, fen, by the limit of the mode.
fn year_cap(trade: &Trade, region: &str, scope: &Scope<'_>, category: &str) -> i64 {
    let facts = trade.facts();
    let code = base::facts::full_code(category);
    let scope = Scope { category: Some(&code), amount: None, ..*scope };
    let day = day_of(trade.db().now());
    let key = match scope.mode {
        Some("batch") => return i64::MAX,
        Some("fixed") => "fixed.annual_fen",
        _ => "limit.decentralised.annual_fen",
    };
    let limit = facts.number(key, region, &scope, day, i64::MAX);
    limit / 100 * facts.number("limit.annual.block_percent", region, &scope, day, 100)
}

/// Counts an amount into the year's sum of its second-level category; refused when that goes over the limit.
pub(crate) async fn add_annual(trade: &Trade, tx: &Tx<'_>, to: &Annual<'_>, category: &str, amount: i64) -> Result<()> {
    let category = second_level(category);
    let year = i64::from(year_of(day_of(to.made_at)));
    let sum = store::add_annual(tx, to.unit, year, category, amount).await?;
    if sum > year_cap(trade, to.region, &to.scope, category) {
        let words = format!(
            "二级品目“{}”（{category}）全年累计将达到 {}，超过全年限额，可能刚有同事下了同类订单。",
            trade.facts().category_name(category),
            rules::Fen(sum).yuan()
        );
        return Err(Fail::refuse("direct.annual", words));
    }
    Ok(())
}

/// Takes an amount back from the year's sum.
pub(crate) async fn sub_annual(tx: &Tx<'_>, unit: i64, made_at: i64, category: &str, amount: i64) -> Result<()> {
    let year = i64::from(year_of(day_of(made_at)));
    store::sub_annual(tx, unit, year, second_level(category), amount).await
}

/// Whose year an amount counts in, and by which rules.
pub(crate) struct Annual<'a> {
    /// Unit.
    pub(crate) unit: i64,
    /// Its region.
    pub(crate) region: &'a str,
    /// Mode and form.
    pub(crate) scope: Scope<'a>,
    /// When it was committed, ms UTC.
    pub(crate) made_at: i64,
}

/// State, deadline and command of an order whose approvals are all given, or not yet.
pub(super) fn placed(trade: &Trade, region: &str, approved: bool, now: i64) -> (State, Option<i64>, Option<String>) {
    let facts = trade.facts();
    let scope = Scope { mode: Some("supermarket"), form: Some("direct"), ..Scope::default() };
    let (state, key) = if approved {
        (State::Offered, "clock.supplier_confirm")
    } else {
        (State::Approving, "clock.order_expire_days")
    };
    let due = facts.clock(key, region, &scope, now).map(|d| d.at);
    (state, due, due.map(|_| "expire".to_owned()))
}

/// Submits: all parts are placed, or none.
pub async fn submit(trade: &Trade, actor: &Actor, s: &Submit) -> Result<Outcome> {
    submit_with(trade, actor, s, &Secret::default()).await
}

/// The same, for orders that hold clauses kept from the public.
pub async fn submit_with(trade: &Trade, actor: &Actor, s: &Submit, secret: &Secret) -> Result<Outcome> {
    actor.must(&[Duty::Handler])?;
    secret.check()?;
    if s.key.is_empty() || s.key.len() > KEY_MAX {
        return Err(Fail::refuse("order.key", "页面已过期，请回到采购车重新提交。"));
    }
    let before = orders::by_key(trade.db(), actor.person, &s.key).await?;
    if !before.is_empty() {
        return Ok(Outcome::Placed(before));
    }
    if s.lines.is_empty() {
        return Err(Fail::refuse("cart.empty", "采购车是空的，请先选商品。"));
    }
    if s.purpose.trim().is_empty() {
        return Err(Fail::field("purpose", "order.purpose", "请填写采购理由，例如“办公用纸补充”。"));
    }
    let no_address = |e| match e {
        Fail::Hidden => Fail::field("address", "order.address", "请选择本单位的一个收货地址。"),
        other => other,
    };
    let address = plans::address(trade.db(), actor.org, s.address).await.map_err(no_address)?;
    let found = offers::lines(trade.db(), &s.lines.iter().map(|l| l.offer).collect::<Vec<_>>()).await?;
    let parts = split(&found, &s.lines)?;
    let categories: Vec<String> = found.iter().map(|o| o.category.clone()).collect();
    let products: Vec<i64> = found.iter().map(|o| o.product).collect();
    let mut unit = judge::unit(trade, actor, &categories, &products).await?;
    unit.before = Some(judge::known(trade, actor, &found).await?);
    let known = judge::plans(trade, actor).await?;
    let mut judged: Vec<Judged> = Vec::new();
    let mut beside = Vec::new();
    for part in parts.values() {
        let wanted: Vec<Wanted<'_>> = part
            .iter()
            .map(|(offer, l)| Wanted {
                offer,
                quantity: l.quantity,
                plan: known.iter().find(|p| p.id == l.plan_line).cloned(),
            })
            .collect();
        let checks = judge::judged(trade, &unit, &wanted, &address.region, true, Some(&s.dearer));
        judged.push((part[0].0.supplier_name.clone(), checks));
        unit.placed(&wanted);
        let chosen: Vec<Chosen<'_>> = part.iter().map(|(o, l)| Chosen { offer: o, quantity: l.quantity }).collect();
        beside.push(compared(&unit, &chosen, &address.region).to_string());
    }
    if judged.iter().any(|(_, c)| c.iter().any(|(c, _)| c.verdict == Verdict::Block)) {
        return Ok(Outcome::Blocked(judged));
    }
    let region = unit.region.as_str();
    let facts = trade.facts();
    let (parts, judged, beside, known, address, facts) = (&parts, &judged, &beside, &known, &address, &facts);
    let done = trade
        .db()
        .write("order.place", |tx| {
            Box::pin(async move {
                let today = rules::calendar::day_of(tx.now());
                base::stations::must_be_open(tx, facts, (region, today), actor.org, "direct").await?;
                let mut made = Vec::new();
                for ((part, (_, checks)), beside) in parts.values().zip(judged).zip(beside) {
                    let id = tx.id();
                    let total: i64 = part.iter().map(|(o, l)| o.price * l.quantity).sum();
                    let steps = steps_of(trade, region, total, !secret.basis.is_empty());
                    let (state, next_due, next_command) = placed(trade, region, steps.is_empty(), tx.now());
                    let order = Order {
                        id,
                        number: number(region, id, tx.now()),
                        region: region.to_owned(),
                        unit: actor.org,
                        supplier: part[0].0.supplier,
                        handler: actor.person,
                        mode: "supermarket".to_owned(),
                        form: "direct".to_owned(),
                        project: None,
                        state,
                        version: 1,
                        step: 0,
                        steps,
                        purpose: s.purpose.trim().to_owned(),
                        address: address.line.clone(),
                        contact: address.contact.clone(),
                        phone: address.phone.clone(),
                        address_region: address.region.clone(),
                        total,
                        checks: checks.iter().map(|(c, origin)| KeptCheck::of(c, origin.clone())).collect(),
                        note: String::new(),
                        made_at: tx.now(),
                        next_due,
                        next_command,
                        secret: secret.basis.clone(),
                        secret_words: secret.words.trim().to_owned(),
                        salt: kit::ids::random_hex(16),
                    };
                    if !orders::insert(tx, &order, &s.key).await? {
                        // The same submission was faster elsewhere; its orders are the answer.
                        return Err(Fail::refuse("order.same_key", "这次提交已经办过了。"));
                    }
                    let lines = part.iter().map(|(o, l)| line(tx, o, l, known)).collect::<Result<Vec<Line>>>()?;
                    orders::insert_lines(tx, id, &lines).await?;
                    let digest = orders::keep_compared(tx, id, beside).await?;
                    take_holds(trade, tx, &order, &lines).await?;
                    tell_next(tx, &order).await?;
                    tx.journal(entry(&order, &lines, "order.placed", actor.person, s.via, &digest)).await?;
                    made.push(id);
                }
                for l in &s.lines {
                    store::set_quantity(tx, actor.person, l.offer, 0).await?;
                }
                Ok(made)
            })
        })
        .await;
    match done {
        Err(Fail::Refused(r)) if r.code == "order.same_key" => {
            Ok(Outcome::Placed(orders::by_key(trade.db(), actor.person, &s.key).await?))
        }
        other => other.map(Outcome::Placed),
    }
}

/// <region>-<yymmdd>-<tail of the id>.
pub(crate) fn number(region: &str, id: i64, now: i64) -> String {
    let day = show_day(day_of(now)).replace('-', "");
    format!("{region}-{}-{}", &day[2..], kit::ids::tail(id))
}

fn line(tx: &Tx<'_>, o: &Offer, l: &SubmitLine, known: &[plans::PlanLine]) -> Result<Line> {
    let plan = known.iter().find(|p| p.id == l.plan_line).ok_or(Fail::Hidden)?;
    Ok(Line {
        id: tx.id(),
        offer: o.offer,
        product: o.product,
        plan_line: plan.id,
        budget: plan.budget,
        category: o.category.clone(),
        brand: o.brand.clone(),
        model: o.model.clone(),
        title: o.title.clone(),
        unit: o.unit.clone(),
        listed_price: o.price,
        price: o.price,
        quantity: l.quantity,
        shipped: 0,
        accepted: 0,
        refused: 0,
        returned: 0,
    })
}

/// Holds stock, budget and the year's sum. Rows are taken in one order everywhere, so two orders cannot wait for each other.
pub(super) async fn take_holds(trade: &Trade, tx: &Tx<'_>, order: &Order, lines: &[Line]) -> Result<()> {
    let mut by_offer: Vec<&Line> = lines.iter().collect();
    by_offer.sort_by_key(|l| l.offer);
    for l in by_offer {
        offers::hold(tx, l.offer, l.quantity, l.price).await?;
    }
    let mut by_plan: Vec<&Line> = lines.iter().collect();
    by_plan.sort_by_key(|l| (l.plan_line, l.budget));
    for l in by_plan {
        plans::freeze(tx, l.budget, l.plan_line, l.amount(), order.id).await?;
    }
    let to = Annual { unit: order.unit, region: &order.region, scope: order.scope(), made_at: order.made_at };
    for (category, amount) in sums(lines) {
        add_annual(trade, tx, &to, &category, amount).await?;
    }
    Ok(())
}

fn sums(lines: &[Line]) -> BTreeMap<String, i64> {
    let mut out = BTreeMap::new();
    for l in lines {
        *out.entry(second_level(&l.category).to_owned()).or_default() += l.amount();
    }
    out
}

/// A lower price commits less of the year's sum.
pub async fn lower_annual(tx: &Tx<'_>, order: &Order, line: &Line, amount: i64) -> Result<()> {
    sub_annual(tx, order.unit, order.made_at, &line.category, amount).await
}

/// Frees stock, budget and the year's sum of an order that will not be.
pub async fn undo_holds(tx: &Tx<'_>, order: &Order, lines: &[Line], reason: &str) -> Result<()> {
    for l in lines {
        offers::release(tx, l.offer, l.quantity).await?;
    }
    undo_money(tx, order, lines, reason).await
}

/// Frees budget and the year's sum only; for orders whose goods have left the shelf.
pub async fn undo_money(tx: &Tx<'_>, order: &Order, lines: &[Line], reason: &str) -> Result<()> {
    for l in lines {
        plans::release(tx, l.budget, l.plan_line, l.amount(), order.id, reason).await?;
    }
    for (category, amount) in sums(lines) {
        sub_annual(tx, order.unit, order.made_at, &category, amount).await?;
    }
    Ok(())
}

/// Tells whoever acts next.
pub(super) async fn tell_next(tx: &Tx<'_>, o: &Order) -> Result<()> {
    match (o.state, o.awaits()) {
        (_, Some(duty)) => {
            orders::tell(tx, o.unit, duty, o.id, &format!("订单 {} 待{}。", o.number, duty.label())).await
        }
        (State::Offered, None) => {
            orders::tell(tx, o.supplier, Duty::SupplierOrders, o.id, &format!("新订单 {} 待确认。", o.number)).await
        }
        _ => Ok(()),
    }
}

/// `digest` is that of what was compared.
pub(super) fn entry(
    o: &Order,
    lines: &[Line],
    kind: &'static str,
    actor: i64,
    via: &'static str,
    digest: &str,
) -> Entry {
    let lines: Vec<_> = lines
        .iter()
        .map(|l| json!({"product": l.product.to_string(), "category": l.category, "price": l.price, "quantity": l.quantity, "facts": l.digest()}))
        .collect();
    let mut data = json!({
        "number": o.number, "unit": o.unit.to_string(), "supplier": o.supplier.to_string(), "total": o.total, "state": o.state.key(),
        "lines": lines, "compared": digest, "secret": o.secret, "private": o.private(), "mode": o.mode, "form": o.form,
    });
    if o.of_trial() {
        data["trial"] = true.into();
    }
    Entry { region: o.region.clone(), room: "direct", kind, subject: o.subject(), actor, via, data }
}
