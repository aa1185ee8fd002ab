//! How a job found its supplier, as the public may read it once there is an order.
use super::store;
use kit::{Query, Result};
use rules::fixed::Way;

/// A supplier that was asked about a job.
#[derive(Clone, Debug)]
pub struct Part {
    /// Who.
    pub supplier: i64,
    /// Its quote, fen; None where it gave none.
    pub amount: Option<i64>,
    /// When it quoted, ms UTC.
    pub at: Option<i64>,
    /// Does it do the job?
    pub won: bool,
}

/// How a job found who does it.
#[derive(Clone, Debug)]
pub struct Called {
    /// Agreement.
    pub agreement: i64,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// How it is priced: `discount`, `items`, `ceiling`.
    pub pricing: String,
    /// How a supplier was found.
    pub way: Way,
    /// Was there a draw that anybody can repeat?
    pub drawn: bool,
    /// End of the quotes, ms UTC; 0 for none.
    pub until: i64,
    /// Who was asked: the winner first, then by amount.
    pub parts: Vec<Part>,
}

/// How the job of a project found who does it.
pub async fn called(q: &dyn Query, project: i64) -> Result<Called> {
    let j = store::job(q, project).await?;
    let a = store::agreement(q, j.agreement).await?;
    let part = |x: store::Asked| Part {
        won: Some(x.supplier) == j.supplier,
        supplier: x.supplier,
        amount: x.amount,
        at: x.at,
    };
    let mut parts: Vec<Part> = store::asked(q, project).await?.into_iter().map(part).collect();
    parts.sort_by_key(|p| (!p.won, p.amount.is_none(), p.amount, p.supplier));
    Ok(Called {
        agreement: a.id,
        number: a.number,
        title: a.title,
        pricing: a.pricing,
        way: j.way,
        drawn: j.draw_seq > 0,
        until: j.answer_by,
        parts,
    })
}
