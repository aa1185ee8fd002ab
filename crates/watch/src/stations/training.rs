//! 培训记录: who learned what when, recorded by the station's finance department for people of its units.
use super::flow::{entry, station};
use super::standard::standard;
use super::store::{self, Buyer, Trained};
use crate::Watch;
use base::access::Actor;
use base::stations;
use kit::{Fail, Result};
use rules::calendar::{Day, day_of, show_day};
use rules::duty::Duty;
use serde_json::json;

/// A training is recorded at most this many days afterwards.
pub const BACK_DAYS_MAX: Day = 3 * 365;
/// Most people of one record.
pub const PEOPLE_MAX: usize = 2000;
/// Unknown names shown at once.
const NAMED_MAX: usize = 10;

/// A training that somebody records.
pub struct Session<'a> {
    /// Key of the course.
    pub course: &'a str,
    /// Day.
    pub day: Day,
    /// People by id.
    pub people: &'a [i64],
    /// People by login name, as a list was handed in.
    pub logins: &'a [String],
}

/// Those of a session among the people of the station; all of them are known, or nothing is recorded.
fn found(all: &[Buyer], s: &Session<'_>) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for id in s.people {
        ids.push(all.iter().find(|b| b.person == *id).ok_or(Fail::Hidden)?.person);
    }
    let mut unknown: Vec<String> = Vec::new();
    for login in s.logins {
        match all.iter().find(|b| b.login == *login) {
            Some(b) => ids.push(b.person),
            None => unknown.push(login.clone()),
        }
    }
    if !unknown.is_empty() {
        let rest = unknown.len().saturating_sub(NAMED_MAX);
        unknown.truncate(NAMED_MAX);
        let tail = if rest > 0 { format!("等，另有 {rest} 个") } else { String::new() };
        let words = format!(
            "没有登记。名单里这些登录名不是本分站采购单位的人员：{}{tail}。请核对后再提交。",
            unknown.join("、")
        );
        return Err(Fail::field("logins", "training.unknown", words));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Records a training; returns for how many people it is new.
pub async fn record(watch: &Watch, actor: &Actor, code: &str, s: &Session<'_>) -> Result<usize> {
    actor.must(&[Duty::Regulator])?;
    let facts = watch.facts();
    station(&facts, actor, code)?;
    if !standard()?.course.iter().any(|c| c.key == s.course) {
        return Err(Fail::field("course", "training.course", "请从列表里选课程。"));
    }
    let today = day_of(watch.db().now());
    if s.day > today || s.day < today - BACK_DAYS_MAX {
        let words = format!("培训日期应在 {} 到 {} 之间。", show_day(today - BACK_DAYS_MAX), show_day(today));
        return Err(Fail::field("day", "training.day", words));
    }
    if s.people.len() + s.logins.len() > PEOPLE_MAX {
        return Err(Fail::field("logins", "training.many", format!("一次最多登记 {PEOPLE_MAX} 人，请分几次提交。")));
    }
    if s.people.is_empty() && s.logins.is_empty() {
        return Err(Fail::field("logins", "training.nobody", "请勾选人员，或者填写名单。"));
    }
    let parts = &stations::parts(&facts, code);
    watch
        .db()
        .write("training.record", |tx| {
            Box::pin(async move {
                let mut fresh = Vec::new();
                for person in found(&store::buyers(tx, parts).await?, s)? {
                    let t = Trained { person, course: s.course.to_owned(), day: s.day, region: code.to_owned() };
                    if store::train(tx, &t, actor.person).await? {
                        fresh.push(person.to_string());
                    }
                }
                if fresh.is_empty() {
                    let words = "这些人这一天的这门课已经登记过了。";
                    return Err(Fail::refuse("training.known", words));
                }
                let made = fresh.len();
                let data = json!({"course": s.course, "day": show_day(s.day), "people": fresh});
                tx.journal(entry(code, "station.trained", actor.person, data)).await?;
                Ok(made)
            })
        })
        .await
}
