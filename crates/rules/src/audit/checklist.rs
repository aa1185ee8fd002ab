//! What the machine sees in one order, line by line of the checklist (`data/audit-checklist.csv` has titles and legal basis).
//!
//! A line is a question. The machine says what its figures say; the auditor confirms or says otherwise.

use crate::Fen;
use crate::calendar::{Ms, show_time};

/// What the figures say to one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As it should be.
    Fits,
    /// Not as it should be.
    Differs,
    /// Not yet, or not in this way of buying.
    Open,
    /// People have to judge.
    People,
}

impl Fit {
    /// All of them.
    pub const ALL: [Fit; 4] = [Fit::Fits, Fit::Differs, Fit::Open, Fit::People];

    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Fit::Fits => "fits",
            Fit::Differs => "differs",
            Fit::Open => "open",
            Fit::People => "people",
        }
    }

    /// The one of a key.
    pub fn of(key: &str) -> Option<Fit> {
        Fit::ALL.into_iter().find(|f| f.key() == key)
    }

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            Fit::Fits => "符合",
            Fit::Differs => "不符合",
            Fit::Open => "未发生或不适用",
            Fit::People => "由审计人员判断",
        }
    }

    /// Kind of tag that shows it.
    pub fn tone(self) -> &'static str {
        match self {
            Fit::Fits => "ok",
            Fit::Differs => "bad",
            Fit::Open => "info",
            Fit::People => "warn",
        }
    }
}

/// What the machine says to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Code of the line.
    pub line: &'static str,
    /// What the figures say.
    pub fit: Fit,
    /// The figures, in words.
    pub figures: String,
}

/// How a deadline ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It runs, or has not begun.
    #[default]
    Open,
    /// Kept.
    Kept,
    /// Missed.
    Late,
}

/// The figures of an order. Amounts are fen, times ms UTC, people are ids.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Who made it.
    pub handler: i64,
    /// Approvals that it needed.
    pub steps: i64,
    /// Approvals that count: person and time.
    pub approvals: Vec<(i64, Ms)>,
    /// Who signed for the unit.
    pub signer: Option<i64>,
    /// Who accepted goods.
    pub receivers: Vec<i64>,
    /// Payments: who applied, who approved.
    pub payers: Vec<(i64, Option<i64>)>,
    /// Lines of the order, and how many of them are charged to a plan.
    pub lines: (i64, i64),
    /// Checks when it was ordered: all, and those that were not passed.
    pub checks: (i64, i64),
    /// Lines with a market reference when ordered: what was paid for them, and what the reference comes to.
    pub market: Option<(i64, i64)>,
    /// Valid quotes, where suppliers compete.
    pub quotes: Option<i64>,
    /// Orders of the unit in the same second-level category in the same month, this one among them, and their amount.
    pub month: (i64, i64),
    /// When both sides had signed.
    pub signed_at: Option<Ms>,
    /// Publication: last moment, and when.
    pub published: (Option<Ms>, Option<Ms>),
    /// Filing: last moment, and when.
    pub filed: (Option<Ms>, Option<Ms>),
    /// How delivery, acceptance and payment ended.
    pub ends: [End; 3],
    /// What the contract comes to.
    pub total: i64,
    /// Accepted and kept.
    pub accepted: i64,
    /// Invoiced.
    pub invoiced: i64,
    /// Paid.
    pub paid: i64,
    /// Leads about it: all, and those nobody dealt with.
    pub alerts: (i64, i64),
}

/// The lines that the machine judges or prepares, in order.
pub const LINES: [&str; 20] = [
    "need.real",
    "plan.charged",
    "chain.complete",
    "chain.distinct",
    "check.passed",
    "price.market",
    "compete.quotes",
    "split.month",
    "related.none",
    "contract.published",
    "contract.filed",
    "deliver.time",
    "accept.apart",
    "accept.time",
    "invoice.sum",
    "pay.sum",
    "pay.apart",
    "pay.time",
    "alert.closed",
    "asset.entered",
];

fn yes(right: bool) -> Fit {
    if right { Fit::Fits } else { Fit::Differs }
}

fn yuan(fen: i64) -> String {
    Fen(fen).yuan()
}

fn in_time((due, done): (Option<Ms>, Option<Ms>), what: &str) -> (Fit, String) {
    match (due, done) {
        (None, _) => (Fit::Open, "合同还没有生效".into()),
        (Some(due), Some(done)) => {
            (yes(done <= due), format!("应在 {} 前，{what}于 {}", show_time(due), show_time(done)))
        }
        (Some(due), None) => (Fit::Differs, format!("应在 {} 前，没有找到{what}记录", show_time(due))),
    }
}

fn ended(end: End, what: &str) -> (Fit, String) {
    match end {
        End::Kept => (Fit::Fits, format!("按期{what}")),
        End::Late => (Fit::Differs, format!("逾期{what}")),
        End::Open => (Fit::Open, format!("还没有{what}")),
    }
}

