//! From words to candidates: exactly first, then step by step more generously, never to an empty page while
//! something close exists.
use crate::index::{IN_ATTRS, IN_BRAND, IN_MODEL, IN_TITLE, IN_WORDS, Index};
use crate::text::{Run, fold, pairs, runs};

/// Pieces a query is cut into at most; the rest is ignored.
const PIECES_MAX: usize = 12;
/// Latin tokens a prefix may stand for.
const PREFIXES_MAX: usize = 64;

/// One thing the query asks for: any of these alternatives, each a list of tokens that must all be there.
struct Piece {
    shown: String,
    alternatives: Vec<(Vec<String>, f32)>,
}

/// Documents with their score, in order of document.
pub(crate) type Candidates = Vec<(u32, f32)>;

/// The candidates of a text and what was relaxed. None when the text has no words at all.
pub(crate) fn candidates(index: &Index, text: &str) -> Option<(Candidates, Option<String>)> {
    let folded = fold(text);
    let mut pieces = cut(index, &folded);
    pieces.truncate(PIECES_MAX);
    if pieces.is_empty() {
        return None;
    }
    let mut found: Vec<Candidates> = pieces.iter().map(|p| matching(index, p)).collect();
    // Pieces that nothing matches are tried as pinyin or with a typing error, then character by character.
    let mut changed = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        if found[i].is_empty()
            && let Some((meant, hits)) = guess(index, &piece.shown)
        {
            changed.push(format!("“{}”按“{meant}”查找", piece.shown));
            found[i] = hits;
        }
    }
    let all = intersect_all(&found);
    if !all.is_empty() {
        let relaxed = (!changed.is_empty()).then(|| format!("没有完全一样的，{}。", changed.join("，")));
        return Some((all, relaxed));
    }
    // By single characters: word order and filling words no longer matter.
    let single: Vec<Candidates> = pieces
        .iter()
        .zip(&found)
        .map(|(p, f)| if f.is_empty() { singles(index, &p.shown) } else { f.clone() })
        .collect();
    let all = intersect_all(&single);
    if !all.is_empty() {
        return Some((all, Some("没有完全一样的，下面的商品包含这些字。".into())));
    }
    Some(partly(&pieces, &single))
}

/// Most pieces win; at least one must match.
fn partly(pieces: &[Piece], found: &[Candidates]) -> (Candidates, Option<String>) {
    let mut counted: std::collections::BTreeMap<u32, (usize, f32)> = Default::default();
    for hits in found {
        for (doc, score) in hits {
            let slot = counted.entry(*doc).or_default();
            slot.0 += 1;
            slot.1 += score;
        }
    }
    let best = counted.values().map(|v| v.0).max().unwrap_or(0);
    let out: Candidates = counted.into_iter().filter(|(_, v)| v.0 == best).map(|(d, v)| (d, v.1)).collect();
    let missing: Vec<&str> =
        pieces.iter().zip(found).filter(|(_, f)| f.is_empty()).map(|(p, _)| p.shown.as_str()).collect();
    let words = match (out.is_empty(), missing.is_empty()) {
        (true, _) => None,
        (false, true) => Some("没有同时符合所有词的，下面的商品符合其中一部分。".to_owned()),
        (false, false) => Some(format!("没有找到“{}”，下面的商品符合其余的词。", missing.join("、"))),
    };
    (out, words)
}

/// Cuts folded text into pieces: known words where possible, longest first.
fn cut(index: &Index, folded: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let all = runs(folded);
    let mut i = 0;
    while i < all.len() {
        match &all[i] {
            Run::Han(han) => cut_han(index, han, &mut out),
            Run::Latin { joined, .. } => {
                // A model number written with spaces: if the joined form is known, it is meant.
                let mut whole = joined.clone();
                let mut used = 0;
                let mut longest = (joined.clone(), 0);
                while let Some(Run::Latin { joined: next, .. }) = all.get(i + used + 1) {
                    used += 1;
                    whole.push_str(next);
                    if !index.postings(&whole).is_empty() {
                        longest = (whole.clone(), used);
                    }
                    if used == 3 {
                        break;
                    }
                }
                i += longest.1;
                out.push(latin_piece(index, longest.0));
            }
        }
        i += 1;
    }
    out
}

