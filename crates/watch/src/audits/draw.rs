//! The draw of an audit: which orders, by which secret and entry, so that `qicai recompute` draws again.
use crate::draw;
use rules::audit::sample::{Method, interval, weighted};
use serde_json::{Value, json};

/// Keeps these draws apart from others.
const WHAT: &str = "audit";

/// The promise of a secret.
pub fn commitment(secret: &str) -> String {
    draw::commitment(WHAT, secret)
}

/// A population as lines of id and fen.
pub fn lines(population: &[(i64, i64)]) -> Vec<String> {
    population.iter().map(|(id, fen)| format!("{id} {fen}")).collect()
}

/// What stands for the whole population.
pub fn digest(population: &[(i64, i64)]) -> String {
    draw::digest(&lines(population))
}

/// Draws: ids with the points that fell on them; 1 where nothing is weighed. All are in the order of the draw.
pub fn drawn(method: Method, size: i64, secret: &str, hash: &str, population: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let fen: std::collections::HashMap<i64, i64> = population.iter().copied().collect();
    let ids: Vec<i64> = population.iter().map(|(id, _)| *id).collect();
    let order = draw::order(WHAT, secret, hash, &ids);
    match method {
        Method::All => ids.into_iter().map(|id| (id, 1)).collect(),
        Method::Random => order.into_iter().take(size.max(0) as usize).map(|id| (id, 1)).collect(),
        Method::Weighted => {
            let ordered: Vec<(i64, i64)> = order.into_iter().map(|id| (id, fen[&id])).collect();
            weighted(&ordered, size, start(size, secret, hash, population))
        }
    }
}

/// Where the first point of money falls, fen.
fn start(size: i64, secret: &str, hash: &str, population: &[(i64, i64)]) -> i64 {
    let total = population.iter().map(|(_, fen)| fen).sum();
    draw::number(WHAT, secret, hash, interval(total, size))
}

/// What was kept of a draw.
pub struct Kept<'a> {
    /// Number of the audit.
    pub number: &'a str,
    /// How it was drawn, and how many or how many points.
    pub how: (Method, i64),
    /// The promise.
    pub commitment: &'a str,
    /// The secret.
    pub secret: &'a str,
    /// Number and hash of the entry that decided.
    pub entry: (i64, &'a str),
    /// What was drawn from, id and fen.
    pub population: &'a [(i64, i64)],
    /// What stands for it.
    pub digest: &'a str,
    /// What was drawn, id and points.
    pub chosen: &'a [(i64, i64)],
    /// What was added by hand; no part of the draw.
    pub named: &'a [i64],
}

/// What stands in the case file about a draw: as it was kept, so that whoever repeats it sees what was altered since.
pub fn record(k: &Kept<'_>) -> Value {
    let ((method, size), (seq, hash)) = (k.how, k.entry);
    let pairs = |list: &[(i64, i64)]| list.iter().map(|(id, n)| json!([id.to_string(), n])).collect::<Vec<_>>();
    let mut v = json!({
        "kind": "audit_sample", "number": k.number, "method": method.key(), "size": size, "commitment": k.commitment,
        "secret": k.secret, "entry": seq, "entry_hash": hash, "population": pairs(k.population), "population_digest": k.digest,
        "chosen": pairs(k.chosen), "named": k.named.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if method == Method::Weighted {
        let total: i64 = k.population.iter().map(|(_, fen)| fen).sum();
        (v["interval"], v["start"]) = (json!(interval(total, size)), json!(start(size, k.secret, hash, k.population)));
    }
    v
}

/// Repeats a draw from its record; Err says what does not fit.
pub fn verify(v: &Value) -> Result<String, String> {
    let text = |key: &str| v[key].as_str().ok_or(format!("{key} is missing"));
    let pairs = |key: &str| -> Option<Vec<(i64, i64)>> {
        v[key].as_array()?.iter().map(|p| Some((p[0].as_str()?.parse().ok()?, p[1].as_i64()?))).collect()
    };
    let (secret, hash) = (text("secret")?, text("entry_hash")?);
    let population = pairs("population").ok_or("population is missing")?;
    if text("commitment")? != commitment(secret) {
        return Err("the secret does not fit the commitment that was announced before".into());
    }
    if text("population_digest")? != digest(&population) {
        return Err("the population does not fit its digest".into());
    }
    let method = Method::of(text("method")?).ok_or("the method is unknown")?;
    let size = v["size"].as_i64().ok_or("size is missing")?;
    let again = drawn(method, size, secret, hash, &population);
    if Some(&again) != pairs("chosen").as_ref() {
        return Err("another sample is drawn from this record".into());
    }
    let named = v["named"].as_array().map_or(0, Vec::len);
    Ok(format!(
        "{} drew {} of {} by entry {} ({}); {named} named by hand",
        text("number")?,
        again.len(),
        population.len(),
        v["entry"],
        method.key()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_repeats_and_a_touched_record_does_not_fit() {
        let all: Vec<(i64, i64)> = (1..=300).map(|i| (i, i * 1000)).collect();
        for (method, size, n) in [(Method::All, 0, 300), (Method::Random, 20, 20), (Method::Weighted, 20, 20)] {
            let (promise, digest) = (commitment("s"), digest(&all));
            let chosen = drawn(method, size, "s", "abc", &all);
            let kept = Kept {
                number: "N1",
                how: (method, size),
                commitment: &promise,
                secret: "s",
                entry: (7, "abc"),
                population: &all,
                digest: &digest,
                chosen: &chosen,
                named: &[5],
            };
            let good = record(&kept);
            let said = verify(&good).unwrap();
            assert!(said.contains(&format!("drew {n} of 300 by entry 7")), "{said}");
            for (key, value) in [
                ("secret", json!("t")),
                ("population", json!([["1", 5]])),
                ("chosen", json!([])),
                ("method", json!("guess")),
            ] {
                let mut bad = good.clone();
                bad[key] = value;
                assert!(verify(&bad).is_err(), "{method:?} {key}");
            }
            if method != Method::All {
                let mut bad = good.clone();
                (bad["size"], bad["entry_hash"]) = (json!(size), json!("abd"));
                assert!(verify(&bad).is_err(), "{method:?} by another entry");
            }
        }
        // Money weighs: of many draws the dearer half comes about three times as often as the cheaper half.
        let (mut dear, mut cheap) = (0, 0);
        for n in 0..60 {
            for (id, _) in drawn(Method::Weighted, 20, "s", &n.to_string(), &all) {
                if id > 150 { dear += 1 } else { cheap += 1 }
            }
        }
        assert!(dear > 2 * cheap && cheap > 0, "{dear} {cheap}");
    }
}
