//! From text to tokens. The same for titles and for queries, so that variants of writing give the same results.
use crate::variants::simplified;

/// One spelling: half width, lower case, simplified characters, one space between words.
pub fn fold(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        let c = match c {
            '\u{3000}' | '\t' | '\n' | '\u{a0}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '×' | '✕' => 'x',
            '—' | '–' | '‐' | '‑' | '−' => '-',
            other => simplified(other),
        };
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        out.extend(c.to_lowercase());
    }
    out.truncate(out.trim_end().len());
    out
}

/// A run of text of one nature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Chinese characters.
    Han(String),
    /// Letters and digits; hyphens, slashes and dots inside were taken out, the parts are kept.
    Latin { joined: String, parts: Vec<String> },
}

fn is_han(c: char) -> bool {
    matches!(c as u32, 0x4e00..=0x9fff | 0x3400..=0x4dbf)
}

/// Signs that join a model number: a hyphen inside does not make two words.
fn joins(c: char) -> bool {
    matches!(c, '-' | '_' | '/' | '.' | '+' | '&')
}

/// What stood just before the current sign.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Han,
    Latin,
    /// A joining sign after a Latin one.
    Joint,
    Gap,
}

/// Cuts folded text into runs.
pub(crate) fn runs(folded: &str) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut before = Before::Gap;
    for c in folded.chars() {
        if is_han(c) {
            match (before, out.last_mut()) {
                (Before::Han, Some(Run::Han(s))) => s.push(c),
                _ => out.push(Run::Han(c.to_string())),
            }
            before = Before::Han;
        } else if c.is_alphanumeric() {
            match (before, out.last_mut()) {
                (Before::Latin, Some(Run::Latin { joined, parts })) => {
                    joined.push(c);
                    if let Some(p) = parts.last_mut() {
                        p.push(c);
                    }
                }
                (Before::Joint, Some(Run::Latin { joined, parts })) => {
                    joined.push(c);
                    parts.push(c.to_string());
                }
                _ => out.push(Run::Latin { joined: c.to_string(), parts: vec![c.to_string()] }),
            }
            before = Before::Latin;
        } else if joins(c) && matches!(before, Before::Latin | Before::Joint) {
            before = Before::Joint;
        } else {
            before = Before::Gap;
        }
    }
    out
}

/// The tokens of Chinese characters: each pair, or the single character when there is only one.
pub(crate) fn pairs(han: &str) -> Vec<String> {
    let signs: Vec<char> = han.chars().collect();
    match signs.len() {
        0 => Vec::new(),
        1 => vec![han.to_owned()],
        _ => signs.windows(2).map(|w| w.iter().collect()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_fold_together() {
        for s in ["Ａ４ 復印紙", "a4　复印纸", " A4 复印纸 "] {
            assert_eq!(fold(s), "a4 复印纸");
        }
    }

    #[test]
    fn runs_keep_models_together() {
        let latin =
            |j: &str, p: &[&str]| Run::Latin { joined: j.into(), parts: p.iter().map(|s| (*s).into()).collect() };
        assert_eq!(
            runs("得力z-7503 70g纸"),
            [Run::Han("得力".into()), latin("z7503", &["z", "7503"]), latin("70g", &["70g"]), Run::Han("纸".into())]
        );
        assert_eq!(runs("复印，纸"), [Run::Han("复印".into()), Run::Han("纸".into())]);
        assert_eq!(pairs("复印纸"), ["复印", "印纸"]);
    }
}
