//! Personal data in words that become public: telephone numbers, identity card numbers, e-mail addresses. What people write in a
//! reason is theirs; what the public reads has none of it (个人信息保护法 art. 25, 28; 政府信息公开条例 art. 15).

/// What was found in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    /// A mobile or landline number.
    Phone,
    /// A number of an identity card, 18 or 15 signs.
    Identity,
    /// An e-mail address.
    Mail,
    /// A number of a bank card.
    Card,
}

impl Personal {
    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            Personal::Phone => "电话号码",
            Personal::Identity => "身份证号",
            Personal::Mail => "电子邮箱",
            Personal::Card => "银行卡号",
        }
    }

    fn cover(self) -> &'static str {
        match self {
            Personal::Phone => "〔电话已隐去〕",
            Personal::Identity => "〔身份证号已隐去〕",
            Personal::Mail => "〔邮箱已隐去〕",
            Personal::Card => "〔银行卡号已隐去〕",
        }
    }
}

/// The words with everything personal covered.
pub fn public(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let plain: Vec<char> = signs.iter().map(|c| narrow(*c)).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < signs.len() {
        match found(&plain, at) {
            Some((what, len)) => {
                out.push_str(what.cover());
                at += len;
            }
            None => {
                out.push(signs[at]);
                at += 1;
            }
        }
    }
    out
}

/// The first thing personal in the words, if there is any.
pub fn personal(text: &str) -> Option<Personal> {
    let plain: Vec<char> = text.chars().map(narrow).collect();
    (0..plain.len()).find_map(|at| found(&plain, at)).map(|(what, _)| what)
}

/// Full-width signs as their narrow twins: people type both.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＠' | '．' | '－' | '＋' | '（' | '）' => {
            char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
        }
        '—' | '–' => '-',
        _ => c,
    }
}

/// Something personal that begins at a place, and how many signs it has.
fn found(s: &[char], at: usize) -> Option<(Personal, usize)> {
    // Part of a longer word or number is neither a number nor an address of its own.
    let inside = at > 0 && (s[at - 1].is_ascii_alphanumeric() || local(s[at - 1]) && s[at - 1] != '-' && s[at] != '+');
    if inside {
        return None;
    }
    let mail = mail(s, at).map(|n| (Personal::Mail, n));
    mail.or_else(|| identity(s, at).map(|n| (Personal::Identity, n)))
        .or_else(|| card(s, at).map(|n| (Personal::Card, n)))
        .or_else(|| phone(s, at).map(|n| (Personal::Phone, n)))
}

/// A sign of the part of an e-mail address before the @.
fn local(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%')
}

fn mail(s: &[char], at: usize) -> Option<usize> {
    let before = s[at..].iter().take_while(|c| local(**c)).count();
    if before == 0 || s.get(at + before) != Some(&'@') {
        return None;
    }
    let host: Vec<char> = s[at + before + 1..]
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .copied()
        .collect();
    // A full stop after the address ends the sentence.
    let len = host.len() - host.iter().rev().take_while(|c| matches!(c, '.' | '-')).count();
    host[..len].contains(&'.').then_some(before + 1 + len)
}

fn digit(s: &[char], at: usize) -> Option<u32> {
    s.get(at).and_then(|c| c.to_digit(10))
}

/// Nothing that would make it a part of something longer follows.
fn ends(s: &[char], at: usize) -> bool {
    s.get(at).is_none_or(|c| !c.is_ascii_alphanumeric())
}

/// Digits from a place on.
fn run(s: &[char], at: usize) -> usize {
    s[at..].iter().take_while(|c| c.is_ascii_digit()).count()
}

fn identity(s: &[char], at: usize) -> Option<usize> {
    let n = run(s, at);
    let len = match n {
        18 | 15 => n,
        17 if s.get(at + 17).is_some_and(|c| matches!(c, 'x' | 'X')) => 18,
        _ => return None,
    };
    let number = |from: usize, len: usize| (from..from + len).fold(0, |v, i| v * 10 + digit(s, at + i).unwrap_or(0));
    let (year, month, date) = match len {
        18 => (number(6, 4), number(10, 2), number(12, 2)),
        _ => (1900 + number(6, 2), number(8, 2), number(10, 2)),
    };
    // The first digit is that of a part of the country; a credit code has other signs where this has a day of birth.
    let born = (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&date);
    (born && (1..=8).contains(&number(0, 1)) && ends(s, at + len)).then_some(len)
}

