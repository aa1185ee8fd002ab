//! Drafts of rules (规则变更): how a finance department sets its rules. Written → checked against those above → tried on past
//! orders → published by a second person with a first day and a legal basis. What was published can be taken back as a new version.
//!
//! Decisions stand in [`rules::draft`]; which keys a department may set is itself a rule (`rulebook.delegated`), and so is
//! whether a second person publishes (`rulebook.second_person`). Trying on past orders needs what the districts above know:
//! a draft that wants it waits until one of them answers ([`wanted`], [`keep`]).

mod flow;
mod pages;
mod store;
mod typed;

pub use flow::keep;
pub use pages::routes;
pub use store::{Draft, wanted};

use crate::Base;
use crate::access::Actor;
use crate::facts::Facts;
use kit::Result;
use rules::calendar::{Day, day_of};
use rules::draft::{Change, Desk, Finding, Outcome};
use rules::duty::Duty;
use rules::rulebook::Rulebook;

/// Lets `look` look at a draft's changes from the desk of the department that drafts.
pub(crate) fn at_desk<T>(
    facts: &Facts,
    book: &Rulebook,
    region: &str,
    (from, today): (Day, Day),
    look: impl FnOnce(&Desk<'_>) -> T,
) -> T {
    let path = facts.path(region);
    let desk = Desk {
        book,
        path: &path,
        from,
        today,
        words: &|key| facts.keys.get(key).map(|k| k.words.clone()),
        category: &|code| facts.category(code).is_some(),
        path_of: &|code| facts.path(code).into_iter().map(str::to_owned).collect(),
    };
    look(&desk)
}

/// What is to be said about the changes of a draft now.
pub(crate) fn findings(base: &Base, region: &str, from: Day, changes: &[Change]) -> Vec<Finding> {
    let facts = base.facts();
    let today = day_of(base.db().now());
    at_desk(&facts, &facts.rulebook, region, (from, today), |d| rules::draft::check(d, changes))
}

/// What publishing a draft would make and end, with ids that nobody keeps; for trying it out.
pub fn foreseen(base: &Base, draft: &Draft) -> Result<Outcome> {
    let facts = base.facts();
    let today = day_of(base.db().now());
    let mut next = 0;
    let mut id = || {
        next -= 1;
        next
    };
    let changes = draft.changes();
    Ok(at_desk(&facts, &facts.rulebook, &draft.region, (draft.from, today), |d| {
        rules::draft::outcome(d, &changes, &draft.basis, GRADE, &mut id)
    }))
}

/// Grade of the evidence of rules that a department publishes: it is the source itself.
pub(crate) const GRADE: &str = "A";

/// Tells the menu how many drafts wait for a second person.
pub(crate) fn install_counter(base: &Base) {
    base.count_with(Box::new(|base: Base, actor: Actor| {
        Box::pin(async move {
            match actor.may(Duty::Regulator) {
                true => Ok(vec![("/rulebook", store::waiting(base.db(), &actor.region, actor.person).await?)]),
                false => Ok(Vec::new()),
            }
        })
    }));
}
