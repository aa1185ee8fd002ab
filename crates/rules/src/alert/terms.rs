//! Where a rule finds its parameters: a place, a purchase and a day. The cart and the follower ask through the same door.
use crate::calendar::Day;
use crate::rulebook::{Rulebook, Scope};

/// What rules are looked up for.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// All rules.
    pub book: &'a Rulebook,
    /// Region codes from the top to the place.
    pub path: &'a [&'a str],
    /// The purchase.
    pub scope: Scope<'a>,
    /// The day.
    pub day: Day,
}

impl<'a> Terms<'a> {
    /// A number; None when no rule is in force.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.book.resolve(key, self.path, &self.scope, self.day).and_then(|e| e.int())
    }

    /// A number, `or` when no rule is in force.
    pub fn number(&self, key: &str, or: i64) -> i64 {
        self.int(key).unwrap_or(or)
    }

    /// A list; empty when no rule is in force.
    pub fn list(&self, key: &str) -> Vec<String> {
        let found = self.book.resolve(key, self.path, &self.scope, self.day);
        found.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default()
    }

    /// The same for goods of a category.
    pub fn of(self, category: &'a str) -> Terms<'a> {
        Terms { scope: Scope { category: Some(category), ..self.scope }, ..self }
    }

    /// The same whatever is bought.
    pub fn any(self) -> Terms<'a> {
        Terms { scope: Scope::default(), ..self }
    }

    /// Edges between amount bands of a key, as the nearest place that speaks of it has them, fen.
    pub fn edges(&self, key: &str) -> Vec<i64> {
        let here = |region: &str| -> Vec<i64> {
            let rules = self.book.all(key).iter().filter(|r| r.region == region && r.in_force(self.day));
            let mut edges: Vec<i64> = rules.filter_map(|r| r.amount_from).filter(|a| *a > 0).collect();
            edges.sort_unstable();
            edges.dedup();
            edges
        };
        self.path.iter().rev().map(|r| here(r)).find(|e| !e.is_empty()).unwrap_or_default()
    }
}
