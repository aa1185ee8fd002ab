//! The mall's main job, from an uploaded file to mutual evaluation, with the refusals on the way.
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;

/// Rows of an offer file for paper: model, price, stock.
pub fn paper(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut out = vec![supply::offers::import::COLUMNS.map(str::to_owned).to_vec()];
    for (model, price, stock) in rows {
        let mut r = supply::offers::import::example();
        r[0] = format!("得力 A4 复印纸 70g 测试 {model}");
        (r[3], r[5], r[6]) = ((*model).to_owned(), (*price).to_owned(), (*stock).to_owned());
        out.push(r);
    }
    kit::sheet::xlsx_of("商品", &out).unwrap()
}

/// Uploads, waits for the checks, confirms.
pub async fn shelve(mall: &Box, seller: &Visitor, file: &[u8]) {
    let page = seller.upload("/imports", &[], "file", "offers.xlsx", file).await;
    let at = page.leads().to_owned();
    mall.settle().await;
    seller.get(&at).await.shows(&["待确认"]);
    seller.post(&format!("{at}/confirm"), &[]).await.leads();
    mall.settle().await;
    seller.get(&at).await.shows(&["已上架"]);
}

/// Finds a product by words; returns its path.
pub async fn find(v: &Visitor, words: &str) -> String {
    let page = v.get(&format!("/search?area=all&q={}", kit::text::percent(words))).await;
    let text = page.text();
    let rest = text.split("href=\"/products/").nth(1).unwrap_or_else(|| panic!("{words} not found: {text}"));
    format!("/products/{}", rest.split('"').next().unwrap())
}

/// Puts a product's chosen offer into the cart and submits; returns the page.
pub async fn buy(v: &Visitor, product: &str, quantity: &str) -> crate::mall::Page {
    for line in v.get("/cart").await.fields("offer") {
        v.post("/cart/update", &[("offer", &line), ("quantity", "0")]).await;
    }
    let offer = v.get(product).await.field("offer");
    buy_offer(v, offer, quantity).await
}

/// The same with an offer of one's own choice.
pub async fn buy_offer(v: &Visitor, offer: String, quantity: &str) -> crate::mall::Page {
    buy_dearer(v, offer, quantity, "").await
}

/// The same, with the reason why cheaper equal goods are not taken.
pub async fn buy_dearer(v: &Visitor, offer: String, quantity: &str, why: &str) -> crate::mall::Page {
    buy_with(v, offer, quantity, &[("dearer", why)]).await
}

/// The same, with more fields of the form.
pub async fn buy_with(v: &Visitor, offer: String, quantity: &str, more: &[(&str, &str)]) -> crate::mall::Page {
    v.post("/cart/add", &[("offer", &offer), ("quantity", quantity)]).await.leads();
    let page = v.get("/checkout").await;
    let text = page.text();
    let plan = text.split(&format!("name=\"plan-{offer}\"")).nth(1).and_then(|rest| {
        let rest = rest.split("</select>").next()?;
        let chosen = rest.split("<option value=\"").skip(1).find(|o| o.contains("selected"))?;
        Some(chosen.split('"').next()?.to_owned())
    });
    let address = text
        .split("id=\"address\"")
        .nth(1)
        .and_then(|r| r.split("<option value=\"").nth(1))
        .map(|r| r.split('"').next().unwrap());
    let (key, price) = (page.field("key"), page.field(&format!("price-{offer}")));
    let (quantity_of, price_of, plan_of) =
        (format!("quantity-{offer}"), format!("price-{offer}"), format!("plan-{offer}"));
    let mut fields = vec![
        ("key", key.as_str()),
        ("offer", &offer),
        (&quantity_of, quantity),
        (&price_of, &price),
        (&plan_of, plan.as_deref().unwrap_or("")),
        ("address", address.unwrap_or("0")),
        ("purpose", "办公用纸补充"),
    ];
    fields.extend(more);
    v.post("/checkout", &fields).await
}

