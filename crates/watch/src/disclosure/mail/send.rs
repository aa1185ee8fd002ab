//! From new notices to mails: the follower that fills the outbox, and the task that empties it.
use super::flow;
use super::store::{self, Subscriber};
use crate::Watch;
use crate::disclosure::follow as publishing;
use crate::disclosure::store::{self as notices, Notice};
use kit::mail::{Mail, Trouble};
use kit::text::sha256;
use kit::{Result, journal};
use rules::Fen;
use rules::calendar::{Ms, day_of, start_of};
use rules::notice::{fits, kind};

/// Name of this projection.
pub const PROJECTION: &str = "mail";
/// Entries of one transaction.
const PIECE: i64 = 200;
/// Subscriptions served in one round.
const ROUND: usize = 50;
/// Notices in one mail; the rest follows with the next.
const NOTICES_MAX: usize = 50;
/// Mails a subscription gets on one day at most, and how far apart.
const MAILS_A_DAY: i64 = 6;
const APART: Ms = 3_600_000;
/// A claim on a subscription ends by itself: its node may have died.
const CLAIM: Ms = 5 * 60_000;
/// Waits after failures: 5 minutes, twice as long each time, 6 hours at most; a refusal for good counts as several.
const WAIT: Ms = 5 * 60_000;
const WAIT_MAX: Ms = 6 * 3_600_000;
const REFUSAL: i64 = 4;
/// After so many failures the subscription is over.
const FAILS_MAX: i64 = 12;
/// What was sent is remembered so long.
const REMEMBER: Ms = 30 * 86_400_000;

/// Follows the journal by one piece, behind the notices; returns how many entries were seen.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let db = watch.db();
    let from = journal::position(db, PROJECTION).await?;
    let bound = journal::position(db, publishing::PROJECTION).await?;
    let mut entries = journal::after(db, from, PIECE).await?;
    entries.retain(|e| e.seq <= bound);
    let Some(last) = entries.last().map(|e| e.seq) else { return Ok(0) };
    let ids: &Vec<i64> = &entries.iter().map(|e| e.id).collect();
    db.upkeep("mail.follow", |tx| {
        Box::pin(async move {
            // Another node may have done this piece meanwhile; then there is nothing to do.
            if !journal::advance(tx, PROJECTION, from, last).await? {
                return Ok(());
            }
            let subscribers = store::confirmed(tx).await?;
            if subscribers.is_empty() {
                return Ok(());
            }
            let mut rows = Vec::new();
            for n in notices::some(tx, ids).await?.iter().filter(|n| !n.withdrawn()) {
                let text = n.text();
                let told = subscribers
                    .iter()
                    .filter(|(_, since, w)| *since <= n.published_at && fits(w, &n.region, &n.kind, &text));
                rows.extend(told.map(|(id, ..)| (*id, n.id)));
            }
            store::put(tx, &rows).await
        })
    })
    .await?;
    Ok(entries.len())
}

/// Sends what waits and deletes what was not confirmed in time; returns how many subscriptions something happened to.
pub async fn send(watch: &Watch) -> Result<usize> {
    let mut done = flow::lapse(watch, ROUND).await?;
    if !watch.mailer().on() {
        return Ok(done);
    }
    for s in store::due(watch.db(), watch.db().now(), ROUND).await? {
        done += usize::from(one(watch, &s).await?);
    }
    Ok(done)
}

/// Serves one subscription; false when another node does.
async fn one(watch: &Watch, s: &Subscriber) -> Result<bool> {
    let db = watch.db();
    let until = db.now() + CLAIM;
    if !db.upkeep("mail.claim", |tx| Box::pin(async move { store::claim(tx, s.id, until).await })).await? {
        return Ok(false);
    }
    let today = i64::from(day_of(db.now()));
    let sent = if s.sent.0 == today { s.sent.1 } else { 0 };
    if s.state == "on" && sent >= MAILS_A_DAY {
        put_off(watch, s, s.fails, start_of(day_of(db.now()) + 1)).await?;
        return Ok(true);
    }
    let waiting = store::waiting(db, s.id, NOTICES_MAX).await?;
    let (mail, done) = match s.state.as_str() {
        "asked" => (asking(watch, s), vec![0]),
        _ => {
            let found = notices::some(db, &waiting).await?;
            (digest(watch, s, &found), waiting)
        }
    };
    match watch.mailer().send(&mail).await {
        Ok(()) => {
            let (done, old) = (&done, db.now() - REMEMBER);
            // The question whether the address is right does not delay the first notice.
            let next = if s.state == "asked" { db.now() } else { db.now() + APART };
            let count = (today, sent + 1);
            db.upkeep("mail.sent", |tx| Box::pin(async move { store::sent(tx, s.id, done, count, next, old).await }))
                .await?;
        }
        Err(trouble) => failed(watch, s, trouble).await?,
    }
    Ok(true)
}

