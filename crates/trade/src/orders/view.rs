//! What a person can do now, and what waits for the person: both read from the table of states.
use super::store::{self, Line, Order};
use crate::Trade;
use base::Base;
use base::access::Actor;
use kit::{Query, Result};
use rules::duty::Duty;
use rules::orders::State;

/// Orders on the list of what waits; the rest follows when these are done.
const WAITING_MAX: usize = 50;
/// The menu counts up to this.
const COUNTED_MAX: usize = 99;

/// What one person can do with one order now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Can {
    /// Approve or return.
    pub approve: bool,
    /// Withdraw.
    pub withdraw: bool,
    /// Change and submit again.
    pub edit: bool,
    /// Take or refuse as supplier.
    pub answer: bool,
    /// Confirm the contract.
    pub sign: bool,
    /// Ship.
    pub ship: bool,
    /// Accept.
    pub accept: bool,
    /// Ask for a return.
    pub give_back: bool,
    /// Record an invoice.
    pub invoice: bool,
    /// Apply for a payment.
    pub pay: bool,
    /// Decide on payments.
    pub decide: bool,
    /// Evaluate.
    pub evaluate: bool,
    /// Ask to cancel.
    pub cancel: bool,
}

/// From state, duties, persons and progress. `signed`: own side has confirmed the contract; `rated`: own side has evaluated.
pub fn can(a: &Actor, o: &Order, lines: &[Line], signed: bool, rated: bool, approved_before: bool) -> Can {
    let buyer = a.org == o.unit;
    let seller = a.org == o.supplier && a.may(Duty::SupplierOrders);
    let handler = buyer && a.may(Duty::Handler) && a.person == o.handler;
    let performing = o.state == State::Performing;
    let complete = !lines.is_empty() && lines.iter().all(|l| l.accepted == l.quantity);
    let untouched = lines.iter().all(|l| l.shipped == 0);
    let kept = lines.iter().any(|l| l.kept() > 0);
    Can {
        approve: buyer && a.person != o.handler && !approved_before && o.awaits().is_some_and(|d| a.may(d)),
        withdraw: handler && matches!(o.state, State::Approving | State::Returned | State::Offered),
        edit: handler && o.state == State::Returned,
        answer: seller && o.state == State::Offered,
        sign: o.state == State::Contracting
            && !signed
            && (seller || (buyer && a.may(Duty::Signer) && a.person != o.handler)),
        ship: seller && performing && lines.iter().any(|l| l.to_ship() > 0),
        accept: buyer
            && a.may(Duty::Receiver)
            && a.person != o.handler
            && performing
            && lines.iter().any(|l| l.to_accept() > 0),
        give_back: buyer && (a.may(Duty::Handler) || a.may(Duty::Receiver)) && performing && kept,
        invoice: seller && performing && kept,
        pay: buyer && (a.may(Duty::Handler) || a.may(Duty::Accountant)) && performing && kept,
        decide: buyer && a.may(Duty::Accountant),
        evaluate: performing && complete && !rated && ((buyer && a.may(Duty::Handler)) || seller),
        cancel: untouched
            && matches!(o.state, State::Contracting | State::Performing)
            && ((buyer && a.may(Duty::Handler)) || seller),
    }
}

/// What a person can do with an order, and its lines.
pub(crate) async fn of(q: &dyn Query, a: &Actor, o: &Order) -> Result<(Can, Vec<Line>)> {
    let lines = store::lines(q, o.id).await?;
    let contract = if o.state == State::Contracting { store::contract(q, o.id).await? } else { None };
    let by_unit = a.org == o.unit;
    let signed = contract.is_some_and(|c| if by_unit { c.unit_signed.is_some() } else { c.supplier_signed.is_some() });
    let side = if by_unit { "unit" } else { "supplier" };
    let rated =
        o.state == State::Performing && crate::evaluations::evaluations(q, o.id).await?.iter().any(|e| e.side == side);
    let before =
        o.state == State::Approving && store::approvals(q, o.id).await?.iter().any(|p| !p.void && p.person == a.person);
    Ok((can(a, o, &lines, signed, rated, before), lines))
}

/// Orders that wait for a person, with what to do in a word.
pub(crate) async fn todo(q: &dyn Query, a: &Actor) -> Result<Vec<(Order, Vec<&'static str>)>> {
    let mut out = Vec::new();
    for o in store::waiting(q, a, WAITING_MAX).await? {
        let (c, _) = of(q, a, &o).await?;
        let mut words = Vec::new();
        for (yes, word) in [
            (c.approve, "审批"),
            (c.edit, "修改后重新提交"),
            (c.answer, "确认接单"),
            (c.sign, "确认合同"),
            (c.ship, "发货"),
            (c.accept, "验收"),
            (c.evaluate, "评价"),
        ] {
            if yes {
                words.push(word);
            }
        }
        if c.invoice && invoice_open(q, &o).await? {
            words.push("登记发票");
        }
        if c.decide && crate::settlement::store::payments(q, o.id).await?.iter().any(|p| p.state == "applied") {
            words.push("审批付款");
        }
        if store::cancel_ask(q, o.id).await?.is_some_and(|ask| (ask.side == "unit") != (a.org == o.unit)) && c.cancel {
            words.push("答复取消申请");
        }
        if !words.is_empty() {
            out.push((o, words));
        }
    }
    Ok(out)
}

async fn invoice_open(q: &dyn Query, o: &Order) -> Result<bool> {
    let accepted: i64 = store::lines(q, o.id).await?.iter().map(|l| l.kept() * l.price).sum();
    let invoiced: i64 = crate::settlement::store::invoices(q, o.id).await?.iter().map(|i| i.amount).sum();
    Ok(accepted > invoiced)
}

/// Lets the frame of work pages show how many orders wait.
pub fn install_counter(trade: &Trade) {
    trade.count_with(Box::new(|base: Base, actor: Actor| {
        Box::pin(async move {
            let mut out = supply::waiting(base.db(), &actor).await?;
            out.push(("/disputes", crate::disputes::waiting(base.db(), &actor.scope()).await?));
            let mut waiting = match actor.org_kind.as_str() {
                "unit" | "supplier" => store::count_waiting(base.db(), &actor, COUNTED_MAX).await?,
                "centre" => 0,
                _ => return Ok(out),
            };
            waiting += crate::projects::count_waiting(base.db(), &actor).await?;
            out.push(("/todo", waiting));
            if actor.may(Duty::Handler) {
                out.push(("/cart", crate::direct::cart_size(base.db(), actor.person).await?));
            }
            Ok(out)
        })
    }));
}
