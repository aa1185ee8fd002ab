//! Checking a receipt or a whole dump, with nothing but the file and a key.
use super::flow::{ERASED, read_checkpoint};
use super::keys::sm2_words;
use kit::merkle::{self, Hash};
use kit::note::Verifier;
use kit::text::{unbase64, unhex};
use kit::{journal, sm};
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

/// Keys to believe, as somebody gives them; what is not given is taken from the file, of which the answer then speaks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The log's key, `name+hash+key`.
    pub key: Option<&'a str>,
    /// The log's SM2 key in PEM.
    pub sm2: Option<&'a str>,
}

/// The keys a file is checked with.
struct Believed {
    own: Verifier,
    sm2: Option<sm::Verifier>,
    words: String,
}

const IN_FILE: &str = "the key in the file; compare it with the one the mall publishes";

fn believed(v: &Value, given: &Given<'_>) -> Result<Believed, String> {
    let (written, whose) = match given.key {
        Some(k) => (k, "the key given"),
        None => (text(v, "vkey")?, IN_FILE),
    };
    let own = Verifier::parse(written).ok_or_else(|| format!("“{written}” is no verifier key"))?;
    let (pem, sm2_whose) = match (given.sm2, v["sm2_key"].as_str()) {
        (Some(pem), _) => (Some(pem), "the key given"),
        (None, in_file) => (in_file, IN_FILE),
    };
    let sm2 = match pem {
        Some(pem) => Some(sm::Verifier::parse(&own.name, pem).ok_or("the SM2 key cannot be read")?),
        None => None,
    };
    let sm2_words = match &sm2 {
        Some(_) => format!("SM2 by {sm2_whose}"),
        None => "no SM2 key".to_owned(),
    };
    Ok(Believed { own, sm2, words: format!("Ed25519 by {whose}; {sm2_words}") })
}

impl Believed {
    /// Size and root of a signed note; whether SM2 holds too. A line of the SM2 key that does not fit is an error.
    fn head(&self, note: &str) -> Result<(u64, Hash, bool), String> {
        let text = self.own.open(note).ok_or_else(|| format!("the checkpoint is not signed by {}", self.own.vkey()))?;
        let (size, root) = read_checkpoint(&self.own.name, text).ok_or("the checkpoint cannot be read")?;
        Ok((size, root, sm2_words(note, self.sm2.as_ref())?))
    }

    /// Which signatures hold.
    fn holds(&self, sm2: bool) -> String {
        let which = match (sm2, &self.sm2) {
            (true, _) => "Ed25519 and SM2 signatures hold",
            (false, Some(_)) => "the Ed25519 signature holds, the head has no SM2 line",
            (false, None) => "the Ed25519 signature holds, SM2 was not checked",
        };
        format!("{which} ({})", self.words)
    }
}

/// Checks a receipt; says in one line what holds.
pub fn receipt(v: &Value, given: &Given<'_>) -> Result<String, String> {
    let keys = believed(v, given)?;
    let (size, root, sm2) = keys.head(text(v, "checkpoint")?)?;
    let index = v["index"].as_u64().ok_or("the file has no index")?;
    let leaf = unbase64(text(v, "leaf")?).ok_or("the leaf is not base64")?;
    if !merkle::included(&merkle::leaf(&leaf), index, size, &hashes(&v["inclusion"])?, &root) {
        return Err(format!("entry {} is not in the log of {size} entries", index.saturating_add(1)));
    }
    let said: Value = serde_json::from_slice(&leaf).map_err(|e| format!("the leaf: {e}"))?;
    if let Some(body) = v["body"].as_str() {
        let (salt, own) = (unhex(text(v, "salt")?).ok_or("salt")?, unhex(&journal::leaf(body)).ok_or("hash")?);
        if said["hash"].as_str() != Some(&kit::text::sha256(&[&salt, &own])) {
            return Err(format!("entry {} was altered: its words do not fit the log", index + 1));
        }
    }
    if let Some(old) = v["old_checkpoint"].as_str() {
        let (before, old_root, _) = keys.head(old)?;
        if !merkle::consistent(before, &old_root, size, &root, &hashes(&v["consistency"])?) {
            return Err(format!("the log of {size} entries does not continue that of {before}"));
        }
    }
    let erased = match v["erased"]["by"].as_i64() {
        Some(by) => format!("; its words were erased, as entry {by} says"),
        None => String::new(),
    };
    let (n, at) = (index + 1, &said["at"]);
    Ok(format!("entry {n} of {size}, at {at} ms UTC, stands in the log{erased}; {}", keys.holds(sm2)))
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

/// Roots that a dump was asked for on the way, and its own head.
#[derive(Clone, Debug)]
pub struct Read {
    /// Entries.
    pub size: u64,
    /// Root over all of them.
    pub root: Hash,
    /// Roots of the sizes asked for.
    pub roots: BTreeMap<u64, Hash>,
    /// What holds, in one line.
    pub words: String,
}

/// The hash in the leaf of a line of a dump; what is wrong otherwise.
fn hash_in(v: &Value) -> Result<String, &'static str> {
    if let Some(hash) = v["erased"].as_str() {
        return Ok(hash.to_owned());
    }
    let body = v["body"].as_str().ok_or("no body")?;
    let salt = v["salt"].as_str().and_then(unhex).ok_or("no salt")?;
    let own = unhex(&journal::leaf(body)).ok_or("hash")?;
    Ok(kit::text::sha256(&[&salt, &own]))
}

