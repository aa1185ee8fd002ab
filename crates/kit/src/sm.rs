//! 国密: SM2 signatures and SM3 digests, beside Ed25519 and SHA-256.
//!
//! A signature line of a note is laid out as C2SP's signed-note asks of types it gives no number to: the key's id is
//! SHA-256 over name, newline, the byte 0xff, a longer identifier and the key, cut to four bytes; the signature is ASN.1 DER.
//! Who does not know the key passes over its line. SM3 covers the user's Z value under the usual id, then the note's text.
use crate::fail::{Fail, Result};
use crate::text::{base64, hex, unbase64};
use sha2::{Digest, Sha256};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::pkcs8::{DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use sm2::{PublicKey, SecretKey};
use std::path::Path;

/// The user id that GM/T 0009 gives when none is agreed.
const USER: &str = "1234567812345678";
/// The type of our lines: 0xff is free for types without a number, the object identifier of SM2 with SM3 keeps it apart.
const KIND: &[u8] = b"\xffSM2-SM3 1.2.156.10197.1.501\n";

/// SM3 of some bytes, as lower-case hex.
pub fn sm3(bytes: &[u8]) -> String {
    use sm3::{Digest, Sm3};
    hex(&Sm3::digest(bytes))
}

/// Who signs.
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// Who is believed.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// Name, such as the log's origin.
    pub name: String,
    hash: [u8; 4],
    key: PublicKey,
    checks: VerifyingKey,
}

/// What a note says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It has signed.
    Holds,
    /// There is no line of it.
    Missing,
    /// There is a line of it that does not fit the text.
    Wrong,
}

fn fresh() -> Result<String> {
    // A random number is almost never outside the curve's order; then the next one is taken.
    let key = loop {
        if let Ok(key) = SecretKey::from_slice(&crate::seal::random::<32>()) {
            break key;
        }
    };
    Ok(key.to_pkcs8_pem(LineEnding::LF).map_err(Fail::fault)?.to_string())
}

impl Signer {
    /// The signer of a key file (PKCS #8, PEM), made when missing; the file is for its owner only.
    pub fn open(path: &Path, name: &str) -> Result<Signer> {
        if !crate::note::name_fits(name) {
            return Err(Fail::Fault(format!("“{name}” cannot sign: no spaces and no plus sign in a log's name")));
        }
        let pem = crate::seal::private_file(path, fresh)?;
        let wrong = || Fail::Fault(format!("key file {} holds no SM2 key as PKCS #8 in PEM", path.display()));
        let secret: SecretKey = pem.trim().parse().map_err(|_| wrong())?;
        let key = SigningKey::new(USER, &secret).map_err(|_| wrong())?;
        Ok(Signer { name: name.to_owned(), key })
    }

    /// The key that verifies.
    pub fn verifier(&self) -> Verifier {
        let key = PublicKey::from_secret_scalar(self.key.as_nonzero_scalar());
        Verifier::of(&self.name, key).expect("a signing key verifies")
    }

    /// The line of a signature over a text, which ends with a newline.
    pub fn line(&self, text: &str) -> String {
        let signature: Signature = self.key.sign(text.as_bytes());
        let mut bytes = self.verifier().hash.to_vec();
        bytes.extend(signature.to_der().as_bytes());
        format!("— {} {}\n", self.name, base64(&bytes))
    }
}

impl Verifier {
    fn of(name: &str, key: PublicKey) -> Option<Verifier> {
        let checks = VerifyingKey::new(USER, key).ok()?;
        let point = checks.to_sec1_bytes();
        let whole =
            Sha256::new().chain_update(name).chain_update(b"\n").chain_update(KIND).chain_update(&point).finalize();
        Some(Verifier { name: name.to_owned(), hash: [whole[0], whole[1], whole[2], whole[3]], key, checks })
    }

    /// The key of a public key in PEM, under a name.
    pub fn parse(name: &str, pem: &str) -> Option<Verifier> {
        Verifier::of(name, PublicKey::from_public_key_pem(pem.trim()).ok()?)
    }

