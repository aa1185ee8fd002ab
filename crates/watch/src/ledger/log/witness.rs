//! A witness beside the mall: looks whether the newest head continues the last one it signed, signs it, brings it back.
//!
//! A station's finance department or anybody else runs this on a machine of its own with a key of its own. It believes nothing
//! but the log's key, which it is given once and keeps with the last head; hashes come from the log's public tiles and have to fit.
use super::flow::{read_checkpoint, wanted};
use super::verify::{self, Given};
use kit::http::Http;
use kit::merkle::{self, Hash, Node};
use kit::note::{Signer, Verifier, parts};
use kit::{Fail, Result, text};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

/// An answer of the log may take so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a witness is told.
pub struct Order<'a> {
    /// Who signs.
    pub signer: &'a Signer,
    /// Where the mall is (`https://…`), or a file: a dump of the log, or a receipt with `?old=` of the last head.
    pub log: &'a str,
    /// The log's key; needed the first time, then it is in the state.
    pub key: Option<&'a str>,
    /// Where the last head it signed is kept.
    pub state: &'a Path,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Leaves of the head that is signed now.
    pub size: u64,
    /// Leaves of the head before, 0 for the first time.
    pub before: u64,
    /// The note to bring to `POST /api/witness`: text and this witness's line.
    pub note: String,
    /// Was it brought there?
    pub posted: bool,
}

/// A head as it came, read.
struct Head {
    note: String,
    size: u64,
    root: Hash,
}

fn wrong(words: String) -> Fail {
    Fail::Fault(words)
}

fn read(key: &Verifier, note: &str) -> Option<Head> {
    let (size, root) = read_checkpoint(&key.name, key.open(note)?)?;
    Some(Head { note: note.to_owned(), size, root })
}

/// The log's key and the last head signed, as the state has them; None the first time.
fn last(state: &Path) -> Result<Option<(Verifier, Head)>> {
    let text = match std::fs::read_to_string(state) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let broken = || wrong(format!("{} is no state of a witness", state.display()));
    let v: Value = serde_json::from_str(&text).map_err(|_| broken())?;
    let key = v["log_key"].as_str().and_then(Verifier::parse).ok_or_else(broken)?;
    let head = v["checkpoint"].as_str().and_then(|note| read(&key, note)).ok_or_else(broken)?;
    Ok(Some((key, head)))
}

/// Keeps a head before it is signed: what was signed once can never be forgotten.
fn keep(state: &Path, key: &Verifier, head: &Head) -> Result<()> {
    let fresh = state.with_extension("new");
    std::fs::write(&fresh, json!({"v": 1, "log_key": key.vkey(), "checkpoint": head.note}).to_string())?;
    std::fs::File::open(&fresh)?.sync_all()?;
    Ok(std::fs::rename(&fresh, state)?)
}

/// Puts what shows the contradiction into a file beside the state, and says where.
fn shout(o: &Order<'_>, why: &str, old: &Head, new: &Head, more: Value) -> Fail {
    let evidence =
        json!({"v": 1, "kind": "evidence", "why": why, "signed_before": old.note, "shown_now": new.note, "more": more});
    let path = o.state.with_extension(format!("evidence-{}-{}.json", old.size, new.size));
    let kept = match std::fs::write(&path, evidence.to_string()) {
        Ok(()) => format!("kept in {}", path.display()),
        Err(e) => format!("not written ({e}): {evidence}"),
    };
    wrong(format!(
        "THE LOG CONTRADICTS ITSELF: {why}. Nothing was signed. Both heads bear the log's signature; tell the finance department \
         above and the auditors. Evidence {kept}\n\nsigned before:\n{}\nshown now:\n{}",
        old.note, new.note
    ))
}

/// Looks, signs, brings it back.
pub async fn run(o: &Order<'_>) -> Result<Done> {
    let known = last(o.state)?;
    let given = match o.key {
        Some(k) => Some(Verifier::parse(k).ok_or_else(|| wrong(format!("“{k}” is no verifier key")))?),
        None => None,
    };
    let key = match (&known, given) {
        (Some((kept, _)), Some(given)) if *kept != given => {
            return Err(wrong(format!("the key given is not the one kept in {}", o.state.display())));
        }
        (Some((kept, _)), _) => kept.clone(),
        (None, Some(given)) => given,
        (None, None) => {
            return Err(wrong(
                "say the log's key the first time (--log-key); do not take it from the log itself".into(),
            ));
        }
    };
    let old = known.map(|(_, head)| head);
    let remote = o.log.starts_with("http://") || o.log.starts_with("https://");
    let new = if remote { fetched(o, &key, old.as_ref()).await? } else { from_file(o, &key, old.as_ref())? };
    keep(o.state, &key, &new)?;
    let (text, _) = parts(&new.note).ok_or_else(|| wrong("the checkpoint is no signed note".into()))?;
    let note = o.signer.note(text);
    if remote {
        bring(o.log, &note).await?;
    }
    Ok(Done { size: new.size, before: old.map_or(0, |h| h.size), note, posted: remote })
}

/// Are two heads the same tree, or the older one the greater? Some when nothing else needs to be shown.
fn settled(o: &Order<'_>, old: &Head, new: &Head) -> Result<bool> {
    if new.size < old.size {
        let why = format!("it had {} entries and now shows {}", old.size, new.size);
        return Err(shout(o, &why, old, new, Value::Null));
    }
    if new.size == old.size && new.root != old.root {
        return Err(shout(o, &format!("two different trees of {} entries", new.size), old, new, Value::Null));
    }
    Ok(new.size == old.size)
}

