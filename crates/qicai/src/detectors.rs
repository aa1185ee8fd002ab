//! How good the machine is at finding tricks in goods: seeded listings with tricks in them, what the detectors say of them,
//! precision and recall. The rules were tuned on the seed [`TUNING`]; what is reported is another one, [`HELD`].
use crate::demo::Dice;
use crate::demo::goods::{Good, catalogue};
use kit::Result;
use rules::goods::{Item, Known, Weight, examine, spec_of};
use supply::filings::Library;

/// The seed the rules were tuned on.
pub const TUNING: u64 = 1;
/// The seed that is held back for measuring.
pub const HELD: u64 = 20_261_124;

type Attrs = Vec<(String, String)>;

/// A trick, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// Honest goods.
    None,
    /// A model renamed for the government, dearer than its twin on the market.
    Twin,
    /// The same goods listed twice by one shop.
    Duplicate,
    /// Several goods or prices under one listing.
    Bundle,
    /// A price that is not the whole price.
    Bait,
    /// An odd unit that makes the price look low.
    Unit,
}

/// Every trick with the finding that answers it and its Chinese name.
pub const TRICKS: [(Trick, &str, &str); 5] = [
    (Trick::Twin, "goods.twin", "改名专供"),
    (Trick::Duplicate, "goods.duplicate", "重复铺货"),
    (Trick::Bundle, "goods.bundle", "选项捆绑"),
    (Trick::Bait, "goods.bait", "部件另收"),
    (Trick::Unit, "goods.unit", "单位诱饵"),
];

/// One listing with what is known beside it.
struct Sample {
    trick: Trick,
    category: String,
    model: String,
    title: String,
    unit: String,
    attrs: Attrs,
    per_unit: String,
    price: i64,
    market: bool,
    known: Option<(String, Attrs, i64, bool)>,
}

fn honest(g: &Good) -> Sample {
    Sample {
        trick: Trick::None,
        category: g.product.category.clone(),
        model: g.product.model.clone(),
        title: g.product.title.clone(),
        unit: g.product.unit.clone(),
        attrs: g.product.attrs.clone(),
        per_unit: g.product.per_unit.clone(),
        price: g.price,
        market: true,
        known: None,
    }
}

fn one<'a>(dice: &mut Dice, list: &[&'a str]) -> &'a str {
    list[dice.between(0, list.len() as i64) as usize]
}

/// Another name for a model: mostly a short ending or letters that look alike, now and then something no rule expects.
fn rename(dice: &mut Dice, model: &str) -> String {
    match dice.between(0, 20) {
        0 => format!("Q{model}"),
        1..=3 if model.contains(['0', 'O']) => model.replacen('0', "O", 1).replacen("OO", "00", 1),
        _ => format!("{model}{}", one(dice, &["-ZG", " Z", "G", "-GA", " Pro", "-A", "ZC", " 新"])),
    }
}

fn spoil(dice: &mut Dice, g: &Good, trick: Trick) -> Sample {
    let mut s = honest(g);
    s.trick = trick;
    let twin = (s.model.clone(), s.attrs.clone());
    match trick {
        Trick::None => {}
        Trick::Twin => {
            s.model = rename(dice, &s.model);
            s.market = false;
            s.price = g.price * dice.between(105, 160) / 100;
            s.known = Some((twin.0, twin.1, g.price, false));
        }
        Trick::Duplicate => {
            s.model = rename(dice, &s.model);
            s.price = g.price * dice.between(90, 111) / 100;
            s.known = Some((twin.0, twin.1, g.price, true));
        }
        Trick::Bundle => match dice.between(0, 20) {
            0 => s.title.push_str(" 多款随心配"),
            1..=9 => {
                let more = format!("标准(+{}元)", dice.between(10, 900));
                s.attrs.push((one(dice, &["规格选择", "配置", "内存升级"]).to_owned(), more));
            }
            _ => {
                s.title.push_str(one(dice, &[" 套餐一", " 颜色任选", " 可选配支架", " 组合装", " 买一送一", " 含赠品"]))
            }
        },
        Trick::Bait => match dice.between(0, 20) {
            0 => s.title.push_str(" 下单前请咨询客服"),
            _ => s.title.push_str(one(
                dice,
                &[" 裸机", " 不含电源", " 不含硒鼓", " 安装费另计", " 运费另算", " 补差价", " 配件需另购", " 定金"],
            )),
        },
        Trick::Unit => {
            if dice.between(0, 2) == 0 && s.category.starts_with("A05040101") {
                s.unit = "包".into();
                s.per_unit = format!("{} 张", dice.between(20, 200));
                s.price = g.price / dice.between(20, 60);
            } else {
                s.unit = one(dice, &["张", "件", "克", "片"]).to_owned();
                s.price = (g.price / dice.between(10, 500)).max(1);
            }
        }
    }
    s
}

