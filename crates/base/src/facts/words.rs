//! What the journal's codes are called in Chinese: `data/journal-words.csv`. Every page that shows a code asks here.
use std::collections::BTreeMap;
use std::sync::LazyLock;

const LIST: &str = include_str!("../../../../data/journal-words.csv");

/// Words of one code.
struct Line {
    words: &'static str,
    /// Of a noun the page of one such record, of a follower what it does.
    more: &'static str,
}

/// A list that is built in is read without a way to fail; a test looks at every line.
static LINES: LazyLock<BTreeMap<&'static str, Line>> = LazyLock::new(|| {
    let line = |l: &'static str| {
        let mut cells = l.split(',');
        Some((cells.next()?, Line { words: cells.next()?, more: cells.next()? }))
    };
    LIST.lines().filter(|l| !l.starts_with('#')).skip(1).filter_map(line).collect()
});

/// Words of a kind such as `order.placed`, or the noun of a subject such as `order`; a code without words stands for itself.
pub fn say(code: &str) -> &str {
    LINES.get(code).map_or(code, |l| l.words)
}

/// Does a code have words?
pub fn known(code: &str) -> bool {
    LINES.contains_key(code)
}

/// A kind with the noun of its family, for lists where nothing else says what it is about: 订单：审批同意.
pub fn full(kind: &str) -> String {
    match kind.split_once('.') {
        Some((family, _)) => format!("{}：{}", say(family), say(kind)),
        None => say(kind).to_owned(),
    }
}

/// Kinds that begin alike, such as all of `order.`.
pub struct Family {
    /// What they begin with, without the dot.
    pub code: &'static str,
    /// Chinese noun.
    pub noun: &'static str,
    /// Kinds with their words.
    pub kinds: Vec<(&'static str, &'static str)>,
}

/// All kinds by family.
pub fn families() -> Vec<Family> {
    let mut out: Vec<Family> = Vec::new();
    for (kind, l) in LINES.iter() {
        let Some((code, _)) = kind.split_once('.') else { continue };
        match out.last_mut() {
            Some(f) if f.code == code => f.kinds.push((*kind, l.words)),
            _ => out.push(Family { code, noun: say(code), kinds: vec![(*kind, l.words)] }),
        }
    }
    out
}

/// The page of a record, by the noun of its subject and its id.
pub fn page(noun: &str, id: &str) -> Option<String> {
    LINES.get(noun).filter(|l| l.more.starts_with('/')).map(|l| l.more.replace("{}", id))
}

/// What a follower of the journal is called, and what it does.
pub fn follower(name: &str) -> (String, &'static str) {
    LINES.get(format!("follower/{name}").as_str()).map_or((name.to_owned(), ""), |l| (l.words.to_owned(), l.more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_three_cells_and_stands_once() {
        let lines: Vec<&str> = LIST.lines().filter(|l| !l.starts_with('#')).skip(1).collect();
        for l in &lines {
            let cells: Vec<&str> = l.split(',').collect();
            assert!(cells.len() == 3 && !cells[0].is_empty() && !cells[1].is_empty(), "{l}");
            let kind = cells[0].contains('.');
            assert!(!kind || cells[2].is_empty(), "{l}: a kind has no page");
            assert!(cells[0].starts_with("follower/") || cells[2].is_empty() || cells[2].starts_with('/'), "{l}");
        }
        assert_eq!(lines.len(), LINES.len());
    }

    #[test]
    fn every_kind_belongs_to_a_noun() {
        assert!(families().iter().all(|f| f.code != f.noun && !f.kinds.is_empty()));
        let kinds = LINES.keys().filter(|k| k.contains('.')).count();
        assert_eq!(families().iter().map(|f| f.kinds.len()).sum::<usize>(), kinds);
    }

    #[test]
    fn words_pages_and_followers() {
        assert_eq!((say("order.approved"), say("order"), say("no.such")), ("审批同意", "订单", "no.such"));
        assert_eq!(full("order.approved"), "订单：审批同意");
        assert_eq!(page("order", "7").as_deref(), Some("/orders/7"));
        assert_eq!((page("person", "7"), page("none", "7")), (None, None));
        assert_eq!(follower("search").0, "商品搜索");
        assert_eq!(follower("other"), ("other".to_owned(), ""));
    }
}
