//! Goods that were sent count as arrived when nobody says otherwise; whoever has to accept them is reminded, then reported; so the
//! clocks of acceptance and payment do not wait for somebody to press a button.
use crate::auctions::later;
use crate::conduct::stay;
use crate::job::{paper, shelve};
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;
use rules::calendar::{day_of, show_day};

const DAY: i64 = 86_400_000;

/// An order of the education office whose contract holds; the supplier may send.
pub async fn contracted(mall: &Box) -> (String, String, Visitor) {
    stay(mall).await;
    let seller = mall.login("lantian.guanli").await;
    shelve(mall, &seller, &paper(&[("DH-1", "20.00", "100")])).await;
    let handler = mall.login("licheng.jingban").await;
    let product = crate::job::find(&handler, "DH-1").await;
    let order = crate::job::buy(&handler, &product, "10").await.leads().split('?').next().unwrap().to_owned();
    mall.login("licheng.shenhe").await.post(&format!("{order}/approve"), &[("agree", "1")]).await.leads();
    let seller = mall.login("lantian.dingdan").await;
    seller.post(&format!("{order}/confirm"), &[]).await.leads();
    for who in ["licheng.queren", "lantian.dingdan"] {
        mall.login(who).await.post(&format!("{order}/sign"), &[]).await.leads();
    }
    let line = seller.get(&order).await.field("line");
    (order, line, seller)
}

async fn told(mall: &Box, words: &str) -> i64 {
    mall.number(&format!("SELECT COUNT(*) FROM message WHERE words LIKE '%{words}%'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_registers_counts_as_arrived_and_is_pushed() {
    let mall = Box::new().await;
    let (order, line, seller) = contracted(&mall).await;
    let today = day_of(mall.mall.watch.db().now());
    let ship = format!("ship-{line}");
    let send = async |day: &str| {
        let fields = [("line", line.as_str()), (&ship, "10"), ("carrier", "自送"), ("expected", day)];
        seller.post(&format!("{order}/ship"), &fields).await
    };
    send("明天").await.refused("年-月-日");
    send(&show_day(today - 1)).await.refused("预计到货日应在");
    send(&show_day(today + 200)).await.refused("预计到货日应在");
    send(&show_day(today + 2)).await.leads();
    let receiver = mall.login("licheng.yanshou").await;
    receiver.get(&order).await.shows(&["预计", "到货"]);
    assert!(!receiver.get(&order).await.text().contains("没有收到"));
    later(&mall, DAY).await;
    assert_eq!(told(&mall, "货应该已经到了").await, 0);
    later(&mall, 3 * DAY).await;
    assert_eq!(told(&mall, "货应该已经到了").await, 2, "receiver and handler, once");
    receiver.get(&order).await.shows(&["没有收到", "已按到货计算验收期限", "视为到货"]);
    mall.settle().await;
    let running = "SELECT COUNT(*) FROM stat_deal WHERE accept_due > 0 AND deliver_end = 0";
    assert_eq!(mall.number(running).await, 1, "who has to accept is measured, who delivered is not praised for it");

    // Said not to have arrived: nothing runs, the supplier hears of it; other units and suppliers cannot say so.
    let id = mall.number("SELECT MAX(id) FROM shipment").await;
    let miss = format!("{order}/shipments/{id}/missing");
    assert_eq!(mall.login("lcsx.yanshou").await.post(&miss, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(seller.post(&miss, &[]).await.status, StatusCode::FORBIDDEN);
    receiver.post(&miss, &[]).await.leads();
    assert_eq!(told(&mall, "还没有收到货").await, 1);
    mall.settle().await;
    assert_eq!(mall.number(running).await, 0);
    later(&mall, 3 * DAY).await;
    assert_eq!(told(&mall, "尽快验收").await, 0);
    later(&mall, 6 * DAY).await;
    assert_eq!(told(&mall, "货应该已经到了").await, 4, "asked again after a week");

    // Three working days later reminded, after seven reported; each once.
    later(&mall, 6 * DAY).await;
    assert_eq!(told(&mall, "尽快验收").await, 1);
    later(&mall, 8 * DAY).await;
    later(&mall, 8 * DAY).await;
    assert_eq!(
        (told(&mall, "尽快验收").await, told(&mall, "逾期没有验收").await),
        (1, 2),
        "its signer and the department"
    );
    mall.login("licheng.jianguan").await.get("/todo").await.shows(&["逾期没有验收，请督促"]);

    // Accepted late, measured from the day it counted as arrived, though nobody registered it.
    let good = format!("good-{line}");
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "10")], "photos", "", &[]).await.leads();
    let late = "SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.buyer_late_acceptance'";
    assert_eq!(mall.number(late).await, 1);
    mall.settle().await;
    assert_eq!(mall.number("SELECT accept_end FROM stat_deal").await, 2, "late");
    later(&mall, 30 * DAY).await;
    assert_eq!((told(&mall, "尽快验收").await, told(&mall, "逾期没有验收").await), (1, 2));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_registered_and_accepted_in_time_is_left_alone() {
    let mall = Box::new().await;
    let (order, line, seller) = contracted(&mall).await;
    let ship = format!("ship-{line}");
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "10"), ("carrier", "自送")]).await.leads();
    let receiver = mall.login("licheng.yanshou").await;
    let id = mall.number("SELECT MAX(id) FROM shipment").await;
    later(&mall, DAY).await;
    receiver.post(&format!("{order}/shipments/{id}/receive"), &[]).await.leads();
    receiver.post(&format!("{order}/shipments/{id}/missing"), &[]).await.refused("已经登记过收货");
    later(&mall, DAY).await;
    let good = format!("good-{line}");
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "10")], "photos", "", &[]).await.leads();
    later(&mall, 30 * DAY).await;
    for words in ["货应该已经到了", "尽快验收", "逾期没有验收"] {
        assert_eq!(told(&mall, words).await, 0, "{words}");
    }
    assert_eq!(mall.number("SELECT COUNT(*) FROM shipment WHERE look_at IS NOT NULL").await, 0);
    mall.sound().await;
}
