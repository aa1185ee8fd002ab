//! What people do: approvals, marks, inspections. Nobody's name leaves the records of the offices.
use super::super::facts::people::store as people;
use super::{About, Case, Sheet};
use kit::journal::Recorded;
use kit::{Query, Result};
use rules::alert::past::days_before;
use rules::alert::{m14_overrides, m16_top_marks, m18_never_finds};
use rules::calendar::{civil, day_of};

/// How far back is looked, days.
const YEAR: i64 = 365;

/// The last approval of an order: was it one more exception?
pub(super) async fn approved(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    if !c.o.excepted {
        return Ok(());
    }
    let (unit, supplier, from) = (c.o.unit, c.o.supplier, days_before(c.e.at, YEAR));
    let all = people::overrides(c.q, unit, from, c.e.at).await?;
    let by_one = people::by_one_approver(c.q, unit, supplier, from, c.e.at).await?;
    let outcome = m14_overrides::judge(all, by_one, m14_overrides::params(c.terms().any()));
    let key = format!("{unit}/{supplier}/{}", c.year());
    c.note(sheet, &m14_overrides::RULE, (key, unit), &format!("/scores/{supplier}"), outcome);
    Ok(())
}

/// A unit evaluated: where do the supplier's best marks come from?
pub(super) async fn evaluated(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    let (unit, supplier) = (c.o.unit, c.o.supplier);
    let (marks, buyers) = people::top_marks(c.q, supplier, days_before(c.e.at, YEAR)).await?;
    let figures = m16_top_marks::Figures {
        theirs: marks.iter().find(|(u, _)| *u == unit).map_or(0, |(_, n)| *n),
        all: marks.iter().map(|(_, n)| n).sum(),
        buyers,
        accepted: people::accepted(c.q, c.id, c.e.at).await?,
    };
    let outcome = m16_top_marks::judge(figures, m16_top_marks::most(c.terms().any()));
    let key = format!("{unit}/{supplier}/{}", c.year());
    c.note(sheet, &m16_top_marks::RULE, (key, unit), &format!("/evaluations/{supplier}"), outcome);
    Ok(())
}

/// An inspector looked at goods: does the inspector ever find anything?
pub(super) async fn inspected(q: &dyn Query, e: &Recorded, sheet: &mut Sheet) -> Result<()> {
    let Some((region, org)) = people::office(q, e.actor).await? else { return Ok(()) };
    let (own, others) = people::inspected(q, e.actor, days_before(e.at, YEAR)).await?;
    let about = About {
        rule: m18_never_finds::RULE.id,
        key: format!("{}/{}", e.actor, civil(day_of(e.at)).0),
        region: &region,
        org,
        subject: &e.subject,
        evidence: format!("/{}", e.subject.replace("inspection/", "inspections/")),
    };
    sheet.note(about, m18_never_finds::judge(own, others));
    Ok(())
}