/// Which entry's words an entry says were erased, with the hash in its leaf.
fn erases(v: &Value) -> Option<(u64, String)> {
    let body: Value = serde_json::from_str(v["body"].as_str()?).ok().filter(|b: &Value| b["kind"] == ERASED)?;
    Some((body["data"]["seq"].as_u64()?, body["data"]["hash"].as_str()?.to_owned()))
}

/// Checks a dump line by line; the error names the first entry that was altered. Also gives the roots of the sizes asked for.
pub fn dump(first: &Value, lines: impl BufRead, given: &Given<'_>, asked: &[u64]) -> Result<Read, String> {
    let keys = believed(first, given)?;
    let (size, root, sm2) = keys.head(text(first, "checkpoint")?)?;
    // Older heads, each signed: the first that does not fit tells between which entries something was altered.
    let older = first["checkpoints"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let older: BTreeMap<u64, (Hash, bool)> =
        older.map(|note| keys.head(note).map(|(n, root, sm2)| (n, (root, sm2)))).collect::<Result<_, _>>()?;
    let without = older.values().filter(|(_, sm2)| !sm2).count();
    let (mut tree, mut n, mut sure) = (Frontier::default(), 0_u64, 0_u64);
    let (mut gone, mut roots) = (BTreeMap::new(), BTreeMap::new());
    for line in lines.lines() {
        let line = line.map_err(|e| e.to_string())?;
        n += 1;
        let wrong = |what: &str| format!("entry {n} was altered: {what}");
        let v: Value = serde_json::from_str(&line).map_err(|e| wrong(&e.to_string()))?;
        if v["seq"].as_u64() != Some(n) {
            return Err(format!("entry {n} is missing: {} stands in its place", v["seq"]));
        }
        let said = hash_in(&v).map_err(wrong)?;
        let leaf = json!({"v": 1, "seq": n, "at": v["at"], "hash": said}).to_string();
        let hashed = merkle::leaf(leaf.as_bytes());
        if hash(&v["leaf"]).ok() != Some(hashed) {
            return Err(wrong("its words do not fit its leaf"));
        }
        if !v["erased"].is_null() {
            gone.insert(n, said);
        }
        if let Some((target, hash)) = erases(&v)
            && gone.remove(&target) != Some(hash)
        {
            return Err(format!("entry {n} says that the words of entry {target} were erased, which is not so"));
        }
        tree.push(hashed);
        if asked.contains(&n) {
            roots.insert(n, tree.root());
        }
        match older.get(&n) {
            Some((root, _)) if *root == tree.root() => sure = n,
            Some(_) => return Err(format!("an entry from {} to {n} was altered together with its leaf", sure + 1)),
            None => {}
        }
    }
    match n {
        _ if n < size => return Err(format!("entry {} is missing: the log has {size}, the dump {n}", n + 1)),
        _ if n > size => return Err(format!("entry {} is not in the log, which has {size}", size + 1)),
        _ if tree.root() != root => {
            return Err(format!("an entry from {} to {n} was altered together with its leaf", sure + 1));
        }
        _ => {}
    }
    if let Some((first, _)) = gone.first_key_value() {
        return Err(format!("entry {first} has no words and no entry says that they were erased"));
    }
    let words = format!(
        "{n} entries fit the signed root; {}; of {} older heads {without} have no SM2 line",
        keys.holds(sm2),
        older.len()
    );
    Ok(Read { size, root, roots, words })
}

/// Checks a file: a receipt or a dump.
pub fn file(mut content: impl BufRead, given: &Given<'_>) -> Result<String, String> {
    let mut first = String::new();
    content.read_line(&mut first).map_err(|e| e.to_string())?;
    if let Ok(v) = serde_json::from_str::<Value>(&first)
        && v["kind"] == "dump"
    {
        return Ok(dump(&v, content, given, &[])?.words);
    }
    let mut rest = String::new();
    content.read_to_string(&mut rest).map_err(|e| e.to_string())?;
    let v: Value = serde_json::from_str(&format!("{first}{rest}")).map_err(|e| format!("the file is no JSON: {e}"))?;
    receipt(&v, given)
}
