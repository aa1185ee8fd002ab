//! Files as suppliers really send them, each with exactly what becomes of it.
use crate::mall::{Box, Visitor};
use kit::{Query, params};
use rust_xlsxwriter::{Formula, Workbook};
use supply::offers::import::COLUMNS;

const CODE: &str = "A05040101";
const ATTRS: &str = "规格=A4;克重=70g";

/// What became of a file: rows, on the shelf or changed, of them waiting, unchanged, with an error.
type Counts = [i64; 5];

async fn counts(mall: &Box, at: &str) -> Counts {
    let id = at.trim_start_matches("/imports/");
    let sql = format!("SELECT total, loaded, waiting, unchanged, bad FROM import_file WHERE id = {id}");
    let r = mall.mall.watch.db().one(&sql, params![]).await.unwrap();
    [0, 1, 2, 3, 4].map(|i| r.int(i))
}

/// Sends a file, confirms what is good, and says what became of it and what the errors are.
async fn send(mall: &Box, seller: &Visitor, bytes: &[u8]) -> (Counts, String) {
    let at = seller.upload("/imports", &[], "file", "报价", bytes).await.leads().to_owned();
    mall.settle().await;
    // A file without one good row cannot be confirmed; the refusal is right then.
    seller.post(&format!("{at}/confirm"), &[]).await;
    mall.settle().await;
    let text = seller.get(&at).await.text();
    (counts(mall, &at).await, text.split("<h2>错误</h2>").nth(1).unwrap_or("").to_owned())
}

fn csv(rows: &[&[&str]]) -> Vec<u8> {
    kit::sheet::csv_of(&rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect::<Vec<_>>()).unwrap()
}

fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    kit::sheet::xlsx_of("商品", &rows).unwrap()
}

const SHORT: [&str; 8] = ["标题", "品目编码", "品牌", "型号", "单位", "单价", "库存", "参数"];

