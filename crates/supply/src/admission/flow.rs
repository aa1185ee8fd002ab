//! What a firm does: registers, fills in, commits itself and submits, takes back.
use super::store::{self, Application};
use crate::Supply;
use base::access::Actor;
use base::allowance::{self, What, Who};
use base::orgs::{self, NewPerson, Org};
use kit::{Entry, Fail, Result, Tx};
use rules::admission::{Act, Profile, State, missing, next};
use rules::calendar::{day_of, show_day};
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::{Value, json};

const COMMITMENT: &str = include_str!("../../../../data/commitment.md");
const PASSWORD_MIN: usize = 10;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// The commitment: version, text, SHA-256 of both.
pub fn commitment() -> (&'static str, &'static str, String) {
    let (first, rest) = COMMITMENT.split_once('\n').unwrap_or((COMMITMENT, ""));
    (first.trim_start_matches("版本").trim(), rest.trim(), kit::text::sha256(&[COMMITMENT.as_bytes()]))
}

/// What a firm gives to register.
pub struct Registered {
    /// Unified social credit code.
    pub uscc: String,
    /// Full name.
    pub name: String,
    /// Region of its registration.
    pub region: String,
    /// Login name of its administrator.
    pub login: String,
    /// Password.
    pub password: String,
    /// Name of the administrator.
    pub person: String,
    /// Phone of the administrator.
    pub phone: String,
}

pub(super) fn entry(a: &Application, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry {
        region: a.region.clone(),
        room: "admission",
        kind,
        subject: format!("application/{}", a.id),
        actor,
        via: "page",
        data,
    }
}

fn check(supply: &Supply, r: &Registered) -> Result<()> {
    if !rules::uscc::valid(&r.uscc) {
        let words = format!("统一社会信用代码“{}”不对：应是 18 位，最后一位是校验码，请对照营业执照。", r.uscc);
        return Err(Fail::field("uscc", "register.uscc", words));
    }
    let known = supply.facts().region(&r.region).is_some_and(|at| at.code != supply.facts().root);
    if !known {
        return Err(Fail::field("region", "register.region", "请选择注册地。"));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !(4..=40).contains(&r.login.len()) || !r.login.chars().all(plain) {
        return Err(Fail::field("login", "register.login", "用户名用 4 到 40 个字母、数字、点或横线。"));
    }
    if r.password.chars().count() < PASSWORD_MIN {
        return Err(Fail::field("password", "register.password", format!("密码至少 {PASSWORD_MIN} 个字符。")));
    }
    if r.phone.chars().filter(char::is_ascii_digit).count() < 7 {
        return Err(Fail::field("phone", "register.phone", "联系电话至少有 7 位数字。"));
    }
    Ok(())
}

/// Registers a firm with its administrator and an empty application. One account per credit code; from one network only so
/// many a day, tries counted, so that nobody asks for all codes one after the other.
pub async fn register(supply: &Supply, r: &Registered, network: &str) -> Result<()> {
    check(supply, r)?;
    let salt = &kit::ids::random_hex(16);
    supply
        .db()
        .upkeep("allowance.take", |tx| {
            Box::pin(async move { allowance::take(supply, tx, What::Register, Who::Network(network), salt).await })
        })
        .await?;
    let hash = &base::access::hash_later(&r.password).await?;
    supply
        .db()
        .write("admission.register", |tx| {
            Box::pin(async move {
                if orgs::by_uscc(tx, &r.uscc).await?.is_some() {
                    let words =
                        "这个统一社会信用代码已经注册，一家单位只有一个账户。请用已有账户登录；忘记密码请联系运维。";
                    return Err(Fail::field("uscc", "register.known", words));
                }
                if orgs::login_taken(tx, &r.login).await? {
                    return Err(Fail::field("login", "register.login_taken", "这个用户名已经有人用了，请换一个。"));
                }
                let org = Org {
                    id: 0,
                    kind: "supplier".into(),
                    name: r.name.clone(),
                    uscc: r.uscc.clone(),
                    region: r.region.clone(),
                    parent: None,
                    headcount: 0,
                };
                let org = orgs::add_org(tx, &org).await?;
                let person = NewPerson {
                    org,
                    login: &r.login,
                    name: &r.person,
                    phone: &r.phone,
                    password: hash,
                    duties: &[Duty::SupplierAdmin, Duty::SupplierOrders],
                };
                let person = orgs::add_person(tx, &person).await?;
                let a = draft(tx, org, &r.region, "entry");
                store::add(tx, &a).await?;
                tx.journal(entry(
                    &a,
                    "application.registered",
                    person,
                    json!({"org": org.to_string(), "uscc": r.uscc}),
                ))
                .await?;
                Ok(())
            })
        })
        .await
}

fn draft(tx: &Tx<'_>, org: i64, region: &str, purpose: &str) -> Application {
    let (id, now) = (tx.id(), tx.now());
    let day = show_day(day_of(now)).replace('-', "");
    Application {
        id,
        number: format!("{region}-RZ{}-{}", &day[2..], kit::ids::tail(id)),
        org,
        region: region.to_owned(),
        purpose: purpose.to_owned(),
        kind: String::new(),
        size: String::new(),
        areas: String::new(),
        categories: String::new(),
        brands: String::new(),
        legal_person: String::new(),
        phone: String::new(),
        address: String::new(),
        bank_account: String::new(),
        controller: String::new(),
        site: String::new(),
        state: State::Draft,
        centre: None,
        commitment: String::new(),
        commitment_digest: String::new(),
        committed_by: None,
        made_at: now,
        submitted_at: None,
        due: None,
        decided_at: None,
        rounds: 0,
        version: 1,
    }
}

/// An admitted supplier begins to change what was admitted: a draft with all that holds now.
pub async fn begin_change(supply: &Supply, actor: &Actor) -> Result<i64> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("admission.change", |tx| {
            Box::pin(async move {
                if let Some(open) = store::open_of(tx, actor.org).await? {
                    return Ok(open.id);
                }
                let me = crate::suppliers::get(tx, actor.org).await?;
                let (kind, _) = store::account(tx, actor.org).await?.ok_or(Fail::Hidden)?;
                let last = store::last_of(tx, actor.org).await?;
                let a = Application {
                    kind,
                    size: me.size,
                    areas: me.areas,
                    categories: me.categories,
                    legal_person: me.legal_person,
                    phone: me.phone,
                    address: me.address,
                    bank_account: me.bank_account,
                    controller: me.controller,
                    brands: last.as_ref().map_or(String::new(), |a| a.brands.clone()),
                    site: last.map_or(String::new(), |a| a.site),
                    ..draft(tx, actor.org, &actor.region, "change")
                };
                store::add(tx, &a).await?;
                tx.journal(entry(&a, "application.begun", actor.person, json!({"purpose": "change"}))).await?;
                Ok(a.id)
            })
        })
        .await
}

