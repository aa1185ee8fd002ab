//! The forms in which settings, requirements and events are kept and published, and the check of a public record.
use kit::{Fail, Result};
use rules::auction::{
    Abnormal, Against, Bidder, Demand, Event, Format, Kind, Limits, Outcome, Phase, Quote, Settings, Sight, Step,
    abnormal, decide, replay,
};
use serde_json::{Value, json};

/// Version of the record's form.
const VERSION: i64 = 1;

/// Settings as JSON; amounts in fen, times in ms.
pub(super) fn settings_json(s: &Settings) -> Value {
    let step = match s.step {
        Step::Fen(n) => json!({"fen": n}),
        Step::Bp(n) => json!({"bp": n}),
    };
    json!({
        "format": s.format.key(), "ceiling": s.ceiling, "step": step, "against": if s.against == Against::Own { "own" } else { "best" },
        "sight": s.sight.key(), "minimum": s.minimum, "window": s.window, "extend_by": s.extend_by, "extensions_max": s.extensions_max,
        "retry_by": s.retry_by, "tail_max": s.tail_max, "rounds": s.rounds, "pause": s.pause, "turn": s.turn,
        "final_within_bp": s.final_within_bp, "final_least": s.final_least, "final_time": s.final_time, "hide_count": s.hide_count,
    })
}

/// Settings from JSON; None when something is missing or nobody should run by it.
pub(super) fn settings_of(v: &Value) -> Option<Settings> {
    let n = |key: &str| v[key].as_i64();
    let step = match (v["step"]["fen"].as_i64(), v["step"]["bp"].as_i64()) {
        (Some(n), None) => Step::Fen(n),
        (None, Some(n)) => Step::Bp(n),
        _ => return None,
    };
    let s = Settings {
        format: Format::of(v["format"].as_str()?)?,
        ceiling: n("ceiling")?,
        step,
        against: if v["against"].as_str()? == "own" { Against::Own } else { Against::Best },
        sight: Sight::of(v["sight"].as_str()?)?,
        minimum: usize::try_from(n("minimum")?).ok()?,
        window: n("window")?,
        extend_by: n("extend_by")?,
        extensions_max: u32::try_from(n("extensions_max")?).ok()?,
        retry_by: n("retry_by")?,
        tail_max: n("tail_max")?,
        rounds: u32::try_from(n("rounds")?).ok()?,
        pause: n("pause")?,
        turn: n("turn")?,
        final_within_bp: n("final_within_bp")?,
        final_least: usize::try_from(n("final_least")?).ok()?,
        final_time: n("final_time")?,
        hide_count: v["hide_count"].as_bool()?,
    };
    s.check().is_ok().then_some(s)
}

/// Requirements as JSON.
pub(crate) fn demands_json(demands: &[Demand]) -> Value {
    let one = |d: &Demand| {
        let kind = match &d.kind {
            Kind::Number { min, max } => json!({"number": {"min": min, "max": max}}),
            Kind::OneOf(words) => json!({"one_of": words}),
            Kind::Yes => json!("yes"),
            Kind::Words => json!("words"),
        };
        json!({"name": d.name, "unit": d.unit, "kind": kind})
    };
    demands.iter().map(one).collect()
}

/// Requirements from JSON.
pub(crate) fn demands_of(v: &Value) -> Vec<Demand> {
    let one = |d: &Value| {
        let k = &d["kind"];
        let kind = if let Some(n) = k.get("number") {
            Kind::Number { min: n["min"].as_i64(), max: n["max"].as_i64() }
        } else if let Some(words) = k.get("one_of").and_then(Value::as_array) {
            Kind::OneOf(words.iter().filter_map(|w| w.as_str().map(str::to_owned)).collect())
        } else if k.as_str() == Some("yes") {
            Kind::Yes
        } else {
            Kind::Words
        };
        let text = |key: &str| d[key].as_str().unwrap_or_default().to_owned();
        Demand { name: text("name"), unit: text("unit"), kind }
    };
    v.as_array().map(|a| a.iter().map(one).collect()).unwrap_or_default()
}