async fn failed(watch: &Watch, s: &Subscriber, trouble: Trouble) -> Result<()> {
    let (more, words) = match trouble {
        Trouble::Later(words) => (1, words),
        Trouble::Never(words) => (REFUSAL, words),
    };
    let fails = s.fails + more;
    tracing::warn!(subscription = s.id, fails, cause = words, "mail was not sent");
    if fails >= FAILS_MAX {
        let done = watch.db().write("subscription.fail", |tx| {
            Box::pin(async move { flow::over(tx, s.id, &s.wish.station, "undeliverable").await })
        });
        return done.await;
    }
    let wait = (WAIT << (fails - 1).clamp(0, 10)).min(WAIT_MAX);
    put_off(watch, s, fails, watch.db().now() + wait).await
}

async fn put_off(watch: &Watch, s: &Subscriber, fails: i64, next: Ms) -> Result<()> {
    let done =
        watch.db().upkeep("mail.sent", |tx| Box::pin(async move { store::put_off(tx, s.id, fails, next).await }));
    done.await
}

/// What a subscription is about, in words.
fn about(watch: &Watch, s: &Subscriber) -> String {
    let kinds: Vec<&str> = s.wish.kinds.iter().filter_map(|k| kind(k)).map(|k| k.word).collect();
    let kinds = if kinds.is_empty() { "全部公告".to_owned() } else { kinds.join("、") };
    let words = if s.wish.words.is_empty() { String::new() } else { format!("，含“{}”", s.wish.words) };
    format!("{}：{kinds}{words}", watch.facts().region_name(&s.wish.station))
}

fn page(watch: &Watch, s: &Subscriber) -> String {
    format!("{}/notices/subscriptions/{}", watch.settings().address.trim_end_matches('/'), s.secret)
}

/// A stable name of a mail: from whom it is to and what is in it.
fn id(s: &Subscriber, notices: &[i64]) -> String {
    let ids: Vec<String> = notices.iter().map(i64::to_string).collect();
    sha256(&[s.secret.as_bytes(), ids.join(",").as_bytes()])[..32].to_owned()
}

fn asking(watch: &Watch, s: &Subscriber) -> Mail {
    let (about, page) = (about(watch, s), page(watch, s));
    Mail {
        to: s.mail.clone(),
        subject: "请确认公告订阅".into(),
        text: format!(
            "有人用这个邮箱申请订阅政府采购网上商城的公告（{about}）。\n\n是您申请的，请在一天内打开下面的网页确认：\n{page}\n\n\
             不是您申请的，不用理会：不确认就不会再收到邮件，一天后申请和邮箱一起删除。\n"
        ),
        id: id(s, &[0]),
        end: String::new(),
    }
}

fn digest(watch: &Watch, s: &Subscriber, found: &[Notice]) -> Mail {
    let base = watch.settings().address.trim_end_matches('/');
    let mut text = format!("订阅：{}\n\n", about(watch, s));
    for n in found.iter().filter(|n| !n.withdrawn()) {
        let amount = if n.amount > 0 { format!(" {}", Fen(n.amount).yuan()) } else { String::new() };
        text.push_str(&format!(
            "〔{}〕{}\n{}{amount}\n{base}/notices/{}\n\n",
            n.kind_word(),
            n.title,
            n.unit,
            n.number
        ));
    }
    let page = page(watch, s);
    text.push_str(&format!("每天最多 {MAILS_A_DAY} 封。不想再收到，请打开：\n{page}\n"));
    let ids: Vec<i64> = found.iter().map(|n| n.id).collect();
    let subject = match found {
        [one] => one.title.clone(),
        all => format!("{} 条新公告", all.len()),
    };
    Mail { to: s.mail.clone(), subject, text, id: id(s, &ids), end: format!("{page}/end") }
}
