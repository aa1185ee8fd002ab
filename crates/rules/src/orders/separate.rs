//! Duties that one person may not exercise on one order (Government Procurement Law art. 61, internal control rules).
use crate::duty::Duty;

/// The duty that the person exercised before and that forbids `now`; pairs as the rulebook writes them: `handler/receiver`.
pub fn conflict(pairs: &[String], before: &[Duty], now: Duty) -> Option<Duty> {
    before.iter().copied().find(|b| {
        pairs
            .iter()
            .filter_map(|p| p.split_once('/'))
            .any(|(x, y)| (x == b.key() && y == now.key()) || (y == b.key() && x == now.key()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_hold_in_both_directions_and_nothing_else_is_forbidden() {
        let pairs = ["handler/receiver".to_owned(), "receiver/finance".to_owned(), "nonsense".to_owned()];
        for (before, now, want) in [
            (&[Duty::Handler][..], Duty::Receiver, Some(Duty::Handler)),
            (&[Duty::Receiver][..], Duty::Handler, Some(Duty::Receiver)),
            (&[Duty::Signer, Duty::Receiver][..], Duty::Accountant, Some(Duty::Receiver)),
            (&[Duty::Signer][..], Duty::Receiver, None),
            (&[Duty::Receiver][..], Duty::Receiver, None),
            (&[][..], Duty::Receiver, None),
        ] {
            assert_eq!(conflict(&pairs, before, now), want, "{before:?} then {now:?}");
        }
    }
}
