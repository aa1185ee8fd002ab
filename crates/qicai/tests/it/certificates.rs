//! 认证证书: a certificate holds for the models it names, while it is valid; goods are held against the register when they come in
//! and every day.
use crate::auctions::later;
use crate::conduct::stay;
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use rules::calendar::{day_of, show_day};
use supply::offers::import::{COLUMNS, example};

const DAY: i64 = 86_400_000;

fn register(rows: &[[&str; 8]]) -> Vec<u8> {
    let mut text = String::from("证书编号,种类,获证单位,品牌,型号,发证日期,有效期至,状态\n");
    for r in rows {
        text.push_str(&r.join(","));
        text.push('\n');
    }
    text.into_bytes()
}

async fn send(v: &Visitor, rows: &[[&str; 8]]) -> Page {
    v.upload("/certificates", &[("source", "发证机构公布")], "file", "r.csv", &register(rows)).await
}

/// A computer with a certificate, as a file; returns what the page of the file says.
async fn offer(mall: &Box, seller: &Visitor, model: &str, certificate: &str) -> String {
    let mut r = example();
    for (i, v) in [
        (0, format!("联想 台式计算机 {model}")),
        (1, "A02010105".into()),
        (2, "联想".into()),
        (3, model.into()),
        (4, "台".into()),
        (5, "4200.00".into()),
        (8, "处理器=i5;内存=16G;硬盘=512G".into()),
        (12, certificate.into()),
        (13, String::new()),
    ] {
        r[i] = v;
    }
    let file = kit::sheet::xlsx_of("商品", &[COLUMNS.map(str::to_owned).to_vec(), r]).unwrap();
    let at = seller.upload("/imports", &[], "file", "offers.xlsx", &file).await.leads().to_owned();
    mall.settle().await;
    seller.post(&format!("{at}/confirm"), &[]).await;
    mall.settle().await;
    seller.get(&at).await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_holds_for_its_model_and_its_days() {
    let mall = Box::new().await;
    stay(&mall).await;
    let (province, city) = (mall.login("sd.jicai").await, mall.login("jinan.jicai").await);
    let seller = mall.login("xinchuang.guanli").await;
    let today = day_of(mall.mall.watch.db().now());
    let (from, to) = (show_day(today - 100), show_day(today + 40));

    // The province keeps it; each row stands for itself.
    send(&city, &[["A1", "节能", "x", "联想", "T1", &from, &to, "有效"]]).await.refused("由省级上传");
    assert_eq!(send(&seller, &[]).await.status, StatusCode::FORBIDDEN);
    province.upload("/certificates", &[("source", "x")], "file", "r.csv", b"a,b\n").await.refused("第 1 列应是");
    let rows = [
        ["cqc 2026-001", "节能", "联想示例", "联想", "TC-M1；TC-M1 Plus", from.as_str(), to.as_str(), "有效"],
        ["CQC2026-002", "节能", "联想示例", "联想", "TC-M9", &from, &to, "暂停"],
        ["CQC2026-003", "节能", "联想示例", "联想", "", &from, &to, "有效"],
        ["CQC2026-004", "节能", "联想示例", "联想", "X", &from, "明年", "有效"],
        ["CQC2026-005", "节能", "联想示例", "联想", "X", &to, &from, "有效"],
        ["CQC2026-006", "节能", "联想示例", "联想", "X", &from, &to, "好"],
        ["", "节能", "联想示例", "联想", "X", &from, &to, "有效"],
    ];
    send(&province, &rows).await.shows(&[
        "2 行已收，5 行没有收",
        "第 4 行：没有填型号",
        "第 5 行：有效期至应写成",
        "第 6 行：有效期早于",
        "第 7 行：状态应是",
        "第 8 行：没有填证书编号",
    ]);
    mall.visitor().get("/certificates?number=cqc2026-001").await.shows(&["TC-M1;TC-M1 Plus", "有效", "发证机构公布"]);
    mall.visitor().get("/certificates?number=CQC9").await.shows(&["证书库里没有 CQC9"]);

    // Goods are held against it, letter by letter.
    let on = "SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE p.model LIKE 'TC-M%'";
    for (model, number, why) in [
        ("TC-M1", "CQC2026-777", "证书库里没有"),
        ("TC-M2", "CQC2026-001", "不包括型号 TC-M2"),
        ("TC-M1P", "CQC2026-001", "不包括型号"),
        ("TC-M9", "CQC2026-002", "暂停"),
    ] {
        let page = offer(&mall, &seller, model, number).await;
        assert!(page.contains(why), "{model} {number}: {page}");
    }
    assert_eq!(mall.number(on).await, 0);
    let page = offer(&mall, &seller, "TC-M1", "ＣＱＣ2026-001").await;
    assert_eq!(mall.number(on).await, 1, "{page}");

    // Warned before the last day, stopped after it, back with the renewed certificate.
    later(&mall, 15 * DAY).await;
    seller.get("/todo").await.shows(&["将于", "CQC2026-001"]);
    let stopped = "SELECT COUNT(*) FROM offer WHERE stops = 128";
    later(&mall, 25 * DAY).await;
    assert_eq!(mall.number(stopped).await, 0, "the last day counts");
    later(&mall, DAY).await;
    assert_eq!(mall.number(stopped).await, 1);
    seller.get("/offers").await.shows(&["认证证书已到期或被暂停"]);
    seller.get("/todo").await.shows(&["证书 CQC2026-001 已到期"]);
    let renewed = show_day(today + 400);
    send(&province, &[["CQC2026-001", "节能", "联想示例", "联想", "TC-M1", &from, &renewed, "有效"]])
        .await
        .shows(&["1 行已收"]);
    assert_eq!(mall.number(stopped).await, 0);
    send(&province, &[["CQC2026-001", "节能", "联想示例", "联想", "TC-M1", &from, &renewed, "撤销"]])
        .await
        .shows(&["1 行已收"]);
    assert_eq!(mall.number(stopped).await, 1, "taken back by the certifier, effective at once");
    mall.sound().await;
}
