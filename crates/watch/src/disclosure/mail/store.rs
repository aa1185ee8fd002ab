//! Rows of subscriptions, of what is to be sent, and of how often something was asked for.
use kit::db::{Row, Val};
use kit::{Query, Result, Tx, params};
use rules::notice::Wish;

/// A subscription.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Id.
    pub id: i64,
    /// Address; personal data.
    pub mail: String,
    /// Key of its page: whoever holds it may confirm or end.
    pub secret: String,
    /// What of the notices is wanted.
    pub wish: Wish,
    /// `asked` until the address confirmed, then `on`.
    pub state: String,
    /// Day of the last mail, and how many went on it.
    pub sent: (i64, i64),
    /// Failures since the last mail that went well.
    pub fails: i64,
}

const SUBSCRIBER: &str =
    "SELECT id, mail, secret, station, kinds, words, state, sent_day, sent_today, fails FROM subscriber";

fn read(r: &Row) -> Subscriber {
    Subscriber {
        id: r.int(0),
        mail: r.text(1),
        secret: r.text(2),
        wish: Wish {
            station: r.text(3),
            kinds: r.str(4).split_whitespace().map(str::to_owned).collect(),
            words: r.text(5),
        },
        state: r.text(6),
        sent: (r.int(7), r.int(8)),
        fails: r.int(9),
    }
}

/// Writes a subscription that waits to be confirmed, and the mail that asks.
pub async fn add(tx: &Tx<'_>, id: i64, mail: &str, secret: &str, w: &Wish) -> Result<()> {
    let sql = "INSERT INTO subscriber (id, mail, secret, station, kinds, words, state, asked_at, sent_day, sent_today, fails, next_at, \
               claimed_to) VALUES ($1,$2,$3,$4,$5,$6,'asked',$7,0,0,0,0,0)";
    tx.run(sql, params![id, mail, secret, &w.station, w.kinds.join(" "), &w.words, tx.now()]).await?;
    put(tx, &[(id, 0)]).await
}

/// Writes what is to be sent, once.
pub async fn put(tx: &Tx<'_>, rows: &[(i64, i64)]) -> Result<()> {
    let sql = "INSERT INTO outbox (subscriber, notice, made_at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING";
    let now = tx.now();
    let rows: Vec<Vec<Val>> = rows.iter().map(|(s, n)| params![*s, *n, now].to_vec()).collect();
    tx.run_many(sql, &rows).await?;
    Ok(())
}

/// Subscriptions of an address.
pub async fn of_mail(q: &dyn Query, mail: &str) -> Result<Vec<Subscriber>> {
    let sql = format!("{SUBSCRIBER} WHERE mail = $1 ORDER BY id");
    Ok(q.rows(&sql, params![mail]).await?.iter().map(read).collect())
}

/// A subscription by the key of its page.
pub async fn by_secret(q: &dyn Query, secret: &str) -> Result<Subscriber> {
    Ok(read(&q.one(&format!("{SUBSCRIBER} WHERE secret = $1"), params![secret]).await?))
}

/// Confirmed; false when it was before.
pub async fn confirm(tx: &Tx<'_>, id: i64) -> Result<bool> {
    let sql = "UPDATE subscriber SET state = 'on', confirmed_at = $2 WHERE id = $1 AND state = 'asked'";
    Ok(tx.run(sql, params![id, tx.now()]).await? == 1)
}

/// Everything of a subscription is deleted, its address first of all.
pub async fn delete(tx: &Tx<'_>, id: i64) -> Result<bool> {
    tx.run("DELETE FROM outbox WHERE subscriber = $1", params![id]).await?;
    Ok(tx.run("DELETE FROM subscriber WHERE id = $1", params![id]).await? == 1)
}

