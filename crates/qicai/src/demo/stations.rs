//! Stations on their way in the demo: one begun, one full of overdue tasks, one in its trial with an order, one handed over.
use super::Dice;
use super::orders::{cast, lead, place};
use base::access::Actor;
use base::orgs;
use kit::{Fail, Result};
use rules::calendar::day_of;
use rules::duty::Duty;
use rules::station::Act;
use watch::Watch;
use watch::stations::{self, Move, Session, What};

/// A city that has begun; its office leads the counties below.
const CITY: &str = "370900";
/// A county in its trial.
const TRIAL: &str = "370902";
/// A county that is late, and short of people for what the law keeps apart.
const LATE: &str = "370982";
/// A zone that was closed, and who took over.
const CLOSED: (&str, &str) = ("371073", "371000");
/// Tries to find goods that the rules let the trial's unit buy.
const TRIES: u64 = 40;

async fn person(watch: &Watch, login: &str) -> Result<(i64, Actor)> {
    let missing = || Fail::Fault(format!("demo: nobody is called {login}"));
    let people = orgs::people(watch.db(), None).await?;
    let p = people.into_iter().find(|p| p.login == login).ok_or_else(missing)?;
    let duty = p.duties.list().first().copied().ok_or_else(missing)?;
    // Several people of an office have the same duty: the one who was asked for acts.
    let mut actor = cast(watch, p.org).await?.who(duty, 0).ok_or_else(missing)?;
    (actor.person, actor.name, actor.duties) = (p.id, p.name, p.duties);
    Ok((p.id, actor))
}

/// Makes them; returns how many stations were touched.
pub async fn fill(watch: &Watch) -> Result<u64> {
    let (_, office) = person(watch, "taian.jianguan").await?;
    let (colleague, _) = person(watch, "taian.fabu").await?;
    let today = day_of(watch.db().now());
    stations::plan(watch, &office, CITY, today + 70).await?;
    finish(watch, &office, CITY, 6, colleague).await?;

    stations::plan(watch, &office, LATE, today + 21).await?;
    finish(watch, &office, LATE, 9, colleague).await?;
    let some: Vec<String> = ["xtjy.jingban", "xtjy.shenhe"].map(str::to_owned).to_vec();
    train(watch, &office, LATE, "buying", &some).await?;

    stations::plan(watch, &office, TRIAL, today + 14).await?;
    finish(watch, &office, TRIAL, 16, colleague).await?;
    let all = ["jingban", "shenhe", "queren", "yanshou", "caiwu", "caiwu2"].map(|w| format!("tsjy.{w}")).to_vec();
    train(watch, &office, TRIAL, "buying", &all).await?;
    let (_, handler) = person(watch, "tsjy.jingban").await?;
    stations::name(watch, &office, TRIAL, handler.org, true).await?;
    stations::act(watch, &office, TRIAL, Move { act: Act::Try, reason: "", heir: "" }).await?;
    let (unit, mut dice) = (cast(watch, handler.org).await?, Dice::new(22));
    for n in 0..TRIES {
        if let Some(order) = place(watch, &unit, &mut dice, n, false).await? {
            for step in 1..=3 {
                lead(watch, &unit, order, step, &mut dice).await?;
            }
            break;
        }
    }

    let (_, weihai) = person(watch, "weihai.jianguan").await?;
    let reason = "临港经济技术开发区并入市级统一采购（演示）";
    stations::act(watch, &weihai, CLOSED.0, Move { act: Act::Close, reason, heir: CLOSED.1 }).await?;
    Ok(4)
}

async fn train(watch: &Watch, office: &Actor, code: &str, course: &str, logins: &[String]) -> Result<()> {
    let day = day_of(watch.db().now());
    let s = Session { course, day, people: &[], logins };
    stations::train(watch, office, code, &s).await.map(|_| ())
}

/// The first tasks are done, the next one is given to a colleague.
async fn finish(watch: &Watch, office: &Actor, code: &str, most: usize, colleague: i64) -> Result<()> {
    debug_assert!(office.may(Duty::Regulator));
    let open = stations::open_tasks(watch.db(), code).await?;
    for (id, _) in open.iter().take(most) {
        stations::task(watch, office, code, *id, What::Done("已办理，材料存档（演示）", None)).await?;
    }
    if let Some((id, _)) = open.get(most) {
        stations::task(watch, office, code, *id, What::Assign(Some(colleague))).await?;
    }
    Ok(())
}
