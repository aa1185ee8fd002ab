//! Checking a receipt or a whole dump, with nothing but the file and a key.
use super::flow::read_checkpoint;
use kit::journal;
use kit::merkle::{self, Hash};
use kit::note::Verifier;
use kit::text::{unbase64, unhex};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::BufRead;

fn text<'a>(v: &'a Value, key: &str) -> Result<&'a str, String> {
    v[key].as_str().ok_or_else(|| format!("the file has no {key}"))
}

fn hash(v: &Value) -> Result<Hash, String> {
    let bytes = v.as_str().and_then(unbase64).and_then(|b| b.try_into().ok());
    bytes.ok_or_else(|| "a hash is not 32 bytes in base64".to_owned())
}

fn hashes(v: &Value) -> Result<Vec<Hash>, String> {
    v.as_array().into_iter().flatten().map(hash).collect()
}

/// Size and root of a note signed by a key.
fn head(note: &str, key: &Verifier) -> Result<(u64, Hash), String> {
    let text = key.open(note).ok_or_else(|| format!("the checkpoint is not signed by {}", key.vkey()))?;
    read_checkpoint(&key.name, text).ok_or_else(|| "the checkpoint cannot be read".to_owned())
}

/// The key to believe: the one given, or else the one in the file, of which the answer then speaks.
fn key_of(v: &Value, given: Option<&str>) -> Result<(Verifier, &'static str), String> {
    let (written, whose) = match given {
        Some(k) => (k, "the key given"),
        None => (text(v, "vkey")?, "the key in the file; compare it with the one the mall publishes"),
    };
    Ok((Verifier::parse(written).ok_or_else(|| format!("“{written}” is no verifier key"))?, whose))
}

/// Checks a receipt; says in one line what holds.
pub fn receipt(v: &Value, given: Option<&str>) -> Result<String, String> {
    let (key, whose) = key_of(v, given)?;
    let (size, root) = head(text(v, "checkpoint")?, &key)?;
    let index = v["index"].as_u64().ok_or("the file has no index")?;
    let leaf = unbase64(text(v, "leaf")?).ok_or("the leaf is not base64")?;
    if !merkle::included(&merkle::leaf(&leaf), index, size, &hashes(&v["inclusion"])?, &root) {
        return Err(format!("entry {} is not in the log of {size} entries", index + 1));
    }
    let said: Value = serde_json::from_slice(&leaf).map_err(|e| format!("the leaf: {e}"))?;
    if let Some(body) = v["body"].as_str() {
        let (salt, own) = (unhex(text(v, "salt")?).ok_or("salt")?, unhex(&journal::leaf(body)).ok_or("hash")?);
        if said["hash"].as_str() != Some(&kit::text::sha256(&[&salt, &own])) {
            return Err(format!("entry {} was altered: its words do not fit the log", index + 1));
        }
    }
    if let Some(old) = v["old_checkpoint"].as_str() {
        let (before, old_root) = head(old, &key)?;
        if !merkle::consistent(before, &old_root, size, &root, &hashes(&v["consistency"])?) {
            return Err(format!("the log of {size} entries does not continue that of {before}"));
        }
    }
    Ok(format!("entry {} of {size}, at {} ms UTC, stands in the log ({whose})", index + 1, said["at"]))
}

/// Roots of growing trees: the hashes of complete subtrees, largest first.
#[derive(Default)]
struct Frontier {
    parts: Vec<(u32, Hash)>,
}

impl Frontier {
    fn push(&mut self, leaf: Hash) {
        let (mut level, mut hash) = (0, leaf);
        while let Some((l, left)) = self.parts.pop_if(|(l, _)| *l == level) {
            (level, hash) = (l + 1, merkle::node(&left, &hash));
        }
        self.parts.push((level, hash));
    }

    fn root(&self) -> Hash {
        let mut from_right = self.parts.iter().rev().map(|(_, h)| *h);
        match from_right.next() {
            Some(last) => from_right.fold(last, |right, left| merkle::node(&left, &right)),
            None => merkle::empty(),
        }
    }
}

/// Checks a dump line by line; the error names the first entry that was altered. Says what holds.
pub fn dump(first: &Value, lines: impl BufRead, given: Option<&str>) -> Result<String, String> {
    let (key, whose) = key_of(first, given)?;
    let (size, root) = head(text(first, "checkpoint")?, &key)?;
    // Older heads, each signed: the first that does not fit tells between which entries something was altered.
    let older = first["checkpoints"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let older: BTreeMap<u64, Hash> = older.map(|note| head(note, &key)).collect::<Result<_, _>>()?;
    let (mut tree, mut n, mut sure) = (Frontier::default(), 0_u64, 0_u64);
    for line in lines.lines() {
        let line = line.map_err(|e| e.to_string())?;
        n += 1;
        let wrong = |what: &str| format!("entry {n} was altered: {what}");
        let v: Value = serde_json::from_str(&line).map_err(|e| wrong(&e.to_string()))?;
        if v["seq"].as_u64() != Some(n) {
            return Err(format!("entry {n} is missing: {} stands in its place", v["seq"]));
        }
        let body = v["body"].as_str().ok_or_else(|| wrong("no body"))?;
        let salt = v["salt"].as_str().and_then(unhex).ok_or_else(|| wrong("no salt"))?;
        let own = unhex(&journal::leaf(body)).ok_or("hash")?;
        let leaf = json!({"v": 1, "seq": n, "at": v["at"], "hash": kit::text::sha256(&[&salt, &own])}).to_string();
        let hashed = merkle::leaf(leaf.as_bytes());
        if hash(&v["leaf"]).ok() != Some(hashed) {
            return Err(wrong("its words do not fit its leaf"));
        }
        tree.push(hashed);
        match older.get(&n) {
            Some(root) if *root == tree.root() => sure = n,
            Some(_) => return Err(format!("an entry from {} to {n} was altered together with its leaf", sure + 1)),
            None => {}
        }
    }
    match n {
        _ if n < size => Err(format!("entry {} is missing: the log has {size}, the dump {n}", n + 1)),
        _ if n > size => Err(format!("entry {} is not in the log, which has {size}", size + 1)),
        _ if tree.root() != root => {
            Err(format!("an entry from {} to {n} was altered together with its leaf", sure + 1))
        }
        _ => Ok(format!("{n} entries fit the signed root ({whose})")),
    }
}

/// Checks a file: a receipt or a dump.
pub fn file(mut content: impl BufRead, given: Option<&str>) -> Result<String, String> {
    let mut first = String::new();
    content.read_line(&mut first).map_err(|e| e.to_string())?;
    if let Ok(v) = serde_json::from_str::<Value>(&first)
        && v["kind"] == "dump"
    {
        return dump(&v, content, given);
    }
    let mut rest = String::new();
    content.read_to_string(&mut rest).map_err(|e| e.to_string())?;
    let v: Value = serde_json::from_str(&format!("{first}{rest}")).map_err(|e| format!("the file is no JSON: {e}"))?;
    receipt(&v, given)
}
