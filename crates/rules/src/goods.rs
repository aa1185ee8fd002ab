//! 商品审核: what the machine finds in goods before a person looks, each finding with its reason.
//!
//! Detectors name what they saw, never what somebody meant: a finding that asks for review is decided by people.
use crate::naming::{fold, model_key};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Shown beside the goods.
    Note,
    /// A person decides.
    Review,
    /// Not accepted at all.
    Refuse,
}

impl Weight {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Weight::Note => "note",
            Weight::Review => "review",
            Weight::Refuse => "refuse",
        }
    }
}

/// What the machine found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// What was seen and what to do, in Chinese.
    pub words: String,
}

fn finding(code: &'static str, weight: Weight, words: String) -> Finding {
    Finding { code, weight, words }
}

/// Kind of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number with its unit and bounds.
    Number(String, Option<f64>, Option<f64>),
    /// One of these.
    List(Vec<String>),
    /// Anything.
    Text,
}

/// An attribute of a category.
#[derive(Clone, Debug, PartialEq)]
pub struct Attr {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Must it be given?
    pub required: bool,
}

/// What is known about the goods of a category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Code, which holds for all below.
    pub code: String,
    /// Usual units of count; empty for not judged.
    pub units: Vec<String>,
    /// Smallest comparable quantity of one unit, with its measure.
    pub least: Option<(f64, String)>,
    /// Attributes.
    pub attrs: Vec<Attr>,
}

/// Words that tell something.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Refused.
    pub forbidden: Vec<String>,
    /// The price is not the whole price.
    pub bait: Vec<String>,
    /// Several goods or prices under one listing.
    pub options: Vec<String>,
}

/// Goods as somebody wants to list them.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Model.
    pub model: &'a str,
    /// Title.
    pub title: &'a str,
    /// Unit of count.
    pub unit: &'a str,
    /// Attributes.
    pub attrs: &'a [(String, String)],
    /// Comparable quantity, such as `2500 张`, or empty.
    pub per_unit: &'a str,
    /// Price of one, fen.
    pub price: i64,
    /// Is it seen on the open market (a link, an observation)?
    pub market: bool,
}

/// Goods of the same brand and category that are known.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Model.
    pub model: &'a str,
    /// Unit of count.
    pub unit: &'a str,
    /// Attributes.
    pub attrs: &'a [(String, String)],
    /// Lowest price on the shelf, fen.
    pub price: Option<i64>,
    /// Does the same supplier list it?
    pub own: bool,
    /// Is it seen on the open market?
    pub market: bool,
    /// Does it show nearly the same picture?
    pub picture: bool,
}

/// A number and the unit behind it: `70g` → 70, g; `1.5匹变频` → 1.5, 匹变频.
pub fn number(text: &str) -> Option<(f64, String)> {
    let text = fold(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let n = text[..end].parse().ok()?;
    Some((n, text[end..].trim().to_owned()))
}

/// The specification that holds for a category: that of the longest code.
pub fn spec_of<'a>(all: &'a [Spec], category: &str) -> Option<&'a Spec> {
    all.iter().filter(|s| category.starts_with(&s.code)).max_by_key(|s| s.code.len())
}

/// Everything the machine finds.
pub fn examine(item: &Item<'_>, spec: Option<&Spec>, known: &[Known<'_>], words: &Words) -> Vec<Finding> {
    let mut out = Vec::new();
    if let Some(spec) = spec {
        attributes(item, spec, &mut out);
        unit(item, spec, &mut out);
    }
    wording(item, words, &mut out);
    likeness(item, known, &mut out);
    out.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.code.cmp(b.code)));
    out
}

/// The gravest weight of findings.
pub fn gravest(list: &[Finding]) -> Option<Weight> {
    list.iter().map(|f| f.weight).max()
}

