//! Tables of states and legal moves: one way to write them down for every procedure.
//!
//! Buttons, permissions, deadlines and tests read the table; nothing else says what may follow what.

/// Declares the states of a procedure: `Variant "key" "中文" tone`. Tones are the kinds of tag: ok, warn, bad, info.
macro_rules! states {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $v:ident $key:literal $label:literal $tone:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $v),+ }

        impl $name {
            /// All states.
            pub const ALL: &'static [$name] = &[$($name::$v),+];

            /// Stable key in the database and the API.
            pub fn key(self) -> &'static str {
                match self { $($name::$v => $key),+ }
            }

            /// The state of a key.
            pub fn of(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|s| s.key() == key)
            }

            /// Chinese name.
            pub fn label(self) -> &'static str {
                match self { $($name::$v => $label),+ }
            }

            /// Kind of tag that shows it.
            pub fn tone(self) -> &'static str {
                match self { $($name::$v => $tone),+ }
            }
        }
    };
}

/// Declares what moves a procedure and its table: `From, Act => To`.
macro_rules! moves {
    ($(#[$about:meta])* $act:ident on $state:ident { $($(#[$doc:meta])* $a:ident),+ $(,)? } [ $($from:ident $by:ident => $to:ident),+ $(,)? ]) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $act { $($(#[$doc])* $a),+ }

        /// All legal moves: from, act, to.
        pub const MOVES: &[($state, $act, $state)] = &[$(($state::$from, $act::$by, $state::$to)),+];

        /// Where an act leads from a state; None when it is not legal there.
        pub fn next(from: $state, act: $act) -> Option<$state> {
            MOVES.iter().find(|(f, a, _)| *f == from && *a == act).map(|(_, _, to)| *to)
        }
    };
}

pub(crate) use {moves, states};
