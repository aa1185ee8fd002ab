//! What all procedures do alike: be judged, hold money, collect approvals, hand the money over to an order.
use super::store::{self, KeptRule, Project};
use crate::Trade;
use crate::direct;
use crate::orders::KeptCheck;
use crate::plans::{self, PlanLine};
use base::access::Actor;
use kit::{Fail, Result, Tx};
use rules::calendar::day_of;
use rules::check::Check;
use rules::duty::Duty;
use supply::conduct;

/// A project in the making, before it is judged.
pub struct Ready {
    /// Kind.
    pub kind: &'static str,
    /// Mode of purchase.
    pub mode: &'static str,
    /// Form of transaction.
    pub form: &'static str,
    /// What is bought.
    pub title: String,
    /// Why.
    pub purpose: String,
    /// Category code.
    pub category: String,
    /// How many.
    pub quantity: i64,
    /// Unit of count.
    pub measure: String,
    /// No more than this in all, fen.
    pub ceiling: i64,
    /// Plan line to charge.
    pub plan_line: i64,
    /// Place of delivery.
    pub address: i64,
    /// The project or round it serves.
    pub parent: Option<i64>,
    /// Clauses that are kept from the public.
    pub secret: direct::Secret,
}

/// Judges a need and makes its header; the checks say whether it may go on. Nothing is written yet.
pub async fn prepare(trade: &Trade, actor: &Actor, r: &Ready) -> Result<(Project, Vec<(Check, String)>)> {
    actor.must(&[Duty::Handler])?;
    r.secret.check()?;
    if r.title.trim().is_empty() || r.purpose.trim().is_empty() {
        return Err(Fail::field("purpose", "project.words", "请填写项目名称和采购理由。"));
    }
    if r.quantity <= 0 || r.quantity > 100_000 {
        return Err(Fail::field("quantity", "project.quantity", "数量应在 1 到 100000 之间。"));
    }
    if r.ceiling <= 0 || r.ceiling > rules::money::FEN_MAX.0 {
        return Err(Fail::field("ceiling", "project.ceiling", "最高限价应是大于零的金额。"));
    }
    if trade.facts().category(&r.category).is_none() {
        return Err(Fail::field("category", "project.category", format!("没有品目 {}，请从目录里选。", r.category)));
    }
    let no_address = |e| match e {
        Fail::Hidden => Fail::field("address", "order.address", "请选择本单位的一个收货地址。"),
        other => other,
    };
    let address = plans::address(trade.db(), actor.org, r.address).await.map_err(no_address)?;
    let now = trade.db().now();
    let known = direct::unit_plans(trade, actor).await?;
    let plan = known.iter().find(|p| p.id == r.plan_line);
    let checks = judge(trade, actor, r, plan).await?;
    let id = trade.db().id();
    let mut p = Project {
        id,
        kind: r.kind.to_owned(),
        number: number(r.kind, &actor.region, id, now),
        region: actor.region.clone(),
        unit: actor.org,
        handler: actor.person,
        mode: r.mode.to_owned(),
        form: r.form.to_owned(),
        title: r.title.trim().to_owned(),
        purpose: r.purpose.trim().to_owned(),
        category: r.category.clone(),
        quantity: r.quantity,
        measure: r.measure.clone(),
        plan_line: plan.map(|p| p.id),
        budget: plan.map(|p| p.budget),
        ceiling: r.ceiling,
        held: 0,
        address: address.line,
        contact: address.contact,
        phone: address.phone,
        address_region: address.region,
        rules: Vec::new(),
        checks: checks.iter().map(|(c, origin)| KeptCheck::of(c, origin.clone())).collect(),
        state: store::APPROVING.to_owned(),
        version: 1,
        step: 0,
        steps: Vec::new(),
        note: String::new(),
        parent: r.parent,
        made_at: now,
        next_due: None,
        next_command: None,
        secret: r.secret.basis.clone(),
        secret_words: r.secret.words.trim().to_owned(),
    };
    p.steps = steps_of(trade, &p);
    Ok((p, checks))
}

