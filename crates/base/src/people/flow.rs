//! Opening accounts, giving and taking duties, passwords, new organisations.
use super::store;
use crate::Base;
use crate::access::{self, Actor};
use crate::orgs::{self, NewPerson, Org};
use kit::{Entry, Fail, Query, Result};
use rules::calendar::day_of;
use rules::duty::Duty;
use rules::role::{fits, keys, template};
use serde_json::{Value, json};

/// Signs of a password at least.
pub(super) const PASSWORD_MIN: usize = 10;
/// Bytes of chance in a first password.
const FIRST_BYTES: usize = 6;
/// People of one organisation at most.
const PEOPLE_MAX: usize = 500;

/// Kinds of organisations whose people somebody may look after beside the own ones, and the area.
pub(super) fn reach(actor: &Actor) -> Option<(&'static [&'static str], String)> {
    if actor.may(Duty::Regulator) {
        return Some((&["unit", "centre", "finance"], rules::place::prefix(&actor.region).to_owned()));
    }
    actor.may(Duty::Operator).then(|| (&["finance", "centre", "audit"] as &[_], String::new()))
}

/// May the actor look after the people of an organisation? Departments of the own level are looked after from above.
pub(super) fn looks_after(actor: &Actor, org: &Org) -> bool {
    if org.id == actor.org {
        return actor.may(Duty::Signer) || actor.may(Duty::SupplierAdmin) || actor.may(Duty::Centre);
    }
    reach(actor).is_some_and(|(kinds, prefix)| {
        kinds.contains(&org.kind.as_str())
            && org.region.starts_with(&prefix)
            && (actor.may(Duty::Operator) || org.kind != "finance" || org.region != actor.region)
    })
}

/// An organisation whose people the actor looks after.
pub(super) async fn org(q: &dyn Query, actor: &Actor, id: i64) -> Result<Org> {
    let org = orgs::org(q, id).await?;
    if looks_after(actor, &org) { Ok(org) } else { Err(Fail::Hidden) }
}

fn entry(org: &Org, kind: &'static str, actor: i64, subject: String, data: Value) -> Entry {
    Entry { region: org.region.clone(), room: "people", kind, subject, actor, via: "page", data }
}

/// The duties of a template in an organisation's place today.
pub(super) fn duties(base: &Base, org: &Org, role: &str) -> Result<Vec<Duty>> {
    let facts = base.facts();
    let known = keys(&org.kind).contains(&role);
    let path = facts.path(&org.region);
    let mut list = if known { template(&facts.rulebook, &path, role, day_of(base.db().now())) } else { Vec::new() };
    list.retain(|d| fits(&org.kind, *d));
    if list.is_empty() {
        return Err(Fail::field(
            "role",
            "people.role",
            "请选择岗位；这个岗位在本地没有职责的，请财政部门先在规则库里设定。",
        ));
    }
    Ok(list)
}

/// A first password that nobody can guess and everybody can read out.
fn first_password() -> String {
    let hex = kit::ids::random_hex(FIRST_BYTES);
    format!("{}-{}-{}", &hex[..4], &hex[4..8], &hex[8..])
}

/// What a new account needs.
pub(super) struct New {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) role: String,
}

/// Opens an account; returns its first password, which is shown once.
pub(super) async fn add(base: &Base, actor: &Actor, org_id: i64, new: &New) -> Result<String> {
    let org = org(base.db(), actor, org_id).await?;
    let duties = duties(base, &org, &new.role)?;
    let word = first_password();
    let hash = access::hash_later(&word).await?;
    let (org, duties, hash) = (&org, &duties, &hash);
    base.db()
        .write("people.add", |tx| {
            Box::pin(async move {
                if orgs::login_taken(tx, &new.login).await? {
                    return Err(Fail::field("login", "people.login", "这个用户名已经有人用了，请换一个。"));
                }
                if store::of_org(tx, org.id).await?.len() >= PEOPLE_MAX {
                    return Err(Fail::refuse("people.many", format!("一个单位最多 {PEOPLE_MAX} 个账号。")));
                }
                let person = NewPerson {
                    org: org.id,
                    login: &new.login,
                    name: &new.name,
                    phone: &new.phone,
                    password: hash,
                    duties: &[],
                };
                let id = orgs::add_person(tx, &person).await?;
                store::set_role(tx, id, &new.role, duties).await?;
                store::set_password(tx, id, hash, true).await?;
                let data = json!({"org": org.id.to_string(), "role": new.role, "duties": keys_of(duties)});
                tx.journal(entry(org, "person.added", actor.person, format!("person/{id}"), data)).await.map(|_| ())
            })
        })
        .await?;
    Ok(word)
}