/// Subscriptions asked for before a time and never confirmed: id and station.
pub async fn unconfirmed(q: &dyn Query, before: i64, most: usize) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, station FROM subscriber WHERE state = 'asked' AND asked_at < $1 ORDER BY id LIMIT $2";
    Ok(q.rows(sql, params![before, most]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// Confirmed subscriptions with the time of it.
pub async fn confirmed(q: &dyn Query) -> Result<Vec<(i64, i64, Wish)>> {
    let sql = "SELECT id, confirmed_at, station, kinds, words FROM subscriber WHERE state = 'on' ORDER BY id";
    let wish = |r: &Row| Wish {
        station: r.text(2),
        kinds: r.str(3).split_whitespace().map(str::to_owned).collect(),
        words: r.text(4),
    };
    Ok(q.rows(sql, params![]).await?.iter().map(|r| (r.int(0), r.opt_int(1).unwrap_or(0), wish(r))).collect())
}

/// Subscriptions that something waits for and that nobody is sending to.
pub async fn due(q: &dyn Query, now: i64, most: usize) -> Result<Vec<Subscriber>> {
    let sql = format!(
        "{SUBSCRIBER} WHERE next_at <= $1 AND claimed_to <= $1 \
         AND EXISTS (SELECT 1 FROM outbox o WHERE o.subscriber = subscriber.id AND o.sent_at IS NULL) ORDER BY next_at, id LIMIT $2"
    );
    Ok(q.rows(&sql, params![now, most]).await?.iter().map(read).collect())
}

/// Takes a subscription for oneself until a time; false when another node did.
pub async fn claim(tx: &Tx<'_>, id: i64, to: i64) -> Result<bool> {
    let sql = "UPDATE subscriber SET claimed_to = $2 WHERE id = $1 AND claimed_to <= $3";
    Ok(tx.run(sql, params![id, to, tx.now()]).await? == 1)
}

/// What waits for a subscription, oldest first.
pub async fn waiting(q: &dyn Query, id: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT notice FROM outbox WHERE subscriber = $1 AND sent_at IS NULL ORDER BY notice LIMIT $2";
    Ok(q.rows(sql, params![id, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// A mail went: these notices are sent, the next mail not before a time; what was sent long ago is forgotten.
pub async fn sent(tx: &Tx<'_>, id: i64, notices: &[i64], (day, today): (i64, i64), next: i64, old: i64) -> Result<()> {
    let now = tx.now();
    let rows: Vec<Vec<Val>> = notices.iter().map(|n| params![id, *n, now].to_vec()).collect();
    let sql = "UPDATE outbox SET sent_at = $3 WHERE subscriber = $1 AND notice = $2 AND sent_at IS NULL";
    tx.run_many(sql, &rows).await?;
    tx.run("DELETE FROM outbox WHERE subscriber = $1 AND sent_at < $2", params![id, old]).await?;
    let sql =
        "UPDATE subscriber SET sent_day = $2, sent_today = $3, fails = 0, next_at = $4, claimed_to = 0 WHERE id = $1";
    tx.run(sql, params![id, day, today, next]).await?;
    Ok(())
}

/// No mail went: tried again at a time.
pub async fn put_off(tx: &Tx<'_>, id: i64, fails: i64, next: i64) -> Result<()> {
    let sql = "UPDATE subscriber SET fails = $2, next_at = $3, claimed_to = 0 WHERE id = $1";
    tx.run(sql, params![id, fails, next]).await?;
    Ok(())
}

/// The day's key for hashes of who asks; made when missing, and the keys and counts of two days ago deleted.
pub async fn day_key(tx: &Tx<'_>, day: i64) -> Result<String> {
    let sql = "INSERT INTO ask_key (day, secret) VALUES ($1,$2) ON CONFLICT (day) DO NOTHING";
    if tx.run(sql, params![day, kit::ids::random_hex(32)]).await? == 1 {
        tx.run("DELETE FROM ask_key WHERE day < $1", params![day - 1]).await?;
        tx.run("DELETE FROM ask_count WHERE hour < $1", params![(day - 1) * 24]).await?;
    }
    Ok(tx.one("SELECT secret FROM ask_key WHERE day = $1", params![day]).await?.text(0))
}

/// Counts one asking under a hash in an hour; returns how many it makes.
pub async fn count(tx: &Tx<'_>, hash: &str, hour: i64) -> Result<i64> {
    let sql = "INSERT INTO ask_count (hash, hour, n) VALUES ($1,$2,1) \
               ON CONFLICT (hash, hour) DO UPDATE SET n = ask_count.n + 1 RETURNING n";
    Ok(tx.one(sql, params![hash, hour]).await?.int(0))
}
