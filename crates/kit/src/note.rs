//! Signed notes as C2SP's signed-note has them: a text, a blank line, a line for each signature.
//!
//! `— name base64(first four bytes of the key's hash, signature)`. A verifier's key is `name+hash+base64(type, key)`.
use crate::fail::{Fail, Result};
use crate::text::{base64, hex, unbase64};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The type byte of Ed25519.
const KIND: u8 = 1;

/// Who signs.
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
}

/// Who is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// Name, such as the log's origin.
    pub name: String,
    hash: [u8; 4],
    key: [u8; 32],
}

fn key_hash(name: &str, key: &[u8]) -> [u8; 4] {
    let whole = Sha256::new().chain_update(name).chain_update([b'\n', KIND]).chain_update(key).finalize();
    [whole[0], whole[1], whole[2], whole[3]]
}

/// May this be a name on a note? No spaces, no plus sign.
pub fn name_fits(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+')
}

impl Signer {
    /// The signer of a key file, made when missing; the file is for its owner only.
    pub fn open(path: &Path, name: &str) -> Result<Signer> {
        if !name_fits(name) {
            return Err(Fail::Fault(format!("“{name}” cannot sign: no spaces and no plus sign in a log's name")));
        }
        let seed = crate::seal::secret_file(path)?;
        Ok(Signer::of(&seed, name))
    }

    fn of(seed: &[u8; 32], name: &str) -> Signer {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed of Ed25519");
        Signer { name: name.to_owned(), pair }
    }

    /// The key that verifies.
    pub fn verifier(&self) -> Verifier {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        Verifier { name: self.name.clone(), hash: key_hash(&self.name, &key), key }
    }

    /// The line of a signature over a text, which ends with a newline.
    pub fn line(&self, text: &str) -> String {
        let mut bytes = self.verifier().hash.to_vec();
        bytes.extend(self.pair.sign(text.as_bytes()).as_ref());
        format!("— {} {}\n", self.name, base64(&bytes))
    }

    /// A note: the text with its signature.
    pub fn note(&self, text: &str) -> String {
        format!("{text}\n{}", self.line(text))
    }
}

impl Verifier {
    /// Reads a key as `vkey` writes it.
    pub fn parse(vkey: &str) -> Option<Verifier> {
        let mut parts = vkey.trim().splitn(3, '+');
        let (name, hash, key) = (parts.next()?, parts.next()?, unbase64(parts.next()?)?);
        let key: [u8; 32] = key.strip_prefix(&[KIND])?.try_into().ok()?;
        let v = Verifier { name: name.to_owned(), hash: key_hash(name, &key), key };
        (name_fits(name) && hash == hex(&v.hash)).then_some(v)
    }

    /// The key as others read it.
    pub fn vkey(&self) -> String {
        let mut key = vec![KIND];
        key.extend(self.key);
        format!("{}+{}+{}", self.name, hex(&self.hash), base64(&key))
    }

    /// The text of a note that this key has signed.
    pub fn open<'a>(&self, note: &'a str) -> Option<&'a str> {
        let (text, lines) = parts(note)?;
        lines.lines().any(|l| self.signed(text, l)).then_some(text)
    }

    /// Is a line this key's signature over a text?
    pub fn signed(&self, text: &str, line: &str) -> bool {
        let Some((name, rest)) = line.strip_prefix("— ").and_then(|l| l.split_once(' ')) else { return false };
        let Some(bytes) = unbase64(rest) else { return false };
        let Some(signature) = bytes.strip_prefix(&self.hash) else { return false };
        name == self.name && UnparsedPublicKey::new(&ED25519, self.key).verify(text.as_bytes(), signature).is_ok()
    }
}

/// The text of a note, which ends with a newline, and its signature lines.
pub fn parts(note: &str) -> Option<(&str, &str)> {
    let at = note.rfind("\n\n")?;
    let (text, lines) = (&note[..=at], &note[at + 2..]);
    (lines.ends_with('\n') && lines.lines().all(|l| l.starts_with("— "))).then_some((text, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_opened_by_its_key_only() {
        let s = Signer::of(&[7; 32], "mall.example/log");
        let v = s.verifier();
        assert_eq!(Verifier::parse(&v.vkey()), Some(v.clone()));
        let note = s.note("mall.example/log\n12\nAAAA\n");
        assert_eq!(v.open(&note), Some("mall.example/log\n12\nAAAA\n"));
        assert_eq!(v.open(&note.replace("12", "13")), None);
        let other = Signer::of(&[8; 32], "mall.example/log");
        assert_eq!(other.verifier().open(&note), None);
        // Another's line beside ours harms nothing.
        let both = format!("{note}{}", other.line("mall.example/log\n12\nAAAA\n"));
        assert!(v.open(&both).is_some() && other.verifier().open(&both).is_some());
        for bad in ["", "a", "a\n\n", "a\n\n— b", "a\n\nb c\n"] {
            assert_eq!(v.open(bad), None, "{bad:?}");
        }
        for bad in ["", "a", "a b+00000000+AA==", "mall.example/log+00000000+AQ=="] {
            assert_eq!(Verifier::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_key_of_the_specification_is_read() {
        // The example key of golang.org/x/mod/sumdb/note.
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let v = Verifier::parse(vkey).unwrap();
        assert_eq!(v.vkey(), vkey);
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(v.open(note).is_some());
    }
}
