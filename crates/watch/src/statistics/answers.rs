//! Answers that are worth keeping: each is made once however many ask for it at the same time.
use super::pages::Forecast;
use kit::{Fail, Result};
use rules::statistics::{Cell, Found, Snapshot, Sum, Tables};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex as Turn;

/// An answer that took longer than this is given again for a while, though a few entries came since: it says up to which
/// entry it counts.
const DEAR: Duration = Duration::from_millis(4);
const WHILE: Duration = Duration::from_secs(1);
/// Bytes of answers kept of each kind; about so many answers of a whole province.
const BYTES_MAX: usize = 32 << 20;
/// Bytes of an answer without its cells.
const BYTES_LEAST: usize = 400;

/// What is counted up to a journal number.
#[derive(Default)]
pub(super) struct Shown {
    pub snapshot: Snapshot,
    pub position: i64,
}

/// Figures up to a journal number.
pub struct Answer<T> {
    /// The figures.
    pub made: Arc<T>,
    /// They count everything up to this journal number.
    pub position: i64,
}

/// What takes room.
pub(super) trait Weighed {
    /// Bytes, about.
    fn bytes(&self) -> usize;
}

fn cells<F>(t: &Tables<F>) -> usize {
    t.tables.iter().map(Vec::len).sum::<usize>() * (size_of::<F>() + 32)
}

impl Weighed for Tables<Cell> {
    fn bytes(&self) -> usize {
        cells(self)
    }
}

impl Weighed for Tables<Sum> {
    fn bytes(&self) -> usize {
        cells(self)
    }
}

impl Weighed for Found {
    fn bytes(&self) -> usize {
        self.orders.len() * 16
    }
}

impl Weighed for Option<i64> {
    fn bytes(&self) -> usize {
        0
    }
}

impl Weighed for Option<Forecast> {
    fn bytes(&self) -> usize {
        4_000
    }
}

struct Kept<T> {
    position: i64,
    /// The hour for which deadlines were judged.
    hour: u32,
    at: Instant,
    dear: bool,
    made: Arc<T>,
}

/// Whoever asks first makes the answer; the others wait for their turn and find it.
type Place<T> = Arc<Turn<Option<Kept<T>>>>;

/// The answers to questions of one kind.
pub(super) struct Answers<Q, T> {
    kept: Mutex<(HashMap<Q, Place<T>>, usize)>,
}

impl<Q, T> Default for Answers<Q, T> {
    fn default() -> Self {
        Answers { kept: Mutex::default() }
    }
}

impl<Q: Clone + Eq + Hash, T: Weighed + Send + Sync + 'static> Answers<Q, T> {
    /// The answer to a question, made of what is shown, away from those who serve other pages.
    pub async fn get(
        &self,
        question: &Q,
        (shown, hour): (Arc<Shown>, u32),
        make: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<Answer<T>> {
        let position = shown.position;
        let made = async { tokio::task::spawn_blocking(move || make(&shown.snapshot)).await.map_err(Fail::fault) };
        self.made(question, (position, hour), made).await
    }

    /// The answer to a question as of a journal number and an hour, made by whoever asks first.
    pub async fn made(
        &self,
        question: &Q,
        (position, hour): (i64, u32),
        make: impl Future<Output = Result<T>>,
    ) -> Result<Answer<T>> {
        let place = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.0.entry(question.clone()).or_default().clone()
        };
        let mut place = place.lock().await;
        if let Some(k) = place.as_ref() {
            let fresh = k.position >= position || (k.dear && k.at.elapsed() < WHILE);
            if fresh && k.hour == hour {
                return Ok(Answer { made: k.made.clone(), position: k.position });
            }
        }
        let began = Instant::now();
        let made = Arc::new(make.await?);
        let old = place.as_ref().map_or(0, |k| k.made.bytes() + BYTES_LEAST);
        self.weigh(made.bytes() + BYTES_LEAST, old);
        let dear = began.elapsed() > DEAR;
        *place = Some(Kept { position, hour, at: Instant::now(), dear, made: made.clone() });
        Ok(Answer { made, position })
    }

    /// Keeps account of the room that answers take; when there is none left, all are forgotten.
    fn weigh(&self, new: usize, old: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1 = (kept.1 + new).saturating_sub(old);
        if kept.1 > BYTES_MAX {
            *kept = (HashMap::new(), 0);
        }
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = (HashMap::new(), 0);
    }
}