fn cut_han(index: &Index, han: &str, out: &mut Vec<Piece>) {
    let signs: Vec<char> = han.chars().collect();
    let mut at = 0;
    let mut loose = String::new();
    while at < signs.len() {
        let longest = (2..=index.word_max.min(signs.len() - at)).rev().find_map(|n| {
            let word: String = signs[at..at + n].iter().collect();
            index.words.contains(&word).then_some((word, n))
        });
        match longest {
            Some((word, n)) => {
                flush(index, &mut loose, out);
                out.push(piece(index, word));
                at += n;
            }
            None => {
                loose.push(signs[at]);
                at += 1;
            }
        }
    }
    flush(index, &mut loose, out);
}

/// Characters between known words: cut where two neighbours never stand together in any product.
fn flush(index: &Index, loose: &mut String, out: &mut Vec<Piece>) {
    let signs: Vec<char> = std::mem::take(loose).chars().collect();
    let mut word = String::new();
    for (i, c) in signs.iter().enumerate() {
        word.push(*c);
        let together = signs.get(i + 1).is_some_and(|next| !index.postings(&format!("{c}{next}")).is_empty());
        if !together {
            out.push(piece(index, std::mem::take(&mut word)));
        }
    }
}

fn tokens_of(word: &str) -> Vec<String> {
    runs(word)
        .into_iter()
        .flat_map(|r| match r {
            Run::Han(h) => pairs(&h),
            Run::Latin { joined, .. } => vec![joined],
        })
        .collect()
}

fn piece(index: &Index, word: String) -> Piece {
    let mut alternatives = vec![(tokens_of(&word), 1.0)];
    for other in index.synonyms.get(&word).into_iter().flatten() {
        alternatives.push((tokens_of(other), 0.7));
    }
    Piece { shown: word, alternatives }
}

fn latin_piece(index: &Index, token: String) -> Piece {
    let mut p = piece(index, token.clone());
    // What is being typed may be the beginning of a model number.
    if token.len() >= 2 {
        let longer =
            index.latin.range::<str, _>((std::ops::Bound::Excluded(token.as_str()), std::ops::Bound::Unbounded));
        for (t, ()) in longer.take_while(|(t, ())| t.starts_with(token.as_str())).take(PREFIXES_MAX) {
            // 70g does not mean 70gsm-coated, but z75 means z7503: only what goes on with a digit or has no digit yet.
            let rest = &t[token.len()..];
            if !token.ends_with(|c: char| c.is_ascii_digit()) || rest.starts_with(|c: char| c.is_ascii_digit()) {
                p.alternatives.push((vec![t.to_string()], 0.5));
            }
        }
    }
    p
}

fn weight(place: u32) -> f32 {
    let field = [(IN_MODEL, 6.0), (IN_BRAND, 4.0), (IN_TITLE, 3.0), (IN_WORDS, 2.0), (IN_ATTRS, 1.0)];
    field.iter().filter(|(bit, _)| place & bit != 0).map(|(_, w)| w).sum()
}

/// Documents that have all tokens of one of the alternatives.
fn matching(index: &Index, p: &Piece) -> Candidates {
    let mut out: Candidates = Vec::new();
    for (tokens, factor) in &p.alternatives {
        let hits = having_all(index, tokens, *factor);
        out = if out.is_empty() { hits } else { unite(out, hits) };
    }
    out
}

