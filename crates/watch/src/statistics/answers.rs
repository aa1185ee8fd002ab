//! Answers that are worth keeping: each is made once however many ask for it at the same time.
use super::pages::Forecast;
use kit::{Fail, Result};
use rules::statistics::{Cell, Found, Snapshot, Sum, Tables};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex as Turn;

/// Of more orders than this an answer takes milliseconds; it is given again for a while, though a few entries came since: it says up
/// to which entry it counts.
const LARGE: usize = 50_000;
const WHILE: Duration = Duration::from_secs(1);
/// Bytes of answers kept of each kind; about so many answers of a whole province.
const BYTES_MAX: usize = 32 << 20;
/// Bytes of an answer without its cells.
const BYTES_LEAST: usize = 400;

/// What is counted up to a journal number.
#[derive(Default)]
pub(super) struct Shown {
    pub snapshot: Snapshot,
    pub orders: usize,
    pub position: i64,
}

/// What an answer would be made of now.
#[derive(Clone, Copy)]
pub(super) struct Now {
    /// Everything is counted up to this journal number.
    pub position: i64,
    /// The hour for which deadlines are judged.
    pub hour: u32,
    /// So many orders.
    pub orders: usize,
}

impl Shown {
    /// What an answer at an hour is made of.
    pub fn at(&self, hour: u32) -> Now {
        Now { position: self.position, hour, orders: self.orders }
    }
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
        let now = shown.at(hour);
        let made = async { tokio::task::spawn_blocking(move || make(&shown.snapshot)).await.map_err(Fail::fault) };
        self.made(question, now, made).await
    }

    /// The answer to a question as of now, made by whoever asks first.
    pub async fn made(
        &self,
        question: &Q,
        Now { position, hour, orders }: Now,
        make: impl Future<Output = Result<T>>,
    ) -> Result<Answer<T>> {
        let place = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.0.entry(question.clone()).or_default().clone()
        };
        let mut place = place.lock().await;
        if let Some(k) = place.as_ref() {
            let fresh = k.position >= position || (orders > LARGE && k.at.elapsed() < WHILE);
            if fresh && k.hour == hour {
                return Ok(Answer { made: k.made.clone(), position: k.position });
            }
        }
        let made = Arc::new(make.await?);
        let old = place.as_ref().map_or(0, |k| k.made.bytes() + BYTES_LEAST);
        self.weigh(made.bytes() + BYTES_LEAST, old);
        *place = Some(Kept { position, hour, at: Instant::now(), made: made.clone() });
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[tokio::test]
    async fn an_answer_is_made_once_and_again_when_something_new_is_counted() {
        let (answers, made) = (Answers::<u8, Option<i64>>::default(), AtomicI64::new(0));
        let ask = |question: u8, position: i64, hour: u32| answers_of(&answers, question, (position, hour), &made);
        // Two at the same time: the second waits and finds it.
        let (a, b) = tokio::join!(ask(1, 10, 0), ask(1, 10, 0));
        assert_eq!((a, b), ((Some(1), 10), (Some(1), 10)));
        assert_eq!(ask(2, 10, 0).await, (Some(2), 10), "another question");
        assert_eq!(ask(1, 11, 0).await, (Some(3), 11), "something was counted");
        assert_eq!(ask(1, 10, 0).await, (Some(3), 11), "whoever is behind gets what is newer");
        assert_eq!(ask(1, 11, 3_600).await, (Some(4), 11), "deadlines ended with the hour");
        answers.forget();
        assert_eq!(ask(1, 11, 3_600).await, (Some(5), 11));
    }

    async fn answers_of(
        answers: &Answers<u8, Option<i64>>,
        question: u8,
        at: (i64, u32),
        made: &AtomicI64,
    ) -> (Option<i64>, i64) {
        let make = async {
            tokio::task::yield_now().await;
            Ok(Some(made.fetch_add(1, Ordering::Relaxed) + 1))
        };
        let now = Now { position: at.0, hour: at.1, orders: LARGE };
        let a = answers.made(&question, now, make).await.unwrap();
        (*a.made, a.position)
    }

    #[tokio::test]
    async fn what_takes_too_much_room_is_forgotten() {
        let answers = Answers::<u8, Found>::default();
        let now = Now { position: 1, hour: 0, orders: 1 };
        let large = Found { orders: vec![(0, 0); BYTES_MAX / 16], ..Found::default() };
        let small = Found { number: 1, ..Found::default() };
        answers.made(&1, now, async { Ok(small.clone()) }).await.unwrap();
        answers.made(&2, now, async { Ok(large) }).await.unwrap();
        let again = answers.made(&1, now, async { Ok(Found { number: 2, ..small }) }).await.unwrap();
        assert_eq!(again.made.number, 2);
    }
}
