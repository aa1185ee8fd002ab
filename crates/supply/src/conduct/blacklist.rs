//! A file of those whom others have listed (严重失信名单): matched by credit code, each match a case with its own notice.
use super::flow::{self, Charge, Measure};
use crate::Supply;
use base::access::Actor;
use kit::Result;
use rules::calendar::{day_of, parse_day, show_day};
use rules::naming::fold;

/// The columns, in order.
pub const COLUMNS: [&str; 5] = ["统一社会信用代码", "单位名称", "失信行为", "依据文号", "截止日期"];
const RULE: &str = "credit.deduct.blacklisted";
/// Most rows of one file.
const ROWS_MAX: usize = 20_000;

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Rows that match a supplier: a case stands for each.
    pub matched: usize,
    /// Rows of whom the mall knows nothing.
    pub unknown: usize,
    /// Rows that are over already.
    pub over: usize,
    /// Rows that cannot be read: line and why.
    pub wrong: Vec<(usize, String)>,
}

/// Takes a file; a second time the same cases stand.
pub async fn take(supply: &Supply, actor: &Actor, bytes: &[u8]) -> Result<Taken> {
    let today = day_of(supply.db().now());
    let mut out = Taken::default();
    for (line, row) in kit::sheet::table(bytes, &COLUMNS, ROWS_MAX)? {
        let at = |n: usize| row.get(n).map_or("", |c| c.trim());
        let uscc = fold(at(0)).to_uppercase();
        if !rules::uscc::valid(&uscc) {
            out.wrong.push((line, format!("统一社会信用代码“{}”不对。", at(0))));
            continue;
        }
        let Some(until) = parse_day(at(4)) else {
            out.wrong.push((line, format!("截止日期应写成 2026-01-31，现在是“{}”。", at(4))));
            continue;
        };
        if at(2).is_empty() || at(3).is_empty() {
            out.wrong.push((line, "失信行为和依据文号都要填。".into()));
            continue;
        }
        if until < today {
            out.over += 1;
            continue;
        }
        let found = base::orgs::by_uscc(supply.db(), &uscc).await?.filter(|o| o.kind == "supplier");
        let Some(org) = found else {
            out.unknown += 1;
            continue;
        };
        let words = format!("{}（{}，至 {}）", at(2), at(3), show_day(until));
        let charge = Charge {
            region: &actor.region,
            org: org.id,
            rule: RULE,
            subject: &format!("file/{}", at(3)),
            words: &words,
            digest: &kit::text::sha256(&[bytes]),
            measure: Measure::Suspend(until),
            points: None,
            by: (actor.person, actor.org),
        };
        flow::begin(supply, actor, &charge).await?;
        out.matched += 1;
    }
    Ok(out)
}
