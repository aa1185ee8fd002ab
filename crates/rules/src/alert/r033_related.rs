//! R033 供需关联: somebody of the buying unit shares name or telephone with the supplier. Only counts leave this file.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R033",
    title: "采购人员与供应商有关联",
    level: Level::Red,
    formula: "采购单位在册人员的电话与供应商登记的电话或其人员的电话相同，或姓名与供应商法定代表人、控制人相同（同名需核实）",
    basis: "政府采购法第十二条（回避）；开放合同风险指标 R033",
    repeat: "同一单位、供应商、年度只提示一次；不显示姓名和电话",
};

/// Digits below which a number is none.
const DIGITS_MIN: usize = 7;

/// Somebody's name and telephone.
pub type Contact<'a> = (&'a str, &'a str);

/// How many people of the unit share something with the supplier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// By telephone.
    pub phones: usize,
    /// By name of who answers for or controls it.
    pub names: usize,
}

/// The digits of a telephone number, a leading country code left out; empty for what is none.
fn digits(phone: &str) -> String {
    let all: String = phone.chars().filter(char::is_ascii_digit).collect();
    let bare = all.strip_prefix("86").filter(|r| r.len() == 11).unwrap_or(&all).to_owned();
    if bare.len() < DIGITS_MIN { String::new() } else { bare }
}

/// Compares the unit's people with the supplier's: its people, its own telephone, who answers for it, who controls it.
pub fn ties(unit: &[Contact<'_>], people: &[Contact<'_>], phone: &str, heads: [&str; 2]) -> Ties {
    let theirs: Vec<String> =
        people.iter().map(|p| digits(p.1)).chain([digits(phone)]).filter(|d| !d.is_empty()).collect();
    let named = |name: &str| !name.trim().is_empty() && heads.iter().any(|h| h.trim() == name.trim());
    Ties {
        phones: unit.iter().filter(|p| theirs.contains(&digits(p.1))).count(),
        names: unit.iter().filter(|p| named(p.0)).count(),
    }
}

/// What ties there are.
pub fn judge(t: Ties) -> Outcome {
    let mut words = Vec::new();
    if t.phones > 0 {
        words.push(format!("采购单位有 {} 人的电话与供应商登记的电话相同", t.phones));
    }
    if t.names > 0 {
        words.push(format!("采购单位有 {} 人与供应商法定代表人或控制人同名", t.names));
    }
    match words.is_empty() {
        true => Outcome::Clear,
        // Namesakes are common; one telephone of two people is not.
        false if t.phones == 0 => Outcome::At(Level::Orange, words.join("；")),
        false => Outcome::Hit(words.join("；")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_and_names() {
        let unit = [("张三", "138 0000 0001"), ("李四", "1"), ("", "")];
        assert_eq!(ties(&unit, &[("王五", "+86-13800000001")], "", ["", ""]), Ties { phones: 1, names: 0 });
        assert_eq!(ties(&unit, &[], "13800000001", ["李四", ""]), Ties { phones: 1, names: 1 });
        assert_eq!(ties(&unit, &[("张三", "1")], "1", ["赵六", ""]), Ties::default(), "too short to be a number");
        assert!(matches!(judge(Ties { phones: 1, names: 0 }), Outcome::Hit(w) if w.contains("1 人")));
        assert!(matches!(judge(Ties { phones: 0, names: 2 }), Outcome::At(Level::Orange, _)));
        assert_eq!(judge(Ties::default()), Outcome::Clear);
    }
}