fn attributes(item: &Item<'_>, spec: &Spec, out: &mut Vec<Finding>) {
    for a in &spec.attrs {
        let Some((_, value)) = item.attrs.iter().find(|(k, _)| *k == a.name) else {
            if a.required {
                let words = format!("缺少参数“{}”，请补充。", a.name);
                out.push(finding("goods.attr_missing", Weight::Review, words));
            }
            continue;
        };
        let wrong = match &a.kind {
            Kind::Text => None,
            Kind::List(options) => {
                let fits = options.iter().any(|o| fold(value).starts_with(&fold(o)));
                (!fits).then(|| format!("“{}”应是 {} 之一，现在是“{value}”。", a.name, options.join("、")))
            }
            Kind::Number(unit, min, max) => match number(value) {
                None => Some(format!("“{}”应是数字加单位（{unit}），现在是“{value}”。", a.name)),
                Some((n, _)) if min.is_some_and(|m| n < m) || max.is_some_and(|m| n > m) => {
                    Some(format!("“{}”是 {n}，不在合理范围里，请核对单位（{unit}）。", a.name))
                }
                Some((_, written)) if !written.is_empty() && !unit_fits(&written, unit) => {
                    Some(format!("“{}”的单位应是 {unit}，现在是“{value}”。", a.name))
                }
                Some(_) => None,
            },
        };
        if let Some(words) = wrong {
            out.push(finding("goods.attr_value", Weight::Review, words));
        }
    }
}

/// `gb ddr4` fits `G`, `页/分钟` fits `页/分`.
fn unit_fits(written: &str, unit: &str) -> bool {
    let (written, unit) = (fold(written), fold(unit));
    written.starts_with(&unit) || unit.starts_with(&written)
}

fn unit(item: &Item<'_>, spec: &Spec, out: &mut Vec<Finding>) {
    if !spec.units.is_empty() && !spec.units.iter().any(|u| u == item.unit) {
        let words = format!("这类商品按 {} 销售，现在的单位是“{}”，请换算后填写。", spec.units.join("、"), item.unit);
        out.push(finding("goods.unit", Weight::Review, words));
        return;
    }
    let (Some((least, measure)), Some((n, written))) = (&spec.least, number(item.per_unit)) else { return };
    if written == *measure && n < *least {
        let words = format!("一{}只有 {n} {measure}，比通常的 {least} {measure}少，单价没有可比性。", item.unit);
        out.push(finding("goods.unit", Weight::Review, words));
    }
}

fn wording(item: &Item<'_>, words: &Words, out: &mut Vec<Finding>) {
    let mut all = fold(item.title);
    for (k, v) in item.attrs {
        all.push(' ');
        all.push_str(&fold(k));
        all.push('=');
        all.push_str(&fold(v));
    }
    let hit = |list: &[String]| list.iter().find(|w| all.contains(&fold(w))).cloned();
    if let Some(w) = hit(&words.forbidden) {
        let words = format!("含有不允许的用语“{w}”，请删除；只对机关销售的型号不得上架。");
        out.push(finding("goods.word", Weight::Refuse, words));
    }
    if let Some(w) = hit(&words.bait) {
        let words = format!("“{w}”：标价不是全部价格。所列价格应包括使用所需的全部部件、运费和安装。");
        out.push(finding("goods.bait", Weight::Review, words));
    }
    // A price inside an option: 内存=32G(+300元).
    let priced = item.attrs.iter().any(|(_, v)| {
        let v = fold(v);
        v.contains('元') && (v.contains('+') || v.contains('加'))
    });
    if let Some(w) = hit(&words.options).or_else(|| priced.then(|| "选项加价".to_owned())) {
        let words = format!("“{w}”：一个商品只能有一种配置、一个价格，其他配置请分别上架。");
        out.push(finding("goods.bundle", Weight::Review, words));
    }
}

/// The same attributes, in any order and writing.
fn same_attrs(a: &[(String, String)], b: &[(String, String)]) -> bool {
    let key = |list: &[(String, String)]| {
        let mut all: Vec<String> = list.iter().map(|(k, v)| format!("{}={}", model_key(k), model_key(v))).collect();
        all.sort();
        all
    };
    !a.is_empty() && key(a) == key(b)
}

/// Letters and digits that are taken for each other.
fn look(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            's' => '5',
            'z' => '2',
            other => other,
        })
        .collect()
}

/// Endings that rename a model and change nothing.
const RENAMED_MAX: usize = 3;

/// Two models that are one under two names: a short ending more, or characters that look alike.
pub fn renamed(a: &str, b: &str) -> bool {
    let (a, b) = (model_key(a), model_key(b));
    if a == b || a.is_empty() || b.is_empty() {
        return false;
    }
    let (short, long) = if a.chars().count() <= b.chars().count() { (&a, &b) } else { (&b, &a) };
    let more = long.chars().count() - short.chars().count();
    // One digit more is another model of the series, as a rule; letters more are a version.
    let ending = long.strip_prefix(short.as_str());
    let version = ending.is_some_and(|e| more <= RENAMED_MAX && e.chars().all(|c| !c.is_ascii_digit()));
    version || look(&a) == look(&b)
}