/// What a firm fills in.
pub struct Filled {
    /// Kind.
    pub kind: String,
    /// Size.
    pub size: String,
    /// Areas.
    pub areas: Vec<String>,
    /// Category prefixes.
    pub categories: Vec<String>,
    /// Own brands, separated by 、.
    pub brands: String,
    /// Legal representative.
    pub legal_person: String,
    /// Phone.
    pub phone: String,
    /// Address.
    pub address: String,
    /// Account; ignored for a change, accounts change by two people.
    pub bank_account: String,
    /// Who controls or manages it.
    pub controller: String,
    /// Own site.
    pub site: String,
    /// The commitment is confirmed, and the version shown.
    pub committed: Option<String>,
}

fn write_in(supply: &Supply, a: &mut Application, f: &Filled) -> Result<()> {
    let facts = supply.facts();
    if let Some(area) = f.areas.iter().find(|c| facts.region(c).is_none()) {
        return Err(Fail::field("areas", "application.area", format!("没有区域“{area}”。")));
    }
    if let Some(code) = f.categories.iter().find(|c| facts.category(c).is_none()) {
        return Err(Fail::field("categories", "application.category", format!("没有品目“{code}”。")));
    }
    // What lies within another choice adds nothing.
    let areas = f.areas.iter().filter(|a| !f.areas.iter().any(|b| b != *a && rules::place::within(a, b)));
    (a.kind, a.size) = (f.kind.clone(), f.size.clone());
    a.areas = areas.cloned().collect::<Vec<_>>().join(" ");
    a.categories = f.categories.join(" ");
    (a.brands, a.legal_person, a.phone) = (f.brands.clone(), f.legal_person.clone(), f.phone.clone());
    (a.address, a.controller, a.site) = (f.address.clone(), f.controller.clone(), f.site.clone());
    if a.purpose == "entry" {
        a.bank_account = f.bank_account.clone();
    }
    Ok(())
}

async fn mine(tx: &Tx<'_>, actor: &Actor) -> Result<Application> {
    store::open_of(tx, actor.org).await?.ok_or(Fail::Hidden)
}

fn writable(a: &Application) -> Result<()> {
    if a.state.open() {
        return Ok(());
    }
    Err(Fail::refuse("application.closed", format!("申请现在是“{}”，不能修改。可以先撤回。", a.state.label())))
}

/// Saves what is filled in; nothing has to be complete.
pub async fn fill(supply: &Supply, actor: &Actor, f: &Filled) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("admission.fill", |tx| {
            Box::pin(async move {
                let mut a = mine(tx, actor).await?;
                writable(&a)?;
                write_in(supply, &mut a, f)?;
                store::save(tx, &a).await?;
                tx.journal(entry(&a, "application.filled", actor.person, json!({"number": a.number}))).await?;
                Ok(())
            })
        })
        .await
}

