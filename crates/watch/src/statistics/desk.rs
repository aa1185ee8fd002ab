//! This node's memory of everything counted, and the answers that are worth keeping.
use super::store;
use crate::Watch;
use kit::Result;
use rules::statistics::{Cell, Cube, Dim, Filter, Mark, Table};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex as Turn, RwLock, RwLockReadGuard};

/// Rows read at a time.
const PIECE: usize = 500;
/// An answer that took longer than this is given again for a while, though a few entries came since: it says up to which
/// entry it counts.
const DEAR: Duration = Duration::from_millis(4);
const WHILE: Duration = Duration::from_secs(1);
/// Answers kept at most.
const KEPT: usize = 4_000;

#[derive(Default)]
struct State {
    cube: Cube,
    /// Up to this row it holds what changed.
    row: i64,
    /// Up to this journal number it counts.
    position: i64,
}

/// What one page asks: the filter and the tables, and the time after which deadlines are over, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    filter: Filter,
    tables: Vec<(Dim, Option<Dim>)>,
    now: u32,
}

struct Kept {
    position: i64,
    made: Instant,
    dear: bool,
    tables: Arc<Vec<Table>>,
}

/// Figures up to a journal number.
pub struct Answer {
    /// The tables, in the order in which they were asked for.
    pub tables: Arc<Vec<Table>>,
    /// They count everything up to this journal number.
    pub position: i64,
}

impl Answer {
    /// Everything together.
    pub fn total(&self) -> Cell {
        self.tables.first().map_or(Cell::default(), |t| t.total)
    }
}

/// The hour it is, in seconds since 1970: deadlines end with an hour of the day, so within one nothing changes by itself.
fn hour(watch: &Watch) -> u32 {
    u32::try_from(watch.db().now() / 3_600_000 * 3_600).unwrap_or(u32::MAX)
}

/// The memory of one node.
#[derive(Default)]
pub struct Desk {
    state: RwLock<State>,
    turn: Turn<()>,
    answers: Mutex<HashMap<Question, Kept>>,
}

impl Desk {
    /// Reads what changed up to a journal number, if it is not known.
    pub(super) async fn refresh(&self, watch: &Watch, position: i64) -> Result<()> {
        if self.state.read().await.position >= position {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let mut row = self.state.read().await.row;
        loop {
            let (position, rows) = store::after(watch.db(), super::PROJECTION, row, PIECE).await?;
            let ids: Vec<i64> = rows.iter().filter(|c| c.since > row).map(|c| c.orders).collect();
            let mut parts = store::parts(watch.db(), &ids).await?;
            let mut state = self.state.write().await;
            for c in &rows {
                let lines = parts.remove(&c.orders).unwrap_or_default();
                state.cube.put(&c.deal(lines));
                row = c.seq;
            }
            state.row = row;
            // With the last rows everything is as it was at that position; before, only some of it.
            if rows.len() < PIECE {
                state.position = position;
                return Ok(());
            }
        }
    }

    /// Forgets everything; the next look reads it again.
    pub(super) async fn forget(&self) {
        let _turn = self.turn.lock().await;
        *self.state.write().await = State::default();
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn known(&self, watch: &Watch) -> Result<RwLockReadGuard<'_, State>> {
        if self.state.read().await.position == 0 {
            let position = kit::journal::position(watch.db(), super::PROJECTION).await?;
            self.refresh(watch, position).await?;
        }
        Ok(self.state.read().await)
    }

    /// The figures of a page.
    pub async fn ask(&self, watch: &Watch, filter: &Filter, tables: &[(Dim, Option<Dim>)]) -> Result<Answer> {
        let now = hour(watch);
        let question = Question { filter: filter.clone(), tables: tables.to_vec(), now };
        let state = self.known(watch).await?;
        if let Some(kept) = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&question) {
            let fresh = kept.position == state.position || (kept.dear && kept.made.elapsed() < WHILE);
            if fresh {
                return Ok(Answer { tables: kept.tables.clone(), position: kept.position });
            }
        }
        let began = Instant::now();
        let made = Arc::new(state.cube.tables(filter, tables, now));
        let kept =
            Kept { position: state.position, made: Instant::now(), dear: began.elapsed() > DEAR, tables: made.clone() };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(question, kept);
        Ok(Answer { tables: made, position: state.position })
    }

    /// The orders that a figure counts, newest first with the amount counted, and the journal number.
    pub async fn orders(&self, watch: &Watch, filter: &Filter, mark: Option<Mark>) -> Result<(Vec<(i64, i64)>, i64)> {
        let state = self.known(watch).await?;
        Ok((state.cube.orders(filter, mark, hour(watch)), state.position))
    }

    /// Mean prices of the products that two filters have in common.
    pub async fn pairs(&self, watch: &Watch, before: &Filter, after: &Filter) -> Result<Vec<(i64, i64)>> {
        let state = self.known(watch).await?;
        let (old, new) = (state.cube.means(before), state.cube.means(after));
        Ok(old.into_iter().filter_map(|(product, price)| Some((price, *new.get(&product)?))).collect())
    }
}