fn order_of(location: &str) -> String {
    location.split('?').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_buys_paper_from_search_to_evaluation() {
    let mall = Box::new().await;
    let seller_admin = mall.login("lantian.guanli").await;
    shelve(&mall, &seller_admin, &paper(&[("T-8801", "100.00", "500")])).await;

    let handler = mall.login("licheng.jingban").await;
    // Any spelling of the model finds it.
    for words in ["T-8801", "t8801", "Ｔ８８０１", "得力复印纸 t-8801"] {
        assert_eq!(find(&handler, words).await, find(&handler, "T-8801").await, "{words}");
    }
    let product = find(&handler, "T-8801").await;
    handler.get(&product).await.shows(&["我能直接买吗", "直购限额", "历城"]);

    // Over the limit: refused, with figures and the rule's origin; nothing changed.
    let before = mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await;
    buy(&handler, &product, "400").await.refused("直购限额").refused("济南市规定").refused("改用竞价");
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, 0);
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, before);

    let placed = buy(&handler, &product, "60").await;
    let order = order_of(placed.leads());
    handler.get(&order).await.shows(&["审批中", "提交订单，冻结预算", "¥6,000.00"]);
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, before + 600_000);

    // Foreign people do not even learn that it exists; the handler does not approve.
    let foreign = mall.login("lixia.shenhe").await;
    assert_eq!(foreign.get(&order).await.status, StatusCode::NOT_FOUND);
    assert_eq!(foreign.post(&format!("{order}/approve"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(handler.post(&format!("{order}/approve"), &[]).await.status, StatusCode::FORBIDDEN);
    let seller = mall.login("lantian.dingdan").await;
    assert_eq!(seller.get(&order).await.status, StatusCode::NOT_FOUND, "not the supplier's before approval");

    let reviewer = mall.login("licheng.shenhe").await;
    reviewer.get("/todo").await.shows(&["审批"]);
    reviewer.post(&format!("{order}/approve"), &[]).await.leads();
    reviewer.post(&format!("{order}/approve"), &[]).await.refused("order.");
    let signer = mall.login("licheng.queren").await;
    signer.post(&format!("{order}/approve"), &[]).await.leads();

    // The supplier may only lower the price.
    let page = seller.get(&order).await;
    page.shows(&["请确认接单", "接单后显示详细地址"]);
    let line = page.field("line");
    let price = format!("price-{line}");
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&price, "101")]).await.refused("order.price_up");
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&price, "95")]).await.leads();
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, before + 570_000);

    seller.post(&format!("{order}/sign"), &[]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.refused("已经确认过");
    signer.post(&format!("{order}/sign"), &[]).await.leads();
    mall.settle().await;
    let public = mall.visitor();
    let notices = public.get("/notices").await;
    notices.shows(&["合同公告", "济南市历城区教育局", "¥5,700.00"]);
    public.get(&format!("/deals?product={}", &product["/products/".len()..])).await.shows(&["¥95.00"]);
    seller.get(&format!("{order}/contract")).await.shows(&["伍仟柒佰元整", "与内容一致"]);

    seller
        .post(&format!("{order}/ship"), &[("line", &line), (&format!("ship-{line}"), "61"), ("carrier", "自送")])
        .await
        .refused("还能发 60");
    seller
        .post(&format!("{order}/ship"), &[("line", &line), (&format!("ship-{line}"), "60"), ("carrier", "自送")])
        .await
        .leads();

    // Accepted in part with a photo, the rest sent again, by someone other than the handler.
    let receiver = mall.login("licheng.yanshou").await;
    let (good, bad) = (format!("good-{line}"), format!("bad-{line}"));
    let png = [0x89, b'P', b'N', b'G', 1, 2, 3];
    assert_eq!(
        handler.upload(&format!("{order}/accept"), &[("line", &line), (&good, "60")], "photos", "", &[]).await.status,
        StatusCode::FORBIDDEN
    );
    receiver
        .upload(&format!("{order}/accept"), &[("line", &line), (&good, "50"), (&bad, "10")], "photos", "a.png", &png)
        .await
        .refused("拒收要写明理由");
    let fields = [("line", line.as_str()), (&good, "50"), (&bad, "10"), ("reason", "受潮")];
    receiver.upload(&format!("{order}/accept"), &fields, "photos", "a.txt", b"no picture").await.refused("照片应是");
    receiver.upload(&format!("{order}/accept"), &fields, "photos", "a.png", &png).await.leads();
    let photo = mall.number("SELECT id FROM photo").await;
    assert_eq!(receiver.get(&format!("{order}/photos/{photo}")).await.body, png);
    assert_eq!(foreign.get(&format!("{order}/photos/{photo}")).await.status, StatusCode::NOT_FOUND);
    seller
        .post(&format!("{order}/ship"), &[("line", &line), (&format!("ship-{line}"), "10"), ("carrier", "自送")])
        .await
        .leads();
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "10")], "photos", "", &[]).await.leads();

    // Invoice, payment, interest, evaluation.
    let buyer_name = "济南市历城区教育局";
    let invoice = |amount: &'static str| {
        [
            ("number", "25372000000012345678"),
            ("kind", "电子普通发票"),
            ("seller", "济南蓝天示例办公用品有限公司"),
            ("buyer", buyer_name),
            ("amount", amount),
            ("day", "2026-11-23"),
        ]
    };
    let today = rules::calendar::show_day(rules::calendar::day_of(mall.mall.watch.db().now()));
    let dated = |amount| invoice(amount).map(|(k, v)| if k == "day" { (k, today.clone()) } else { (k, v.to_owned()) });
    let post = |fields: [(&'static str, String); 6]| {
        let (seller, order) = (seller.clone(), order.clone());
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            seller.post(&format!("{order}/invoices"), &fields).await
        }
    };
    post(dated("5700.01")).await.refused("invoice.differs");
    post(dated("5700")).await.leads();
    handler.post(&format!("{order}/payments"), &[("amount", "5700.01")]).await.refused("payment.amount");
    handler.post(&format!("{order}/payments"), &[("amount", "5700")]).await.leads();
    let payment = mall.number("SELECT id FROM payment").await;
    let accountant = mall.login("licheng.caiwu").await;
    accountant.post(&format!("{order}/payments/{payment}/approve"), &[]).await.leads();
    accountant.post(&format!("{order}/payments/{payment}/approve"), &[]).await.refused("已经办理过");
    handler.get(&order).await.shows(&["已支付"]);
    assert_eq!(mall.number("SELECT CAST(SUM(spent) AS BIGINT) FROM budget_line").await, 570_000);
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, before);

    let scores = [("quality", "5"), ("delivery", "4"), ("service", "5"), ("words", "好")];
    handler.post(&format!("{order}/evaluate"), &scores).await.leads();
    handler.post(&format!("{order}/evaluate"), &scores).await.refused("evaluation.once");
    seller.post(&format!("{order}/evaluate"), &scores).await.leads();
    handler.get(&order).await.shows(&["已完成", "订单完成"]);
    mall.settle().await;
    mall.sound().await;
    let auditor = mall.login("jinan.shenji").await;
    auditor.get("/journal").await.shows(&["payment.paid", "order.completed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_order_frees_what_it_held_and_starts_again() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "得力 Z7503").await;
    let placed = buy(&handler, &product, "10").await;
    let order = order_of(placed.leads());
    let held = mall.number("SELECT CAST(SUM(held) AS BIGINT) FROM offer").await;
    assert_eq!(held, 10);
    let reviewer = mall.login("licheng.shenhe").await;
    reviewer.post(&format!("{order}/return"), &[("reason", "")]).await.refused("请填写退回理由");
    reviewer.post(&format!("{order}/return"), &[("reason", "数量太多")]).await.leads();
    assert_eq!(mall.number("SELECT CAST(SUM(held) AS BIGINT) FROM offer").await, 0);
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, 0);
    assert_eq!(mall.number("SELECT CAST(SUM(amount) AS BIGINT) FROM annual_sum").await, 0);
    let page = handler.get(&format!("{order}/edit")).await;
    page.shows(&["数量太多"]);
    let line = page.field("line");
    let text = page.text();
    let plan = text
        .split("<option value=\"")
        .skip(1)
        .find(|o| o.contains("selected"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let fields = [
        ("line", line.as_str()),
        (&format!("quantity-{line}"), "4"),
        (&format!("plan-{line}"), &plan),
        ("purpose", "补充"),
    ];
    handler.post(&format!("{order}/resubmit"), &fields).await.leads();
    handler.get(&order).await.shows(&["审批中", "已作废"]);
    assert_eq!(mall.number("SELECT CAST(SUM(held) AS BIGINT) FROM offer").await, 4);
    handler.post(&format!("{order}/withdraw"), &[]).await.leads();
    handler.get(&order).await.shows(&["已撤回"]);
    assert_eq!(
        mall.number("SELECT CAST(SUM(held) + SUM(stock) AS BIGINT) FROM offer").await,
        mall.number("SELECT CAST(SUM(stock) AS BIGINT) FROM offer").await
    );
    mall.sound().await;
}
