//! 公告: kinds and numbers of what is published, what of it may be corrected, who asked to be told. The fields stand in the order
//! of the national format of 2020 (财办库〔2020〕50号).
use crate::mask::{self, Personal};
use crate::place;

/// A kind of notice.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Stable key.
    pub key: &'static str,
    /// Chinese word.
    pub word: &'static str,
    /// Letters of its number; kinds with the same letters share one series.
    pub letters: &'static str,
    /// Look of its tag.
    pub tone: &'static str,
}

const fn kind_is(key: &'static str, word: &'static str, letters: &'static str, tone: &'static str) -> Kind {
    Kind { key, word, letters, tone }
}

/// All kinds, in the order of a purchase.
pub const KINDS: [Kind; 18] = [
    kind_is("auction", "竞价公告", "GG", "info"),
    kind_is("batch", "批量采购征集公告", "ZJ", "info"),
    kind_is("agreement", "定点协议公告", "KJ", "info"),
    kind_is("result", "成交结果公告", "CJ", "brand"),
    kind_is("auction_award", "成交结果公告", "CJ", "brand"),
    kind_is("batch_result", "批量采购结果公告", "CJ", "brand"),
    kind_is("job_deal", "定点成交公告", "CJ", "brand"),
    kind_is("contract", "合同公告", "HT", "brand"),
    kind_is("acceptance", "验收结果公告", "YS", "ok"),
    kind_is("auction_end", "竞价终止公告", "ZZ", "bad"),
    kind_is("batch_end", "批量采购终止公告", "ZZ", "bad"),
    kind_is("cancelled", "合同注销公告", "ZX", "bad"),
    kind_is("agreement_end", "定点协议到期公告", "KH", "info"),
    kind_is("agreement_joined", "入围结果公告", "RW", "brand"),
    kind_is("agreement_left", "退出入围公告", "TC", "bad"),
    kind_is("correction", "更正公告", "GZ", "warn"),
    kind_is("conduct", "违规处理公告", "WG", "bad"),
    kind_is("inspection", "巡检公示", "XJ", "info"),
];

/// The kind of a key.
pub fn kind(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.key == key)
}

/// The number of a notice: station, year, letters, and its place in that series, from 1 without a gap: 370112-2026-HT-000001.
pub fn number(region: &str, year: i32, letters: &str, serial: i64) -> String {
    format!("{region}-{year}-{letters}-{serial:06}")
}

/// The field every notice ends with: free words that the record does not hold.
pub const MORE: &str = "其他补充事宜";
/// Fields that are free words. Everything else says what the record says and is changed there, never in a notice.
pub const FREE: [&str; 6] = [MORE, "价格选择说明", "注销原因", "终止原因", "不合格说明", "退出原因"];
/// Signs of a corrected field at most.
pub const WORDS_MAX: usize = 500;

/// May this field of a notice be corrected?
pub fn is_free(label: &str) -> bool {
    FREE.contains(&label)
}

/// One field before and after a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Label of the field.
    pub field: String,
    /// What it said.
    pub before: String,
    /// What it says.
    pub after: String,
}

/// Why a correction is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The field says what the record says.
    Fixed(String),
    /// The notice has no such field.
    Missing(String),
    /// Nothing would change.
    Nothing,
    /// The words would make something personal public.
    Personal(Personal),
    /// Too many signs.
    TooLong(String),
}

/// What a correction changes in the fields of a notice as they are now.
pub fn correct(body: &[(String, String)], wanted: &[(String, String)]) -> Result<Vec<Change>, Wrong> {
    let mut out = Vec::new();
    for (label, after) in wanted {
        let Some((_, before)) = body.iter().find(|(l, _)| l == label) else {
            return Err(Wrong::Missing(label.clone()));
        };
        let after = after.trim();
        if after == before {
            continue;
        }
        if !is_free(label) {
            return Err(Wrong::Fixed(label.clone()));
        }
        if after.chars().count() > WORDS_MAX {
            return Err(Wrong::TooLong(label.clone()));
        }
        if let Some(what) = mask::personal(after) {
            return Err(Wrong::Personal(what));
        }
        let after = if after.is_empty() { "无".to_owned() } else { after.to_owned() };
        out.push(Change { field: label.clone(), before: before.clone(), after });
    }
    if out.is_empty() { Err(Wrong::Nothing) } else { Ok(out) }
}

/// The fields after corrections, in order.
pub fn corrected(body: &[(String, String)], changes: &[Change]) -> Vec<(String, String)> {
    let mut out = body.to_vec();
    for c in changes {
        for (_, words) in out.iter_mut().filter(|(label, _)| *label == c.field) {
            words.clone_from(&c.after);
        }
    }
    out
}

/// What somebody wants to be told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Region code; notices of it and of all below it.
    pub station: String,
    /// Keys of kinds; empty for all.
    pub kinds: Vec<String>,
    /// Words that must all occur; empty for everything.
    pub words: String,
}

/// Does a notice fit a wish? `text` is everything that may be searched in it.
pub fn fits(w: &Wish, region: &str, kind: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    place::within(region, &w.station)
        && (w.kinds.is_empty() || w.kinds.iter().any(|k| k == kind))
        && w.words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Vec<(String, String)> {
        [("合同金额", "¥1.00"), ("价格选择说明", "当天送到"), (MORE, "无")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into()
    }

    fn asked(label: &str, words: &str) -> Result<Vec<Change>, Wrong> {
        correct(&body(), &[(label.to_owned(), words.to_owned())])
    }

    #[test]
    fn only_free_words_are_corrected() {
        let c = asked(MORE, " 附件另行公开 ").unwrap();
        assert_eq!(c, [Change { field: MORE.into(), before: "无".into(), after: "附件另行公开".into() }]);
        assert_eq!(corrected(&body(), &c)[2].1, "附件另行公开");
        assert_eq!(asked("合同金额", "¥2.00"), Err(Wrong::Fixed("合同金额".into())));
        assert_eq!(asked("合同金额", "¥1.00"), Err(Wrong::Nothing), "a field sent back as it is");
        assert_eq!(asked("期限", "x"), Err(Wrong::Missing("期限".into())));
        assert_eq!(asked(MORE, "打 13812345678"), Err(Wrong::Personal(Personal::Phone)));
        assert_eq!(asked(MORE, &"字".repeat(WORDS_MAX + 1)), Err(Wrong::TooLong(MORE.into())));
        assert_eq!(asked("价格选择说明", "").unwrap()[0].after, "无");
    }

    #[test]
    fn numbers_say_station_year_and_series() {
        assert_eq!(number("370112", 2026, "HT", 7), "370112-2026-HT-000007");
        let mut keys: Vec<&str> = KINDS.iter().map(|k| k.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), KINDS.len());
    }

    #[test]
    fn a_wish_is_met_by_station_kind_and_all_words() {
        let wish = |station: &str, kinds: &[&str], words: &str| Wish {
            station: station.into(),
            kinds: kinds.iter().map(|k| (*k).to_owned()).collect(),
            words: words.into(),
        };
        for (w, yes) in [
            (wish("370100", &[], ""), true),
            (wish("370200", &[], ""), false),
            (wish("370112", &["contract"], "打印 hp"), true),
            (wish("370112", &["auction"], ""), false),
            (wish("370000", &[], "打印 复印"), false),
        ] {
            assert_eq!(fits(&w, "370112", "contract", "HP 激光打印机采购合同公告"), yes, "{w:?}");
        }
    }
}
