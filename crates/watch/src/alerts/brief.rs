//! The most pressing open leads in a few words, for pages that show more than leads.
use super::store;
use crate::Watch;
use base::access::Actor;
use kit::Result;
use rules::alert::rule;
use rules::calendar::show_time;
use rules::duty::Duty;

/// How many are shown.
const MOST: usize = 5;

/// A lead in a few words.
pub struct Brief {
    /// Id.
    pub id: i64,
    /// Chinese word for the level.
    pub level: &'static str,
    /// Kind of tag that shows it.
    pub tone: &'static str,
    /// Title of the rule.
    pub title: &'static str,
    /// Whom it concerns.
    pub org: String,
    /// The figures.
    pub words: String,
    /// End of the clock that runs, or empty.
    pub due: String,
}

/// The most pressing open leads somebody may see; none for those whom leads do not concern.
pub async fn briefs(watch: &Watch, actor: &Actor) -> Result<Vec<Brief>> {
    if ![Duty::Regulator, Duty::Auditor, Duty::Signer].into_iter().any(|d| actor.may(d)) {
        return Ok(Vec::new());
    }
    let open = store::pressing(watch.db(), &actor.scope(), MOST).await?;
    let names = base::orgs::names(watch.db(), &open.iter().map(|a| a.org).collect::<Vec<_>>()).await?;
    let brief = |a: store::Alert| Brief {
        id: a.id,
        level: a.level.label(),
        tone: a.level.tone(),
        title: rule(&a.rule).map_or("其他", |r| r.title),
        org: names.get(&a.org).cloned().unwrap_or_default(),
        words: a.words,
        due: a.due.map_or(String::new(), show_time),
    };
    Ok(open.into_iter().map(brief).collect())
}
