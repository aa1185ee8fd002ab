//! 规则变更: a department drafts within what those above allow, tries it on past orders, a second person publishes, buyers feel it
//! at once and read where it comes from; what was published is taken back as a new version.
use crate::auctions::force;
use crate::job::{buy, find};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use rules::calendar::{day_of, show_day};

fn day(mall: &Box, plus: i32) -> String {
    show_day(day_of(mall.mall.watch.db().now()) + plus)
}

/// Begins a draft; returns its path.
async fn draft(v: &Visitor, title: &str, from: &str) -> String {
    let page = v.post("/rulebook", &[("title", title), ("basis", "示财采〔2026〕9号"), ("from", from)]).await;
    page.leads().to_owned()
}

/// Puts a value on a key into a draft.
async fn put(v: &Visitor, path: &str, key: &str, fields: &[(&str, &str)]) -> Page {
    v.post(&format!("{path}/change"), &[&[("key", key)], fields].concat()).await
}

async fn act(v: &Visitor, path: &str, act: &str) -> Page {
    v.post(&format!("{path}/act"), &[("act", act), ("words", "")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_drafted_tried_published_felt_and_taken_back() {
    let mall = Box::new().await;
    let buyer = mall.login("licheng.jingban").await;
    let product = find(&buyer, "百旺 PW7001").await;
    for _ in 0..2 {
        buy(&buyer, &product, "1").await.leads();
    }
    let (first, second) = (mall.login("licheng.jianguan").await, mall.login("licheng.fabu").await);
    let today = day(&mall, 0);
    let path = draft(&first, "从严直购限额", &today).await;

    // The rule is chosen from those that hold; what is wrong is said beside the change and stops it.
    let pick = first.get(&format!("{path}/pick?words={}", kit::text::percent("直购限额"))).await;
    pick.shows(&["¥30,000.00", "济南市", "修改"]);
    first.get(&format!("{path}/change?key=limit.direct.order_fen")).await.shows(&["30000.00", "下级不得低于"]);
    let wrong = put(&first, &path, "limit.direct.order_fen", &[("value", "五十"), ("form", "direct")]).await;
    wrong.refused("直购限额（每单）请写成元").refused("aria-invalid=\"true\"");
    assert!(wrong.text().contains("value=\"五十\""), "what was typed stays");
    put(&first, &path, "limit.direct.order_fen", &[("value", "40000"), ("form", "direct")]).await.leads();
    first.get(&path).await.shows(&["高于上级允许的上限 ¥30,000.00", "不符合"]);
    act(&first, &path, "submit").await.refused("高于上级允许的上限");
    // The same scope again takes the place of the change before.
    put(&first, &path, "limit.direct.order_fen", &[("value", "50.00"), ("form", "direct")]).await.leads();
    let shown = first.get(&path).await;
    shown.shows(&["¥50.00", "现行", "¥30,000.00"]);
    assert!(!shown.text().contains("不符合"), "{}", shown.text());
    // What is not left to the county is said; taken out again.
    put(&first, &path, "credit.start", &[("value", "120")]).await.leads();
    first.get(&path).await.shows(&["上级没有把这条规则交给本级设定"]);
    first.post(&format!("{path}/remove"), &[("n", "7")]).await.refused("已经不在了");
    first.post(&format!("{path}/remove"), &[("n", "1")]).await.leads();
    assert_eq!(put(&first, &path, "no.such.key", &[("value", "1")]).await.status, StatusCode::NOT_FOUND);

    // Tried on the orders of the last 12 months; a change afterwards takes the answer away.
    first.post(&format!("{path}/simulate"), &[]).await.leads();
    first.get(&path).await.shows(&["正在用过去 12 个月的订单试算"]);
    mall.settle().await;
    first.get(&path).await.shows(&["1 个单位的 2 张订单", "<dt>会拦下</dt><dd>2 "]);
    let list = first.get(&format!("{path}/simulated")).await;
    list.shows(&["会拦下", "不超过单笔直购限额", "直购限额 ¥50.00", "济南市历城区教育局"]);
    let csv = first.get(&format!("{path}/simulated?format=csv")).await.text();
    assert_eq!(csv.lines().count(), 3, "{csv}");

    // Others: a neighbour sees nothing, those above read and do not write, the drafter does not publish.
    let (city, neighbour) = (mall.login("jinan.jianguan").await, mall.login("zibo.jianguan").await);
    assert_eq!(neighbour.get(&path).await.status, StatusCode::NOT_FOUND);
    city.get(&path).await.shows(&["从严直购限额"]);
    assert_eq!(act(&city, &path, "submit").await.status, StatusCode::NOT_FOUND);
    mall.login("jinan.shenji").await.get(&path).await.shows(&["从严直购限额"]);
    act(&second, &path, "publish").await.refused("请先提交审核");
    act(&first, &path, "submit").await.leads();
    act(&first, &path, "publish").await.refused("由不同的人办理");
    put(&first, &path, "limit.direct.order_fen", &[("value", "60"), ("form", "direct")]).await.refused("不能再改");
    second.post(&format!("{path}/act"), &[("act", "return"), ("words", "")]).await.refused("退回的原因");
    second.get("/todo").await.shows(&["待审核发布"]);
    act(&second, &path, "publish").await.leads();
    act(&second, &path, "publish").await.refused("现在不能这样办理");
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'rulebook.published'").await, 1);

    // The buyer is refused and reads by whom and on what basis; orders made before are not touched.
    buy(&buyer, &product, "1").await.refused("历城区规定");
    let page = buy(&buyer, &product, "1").await;
    assert!(page.text().contains("示财采〔2026〕9号") && page.text().contains("直购限额 ¥50.00"), "{}", page.text());
    buyer.get("/rules/history?key=limit.direct.order_fen").await.shows(&["¥50.00", "执行中", "历城区", "山东省"]);
    let other = "/rules/compare?a=370112&b=370100";
    buyer.get(other).await.shows(&["直购限额（每单）", "¥50.00", "¥30,000.00"]);

    // Taken back: a draft that ends the own rule, checked and published like any other.
    let fields = [("title", "撤回"), ("basis", "示财采〔2026〕10号"), ("from", today.as_str())];
    let back = second.post(&format!("{path}/undo"), &fields).await.leads().split('?').next().unwrap().to_owned();
    second.get(&back).await.shows(&["取消本级规定", "原来的变更"]);
    act(&second, &back, "submit").await.leads();
    act(&second, &back, "publish").await.refused("由不同的人办理");
    act(&first, &back, "publish").await.leads();
    buy(&buyer, &product, "1").await.leads();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_value_is_typed_kept_and_shown() {
    let mall = Box::new().await;
    let (first, second) = (mall.login("sd.jianguan").await, mall.login("sd.fabu").await);
    let path = draft(&first, "全省规则", &day(&mall, 1)).await;
    let bad = first.post("/rulebook", &[("title", "x"), ("basis", "y"), ("from", "明天")]).await;
    bad.refused("生效日期应写成");
    assert!(bad.text().contains("value=\"明天\"") || bad.text().contains("明天"));
    let puts: [(&str, &[(&str, &str)]); 8] = [
        ("approval.chain", &[("value", "reviewer"), ("value", "signer"), ("value", ""), ("from", "100000")]),
        ("approval.separate", &[("value", "经办人/验收人\n审核人/确认人")]),
        ("publish.price", &[("value", "0")]),
        ("catalogue.batch", &[("value", "A02010105\nA02010108")]),
        ("price.band.red_bp", &[("value", "25.5"), ("min", "20"), ("max", "30")]),
        ("clock.deliver", &[("value", "5"), ("unit", "working_days"), ("fixed", "1")]),
        ("auction.tie", &[("value", "earliest")]),
        ("rulebook.delegated", &[("value", "limit."), ("value", "clock.")]),
    ];
    for (key, fields) in puts {
        let page = put(&first, &path, key, fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{key}: {}", page.text());
        first.get(&format!("{path}/change?key={key}")).await.shows(&["写入变更"]);
    }
    let shown = first.get(&path).await;
    shown.shows(&["25.50%；下级不低于 20.00%；下级不高于 30.00%", "5 个工作日；下级不得变更", "经办人/验收人"]);
    assert!(!shown.text().contains("class=\"tag bad\""), "{}", shown.text());
    // Words that no key knows are refused by name.
    put(&first, &path, "catalogue.fixed", &[("value", "Z99")]).await.leads();
    first.get(&path).await.shows(&["不认识“Z99”"]);
    first.post(&format!("{path}/remove"), &[("n", "8")]).await.leads();
    act(&first, &path, "submit").await.leads();
    second.post(&format!("{path}/act"), &[("act", "return"), ("words", "请核对交货期")]).await.leads();
    first.get(&path).await.shows(&["已退回：请核对交货期"]);
    act(&first, &path, "submit").await.leads();
    act(&second, &path, "publish").await.leads();
    // Not in force before its day.
    let at = |on: &str| format!("/rules/compare?a=370000&b=370000&on={}&and={on}", day(&mall, 0));
    first.get(&at(&day(&mall, 0))).await.shows(&["两边的规则完全相同"]);
    first.get(&at(&day(&mall, 1))).await.shows(&["25.50%", "5 个工作日"]);
    // A county may no longer set what the province has taken back.
    let county = mall.login("licheng.jianguan").await;
    let own = draft(&county, "本区", &day(&mall, 2)).await;
    put(&county, &own, "approval.chain", &[("value", "reviewer")]).await.leads();
    county.get(&own).await.shows(&["上级没有把这条规则交给本级设定"]);
    county.get(&format!("{own}/pick?group=approval")).await.shows(&["上级未下放"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_publications_of_one_rule_leave_one_in_force() {
    let mall = Box::new().await;
    let (first, second) = (mall.login("jinan.jianguan").await, mall.login("jinan.fabu").await);
    let today = day(&mall, 0);
    let mut paths = Vec::new();
    for value in ["20000", "25000"] {
        let path = draft(&first, value, &today).await;
        put(&first, &path, "limit.direct.order_fen", &[("value", value), ("form", "direct")]).await.leads();
        act(&first, &path, "submit").await.leads();
        paths.push(path);
    }
    let (a, b) = tokio::join!(act(&second, &paths[0], "publish"), act(&second, &paths[1], "publish"));
    a.leads();
    b.leads();
    let live =
        "SELECT COUNT(*) FROM rule WHERE key = 'limit.direct.order_fen' AND region = '370100' AND day_to IS NULL";
    assert_eq!(mall.number(live).await, 1, "the second saw and ended what the first began");
    // Without a second person where the rulebook says so.
    force(&mall, "UPDATE rule SET value = 'false' WHERE key = 'rulebook.second_person'").await;
    mall.mall.watch.reload_facts().await.unwrap();
    let path = draft(&first, "一人", &today).await;
    put(&first, &path, "limit.direct.order_fen", &[("value", "22000"), ("form", "direct")]).await.leads();
    act(&first, &path, "publish").await.leads();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_the_rules_by_groups_and_with_units() {
    let mall = Box::new().await;
    let all = mall.visitor().get("/rules").await;
    all.shows(&["常客缺席预警：看此前几场", "<b>10 场</b>"]);
    let text = all.text();
    assert!(text.find("limit.direct.order_fen") < text.find("alert.absent.events"), "limits first, as above the table");
    assert!(!text.contains("其他 <span class=\"mono\">"), "every key belongs to a group");
    // A long list wraps; among all rules it is shown by its beginning, the whole in its group and its history.
    let member = |text: &str| text.split_once("catalogue.member").unwrap().1.split_once("</tr>").unwrap().0.to_owned();
    let row = member(&text);
    assert!(row.contains("<td data-label=\"规定\">") && row.contains("等 ") && row.contains(" 项</b>"), "{row}");
    let whole = mall.visitor().get("/rules?group=catalogue").await.text();
    assert!(!member(&whole).contains(" 项</b>"));
    mall.sound().await;
}
