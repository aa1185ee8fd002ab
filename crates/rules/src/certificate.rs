//! 认证证书: does a certificate hold for a model? Only for the models it names, letter by letter, and only while it is valid.
use crate::calendar::{Day, show_day};
use crate::naming::{fold, model_key};

/// How it stands with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Holds, within its days.
    Valid,
    /// The certifier has paused it.
    Paused,
    /// The certifier has taken it back.
    Revoked,
}

impl State {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            State::Valid => "valid",
            State::Paused => "paused",
            State::Revoked => "revoked",
        }
    }

    /// Chinese name, as certifiers write it.
    pub fn label(self) -> &'static str {
        match self {
            State::Valid => "有效",
            State::Paused => "暂停",
            State::Revoked => "撤销",
        }
    }

    /// The state of a key or a Chinese name.
    pub fn of(text: &str) -> Option<State> {
        match text {
            "valid" | "有效" => Some(State::Valid),
            "paused" | "暂停" => Some(State::Paused),
            "revoked" | "撤销" | "注销" => Some(State::Revoked),
            _ => None,
        }
    }
}

/// A certificate as the register has it.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'a> {
    /// Number.
    pub number: &'a str,
    /// Brand, as the mall's library has it.
    pub brand: &'a str,
    /// Models, separated by `;`.
    pub models: &'a str,
    /// The first day.
    pub since: Day,
    /// The last day.
    pub until: Day,
    /// State.
    pub state: State,
}

/// A number as it is compared: width, case and spaces do not count.
pub fn number_of(written: &str) -> String {
    fold(written).to_uppercase().split_whitespace().collect()
}

/// The models a certificate names.
pub fn models(written: &str) -> impl Iterator<Item = &str> {
    written.split([';', '；', '、', ',', '，', '\n']).map(str::trim).filter(|m| !m.is_empty())
}

/// Why a certificate does not hold for goods on a day; None when it does.
pub fn fault(c: &Certificate<'_>, brand: &str, model: &str, today: Day) -> Option<String> {
    let n = c.number;
    if c.state != State::Valid {
        return Some(format!("证书 {n} 已被发证机构{}。", c.state.label()));
    }
    if today > c.until {
        return Some(format!("证书 {n} 已于 {} 到期。", show_day(c.until)));
    }
    if today < c.since {
        return Some(format!("证书 {n} 自 {} 起才有效。", show_day(c.since)));
    }
    if c.brand != brand {
        return Some(format!("证书 {n} 是“{}”的，不是“{brand}”的。", c.brand));
    }
    let key = model_key(model);
    if !models(c.models).any(|m| model_key(m) == key) {
        return Some(format!("证书 {n} 不包括型号 {model}，证书上的型号是：{}。", c.models));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_day;

    #[test]
    fn a_certificate_holds_for_its_models_only() {
        let day = |d: &str| parse_day(d).unwrap();
        let c = Certificate {
            number: "CQC1",
            brand: "得力",
            models: "M7400；M7400DN, M 7500",
            since: day("2025-01-01"),
            until: day("2026-12-31"),
            state: State::Valid,
        };
        let today = day("2026-06-01");
        for good in ["M7400", "m7400dn", "M7500", "Ｍ７５００"] {
            assert_eq!(fault(&c, "得力", good, today), None, "{good}");
        }
        for (brand, model, d, want) in [
            ("得力", "M7400D", "2026-06-01", "不包括型号"),
            ("得力", "M740", "2026-06-01", "不包括型号"),
            ("得力", "", "2026-06-01", "不包括型号"),
            ("晨光", "M7400", "2026-06-01", "不是“晨光”的"),
            ("得力", "M7400", "2027-01-01", "到期"),
            ("得力", "M7400", "2024-12-31", "起才有效"),
        ] {
            let said = fault(&c, brand, model, day(d)).unwrap_or_default();
            assert!(said.contains(want), "{said}");
        }
        assert_eq!(fault(&c, "得力", "M7400", c.until), None, "the last day counts");
        let paused = Certificate { state: State::Paused, ..c };
        assert!(fault(&paused, "得力", "M7400", today).unwrap().contains("暂停"));
        assert_eq!(number_of(" cqc２0 01 "), "CQC2001");
        assert_eq!(State::of("注销"), Some(State::Revoked));
    }
}