fn keys_of(duties: &[Duty]) -> Vec<&'static str> {
    duties.iter().map(|d| d.key()).collect()
}

/// What may be done with an account.
pub(super) enum Act<'a> {
    /// Give it another role.
    Role(&'a str),
    /// Let it sign in, or not.
    Active(bool),
    /// Give it a fresh password.
    Reset,
}

/// Does something with an account; returns the fresh password, if there is one. Running sessions end.
pub(super) async fn change(base: &Base, actor: &Actor, id: i64, act: &Act<'_>) -> Result<Option<String>> {
    let person = store::one(base.db(), id).await?;
    let org = org(base.db(), actor, person.org).await?;
    if id == actor.person {
        return Err(Fail::refuse("people.own", "不能改自己的岗位和账号，请由其他有权限的人办理；改密码在“我的账号”。"));
    }
    let duties = match act {
        Act::Role(role) => duties(base, &org, role)?,
        Act::Active(_) | Act::Reset => Vec::new(),
    };
    let word = matches!(act, Act::Reset).then(first_password);
    let hash = match &word {
        Some(word) => access::hash_later(word).await?,
        None => String::new(),
    };
    let (org, duties, hash) = (&org, &duties, &hash);
    base.db()
        .write("people.change", |tx| {
            Box::pin(async move {
                let data = match act {
                    Act::Role(role) => {
                        let before = store::one(tx, id).await?.duties.list();
                        store::set_role(tx, id, role, duties).await?;
                        json!({"act": "role", "role": role, "duties": keys_of(duties), "before": keys_of(&before)})
                    }
                    Act::Active(active) => {
                        store::set_active(tx, id, *active).await?;
                        json!({"act": if *active { "on" } else { "off" }})
                    }
                    Act::Reset => {
                        store::set_password(tx, id, hash, true).await?;
                        json!({"act": "reset"})
                    }
                };
                store::end_sessions(tx, id, 0).await?;
                tx.journal(entry(org, "person.changed", actor.person, format!("person/{id}"), data)).await.map(|_| ())
            })
        })
        .await?;
    Ok(word)
}

/// Replaces one's own password; other sessions end.
pub(super) async fn own_password(base: &Base, actor: &Actor, old: &str, new: &str, again: &str) -> Result<()> {
    let known = store::password(base.db(), actor.person).await?;
    if !access::fits_later(old, &known).await? {
        return Err(Fail::field("old", "people.old", "现在的密码不对，请重新输入。"));
    }
    if new.chars().count() < PASSWORD_MIN {
        return Err(Fail::field("new", "people.short", format!("新密码至少 {PASSWORD_MIN} 个字符。")));
    }
    if new == old {
        return Err(Fail::field("new", "people.same", "新密码要和现在的不同。"));
    }
    if new != again {
        return Err(Fail::field("again", "people.again", "两次输入的新密码不一样。"));
    }
    let hash = access::hash_later(new).await?;
    let hash = &hash;
    base.db()
        .write("people.password", |tx| {
            Box::pin(async move {
                let org = orgs::org(tx, actor.org).await?;
                store::set_password(tx, actor.person, hash, false).await?;
                store::end_sessions(tx, actor.person, actor.session).await?;
                let subject = format!("person/{}", actor.person);
                tx.journal(entry(&org, "person.password", actor.person, subject, json!({}))).await.map(|_| ())
            })
        })
        .await
}

/// Characters of an address.
pub(super) const ADDRESS_MAX: usize = 100;
/// Signs of a telephone number.
pub(super) const PHONE_MAX: usize = 30;
/// Digits of a mobile number, which begins with 1 and 3 to 9 and is a person's.
const MOBILE_DIGITS: usize = 11;

/// May the actor say how an organisation can be reached? Firms say it in their admission.
pub(super) fn may_contact(actor: &Actor, org: &Org) -> bool {
    let own = [Duty::Signer, Duty::Regulator, Duty::Centre].into_iter().any(|d| actor.may(d));
    org.kind != "supplier" && (looks_after(actor, org) || org.id == actor.org && own)
}