/// How much dearer an unseen twin must be to be worth a look, in percent.
const DEARER_PERCENT: i64 = 3;

fn likeness(item: &Item<'_>, known: &[Known<'_>], out: &mut Vec<Finding>) {
    let twins: Vec<&Known<'_>> =
        known.iter().filter(|k| k.unit == item.unit && same_attrs(item.attrs, k.attrs)).collect();
    let alike = |k: &&Known<'_>| k.picture || renamed(item.model, k.model);
    if let Some(k) = twins.iter().copied().filter(|k| k.own).find(alike) {
        let same = if k.picture { "图片也相同" } else { "型号只差尾缀" };
        let words = format!("与本店已有的型号 {} 参数相同、{same}，像是重复铺货。", k.model);
        out.push(finding("goods.duplicate", Weight::Review, words));
    }
    let dearer = |k: &&Known<'_>| k.price.is_some_and(|p| item.price * 100 >= p * (100 + DEARER_PERCENT));
    if item.market {
        return;
    }
    if let Some(k) = twins.iter().copied().filter(|k| k.market).filter(alike).find(dearer) {
        let same = if k.picture { "参数和图片都相同" } else { "参数相同" };
        let words = format!(
            "市场上查不到这个型号，而{same}的 {} 在市场上有售且更便宜，像是只对机关销售的改名型号。请提供市场销售链接。",
            k.model
        );
        out.push(finding("goods.twin", Weight::Review, words));
    }
}