/// The hidden tail of an event: from its seed, the same for everybody once the seed is known.
pub(super) fn tail(seed: &str, tail_max: i64) -> i64 {
    if tail_max <= 0 {
        return 0;
    }
    let digest = kit::text::sha256(&[b"tail", seed.as_bytes()]);
    let number = u64::from_str_radix(&digest[..15], 16).unwrap_or(0);
    (number % tail_max.unsigned_abs()) as i64
}

/// The promise published before the event whose seed is told after it.
pub(super) fn commitment(seed: &str) -> String {
    kit::text::sha256(&[b"commitment", seed.as_bytes()])
}

/// An abnormally low quote in words.
pub(super) fn abnormal_words(a: Abnormal) -> String {
    let yuan = |v: i64| rules::Fen(v).yuan();
    match a {
        Abnormal::Mean(v) => format!("低于全部有效报价平均值的警戒线 {}", yuan(v)),
        Abnormal::Next(v) => format!("低于次低报价的警戒线 {}", yuan(v)),
        Abnormal::Ceiling(v) => format!("低于最高限价的警戒线 {}", yuan(v)),
    }
}

/// A check of a public record: what anybody finds who recomputes it.
#[derive(Debug)]
pub struct Verdict {
    /// Title and number.
    pub title: String,
    /// Accepted quotes replayed.
    pub quotes: usize,
    /// The alias that wins by recomputation, or why nobody does.
    pub outcome: String,
    /// What the record itself says.
    pub recorded: String,
}

