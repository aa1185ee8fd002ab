//! This node's memory of everything counted, and what pages ask of it.
use super::answers::{Answer, Answers, Shown};
use super::pages::Forecast;
use super::store;
use crate::Watch;
use kit::Result;
use rules::calendar::Day;
use rules::price::movement;
use rules::statistics::{Cell, Cube, Dim, Filter, Found, Mark, Sum, Tables};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex as Turn;

/// Rows read at a time.
const PIECE: usize = 500;

#[derive(Default)]
struct State {
    cube: Cube,
    /// Up to this row it holds what changed.
    row: i64,
}

/// Rows, or rows and columns.
type Wanted = [(Dim, Option<Dim>)];
type Grouped = (Filter, Vec<(Dim, Option<Dim>)>);

/// The memory of one node. Whoever reads looks at a snapshot, so that nobody waits for what is written meanwhile.
#[derive(Default)]
pub struct Desk {
    state: Turn<State>,
    shown: RwLock<Arc<Shown>>,
    tables: Answers<Grouped, Tables<Cell>>,
    sums: Answers<Grouped, Tables<Sum>>,
    indexes: Answers<(Filter, Filter), Option<i64>>,
    orders: Answers<(Filter, Option<Mark>, Range<usize>), Found>,
    forecasts: Answers<(Filter, Day), Option<Forecast>>,
}

/// The hour it is, in seconds since 1970: deadlines end with an hour of the day, so within one nothing changes by itself.
fn hour(watch: &Watch) -> u32 {
    u32::try_from(watch.db().now() / 3_600_000 * 3_600).unwrap_or(u32::MAX)
}

impl Desk {
    fn shown(&self) -> Arc<Shown> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, shown: Shown) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shown);
    }

    /// Reads what changed up to a journal number, if it is not known.
    pub(super) async fn refresh(&self, watch: &Watch, position: i64) -> Result<()> {
        if self.shown().position >= position {
            return Ok(());
        }
        let mut state = self.state.lock().await;
        // Somebody else may have read it while this one waited.
        if self.shown().position >= position {
            return Ok(());
        }
        loop {
            let (position, rows) = store::after(watch.db(), super::PROJECTION, state.row, PIECE).await?;
            let ids: Vec<i64> = rows.iter().filter(|c| c.since > state.row).map(|c| c.orders).collect();
            let mut parts = store::parts(watch.db(), &ids).await?;
            for c in &rows {
                let lines = parts.remove(&c.orders).unwrap_or_default();
                state.cube.put(&c.deal(lines));
                state.row = c.seq;
            }
            // With the last rows everything is as it was at that position; before, only some of it.
            if rows.len() < PIECE {
                self.show(Shown { snapshot: state.cube.snapshot(), orders: state.cube.len(), position });
                return Ok(());
            }
        }
    }

    /// Forgets everything; the next look reads it again.
    pub(super) async fn forget(&self) {
        let mut state = self.state.lock().await;
        *state = State::default();
        self.show(Shown::default());
        self.tables.forget();
        self.sums.forget();
        self.indexes.forget();
        self.orders.forget();
        self.forecasts.forget();
    }

    /// What is counted now, and the hour.
    async fn known(&self, watch: &Watch) -> Result<(Arc<Shown>, u32)> {
        if self.shown().position == 0 {
            let position = kit::journal::position(watch.db(), super::PROJECTION).await?;
            self.refresh(watch, position).await?;
        }
        Ok((self.shown(), hour(watch)))
    }

    /// All figures, by these dimensions or pairs of them.
    pub async fn tables(&self, watch: &Watch, filter: &Filter, wanted: &Wanted) -> Result<Answer<Tables<Cell>>> {
        let known = self.known(watch).await?;
        let (question, now) = ((filter.clone(), wanted.to_vec()), known.1);
        let (f, w) = question.clone();
        self.tables.get(&question, known, move |all| all.tables(&f, &w, now)).await
    }

    /// Numbers and amounts, by these dimensions or pairs of them; of everything together all figures.
    pub async fn sums(&self, watch: &Watch, filter: &Filter, wanted: &Wanted) -> Result<Answer<Tables<Sum>>> {
        let known = self.known(watch).await?;
        let (question, now) = ((filter.clone(), wanted.to_vec()), known.1);
        let (f, w) = question.clone();
        self.sums.get(&question, known, move |all| all.tables(&f, &w, now)).await
    }

    /// The orders that a figure counts; some of them are listed, newest first.
    pub async fn orders(
        &self,
        watch: &Watch,
        filter: &Filter,
        mark: Option<Mark>,
        listed: Range<usize>,
    ) -> Result<Answer<Found>> {
        let known = self.known(watch).await?;
        let (question, now) = ((filter.clone(), mark, listed), known.1);
        let (f, mark, listed) = question.clone();
        self.orders.get(&question, known, move |all| all.orders(&f, mark, now, listed)).await
    }

    /// What the year will leave, made by whoever asks first on a day.
    pub(super) async fn forecast(
        &self,
        watch: &Watch,
        question: (Filter, Day),
        make: impl Future<Output = Result<Option<Forecast>>>,
    ) -> Result<Arc<Option<Forecast>>> {
        let (shown, hour) = self.known(watch).await?;
        Ok(self.forecasts.made(&question, shown.at(hour), make).await?.made)
    }

    /// How prices moved from one span to the other, over the products that both bought; basis points of the old price.
    pub async fn index(&self, watch: &Watch, before: &Filter, after: &Filter) -> Result<Option<i64>> {
        let known = self.known(watch).await?;
        let question = (before.clone(), after.clone());
        let (before, after) = question.clone();
        let made = self.indexes.get(&question, known, move |all| {
            let (old, new) = (all.means(&before), all.means(&after));
            let mut pairs: Vec<(i64, i64)> =
                old.into_iter().filter_map(|(product, price)| Some((price, *new.get(&product)?))).collect();
            // Sums of logarithms depend on their order in the last digits; every node says the same.
            pairs.sort_unstable();
            movement(&pairs)
        });
        Ok(*made.await?.made)
    }
}
