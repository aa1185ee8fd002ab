//! How good the alert rules are, as a table: precision and recall of each on seeded cases that never touch the mall's data.
use kit::{Fail, Result};
use rules::alert::{RULES, rule};
use watch::alerts::shadow::{ENOUGH, SEEDED, TUNING, measure};

/// Prints the table; fails when a rule that can be seeded is not good enough.
pub fn report(seed: u64, cases: u64) -> Result<()> {
    println!("{cases} cases of each rule, half of them guilty, seed {seed} (rules were tuned on seed {TUNING})\n");
    println!("{:<6} {:>10} {:>7} {:>6} {:>6} {:>7}", "rule", "precision", "recall", "hits", "false", "missed");
    let mut poor = Vec::new();
    for (id, q) in measure(seed, cases) {
        let part = |n: u64| format!("{}.{:03}", n / 1000, n % 1000);
        let title = rule(id).map_or("", |r| r.title);
        let (p, r) = (part(q.precision()), part(q.recall()));
        println!("{id:<6} {p:>10} {r:>7} {:>6} {:>6} {:>7}  {title}", q.hits, q.false_alarms, q.missed);
        if !q.enough() {
            poor.push(id);
        }
    }
    let unseeded: Vec<&str> =
        RULES.iter().map(|r| r.id).filter(|id| SEEDED.iter().all(|(seeded, _)| seeded != id)).collect();
    if !unseeded.is_empty() {
        println!("\nnot seeded: {}", unseeded.join(", "));
    }
    if poor.is_empty() {
        return Ok(());
    }
    let words = format!("below {}.{:03} on seed {seed}: {}", ENOUGH / 1000, ENOUGH % 1000, poor.join(", "));
    Err(Fail::Fault(words))
}
