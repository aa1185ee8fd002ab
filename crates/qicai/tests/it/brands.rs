//! 品牌库: wishes of suppliers, joining and separating, with history; goods follow their brand.
use crate::job::{find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use supply::offers::import::{COLUMNS, example};

fn goods(brand: &str, model: &str, price: &str) -> Vec<u8> {
    let mut r = example();
    (r[0], r[2], r[3], r[5]) = (format!("{brand} A4 复印纸 {model}"), brand.into(), model.into(), price.into());
    kit::sheet::xlsx_of("商品", &[COLUMNS.map(str::to_owned).to_vec(), r]).unwrap()
}

async fn ask(v: &Visitor, written: &str) -> Page {
    v.post("/brands", &[("written", written), ("latin", "Shili"), ("proof", "商标 123")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_grows_and_is_put_right() {
    let mall = Box::new().await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("jinan.jicai").await);
    let at = seller.upload("/imports", &[], "file", "a.xlsx", &goods("示利", "SL-1", "90")).await.leads().to_owned();
    mall.settle().await;
    seller.get(&at).await.shows(&["品牌库里没有“示利”"]);

    ask(&seller, "").await.refused("品牌");
    ask(&seller, "DELI").await.refused("写作“得力”");
    ask(&seller, "示利").await.leads();
    ask(&mall.login("quancheng.guanli").await, " 示利 ").await.refused("已经有人申请");
    centre.get("/brands").await.shows(&["示利", "商标 123", "蓝天示例"]);
    let id = mall.number("SELECT MAX(id) FROM brand_ask").await;
    let decide = async |fields: &[(&str, &str)]| centre.post(&format!("/brands/asks/{id}"), fields).await;
    decide(&[("to", "alias"), ("of", "没有的牌")]).await.refused("品牌库里没有");
    decide(&[("to", "refuse")]).await.refused("写明理由");
    decide(&[("to", "make"), ("latin", "Shili"), ("home", "山东")]).await.leads();
    decide(&[("to", "make"), ("latin", "Shili"), ("home", "山东")]).await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM brand WHERE name = '示利'").await, 1);
    seller.get("/brands").await.shows(&["已登记"]);
    shelve(&mall, &seller, &goods("shili", "SL-1", "90")).await;
    shelve(&mall, &seller, &goods("示利", "SL-2", "91")).await;
    shelve(&mall, &seller, &paper(&[("SL-2", "95.00", "50")])).await;

    // Somebody looks at the market meanwhile: the product it is of will be another, and the audit has nothing to say.
    let sold = mall.number("SELECT id FROM product WHERE brand = '示利' AND model = 'SL-2'").await;
    let day = rules::calendar::show_day(rules::calendar::day_of(mall.clock.now()));
    crate::prices::observe(&centre, &format!("/prices/{sold}"), "甲商城", "88.00", &day).await.leads();

    // It was 得力 all the time: joined; the equal model is one product now, of two offers of one shop one stays.
    let merge = |from: &'static str, into: &'static str| [("from", from), ("into", into), ("why", "同一商标")];
    centre.post("/brands/merge", &merge("没有", "得力")).await.refused("品牌库里没有");
    centre.post("/brands/merge", &merge("deli", "得力")).await.refused("同一个品牌");
    assert_eq!(seller.post("/brands/merge", &merge("示利", "得力")).await.status, StatusCode::FORBIDDEN);
    centre.post("/brands/merge", &merge("Shili", "得力")).await.leads();
    mall.settle().await;
    assert_eq!(mall.number(&format!("SELECT COUNT(*) FROM observation WHERE product = {sold}")).await, 0);
    mall.sound().await;
    let of = |model: &str| {
        format!(
            "SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE p.model = '{model}' AND p.brand = '得力' AND o.state = 'listed'"
        )
    };
    assert_eq!(mall.number(&of("SL-1")).await, 1);
    assert_eq!(mall.number(&of("SL-2")).await, 1);
    find(&centre, "得力 SL-1").await;
    centre.get("/brands").await.shows(&["“示利”并入“得力”", "同一商标"]);
    // Whoever writes the old name is understood.
    shelve(&mall, &seller, &goods("示利", "SL-3", "92")).await;
    assert_eq!(mall.number(&of("SL-3")).await, 1);

    // It was not: separated again, with its models.
    let split = |models: &'static str| [("alias", "示利"), ("models", models), ("why", "分属两家")];
    centre.post("/brands/split", &[("alias", "得力"), ("models", ""), ("why", "x")]).await.refused("正名");
    centre.post("/brands/split", &split("没有的型号")).await.refused("没有型号");
    centre.post("/brands/split", &split("SL-1\n sl 3 ")).await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM product WHERE brand = '示利' AND model IN ('SL-1', 'SL-3')").await, 2);
    centre.get("/brands?words=示利").await.shows(&["拆出“示利”"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_of_one_model_are_joined_and_can_be_separated() {
    let mall = Box::new().await;
    let (one, two) = (mall.login("lantian.guanli").await, mall.login("quancheng.guanli").await);
    let centre = mall.login("jinan.jicai").await;
    shelve(&mall, &one, &paper(&[("XH-450", "90.00", "50")])).await;
    shelve(&mall, &two, &paper(&[("XH-450S", "91.00", "50")])).await;
    shelve(&mall, &one, &paper(&[("XH-450S", "92.00", "50")])).await;
    let mut pack = example();
    (pack[2], pack[3], pack[4]) = ("得力".into(), "XH-BAO".into(), "包".into());
    shelve(&mall, &one, &kit::sheet::xlsx_of("商品", &[COLUMNS.map(str::to_owned).to_vec(), pack]).unwrap()).await;
    let join = async |from: &str, into: &str| {
        let fields = [("brand", "deli"), ("from", from), ("into", into), ("why", "同一型号两种写法")];
        centre.post("/brands/models/merge", &fields).await
    };
    join("XH 450", "xh-450").await.refused("同一个型号");
    join("XH-999", "XH-450").await.refused("没有型号“XH-999”");
    join("XH-BAO", "XH-450").await.refused("计量单位不同");
    let of_seller = [("brand", "得力"), ("from", "XH-450S"), ("into", "XH-450"), ("why", "x")];
    assert_eq!(one.post("/brands/models/merge", &of_seller).await.status, StatusCode::FORBIDDEN);
    join("XH-450S", "XH-450").await.leads();
    join("XH-450S", "XH-450").await.refused("已经并入");
    mall.settle().await;
    let on_shelf = |model: &str| {
        format!(
            "SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE p.model = '{model}' AND o.state = 'listed'"
        )
    };
    // Of one shop with both, one offer stays; the other shop's goes over.
    assert_eq!((mall.number(&on_shelf("XH-450")).await, mall.number(&on_shelf("XH-450S")).await), (2, 0));
    centre.get("/brands").await.shows(&["“得力”的型号合并：XH-450S → XH-450"]);
    // Whoever writes the old name changes his offer of the new one.
    shelve(&mall, &two, &paper(&[("XH-450S", "89.00", "50")])).await;
    assert_eq!((mall.number(&on_shelf("XH-450")).await, mall.number(&on_shelf("XH-450S")).await), (2, 0));
    assert_eq!(
        mall.number("SELECT MIN(o.price) FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'XH-450'")
            .await,
        8900
    );

    let part = async |model: &str| {
        centre.post("/brands/models/split", &[("brand", "得力"), ("from", model), ("why", "是两个型号")]).await
    };
    part("XH-450").await.refused("没有并入过");
    part("XH-450S").await.leads();
    part("XH-450S").await.refused("没有并入过");
    mall.settle().await;
    assert_eq!((mall.number(&on_shelf("XH-450")).await, mall.number(&on_shelf("XH-450S")).await), (1, 1));
    centre.get("/brands").await.shows(&["“XH-450S”恢复为独立型号"]);
    mall.sound().await;
}
