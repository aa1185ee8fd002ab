//! 动态预警 about the year of a unit, from cart to lead: sums near limits and tiers, shares of suppliers, December, local sellers,
//! newcomers, accessories, goods sold here only, goods that come back. One mall, for the rules look at the same orders.
use crate::admission;
use crate::auctions::later;
use crate::conduct::stay;
use crate::job::{buy_dearer, shelve};
use crate::leads::{force, handled, leads, only, set, tally};
use crate::mall::{Box, Page, Visitor};
use kit::{Query, params};
use rules::calendar::{civil, day_from, day_of, start_of};

const DAY: i64 = 86_400_000;

/// Rows of an offer file: category, model, price.
fn goods(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut out = vec![supply::offers::import::COLUMNS.map(str::to_owned).to_vec()];
    for (category, model, price) in rows {
        let mut r = supply::offers::import::example();
        r[0] = format!("得力 A4 复印纸 70g 测试 {model}");
        (r[1], r[3], r[5], r[6]) =
            ((*category).to_owned(), (*model).to_owned(), (*price).to_owned(), "5000".to_owned());
        out.push(r);
    }
    kit::sheet::xlsx_of("商品", &out).unwrap()
}

const PAPER: &str = "A05040101";

fn path(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

/// The offer of a supplier (part of its name) of a model.
async fn offer(mall: &Box, model: &str, supplier: &str) -> String {
    let sql = "SELECT o.id FROM offer o JOIN org g ON g.id = o.supplier JOIN product p ON p.id = o.product \
               WHERE p.model = $1 AND g.name LIKE $2";
    let all = params![model, format!("%{supplier}%")];
    mall.mall.watch.db().one(sql, all).await.unwrap().int(0).to_string()
}

struct Desk<'a> {
    mall: &'a Box,
    handler: Visitor,
}

impl Desk<'_> {
    /// Buys; the path of the order.
    async fn buy(&self, offer: &str, quantity: i64) -> String {
        path(&buy_dearer(&self.handler, offer.to_owned(), &quantity.to_string(), "只有这家能当天送到").await)
    }

    /// Buys, and says how many leads of a rule there are then.
    async fn then(&self, offer: &str, quantity: i64, rule: &str) -> usize {
        self.buy(offer, quantity).await;
        self.mall.settle().await;
        leads(self.mall, rule).await.len()
    }
}

/// Approved, confirmed at the price, signed by both.
async fn conclude(mall: &Box, order: &str) {
    mall.login("licheng.shenhe").await.post(&format!("{order}/approve"), &[]).await.leads();
    // Small orders need one approval only.
    mall.login("licheng.queren").await.post(&format!("{order}/approve"), &[]).await;
    let seller = mall.login("lantian.dingdan").await;
    let page = seller.get(order).await;
    let mut fields = Vec::new();
    for line in page.fields("line") {
        fields.push(("line".to_owned(), line.clone()));
        fields.push((format!("price-{line}"), page.field(&format!("price-{line}"))));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    seller.post(&format!("{order}/confirm"), &fields).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    mall.settle().await;
}

/// Concluded, shipped, accepted in full, sent back as agreed.
async fn bought_and_sent_back(mall: &Box, order: &str) {
    conclude(mall, order).await;
    let (seller, receiver) = (mall.login("lantian.dingdan").await, mall.login("licheng.yanshou").await);
    let line = seller.get(order).await.field("line");
    let (ship, good) = (format!("ship-{line}"), format!("good-{line}"));
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "2"), ("carrier", "自送")]).await.leads();
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "2")], "photos", "", &[]).await.leads();
    let fields = [("kind", "return"), ("line", line.as_str()), ("quantity", "1"), ("reason", "受潮")];
    mall.login("licheng.jingban").await.post(&format!("{order}/returns"), &fields).await.leads();
    let sql = format!("SELECT id FROM return_case WHERE orders = {}", order.trim_start_matches("/orders/"));
    let case = mall.number(&sql).await;
    seller.post(&format!("{order}/returns/{case}/answer"), &[("agree", "1"), ("words", "同意")]).await.leads();
    mall.settle().await;
}