/// Honest goods that look a little like tricks: neighbours in a series, versions with other attributes, equal goods of the
/// market at the market's price, words that are near forbidden ones.
fn near(dice: &mut Dice, g: &Good) -> Sample {
    let mut s = honest(g);
    let twin = (s.model.clone(), s.attrs.clone());
    match dice.between(0, 6) {
        0 => {
            s.model = format!("{}{}", s.model, dice.between(1, 10));
            s.known = Some((twin.0, twin.1, g.price, true));
        }
        1 => {
            s.model = format!("{} Pro", s.model);
            if let Some((_, v)) = s.attrs.first_mut() {
                v.push_str(" 加强");
            }
            s.known = Some((twin.0, twin.1, g.price, true));
        }
        2 => {
            s.model = format!("{}-N", s.model);
            s.market = false;
            s.price = g.price * dice.between(80, 102) / 100;
            s.known = Some((twin.0, twin.1, g.price, false));
        }
        3 => s.title.push_str(one(dice, &[" 精选", " 整套含安装", " 含运费", " 标配齐全", " 含电源"])),
        4 => s.attrs.push(("参考".into(), one(dice, &["千元级", "百元档", "单一规格"]).into())),
        _ => s.market = false,
    }
    s
}

/// How often a detector was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Tricks found.
    pub hits: u64,
    /// Findings without the trick.
    pub false_alarms: u64,
    /// Tricks missed.
    pub missed: u64,
}

impl Score {
    /// Of what it named, how much was a trick: hits and all it named.
    pub fn precision(self) -> f64 {
        self.hits as f64 / (self.hits + self.false_alarms).max(1) as f64
    }

    /// Of all tricks, how many it named.
    pub fn recall(self) -> f64 {
        self.hits as f64 / (self.hits + self.missed).max(1) as f64
    }
}

/// Judges `n` seeded listings; a score for each of [`TRICKS`].
pub fn measure(seed: u64, n: u64) -> Result<Vec<Score>> {
    let (goods, library, mut dice) = (catalogue()?, Library::read()?, Dice::new(seed));
    // Only goods with attributes and a specification of units can be tricked in every way.
    let able: Vec<&Good> = goods
        .iter()
        .filter(|g| spec_of(&library.specs, &g.product.category).is_some_and(|s| !s.units.is_empty()))
        .filter(|g| !g.product.attrs.is_empty())
        .collect();
    let mut scores = vec![Score::default(); TRICKS.len()];
    for _ in 0..n {
        let g = able[dice.between(0, able.len() as i64) as usize];
        let s = match dice.between(0, 4) {
            0 => honest(g),
            1 => near(&mut dice, g),
            _ => {
                let (trick, ..) = TRICKS[dice.between(0, TRICKS.len() as i64) as usize];
                spoil(&mut dice, g, trick)
            }
        };
        let known: Vec<Known<'_>> = s
            .known
            .iter()
            .map(|(model, attrs, price, own)| Known {
                model,
                unit: &s.unit,
                attrs,
                price: Some(*price),
                own: *own,
                market: true,
                picture: false,
            })
            .collect();
        let item = Item {
            model: &s.model,
            title: &s.title,
            unit: &s.unit,
            attrs: &s.attrs,
            per_unit: &s.per_unit,
            price: s.price,
            market: s.market,
        };
        let found = examine(&item, spec_of(&library.specs, &s.category), &known, &library.words);
        for (score, (trick, code, _)) in scores.iter_mut().zip(TRICKS) {
            let named = found.iter().any(|f| f.code == code && f.weight >= Weight::Review);
            match (named, s.trick == trick) {
                (true, true) => score.hits += 1,
                (true, false) => score.false_alarms += 1,
                (false, true) => score.missed += 1,
                (false, false) => {}
            }
        }
    }
    Ok(scores)
}

/// Prints the table.
pub fn report(seed: u64, n: u64) -> Result<()> {
    println!("{n} seeded listings, seed {seed} (rules were tuned on seed {TUNING})\n");
    println!("{:<18} {:>10} {:>10} {:>7} {:>7} {:>7}", "detector", "precision", "recall", "hits", "false", "missed");
    for (s, (_, code, name)) in measure(seed, n)?.iter().zip(TRICKS) {
        let (p, r) = (s.precision(), s.recall());
        println!("{code:<18} {p:>10.3} {r:>10.3} {:>7} {:>7} {:>7}  {name}", s.hits, s.false_alarms, s.missed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_is_good_on_the_held_seed() {
        for (s, (trick, ..)) in measure(HELD, 20_000).unwrap().iter().zip(TRICKS) {
            assert!(s.hits > 500, "{trick:?}: {s:?}");
            assert!(s.precision() >= 0.9 && s.recall() >= 0.9, "{trick:?}: {s:?}");
        }
    }
}
