//! From a number on paper to entries, and who may read their words.
use super::store;
use crate::Watch;
use base::access::{Actor, Scope};
use kit::journal::{self, Recorded};
use kit::{Fail, Result};

/// Entries listed of one number.
const ABOUT_MAX: usize = 200;

/// The entries a number leads to: the number of an order, contract, payment, project, notice, agreement, settlement, case,
/// complaint, application, inspection or process of the open data; of a receipt of a quote; or of an entry itself.
pub async fn entries(watch: &Watch, asked: &str) -> Result<Vec<Recorded>> {
    let db = watch.db();
    let asked = asked.strip_prefix(&watch.settings().ocid_prefix).map_or(asked, |rest| rest.trim_start_matches('-'));
    let mut subjects = store::subjects(db, asked).await?;
    if let Some(id) = store::notice_entry(db, asked).await? {
        subjects.push(journal::receipt(db, id).await?.subject);
    }
    subjects.dedup();
    let mut out: Vec<Recorded> = Vec::new();
    for subject in subjects {
        out.extend(journal::about(db, &subject).await?);
    }
    if let (true, Ok(number)) = (out.is_empty(), asked.parse::<i64>()) {
        // A receipt names the entry by its id, a page of the log by its number.
        out.extend(found(journal::receipt(db, number).await)?);
        if out.is_empty() {
            out.extend(found(journal::one(db, number).await)?);
        }
    }
    out.truncate(ABOUT_MAX);
    Ok(out)
}

fn found(e: Result<Recorded>) -> Result<Option<Recorded>> {
    match e {
        Ok(e) => Ok(Some(e)),
        Err(Fail::Hidden) => Ok(None),
        Err(e) => Err(e),
    }
}

/// May a person read the words of an entry: offices by region, and the organisations that wrote it or that it concerns. What a
/// bidder does in an auction is the bidder's alone, and the unit reads of an auction once it is over: who sees what before is a matter
/// of the auction's own page.
pub async fn may_read(watch: &Watch, actor: Option<&Actor>, e: &Recorded) -> Result<bool> {
    let Some(a) = actor else { return Ok(false) };
    if let Scope::Region(prefix) = a.scope() {
        return Ok(e.region.starts_with(&prefix));
    }
    if e.actor > 0 && store::org_of(watch.db(), e.actor).await? == Some(a.org) {
        return Ok(true);
    }
    let Some((kind, Ok(id))) = e.subject.split_once('/').map(|(kind, id)| (kind, id.parse::<i64>())) else {
        return Ok(false);
    };
    let own = match (kind, e.data["alias"].as_str()) {
        ("auction", Some(alias)) => store::alias(watch.db(), id, a.org).await?.as_deref() == Some(alias),
        _ => false,
    };
    match e.kind.as_str() {
        "auction.quoted" | "auction.explained" => Ok(own),
        // How many relations were found with others is for the offices.
        "auction.entered" => Ok(false),
        _ => Ok(own || store::concerned(watch.db(), kind, id).await?.contains(&a.org)),
    }
}