/// Documents that have all these tokens; rare tokens count more.
fn having_all(index: &Index, tokens: &[String], factor: f32) -> Candidates {
    let mut lists: Vec<&[u32]> = tokens.iter().map(|t| index.postings(t)).collect();
    lists.sort_by_key(|l| l.len());
    let Some(first) = lists.first() else { return Vec::new() };
    let all = index.docs.len().max(1) as f32;
    let rare = |l: &[u32]| (1.0 + all / l.len().max(1) as f32).ln() * factor / tokens.len() as f32;
    let mut out: Candidates = first.iter().map(|p| (index.doc(*p), weight(index.place(*p)) * rare(first))).collect();
    for list in &lists[1..] {
        let value = rare(list);
        let mut from = 0;
        out.retain_mut(|(doc, score)| {
            // Both lists are in order of document: search forward only.
            let rest = &list[from..];
            from += rest.partition_point(|p| index.doc(*p) < *doc);
            match list.get(from) {
                Some(p) if index.doc(*p) == *doc => {
                    *score += weight(index.place(*p)) * value;
                    true
                }
                _ => false,
            }
        });
    }
    out
}

fn unite(a: Candidates, b: Candidates) -> Candidates {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x.0 == y.0 => {
                out.push((x.0, x.1.max(y.1)));
                i += 1;
                j += 1;
            }
            (Some(x), Some(y)) if x.0 < y.0 => {
                out.push(*x);
                i += 1;
            }
            (_, Some(y)) => {
                out.push(*y);
                j += 1;
            }
            (Some(x), None) => {
                out.push(*x);
                i += 1;
            }
            (None, None) => break,
        }
    }
    out
}

fn intersect_all(lists: &[Candidates]) -> Candidates {
    let mut order: Vec<&Candidates> = lists.iter().collect();
    order.sort_by_key(|l| l.len());
    let Some((first, rest)) = order.split_first() else { return Vec::new() };
    let mut out = (*first).clone();
    for list in rest {
        let mut from = 0;
        out.retain_mut(|(doc, score)| {
            from += list[from..].partition_point(|(d, _)| d < doc);
            match list.get(from) {
                Some((d, s)) if d == doc => {
                    *score += s;
                    true
                }
                _ => false,
            }
        });
    }
    out
}

/// Documents that have every character of a Chinese piece, in any order.
fn singles(index: &Index, shown: &str) -> Candidates {
    let tokens: Vec<String> = runs(shown)
        .into_iter()
        .flat_map(|r| match r {
            Run::Han(h) => h.chars().map(|c| c.to_string()).collect(),
            Run::Latin { joined, .. } => vec![joined],
        })
        .collect();
    having_all(index, &tokens, 0.3)
}

/// What a Latin piece that nothing matches may have meant: a word by its pinyin, or a token one slip away.
fn guess(index: &Index, shown: &str) -> Option<(String, Candidates)> {
    if !shown.is_ascii() || shown.len() < 2 {
        return None;
    }
    if let Some(word) = crate::suggest::by_pinyin(index, shown) {
        let hits = matching(index, &piece(index, word.clone()));
        if !hits.is_empty() {
            return Some((word, hits));
        }
    }
    if shown.len() < 4 {
        return None;
    }
    let near = index.latin.keys().filter(|t| t.len().abs_diff(shown.len()) <= 1 && one_slip(t, shown));
    near.map(|t| (t.to_string(), having_all(index, &[t.to_string()], 0.6))).max_by_key(|(_, hits)| hits.len())
}

/// One sign more, less, or other, or two neighbours swapped.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b) = if a.len() <= b.len() { (a.as_bytes(), b.as_bytes()) } else { (b.as_bytes(), a.as_bytes()) };
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    if a.len() == b.len() {
        let swapped =
            same + 1 < a.len() && a[same] == b[same + 1] && a[same + 1] == b[same] && a[same + 2..] == b[same + 2..];
        return same < a.len() && (a[same + 1..] == b[same + 1..] || swapped);
    }
    a[same..] == b[same + 1..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_slip() {
        for (a, b, yes) in [
            ("deli", "deil", true),
            ("deli", "dell", true),
            ("deli", "del", true),
            ("deli", "deli", false),
            ("deli", "daly", false),
            ("z7503", "z75003", true),
        ] {
            assert_eq!(one_slip(a, b), yes, "{a} {b}");
        }
    }
}
