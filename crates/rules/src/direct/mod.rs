//! 直购: may this unit buy these lines from this supplier, directly, now? Every question with its figures.

mod judge;
mod leads;

pub use judge::{Ask, AskLine, PlanRoom, judge, judge_need};
pub use leads::Before;

#[cfg(test)]
mod tests;
