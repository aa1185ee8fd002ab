//! Unified social credit codes (统一社会信用代码), GB 32100-2015: 18 characters with two check characters.

/// The characters of a code in the order of their values; I, O, S, V and Z are not used.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weights of the first 17 characters: powers of 3 modulo 31 (GB 32100-2015, annex).
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Weights of the eight characters of an organisation code (GB 11714).
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Is this a whole code, in capitals, with both check characters right?
pub fn valid(code: &str) -> bool {
    // The first 17 bytes may end inside a character; then `get` finds nothing.
    code.len() == 18 && code.get(..17).and_then(complete).as_deref() == Some(code)
}

/// The code whose first 17 characters are given; `None` when they are not such characters or when
/// the organisation code within them (9th to 17th) is wrong.
pub fn complete(first17: &str) -> Option<String> {
    if first17.len() != 17 || !first17.is_ascii() {
        return None;
    }
    let mut sum = 0;
    for (c, weight) in first17.bytes().zip(WEIGHTS) {
        sum += ALPHABET.iter().position(|a| *a == c)? * weight;
    }
    if organisation_check(&first17[8..16])? != char::from(first17.as_bytes()[16]) {
        return None;
    }
    let last = char::from(ALPHABET[(31 - sum % 31) % 31]);
    Some(format!("{first17}{last}"))
}

/// The check character of an eight-character organisation code (GB 11714), the 17th of a credit code.
pub fn organisation_check(first8: &str) -> Option<char> {
    if first8.len() != 8 {
        return None;
    }
    let mut sum = 0;
    for (c, weight) in first8.bytes().zip(ORGANISATION_WEIGHTS) {
        let value = match c {
            b'0'..=b'9' => c - b'0',
            b'A'..=b'Z' => c - b'A' + 10,
            _ => return None,
        };
        sum += usize::from(value) * weight;
    }
    Some(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        n => char::from(b'0' + n as u8),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked_as_the_standard_says() {
        // Invented units; the codes come from the independent checker of the design.
        for code in [
            "91370100MA3C00011J",
            "123701004955000148",
            "11370000004500002Q",
            "91370200MAC8X2Q15Q",
            "913703002671700172",
            "91370100000000000R",
        ] {
            assert!(valid(code), "{code}");
            assert_eq!(complete(&code[..17]).as_deref(), Some(code));
            for i in 0..18 {
                let other = if &code[i..=i] == "8" { "9" } else { "8" };
                let wrong = format!("{}{other}{}", &code[..i], &code[i + 1..]);
                assert!(!valid(&wrong), "{wrong}");
            }
        }
        for wrong in [
            "",
            "91370100ma3c00011j",
            "91370100MA3C00011",
            "91370100MA3C00011J0",
            "91370100MA3C0001IJ",
            "９１３７０１",
            "山东省济南市",
        ] {
            assert!(!valid(wrong), "{wrong}");
        }
        assert_eq!(complete("91370100MA3C00012"), None);
        assert_eq!(organisation_check("MA3C0001"), Some('1'));
        assert_eq!(organisation_check("ma3c0001"), None);
    }
}
