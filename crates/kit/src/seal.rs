//! Seals: something is put away now and can be read after a time, by two of three keepers together.
//!
//! Each keeper has a secret of its own, kept apart from the database. For every event and time it derives a key from it;
//! it wraps a share at once and unwraps it only after the time, by its own clock. A content key is split for each pair of
//! keepers (one share is random, the other makes up the difference), so one keeper alone learns nothing and one lost
//! keeper stops nothing. What is sealed is bound to event, time and owner: it cannot be moved to another record.
use crate::fail::{Fail, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use sha2::{Digest, Sha256};
use std::path::Path;

const SECRET: usize = 32;
const NONCE: usize = 12;
/// A wrapped share: nonce, share, tag.
const WRAPPED: usize = NONCE + SECRET + 16;
/// The pairs of keepers, any of which is enough.
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];
const VERSION: u8 = 1;

/// One keeper.
pub struct Keeper {
    secret: [u8; SECRET],
}

/// The three keepers of an installation.
pub struct Keepers {
    three: [Keeper; 3],
}

/// What a seal is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// The event.
    pub event: &'a str,
    /// Nobody reads it up to and including this time, ms UTC.
    pub until: i64,
    /// Whose it is.
    pub owner: i64,
}

impl Bound<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut out = self.event.as_bytes().to_vec();
        out.push(0);
        out.extend(self.until.to_be_bytes());
        out.extend(self.owner.to_be_bytes());
        out
    }
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut buf = [0; N];
    getrandom::fill(&mut buf).expect("the operating system gives random bytes");
    buf
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(*key))
}

fn lock(key: &[u8; 32], about: &[u8], message: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = random();
    let sealed = cipher(key).encrypt(&Nonce::from(nonce), Payload { msg: message, aad: about });
    let mut out = nonce.to_vec();
    out.extend(sealed.expect("a short message can always be encrypted"));
    out
}

fn unlock(key: &[u8; 32], about: &[u8], locked: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = locked.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    cipher(key).decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: about }).ok()
}

impl Keeper {
    /// The keeper of a file, made when missing.
    pub fn open(path: &Path) -> Result<Keeper> {
        Ok(Keeper { secret: secret_file(path)? })
    }

    fn key(&self, about: &[u8]) -> [u8; 32] {
        // The secret has a fixed length and the digest is used as a key only, so plain hashing is a sound derivation.
        Sha256::new().chain_update(b"seal v1").chain_update(self.secret).chain_update(about).finalize().into()
    }

    fn wrap(&self, about: &[u8], share: &[u8; SECRET]) -> Vec<u8> {
        lock(&self.key(about), about, share)
    }

    fn unwrap(&self, bound: &Bound<'_>, now: i64, wrapped: &[u8]) -> Option<[u8; SECRET]> {
        if now <= bound.until {
            return None;
        }
        let about = bound.bytes();
        unlock(&self.key(&about), &about, wrapped)?.try_into().ok()
    }
}

/// Reads a private file, or makes it with what `fresh` gives; the file is for its owner only.
pub fn private_file(path: &Path, fresh: impl FnOnce() -> Result<String>) -> Result<String> {
    if !path.exists() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Written beside and renamed: a crash leaves either no secret or a whole one.
        let beside = path.with_extension("new");
        write_private(&beside, fresh()?.as_bytes())?;
        std::fs::hard_link(&beside, path).or_else(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => Ok(()),
            _ => Err(e),
        })?;
        std::fs::remove_file(&beside)?;
    }
    Ok(std::fs::read_to_string(path)?)
}

/// Reads a secret from its file, or makes both.
pub fn secret_file(path: &Path) -> Result<[u8; SECRET]> {
    let text = private_file(path, || Ok(crate::text::hex(&random::<SECRET>())))?;
    let wrong = || Fail::Fault(format!("secret file {} does not hold 64 hex digits", path.display()));
    let text = text.trim();
    if text.len() != 2 * SECRET || !text.is_ascii() {
        return Err(wrong());
    }
    let mut secret = [0; SECRET];
    for (i, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
    }
    Ok(secret)
}

#[cfg(unix)]
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

#[cfg(not(unix))]
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes)?;
    Ok(())
}

impl Keepers {
    /// The three keepers of these files.
    pub fn open(paths: &[std::path::PathBuf; 3]) -> Result<Keepers> {
        Ok(Keepers { three: [Keeper::open(&paths[0])?, Keeper::open(&paths[1])?, Keeper::open(&paths[2])?] })
    }

