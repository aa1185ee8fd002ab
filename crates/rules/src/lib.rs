//! Pure decisions of the mall: no IO, no clock, no randomness. Same inputs, same verdict, for ever.

pub mod admission;
pub mod alert;
pub mod auction;
pub mod audit;
pub mod batch;
pub mod calendar;
pub mod certificate;
pub mod check;
pub mod conduct;
pub mod direct;
pub mod dispute;
pub mod draft;
pub mod duty;
pub mod erasure;
pub mod evaluation;
pub mod fixed;
pub mod goods;
pub mod mask;
pub mod money;
pub mod naming;
pub mod notice;
pub mod orders;
pub mod place;
pub mod price;
pub mod role;
pub mod rulebook;
pub mod settlement;
pub mod simulate;
mod states;
pub mod station;
pub mod statistics;
pub mod uscc;
pub mod venue;

pub use money::Fen;