/// 16 to 19 digits from 62, perhaps in groups, whose check digit fits (ISO/IEC 7812): a card of a Chinese bank.
fn card(s: &[char], at: usize) -> Option<usize> {
    if !s[at..].starts_with(&['6', '2']) {
        return None;
    }
    let (mut digits, mut i) = (Vec::new(), at);
    while digits.len() < 20 {
        match digit(s, i) {
            Some(d) => digits.push(d),
            None if matches!(s.get(i), Some(' ' | '-')) && digit(s, i + 1).is_some() => {}
            None => break,
        }
        i += 1;
    }
    let doubled = |(n, d): (usize, &u32)| if n % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { *d };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    ((16..=19).contains(&digits.len()) && sum.is_multiple_of(10) && ends(s, i)).then_some(i - at)
}

fn phone(s: &[char], at: usize) -> Option<usize> {
    mobile(s, at).or_else(|| landline(s, at))
}

/// 11 digits from 13 to 19, perhaps in groups 3-4-4, perhaps with the country's code before.
fn mobile(s: &[char], at: usize) -> Option<usize> {
    let mut i = at;
    for code in [&['+', '8', '6'][..], &['0', '0', '8', '6'][..], &['8', '6'][..]] {
        if s[i..].starts_with(code) {
            i += code.len();
            i += usize::from(s.get(i).is_some_and(|c| matches!(c, ' ' | '-')));
            break;
        }
    }
    if digit(s, i) != Some(1) || digit(s, i + 1).is_none_or(|d| d < 3) {
        return None;
    }
    let mut digits = 0;
    while digits < 11 {
        if matches!(digits, 3 | 7) && s.get(i).is_some_and(|c| matches!(c, ' ' | '-')) {
            i += 1;
        }
        digit(s, i)?;
        (i, digits) = (i + 1, digits + 1);
    }
    ends(s, i).then_some(i - at)
}

/// An area code from 010 to 0999 and 7 or 8 digits.
fn landline(s: &[char], at: usize) -> Option<usize> {
    let bracket = usize::from(s.get(at) == Some(&'('));
    let from = at + bracket;
    if digit(s, from) != Some(0) || digit(s, from + 1).is_none_or(|d| d == 0) {
        return None;
    }
    for area in [3, 4] {
        if run(s, from) < area {
            continue;
        }
        let mut i = from + area;
        if bracket == 1 {
            if s.get(i) != Some(&')') {
                continue;
            }
            i += 1;
        }
        i += usize::from(s.get(i).is_some_and(|c| matches!(c, ' ' | '-')));
        if i == from + area && run(s, from) > area + 8 {
            continue;
        }
        let n = s.get(i..).map_or(0, |rest| run(rest, 0));
        if matches!(n, 7 | 8) && ends(s, i + n) {
            return Some(i + n - at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_of_people_are_covered() {
        for (words, shown) in [
            ("请联系13812345678。", "请联系〔电话已隐去〕。"),
            ("电话 138-1234-5678，张", "电话 〔电话已隐去〕，张"),
            ("+86 138 1234 5678", "〔电话已隐去〕"),
            ("１３８１２３４５６７８转", "〔电话已隐去〕转"),
            ("0531-86123456", "〔电话已隐去〕"),
            ("（0531）86123456", "〔电话已隐去〕"),
            ("010 62345678 和 053186123456", "〔电话已隐去〕 和 〔电话已隐去〕"),
            ("身份证37010219900307761X", "身份证〔身份证号已隐去〕"),
            ("370102900307761", "〔身份证号已隐去〕"),
            ("写信到 zhang.san+1@mail.example.cn.", "写信到 〔邮箱已隐去〕."),
            ("ａ＠ｂ．ｃｎ", "〔邮箱已隐去〕"),
            ("卡号 6222020200112233446，谢谢", "卡号 〔银行卡号已隐去〕，谢谢"),
            ("6222 0202 0011 2233 446", "〔银行卡号已隐去〕"),
        ] {
            assert_eq!(public(words), shown, "{words}");
            assert!(personal(words).is_some() && personal(shown).is_none(), "{words}");
        }
        assert_eq!(personal("a@b.cn"), Some(Personal::Mail));
    }

    #[test]
    fn numbers_of_the_trade_stay() {
        for words in [
            "订单 370112-261103-0ABC12345 金额 ¥13,812,345.67",
            "合同编号 370112-2026-HT-000123",
            "统一社会信用代码 91370100MA3C123456、11370102004189123X",
            "发票 25372000000012345678，2026-11-27 12:00:00",
            "型号 A1381234567800、13812345678901",
            "邮编 250000，@所有人，数量 10000000000",
            "规则 20261127 版",
            "流水 6222020200112233447、62220202001122334455",
        ] {
            assert_eq!(public(words), words);
            assert_eq!(personal(words), None, "{words}");
        }
    }
}
