//! 商品图片 and the form for one listing: stored once, stripped, shown after review; the same picture under another name is found.
use crate::intake::key_of;
use crate::job::{find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

/// A picture of something: fields of grey, different for each seed.
fn drawn(seed: u32, side: u32, format: ImageFormat) -> Vec<u8> {
    let field = |x: u32, y: u32| (seed.wrapping_mul(2_654_435_761) >> ((x * 5 + y * 3) % 24)) & 0xFF;
    let image = RgbImage::from_fn(side, side, |x, y| {
        let v = field(x * 6 / side, y * 6 / side) as u8;
        Rgb([v, v, 255 - v])
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// The form for paper, with some fields changed.
async fn list(v: &Visitor, changes: &[(&str, &str)], picture: &[u8]) -> Page {
    let mut fields = vec![
        ("category", "A05040101"),
        ("title", "得力 A4 复印纸"),
        ("brand", "得力"),
        ("model", "PF-100"),
        ("unit", "箱"),
        ("price", "100.00"),
        ("stock", "50"),
        ("attr-0", "A4"),
        ("attr-1", "70g"),
        ("per_unit", "2500 张"),
    ];
    for (k, v) in changes {
        fields.retain(|(name, _)| name != k);
        fields.push((k, v));
    }
    v.upload("/offers/new", &fields, "picture", "a.png", picture).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_listing_by_form_with_its_picture() {
    let mall = Box::new().await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("jinan.jicai").await);
    seller.get("/offers/new?words=复印纸").await.shows(&["A05040101"]);
    // Before a word is written: what the mall buys, not the beginning of the catalogue.
    let first = seller.get("/offers/new").await;
    first.shows(&["A0201"]);
    assert!(!first.text().contains("A0101"), "no station buys buildings here");
    seller.get("/offers/new?category=A05040101").await.shows(&["克重", "60–300 g", "A4"]);
    assert_eq!(seller.get("/offers/new?category=Z9").await.status, StatusCode::NOT_FOUND);

    // What is wrong is named, what was typed stays, nothing is kept.
    let (a, rows) = (drawn(5, 600, ImageFormat::Png), "SELECT COUNT(*) FROM goods_picture");
    list(&seller, &[("price", "一百")], &a).await.refused("单价").refused("一百").refused("PF-100");
    list(&seller, &[("brand", "没有这个牌子")], &a).await.refused("品牌库里没有");
    list(&seller, &[], b"<svg/>").await.refused("读不出这张图片");
    list(&seller, &[], &drawn(5, 100, ImageFormat::Png)).await.refused("图片太小");
    assert_eq!(mall.number(rows).await, 0);
    assert_eq!(mall.number("SELECT COUNT(*) FROM product WHERE model = 'PF-100'").await, 0);

    list(&seller, &[], &a).await.leads();
    mall.settle().await;
    let product = find(&centre, "PF-100").await;
    let path = format!("{product}/pictures");
    let digest = {
        let text = seller.get(&path).await.text();
        text.split("/pictures/").nth(1).unwrap().split('.').next().unwrap().to_owned()
    };
    let (large, small) = (format!("/pictures/{digest}.jpg"), format!("/pictures/{digest}-s.jpg"));

    // Until somebody looked, only its supplier and the offices see it.
    for who in [&seller, &centre] {
        assert_eq!(who.get(&large).await.status, StatusCode::OK);
    }
    assert_eq!(mall.visitor().get(&large).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mall.login("qilu.guanli").await.get(&large).await.status, StatusCode::NOT_FOUND);
    assert!(!mall.visitor().get(&product).await.text().contains(&digest));
    centre.get("/pictures").await.shows(&["PF-100", "蓝天示例"]);

    // The same again, by another supplier of the same goods or in another format and size, is there already or waits too.
    seller.upload(&path, &[], "picture", "b.png", &a).await.leads();
    assert_eq!(mall.number(rows).await, 1, "stored once");
    let stranger = mall.login("quancheng.guanli").await;
    stranger.upload(&path, &[], "picture", "b.png", &a).await.refused("在售这个商品的供应商");
    assert_eq!(mall.login("lantian.dingdan").await.get(&path).await.status, StatusCode::FORBIDDEN);

    let id = mall.number("SELECT id FROM goods_picture").await;
    let decide = format!("/pictures/{id}/decide");
    assert_eq!(seller.post(&decide, &[("show", "1")]).await.status, StatusCode::FORBIDDEN);
    centre.post(&decide, &[("show", "0")]).await.refused("理由");
    centre.post(&decide, &[("show", "1")]).await.leads();
    centre.post(&decide, &[("show", "1")]).await.leads();
    mall.settle().await;
    mall.visitor().get(&product).await.shows(&[&large]);
    mall.visitor().get("/search?area=all&q=PF-100").await.shows(&[&small]);
    let shown = mall.visitor().get(&large).await;
    assert_eq!(shown.status, StatusCode::OK);

    // Taken off again, with a reason its supplier reads; it may be brought again.
    centre.post(&decide, &[("show", "0"), ("reason", "有水印")]).await.leads();
    mall.settle().await;
    assert!(!mall.visitor().get(&product).await.text().contains(&digest));
    assert_eq!(mall.visitor().get(&large).await.status, StatusCode::NOT_FOUND);
    seller.get(&path).await.shows(&["已撤下", "有水印"]);
    seller.upload(&path, &[], "picture", "b.png", &a).await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM goods_picture WHERE state = 'waiting'").await, 1);
    for seed in 0..8 {
        let page = seller.upload(&path, &[], "picture", "c.png", &drawn(100 + seed, 300, ImageFormat::Png)).await;
        if seed < 5 {
            page.leads()
        } else {
            page.refused("最多 6 张");
            ""
        };
    }
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_picture_under_another_name_is_found() {
    let mall = Box::new().await;
    let (seller, other) = (mall.login("lantian.guanli").await, mall.login("qilu.guanli").await);
    let centre = mall.login("jinan.jicai").await;
    let link = ("link", "https://shop.example/zx");
    list(&seller, &[("model", "ZX-500"), ("price", "80.00"), link], &drawn(11, 900, ImageFormat::Png)).await.leads();
    mall.settle().await;

    // Another name, another size, another format, the same attributes, dearer, not on the market: a person looks.
    let copy = drawn(11, 400, ImageFormat::Jpeg);
    let page = list(&other, &[("model", "GH-77"), ("price", "95.00")], &copy).await;
    assert!(page.leads().starts_with("/filings"), "{}", page.location);
    let queue = mall.login("sd.jicai").await.get("/filings").await;
    queue.shows(&["GH-77", "参数和图片都相同", "ZX-500"]);
    assert!(queue.text().contains("-s.jpg"), "the reviewer sees the picture");

    // Other goods with another picture are not held up.
    let page = list(&other, &[("model", "KL-12"), ("price", "95.00")], &drawn(77, 400, ImageFormat::Png)).await;
    assert!(page.leads().starts_with("/offers"), "{}", page.location);

    // Passed goods pass with their pictures; the picture of the queue names its twin.
    let filing = mall.number("SELECT id FROM filing WHERE state = 'waiting'").await;
    mall.login("sd.jicai").await.post(&format!("/filings/{filing}/judge"), &[("pass", "1")]).await.leads();
    mall.settle().await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM goods_picture WHERE model = 'GH-77' AND state = 'shown'").await, 1);
    centre.get("/pictures").await.shows(&["ZX-500", "图片相同", "GH-77"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_by_the_api_too() {
    let mall = Box::new().await;
    let seller = mall.login("lantian.guanli").await;
    shelve(&mall, &seller, &paper(&[("AP-1", "100.00", "5")])).await;
    let key = format!("Bearer {}", key_of(&seller).await);
    let call = async |key: &str, model: &str, bytes: Vec<u8>| {
        let path = format!("/api/pictures?brand={}&model={model}", kit::text::percent("得力"));
        mall.visitor().post_with(&path, &[("authorization", key)], "image/png", bytes).await
    };
    let png = drawn(21, 300, ImageFormat::Png);
    assert_eq!(call("Bearer x", "AP-1", png.clone()).await.status, StatusCode::UNAUTHORIZED);
    call(&key, "AP-9", png.clone()).await.refused("没有上架或申报");
    call(&key, "AP-1", b"x".to_vec()).await.refused("picture.type");
    call(&key, "AP-1", png.clone()).await.shows(&["waits"]);
    call(&key, "ap-1", png).await.shows(&["same"]);
    mall.sound().await;
}
