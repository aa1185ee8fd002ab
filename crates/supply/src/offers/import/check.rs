//! Checks of one row: what each column must hold. Every finding names its column and says what to do.
use super::shape;
use crate::brands::Brands;
use crate::offers::{NewOffer, NewProduct};
use crate::shelf::flags_of;
use base::facts::Facts;
use rules::Fen;
use rules::naming::fold;

/// The columns of the template, in order.
pub const COLUMNS: [&str; 15] = [
    "标题",
    "品目编码",
    "品牌",
    "型号",
    "单位",
    "单价（元）",
    "库存",
    "供货区域",
    "参数",
    "标记",
    "产地",
    "链接",
    "证书编号",
    "可比数量",
    "别名",
];

/// The heading of the column that says what is wrong.
pub const WRONG: &str = "错误说明";

/// What the upload page says about the template.
pub const TEMPLATE_NOTE: &str = "参数写成“规格=A4;克重=70g”；标记可填 节能、环保、进口、中小企业、本国、鲁产、832、信创，用 | 隔开；\
                                 供货区域填行政区划代码，用空格隔开，370100 表示济南全市，370000 表示全省，不填表示本企业的全部供货区域。";

const TITLE_MAX: usize = 120;
const PRICE_MAX: Fen = Fen(10_000_000_000);
const STOCK_MAX: i64 = 10_000_000;
const ATTRS_MAX: usize = 24;

