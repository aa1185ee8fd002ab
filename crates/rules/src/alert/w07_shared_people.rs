//! W07 人员关联: bidders of one event share people, phones, addresses, accounts or who controls them; R042, R043 and R044 ask the
//! same and stand here. The mall keeps no e-mail addresses; their domains cannot be compared.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W07",
    title: "供应商之间人员、电话、地址、账户关联",
    level: Level::Red,
    formula: "同一场竞价的供应商之间，法定代表人、控股管理单位、联系人、电话、地址、收款账户有一项相同（含 R042—R044；商城不收集电子邮箱，不比较邮箱域名）",
    basis: "政府采购法实施条例第十八条、第七十四条；开关 {alert.same_person}",
    repeat: "每场竞价一次",
};

/// What is known of a bidder; empty for not known.
#[derive(Clone, Debug, Default)]
pub struct Party {
    /// Name within the event.
    pub alias: String,
    /// Its own name.
    pub name: String,
    /// Legal representative.
    pub legal_person: String,
    /// Who controls or manages it, by name.
    pub controller: String,
    /// Names of the people that act for it.
    pub people: Vec<String>,
    /// Phones of the firm and of those people.
    pub phones: Vec<String>,
    /// Address.
    pub address: String,
    /// Account.
    pub account: String,
}

impl Party {
    fn blank(&self) -> bool {
        let texts = [&self.legal_person, &self.controller, &self.address, &self.account];
        texts.iter().all(|t| t.is_empty()) && self.phones.iter().all(String::is_empty)
    }
}

/// What two bidders share. Names of people alone are shared by strangers: they count beside a phone only.
fn shared(a: &Party, b: &Party) -> Vec<&'static str> {
    let same = |x: &str, y: &str| !x.is_empty() && x == y;
    let any = |x: &[String], y: &[String]| x.iter().any(|p| y.iter().any(|q| same(p, q)));
    let phone = any(&a.phones, &b.phones);
    let controlled = same(&a.controller, &b.controller) || same(&a.controller, &b.name) || same(&a.name, &b.controller);
    let all = [
        (same(&a.legal_person, &b.legal_person), "法定代表人"),
        (controlled, "控股或管理单位"),
        (phone && any(&a.people, &b.people), "联系人"),
        (phone, "电话"),
        (same(&a.address, &b.address), "地址"),
        (same(&a.account, &b.account), "收款账户"),
    ];
    all.into_iter().filter(|(yes, _)| *yes).map(|(_, w)| w).collect()
}

/// The bidders of an event.
pub fn judge(parties: &[Party]) -> Outcome {
    if parties.iter().filter(|p| !p.blank()).count() < 2 {
        return Outcome::Blind("不足两家登记了可比对的资料");
    }
    let mut found = Vec::new();
    for (i, a) in parties.iter().enumerate() {
        for b in &parties[i + 1..] {
            let what = shared(a, b);
            if !what.is_empty() {
                found.push(format!("供应商 {}、{}：{}相同或关联", a.alias, b.alias, what.join("、")));
            }
        }
    }
    if found.is_empty() { Outcome::Clear } else { Outcome::Hit(found.join("；")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(alias: &str) -> Party {
        Party {
            alias: alias.into(),
            name: format!("{alias}公司"),
            legal_person: format!("{alias}先生"),
            phones: vec![format!("{alias}1"), format!("{alias}2")],
            ..Party::default()
        }
    }

    #[test]
    fn what_two_share() {
        let (a, b) = (party("A"), party("B"));
        assert_eq!(judge(&[a.clone(), b.clone()]), Outcome::Clear);
        let twin = Party { phones: vec!["A2".into()], account: "1".into(), ..b.clone() };
        let of = |p: Party| judge(&[Party { account: "1".into(), ..a.clone() }, p]);
        assert_eq!(of(twin), Outcome::Hit("供应商 A、B：电话、收款账户相同或关联".into()));
        assert!(matches!(of(Party { controller: "A公司".into(), ..b.clone() }), Outcome::Hit(w) if w.contains("控股")));
        let name = |phones: &[&str]| Party {
            people: vec!["王伟".into()],
            phones: phones.iter().map(|p| (*p).into()).collect(),
            ..party("C")
        };
        assert_eq!(
            judge(&[
                name(&["5"]),
                Party { alias: "D".into(), legal_person: "丁".into(), name: "D".into(), ..name(&["6"]) }
            ]),
            Outcome::Clear,
            "a common name"
        );
        assert!(matches!(judge(&[a, Party::default()]), Outcome::Blind(_)));
    }
}