/// Recomputes an award from its public record. Err says what does not fit.
pub fn verify(text: &str) -> std::result::Result<Verdict, String> {
    let v: Value = serde_json::from_str(text).map_err(|e| format!("the record is no JSON: {e}"))?;
    if v["version"].as_i64() != Some(VERSION) {
        return Err(format!("the record's version is {}, this program reads {VERSION}", v["version"]));
    }
    let settings = settings_of(&v["settings"]).ok_or("the settings are incomplete or impossible")?;
    let seed = v["seed"].as_str().ok_or("the seed is missing")?;
    if v["commitment"].as_str() != Some(&commitment(seed)) {
        return Err("the seed does not fit the commitment that was published before".into());
    }
    let time = |key: &str| v[key].as_i64().ok_or(format!("{key} is missing"));
    let aliases: Vec<&str> =
        v["bidders"].as_array().ok_or("bidders are missing")?.iter().filter_map(|b| b["alias"].as_str()).collect();
    let bidder = |alias: &Value| -> std::result::Result<Bidder, String> {
        let at = aliases.iter().position(|a| Some(*a) == alias.as_str());
        at.map(|i| i as Bidder).ok_or(format!("{alias} is not among the bidders"))
    };
    let mut events = Vec::new();
    let mut quotes = 0;
    for e in v["events"].as_array().ok_or("events are missing")? {
        let at = e["at"].as_i64().ok_or("an event has no time")?;
        events.push(match e["kind"].as_str() {
            Some("quoted") => {
                quotes += 1;
                // A seal that held nothing readable is on record as such; it never counts.
                let unreadable = (e["unreadable"].as_bool() == Some(true)).then_some(1);
                let amount = e["amount"].as_i64().or(unreadable).ok_or(format!("quote {quotes} has no amount"))?;
                Event::Quoted { bidder: bidder(&e["alias"])?, amount, at }
            }
            Some("opened") => {
                let mut amounts = Vec::new();
                for a in e["amounts"].as_array().ok_or("an opening has no amounts")? {
                    amounts.push((bidder(&a["alias"])?, a["amount"].as_i64().ok_or("an opened quote has no amount")?));
                }
                Event::Opened { at, amounts }
            }
            Some("outage") => {
                let n = |key: &str| e[key].as_i64().ok_or(format!("an outage has no {key}"));
                Event::Outage { from: n("from")?, at, grace: n("grace")? }
            }
            other => return Err(format!("unknown event {other:?}")),
        });
    }
    let (opens, closes, ended) = (time("opens_at")?, time("closes_at")?, time("ended_at")?);
    let tail_ms = tail(seed, settings.tail_max);
    let mut book = replay(settings.clone(), opens, closes, tail_ms, &events)
        .map_err(|(i, why)| format!("event {} could not have been accepted: {}", i + 1, why.code()))?;
    book.advance(ended);
    if book.phase() != Phase::Closed {
        return Err(format!("by these events it would not have ended: {}", book.phase().key()));
    }
    let mut excluded = Vec::new();
    for x in v["excluded"].as_array().ok_or("exclusions are missing")? {
        if x["reason"].as_str().unwrap_or_default().is_empty() {
            return Err(format!("{} was excluded without a reason", x["alias"]));
        }
        excluded.push(bidder(&x["alias"])?);
    }
    let standing: Vec<Quote> = standing(&book);
    let n = |key: &str| v["abnormal"][key].as_i64().unwrap_or(0);
    let limits = Limits { mean_bp: n("mean_bp"), next_bp: n("next_bp"), ceiling_bp: n("ceiling_bp") };
    let passed: Vec<Quote> = standing
        .iter()
        .filter(|q| {
            !v["excluded"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|x| x["why"].as_str() == Some("response") && bidder(&x["alias"]) == Ok(q.bidder))
        })
        .copied()
        .collect();
    let low = abnormal(&passed, settings.ceiling, &limits);
    for x in v["excluded"].as_array().into_iter().flatten() {
        let who = bidder(&x["alias"])?;
        if x["why"].as_str() == Some("abnormal") && !low.iter().any(|(b, _)| *b == who) {
            return Err(format!("{} was excluded as abnormally low, but is not", x["alias"]));
        }
    }
    let outcome = match decide(&standing, &excluded, settings.minimum) {
        Outcome::Won(line) => format!("{} {}", aliases[line[0].bidder as usize], line[0].amount),
        Outcome::TooFew(valid, need) => format!("failed: {valid} of {need} valid quotes"),
    };
    let recorded = v["outcome"].as_str().unwrap_or_default().to_owned();
    if outcome != recorded {
        return Err(format!("recomputed: {outcome}; recorded: {recorded}"));
    }
    let title = format!("{} {}", v["number"].as_str().unwrap_or_default(), v["title"].as_str().unwrap_or_default());
    Ok(Verdict { title, quotes, outcome, recorded })
}

/// The quotes that stand at the end of a book.
pub(super) fn standing(book: &rules::auction::Book) -> Vec<Quote> {
    let quote = |s: &&rules::auction::Standing| Some(Quote { bidder: s.bidder, amount: s.amount?, seq: s.seq });
    book.ranking().iter().filter_map(quote).collect()
}

/// What a public record is made of.
pub(super) struct Parts {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) settings: Value,
    pub(super) seed: String,
    pub(super) opens_at: i64,
    pub(super) closes_at: i64,
    pub(super) ended_at: i64,
    pub(super) limits: Limits,
    pub(super) bidders: Vec<Value>,
    pub(super) events: Vec<Value>,
    pub(super) excluded: Vec<Value>,
    pub(super) outcome: String,
}

/// The public record as JSON.
pub(super) fn publish(p: &Parts) -> Result<String> {
    let v = json!({
        "version": VERSION, "number": p.number, "title": p.title, "settings": p.settings, "seed": p.seed,
        "commitment": commitment(&p.seed), "opens_at": p.opens_at, "closes_at": p.closes_at, "ended_at": p.ended_at,
        "abnormal": {"mean_bp": p.limits.mean_bp, "next_bp": p.limits.next_bp, "ceiling_bp": p.limits.ceiling_bp},
        "bidders": p.bidders, "events": p.events, "excluded": p.excluded, "outcome": p.outcome,
    });
    serde_json::to_string_pretty(&v).map_err(Fail::fault)
}
