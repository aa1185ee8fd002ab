//! The keys that are believed, and what they say of a head.
use super::flow::read_checkpoint;
use crate::Watch;
use kit::merkle::Hash;
use kit::sm::Line;
use kit::{Query, Result, note, sm};

/// Keys whose lines may stand under a head.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The log's own, Ed25519.
    pub own: note::Verifier,
    /// The log's own, SM2.
    pub sm2: sm::Verifier,
    /// Those of witnesses, as the settings name them.
    pub witnesses: Vec<note::Verifier>,
}

/// What the lines under a head say.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Hash,
    /// Has the SM2 key signed? Heads of before it was there have no line of it.
    pub sm2: bool,
    /// Names of the witnesses that signed.
    pub witnesses: Vec<String>,
}

impl Keys {
    /// The keys of this installation.
    pub fn of(watch: &Watch) -> Keys {
        let witnesses = watch.settings().witnesses.iter().filter_map(|k| note::Verifier::parse(k)).collect();
        Keys { own: watch.signer().verifier(), sm2: watch.sm2().verifier(), witnesses }
    }

    /// With the witnesses that signed before and may have left the settings since. Rows that are no key are named.
    pub async fn with_former(mut self, q: &dyn Query) -> Result<(Keys, Vec<String>)> {
        let mut wrong = Vec::new();
        for vkey in super::store::witness_keys(q).await? {
            match note::Verifier::parse(&vkey) {
                Some(v) if self.witnesses.contains(&v) => {}
                Some(v) => self.witnesses.push(v),
                None => wrong.push(vkey),
            }
        }
        Ok((self, wrong))
    }

    /// Reads a head of which every line has to be one of these keys; the error says what is wrong.
    pub fn read(&self, head: &str) -> std::result::Result<Signed, &'static str> {
        let (text, lines) = note::parts(head).ok_or("it is no signed note")?;
        let (size, root) = read_checkpoint(&self.own.name, text).ok_or("its text cannot be read")?;
        let (mut own, mut sm2, mut witnesses) = (false, false, Vec::new());
        for line in lines.lines() {
            if self.own.signed(text, line) {
                own = true;
            } else if self.sm2.signed(text, line) {
                sm2 = true;
            } else if let Some(w) = self.witnesses.iter().find(|w| w.signed(text, line)) {
                witnesses.push(w.name.clone());
            } else if self.sm2.signature(line).is_some() {
                return Err("its SM2 signature does not hold");
            } else {
                return Err("its signature does not hold");
            }
        }
        if own { Ok(Signed { size, root, sm2, witnesses }) } else { Err("its signature does not hold") }
    }
}

/// What a head says of an SM2 key, in words; a line that does not fit is an error.
pub fn sm2_words(head: &str, key: Option<&sm::Verifier>) -> std::result::Result<bool, String> {
    match key.map(|k| k.found(head)) {
        None | Some(Line::Missing) => Ok(false),
        Some(Line::Holds) => Ok(true),
        Some(Line::Wrong) => Err("the SM2 signature of the checkpoint does not hold".into()),
    }
}