fn chain(f: &Figures) -> (Fit, String) {
    let last = f.approvals.iter().map(|(_, at)| *at).max();
    let given = f.approvals.len() as i64;
    let before = match (last, f.signed_at) {
        (Some(at), Some(signed)) => at <= signed,
        (None, Some(_)) => f.steps == 0,
        (_, None) => true,
    };
    let when = match (last, f.signed_at) {
        (Some(at), Some(signed)) => format!("，最后审批 {}，合同生效 {}", show_time(at), show_time(signed)),
        _ => String::new(),
    };
    (yes(given >= f.steps && before), format!("应经 {} 级审批，有效审批 {given} 次{when}", f.steps))
}

fn distinct(f: &Figures) -> (Fit, String) {
    let mut all: Vec<i64> = f.approvals.iter().map(|(who, _)| *who).collect();
    let n = all.len();
    all.sort_unstable();
    all.dedup();
    let own = all.contains(&f.handler) || f.signer == Some(f.handler);
    let words = match (own, all.len() == n) {
        (true, _) => "经办人参与了审批或者合同确认".into(),
        (false, false) => "同一个人审批了两级".into(),
        (false, true) => format!("经办 1 人、审批 {n} 人，互不相同，合同确认人也不是经办人"),
    };
    (yes(!own && all.len() == n), words)
}

fn market(f: &Figures) -> (Fit, String) {
    let Some((paid, reference)) = f.market else {
        return (Fit::People, "下单时没有市场参考价，请核对其他来源".into());
    };
    let side = if paid <= reference { "不高于" } else { "高于" };
    (yes(paid <= reference), format!("有参考价的各行成交 {}，{side}参考价合计 {}", yuan(paid), yuan(reference)))
}

fn acceptance(f: &Figures) -> (Fit, String) {
    if f.receivers.is_empty() {
        return (Fit::Open, "还没有验收".into());
    }
    let involved = |who: &i64| *who == f.handler || f.approvals.iter().any(|(a, _)| a == who);
    let bad = f.receivers.iter().filter(|who| involved(who)).count();
    let words = match bad {
        0 => format!("验收 {} 次，验收人没有经办和审批", f.receivers.len()),
        n => format!("{n} 次验收由经办人或者审批人办理"),
    };
    (yes(bad == 0), words)
}

fn payment(f: &Figures) -> (Fit, String) {
    let decided: Vec<(i64, i64)> = f.payers.iter().filter_map(|(by, ok)| Some((*by, (*ok)?))).collect();
    if decided.is_empty() {
        return (Fit::Open, "还没有批准的付款".into());
    }
    let bad = decided.iter().filter(|(by, ok)| by == ok || f.receivers.contains(ok)).count();
    let words = match bad {
        0 => format!("付款审批 {} 次，审批人没有申请付款，也没有验收", decided.len()),
        n => format!("{n} 次付款由申请人或者验收人批准"),
    };
    (yes(bad == 0), words)
}

