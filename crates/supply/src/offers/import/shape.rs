//! Files as suppliers really send them: the heading somewhere in the first rows, columns in any order and under other
//! names, cells merged, prices with signs. What comes out has the columns of the template.
use super::check::COLUMNS;
use kit::{Fail, Result};
use rules::naming::{brand_key, fold, model_key};
use std::collections::HashMap;

/// The heading is looked for in so many rows.
const HEADING_WITHIN: usize = 10;
/// Columns without which nothing can be listed; a brand may stand in the title.
const NEEDED: [usize; 6] = [0, 1, 3, 4, 5, 6];

/// Other names of the columns, in the order of [`COLUMNS`].
const ALSO: [&[&str]; 15] = [
    &["商品名称", "品名", "名称", "商品标题", "产品名称", "货物名称"],
    &["品目", "品目代码", "采购品目", "采购目录编码", "目录编码", "品目号"],
    &["厂牌", "商标", "品牌名称"],
    &["规格型号", "产品型号", "型号规格", "货号"],
    &["计量单位", "单位名称"],
    &["单价", "价格", "含税单价", "报价", "售价", "商城价", "含税价"],
    &["数量", "库存量", "库存数量", "可供数量", "可售数量"],
    &["区域", "供货地区", "供货范围"],
    &["技术参数", "规格参数", "参数说明", "主要参数"],
    &["标签", "标识"],
    &["原产地", "产地名称"],
    &["网址", "商品链接", "同款链接", "链接地址"],
    &["节能证书编号", "认证证书", "证书号"],
    &["可比单位数量", "每单位数量"],
    &["关键词", "又名"],
];

/// The rows of a file in the shape of the template.
#[derive(Debug, PartialEq, Eq)]
pub struct Shaped {
    /// Line in the file (from 1) and cells.
    pub rows: Vec<(usize, Vec<String>)>,
    /// Line of a row that repeats another one, and the line it repeats.
    pub repeated: Vec<(usize, usize)>,
}