/// <region>-<letters of the kind><yymmdd>-<tail of the id>.
pub(crate) fn number(kind: &str, region: &str, id: i64, now: i64) -> String {
    let day = rules::calendar::show_day(day_of(now)).replace('-', "");
    let letters = match kind {
        "auction" => "JJ",
        "demand" => "PL",
        _ => "DD",
    };
    format!("{region}-{letters}{}-{}", &day[2..], kit::ids::tail(id))
}

fn steps_of(trade: &Trade, p: &Project) -> Vec<Duty> {
    let rule = trade.facts();
    let rule = rule.rule("approval.chain", &p.region, &p.scope(), day_of(trade.db().now()));
    let mut steps: Vec<Duty> =
        rule.and_then(|e| e.list().map(|l| l.iter().filter_map(|d| Duty::of(d)).collect())).unwrap_or_default();
    // Secret clauses always need the signer's approval.
    if !p.secret.is_empty() && !steps.contains(&Duty::Signer) {
        steps.push(Duty::Signer);
    }
    steps
}

/// Refuses a state secret where the need itself goes to many suppliers.
pub(crate) fn must_not_be_state(secret: &direct::Secret) -> Result<()> {
    if secret.basis == "state" {
        let words = "竞价和批量采购的需求要告诉所有符合条件的供应商，涉及国家秘密的不能这样采购，请按涉密采购的规定直接选定供应商。";
        return Err(Fail::field("secret", "project.state_secret", words));
    }
    Ok(())
}

/// Judges a need by the same court as a direct purchase, without the questions about a shelf.
pub async fn judge(trade: &Trade, actor: &Actor, r: &Ready, plan: Option<&PlanLine>) -> Result<Vec<(Check, String)>> {
    direct::judge_need(trade, actor, r, plan).await
}

/// The rules of these keys as they are now, with their origins; keys without a rule in force are left out.
pub fn snapshot(trade: &Trade, p: &Project, keys: &[(&str, &str)]) -> Vec<KeptRule> {
    let facts = trade.facts();
    let day = day_of(trade.db().now());
    let kept = |(key, title): &(&str, &str)| {
        let e = facts.rule(key, &p.region, &p.scope(), day)?;
        let value = base::facts::show_value(&facts, key, &e.value, &e.rule.unit);
        Some(KeptRule { key: (*key).to_owned(), title: (*title).to_owned(), value, origin: facts.origin(&e) })
    };
    keys.iter().filter_map(kept).collect()
}

/// Freezes the ceiling on plan and budget and counts it into the year's sum, if the unit's station lets purchases begin.
pub async fn hold(trade: &Trade, tx: &Tx<'_>, p: &mut Project) -> Result<()> {
    let (Some(plan), Some(budget)) = (p.plan_line, p.budget) else {
        return Err(Fail::refuse("project.plan", "请先选择采购计划。"));
    };
    let way = match p.kind.as_str() {
        "auction" => "auction",
        "job" => "fixed",
        _ => "batch",
    };
    base::stations::must_be_open(tx, &trade.facts(), (&p.region, day_of(tx.now())), p.unit, way).await?;
    plans::freeze(tx, budget, plan, p.ceiling, p.id).await?;
    let to = direct::Annual { unit: p.unit, region: &p.region, scope: p.scope(), made_at: p.made_at };
    direct::add_annual(trade, tx, &to, &p.category, p.ceiling).await?;
    p.held = p.ceiling;
    Ok(())
}

/// Frees what is still frozen.
pub async fn free(tx: &Tx<'_>, p: &mut Project, reason: &str) -> Result<()> {
    if let (Some(plan), Some(budget), true) = (p.plan_line, p.budget, p.held > 0) {
        plans::release(tx, budget, plan, p.held, p.id, reason).await?;
        direct::sub_annual(tx, p.unit, p.made_at, &p.category, p.held).await?;
        p.held = 0;
    }
    Ok(())
}

/// Frees `amount` so that an order may freeze it in the same transaction.
pub async fn hand_over(tx: &Tx<'_>, p: &mut Project, amount: i64) -> Result<()> {
    let (Some(plan), Some(budget)) = (p.plan_line, p.budget) else { return Err(Fail::Hidden) };
    if amount > p.held {
        return Err(Fail::Fault(format!("project {} holds {} and should hand over {amount}", p.id, p.held)));
    }
    plans::release(tx, budget, plan, amount, p.id, "转入订单").await?;
    direct::sub_annual(tx, p.unit, p.made_at, &p.category, amount).await?;
    p.held -= amount;
    Ok(())
}

