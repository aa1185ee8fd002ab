//! A file of those whom others have listed (严重失信名单): matched by credit code, each match a case with its own notice.
use super::flow::{self, Charge, Measure};
use crate::Supply;
use base::access::Actor;
use kit::{Fail, Result};
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
    let rows = kit::sheet::read(bytes)?;
    let heading = rows.first().cloned().unwrap_or_default();
    for (i, want) in COLUMNS.iter().enumerate() {
        if heading.get(i).is_none_or(|h| fold(h) != fold(want)) {
            let found = heading.get(i).map_or("（空）", String::as_str);
            let words = format!("第 {} 列应是“{want}”，现在是“{found}”。", i + 1);
            return Err(Fail::field("file", "blacklist.heading", words));
        }
    }
    if rows.len() > ROWS_MAX + 1 {
        return Err(Fail::field("file", "blacklist.rows", format!("一次最多 {ROWS_MAX} 行，请分开上传。")));
    }
    let today = day_of(supply.db().now());
    let mut out = Taken::default();
    for (i, row) in rows.iter().enumerate().skip(1) {
        let at = |n: usize| row.get(n).map_or("", |c| c.trim());
        if row.iter().all(String::is_empty) {
            continue;
        }
        let uscc = fold(at(0)).to_uppercase();
        if !rules::uscc::valid(&uscc) {
            out.wrong.push((i + 1, format!("统一社会信用代码“{}”不对。", at(0))));
            continue;
        }
        let Some(until) = parse_day(at(4)) else {
            out.wrong.push((i + 1, format!("截止日期应写成 2026-01-31，现在是“{}”。", at(4))));
            continue;
        };
        if at(2).is_empty() || at(3).is_empty() {
            out.wrong.push((i + 1, "失信行为和依据文号都要填。".into()));
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