/// Kinds of documents the rulebook asks of a firm.
pub(super) fn needed(supply: &Supply, a: &Application) -> Vec<String> {
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let list = |key: &str, category: Option<&str>| {
        let scope = Scope { category, ..ANY };
        let rule = facts.rule(key, &a.region, &scope, today);
        rule.as_ref().and_then(|e| e.list()).map(<[String]>::to_vec).unwrap_or_default()
    };
    let mut all = list("supplier.papers", None);
    if a.kind == "电商" {
        all.extend(list("supplier.papers.online", None));
    }
    for category in a.categories.split_whitespace() {
        all.extend(list("supplier.papers.category", Some(category)));
    }
    all.sort();
    all.dedup();
    all
}

/// Saves, commits the firm and submits to the nearest centre above it. What is missing is named, all at once.
pub async fn submit(supply: &Supply, actor: &Actor, f: &Filled) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    let (version, _, digest) = commitment();
    supply
        .db()
        .write("admission.submit", |tx| {
            let digest = digest.clone();
            Box::pin(async move {
                let mut a = mine(tx, actor).await?;
                writable(&a)?;
                write_in(supply, &mut a, f)?;
                complete(supply, tx, &a).await?;
                match f.committed.as_deref() {
                    Some(shown) if shown == version => {}
                    Some(_) => {
                        let words = "承诺书有了新版本，请重新阅读后确认。";
                        return Err(Fail::field("committed", "application.commitment", words));
                    }
                    None => {
                        return Err(Fail::field("committed", "application.commitment", "请阅读承诺书并勾选确认。"));
                    }
                }
                a.state = next(a.state, Act::Submit).ok_or(Fail::Hidden)?;
                a.rounds += 1;
                (a.commitment, a.commitment_digest, a.committed_by) = (version.into(), digest, Some(actor.person));
                a.submitted_at = Some(tx.now());
                a.due = supply.facts().clock("clock.supplier_review", &a.region, &ANY, tx.now()).map(|d| d.at);
                a.centre = nearest_centre(supply, tx, &a.region).await?;
                store::save(tx, &a).await?;
                if let Some(centre) = a.centre {
                    let words = format!("入驻申请 {} 待审核。", a.number);
                    base::messages::tell(tx, centre, Duty::Centre, &format!("/admissions/{}", a.id), &words).await?;
                }
                let data = json!({
                    "number": a.number, "org": a.org.to_string(), "purpose": a.purpose, "round": a.rounds, "kind": a.kind,
                    "areas": a.areas, "categories": a.categories, "commitment": a.commitment,
                    "commitment_digest": a.commitment_digest, "due": a.due,
                });
                tx.journal(entry(&a, "application.submitted", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

/// The centre that receives a firm of a region first.
pub(super) async fn nearest_centre(supply: &Supply, tx: &Tx<'_>, region: &str) -> Result<Option<i64>> {
    for at in supply.facts().path(region).into_iter().rev() {
        if let Some(centre) = orgs::of_kind(tx, "centre", at).await?.first() {
            return Ok(Some(*centre));
        }
    }
    Ok(None)
}

async fn complete(supply: &Supply, tx: &Tx<'_>, a: &Application) -> Result<()> {
    let today = day_of(tx.now());
    let papers = store::papers(tx, a.org).await?;
    let holding = papers.iter().filter(|p| p.until.is_none_or(|d| d >= today));
    let needed = needed(supply, a);
    let profile = Profile {
        kind: &a.kind,
        size: &a.size,
        areas: a.areas.split_whitespace().collect(),
        categories: a.categories.split_whitespace().collect(),
        legal_person: &a.legal_person,
        phone: &a.phone,
        address: &a.address,
        bank_account: &a.bank_account,
        site: &a.site,
        papers: holding.map(|p| p.kind.as_str()).collect(),
        needed: needed.iter().map(String::as_str).collect(),
    };
    let missing = missing(&profile);
    let Some((field, _)) = missing.first() else { return Ok(()) };
    let words: Vec<&str> = missing.iter().map(|(_, w)| w.as_str()).collect();
    Err(Fail::field(field, "application.missing", format!("还差 {} 项：{}。", words.len(), words.join("；"))))
}

/// The firm takes its application back; what it filled in stays to be read.
pub async fn withdraw(supply: &Supply, actor: &Actor) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("admission.withdraw", |tx| {
            Box::pin(async move {
                let mut a = mine(tx, actor).await?;
                // A submitted application becomes a draft again; a draft of a change is given up. Whoever wants to enter
                // keeps the draft.
                let act = if a.state == State::Submitted { Act::Withdraw } else { Act::GiveUp };
                if act == Act::GiveUp && a.purpose == "entry" {
                    return Err(Fail::refuse("application.not_submitted", "申请还没有提交，不用撤回。"));
                }
                a.state = next(a.state, act).ok_or(Fail::Hidden)?;
                a.due = None;
                store::save(tx, &a).await?;
                tx.journal(entry(&a, "application.withdrawn", actor.person, json!({"number": a.number}))).await?;
                Ok(())
            })
        })
        .await
}
