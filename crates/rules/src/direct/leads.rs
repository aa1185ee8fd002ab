//! What a purchase would lead to: the rules of 动态预警 asked before the harm, over the same figures and by the same formulas.
use super::judge::AskLine;
use crate::alert::past::{Bought, Past};
use crate::alert::r033_related::{self, Ties};
use crate::alert::{Outcome, Rule, Terms, r011_cluster, w01_splitting, w04_hugging, w05_pair};
use crate::calendar::Ms;
use std::collections::{BTreeMap, BTreeSet};

/// What was before an order that is about to be made.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// What the unit bought.
    pub past: Past,
    /// Now, ms UTC.
    pub now: Ms,
    /// Who would supply.
    pub supplier: i64,
    /// How many sell a second-level category now; a missing one counts as one.
    pub sellers: BTreeMap<String, i64>,
    /// What people of the unit and the supplier share.
    pub ties: Ties,
}

/// A lead that the order would be.
pub(super) struct Lead {
    /// Code of the check.
    pub code: &'static str,
    /// What is asked.
    pub title: String,
    /// Code of the rule of 动态预警.
    pub alert: &'static str,
    /// Figures.
    pub words: String,
    /// What to do.
    pub advice: &'static str,
    /// Key in the rulebook that stands behind it.
    pub key: &'static str,
    /// Category under which the key is looked up.
    pub category: String,
}

const MERGE: &str = "请合并需求，一次采购；超过限额的改用竞价。确有必要的，在采购理由里写明。";
const CHOOSE: &str = "请比较其他在售的供应商；确有理由的，在采购理由里写明。";
const AVOID: &str = "与供应商有利害关系的人员应当回避，请换人经办或换供应商。";

/// The leads that an order of these lines would be, if it were made now.
pub(super) fn of(b: &Before, lines: &[AskLine], t: Terms<'_>) -> Vec<Lead> {
    let mut past = b.past.clone();
    let total = lines.iter().map(AskLine::amount).sum();
    for l in lines {
        past.0.push(Bought {
            order: 0,
            supplier: b.supplier,
            direct: true,
            total,
            at: b.now,
            kind: l.second_level().to_owned(),
            budget: l.plan.as_ref().map_or(0, |p| p.budget),
            amount: l.amount(),
        });
    }
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    for l in lines.iter().filter(|l| seen.insert(l.second_level())) {
        let (kind, t) = (l.second_level(), t.of(&l.category));
        let mut ask = |code, key, rule: &Rule, advice, outcome: Outcome| {
            if let Some(words) = outcome.words() {
                let title = format!("“{}”不属于“{}”", l.category_name, rule.title);
                let (words, category) = (words.to_owned(), l.category.clone());
                out.push(Lead { code, title, alert: rule.id, words, advice, key, category });
            }
        };
        if let Some(p) = &l.plan {
            let outcome = w01_splitting::look(&past, (kind, p.budget), b.now, t);
            ask("direct.tender", "limit.tender.annual_fen", &w01_splitting::RULE, MERGE, outcome);
        }
        let outcome = r011_cluster::look(&past, kind, b.now, t);
        ask("direct.cluster", "alert.split.days", &r011_cluster::RULE, MERGE, outcome);
        let outcome = w04_hugging::look(&past, kind, b.now, t);
        ask("direct.hugging", "alert.hug.from_percent", &w04_hugging::RULE, MERGE, outcome);
        let sellers = b.sellers.get(kind).copied().unwrap_or(1);
        let outcome = w05_pair::look(&past, (kind, b.supplier), sellers, b.now, t);
        ask("direct.pair", "alert.pair.percent", &w05_pair::RULE, CHOOSE, outcome);
    }
    if let Some(words) = r033_related::judge(b.ties).words() {
        out.push(Lead {
            code: "direct.related",
            title: "采购人员与供应商没有利害关系".into(),
            alert: r033_related::RULE.id,
            words: words.to_owned(),
            advice: AVOID,
            key: "",
            category: String::new(),
        });
    }
    out
}
