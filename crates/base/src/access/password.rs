//! Passwords as argon2id hashes in PHC form.
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use kit::{Fail, Result};

/// 19 MiB, two passes, one lane: the OWASP minimum for argon2id.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("fixed parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password with a fresh salt. Takes some 20 ms: call it off the async threads when it matters.
pub fn hash(password: &str) -> Result<String> {
    let salt = SaltString::encode_b64(kit::ids::random_hex(8).as_bytes()).map_err(Fail::fault)?;
    Ok(argon().hash_password(password.as_bytes(), &salt).map_err(Fail::fault)?.to_string())
}

/// Does the password fit the hash? A hash of nobody's is checked when there is none, so that time tells nothing.
pub fn fits(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA";
    let known = hash.is_some();
    match PasswordHash::new(hash.unwrap_or(NOBODY)) {
        Ok(parsed) => argon().verify_password(password.as_bytes(), &parsed).is_ok() && known,
        Err(_) => false,
    }
}
