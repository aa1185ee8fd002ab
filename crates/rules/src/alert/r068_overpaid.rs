//! R068 付款超合同: more was paid than the contract says.
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R068",
    title: "付款超过合同金额",
    level: Level::Red,
    formula: "累计付款 > 合同金额",
    basis: "政府采购法第四十三、五十条；开放合同风险指标 R068",
    repeat: "每笔付款一次",
};

/// Paid so far, and the sum of the contract, fen.
pub fn judge(paid: i64, contract: Option<i64>) -> Outcome {
    let Some(contract) = contract else { return Outcome::Blind("没有生效的合同") };
    if paid <= contract {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("累计付款 {}，合同金额 {}", Fen(paid).yuan(), Fen(contract).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_agreed() {
        assert!(matches!(judge(101, Some(100)), Outcome::Hit(_)));
        assert_eq!(judge(100, Some(100)), Outcome::Clear);
        assert!(matches!(judge(1, None), Outcome::Blind(_)));
    }
}
