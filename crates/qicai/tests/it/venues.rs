//! Venues, reserved shares, needs nobody meets.
use crate::auctions::{choice, force, later};
use crate::job::{buy, find};
use crate::mall::Box;
use axum::http::StatusCode;
use kit::{Query, params};
use rules::venue::{Admission, Goods};

const DAY: i64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_venue_holds_exactly_what_meets_its_conditions() {
    let mall = Box::new().await;
    let public = mall.visitor();
    public.get("/venues").await.shows(&["鲁产精品", "扶贫频道", "防疫专区"]);
    public.get("/venues/fupin").await.shows(&["入馆条件", "标有“832”", "品目："]);
    assert_eq!(public.get("/venues/nowhere").await.status, StatusCode::NOT_FOUND);

    // Conditions in the database and in the rules say the same of every product.
    let finance = mall.login("jinan.jianguan").await;
    let make = async |key: &str, more: &[(&str, &str)]| {
        let mut fields = more.to_vec();
        fields.extend([("key", key), ("title", "测试馆"), ("from", "2026-01-01"), ("version", "0")]);
        finance.post("/venues", &fields).await
    };
    make("x", &[("flag", "1")]).await.refused("小写字母");
    make("ceshi", &[]).await.refused("至少写一个入馆条件");
    make("ceshi", &[("flag", "1"), ("categories", "Z99")]).await.refused("没有品目 Z99");
    make("ceshi", &[("listed", "1"), ("list", "abc")]).await.refused("第 1 行");
    make("ceshi", &[("listed", "1"), ("list", "123")]).await.refused("不存在");
    make("ceshi", &[("flag", "1"), ("to", "2020-01-01")]).await.refused("结束日");
    make("ceshi", &[("flag", "2"), ("origin", "山东"), ("categories", "A0504 A0501")]).await.leads();
    make("ceshi", &[("flag", "2")]).await.refused("已经有了");
    let a = Admission {
        flags: 2,
        origin: "山东".into(),
        categories: vec!["A0504".into(), "A0501".into()],
        ..Admission::default()
    };
    let sql = "SELECT id, flags, origin, certificate, category FROM product p WHERE EXISTS \
               (SELECT 1 FROM offer o WHERE o.product = p.id AND o.state = 'listed')";
    let all = mall.mall.watch.db().rows(sql, params![]).await.unwrap();
    let admitted = |r: &kit::db::Row| {
        a.admits(&Goods { flags: r.int(1), origin: r.str(2), certificate: r.str(3), category: r.str(4), listed: false })
    };
    let want = all.iter().filter(|r| admitted(r)).count() as i64;
    let v = supply::venues::venue(mall.mall.watch.db(), "ceshi").await.unwrap();
    assert_eq!(v.region, "370100", "a city's own venue");
    assert_eq!(v.admission, a);
    let page = mall.login("licheng.jingban").await.get("/venues/ceshi").await;
    page.shows(&["测试馆", "产地山东"]);
    let shown =
        page.text().split("<dt>在售</dt><dd class=\"num\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(shown, want.to_string());
    assert_eq!(
        mall.login("zdjy.jingban").await.get("/venues/ceshi").await.status,
        StatusCode::NOT_FOUND,
        "another city"
    );
    let zibo = mall.login("zibo.jianguan").await;
    assert_eq!(zibo.get("/venues/ceshi/edit").await.status, StatusCode::NOT_FOUND);
    assert_eq!(finance.get("/venues/ludao/edit").await.status, StatusCode::NOT_FOUND, "the province's own");

    // A list by addresses; a form that is out of date changes nothing.
    let product = find(&mall.visitor(), "得力 Z7503").await;
    let list = [
        ("listed", "1"),
        ("list", product.as_str()),
        ("key", "ceshi"),
        ("title", "测试馆"),
        ("from", "2026-01-01"),
        ("version", "1"),
    ];
    finance.post("/venues", &list).await.leads();
    mall.login("licheng.jingban").await.get("/venues/ceshi").await.shows(&["<dd class=\"num\">1</dd>", "Z7503"]);
    finance.post("/venues", &list).await.refused("刚刚被别人改过");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserved_share_counts_after_acceptance_payment_and_evaluation() {
    let mall = Box::new().await;
    // Everything of the first product's category that the unit buys is the base; what carries the flag counts.
    force(&mall, "UPDATE product SET flags = 64, category = 'A07060101' WHERE model = 'Z7503'").await;
    let handler = mall.login("licheng.jingban").await;
    handler.get("/reserved").await.shows(&["扶贫频道", "10%", "验收、付款、评价", "还没有这类采购"]);
    force(&mall, "UPDATE plan_line SET category = 'A0706' WHERE category = 'A0504'").await;
    let product = find(&handler, "得力 Z7503").await;
    let order = buy(&handler, &product, "1").await.leads().split('?').next().unwrap().to_owned();
    let id = order.rsplit('/').next().unwrap().to_owned();
    for login in ["licheng.shenhe", "licheng.queren"] {
        let v = mall.login(login).await;
        if v.get(&order).await.text().contains("请您审批") {
            v.post(&format!("{order}/approve"), &[]).await.leads();
        }
    }
    let supplier = mall.number(&format!("SELECT supplier FROM orders WHERE id = {id}")).await;
    let people = base::orgs::people(mall.mall.watch.db(), Some(supplier)).await.unwrap();
    let login = people.iter().find(|p| p.duties.has(rules::duty::Duty::SupplierOrders)).unwrap().login.clone();
    let seller = mall.login(&login).await;
    let page = seller.get(&order).await;
    let (line, price) = (page.field("line"), page.text());
    let price = price
        .split("name=\"price-")
        .nth(1)
        .unwrap()
        .split("value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&format!("price-{line}"), &price)]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    handler.get("/reserved").await.shows(&["待验收", "0.00%", "未达到"]);
    let ship = [("line", line.as_str()), (&format!("ship-{line}"), "1"), ("carrier", "自送")];
    seller.post(&format!("{order}/ship"), &ship).await.leads();
    let png = [0x89, b'P', b'N', b'G', 1];
    let (good, bad) = (format!("good-{line}"), format!("bad-{line}"));
    let accept = [("line", line.as_str()), (&good, "1"), (&bad, "0")];
    mall.login("licheng.yanshou")
        .await
        .upload(&format!("{order}/accept"), &accept, "photos", "a.png", &png)
        .await
        .leads();
    handler.get("/reserved").await.shows(&["待付款"]);
    force(&mall, String::leak(format!("INSERT INTO payment (id, orders, number, amount, state, applied_by, applied_at, due_at, paid_at, treasury_ref, note) VALUES (1, {id}, 'T', 9000000, 'paid', 1, 0, 0, 0, '', '')"))).await;
    handler.get("/reserved").await.shows(&["待评价"]);
    handler.post(&format!("{order}/evaluate"), &[("quality", "5"), ("delivery", "5"), ("service", "5")]).await.leads();
    handler.get("/reserved").await.shows(&["100.00%", "已达到"]);
    // A unit sees itself, the finance department above it too, another city nothing.
    assert!(mall.login("lixia.jingban").await.get("/reserved").await.text().contains("还没有这类采购"));
    mall.login("jinan.jianguan").await.get("/reserved").await.shows(&["济南市历城区教育局", "100.00%"]);
    assert!(!mall.login("zibo.jianguan").await.get("/reserved").await.text().contains("历城区教育局"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_need_nobody_meets_is_certified_and_comes_before_the_centre() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let page = handler.get("/needs/new").await;
    page.shows(&["先看看最接近的商品"]);
    assert!(!choice(&page, "category").is_empty());
    let path = format!("/needs/new?category=A02010105&words={}", kit::text::percent("台式计算机 128G 内存"));
    handler.get(&path).await.shows(&["最接近的商品", "href=\"/products/"]);
    let state = async |reason: &str, amount: &str, explanation: &str| {
        let fields = [
            ("category", "A02010105"),
            ("words", "台式计算机 128G 内存"),
            ("reason", reason),
            ("amount", amount),
            ("explanation", explanation),
        ];
        handler.post("/needs", &fields).await
    };
    state("none", "30000", "x").await.refused("商城里有同品目的商品");
    state("parameters", "viel", "x").await.refused("预计金额应填金额");
    state("parameters", "30000", "").await.refused("请填写具体说明");
    state("magic", "30000", "x").await.refused("请选择一个理由");
    let need = state("parameters", "30000", "内存都不到 128G").await.leads().split('?').next().unwrap().to_owned();
    handler.get(&need).await.shows(&["商城无货证明", "有效", "叁万元整", "与内容一致", "内存都不到 128G"]);
    handler.get("/needs").await.shows(&["1 份", "¥30,000.00", "100.00%"]);
    assert_eq!(mall.login("lixia.jingban").await.get(&need).await.status, StatusCode::NOT_FOUND);
    mall.login("jinan.jianguan").await.get("/needs").await.shows(&["济南市历城区教育局", "现有商品参数不满足需要"]);

    // A touched certificate shows.
    force(&mall, "UPDATE need SET amount = 3000001").await;
    handler.get(&need).await.shows(&["与内容不一致"]);
    force(&mall, "UPDATE need SET amount = 3000000").await;

    let centre = mall.login("jinan.jicai").await;
    centre.get("/todo").await.shows(&["答复无货需求", "台式计算机 128G 内存"]);
    centre.post(&format!("{need}/decide"), &[("promote", "0"), ("answer", "")]).await.refused("请填写理由");
    assert_eq!(
        mall.login("zibo.jicai").await.post(&format!("{need}/decide"), &[("promote", "1")]).await.status,
        StatusCode::NOT_FOUND
    );
    centre.post(&format!("{need}/decide"), &[("promote", "1")]).await.leads();
    centre.post(&format!("{need}/decide"), &[("promote", "1")]).await.refused("已经办理过");
    mall.login("taishan.guanli").await.get("/todo").await.shows(&["采购人需要“台式计算机 128G 内存”"]);
    handler.post(&format!("{need}/withdraw"), &[]).await.refused("已经办理过");
    later(&mall, 31 * DAY).await;
    handler.get(&need).await.shows(&["已失效"]);
    mall.sound().await;
}
