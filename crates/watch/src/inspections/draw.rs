//! The draw of a sample: the secret promised in the announcement and a journal entry written later decide together.
use crate::draw;
use serde_json::{Value, json};

/// Keeps these draws apart from others.
const WHAT: &str = "inspection";

/// The promise of a secret.
pub fn commitment(secret: &str) -> String {
    draw::commitment(WHAT, secret)
}

/// What stands for the whole population: SHA-256 of its ids in order, separated by line breaks.
pub fn population_digest(ids: &[i64]) -> String {
    draw::digest(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// Draws `n` of a population: those whose digest with secret and entry comes first.
pub fn drawn(secret: &str, hash: &str, ids: &[i64], n: usize) -> Vec<i64> {
    let mut all = draw::order(WHAT, secret, hash, ids);
    all.truncate(n);
    all
}

/// What is published about a draw.
pub fn record(number: &str, secret: &str, (seq, hash): (i64, &str), ids: &[i64], n: usize) -> Value {
    let text = |list: &[i64]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "kind": "sample", "number": number, "commitment": commitment(secret), "secret": secret, "entry": seq, "entry_hash": hash,
        "population": text(ids), "population_digest": population_digest(ids), "size": n,
        "chosen": text(&drawn(secret, hash, ids, n)),
    })
}

/// Repeats a draw from its public record; Err says what does not fit.
pub fn verify(v: &Value) -> Result<String, String> {
    let text = |key: &str| v[key].as_str().ok_or(format!("{key} is missing"));
    let list = |key: &str| -> Vec<i64> {
        v[key].as_array().into_iter().flatten().filter_map(|x| x.as_str()?.parse().ok()).collect()
    };
    let (secret, hash, ids) = (text("secret")?, text("entry_hash")?, list("population"));
    if text("commitment")? != commitment(secret) {
        return Err("the secret does not fit the commitment that was published before".into());
    }
    if text("population_digest")? != population_digest(&ids) {
        return Err("the population does not fit its digest".into());
    }
    let n = v["size"].as_u64().ok_or("size is missing")? as usize;
    let again = drawn(secret, hash, &ids, n);
    if again != list("chosen") {
        return Err("another sample is drawn from this record".into());
    }
    Ok(format!("{} drew {} of {} by entry {}", text("number")?, again.len(), ids.len(), v["entry"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_repeats_and_a_touched_record_does_not_fit() {
        let ids: Vec<i64> = (1..=500).collect();
        let good = record("N1", "s", (7, "abc"), &ids, 20);
        assert!(verify(&good).unwrap().contains("20 of 500"));
        for (key, value) in
            [("secret", json!("t")), ("size", json!(21)), ("population", json!(["1"])), ("chosen", json!([]))]
        {
            let mut bad = good.clone();
            bad[key] = value;
            assert!(verify(&bad).is_err(), "{key}");
        }
        // Everybody is drawn about equally often.
        let mut counts = vec![0; 501];
        for n in 0..200 {
            for id in drawn("s", &n.to_string(), &ids, 50) {
                counts[id as usize] += 1;
            }
        }
        assert!(counts[1..].iter().all(|c| (5..=40).contains(c)), "{counts:?}");
    }
}