/// Says how an organisation can be reached; it stands in its notices.
pub(super) async fn contact(base: &Base, actor: &Actor, id: i64, address: &str, phone: &str) -> Result<()> {
    let org = orgs::org(base.db(), id).await?;
    if !may_contact(actor, &org) {
        return Err(Fail::Hidden);
    }
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let signs = phone.chars().all(|c| c.is_ascii_digit() || "-—() （）转、 ".contains(c));
    if digits.len() < 7 || !signs {
        return Err(Fail::field(
            "phone",
            "org.phone",
            "办公电话请写成区号和号码，例如 0531-66600000；有分机的写“转 8001”。",
        ));
    }
    // With or without the zero before it or the country's code; no area code begins with 1 and 3 to 9.
    let bare = digits.trim_start_matches('0');
    let bare = bare.strip_prefix("86").unwrap_or(bare).as_bytes();
    if bare.len() == MOBILE_DIGITS && bare[0] == b'1' && bare[1] > b'2' {
        let words = "这是手机号码。公告里只公开单位的办公电话，请填办公电话，不要填个人手机。";
        return Err(Fail::field("phone", "org.mobile", words));
    }
    let org = &org;
    base.db()
        .write("org.contact", |tx| {
            Box::pin(async move {
                let before = orgs::contact(tx, id).await?;
                if (before.address.as_str(), before.phone.as_str()) == (address, phone) {
                    return Err(Fail::field("address", "org.same", "地址和电话没有变。"));
                }
                orgs::set_contact(tx, id, address, phone).await?;
                let data = json!({"address": address, "phone": phone});
                tx.journal(entry(org, "org.contact", actor.person, format!("org/{id}"), data)).await.map(|_| ())
            })
        })
        .await
}

/// What a new organisation needs.
pub(super) struct NewOrg {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) uscc: String,
    pub(super) region: String,
    pub(super) headcount: i64,
}

/// Enters a buying unit, or an office that somebody looks after from above or from the operator's desk; returns its id.
pub(super) async fn add_org(base: &Base, actor: &Actor, n: &NewOrg) -> Result<i64> {
    let (kinds, area) = reach(actor).ok_or(Fail::Denied)?;
    if !kinds.contains(&n.kind.as_str()) {
        return Err(Fail::field("kind", "people.kind", "请从列表里选单位类型。"));
    }
    let facts = base.facts();
    if facts.region(&n.region).is_none() || !n.region.starts_with(&area) {
        return Err(Fail::field("region", "people.region", "请选择本级或下级的地区。"));
    }
    let office = n.kind != "unit";
    if office && facts.region(&n.region).is_some_and(|r| r.kind == "own") {
        return Err(Fail::field("region", "people.own", "财政、集采和审计机关登记在市县，不登记在“本级”。"));
    }
    if n.kind == "finance" && n.region == actor.region && !actor.may(Duty::Operator) {
        let words = "本级财政部门由上级财政部门或平台运维登记，请选下级的地区。";
        return Err(Fail::field("region", "people.own_office", words));
    }
    if !rules::uscc::valid(&n.uscc) {
        return Err(Fail::field("uscc", "people.uscc", "统一社会信用代码不对：应是 18 位，最后一位是校验码。"));
    }
    // Asset standards count by the staff of those who buy; offices buy nothing here.
    if !office && !(1..=1_000_000).contains(&n.headcount) {
        return Err(Fail::field("headcount", "people.headcount", "编制人数应是 1 到 1000000。"));
    }
    base.db()
        .write("people.unit", |tx| {
            Box::pin(async move {
                if orgs::by_uscc(tx, &n.uscc).await?.is_some() {
                    return Err(Fail::field("uscc", "people.known", "这个统一社会信用代码已经登记过了。"));
                }
                if n.kind == "finance" && !orgs::of_kind(tx, "finance", &n.region).await?.is_empty() {
                    return Err(Fail::field("region", "people.office_known", "这个地区已经登记了财政部门。"));
                }
                let org = Org {
                    id: 0,
                    kind: n.kind.clone(),
                    name: n.name.clone(),
                    uscc: n.uscc.clone(),
                    region: n.region.clone(),
                    parent: None,
                    headcount: if office { 0 } else { n.headcount },
                };
                let id = orgs::add_org(tx, &org).await?;
                let data = json!({"kind": n.kind, "name": n.name, "uscc": n.uscc});
                tx.journal(entry(&org, "org.added", actor.person, format!("org/{id}"), data)).await?;
                Ok(id)
            })
        })
        .await
}
