//! The checklist and the kinds of findings with their legal basis: `data/audit-checklist.csv`, `data/audit-findings.csv`.
use kit::{Fail, Result, sheet};
use std::sync::OnceLock;

const CHECKLIST: &str = include_str!("../../../../data/audit-checklist.csv");
const FINDINGS: &str = include_str!("../../../../data/audit-findings.csv");

/// A line of the checklist.
#[derive(Debug)]
pub struct Line {
    /// Code; see [`rules::audit::checklist::LINES`].
    pub code: String,
    /// What is asked.
    pub title: String,
    /// On what law.
    pub basis: String,
}

/// A kind of finding.
#[derive(Debug)]
pub struct Kind {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub title: String,
    /// Whom it concerns: `unit`, `supplier`, `both`.
    pub side: String,
    /// Indicator of conduct it may be handed over as; empty for none.
    pub indicator: String,
    /// On what law.
    pub basis: String,
}

fn read(text: &str) -> Result<Vec<Vec<String>>> {
    Ok(sheet::read(text.as_bytes())?.into_iter().skip(1).collect())
}

fn take(row: &mut [String], at: usize) -> String {
    row.get_mut(at).map(std::mem::take).unwrap_or_default()
}

fn lists() -> &'static (Vec<Line>, Vec<Kind>) {
    static LISTS: OnceLock<(Vec<Line>, Vec<Kind>)> = OnceLock::new();
    let made = || -> Result<(Vec<Line>, Vec<Kind>)> {
        let line = |mut r: Vec<String>| Line { code: take(&mut r, 0), title: take(&mut r, 1), basis: take(&mut r, 2) };
        let kind = |mut r: Vec<String>| Kind {
            code: take(&mut r, 0),
            title: take(&mut r, 1),
            side: take(&mut r, 2),
            indicator: take(&mut r, 3),
            basis: take(&mut r, 4),
        };
        Ok((read(CHECKLIST)?.into_iter().map(line).collect(), read(FINDINGS)?.into_iter().map(kind).collect()))
    };
    // Built into the program; a test reads them.
    LISTS.get_or_init(|| made().unwrap_or_default())
}

/// All lines of the checklist, in order.
pub fn lines() -> &'static [Line] {
    &lists().0
}

/// A line by its code.
pub fn line(code: &str) -> Result<&'static Line> {
    lines().iter().find(|l| l.code == code).ok_or_else(|| Fail::Fault(format!("checklist: no line {code}")))
}

/// All kinds of findings, in order.
pub fn kinds() -> &'static [Kind] {
    &lists().1
}

/// A kind by its code.
pub fn kind(code: &str) -> Option<&'static Kind> {
    kinds().iter().find(|k| k.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::conduct::{Side, indicator_of};

    #[test]
    fn the_files_fit_the_rules() {
        assert!(lines().iter().map(|l| l.code.as_str()).eq(rules::audit::checklist::LINES));
        assert!(lines().iter().all(|l| !l.title.is_empty() && !l.basis.is_empty()));
        assert_eq!(kinds().len(), 27);
        for k in kinds() {
            assert!(matches!(k.side.as_str(), "unit" | "supplier" | "both"), "{k:?}");
            assert!(!k.title.is_empty() && !k.basis.is_empty(), "{k:?}");
            if !k.indicator.is_empty() {
                let side = indicator_of(&k.indicator).unwrap_or_else(|| panic!("{k:?}")).side;
                assert_eq!(side == Side::Unit, k.side == "unit", "{k:?}");
            }
        }
    }
}
