//! 分站上线: how a station comes to life, and how it ends.
//!
//! A finance department plans the day of going live; the standard tasks come with it, due days counted back in working days. What
//! still blocks is computed from what is there: rules, people, plans, suppliers, training. A trial is for the units named; going
//! live needs that nothing blocks and is decided by whom the rulebook says; a closed station begins nothing new, what was begun is
//! finished, and another one takes over. States: [`rules::station`]. Whether a purchase may begin is asked of [`base::stations`].

mod figures;
mod flow;
mod pages;
mod standard;
mod store;
mod tasks;
mod training;

pub use flow::{Move, act, name, plan};
pub use pages::routes;
pub use standard::standard;
pub use store::late;
pub use tasks::{NewTask, What, act as task, add as add_task};
pub use training::{Session, record as train};

use base::access::Actor;
use kit::{Query, Result};

/// Tasks of a station that are still open, in order of their days: id, obligatory?
pub async fn open_tasks(q: &dyn Query, code: &str) -> Result<Vec<(i64, bool)>> {
    Ok(store::tasks(q, code).await?.into_iter().filter(|t| !t.done).map(|t| (t.id, t.must)).collect())
}

/// Overdue tasks in the area of a finance department.
pub(crate) async fn waiting(q: &dyn Query, actor: &Actor, now: i64) -> Result<i64> {
    late(q, rules::place::prefix(&actor.region), rules::calendar::day_of(now)).await
}
