//! Money: integer fen, its written forms and its arithmetic.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// An amount in fen (1 yuan = 100 fen). Never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

/// The largest amount a form accepts: 100 billion yuan, far below the capacity of an i64 of fen.
pub const FEN_MAX: Fen = Fen(10_000_000_000_000);

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// This price times a quantity; `None` when the product leaves the range of an amount.
    pub fn times(self, quantity: i64) -> Option<Fen> {
        self.0.checked_mul(quantity).filter(|v| v.abs() <= FEN_MAX.0).map(Fen)
    }

    /// Reads `1234`, `1,234.5` or `￥1234.50` as yuan; at most two decimals, no exponent.
    pub fn parse_yuan(text: &str) -> Option<Fen> {
        let s: String =
            text.trim().trim_start_matches(['¥', '￥']).chars().filter(|c| *c != ',' && *c != '，').collect();
        let (negative, s) = match s.strip_prefix('-') {
            Some(rest) => (true, rest.to_string()),
            None => (false, s),
        };
        let (yuan, cents) = s.split_once('.').unwrap_or((&s, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if yuan.is_empty() || yuan.len() > 12 || !digits(yuan) || cents.len() > 2 || !digits(cents) {
            return None;
        }
        let cents = format!("{cents:0<2}");
        let fen = yuan.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?;
        Some(Fen(if negative { -fen } else { fen })).filter(|f| f.0.abs() <= FEN_MAX.0)
    }

    /// `¥1,234.50`, for people.
    pub fn yuan(self) -> String {
        let v = self.0.unsigned_abs();
        let whole = (v / 100).to_string();
        let mut out = String::from(if self.0 < 0 { "-¥" } else { "¥" });
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        format!("{out}.{:02}", v % 100)
    }

    /// `1234.50`, for files that machines read.
    pub fn plain(self) -> String {
        self.yuan().replace(['¥', ','], "")
    }

    /// The capital form that contracts carry: 壹万贰仟叁佰肆拾伍元整.
    pub fn capitals(self) -> String {
        const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
        const UNITS: [&str; 4] = ["", "拾", "佰", "仟"];
        const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];
        let v = self.0.unsigned_abs();
        let (mut yuan, jiao, fen) = (v / 100, v / 10 % 10, v % 10);
        let mut groups = Vec::new();
        while yuan > 0 {
            groups.push((yuan % 10_000) as usize);
            yuan /= 10_000;
        }
        let mut out = String::new();
        let mut zero = false;
        for (g, &group) in groups.iter().enumerate().rev() {
            for place in (0..4).rev() {
                let digit = group / 10usize.pow(place as u32) % 10;
                if digit == 0 {
                    zero = !out.is_empty();
                } else {
                    if zero {
                        out.push('零');
                    }
                    zero = false;
                    out.push_str(DIGITS[digit]);
                    out.push_str(UNITS[place]);
                }
            }
            if group > 0 {
                out.push_str(GROUPS[g]);
            }
        }
        let has_yuan = !out.is_empty();
        if has_yuan {
            out.push('元');
        }
        match (jiao, fen) {
            (0, 0) => out.push_str(if has_yuan { "整" } else { "零元整" }),
            (j, 0) => out.push_str(&format!("{}角整", DIGITS[j as usize])),
            (0, f) => {
                if has_yuan {
                    out.push('零');
                }
                out.push_str(&format!("{}分", DIGITS[f as usize]));
            }
            (j, f) => out.push_str(&format!("{}角{}分", DIGITS[j as usize], DIGITS[f as usize])),
        }
        if self.0 < 0 { format!("负{out}") } else { out }
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.yuan())
    }
}

impl Add for Fen {
    type Output = Fen;
    fn add(self, other: Fen) -> Fen {
        Fen(self.0 + other.0)
    }
}

impl Sub for Fen {
    type Output = Fen;
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0 - other.0)
    }
}

impl Neg for Fen {
    type Output = Fen;
    fn neg(self) -> Fen {
        Fen(-self.0)
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(iter: I) -> Fen {
        iter.fold(Fen::ZERO, |a, b| a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_clerk_types_and_nothing_else() {
        for (text, want) in [
            ("112", Some(11_200)),
            ("1,234.5", Some(123_450)),
            ("￥0.01", Some(1)),
            ("-3.20", Some(-320)),
            ("1.234", None),
            ("1e3", None),
            ("", None),
            (".5", None),
            ("12元", None),
            ("9999999999999", None),
        ] {
            assert_eq!(Fen::parse_yuan(text).map(|f| f.0), want, "{text}");
        }
    }

    #[test]
    fn writes_amounts_for_people_and_for_contracts() {
        for (fen, plain, capitals) in [
            (1_234_500, "12,345.00", "壹万贰仟叁佰肆拾伍元整"),
            (0, "0.00", "零元整"),
            (5, "0.05", "伍分"),
            (10_005, "100.05", "壹佰元零伍分"),
            (217_000, "2,170.00", "贰仟壹佰柒拾元整"),
            (100_000_000_000, "1,000,000,000.00", "壹拾亿元整"),
            (1_000_100, "10,001.00", "壹万零壹元整"),
            (1_050_000, "10,500.00", "壹万零伍佰元整"),
            (-120, "-1.20", "负壹元贰角整"),
        ] {
            assert_eq!(Fen(fen).yuan().replace('¥', ""), plain);
            assert_eq!(Fen(fen).capitals(), capitals, "{plain}");
        }
    }

    #[test]
    fn a_product_out_of_range_is_refused() {
        assert_eq!(Fen(11_200).times(20), Some(Fen(224_000)));
        assert_eq!(Fen(i64::MAX).times(2), None);
        assert_eq!(FEN_MAX.times(2), None);
    }
}
