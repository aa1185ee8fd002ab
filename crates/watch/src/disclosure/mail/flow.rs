//! Asking for mails, confirming, ending; what was never confirmed is deleted.
use super::store::{self, Subscriber};
use crate::Watch;
use kit::text::sha256;
use kit::{Entry, Fail, Result, Tx, mail};
use rules::calendar::{Ms, day_of};
use rules::notice::{Wish, kind};
use serde_json::{Value, json};

/// How often one address and one network may ask in an hour.
pub const ASKS_PER_ADDRESS: i64 = 3;
/// See [`ASKS_PER_ADDRESS`]; a whole office may stand behind one network.
pub const ASKS_PER_NETWORK: i64 = 20;
/// Subscriptions of one address; more are not made.
const SUBSCRIPTIONS_MAX: usize = 10;
/// Signs of words that are looked for.
const WORDS_MAX: usize = 60;
/// How long an address has time to confirm.
const CONFIRM_WITHIN: Ms = 86_400_000;
const HOUR: Ms = 3_600_000;

/// What somebody asks for.
pub struct Asked<'a> {
    /// Address.
    pub address: &'a str,
    /// What of the notices.
    pub wish: Wish,
    /// Where the request came from; only its keyed hash is kept, for an hour's count.
    pub network: &'a str,
}

fn entry(region: &str, id: i64, kind: &'static str, data: Value) -> Entry {
    Entry {
        region: region.to_owned(),
        room: "disclosure",
        kind,
        subject: format!("subscription/{id}"),
        actor: 0,
        via: "page",
        data,
    }
}

/// Counts the asking; refused when there were too many.
async fn counted(watch: &Watch, address: &str, network: &str) -> Result<()> {
    let now = watch.db().now();
    let (day, hour) = (i64::from(day_of(now)), now / HOUR);
    let over = watch
        .db()
        .upkeep("mail.count", |tx| {
            Box::pin(async move {
                let key = store::day_key(tx, day).await?;
                let hash = |kind: &str, who: &str| sha256(&[key.as_bytes(), kind.as_bytes(), who.as_bytes()]);
                let of_address = store::count(tx, &hash("address", address), hour).await?;
                let of_network = store::count(tx, &hash("network", network), hour).await?;
                Ok(of_address > ASKS_PER_ADDRESS || of_network > ASKS_PER_NETWORK)
            })
        })
        .await?;
    if over {
        Err(Fail::refuse("mail.often", "这一小时里申请得太多，请过一小时再试。"))
    } else {
        Ok(())
    }
}

/// Asks the address to confirm. Says the same whether the address is known already or not.
pub async fn ask(watch: &Watch, a: &Asked<'_>) -> Result<()> {
    if !watch.mailer().on() {
        return Err(Fail::refuse("mail.off", "本站没有开通邮件订阅，可以用 RSS 或 Atom 订阅。"));
    }
    let wrong = || Fail::field("address", "mail.address", "这不像一个电子邮箱，请检查，例如 name@example.cn。");
    let address = mail::address(a.address).ok_or_else(wrong)?;
    if a.wish.words.chars().count() > WORDS_MAX {
        return Err(Fail::field("words", "mail.words", format!("关键词最多 {WORDS_MAX} 个字。")));
    }
    if watch.facts().region(&a.wish.station).is_none() || a.wish.kinds.iter().any(|k| kind(k).is_none()) {
        return Err(Fail::refuse("mail.wish", "请从列表里选择地区和公告种类。"));
    }
    counted(watch, &address.to_lowercase(), a.network).await?;
    let (address, wish) = (&address, &a.wish);
    watch
        .db()
        .write("subscription.ask", |tx| {
            Box::pin(async move {
                let known = store::of_mail(tx, address).await?;
                if known.len() >= SUBSCRIPTIONS_MAX || known.iter().any(|s| s.state == "on" && s.wish == *wish) {
                    return Ok(());
                }
                let id = tx.id();
                store::add(tx, id, address, &kit::ids::random_hex(24), wish).await?;
                let data = json!({"kinds": wish.kinds});
                tx.journal(entry(&wish.station, id, "subscription.asked", data)).await.map(|_| ())
            })
        })
        .await
}

/// The subscription of a key.
pub async fn found(watch: &Watch, key: &str) -> Result<Subscriber> {
    store::by_secret(watch.db(), key).await
}

/// The address confirms. A second time changes nothing.
pub async fn confirm(watch: &Watch, key: &str) -> Result<()> {
    watch
        .db()
        .write("subscription.confirm", |tx| {
            Box::pin(async move {
                let s = store::by_secret(tx, key).await?;
                if store::confirm(tx, s.id).await? {
                    tx.journal(entry(&s.wish.station, s.id, "subscription.confirmed", json!({}))).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Ends a subscription and deletes the address.
pub async fn end(watch: &Watch, key: &str) -> Result<()> {
    watch
        .db()
        .write("subscription.end", |tx| {
            Box::pin(async move {
                let s = store::by_secret(tx, key).await?;
                over(tx, s.id, &s.wish.station, "asked").await
            })
        })
        .await
}

/// Deletes a subscription and says why, without saying whose it was.
pub(super) async fn over(tx: &Tx<'_>, id: i64, station: &str, why: &str) -> Result<()> {
    if store::delete(tx, id).await? {
        tx.journal(entry(station, id, "subscription.ended", json!({"why": why}))).await?;
    }
    Ok(())
}

/// Deletes what was asked for and not confirmed within a day. Returns how many.
pub(super) async fn lapse(watch: &Watch, most: usize) -> Result<usize> {
    let old = store::unconfirmed(watch.db(), watch.db().now() - CONFIRM_WITHIN, most).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let old = &old;
    watch
        .db()
        .write("subscription.lapse", |tx| {
            Box::pin(async move {
                for (id, station) in old {
                    over(tx, *id, station, "unconfirmed").await?;
                }
                Ok(old.len())
            })
        })
        .await
}