/// A heading's key: without what is in brackets, without stars and colons.
fn key(cell: &str) -> String {
    let text = fold(cell);
    let plain = text.split('(').next().unwrap_or("");
    plain.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn column(cell: &str) -> Option<usize> {
    let key = key(cell);
    if key.is_empty() {
        return None;
    }
    (0..COLUMNS.len()).find(|i| self::key(COLUMNS[*i]) == key || ALSO[*i].iter().any(|a| self::key(a) == key))
}

/// Which column of the file is which of the template; the first of two alike counts.
fn mapping(heading: &[String]) -> [Option<usize>; 15] {
    let mut out = [None; 15];
    for (at, cell) in heading.iter().enumerate() {
        if let Some(i) = column(cell)
            && out[i].is_none()
        {
            out[i] = Some(at);
        }
    }
    out
}

/// A heading of two rows, cells merged: what stands below counts, else what stands above.
fn merged(upper: &[String], lower: &[String]) -> Vec<String> {
    let n = upper.len().max(lower.len());
    let at = |row: &[String], i: usize| row.get(i).cloned().unwrap_or_default();
    (0..n).map(|i| if column(&at(lower, i)).is_some() { at(lower, i) } else { at(upper, i) }).collect()
}

/// Finds the heading and brings every row into the shape of the template.
pub fn shape(rows: Vec<Vec<String>>) -> Result<Shaped> {
    let mut best: Option<(usize, [Option<usize>; 15])> = None;
    let found = |m: &[Option<usize>; 15]| NEEDED.iter().filter(|i| m[**i].is_some()).count();
    for i in 0..rows.len().min(HEADING_WITHIN) {
        let one = mapping(&rows[i]);
        if best.as_ref().is_none_or(|(_, b)| found(&one) > found(b)) {
            best = Some((i + 1, one));
        }
        if let Some(next) = rows.get(i + 1) {
            let two = mapping(&merged(&rows[i], next));
            if best.as_ref().is_none_or(|(_, b)| found(&two) > found(b)) {
                best = Some((i + 2, two));
            }
        }
    }
    let Some((begin, map)) = best else {
        return Err(Fail::field("file", "import.empty", "文件里没有内容，请用页面上的模板。"));
    };
    let missing: Vec<&str> = NEEDED.iter().filter(|i| map[**i].is_none()).map(|i| COLUMNS[*i]).collect();
    if !missing.is_empty() {
        let words = format!("表头里没有找到“{}”。请用页面上的模板，或把列名改成模板里的名称。", missing.join("”“"));
        return Err(Fail::field("file", "import.heading", words));
    }
    let mut out = Shaped { rows: Vec::new(), repeated: Vec::new() };
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    for (i, row) in rows.into_iter().enumerate().skip(begin) {
        if row.iter().all(String::is_empty) {
            continue;
        }
        let cells: Vec<String> =
            map.iter().map(|at| at.and_then(|at| row.get(at)).cloned().unwrap_or_default()).collect();
        let line = i + 1;
        let model = model_key(&cells[3]);
        if !model.is_empty() {
            match seen.get(&(brand_key(&cells[2]), model.clone())) {
                Some(first) => out.repeated.push((line, *first)),
                None => {
                    seen.insert((brand_key(&cells[2]), model), line);
                }
            }
        }
        out.rows.push((line, cells));
    }
    Ok(out)
}

/// A price as people write it: `￥１,１２０.５元/箱` → `1120.5`. What is no price stays as it is.
pub fn price(cell: &str) -> String {
    let text = fold(cell);
    let plain = text.trim_start_matches(['¥', '￥']).trim_start_matches("rmb").trim_start_matches("人民币").trim();
    match plain.split_once('元') {
        Some((n, rest)) if rest.is_empty() || rest.starts_with('/') || rest.starts_with("每") || rest == "整" => {
            n.trim().to_owned()
        }
        Some(_) => text,
        None => plain.to_owned(),
    }
}

/// A quantity as people write it: `１,０００箱` → `1000`, when the rest is the unit. What is none stays as it is.
pub fn quantity(cell: &str, unit: &str) -> String {
    let text = fold(cell);
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',').trim();
    let whole = rest.strip_prefix(".0").map_or(rest, |r| r.trim_start_matches('0'));
    if !digits.is_empty() && (whole.is_empty() || whole == fold(unit)) { digits } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &[&[&str]]) -> Vec<Vec<String>> {
        list.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect()
    }

    #[test]
    fn prices_and_quantities_as_people_write_them() {
        for (written, read) in [
            ("￥１１２．５０", "112.50"),
            ("¥1,120.5 元/箱", "1,120.5"),
            ("人民币 88 元整", "88"),
            ("RMB 9.9", "9.9"),
            ("面议", "面议"),
            ("10-20元", "10-20"),
            ("12元优惠", "12元优惠"),
            ("", ""),
        ] {
            assert_eq!(price(written), read, "{written}");
        }
        for (written, unit, read) in [
            ("１,０００", "箱", "1000"),
            ("500箱", "箱", "500"),
            ("500台", "箱", "500台"),
            ("充足", "箱", "充足"),
            ("20.0", "包", "20"),
        ] {
            assert_eq!(quantity(written, unit), read, "{written}");
        }
    }

    #[test]
    fn headings_are_found_where_they_are() {
        let plain = rows(&[
            &["某公司商品明细", "", "", "", "", ""],
            &["序号", "商品信息", "", "", "交易信息", "", ""],
            &["", "品名", "品目代码", "规格型号", "计量单位", "含税单价(元)", "库存数量"],
            &["1", "复印纸", "A05040101", "Z1", "箱", "100", "5"],
            &["", "", "", "", "", "", ""],
            &["2", "复印纸", "A05040101", "Ｚ-１", "箱", "90", "5"],
        ]);
        let got = shape(plain).unwrap();
        assert_eq!(got.rows.len(), 2);
        assert_eq!(got.rows[0].0, 4);
        assert_eq!(got.rows[0].1[..7], ["复印纸", "A05040101", "", "Z1", "箱", "100", "5"]);
        assert_eq!(got.repeated, [(6, 4)]);
        // Merged over two rows: some names stand above, some below.
        let two = rows(&[
            &["标题", "品目编码", "品牌", "规格", "", "价格", "数量"],
            &["", "", "", "型号", "单位", "", ""],
            &["纸", "A05040101", "得力", "Z1", "箱", "100", "5"],
        ]);
        assert_eq!(shape(two).unwrap().rows[0].1[3], "Z1");
        let words = shape(rows(&[&["标题", "价格"], &["纸", "1"]])).unwrap_err().refused().unwrap().words.clone();
        assert!(words.contains("“品目编码”“型号”“单位”“库存”"), "{words}");
        assert!(shape(Vec::new()).is_err());
    }
}
