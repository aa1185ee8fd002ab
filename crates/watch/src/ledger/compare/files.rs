//! Files that go with what was said, compared with the digests that stand in the journal's entries. A file that no entry names proves
//! nothing, and one that an entry names has to be there.
use super::store;
use crate::ledger::log::Found;
use base::said::{self, Key};
use kit::journal::{self, Recorded};
use kit::text::sha256;
use kit::{Query, Result};

/// Files read at a time: each may have ten megabytes.
const PIECE: usize = 1;

/// Matters of which files are kept whose entries are about the record itself.
const MATTERS: [&str; 3] = ["alert", "audit_question", "audit_finding"];
/// Tasks of stations: their entries are about the station and name the task.
const TASK: &str = "station_task";

/// The file that an entry names.
fn named(e: &Recorded) -> Option<Key> {
    let digest = e.data["evidence"].as_str().filter(|d| !d.is_empty())?;
    let (matter, about) = match e.kind.as_str() {
        "station.task" => (TASK, e.data["task"].as_str()?),
        _ => e.subject.split_once('/').filter(|(matter, _)| MATTERS.contains(matter))?,
    };
    Some((matter.to_owned(), about.parse().ok()?, digest.to_owned()))
}

/// Does an entry name this file?
async fn proved(q: &dyn Query, file: &Key) -> Result<bool> {
    let (matter, about, _) = file;
    let subject = match matter.as_str() {
        TASK => store::station_of_task(q, *about).await?.map(|code| format!("station/{code}")),
        _ => Some(format!("{matter}/{about}")),
    };
    let Some(subject) = subject else { return Ok(false) };
    Ok(journal::about(q, &subject).await?.iter().any(|e| named(e).as_ref() == Some(file)))
}

/// Names every file whose content is not what its digest says, or that no entry names.
pub async fn compare(q: &dyn Query, out: &mut Found) -> Result<()> {
    let mut last: Key = (String::new(), i64::MIN, String::new());
    loop {
        let piece = said::kept(q, &last, PIECE).await?;
        out.rows += piece.len();
        for (file, bytes) in &piece {
            let (matter, about, digest) = file;
            if sha256(&[bytes]) != *digest {
                out.say(format!("said_file of {matter} {about} differs from its digest {digest}"));
            } else if !proved(q, file).await? {
                out.say(format!("said_file of {matter} {about} comes from no entry of the journal: {digest}"));
            }
        }
        match piece.into_iter().next_back() {
            Some((key, _)) => last = key,
            None => return Ok(()),
        }
    }
}

/// Names the files that entries name and that are not there.
pub async fn missing(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    for e in piece {
        let Some((matter, about, digest)) = named(e) else { continue };
        let kept = said::files(q, &matter, about).await?;
        if !kept.iter().any(|(d, _)| *d == digest) {
            out.say(format!("said_file of {matter} {about} is missing, journal entry {} names it: {digest}", e.seq));
        }
    }
    Ok(())
}