/// One row of the template, filled in.
pub fn example() -> Vec<String> {
    [
        "得力（deli）A4 复印纸 70g 500张/包 5包/箱",
        "A05040101",
        "得力",
        "Z7503",
        "箱",
        "112.00",
        "500",
        "370100",
        "规格=A4;克重=70g;包装=5包/箱",
        "环保",
        "山东",
        "",
        "",
        "2500 张",
        "打印纸",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Checks rows for one supplier.
pub struct Checker<'a> {
    /// Facts in force.
    pub facts: &'a Facts,
    /// Brand library.
    pub brands: &'a Brands,
    /// Supplier's organisation id.
    pub supplier: i64,
    /// Areas the supplier serves, separated by spaces.
    pub supplier_areas: String,
    /// Category prefixes the supplier was admitted to; empty for all.
    pub supplier_categories: String,
    /// Is the supplier free to sell at all?
    pub admitted: bool,
    /// What measures have closed for the supplier.
    pub closed: String,
    /// Brands that a maker owns, with the areas in which this supplier may sell them; none at all when it may not.
    pub makers: std::collections::HashMap<String, Vec<String>>,
    /// Energy-certificate categories of the rulebook.
    pub certificate_needed: Vec<String>,
}

impl Checker<'_> {
    /// The offer of a row, or everything that is wrong with it.
    pub fn check(&self, cells: &[String]) -> Result<NewOffer, Vec<String>> {
        let mut wrong = Vec::new();
        let at = |i: usize| cells.get(i).map_or("", |c| c.trim());
        // Who writes the brand into the title only has written it.
        let brand_cell = if at(2).is_empty() { self.brands.in_title(at(0)).unwrap_or("") } else { at(2) };
        for (i, max) in [(0, TITLE_MAX), (2, 40), (3, 60), (4, 10)] {
            let text = if i == 2 { brand_cell } else { at(i) };
            match text.chars().count() {
                0 => wrong.push(format!("{}：没有填。", COLUMNS[i])),
                n if n > max => wrong.push(format!("{}：最多 {max} 个字，现在有 {n} 个。", COLUMNS[i])),
                _ => {}
            }
        }
        if !self.admitted {
            wrong.push("本企业入驻已冻结、暂停或退出，不能上架。".into());
        }
        let category = self.category(at(1), &mut wrong);
        let brand = self.brand(brand_cell, &mut wrong);
        if !at(3).is_empty() && rules::naming::model_key(at(3)).is_empty() {
            wrong.push("型号：要有字母、数字或汉字。".into());
        }
        let price = match Fen::parse_yuan(&shape::price(at(5))) {
            Some(p) if p.0 > 0 && p <= PRICE_MAX => p.0,
            _ => {
                wrong.push(format!("单价（元）：应是大于 0、最多两位小数的数，现在是“{}”。", at(5)));
                0
            }
        };
        let stock = match shape::quantity(at(6), at(4)).parse::<i64>() {
            Ok(n) if (0..=STOCK_MAX).contains(&n) => n,
            _ => {
                wrong.push(format!("库存：应是 0 到 {STOCK_MAX} 的整数，现在是“{}”。", at(6)));
                0
            }
        };
        let areas = self.areas(at(7), &mut wrong);
        if let Some(may) = self.makers.get(&brand) {
            let reached = |a: &str| rules::place::reached(may.iter().map(String::as_str), a);
            if may.is_empty() {
                wrong.push(format!("品牌：“{brand}”要有厂商授权才能上架，请先在“厂商授权”里申请。"));
            } else if let Some(beyond) = areas.split_whitespace().find(|a| !reached(a)) {
                let place = self.facts.region_name(beyond);
                wrong.push(format!("供货区域：“{brand}”的厂商授权不包括{place}（{beyond}）。"));
            }
        }
        let attrs = attrs(at(8), &mut wrong);
        let flags = flags_of(at(9)).unwrap_or_else(|unknown| {
            wrong.push(format!("标记：不认识“{unknown}”，可填 {}。", crate::shelf::FLAGS.map(|(_, w)| w).join("、")));
            0
        });
        if !at(11).is_empty() && !at(11).starts_with("https://") && !at(11).starts_with("http://") {
            wrong.push("链接：应以 http:// 或 https:// 开头，没有可以不填。".into());
        }
        let needs_certificate = rules::rulebook::in_list(&category, &self.certificate_needed);
        if needs_certificate && at(12).is_empty() {
            wrong.push("证书编号：这个品目属于强制节能产品，要填有效的认证证书编号。".into());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let product = NewProduct {
            category,
            brand,
            model: at(3).to_owned(),
            title: at(0).to_owned(),
            unit: at(4).to_owned(),
            attrs,
            words: at(14).to_owned(),
            flags,
            origin: at(10).to_owned(),
            certificate: rules::certificate::number_of(at(12)),
            per_unit: at(13).to_owned(),
        };
        Ok(NewOffer { product, supplier: self.supplier, price, stock, areas, link: at(11).to_owned() })
    }

    fn category(&self, written: &str, wrong: &mut Vec<String>) -> String {
        let code = fold(written).to_uppercase();
        let known = self.facts.categories.get(&code);
        match known {
            None => match self.facts.category_map.get(&code) {
                Some(new) => wrong.push(format!("品目编码：{code} 是 2013 年版的编码，2022 年版请用 {new}。")),
                None => wrong.push(format!("品目编码：2022 年版目录里没有“{written}”，请在“品目查询”里查找。")),
            },
            Some(c) if c.level < 3 => wrong.push(format!("品目编码：{code}（{}）太宽，请用下一级的编码。", c.name)),
            Some(_) => {
                let mine: Vec<String> = self.supplier_categories.split_whitespace().map(str::to_owned).collect();
                if crate::suppliers::category_closed(&self.closed, &code) {
                    wrong.push(format!("品目编码：{code} 已被冻结、暂停或退出，不能上架。"));
                }
                if !mine.is_empty() && !rules::rulebook::in_list(&code, &mine) {
                    wrong.push(format!("品目编码：{code} 不在本企业入驻的品目里（{}）。", mine.join("、")));
                }
            }
        }
        code
    }

    fn brand(&self, written: &str, wrong: &mut Vec<String>) -> String {
        match self.brands.find(written) {
            Some(b) => b.to_owned(),
            None => {
                if !written.is_empty() {
                    wrong.push(format!("品牌：品牌库里没有“{written}”，请核对写法；新品牌请先在“品牌库”里申请登记。"));
                }
                written.to_owned()
            }
        }
    }

    fn areas(&self, written: &str, wrong: &mut Vec<String>) -> String {
        let mine: Vec<&str> = self.supplier_areas.split_whitespace().collect();
        let asked: Vec<&str> = written.split([' ', ',', '，', '、', ';', '|']).filter(|a| !a.is_empty()).collect();
        if asked.is_empty() {
            return self.supplier_areas.clone();
        }
        for a in &asked {
            if self.facts.region(a).is_none() {
                wrong.push(format!("供货区域：没有代码为“{a}”的地区。"));
            } else if !rules::place::reached(mine.iter().copied(), a) {
                wrong.push(format!("供货区域：{}（{a}）不在本企业的供货区域里。", self.facts.region_name(a)));
            }
        }
        asked.join(" ")
    }
}

fn attrs(written: &str, wrong: &mut Vec<String>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for pair in written.split([';', '；']).map(str::trim).filter(|p| !p.is_empty()) {
        match pair.split_once(['=', '＝']) {
            Some((k, v)) if !k.trim().is_empty() && !v.trim().is_empty() => {
                out.push((k.trim().to_owned(), v.trim().to_owned()))
            }
            _ => wrong.push(format!("参数：“{pair}”应写成“名称=值”。")),
        }
    }
    if out.len() > ATTRS_MAX {
        wrong.push(format!("参数：最多 {ATTRS_MAX} 项。"));
    }
    out
}
