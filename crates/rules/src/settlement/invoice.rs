//! Is this invoice the one that the order asks for?
use crate::Fen;
use crate::calendar::{Day, show_day};
use crate::check::Verdict;
use crate::naming::fold;

/// An invoice as the supplier recorded it.
#[derive(Clone, Debug)]
pub struct InvoiceFacts<'a> {
    /// Number.
    pub number: &'a str,
    /// Name of the seller on it.
    pub seller: &'a str,
    /// Name of the buyer on it.
    pub buyer: &'a str,
    /// Amount with tax.
    pub amount: Fen,
    /// Day of issue.
    pub day: Day,
}

/// What the order says.
#[derive(Clone, Debug)]
pub struct OrderFacts<'a> {
    /// Supplier's name.
    pub seller: &'a str,
    /// Unit's name.
    pub buyer: &'a str,
    /// Accepted and kept.
    pub accepted: Fen,
    /// Sum of the good invoices recorded before.
    pub invoiced: Fen,
    /// Day on which the contract took effect.
    pub since: Day,
    /// Today.
    pub today: Day,
    /// Was the number recorded before, for any order?
    pub number_known: bool,
}

/// One comparison, whatever its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// What was compared.
    pub title: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// The facts compared, in Chinese.
    pub figures: String,
}

/// Compares an invoice with its order; every comparison is listed. It is good when none blocks.
pub fn check_invoice(i: &InvoiceFacts<'_>, o: &OrderFacts<'_>) -> Vec<Finding> {
    let block = |ok: bool| if ok { Verdict::Pass } else { Verdict::Block };
    let digits = matches!(i.number.len(), 8 | 12 | 20) && i.number.bytes().all(|b| b.is_ascii_digit());
    let left = o.accepted - o.invoiced;
    vec![
        Finding {
            code: "invoice.number",
            title: "发票号码",
            verdict: if digits { Verdict::Pass } else { Verdict::Block },
            figures: if digits {
                format!("{}，{} 位数字", i.number, i.number.len())
            } else {
                format!("“{}”不是 8 位、12 位或 20 位数字", i.number)
            },
        },
        Finding {
            code: "invoice.duplicate",
            title: "没有重复",
            verdict: block(!o.number_known),
            figures: if o.number_known {
                "这个号码的发票已经登记过".into()
            } else {
                "这个号码以前没有登记过".into()
            },
        },
        Finding {
            code: "invoice.seller",
            title: "销售方名称",
            verdict: block(fold(i.seller) == fold(o.seller)),
            figures: format!("发票：{}；订单：{}", i.seller, o.seller),
        },
        Finding {
            code: "invoice.buyer",
            title: "购买方名称",
            verdict: block(fold(i.buyer) == fold(o.buyer)),
            figures: format!("发票：{}；订单：{}", i.buyer, o.buyer),
        },
        Finding {
            code: "invoice.amount",
            title: "金额不超过已验收未开票",
            verdict: block(i.amount.0 > 0 && i.amount <= left),
            figures: format!(
                "发票 {}；已验收 {}，已开票 {}，还可开 {}",
                i.amount.yuan(),
                o.accepted.yuan(),
                o.invoiced.yuan(),
                left.yuan()
            ),
        },
        Finding {
            code: "invoice.day",
            title: "开票日期",
            verdict: if i.day > o.today {
                Verdict::Block
            } else if i.day < o.since {
                Verdict::Warn
            } else {
                Verdict::Pass
            },
            figures: format!("{}；合同生效 {}，今天 {}", show_day(i.day), show_day(o.since), show_day(o.today)),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> (InvoiceFacts<'static>, OrderFacts<'static>) {
        let i = InvoiceFacts {
            number: "26372000000012345678",
            seller: "示例办公用品有限公司",
            buyer: "示例区教育局",
            amount: Fen(217_000),
            day: 20_713,
        };
        let o = OrderFacts {
            seller: "示例办公用品有限公司",
            buyer: "示例区教育局",
            accepted: Fen(217_000),
            invoiced: Fen::ZERO,
            since: 20_710,
            today: 20_714,
            number_known: false,
        };
        (i, o)
    }

    /// The codes that do not pass.
    #[track_caller]
    fn check(change: impl Fn(&mut InvoiceFacts<'static>, &mut OrderFacts<'static>), want: &[(&str, Verdict)]) {
        let (mut i, mut o) = good();
        change(&mut i, &mut o);
        let all = check_invoice(&i, &o);
        assert_eq!(all.len(), 6);
        let got: Vec<_> = all.iter().filter(|f| f.verdict != Verdict::Pass).map(|f| (f.code, f.verdict)).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn every_difference_is_found_and_nothing_else() {
        use Verdict::{Block, Warn};
        check(|_, _| {}, &[]);
        check(|i, _| i.number = "12345678", &[]);
        check(|i, _| i.number = "1234567A", &[("invoice.number", Block)]);
        check(|i, _| i.number = "", &[("invoice.number", Block)]);
        check(|_, o| o.number_known = true, &[("invoice.duplicate", Block)]);
        check(|i, _| i.seller = "另一家公司", &[("invoice.seller", Block)]);
        check(|i, _| i.buyer = "示例区财政局", &[("invoice.buyer", Block)]);
        check(|i, _| i.amount = Fen(217_001), &[("invoice.amount", Block)]);
        check(|_, o| o.invoiced = Fen(1), &[("invoice.amount", Block)]);
        check(|i, _| i.amount = Fen(0), &[("invoice.amount", Block)]);
        check(|i, _| i.day = 20_715, &[("invoice.day", Block)]);
        check(|i, _| i.day = 20_709, &[("invoice.day", Warn)]);
        check(|i, o| (i.amount, o.accepted) = (Fen(100), Fen(100)), &[]);
    }
}