/// What one comparable unit costs, in thousandths of a fen: 112.00 yuan for `2500 张` → 4480, 张.
pub fn comparable(price: i64, per_unit: &str) -> Option<(i64, String)> {
    let (n, unit) = number(per_unit)?;
    if n <= 0.0 || unit.is_empty() {
        return None;
    }
    // Quantities have at most three decimals; the arithmetic stays whole.
    let thousandths = (n * 1000.0).round() as i128;
    let each = (i128::from(price) * 1_000_000 + thousandths / 2) / thousandths.max(1);
    Some((i64::try_from(each).ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attrs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn paper_spec() -> Spec {
        Spec {
            code: "A05040101".into(),
            units: vec!["箱".into(), "包".into()],
            least: Some((400.0, "张".into())),
            attrs: vec![
                Attr { name: "规格".into(), kind: Kind::List(vec!["A4".into(), "A3".into()]), required: true },
                Attr { name: "克重".into(), kind: Kind::Number("g".into(), Some(60.0), Some(300.0)), required: true },
            ],
        }
    }

    fn words() -> Words {
        let list = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
        Words { forbidden: list(&["特供"]), bait: list(&["不含电源"]), options: list(&["任选"]) }
    }

    fn codes(item: &Item<'_>, known: &[Known<'_>]) -> Vec<&'static str> {
        examine(item, Some(&paper_spec()), known, &words()).iter().map(|f| f.code).collect()
    }

    #[test]
    fn each_detector_hits_and_misses() {
        let good = attrs(&[("克重", "70 g"), ("规格", "Ａ４")]);
        let item = Item {
            model: "Z7503",
            title: "得力 A4 复印纸",
            unit: "箱",
            attrs: &good,
            per_unit: "2500 张",
            price: 11_200,
            market: false,
        };
        assert_eq!(codes(&item, &[]), [""; 0]);
        let check = |attrs: &[(String, String)], want: &[&str]| {
            assert_eq!(codes(&Item { attrs, ..item }, &[]), want, "{attrs:?}");
        };
        check(&attrs(&[("克重", "70g")]), &["goods.attr_missing"]);
        check(&attrs(&[("克重", "7g"), ("规格", "A4")]), &["goods.attr_value"]);
        check(&attrs(&[("克重", "70斤"), ("规格", "A4")]), &["goods.attr_value"]);
        check(&attrs(&[("克重", "七十"), ("规格", "A4")]), &["goods.attr_value"]);
        check(&attrs(&[("克重", "70g"), ("规格", "B9")]), &["goods.attr_value"]);
        check(&attrs(&[("克重", "70g"), ("规格", "A4"), ("颜色", "白(+3元)")]), &["goods.bundle"]);
        assert_eq!(codes(&Item { unit: "张", ..item }, &[]), ["goods.unit"]);
        assert_eq!(codes(&Item { unit: "包", per_unit: "100 张", ..item }, &[]), ["goods.unit"]);
        assert_eq!(codes(&Item { title: "机关特供 A4", ..item }, &[]), ["goods.word"]);
        assert_eq!(codes(&Item { title: "主机 不含电源 任选", ..item }, &[]), ["goods.bait", "goods.bundle"]);
        let weights = examine(&Item { title: "特供 任选", ..item }, None, &[], &words());
        assert_eq!(gravest(&weights), Some(Weight::Refuse));

        let twin = Known {
            model: "Z7503",
            unit: "箱",
            attrs: &good,
            price: Some(10_000),
            own: true,
            market: true,
            picture: false,
        };
        assert_eq!(codes(&Item { model: "Z7503-ZG", ..item }, &[twin]), ["goods.duplicate", "goods.twin"]);
        let pictured = Known { picture: true, own: false, ..twin };
        assert_eq!(codes(&Item { model: "QX-88", ..item }, &[pictured]), ["goods.twin"], "any name");
        assert_eq!(codes(&Item { model: "QX-88", ..item }, &[Known { picture: false, ..pictured }]), [""; 0]);
        assert_eq!(codes(&Item { model: "QX-88", unit: "包", ..item }, &[pictured]), [""; 0], "another unit");
        assert_eq!(codes(&Item { model: "Z75O3", market: true, ..item }, &[twin]), ["goods.duplicate"]);
        assert_eq!(codes(&Item { model: "Z7503ZG", ..item }, &[Known { own: false, market: false, ..twin }]), [""; 0]);
        assert_eq!(codes(&Item { model: "Z7503ZG", price: 10_200, ..item }, &[Known { own: false, ..twin }]), [""; 0]);
        let other = attrs(&[("克重", "80g"), ("规格", "A4")]);
        assert_eq!(codes(&Item { model: "Z7503ZG", ..item }, &[Known { attrs: &other, ..twin }]), [""; 0]);
    }

    #[test]
    fn names_that_are_one_and_names_that_are_two() {
        for (a, b, same) in [
            ("M7400", "M7400 Pro", true),
            ("M7400", "M7400-Z", true),
            ("M7400", "M7400专供", true),
            ("SL-100", "5L-1OO", true),
            ("M7400", "M7405", false),
            ("M7400", "M74001", false),
            ("M7400", "M7400 Plus版", false),
            ("M7400", "m7400", false),
            ("", "A", false),
        ] {
            assert_eq!(renamed(a, b), same, "{a} {b}");
            assert_eq!(renamed(b, a), same, "{b} {a}");
        }
    }

    #[test]
    fn comparable_prices() {
        assert_eq!(comparable(11_200, "2500 张"), Some((4_480, "张".into())));
        assert_eq!(comparable(1_000, "0.5升"), Some((2_000_000, "升".into())));
        assert_eq!(comparable(1_000, "张"), None);
        assert_eq!(comparable(1_000, "3"), None);
        assert_eq!(comparable(1_000, "0 张"), None);
    }

    proptest! {
        /// Twice the goods for twice the price cost the same each.
        #[test]
        fn comparing_is_fair(price in 1_i64..1_000_000, n in 1_u32..10_000) {
            let one = comparable(price, &format!("{n} 张")).unwrap().0;
            let two = comparable(price * 2, &format!("{} 张", n * 2)).unwrap().0;
            prop_assert_eq!(one, two);
        }

        /// No text makes the machine fall over.
        #[test]
        fn any_text_is_read(a in ".{0,40}", b in ".{0,40}") {
            let list = [(a.clone(), b.clone())];
            let item = Item { model: &a, title: &b, unit: &a, attrs: &list, per_unit: &b, price: 1, market: false };
            let known = Known { model: &b, unit: &a, attrs: &list, price: Some(1), own: true, market: true, picture: false };
            examine(&item, Some(&paper_spec()), &[known], &words());
            prop_assert_eq!(renamed(&a, &b), renamed(&b, &a));
        }
    }
}
