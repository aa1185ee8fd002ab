//! 特色场馆: which products are in a venue, and what counts toward a reserved share.

/// What a venue asks of a product; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// All of these flags.
    pub flags: i64,
    /// The place of origin begins with this, or empty.
    pub origin: String,
    /// A certificate is needed.
    pub certificate: bool,
    /// In one of these categories; empty for any.
    pub categories: Vec<String>,
    /// Only products that were put on the list.
    pub listed: bool,
}

/// What is known of a product.
#[derive(Clone, Copy, Debug)]
pub struct Goods<'a> {
    /// Flags.
    pub flags: i64,
    /// Place of origin.
    pub origin: &'a str,
    /// Certificate number, or empty.
    pub certificate: &'a str,
    /// Category code.
    pub category: &'a str,
    /// Is it on the venue's list?
    pub listed: bool,
}

impl Admission {
    /// Is a product in?
    pub fn admits(&self, g: &Goods<'_>) -> bool {
        g.flags & self.flags == self.flags
            && g.origin.starts_with(&self.origin)
            && (!self.certificate || !g.certificate.is_empty())
            && (self.categories.is_empty() || self.categories.iter().any(|c| g.category.starts_with(c.as_str())))
            && (!self.listed || g.listed)
    }

    /// Would it admit everything?
    pub fn is_open(&self) -> bool {
        *self == Admission::default()
    }
}

/// How far an order is, for a reserved share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Everything is accepted.
    pub accepted: bool,
    /// Everything is paid.
    pub paid: bool,
    /// The unit has evaluated.
    pub evaluated: bool,
}

/// Does an order count, by the steps that the rulebook names?
pub fn counts(p: Progress, steps: &[String]) -> bool {
    steps.iter().all(|s| match s.as_str() {
        "accepted" => p.accepted,
        "paid" => p.paid,
        "evaluated" => p.evaluated,
        // A step nobody knows is never done.
        _ => false,
    })
}

/// Share in hundredths of a percent; 0 of nothing.
pub fn share_bp(part: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { (i128::from(part) * 10_000 / i128::from(whole)) as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_must_hold() {
        let a = Admission {
            flags: 32,
            origin: "山东".into(),
            certificate: true,
            categories: vec!["A05".into()],
            listed: true,
        };
        let good = Goods { flags: 33, origin: "山东济南", certificate: "C1", category: "A0504", listed: true };
        assert!(a.admits(&good));
        for bad in [
            Goods { flags: 1, ..good },
            Goods { origin: "江苏", ..good },
            Goods { certificate: "", ..good },
            Goods { category: "A02", ..good },
            Goods { listed: false, ..good },
        ] {
            assert!(!a.admits(&bad), "{bad:?}");
        }
        assert!(Admission::default().admits(&Goods {
            flags: 0,
            origin: "",
            certificate: "",
            category: "",
            listed: false
        }));
        assert!(Admission::default().is_open() && !a.is_open());
    }

    #[test]
    fn an_order_counts_after_all_its_steps() {
        let steps = ["accepted", "paid", "evaluated"].map(String::from);
        let all = Progress { accepted: true, paid: true, evaluated: true };
        assert!(counts(all, &steps));
        assert!(!counts(Progress { evaluated: false, ..all }, &steps));
        assert!(counts(Progress { evaluated: false, ..all }, &steps[..2]));
        assert!(!counts(all, &["blessed".to_owned()]));
        assert_eq!((share_bp(1, 3), share_bp(5, 0)), (3_333, 0));
    }
}
