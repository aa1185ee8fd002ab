//! 删除留痕内容: which entries of the journal may lose their words, on what ground, by whom.
//!
//! Personal data that got into the words of an entry is erased on demand of the law (《中华人民共和国个人信息保护法》第四十七条); so is a
//! secret. That the entry was made, when and what it was about stays. Money facts and whatever a follower makes rows from stay.

/// Kinds of entries whose words may be erased: free words of people, no sum, no state, read by no follower. A kind is added here
/// only with that in mind; a test compares the list with what the followers read.
pub const KINDS: [&str; 11] = [
    "auction.asked",
    "auction.answered",
    "brand.asked",
    "brand.answered",
    "cancel.asked",
    "demand.returned",
    "job.returned",
    "need.declined",
    "platform.described",
    "price.withdrawn",
    "tip.declined",
];

/// May the words of an entry of this kind be erased?
pub fn may(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Why words are erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// 个人信息 that should not have been written.
    Personal,
    /// 国家秘密 or 商业秘密.
    Secret,
}

impl Ground {
    /// All grounds.
    pub const ALL: [Ground; 2] = [Ground::Personal, Ground::Secret];

    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Ground::Personal => "personal",
            Ground::Secret => "secret",
        }
    }

    /// The ground of a key.
    pub fn of(key: &str) -> Option<Ground> {
        Ground::ALL.into_iter().find(|g| g.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Ground::Personal => "个人信息",
            Ground::Secret => "国家秘密或商业秘密",
        }
    }
}

/// What is known of an entry when somebody asks for, or decides on, erasing its words.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Number.
    pub seq: i64,
    /// Kind.
    pub kind: &'a str,
    /// Are the words gone already?
    pub erased: bool,
    /// Number up to which every follower and the log have read.
    pub followed: i64,
    /// A draw took its chance from the entry's hash.
    pub drawn: bool,
}

/// Why words stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The kind is not on the list.
    Kind,
    /// They are gone already.
    Gone,
    /// Somebody still has to read them.
    Unread,
    /// Others check a draw with them.
    Drawn,
    /// Who asked does not decide.
    Own,
}

/// May the words be erased?
pub fn check(e: &Entry<'_>) -> Result<(), Refusal> {
    match e {
        _ if e.erased => Err(Refusal::Gone),
        _ if !may(e.kind) => Err(Refusal::Kind),
        _ if e.drawn => Err(Refusal::Drawn),
        _ if e.seq > e.followed => Err(Refusal::Unread),
        _ => Ok(()),
    }
}

/// May this person decide what another asked for?
pub fn may_decide(asked_by: i64, person: i64) -> Result<(), Refusal> {
    if asked_by == person { Err(Refusal::Own) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_words_that_nobody_needs_are_erased() {
        let e = Entry { seq: 7, kind: "cancel.asked", erased: false, followed: 7, drawn: false };
        assert_eq!(check(&e), Ok(()));
        assert_eq!(check(&Entry { erased: true, ..e }), Err(Refusal::Gone));
        assert_eq!(check(&Entry { followed: 6, ..e }), Err(Refusal::Unread));
        assert_eq!(check(&Entry { drawn: true, ..e }), Err(Refusal::Drawn));
        for kind in ["contract.concluded", "payment.paid", "auction.quoted", "journal.erased", "order.placed", ""] {
            assert_eq!(check(&Entry { kind, ..e }), Err(Refusal::Kind), "{kind}");
        }
        assert_eq!(may_decide(1, 2), Ok(()));
        assert_eq!(may_decide(1, 1), Err(Refusal::Own));
    }

    #[test]
    fn grounds_have_their_words() {
        for g in Ground::ALL {
            assert_eq!(Ground::of(g.key()), Some(g));
            assert!(!g.label().is_empty());
        }
        assert_eq!(Ground::of(""), None);
    }
}