#[tokio::test(flavor = "multi_thread")]
async fn files_as_they_come() {
    let mall = Box::new().await;
    let seller = mall.login("lantian.guanli").await;
    let db = mall.mall.watch.db();
    let price = async |model: &str| {
        let sql = "SELECT o.price FROM offer o JOIN product p ON p.id = o.product JOIN org g ON g.id = o.supplier \
                   WHERE p.model = $1 AND g.name LIKE '%蓝天示例%'";
        db.row(sql, params![model]).await.unwrap().map(|r| r.int(0))
    };

    // 1. A title over the table, the heading merged over two rows, columns in an order of its own, a sum at the end.
    let merged = xlsx(&[
        &["蓝天公司 2026 年报价单", "", "", "", "", "", "", ""],
        &["序号", "商品信息", "", "", "", "交易信息", "", ""],
        &["", "品名", "型号", "品牌", "品目代码", "含税单价（元）", "计量单位", "数量"],
        &["1", "得力复印纸", "MS-101", "得力", CODE, "101", "箱", "10"],
        &["合计", "", "", "", "", "101", "", "10"],
    ]);
    let (n, wrong) = send(&mall, &seller, &merged).await;
    assert_eq!(n, [2, 1, 1, 0, 1], "{wrong}");
    assert!(wrong.contains("标题：没有填") && wrong.contains("型号：没有填"), "the sum is no goods: {wrong}");

    // 2. Full-width digits and letters.
    let wide = csv(&[
        &SHORT,
        &["得力复印纸", "Ａ０５０４０１０１", "得力", "ＭＳ－１０２", "箱", "１０２．５０", "１０", ATTRS],
    ]);
    assert_eq!(send(&mall, &seller, &wide).await.0, [1, 1, 0, 0, 0]);
    assert_eq!(price("ＭＳ－１０２").await, Some(10_250));

    // 3. Prices as text with signs and units.
    let signs = csv(&[
        &SHORT,
        &["得力复印纸", CODE, "得力", "MS-103", "箱", "¥103.00", "1,000", ATTRS],
        &["得力复印纸", CODE, "得力", "MS-104", "箱", "1,104元", "20箱", ATTRS],
        &["得力复印纸", CODE, "得力", "MS-105", "箱", "人民币105.5元/箱", "20", ATTRS],
        &["得力复印纸", CODE, "得力", "MS-106", "箱", "面议", "充足", ATTRS],
        &["得力复印纸", CODE, "得力", "MS-107", "箱", "100-120元", "20", ATTRS],
    ]);
    let (n, wrong) = send(&mall, &seller, &signs).await;
    assert_eq!(n, [5, 3, 0, 0, 2]);
    assert_eq!(
        (price("MS-103").await, price("MS-104").await, price("MS-105").await),
        (Some(10_300), Some(110_400), Some(10_550))
    );
    assert!(wrong.contains("现在是“面议”") && wrong.contains("现在是“充足”") && wrong.contains("现在是“100-120元”"));

    // 4. Three units for one kind of paper: two people buy in, one nobody does.
    let units = csv(&[
        &SHORT,
        &["得力复印纸", CODE, "得力", "MS-108", "箱", "108", "9", ATTRS],
        &["得力复印纸", CODE, "得力", "MS-109", "包", "22", "9", ATTRS],
        &["得力复印纸", CODE, "得力", "MS-110", "张", "0.05", "9", ATTRS],
    ]);
    assert_eq!(send(&mall, &seller, &units).await.0, [3, 3, 1, 0, 0]);
    assert_eq!(price("MS-110").await, None, "sheets of paper wait for a person");

    // 5. The brand in the title only.
    let title = csv(&[
        &SHORT,
        &["得力（deli）A4 复印纸", CODE, "", "MS-111", "箱", "111", "9", ATTRS],
        &["某某牌复印纸", CODE, "", "MS-112", "箱", "112", "9", ATTRS],
    ]);
    let (n, wrong) = send(&mall, &seller, &title).await;
    assert_eq!(n, [2, 1, 0, 0, 1]);
    assert_eq!(price("MS-111").await, Some(11_100));
    assert!(wrong.contains("品牌：没有填"));

    // 6. The same goods twice, in two spellings and at two prices.
    let twice = csv(&[
        &SHORT,
        &["得力复印纸", CODE, "得力", "MS-113", "箱", "113", "9", ATTRS],
        &["得力复印纸", CODE, "得力", "ms 113", "箱", "99", "9", ATTRS],
    ]);
    let (n, wrong) = send(&mall, &seller, &twice).await;
    assert_eq!(n, [2, 1, 0, 0, 1]);
    assert!(wrong.contains("与第 2 行是同一个品牌型号"));
    assert_eq!(price("MS-113").await, Some(11_300));

    // 7. Formulas: what the sheet computed counts; without a result there is no price. A CSV's formula is just text.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (c, h) in SHORT.iter().enumerate() {
        sheet.write_string(0, c as u16, *h).unwrap();
    }
    for (r, (model, formula)) in
        [("MS-114", Formula::new("=10*11.4").set_result("114")), ("MS-115", Formula::new("=Sheet9!A1"))]
            .into_iter()
            .enumerate()
    {
        let r = r as u32 + 1;
        for (c, cell) in ["得力复印纸", CODE, "得力", model, "箱", "", "9", ATTRS].iter().enumerate() {
            sheet.write_string(r, c as u16, *cell).unwrap();
        }
        sheet.write_formula(r, 5, formula).unwrap();
    }
    let (n, wrong) = send(&mall, &seller, &book.save_to_buffer().unwrap()).await;
    assert_eq!(n, [2, 1, 0, 0, 1], "{wrong}");
    assert_eq!(price("MS-114").await, Some(11_400));
    let text =
        "标题,品目编码,品牌,型号,单位,单价,库存\n\"=HYPERLINK(\"\"http://x\"\")\",A05040101,得力,MS-116,箱,=1+1,9\n";
    let (n, wrong) = send(&mall, &seller, text.as_bytes()).await;
    assert_eq!(n, [1, 0, 0, 0, 1]);
    assert!(wrong.contains("现在是“=1+1”"), "{wrong}");

    // 8. What Chinese spreadsheets save by default: GB 18030.
    let gbk =
        "标题,品目编码,品牌,型号,单位,单价,库存,参数\n得力复印纸,A05040101,得力,MS-117,箱,117,9,规格=A4;克重=70g\n";
    assert_eq!(send(&mall, &seller, &encoding_rs::GB18030.encode(gbk).0).await.0, [1, 1, 0, 0, 0]);
    assert_eq!(price("MS-117").await, Some(11_700));

    // 9. Headings that say nothing, an empty sheet, no sheet at all: the whole file is refused with what is missing.
    let refused = async |bytes: &[u8], what: &str| {
        seller.upload("/imports", &[], "file", "x", bytes).await.refused(what);
    };
    refused(&csv(&[&["商品", "说明"], &["纸", "好"]]), "没有找到“标题”“品目编码”").await;
    refused(&csv(&[&SHORT]), "import.empty").await;
    refused(b"PK\x03\x04junk", "file.unreadable").await;
    refused(b"\xff\xfe\xff", "file.encoding").await;
    refused(b"", "import.no_file").await;

    // 10. Too many rows are refused as a whole; the most that are allowed are all looked at.
    let line = |i: usize| format!("纸 {i},A05040101,得力,MS-2{i:05},箱,坏价格,1\n");
    let many = |n: usize| -> String {
        let body: String = (0..n).map(line).collect();
        format!("标题,品目编码,品牌,型号,单位,单价,库存\n{body}")
    };
    refused(many(60_001).as_bytes(), "file.too_many_rows").await;
    let (n, _) = send(&mall, &seller, many(3_000).as_bytes()).await;
    assert_eq!(n, [3_000, 0, 0, 0, 3_000]);

    // 11. Old category codes and codes that are too wide name the new one.
    let codes = csv(&[
        &SHORT,
        &["得力复印纸", "A0504", "得力", "MS-118", "箱", "118", "9", ATTRS],
        &["得力复印纸", "A999", "得力", "MS-119", "箱", "119", "9", ATTRS],
    ]);
    let (n, wrong) = send(&mall, &seller, &codes).await;
    assert_eq!(n, [2, 0, 0, 0, 2]);
    assert!(wrong.contains("2022 年版"), "{wrong}");

    // 12. Line breaks and blanks inside cells, more columns than the template has.
    let blanks = "标题,品目编码,品牌,型号,单位,单价,库存,参数,备注\n\"得力\n复印纸\",A05040101,\u{200B}得力 ,MS-120,箱, 120 ,9,规格=A4；克重=70g,急\n";
    assert_eq!(send(&mall, &seller, blanks.as_bytes()).await.0, [1, 1, 0, 0, 0]);
    assert_eq!(price("MS-120").await, Some(12_000));
    assert_eq!(COLUMNS.len(), 15);
    mall.sound().await;
}
