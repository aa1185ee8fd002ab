//! The live state of events, shared by everybody who watches: one query for a change, however many watch.
use super::store::{self, Entry, QuoteRow};
use crate::Trade;
use crate::projects::store as headers;
use kit::Result;
use rules::auction::{Book, Phase};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Quotes that the chart and the receipts need.
const QUOTES_MAX: usize = 400;
/// Watchers hear of changes at most this often.
const AT_MOST_EVERY: Duration = Duration::from_millis(200);
/// After any change in this process the event is looked at, but not for every one of them.
const CALM: Duration = Duration::from_millis(20);
/// Changes by other nodes are found by looking this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// An event as of one version.
pub(super) struct Snapshot {
    pub(super) version: i64,
    pub(super) state: String,
    pub(super) book: Book,
    pub(super) quantity: i64,
    entries: Vec<Entry>,
    names: HashMap<i64, String>,
    quotes: Vec<QuoteRow>,
    turn_from: i64,
    public: OnceLock<Arc<str>>,
}

impl Snapshot {
    /// What the public sees, rendered once however many watch.
    pub(super) fn public(&self, render: impl FnOnce(&Snapshot) -> String) -> Arc<str> {
        self.public.get_or_init(|| Arc::from(render(self))).clone()
    }

    pub(super) fn alias(&self, who: i64) -> Option<String> {
        self.entries.iter().find(|e| e.supplier == who).map(|e| e.alias.clone())
    }

    /// The alias, and the name once the award is out.
    pub(super) fn name(&self, who: i64) -> String {
        let alias = self.alias(who).unwrap_or_default();
        match self.names.get(&who) {
            Some(name) => format!("供应商 {alias} · {name}"),
            None => format!("供应商 {alias}"),
        }
    }

    /// The journal entry of a bidder's quote, 0 when it is not among the newest.
    pub(super) fn entry_of(&self, who: i64, seq: u64) -> i64 {
        self.quotes.iter().find(|q| q.supplier == who && q.seq == seq as i64).map_or(0, |q| q.id)
    }

    /// Quotes in the open, oldest first: bidder, time, amount. Those of a running turn are not in it.
    pub(super) fn open_quotes(&self) -> Vec<(i64, i64, i64)> {
        let turn = matches!(self.book.phase(), Phase::Turn(..));
        let shown = self.quotes.iter().rev().filter(|q| !turn || q.at < self.turn_from);
        shown.filter_map(|q| Some((q.supplier, q.at, q.amount?))).collect()
    }
}

/// Makes a snapshot from the database.
pub(super) async fn snapshot(trade: &Trade, id: i64) -> Result<Snapshot> {
    let q = trade.db();
    let (a, p) = (store::get(q, id).await?, headers::any(q, id).await?);
    let book = store::book_at(q, &a, q.now()).await?;
    let entries = store::entries(q, id).await?;
    let ids: Vec<i64> = entries.iter().map(|e| e.supplier).collect();
    // Names come out with the award; before and after a failure there are aliases only.
    let named = matches!(p.state.as_str(), "awarded" | "concluded");
    let names = if named { base::orgs::names(q, &ids).await? } else { HashMap::new() };
    let quotes = store::newest(q, id, QUOTES_MAX).await?;
    let turn_from = book.until() - a.settings.turn;
    Ok(Snapshot {
        version: a.version,
        state: p.state,
        book,
        quantity: p.quantity,
        entries,
        names,
        quotes,
        turn_from,
        public: OnceLock::new(),
    })
}

/// The events that are watched in this process.
#[derive(Default)]
pub struct Lives {
    open: Mutex<HashMap<i64, watch::Receiver<Arc<Snapshot>>>>,
}

/// Watches an event: the state now and every change from here on.
pub(super) async fn watch(trade: &Trade, id: i64) -> Result<watch::Receiver<Arc<Snapshot>>> {
    let known = |lives: &Lives| {
        let open = lives.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&id).filter(|r| r.has_changed().is_ok()).cloned()
    };
    if let Some(r) = known(trade.lives()) {
        return Ok(r);
    }
    let first = Arc::new(snapshot(trade, id).await?);
    let mut open = trade.lives().open.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(r) = open.get(&id).filter(|r| r.has_changed().is_ok()) {
        return Ok(r.clone());
    }
    let (tell, hear) = watch::channel(first);
    open.insert(id, hear.clone());
    tokio::spawn(follow(trade.clone(), id, tell));
    Ok(hear)
}

async fn follow(trade: Trade, id: i64, tell: watch::Sender<Arc<Snapshot>>) {
    loop {
        // One receiver is the map's own.
        if tell.receiver_count() <= 1 {
            let mut open = trade.lives().open.lock().unwrap_or_else(PoisonError::into_inner);
            if tell.receiver_count() <= 1 {
                open.remove(&id);
                return;
            }
        }
        match news(&trade, id, &tell).await {
            Ok(Some(s)) => {
                drop(tell.send(Arc::new(s)));
                tokio::time::sleep(AT_MOST_EVERY).await;
            }
            // A change that came during a pause is found by the look after it.
            Ok(None) => {
                let _ = tokio::time::timeout(LOOK_EVERY, trade.db().changed()).await;
                tokio::time::sleep(CALM).await;
            }
            Err(e) => {
                tracing::error!(auction = id, cause = %e, "a live page could not be refreshed, will try again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// The event as it is now, if it is not as it was told last.
async fn news(trade: &Trade, id: i64, tell: &watch::Sender<Arc<Snapshot>>) -> Result<Option<Snapshot>> {
    let (version, state, due) = {
        let told = tell.borrow();
        let due = told.book.next_change().is_some_and(|t| t <= trade.db().now());
        (told.version, told.state.clone(), due)
    };
    let now = store::progress(trade.db(), id).await?;
    if now == (version, state) && !due { Ok(None) } else { snapshot(trade, id).await.map(Some) }
}