    /// The public key in PEM, as openssl and gmssl read it.
    pub fn pem(&self) -> String {
        self.key.to_public_key_pem(LineEnding::LF).expect("a public key has an encoding")
    }

    /// Is a line this key's signature over a text?
    pub fn signed(&self, text: &str, line: &str) -> bool {
        let Some(signature) = self.signature(line) else { return false };
        Signature::from_der(&signature).is_ok_and(|s| self.checks.verify(text.as_bytes(), &s).is_ok())
    }

    /// The signature of a line that bears this key's name and id, DER.
    pub fn signature(&self, line: &str) -> Option<Vec<u8>> {
        let (name, rest) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = unbase64(rest).filter(|_| name == self.name)?;
        Some(bytes.strip_prefix(&self.hash)?.to_vec())
    }

    /// What a note says of this key. A line of it that does not fit makes the whole note wrong.
    pub fn found(&self, note: &str) -> Line {
        let Some((text, lines)) = crate::note::parts(note) else { return Line::Wrong };
        let mut out = Line::Missing;
        for line in lines.lines().filter(|l| self.signature(l).is_some()) {
            match self.signed(text, line) {
                true => out = Line::Holds,
                false => return Line::Wrong,
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "mall.example/log\n12\nAAAA\n";

    fn signer(n: u8) -> Signer {
        let secret = SecretKey::from_slice(&[n; 32]).unwrap();
        Signer { name: "mall.example/log".into(), key: SigningKey::new(USER, &secret).unwrap() }
    }

    #[test]
    fn sm3_is_that_of_the_standard() {
        // Appendix A of GM/T 0004.
        assert_eq!(sm3(b"abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(sm3(&b"abcd".repeat(16)), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    }

    #[test]
    fn a_line_holds_for_its_key_and_its_text_only() {
        let (s, v) = (signer(7), signer(7).verifier());
        let line = s.line(TEXT);
        assert!(v.signed(TEXT, line.trim_end()));
        let note = format!("{TEXT}\n{line}");
        assert_eq!(v.found(&note), Line::Holds);
        assert_eq!(v.found(&note.replace("12", "13")), Line::Wrong);
        assert_eq!(signer(8).verifier().found(&note), Line::Missing, "another's line is passed over");
        assert_eq!(Verifier::parse(&v.name, &v.pem()).unwrap().found(&note), Line::Holds);
        assert_eq!(Verifier::parse("other.example/log", &v.pem()).unwrap().found(&note), Line::Missing);
        for bad in ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            assert!(Verifier::parse("a", bad).is_none(), "{bad}");
        }
        // Every byte of the signature matters.
        let der = v.signature(line.trim_end()).unwrap();
        for i in 0..der.len() {
            let mut bytes = v.hash.to_vec();
            bytes.extend(&der);
            bytes[4 + i] ^= 1;
            assert!(!v.signed(TEXT, &format!("— {} {}", v.name, base64(&bytes))), "byte {i}");
        }
    }

    #[test]
    fn who_knows_only_the_other_key_passes_over_the_line() {
        let place = std::env::temp_dir().join(format!("qicai-sm-{}", std::process::id()));
        let own = crate::note::Signer::open(&place.join("ed.key"), "mall.example/log").unwrap();
        let sm = Signer::open(&place.join("sm2.key"), "mall.example/log").unwrap();
        let note = format!("{}{}", own.note(TEXT), sm.line(TEXT));
        assert_eq!(own.verifier().open(&note), Some(TEXT));
        let again = Signer::open(&place.join("sm2.key"), "mall.example/log").unwrap();
        assert_eq!(again.verifier().pem(), sm.verifier().pem(), "the key is made once");
        assert!(std::fs::read_to_string(place.join("sm2.key")).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
        std::fs::write(place.join("sm2.key"), "short").unwrap();
        assert!(Signer::open(&place.join("sm2.key"), "mall.example/log").is_err());
        std::fs::remove_dir_all(&place).unwrap();
    }
}
