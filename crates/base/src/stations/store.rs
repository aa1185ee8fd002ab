//! Rows of stations as far as purchases ask.
use super::station_of;
use crate::facts::Facts;
use kit::{Query, Result, Tx, params};
use rules::calendar::Day;
use rules::station::{Standing, State};
use std::collections::BTreeMap;

/// How a unit stands to the station of its region now.
pub async fn standing(q: &dyn Query, facts: &Facts, region: &str, unit: i64) -> Result<Standing> {
    let sql = "SELECT r.state, (SELECT COUNT(*) FROM station_unit u WHERE u.unit = $2), s.heir \
               FROM region r LEFT JOIN station s ON s.region = r.code WHERE r.code = $1";
    let r = q.one(sql, params![station_of(facts, region), unit]).await?;
    Ok(Standing {
        state: State::of(r.str(0)).unwrap_or(State::Preparing),
        named: r.int(1) > 0,
        heir: r.opt_text(2).map_or(String::new(), |h| facts.region_name(&h)),
    })
}

/// Moves a station and its own node from one state to another; false when it does not stand there any more. `since`: the day it
/// goes live, kept when it closes.
pub async fn move_on(tx: &Tx<'_>, station: &str, from: State, to: State, since: Option<Day>) -> Result<bool> {
    let mut all = params![station, to.key(), since.map(i64::from)].to_vec();
    // Regions whose file says nothing have no state yet.
    let there = match from {
        State::Preparing => "state IN ('preparing', 'none')",
        State::Trial | State::Live | State::Closed => {
            all.push(from.key().into());
            "state = $4"
        }
    };
    let sql = format!("UPDATE region SET state = $2, since = $3 WHERE code = $1 AND {there}");
    if tx.run(&sql, &all).await? == 0 {
        return Ok(false);
    }
    let own = "UPDATE region SET state = $2, since = $3 WHERE parent = $1 AND kind = 'own'";
    tx.run(own, &all[..3]).await?;
    Ok(true)
}

/// Names a unit for the trial of a station; false when it is named already.
pub async fn name_unit(tx: &Tx<'_>, station: &str, unit: i64, by: i64) -> Result<bool> {
    let sql = "INSERT INTO station_unit (unit, region, named_at, named_by) VALUES ($1,$2,$3,$4) ON CONFLICT (unit) DO NOTHING";
    Ok(tx.run(sql, params![unit, station, tx.now(), by]).await? == 1)
}

/// Takes a unit out of the trial; false when it is not named.
pub async fn unname_unit(tx: &Tx<'_>, station: &str, unit: i64) -> Result<bool> {
    let sql = "DELETE FROM station_unit WHERE region = $1 AND unit = $2";
    Ok(tx.run(sql, params![station, unit]).await? == 1)
}

/// Nobody is named any more: the trial is over.
pub async fn unname_all(tx: &Tx<'_>, station: &str) -> Result<()> {
    tx.run("DELETE FROM station_unit WHERE region = $1", params![station]).await?;
    Ok(())
}

/// Units named for the trial of a station.
pub async fn named(q: &dyn Query, station: &str) -> Result<Vec<i64>> {
    let sql = "SELECT unit FROM station_unit WHERE region = $1 ORDER BY unit";
    Ok(q.rows(sql, params![station]).await?.iter().map(|r| r.int(0)).collect())
}

/// Units named for the trials of some stations.
pub async fn named_of(q: &dyn Query, stations: &[String]) -> Result<Vec<i64>> {
    let all: Vec<kit::db::Val> = stations.iter().map(kit::db::Val::from).collect();
    let marks = kit::text::marks(1, all.len());
    let sql = format!("SELECT unit FROM station_unit WHERE region IN ({marks}) ORDER BY unit");
    Ok(q.rows(&sql, &all).await?.iter().map(|r| r.int(0)).collect())
}

/// Which closed station was handed to which.
pub async fn heirs(q: &dyn Query) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT region, heir FROM station WHERE heir IS NOT NULL ORDER BY region";
    Ok(q.rows(sql, params![]).await?.iter().map(|r| (r.text(0), r.text(1))).collect())
}
