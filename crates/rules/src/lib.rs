//! Pure decisions of the mall: no IO, no clock, no randomness. Same inputs, same verdict, for ever.

pub mod money;

pub use money::Fen;
