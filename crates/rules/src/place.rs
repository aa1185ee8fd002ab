//! Regions by code: who is below whom. Codes have six digits in pairs; trailing zero pairs mean "the whole of".

/// The digits that everything below `code` shares: 370000 → 37, 370100 → 3701, 370112 and 370199 → themselves.
pub fn prefix(code: &str) -> &str {
    let mut p = code;
    while p.len() > 2 && p.ends_with("00") {
        p = &p[..p.len() - 2];
    }
    p
}

/// Is `code` the same as `upper` or below it?
pub fn within(code: &str, upper: &str) -> bool {
    code.starts_with(prefix(upper))
}

/// Does a list of areas (a province or city covers all below it) reach `place`?
pub fn reached<'a>(areas: impl IntoIterator<Item = &'a str>, place: &str) -> bool {
    areas.into_iter().any(|a| within(place, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_covers_its_counties_and_its_own_node() {
        for (code, upper, yes) in [
            ("370112", "370100", true),
            ("370199", "370100", true),
            ("370112", "370000", true),
            ("379900", "370000", true),
            ("370100", "370112", false),
            ("370212", "370100", false),
            ("370112", "370112", true),
        ] {
            assert_eq!(within(code, upper), yes, "{code} in {upper}");
        }
        assert!(reached(["370300", "370100"], "370112"));
        assert!(!reached(["370300"], "370112"));
    }
}
