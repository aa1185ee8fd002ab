//! The draw: the secret promised when the job was made, and a journal entry written later, decide together. Nobody knew
//! both in time, and anybody can repeat it.
use serde_json::{Value, json};

/// The promise of a secret.
pub(super) fn commitment(secret: &str) -> String {
    kit::text::sha256(&[b"draw commitment", secret.as_bytes()])
}

/// Which of `n` is drawn.
pub(super) fn drawn(secret: &str, hash: &str, n: usize) -> usize {
    let digest = kit::text::sha256(&[b"draw", secret.as_bytes(), b"\n", hash.as_bytes()]);
    // 60 bits of a digest over a handful of suppliers: the bias is far below one in a billion.
    let number = u64::from_str_radix(&digest[..15], 16).unwrap_or(0);
    (number % n.max(1) as u64) as usize
}

/// What is published about a draw.
pub(super) fn record(number: &str, secret: &str, seq: i64, hash: &str, members: &[String]) -> Value {
    let chosen = members.get(drawn(secret, hash, members.len()));
    json!({
        "kind": "draw", "number": number, "commitment": commitment(secret), "secret": secret, "entry": seq, "entry_hash": hash,
        "members": members, "chosen": chosen,
    })
}

/// Repeats a draw from its public record; Err says what does not fit.
pub fn verify(v: &Value) -> std::result::Result<String, String> {
    let text = |key: &str| v[key].as_str().ok_or(format!("{key} is missing"));
    let (secret, hash) = (text("secret")?, text("entry_hash")?);
    if text("commitment")? != commitment(secret) {
        return Err("the secret does not fit the commitment that was published before".into());
    }
    let members: Vec<&str> = v["members"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let chosen = members.get(drawn(secret, hash, members.len())).ok_or("nobody to draw from")?;
    if *chosen != text("chosen")? {
        return Err(format!("recomputed: {chosen}; recorded: {}", text("chosen")?));
    }
    Ok(format!("{} drew {chosen} from {} by entry {}", text("number")?, members.len(), v["entry"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_repeats_and_a_touched_record_does_not_fit() {
        let members: Vec<String> = ["甲", "乙", "丙"].map(String::from).to_vec();
        let good = record("N1", "s", 7, "abc", &members);
        verify(&good).unwrap();
        for (key, value) in [("secret", "t"), ("entry_hash", "abd"), ("chosen", "丁"), ("commitment", "0")] {
            let mut bad = good.clone();
            bad[key] = json!(value);
            // Another hash may by chance draw the same one; the others never fit.
            assert!(verify(&bad).is_err() || key == "entry_hash", "{key}");
        }
        let mut seen: Vec<usize> = (0..200).map(|n| drawn("s", &n.to_string(), 3)).collect();
        seen.sort_unstable();
        let counts = [0, 1, 2].map(|i| seen.iter().filter(|n| **n == i).count());
        assert!(counts.iter().all(|c| *c > 40), "{counts:?}");
    }
}