/// The refusal of something a state does not allow.
pub fn refuse_state(label: &str) -> Fail {
    Fail::refuse("project.state", format!("项目现在是“{label}”，不能这样办理，请刷新页面。"))
}

/// Records the approval that is awaited; true when it was the last. The caller moves the state and saves.
pub(crate) async fn give_approval(tx: &Tx<'_>, actor: &Actor, p: &mut Project) -> Result<bool> {
    let duty = awaited(tx, actor, p).await?;
    store::add_approval(tx, p, duty, actor.person, "approved", "").await?;
    p.step += 1;
    Ok(p.step >= p.steps.len() as i64)
}

/// Records a return; the money is freed. The caller moves the state and saves.
pub(crate) async fn take_back(tx: &Tx<'_>, actor: &Actor, p: &mut Project, reason: &str) -> Result<()> {
    let duty = awaited(tx, actor, p).await?;
    store::add_approval(tx, p, duty, actor.person, "returned", reason).await?;
    store::void_approvals(tx, p.id).await?;
    free(tx, p, "退回修改").await?;
    (p.step, p.note) = (0, reason.to_owned());
    let words = format!("{} {} 被退回：{reason}", p.kind_word(), p.number);
    base::messages::tell(tx, p.unit, Duty::Handler, &p.href(), &words).await
}

async fn awaited(tx: &Tx<'_>, actor: &Actor, p: &Project) -> Result<Duty> {
    let duty = p.awaits().ok_or_else(|| Fail::refuse("project.state", "项目不在审批中，请刷新页面。"))?;
    if p.handler == actor.person {
        return Err(Fail::refuse("project.own_approval", "不能审批自己经办的项目，请由其他有审批职责的同事办理。"));
    }
    if actor.org != p.unit || !actor.may(duty) {
        let words = format!("这一步由{}办理，您的职责是{}。", duty.label(), actor.duties.labels());
        return Err(Fail::refuse("project.other_duty", words));
    }
    if store::approvals(tx, p.id).await?.iter().any(|a| !a.void && a.person == actor.person) {
        return Err(Fail::refuse("project.approved_already", "同一个人不能办两步审批，这一步请由另一位同事办理。"));
    }
    Ok(duty)
}

/// Tells whoever approves next.
pub(crate) async fn tell_next(tx: &Tx<'_>, p: &Project) -> Result<()> {
    match p.awaits() {
        Some(duty) => {
            let words = format!("{} {} 待{}。", p.kind_word(), p.number, duty.label());
            base::messages::tell(tx, p.unit, duty, &p.href(), &words).await
        }
        None => Ok(()),
    }
}

/// The clock `key` of a project from now.
pub(crate) fn clock(trade: &Trade, p: &Project, key: &str, now: i64) -> Option<i64> {
    trade.facts().clock(key, &p.region, &p.scope(), now).map(|d| d.at)
}

/// Charges a supplier with what it did in a project; the mall itself speaks. Returns the case.
pub(crate) async fn charge(trade: &Trade, tx: &Tx<'_>, p: &Project, who: i64, rule: &str, words: &str) -> Result<i64> {
    let charge = conduct::Charge {
        region: &p.region,
        org: who,
        rule,
        subject: &p.subject(),
        words,
        digest: "",
        measure: conduct::Measure::None,
        points: None,
        by: (0, 0),
    };
    conduct::open(trade, tx, &charge).await
}

/// A number of the rulebook for a project.
pub(crate) fn figure(trade: &Trade, p: &Project, key: &str, or: i64) -> i64 {
    trade.facts().number(key, &p.region, &p.scope(), day_of(trade.db().now()), or)
}

/// A project this person made.
pub(crate) async fn own(tx: &Tx<'_>, actor: &Actor, id: i64) -> Result<Project> {
    let p = store::load(tx, &actor.scope(), id).await?;
    if p.handler != actor.person {
        return Err(Fail::refuse("project.not_handler", "这个项目由另一位经办人办理，请由本人操作。"));
    }
    Ok(p)
}