    /// Seals a message and proves that every pair of keepers could open it, before anything is stored.
    pub fn seal(&self, bound: &Bound<'_>, message: &[u8]) -> Result<Vec<u8>> {
        let (key, about): ([u8; 32], _) = (random(), bound.bytes());
        let mut out = vec![VERSION];
        out.extend(bound.until.to_be_bytes());
        for (a, b) in PAIRS {
            let one: [u8; SECRET] = random();
            let mut other = key;
            other.iter_mut().zip(one).for_each(|(k, r)| *k ^= r);
            out.extend(self.three[a].wrap(&about, &one));
            out.extend(self.three[b].wrap(&about, &other));
        }
        out.extend(lock(&key, &about, message));
        let after = bound.until.saturating_add(1);
        for missing in 0..3 {
            let read = self.read(bound, after, &out, Some(missing));
            if read.as_deref() != Some(message) {
                return Err(Fail::Fault(format!(
                    "a fresh seal of {} does not open without keeper {missing}",
                    bound.event
                )));
            }
        }
        Ok(out)
    }

    /// Reads a seal after its time; None when it is too early, broken, or another's.
    pub fn open_seal(&self, event: &str, owner: i64, now: i64, sealed: &[u8]) -> Option<Vec<u8>> {
        let until = i64::from_be_bytes(sealed.get(1..9)?.try_into().ok()?);
        self.read(&Bound { event, until, owner }, now, sealed, None)
    }

    fn read(&self, bound: &Bound<'_>, now: i64, sealed: &[u8], missing: Option<usize>) -> Option<Vec<u8>> {
        if *sealed.first()? != VERSION {
            return None;
        }
        let shares = sealed.get(9..9 + 6 * WRAPPED)?;
        let body = &sealed[9 + 6 * WRAPPED..];
        for (i, (a, b)) in PAIRS.into_iter().enumerate() {
            if missing == Some(a) || missing == Some(b) {
                continue;
            }
            let part = |k: usize| &shares[(2 * i + k) * WRAPPED..(2 * i + k + 1) * WRAPPED];
            let one = self.three[a].unwrap(bound, now, part(0));
            let other = self.three[b].unwrap(bound, now, part(1));
            if let (Some(mut key), Some(other)) = (one, other) {
                key.iter_mut().zip(other).for_each(|(k, o)| *k ^= o);
                if let Some(message) = unlock(&key, &bound.bytes(), body) {
                    return Some(message);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keepers() -> Keepers {
        Keepers { three: [1, 2, 3].map(|n| Keeper { secret: [n; SECRET] }) }
    }

    const BOUND: Bound<'_> = Bound { event: "auction/7", until: 1_000, owner: 42 };

    #[test]
    fn a_seal_opens_after_its_time_and_not_before() {
        let k = keepers();
        let sealed = k.seal(&BOUND, b"4298000").unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"4298000"));
        assert_eq!(k.open_seal("auction/7", 42, 1_000, &sealed), None, "the deadline itself is too early");
        assert_eq!(k.open_seal("auction/7", 42, 1_001, &sealed).as_deref(), Some(&b"4298000"[..]));
        assert_eq!(k.open_seal("auction/8", 42, 1_001, &sealed), None, "another event's");
        assert_eq!(k.open_seal("auction/7", 43, 1_001, &sealed), None, "another's");
        // Pretending an earlier time does not help: the time is part of the key.
        let mut early = sealed.clone();
        early[1..9].copy_from_slice(&10_i64.to_be_bytes());
        assert_eq!(k.open_seal("auction/7", 42, 500, &early), None);
    }

    #[test]
    fn one_lost_keeper_is_no_harm_and_two_are() {
        let sealed = keepers().seal(&BOUND, b"x").unwrap();
        let with = |lost: &[usize]| {
            let mut k = keepers();
            lost.iter().for_each(|i| k.three[*i].secret = [9; SECRET]);
            k.open_seal("auction/7", 42, 2_000, &sealed)
        };
        for i in 0..3 {
            assert_eq!(with(&[i]).as_deref(), Some(&b"x"[..]));
            assert_eq!(with(&[i, (i + 1) % 3]), None);
        }
    }

    #[test]
    fn every_flipped_byte_of_the_content_is_noticed() {
        let k = keepers();
        let sealed = k.seal(&BOUND, b"100").unwrap();
        for i in 9 + 6 * WRAPPED..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert_eq!(k.open_seal("auction/7", 42, 2_000, &bad), None, "byte {i}");
        }
        assert_eq!(k.open_seal("auction/7", 42, 2_000, &[]), None);
    }

    #[test]
    fn a_keeper_file_is_made_once_and_kept() {
        let folder = std::env::temp_dir().join(format!("qicai-keeper-{}", std::process::id()));
        let path = folder.join("1.key");
        let first = Keeper::open(&path).unwrap().secret;
        assert_eq!(Keeper::open(&path).unwrap().secret, first);
        std::fs::write(&path, "short").unwrap();
        assert!(Keeper::open(&path).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
