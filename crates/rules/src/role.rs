//! 岗位模板: named sets of duties that people are given. Each level may narrow what the level above allows, never widen it.
use crate::calendar::Day;
use crate::duty::Duty;
use crate::rulebook::{Rulebook, Scope, Value};

/// Beginning of the keys of templates.
pub const PREFIX: &str = "role.";

/// Templates of a kind of organisation, by their keys.
pub fn keys(kind: &str) -> &'static [&'static str] {
    match kind {
        "unit" => {
            &["role.handler", "role.reviewer", "role.signer", "role.receiver", "role.accountant", "role.small_unit"]
        }
        "supplier" => &["role.supplier_admin", "role.supplier_orders"],
        "finance" => &["role.regulator"],
        "centre" => &["role.centre"],
        "audit" => &["role.auditor"],
        _ => &[],
    }
}

/// Duties that people of a kind of organisation may hold at all.
pub fn fits(kind: &str, duty: Duty) -> bool {
    match duty {
        Duty::Handler | Duty::Reviewer | Duty::Signer | Duty::Receiver | Duty::Accountant => kind == "unit",
        Duty::SupplierAdmin | Duty::SupplierOrders => kind == "supplier",
        Duty::Regulator => kind == "finance",
        Duty::Centre => kind == "centre",
        Duty::Auditor => kind == "audit",
        Duty::Operator => kind == "operator",
    }
}

/// The duties of a template at the end of a path: what every level on the way lets it have.
pub fn template(book: &Rulebook, path: &[&str], key: &str, day: Day) -> Vec<Duty> {
    let mut held: Option<Vec<Duty>> = None;
    for end in 1..=path.len() {
        let Some(rule) = book.resolve(key, &path[..end], &Scope::default(), day) else { continue };
        let own: Vec<Duty> = rule.list().unwrap_or_default().iter().filter_map(|d| Duty::of(d)).collect();
        held = Some(match held {
            None => own,
            Some(above) => above.into_iter().filter(|d| own.contains(d)).collect(),
        });
    }
    held.unwrap_or_default()
}

/// Duties of a new template that the one above does not have.
pub fn beyond<'a>(above: &Value, new: &'a Value) -> Vec<&'a str> {
    let (Value::List(above), Value::List(new)) = (above, new) else { return Vec::new() };
    new.iter().filter(|d| !above.contains(d)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rule;

    fn rule(id: i64, region: &str, duties: &[&str]) -> Rule {
        Rule {
            id,
            key: "role.small_unit".into(),
            region: region.into(),
            mode: None,
            form: None,
            category: None,
            amount_from: None,
            amount_below: None,
            value: Value::List(duties.iter().map(|d| (*d).to_owned()).collect()),
            unit: "list".into(),
            min: None,
            max: None,
            fixed: false,
            from: 0,
            to: None,
            basis: String::new(),
            grade: "PROP".into(),
        }
    }

    #[test]
    fn every_level_narrows_and_none_widens() {
        let at = |rules: Vec<Rule>, path: &[&str]| template(&Rulebook::new(rules), path, "role.small_unit", 1);
        let (top, city) = (rule(1, "37", &["reviewer", "signer"]), rule(2, "3701", &["signer"]));
        assert_eq!(at(vec![top.clone()], &["37", "3701"]), [Duty::Reviewer, Duty::Signer]);
        assert_eq!(at(vec![top.clone(), city.clone()], &["37", "3701"]), [Duty::Signer]);
        assert_eq!(at(vec![top.clone(), city.clone()], &["37"]), [Duty::Reviewer, Duty::Signer]);
        // A county that asks for more than its city has gets what the city has.
        let county = rule(3, "370112", &["reviewer", "signer", "handler"]);
        assert_eq!(at(vec![top, city, county], &["37", "3701", "370112"]), [Duty::Signer]);
        assert_eq!(at(Vec::new(), &["37"]), []);
    }

    #[test]
    fn what_goes_beyond_is_named_and_templates_fit_their_organisations() {
        let list = |d: &[&str]| Value::List(d.iter().map(|d| (*d).to_owned()).collect());
        assert_eq!(beyond(&list(&["reviewer"]), &list(&["reviewer", "signer"])), ["signer"]);
        assert!(beyond(&list(&["reviewer"]), &list(&["reviewer"])).is_empty());
        for kind in ["unit", "supplier", "finance", "centre", "audit"] {
            assert!(!keys(kind).is_empty() && keys(kind).iter().all(|k| k.starts_with(PREFIX)));
            assert!(Duty::ALL.iter().any(|d| fits(kind, *d)));
        }
        for d in Duty::ALL {
            let kinds = ["unit", "supplier", "finance", "centre", "audit", "operator"];
            assert_eq!(kinds.iter().filter(|k| fits(k, d)).count(), 1, "{d:?}");
        }
    }
}