/// It is December; plans and orders are of the same year.
async fn december(mall: &Box) {
    stay(mall).await;
    let now = mall.mall.watch.db().now();
    let second = start_of(day_from(civil(day_of(now)).0, 12, 2).unwrap()) + DAY / 2;
    if now < second {
        later(mall, second - now).await;
    }
}

/// What somebody's organisation was told with a link.
async fn told(mall: &Box, login: &str, link: &str) -> Vec<String> {
    let sql =
        "SELECT m.words FROM message m JOIN person p ON p.org = m.org WHERE p.login = $1 AND m.link = $2 ORDER BY m.id";
    let rows = mall.mall.watch.db().rows(sql, params![login, link]).await.unwrap();
    rows.iter().map(|r| r.text(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_s_year_is_looked_at_as_a_whole() {
    let mall = &Box::new().await;
    december(mall).await;
    for seller in ["lantian", "qilu"] {
        let v = mall.login(&format!("{seller}.guanli")).await;
        shelve(mall, &v, &goods(&[(PAPER, "ND-1001", "100.00")])).await;
    }
    shelve(mall, &mall.login("baojie.guanli").await, &goods(&[(PAPER, "ND-2001", "100.00")])).await;
    let (local, far, third) = (
        offer(mall, "ND-1001", "蓝天").await,
        offer(mall, "ND-1001", "齐鲁").await,
        offer(mall, "ND-2001", "日化").await,
    );
    let desk = Desk { mall, handler: mall.login("licheng.jingban").await };
    let (office, unit) = (mall.login("licheng.jianguan").await, "济南市历城区教育局");

    // Under the limit of 1,000.00, again and again: three to one supplier, five in all; 700.00 is not near it.
    set(mall, "limit.direct.order_fen", 100_000).await;
    for (quantity, want) in [(8, 0), (7, 0), (9, 0), (10, 0), (8, 1)] {
        assert_eq!(desk.then(&local, quantity, "R055").await, want, "{quantity}");
    }
    let lead = only("R055", leads(mall, "R055").await);
    assert_eq!(lead.words, "12 个月内给这家供应商 3 单接近直购限额 ¥1,000.00：¥800.00、¥900.00、¥800.00");
    assert_eq!((lead.level.as_str(), lead.name.as_str()), ("orange", unit));
    handled(mall, &office, &lead).await;
    assert_eq!(desk.then(&far, 9, "R049").await, 0, "four");
    assert_eq!(desk.then(&far, 9, "R049").await, 1);
    let lead = only("R049", leads(mall, "R049").await);
    assert_eq!(lead.words, "本年 5 单接近直购限额 ¥1,000.00，共 ¥4,300.00");
    handled(mall, &office, &lead).await;
    set(mall, "limit.direct.order_fen", 3_000_000).await;

    // Five orders went to the first supplier, but then there was no other to compare it with.
    assert_eq!(leads(mall, "R040").await.len(), 0, "two orders with the second are no habit");
    // Under the tier of 2,000.00: three, and one above it.
    set(mall, "alert.bunch.count", 3).await;
    assert_eq!(desk.then(&local, 17, "M12").await, 0, "1,700.00 is not under it");
    let lead = only("R040", leads(mall, "R040").await);
    assert_eq!(lead.words, "12 个月内向 2 家采购 8 单共 ¥7,700.00，其中这家 6 单 ¥5,900.00（76%）");
    handled(mall, &office, &lead).await;
    for (quantity, want) in [(19, 0), (21, 0), (18, 0), (19, 1)] {
        assert_eq!(desk.then(&local, quantity, "M12").await, want, "{quantity}");
    }
    let lead = only("M12", leads(mall, "M12").await);
    assert_eq!(lead.words, "12 个月内略低于审批档次 ¥2,000.00 的 3 单，略高于的 1 单");
    handled(mall, &office, &lead).await;

    // First a small order, then large ones: large begins at 5,000.00.
    for (quantity, want) in [(1, 0), (4, 0), (10, 0), (49, 0), (50, 1)] {
        assert_eq!(desk.then(&third, quantity, "R052").await, want, "{quantity}");
    }
    let lead = only("R052", leads(mall, "R052").await);
    assert_eq!(lead.words, "首单 ¥100.00，其后 4 单平均 ¥2,825.00、最大 ¥5,000.00");
    handled(mall, &office, &lead).await;

    // All of it bought directly: a lead once it is more than what a quotation is for.
    let (n, sum) = (17, 2_680_000);
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, n);
    assert_eq!(mall.number("SELECT CAST(SUM(total) AS BIGINT) FROM orders").await, sum);
    set(mall, "alert.direct.orders", n + 1).await;
    set(mall, "limit.mall.order_fen", sum + 10_000).await;
    assert_eq!(desk.then(&local, 1, "R013").await, 0, "as much as a quotation is for");
    assert_eq!(desk.then(&local, 1, "R013").await, 1);
    let lead = only("R013", leads(mall, "R013").await);
    assert_eq!(lead.words, "12 个月内 19 单共 ¥27,000.00，其中直购 ¥27,000.00（100%）");
    handled(mall, &office, &lead).await;

    // Sellers of the city and others offer the same; nearly all is bought from the city. Thirty lines can be judged.
    let lines = format!("SELECT COUNT(*) FROM order_line l JOIN offer o ON o.product = l.product AND o.id = {far}");
    let have = mall.number(&lines).await;
    for _ in have..29 {
        desk.buy(&local, 1).await;
    }
    later(mall, DAY).await;
    assert_eq!((mall.number(&lines).await, leads(mall, "M10").await.len()), (29, 0));
    desk.buy(&local, 1).await;
    later(mall, DAY).await;
    let lead = only("M10", leads(mall, "M10").await);
    assert_eq!(lead.words, "30 行中 28 行买自本市供应商，按在售报价期望 15.0 行");
    assert_eq!((lead.name.as_str(), lead.region.as_str()), ("济南市历城区财政局", "370112"));
    let city = mall.login("jinan.jianguan").await;
    handled(mall, &city, &lead).await;
    // Who deals with it hears of the explanation; who gave it does not hear of himself.
    let link = format!("/alerts/{}", lead.id);
    assert!(told(mall, "jinan.jianguan", &link).await.iter().any(|w| w.ends_with("的说明已提交，请核实。")));
    let own = told(mall, "licheng.jianguan", &link).await;
    assert!(!own.is_empty() && !own.iter().any(|w| w.contains("已提交")), "{own:?}");
    // Somebody decides by what he read: the explanation came after the first version.
    let path = link;
    let verify = |version: &'static str| [("act", "verify"), ("words", "看了说明"), ("version", version)];
    city.upload(&path, &verify("1"), "file", "", b"").await.refused("刚刚有了新的情况").text();
    let version = mall.number(&format!("SELECT version FROM alert WHERE id = {}", lead.id)).await.to_string();
    let fields = [("act", "verify"), ("words", "看了说明"), ("version", version.as_str())];
    city.upload(&path, &fields, "file", "", b"").await.leads();
    // It is given to nobody of the department that it concerns.
    assert!(!city.get(&path).await.text().contains("（济南市历城区财政局）"));

    // A firm that was admitted today: a small order, then the largest of the station.
    let code = admission::uscc("91370112MA0000007");
    let firm = admission::enter(mall, &code, "甲示例公司", "jia.guanli", "代理商", &[]).await;
    stay(mall).await;
    shelve(mall, &firm, &goods(&[(PAPER, "ND-3001", "100.00")])).await;
    let young = offer(mall, "ND-3001", "甲示例").await;
    assert_eq!(desk.then(&young, 2, "D01").await, 0, "many are larger");
    let [judged, _, blind] = tally(mall, "D01").await;
    assert!(blind < judged, "it could be judged");
    assert_eq!(desk.then(&young, 60, "D01").await, 1);
    let lead = only("D01", leads(mall, "D01").await);
    assert_eq!(lead.words, "入驻 0 天，本单 ¥6,000.00，本分站 90% 的订单不超过 ¥1,900.00");
    assert_eq!(lead.name, unit);
    handled(mall, &office, &lead).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn december_accessories_and_goods_of_their_own_are_seen() {
    let mall = &Box::new().await;
    december(mall).await;
    let rows = [
        (PAPER, "NE-1001", "100.00"),
        ("A05040199", "NE-1002", "31.00"),
        (PAPER, "NE-2001", "120.00"),
        (PAPER, "NE-3001", "100.00"),
        (PAPER, "NE-3002", "91.00"),
    ];
    shelve(mall, &mall.login("lantian.guanli").await, &goods(&rows)).await;
    let offers = [offer(mall, "NE-1001", "蓝天").await, offer(mall, "NE-1002", "蓝天").await];
    let office = mall.login("licheng.jianguan").await;

    // Half a year of small orders and a December: the mall cannot be lived through month by month, so orders made now are
    // written back into earlier months, and forward again below.
    let lixia = Desk { mall, handler: mall.login("lixia.jingban").await };
    let now = mall.mall.watch.db().now();
    let mut moved = Vec::new();
    for month in 1..=6 {
        let order = lixia.buy(&offers[0], 1).await.trim_start_matches("/orders/").to_owned();
        mall.settle().await;
        let made = mall.number(&format!("SELECT made_at FROM orders WHERE id = {order}")).await;
        let then = start_of(day_from(civil(day_of(now)).0, month, 15).unwrap()) + DAY / 2;
        force(mall, format!("UPDATE orders SET made_at = {then} WHERE id = {order}")).await;
        moved.push((order, made));
    }
    assert_eq!(tally(mall, "W19").await, [6, 0, 6], "five months with orders are too few");
    assert_eq!(lixia.then(&offers[0], 2, "W19").await, 0, "twice the middle is not more than that");
    assert_eq!(lixia.then(&offers[0], 1, "W19").await, 1);
    let lead = only("W19", leads(mall, "W19").await);
    assert_eq!(lead.words, "12 月已下单 ¥300.00，前 11 个月月均 ¥54.54，为月均的 550%");
    assert_eq!((lead.name.as_str(), lead.region.as_str()), ("济南市历下区卫生健康局", "370102"));
    handled(mall, &mall.login("jinan.jianguan").await, &lead).await;
    for (order, made) in moved {
        force(mall, format!("UPDATE orders SET made_at = {made} WHERE id = {order}")).await;
    }

    // Accessories of three tenths of an order are usual, of more they are a lead.
    let list = "UPDATE rule SET value = '[\"A05040199\"]' WHERE key = 'alert.accessory.categories'";
    force(mall, list.to_owned()).await;
    mall.mall.watch.reload_facts().await.unwrap();
    let desk = Desk { mall, handler: mall.login("licheng.jingban").await };
    let both = async |device: i64, extra: i64| {
        desk.handler.post("/cart/add", &[("offer", &offers[0]), ("quantity", &device.to_string())]).await.leads();
        desk.handler.post("/cart/add", &[("offer", &offers[1]), ("quantity", &extra.to_string())]).await.leads();
        let page = desk.handler.get("/checkout").await;
        let (text, mut fields) = (page.text(), vec![("key".to_owned(), page.field("key"))]);
        for (offer, n) in [(&offers[0], device), (&offers[1], extra)] {
            let plan = text.split(&format!("name=\"plan-{offer}\"")).nth(1).unwrap().split("</select>").next().unwrap();
            let plan = plan.split("<option value=\"").skip(1).find(|o| o.contains("selected")).unwrap();
            fields.push(("offer".into(), offer.clone()));
            fields.push((format!("quantity-{offer}"), n.to_string()));
            fields.push((format!("price-{offer}"), page.field(&format!("price-{offer}"))));
            fields.push((format!("plan-{offer}"), plan.split('"').next().unwrap().to_owned()));
        }
        let address = text.split("id=\"address\"").nth(1).unwrap().split("<option value=\"").nth(1).unwrap();
        fields.push(("address".into(), address.split('"').next().unwrap().to_owned()));
        fields.push(("purpose".into(), "办公用纸补充".into()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        desk.handler.post("/checkout", &fields).await.leads();
        mall.settle().await;
        leads(mall, "M06").await.len()
    };
    assert_eq!(both(3, 4).await, 0, "124.00 of 424.00");
    assert_eq!(both(2, 3).await, 1);
    let lead = only("M06", leads(mall, "M06").await);
    assert_eq!(lead.words, "订单 ¥293.00，其中配件 ¥93.00，占 31%");
    assert_eq!((lead.level.as_str(), lead.name.as_str()), ("yellow", "济南市历城区教育局"));
    handled(mall, &office, &lead).await;

    // The same model under another name, a tenth cheaper.
    let own = offer(mall, "NE-3001", "蓝天").await;
    let one = desk.buy(&own, 1).await;
    conclude(mall, &one).await;
    assert_eq!(leads(mall, "M05").await.len(), 0, "91.00 is less than a tenth below");
    shelve(mall, &mall.login("lantian.guanli").await, &goods(&[(PAPER, "NE-3003", "90.00")])).await;
    let two = desk.buy(&own, 1).await;
    conclude(mall, &two).await;
    let lead = only("M05", leads(mall, "M05").await);
    assert!(
        lead.words.starts_with("成交单价 ¥100.00；同品牌参数完全相同的型号 NE-3003 在售 ¥90.00，低 10"),
        "{lead:?}"
    );
    assert_eq!(lead.name, "济南蓝天示例办公用品有限公司");
    handled(mall, &office, &lead).await;

    // Goods come back twice, while others of the class never do. Thirty accepted lines of a class would be thirty deliveries:
    // what was ordered is taken as accepted for a while.
    for n in 0..28 {
        desk.buy(&offers[0], 1 + n % 2).await;
    }
    mall.settle().await;
    let back = offer(mall, "NE-2001", "蓝天").await;
    let (first, second) = (desk.buy(&back, 2).await, desk.buy(&back, 2).await);
    let accepted = format!("accepted = 0 AND category = '{PAPER}' AND offer <> {back}");
    let taken =
        force(mall, format!("UPDATE order_line SET shipped = quantity, accepted = quantity WHERE {accepted}")).await;
    assert!(taken >= 28, "{taken}");
    bought_and_sent_back(mall, &first).await;
    assert_eq!((leads(mall, "M17").await.len(), tally(mall, "M17").await[2]), (0, 0), "once is chance");
    bought_and_sent_back(mall, &second).await;
    let lead = only("M17", leads(mall, "M17").await);
    assert_eq!(lead.words, "成交 2 行，退换 2 行；其他同类商品退换率 0%，99% 的情况下少于 1 行");
    assert_eq!((lead.level.as_str(), lead.name.as_str()), ("orange", "济南蓝天示例办公用品有限公司"));
    handled(mall, &office, &lead).await;
    let undone = "accepted > 0 AND NOT EXISTS (SELECT 1 FROM shipment s WHERE s.orders = order_line.orders)";
    assert_eq!(force(mall, format!("UPDATE order_line SET shipped = 0, accepted = 0 WHERE {undone}")).await, taken);
    mall.sound().await;
}