/// Looks at an order: one answer for each of [`LINES`], in that order.
pub fn examine(f: &Figures) -> Vec<Seen> {
    let people = |words: &str| (Fit::People, words.to_owned());
    let judged = |line: &'static str| match line {
        "plan.charged" => (yes(f.lines.0 == f.lines.1), format!("{} 行商品，{} 行列支采购计划", f.lines.0, f.lines.1)),
        "chain.complete" => chain(f),
        "chain.distinct" => distinct(f),
        "check.passed" => (yes(f.checks.1 == 0), format!("下单时检查 {} 项，不符合 {} 项", f.checks.0, f.checks.1)),
        "price.market" => market(f),
        "compete.quotes" => match f.quotes {
            Some(n) => (if n >= 3 { Fit::Fits } else { Fit::People }, format!("有效报价 {n} 家")),
            None => (Fit::Open, "不是竞争性的交易方式".into()),
        },
        "split.month" => (
            if f.month.0 <= 1 { Fit::Fits } else { Fit::People },
            format!("当月同一采购人同品目 {} 单，合计 {}", f.month.0, yuan(f.month.1)),
        ),
        "contract.published" => in_time(f.published, "公告"),
        "contract.filed" => in_time(f.filed, "备案"),
        "deliver.time" => ended(f.ends[0], "交货"),
        "accept.apart" => acceptance(f),
        "accept.time" => ended(f.ends[1], "验收"),
        "invoice.sum" if f.invoiced == 0 => (Fit::Open, "还没有发票".into()),
        "invoice.sum" => (yes(f.invoiced <= f.total), format!("发票合计 {}，合同 {}", yuan(f.invoiced), yuan(f.total))),
        "pay.sum" if f.paid == 0 => (Fit::Open, "还没有付款".into()),
        "pay.sum" => (
            yes(f.paid <= f.total && f.paid <= f.accepted),
            format!("已付 {}，合同 {}，验收合格 {}", yuan(f.paid), yuan(f.total), yuan(f.accepted)),
        ),
        "pay.apart" => payment(f),
        "pay.time" => ended(f.ends[2], "付款"),
        "alert.closed" => match f.alerts {
            (0, _) => (Fit::Fits, "没有预警".into()),
            (all, open) => (yes(open == 0), format!("预警 {all} 条，未办结 {open} 条")),
        },
        "related.none" => people("请核对供应商与采购人有没有利害关系"),
        "asset.entered" => people("请核对资产入账和实物"),
        _ => people("请核对需求依据和使用情况"),
    };
    LINES
        .into_iter()
        .map(|line| {
            let (fit, figures) = judged(line);
            Seen { line, fit, figures }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Figures {
        Figures {
            handler: 1,
            steps: 2,
            approvals: vec![(2, 100), (3, 200)],
            signer: Some(3),
            receivers: vec![4],
            payers: vec![(1, Some(5))],
            lines: (2, 2),
            checks: (9, 0),
            market: Some((10_000, 10_000)),
            quotes: Some(3),
            month: (1, 10_000),
            signed_at: Some(200),
            published: (Some(500), Some(500)),
            filed: (Some(500), Some(300)),
            ends: [End::Kept; 3],
            total: 10_000,
            accepted: 10_000,
            invoiced: 10_000,
            paid: 10_000,
            alerts: (1, 0),
        }
    }

    fn of(f: &Figures, line: &str) -> (Fit, String) {
        let seen = examine(f).into_iter().find(|s| s.line == line).unwrap();
        (seen.fit, seen.figures)
    }

    #[test]
    fn a_good_order_fits_wherever_a_machine_can_say_so() {
        let all = examine(&good());
        assert_eq!(all.iter().map(|s| s.line).collect::<Vec<_>>(), LINES);
        let people = ["need.real", "related.none", "asset.entered"];
        for s in all {
            let want = if people.contains(&s.line) { Fit::People } else { Fit::Fits };
            assert_eq!(s.fit, want, "{}: {}", s.line, s.figures);
            assert!(!s.figures.is_empty());
        }
        for f in Fit::ALL {
            assert_eq!(Fit::of(f.key()), Some(f));
        }
    }

    #[test]
    fn each_line_sees_its_own_fault_at_its_edge() {
        type Change = fn(&mut Figures);
        let cases: [(&str, Change, &str); 16] = [
            ("plan.charged", |f| f.lines.1 = 1, "2 行商品，1 行"),
            ("chain.complete", |f| f.approvals.truncate(1), "有效审批 1 次"),
            ("chain.complete", |f| f.approvals[1].1 = 201, "应经 2 级"),
            ("chain.distinct", |f| f.approvals[1].0 = 2, "两级"),
            ("chain.distinct", |f| f.signer = Some(1), "经办人参与"),
            ("check.passed", |f| f.checks.1 = 1, "不符合 1 项"),
            ("price.market", |f| f.market = Some((10_001, 10_000)), "高于参考价合计 ¥100.00"),
            ("contract.published", |f| f.published.1 = Some(501), "公告于"),
            ("contract.published", |f| f.published.1 = None, "没有找到公告"),
            ("contract.filed", |f| f.filed.1 = None, "没有找到备案"),
            ("accept.apart", |f| f.receivers.push(1), "1 次验收"),
            ("accept.apart", |f| f.receivers[0] = 2, "1 次验收"),
            ("invoice.sum", |f| f.invoiced = 10_001, "¥100.01"),
            ("pay.sum", |f| f.accepted = 9_999, "¥99.99"),
            ("pay.apart", |f| f.payers[0].1 = Some(1), "1 次付款"),
            ("alert.closed", |f| f.alerts = (2, 1), "未办结 1 条"),
        ];
        for (line, change, words) in cases {
            let mut f = good();
            change(&mut f);
            let (fit, figures) = of(&f, line);
            assert_eq!(fit, Fit::Differs, "{line}: {figures}");
            assert!(figures.contains(words), "{line}: {figures}");
            let others = examine(&f).into_iter().filter(|s| s.fit == Fit::Differs && s.line != line);
            // Fewer people in the chain also touch what hangs on them; nothing else turns.
            assert_eq!(others.count(), 0, "{line}");
        }
        let mut f = good();
        f.payers[0].1 = Some(4);
        assert_eq!(of(&f, "pay.apart").0, Fit::Differs, "who accepted does not pay");
    }

    #[test]
    fn what_has_not_happened_or_no_machine_knows_is_said() {
        let f = Figures { handler: 1, lines: (1, 1), ..Figures::default() };
        for (line, want) in [
            ("price.market", Fit::People),
            ("compete.quotes", Fit::Open),
            ("contract.published", Fit::Open),
            ("accept.apart", Fit::Open),
            ("pay.apart", Fit::Open),
            ("pay.sum", Fit::Open),
            ("invoice.sum", Fit::Open),
            ("deliver.time", Fit::Open),
        ] {
            assert_eq!(of(&f, line).0, want, "{line}");
        }
        let two = Figures { quotes: Some(2), month: (3, 30_000), ..good() };
        assert_eq!(of(&two, "compete.quotes"), (Fit::People, "有效报价 2 家".into()));
        assert_eq!(of(&two, "split.month").0, Fit::People);
    }
}
