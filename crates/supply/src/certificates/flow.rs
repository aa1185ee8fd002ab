//! Taking a register in, holding goods against it, and what a last day brings about.
use super::store::{self, Certificate, Concerned};
use crate::offers::{NewProduct, stop};
use crate::{Supply, brands};
use base::access::Actor;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::calendar::{Day, day_of, parse_day, show_day};
use rules::certificate::{State, models, number_of};
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::{Value, json};

/// The columns of a register, in order.
pub const COLUMNS: [&str; 8] = ["证书编号", "种类", "获证单位", "品牌", "型号", "发证日期", "有效期至", "状态"];
/// Most rows of one file.
const ROWS_MAX: usize = 50_000;
/// Rows written in one transaction.
const PIECE: usize = 500;
/// Offers stopped or freed in one transaction.
const SWEEP: usize = 200;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// What became of a file.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Rows taken in.
    pub done: usize,
    /// Rows that were not: line and why.
    pub wrong: Vec<(usize, String)>,
}

fn entry(supply: &Supply, kind: &'static str, subject: String, actor: i64, data: Value) -> Entry {
    Entry {
        region: supply.facts().root.clone(),
        room: "certificates",
        kind,
        subject,
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data,
    }
}

/// Takes a register in: each row for itself, a number that is known is written anew. Offers follow at once.
pub async fn take(supply: &Supply, actor: &Actor, source: &str, bytes: &[u8]) -> Result<Taken> {
    actor.must(&[Duty::Centre, Duty::Regulator])?;
    if actor.region != supply.facts().root {
        return Err(Fail::field("file", "certificate.reach", "证书库全省共用，由省级上传。"));
    }
    let library = brands::load(supply.db()).await?;
    let (mut good, mut out) = (Vec::new(), Taken::default());
    for (line, row) in kit::sheet::table(bytes, &COLUMNS, ROWS_MAX)? {
        match read(&library, source, &row) {
            Ok(c) => good.push(c),
            Err(words) => out.wrong.push((line, words)),
        }
    }
    let digest = &kit::text::sha256(&[bytes]);
    for piece in good.chunks(PIECE) {
        supply
            .db()
            .write("certificates.take", |tx| {
                Box::pin(async move {
                    for c in piece {
                        store::put(tx, c).await?;
                    }
                    let data = json!({"source": source, "file": digest, "rows": piece.len()});
                    let subject = format!("certificates/{}", &digest[..12]);
                    tx.journal(entry(supply, "certificates.taken", subject, actor.person, data)).await.map(|_| ())
                })
            })
            .await?;
        out.done += piece.len();
    }
    sweep(supply).await?;
    Ok(out)
}

fn read(library: &brands::Brands, source: &str, row: &[String]) -> std::result::Result<Certificate, String> {
    let at = |i: usize| row.get(i).map_or("", |c| c.trim());
    let number = number_of(at(0));
    if number.is_empty() {
        return Err("没有填证书编号。".into());
    }
    if models(at(4)).next().is_none() {
        return Err("没有填型号。".into());
    }
    let day =
        |i: usize| parse_day(at(i)).ok_or_else(|| format!("{}应写成 2026-01-31，现在是“{}”。", COLUMNS[i], at(i)));
    let (since, until) = (day(5)?, day(6)?);
    if until < since {
        return Err("有效期早于发证日期。".into());
    }
    let state = State::of(at(7)).ok_or_else(|| format!("状态应是 有效、暂停 或 撤销，现在是“{}”。", at(7)))?;
    Ok(Certificate {
        number,
        kind: at(1).to_owned(),
        holder: at(2).to_owned(),
        // A brand the mall does not know yet is kept as written: nothing of it can be on the shelf.
        brand: library.find(at(3)).unwrap_or(at(3)).to_owned(),
        models: models(at(4)).collect::<Vec<_>>().join(";"),
        since,
        until,
        state,
        source: source.to_owned(),
    })
}

/// What is wrong with the certificate of goods; None when nothing is, or no register is there.
pub(crate) async fn fault(q: &dyn Query, p: &NewProduct, today: Day) -> Result<Option<String>> {
    if p.certificate.is_empty() || !store::any(q).await? {
        return Ok(None);
    }
    let number = number_of(&p.certificate);
    Ok(match store::one(q, &number).await? {
        None => Some(format!("证书库里没有 {number}，请核对编号；刚发的证书请等证书库更新。")),
        Some(c) => rules::certificate::fault(&c.terms(), &p.brand, &p.model, today),
    })
}

/// Stops offers whose certificate has ended, frees those whose certificate holds again.
async fn sweep(supply: &Supply) -> Result<usize> {
    let today = day_of(supply.db().now());
    let mut done = 0;
    for on in [true, false] {
        loop {
            let n = supply
                .db()
                .write("certificates.sweep", |tx| Box::pin(async move { sweep_piece(supply, tx, today, on).await }))
                .await?;
            done += n;
            if n < SWEEP {
                break;
            }
        }
    }
    Ok(done)
}

async fn sweep_piece(supply: &Supply, tx: &Tx<'_>, today: Day, on: bool) -> Result<usize> {
    let found: Vec<Concerned> = match on {
        true => store::ended(tx, today, stop::CERTIFICATE, SWEEP).await?,
        false => store::back(tx, today, stop::CERTIFICATE, SWEEP).await?,
    };
    if found.is_empty() {
        return Ok(0);
    }
    for c in &found {
        stop::set(tx, c.offer, stop::CERTIFICATE, on).await?;
        if on {
            let words = format!("“{}”的证书 {} 已到期或被暂停，商品暂停销售；证书恢复后自动恢复。", c.title, c.number);
            base::messages::tell(tx, c.supplier, Duty::SupplierAdmin, "/offers", &words).await?;
        }
    }
    let list = |id: fn(&Concerned) -> i64| found.iter().map(|c| id(c).to_string()).collect::<Vec<_>>();
    let data = json!({"offers": list(|c| c.offer), "products": list(|c| c.product)});
    let kind = if on { "certificates.ended" } else { "certificates.hold" };
    tx.journal(entry(supply, kind, format!("day/{}", show_day(today)), 0, data)).await?;
    Ok(found.len())
}

/// Once a day: warns of certificates that end soon, stops and frees offers.
pub async fn look_daily(supply: &Supply) -> Result<usize> {
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let ahead = facts.number("offer.certificate_warn_days", &facts.root, &ANY, today, 30) as Day;
    for c in &store::ending(supply.db(), today, today + ahead, SWEEP).await? {
        supply
            .db()
            .write("certificates.warn", |tx| {
                Box::pin(async move {
                    if !store::warned(tx, &c.number).await? {
                        return Ok(());
                    }
                    let words =
                        format!("证书 {} 将于 {} 到期，到期后商品暂停销售，请及时换证。", c.number, show_day(c.until));
                    let sellers = store::sellers(tx, &c.number).await?;
                    base::messages::tell_many(tx, &sellers, Duty::SupplierAdmin, "/offers", &words).await?;
                    let subject = format!("certificate/{}", c.number);
                    let data = json!({"until": show_day(c.until)});
                    tx.journal(entry(supply, "certificate.warned", subject, 0, data)).await.map(|_| ())
                })
            })
            .await?;
    }
    sweep(supply).await
}