async fn fetched(o: &Order<'_>, key: &Verifier, old: Option<&Head>) -> Result<Head> {
    let (http, base) = (Http::new(PATIENCE), o.log.trim_end_matches('/'));
    let get =
        async |path: String| http.get(format!("{base}{path}")).await.map_err(|e| wrong(format!("{base}{path}: {e}")));
    let note = String::from_utf8(get("/log/checkpoint".into()).await?).map_err(Fail::fault)?;
    let new =
        read(key, &note).ok_or_else(|| wrong(format!("{base}/log/checkpoint is not signed by {}", key.vkey())))?;
    let Some(old) = old else { return Ok(new) };
    if settled(o, old, &new)? {
        return Ok(new);
    }
    // The proof is made from the public tiles: what does not fit both signed roots is a contradiction, wherever it comes from.
    let nodes = wanted(|want| merkle::consistency(old.size, new.size, want));
    let mut tiles: HashMap<(u32, u64), Vec<Hash>> = HashMap::new();
    for (level, n) in nodes.iter().map(|node| merkle::tile_of(*node)) {
        let Slot::Vacant(slot) = tiles.entry((level, n)) else { continue };
        let part = match merkle::width(level, n, new.size) {
            merkle::TILE => String::new(),
            w => format!(".p/{w}"),
        };
        let bytes = get(format!("/log/tile/{level}/{}{part}", merkle::number(n))).await?;
        slot.insert(bytes.as_chunks::<32>().0.to_vec());
    }
    let hash = |node: Node| merkle::in_tile(node, tiles.get(&merkle::tile_of(node))?);
    let Some(known) = nodes.iter().map(|n| Some((*n, hash(*n)?))).collect::<Option<HashMap<_, _>>>() else {
        return Err(wrong(format!("{base} gives tiles that are too short for its own head of {} entries", new.size)));
    };
    let proof = merkle::consistency(old.size, new.size, &mut |n| known[&n]);
    match merkle::consistent(old.size, &old.root, new.size, &new.root, &proof) {
        true => Ok(new),
        false => Err(not_continued(o, old, &new, &proof)),
    }
}

fn not_continued(o: &Order<'_>, old: &Head, new: &Head, proof: &[Hash]) -> Fail {
    let why = format!("the log of {} entries does not continue that of {}", new.size, old.size);
    let proof: Vec<String> = proof.iter().map(|h| text::base64(h)).collect();
    shout(o, &why, old, new, json!({"consistency": proof}))
}

/// The newest head from a file: a dump shows all there is, a receipt the way from the last head.
fn from_file(o: &Order<'_>, key: &Verifier, old: Option<&Head>) -> Result<Head> {
    let name = o.log;
    let open = || std::fs::File::open(name).map_err(|e| wrong(format!("{name}: {e}")));
    let mut content = BufReader::new(open()?);
    let mut first = String::new();
    std::io::BufRead::read_line(&mut content, &mut first)?;
    let v: Value =
        serde_json::from_str(&first).map_err(|e| wrong(format!("{name} is neither a dump nor a receipt: {e}")))?;
    let note = v["checkpoint"].as_str().unwrap_or_default();
    let new =
        read(key, note).ok_or_else(|| wrong(format!("the checkpoint in {name} is not signed by {}", key.vkey())))?;
    let vkey = key.vkey();
    let given = Given { key: Some(&vkey), sm2: None };
    if v["kind"] == "dump" {
        let asked: Vec<u64> = old.iter().map(|h| h.size).collect();
        let all = verify::dump(&v, content, &given, &asked).map_err(|e| wrong(format!("{name}: {e}")))?;
        let Some(old) = old else { return Ok(new) };
        settled(o, old, &new)?;
        return match all.roots.get(&old.size) {
            Some(root) if *root == old.root => Ok(new),
            _ => Err(not_continued(o, old, &new, &[])),
        };
    }
    verify::receipt(&v, &given).map_err(|e| wrong(format!("{name}: {e}")))?;
    let Some(old) = old else { return Ok(new) };
    if settled(o, old, &new)? {
        return Ok(new);
    }
    match v["old_checkpoint"].as_str().and_then(|note| read(key, note)) {
        Some(h) if h.size == old.size && h.root == old.root => Ok(new),
        Some(h) if h.size == old.size => {
            Err(shout(o, &format!("two different trees of {} entries", h.size), old, &h, Value::Null))
        }
        _ => Err(wrong(format!(
            "{name} does not show the way from {} entries: fetch the receipt with ?old={}",
            old.size, old.size
        ))),
    }
}

async fn bring(log: &str, note: &str) -> Result<()> {
    let url = format!("{}/api/witness", log.trim_end_matches('/'));
    let sent = Http::new(PATIENCE).send(url.clone(), "text/plain; charset=utf-8", note.as_bytes().to_vec()).await;
    match sent.map_err(|e| wrong(format!("{url}: {e}")))? {
        (200, _) => Ok(()),
        (status, said) => {
            let said: String = String::from_utf8_lossy(&said).chars().take(500).collect();
            Err(wrong(format!("{url} answers {status}: {said}")))
        }
    }
}
