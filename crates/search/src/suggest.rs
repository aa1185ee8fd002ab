//! Completions: categories that have goods, brands, words people use; by text, pinyin or initials.
use crate::Suggestion;
use crate::index::Index;
use crate::text::fold;
use pinyin::ToPinyin;

/// Full pinyin and initials of a text; other signs stay.
fn sounds(text: &str) -> (String, String) {
    let (mut full, mut initials) = (String::new(), String::new());
    for (c, sound) in text.chars().zip(text.to_pinyin()) {
        match sound {
            Some(p) => {
                full.push_str(p.plain());
                initials.push_str(p.first_letter());
            }
            None if c.is_alphanumeric() => {
                full.push(c);
                initials.push(c);
            }
            None => {}
        }
    }
    (full, initials)
}

/// How well a typed text fits: smaller is better, None when not at all.
fn fits(typed: &str, text: &str) -> Option<u32> {
    if text.starts_with(typed) {
        return Some(0);
    }
    if text.contains(typed) {
        return Some(1);
    }
    if !typed.is_ascii() {
        return None;
    }
    let (full, initials) = sounds(text);
    if full.starts_with(typed) || initials.starts_with(typed) {
        return Some(2);
    }
    (full.contains(typed) && typed.len() >= 4).then_some(3)
}

pub(crate) fn suggest(index: &Index, words: &str, limit: usize) -> Vec<Suggestion> {
    let typed: String = fold(words).chars().filter(|c| *c != ' ').collect();
    if typed.is_empty() {
        return Vec::new();
    }
    let mut by_category = vec![0_usize; index.categories.list.len()];
    let mut by_brand = vec![0_usize; index.brands.list.len()];
    let alive = index.docs.iter().zip(&index.quick).filter(|(d, q)| q.alive && !d.offers.is_empty());
    for (d, _) in alive {
        by_category[d.category as usize] += 1;
        by_brand[d.brand as usize] += 1;
    }
    let mut out: Vec<(u32, Suggestion)> = Vec::new();
    let mut add = |text: &str, kind: &'static str, value: &str, count: usize| {
        if let (Some(rank), true) = (fits(&typed, &fold(text)), count > 0) {
            out.push((rank, Suggestion { text: text.to_owned(), kind, value: value.to_owned(), count }));
        }
    };
    for (i, code) in index.categories.list.iter().enumerate() {
        if let Some(name) = index.category_names.get(code) {
            add(name, "品目", code, by_category[i]);
        }
    }
    for (i, brand) in index.brands.list.iter().enumerate() {
        add(brand, "品牌", brand, by_brand[i]);
    }
    for word in index.synonyms.keys() {
        let count =
            crate::ladder::candidates(index, word).filter(|(_, relaxed)| relaxed.is_none()).map_or(0, |(c, _)| c.len());
        add(word, "商品", word, count);
    }
    if out.len() < limit
        && let Some((found, None)) = crate::ladder::candidates(index, words)
    {
        for (doc, _) in found.into_iter().take(limit) {
            let p = &index.docs[doc as usize].product;
            let text = format!("{} {}", p.brand, p.model);
            out.push((4, Suggestion { value: text.clone(), text, kind: "商品", count: 1 }));
        }
    }
    out.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.count.cmp(&a.1.count)).then_with(|| a.1.text.cmp(&b.1.text)));
    out.dedup_by(|a, b| a.1.text == b.1.text);
    out.into_iter().take(limit).map(|(_, s)| s).collect()
}

/// The known word that sounds like this: full pinyin first, then initials of at least three letters.
pub(crate) fn by_pinyin(index: &Index, typed: &str) -> Option<String> {
    let mut best: Option<(u32, usize, &String)> = None;
    for word in &index.words {
        let (full, initials) = sounds(word);
        let rank = if full == typed {
            0
        } else if initials == typed && typed.len() >= 3 {
            1
        } else {
            continue;
        };
        let found = (rank, usize::MAX - crate::ladder::candidates(index, word).map_or(0, |(c, _)| c.len()), word);
        if best.is_none_or(|b| found < b) {
            best = Some(found);
        }
    }
    best.map(|(_, _, w)| w.clone())
}
