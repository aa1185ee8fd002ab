//! Data in, verdicts out, through one check.
use super::*;
use crate::check::Verdict;
use crate::rulebook::{Rule, Rulebook, Value};
use std::collections::BTreeMap;

fn rule(id: i64, key: &str, category: Option<&str>, value: Value) -> Rule {
    Rule {
        id,
        key: key.into(),
        region: "370000".into(),
        mode: None,
        form: None,
        category: category.map(Into::into),
        amount_from: None,
        amount_below: None,
        value,
        unit: "fen".into(),
        min: None,
        max: None,
        fixed: false,
        from: 0,
        to: None,
        basis: String::new(),
        grade: "A".into(),
    }
}

fn book() -> Rulebook {
    let list = |v: &[&str]| Value::List(v.iter().map(|s| (*s).into()).collect());
    Rulebook::new(vec![
        rule(1, "limit.direct.order_fen", None, Value::Int(2_000_000)),
        rule(2, "catalogue.member", None, list(&["A0504", "A0201", "C2309"])),
        rule(3, "catalogue.fixed", None, list(&["C230901"])),
        rule(4, "asset.unit_price_fen", Some("A02010105"), Value::Int(500_000)),
        rule(5, "asset.per_head_percent", Some("A02010105"), Value::Int(100)),
        rule(6, "energy.mandatory", None, list(&["A02010105"])),
        rule(7, "limit.decentralised.annual_fen", Some("A"), Value::Int(30_000_000)),
        rule(8, "credit.bar.trade_below", None, Value::Int(60)),
        rule(9, "limit.same_kind.orders_per_month", None, Value::Int(2)),
        rule(10, "catalogue.batch", None, list(&["A02010199"])),
        rule(11, "price.band.notice_bp", None, Value::Int(0)),
        rule(12, "price.band.yellow_bp", None, Value::Int(500)),
        rule(13, "price.band.orange_bp", None, Value::Int(1000)),
        rule(14, "price.band.red_bp", None, Value::Int(2000)),
        rule(15, "price.band.abnormal_low_bp", None, Value::Int(5000)),
        rule(16, "price.order_block_band", None, Value::Text("orange".into())),
        rule(17, "price.reason_above_bp", None, Value::Int(100)),
        rule(18, "price.rise_block_bp", None, Value::Int(3000)),
    ])
}

fn paper() -> AskLine {
    AskLine {
        title: "复印纸".into(),
        category: "A05040101".into(),
        category_name: "复印纸".into(),
        second_name: "纸制文具".into(),
        price: 11_200,
        quantity: 10,
        unit: "箱".into(),
        listed: true,
        rival: None,
        lowest: None,
        stopped: String::new(),
        stock: 100,
        reaches: true,
        certified: false,
        imported: false,
        bought: 0,
        reference: None,
        plan: Some(PlanRoom {
            plan_line: 1,
            title: "办公用纸".into(),
            category: "A0504".into(),
            left: 500_000,
            budget: 1,
            available: 500_000,
        }),
    }
}

fn ask(lines: Vec<AskLine>) -> Ask<'static> {
    Ask {
        mode: "supermarket",
        rounds: Vec::new(),
        dearer: None,
        before: None,
        form: "direct",
        path: &["370000"],
        day: 20_000,
        headcount: Some(20),
        supplier_state: "admitted",
        credit: 100,
        place: "历城区".into(),
        lines,
        annual: Some(BTreeMap::new()),
        month: BTreeMap::new(),
        with_plan: true,
    }
}

/// The checks that did not pass, as code and verdict.
fn check(a: &Ask<'_>, want: &[(&str, Verdict)]) {
    let got: Vec<_> =
        judge(&book(), a).into_iter().filter(|c| c.verdict != Verdict::Pass).map(|c| (c.code, c.verdict)).collect();
    assert_eq!(got, want);
}

#[test]
fn an_ordinary_purchase_passes_and_says_why() {
    check(&ask(vec![paper()]), &[]);
    let all = judge(&book(), &ask(vec![paper()]));
    let limit = all.iter().find(|c| c.code == "direct.limit").unwrap();
    assert_eq!((limit.figures.as_str(), limit.rule), ("本单 ¥1,120.00，直购限额 ¥20,000.00。", 1));
    assert!(all.iter().all(|c| !c.figures.is_empty() && c.advice.is_empty()));
}

#[test]
fn each_rule_blocks_by_itself() {
    use Verdict::Block;
    let with = |f: fn(&mut AskLine)| {
        let mut l = paper();
        f(&mut l);
        ask(vec![l])
    };
    check(&with(|l| l.quantity = 101), &[("direct.stock", Block), ("direct.plan", Block), ("direct.budget", Block)]);
    let stock = |a: &Ask<'_>| judge(&book(), a).into_iter().find(|c| c.code == "direct.stock").unwrap().figures;
    assert_eq!(stock(&with(|l| l.quantity = 101)), "要买 101 箱，库存 100 箱。");
    assert_eq!(stock(&with(|l| l.unit = String::new())), "要买 10，库存 100。");
    check(&with(|l| l.reaches = false), &[("direct.area", Block)]);
    check(&with(|l| l.listed = false), &[("direct.stock", Block)]);
    check(&with(|l| l.imported = true), &[("direct.import", Block)]);
    check(&with(|l| l.plan = None), &[("direct.plan", Block)]);
    check(&Ask { supplier_state: "frozen", ..ask(vec![paper()]) }, &[("direct.standing", Block)]);
    check(&Ask { credit: 59, ..ask(vec![paper()]) }, &[("direct.standing", Block)]);
    check(&with(|l| l.category = "A08010101".into()), &[("direct.catalogue", Block), ("direct.plan", Block)]);
    check(&with(|l| l.category = "C23090101".into()), &[("direct.catalogue", Block), ("direct.plan", Block)]);
}

#[test]
fn the_limit_counts_to_the_fen() {
    let mut l = paper();
    l.plan.as_mut().unwrap().left = i64::MAX;
    l.plan.as_mut().unwrap().available = i64::MAX;
    (l.price, l.quantity) = (2_000_000, 1);
    check(&ask(vec![l.clone()]), &[]);
    l.price += 1;
    check(&ask(vec![l]), &[("direct.limit", Verdict::Block)]);
}

#[test]
fn computers_have_a_standard_a_certificate_and_a_head_count() {
    use Verdict::Block;
    let pc = AskLine {
        category: "A02010105".into(),
        price: 450_000,
        quantity: 2,
        certified: true,
        plan: Some(PlanRoom {
            category: "A0201".into(),
            left: 5_000_000,
            available: 5_000_000,
            ..paper().plan.unwrap()
        }),
        ..paper()
    };
    check(&ask(vec![pc.clone()]), &[]);
    check(&ask(vec![AskLine { certified: false, ..pc.clone() }]), &[("direct.energy", Block)]);
    check(&ask(vec![AskLine { price: 500_001, ..pc.clone() }]), &[("direct.asset_price", Block)]);
    check(&ask(vec![AskLine { bought: 19, ..pc }]), &[("direct.asset_count", Block)]);
}

#[test]
fn the_year_warns_before_it_blocks() {
    let year = |fen: i64| Ask { annual: Some(BTreeMap::from([("A0504".to_owned(), fen)])), ..ask(vec![paper()]) };
    check(&year(30_000_000 - 112_000), &[("direct.annual", Verdict::Warn)]);
    check(&year(30_000_000 - 112_000 + 1), &[("direct.annual", Verdict::Block)]);
    check(&year(24_000_000 - 112_000), &[("direct.annual", Verdict::Warn)]);
    check(&year(24_000_000 - 112_000 - 1), &[]);
    let said = judge(&book(), &year(100)).into_iter().find(|c| c.code == "direct.annual").unwrap().figures;
    assert_eq!(said, "二级品目“纸制文具”（A0504）：今年已买 ¥1.00，加上本单共 ¥1,121.00，分散采购限额 ¥300,000.00。");
    let often = Ask { month: BTreeMap::from([("A0504".to_owned(), 2)]), ..ask(vec![paper()]) };
    check(&often, &[("direct.split", Verdict::Warn)]);
}

#[test]
fn two_lines_share_one_plan() {
    let mut a = paper();
    a.plan.as_mut().unwrap().left = 112_000 * 2 - 1;
    check(&ask(vec![a.clone(), a]), &[("direct.plan", Verdict::Block)]);
}

#[test]
fn while_a_batch_round_collects_its_goods_are_not_bought_otherwise() {
    let verdict = |mode: &'static str, rounds: &[&str]| {
        let mut a = ask(vec![AskLine { category: "A02010199".into(), ..paper() }]);
        (a.mode, a.rounds) = (mode, rounds.iter().map(|r| (*r).into()).collect());
        judge(&book(), &a).into_iter().find(|c| c.code == "direct.batch").map(|c| c.verdict)
    };
    assert_eq!(verdict("supermarket", &[]), Some(Verdict::Warn));
    assert_eq!(verdict("supermarket", &["A02010199"]), Some(Verdict::Block));
    assert_eq!(verdict("supermarket", &["A0504"]), Some(Verdict::Warn));
    assert_eq!(verdict("batch", &[]), None);
}

#[test]
fn a_need_is_judged_before_any_supplier_is_known() {
    let codes = |mode: &'static str, form: &'static str, f: fn(&mut AskLine)| {
        let mut l = paper();
        f(&mut l);
        let mut a = ask(vec![l]);
        (a.mode, a.form, a.supplier_state, a.credit) = (mode, form, "", 0);
        let stop = judge_need(&book(), &a).into_iter().filter(|c| c.verdict != Verdict::Pass);
        stop.map(|c| c.code).collect::<Vec<_>>()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(codes("supermarket", "auction", |_| ()), nothing, "no supplier, no stock, no area is asked for");
    let rich = |l: &mut AskLine| {
        l.quantity = 400;
        let plan = l.plan.as_mut().unwrap();
        (plan.left, plan.available) = (100_000_000, 100_000_000);
    };
    assert_eq!(codes("supermarket", "direct", rich), ["direct.limit"]);
    assert_eq!(codes("supermarket", "auction", rich), nothing, "the direct limit is not for auctions");
    assert_eq!(codes("supermarket", "auction", |l| l.plan = None), ["direct.plan"]);
    assert_eq!(codes("supermarket", "auction", |l| l.category = "C230901".into()), ["direct.catalogue", "direct.plan"]);
    assert_eq!(codes("fixed", "direct", |l| l.category = "C230901".into()), ["direct.plan"]);
    assert_eq!(codes("fixed", "direct", |_| ()), ["direct.catalogue"]);
    assert_eq!(codes("batch", "direct", |_| ()), ["direct.batch"]);
}

#[test]
fn a_price_is_judged_by_what_the_market_asks() {
    use Verdict::{Block, Warn};
    let at = |price: i64| {
        let reference = Some(crate::price::Reference { price: 10_000, samples: 3, from: 19_990, to: 20_000 });
        ask(vec![AskLine { price, reference, ..paper() }])
    };
    check(&at(10_000), &[]);
    check(&at(10_500), &[]);
    check(&at(10_501), &[("direct.market_price", Warn)]);
    check(&at(11_001), &[("direct.market_price", Block)]);
    check(&at(4_999), &[("direct.market_price", Warn)]);
    let said = judge(&book(), &at(11_200));
    let c = said.iter().find(|c| c.code == "direct.market_price").unwrap();
    assert!(c.figures.contains("高 12.0%") && c.figures.contains("¥100.00") && c.rule == 16, "{}", c.figures);
    assert!(!judge(&book(), &ask(vec![paper()])).iter().any(|c| c.code == "direct.market_price"), "nothing is known");
}

#[test]
fn whoever_takes_the_dearer_goods_says_why() {
    use crate::check::Verdict::{Block, Warn};
    let rival = |fen: i64| Some((fen, "乙店".to_owned()));
    for (price, other, dearer, want) in [
        (10_100, 10_000, Some(""), None),
        (10_101, 10_000, Some(""), Some(Block)),
        (10_101, 10_000, Some("  "), Some(Block)),
        (10_101, 10_000, Some("要上门安装"), Some(Warn)),
        (10_101, 10_000, None, Some(Warn)),
        (9_000, 10_000, Some(""), None),
    ] {
        let mut a = ask(vec![AskLine { price, rival: rival(other), ..paper() }]);
        a.dearer = dearer;
        let found: Vec<_> = judge(&book(), &a).into_iter().filter(|c| c.code == "direct.cheaper").collect();
        assert_eq!(found.first().map(|c| c.verdict), want, "{price} {dearer:?}");
        if dearer == Some("要上门安装") {
            assert!(found[0].figures.contains("要上门安装") && found[0].figures.contains("乙店"));
        }
    }
}

#[test]
fn a_price_put_up_before_the_order_is_seen() {
    use crate::check::Verdict::{Block, Warn};
    for (price, lowest, want) in [
        (10_000, Some(10_000), None),
        (10_001, Some(10_000), Some(Warn)),
        (13_000, Some(10_000), Some(Warn)),
        (13_001, Some(10_000), Some(Block)),
        (99_999, None, None),
    ] {
        let a = ask(vec![AskLine { price, lowest, ..paper() }]);
        let found = judge(&book(), &a).into_iter().find(|c| c.code == "direct.price_rise");
        assert_eq!(found.map(|c| c.verdict), want, "{price}");
    }
}

/// An order of paper that was made before.
fn made(order: i64, supplier: i64, total: i64, days_ago: i64) -> crate::alert::past::Bought {
    let at = NOW - days_ago * crate::calendar::DAY_MS;
    let kind = "A0504".into();
    crate::alert::past::Bought { order, supplier, direct: true, total, at, kind, budget: 1, amount: total }
}

const NOW: i64 = 20_000 * crate::calendar::DAY_MS;

/// The same purchase after others; the leads it would be, by code.
fn after(
    orders: Vec<crate::alert::past::Bought>,
    sellers: i64,
    ties: crate::alert::r033_related::Ties,
) -> Vec<&'static str> {
    let before = Before {
        past: crate::alert::past::Past(orders),
        now: NOW,
        supplier: 7,
        sellers: BTreeMap::from([("A0504".to_owned(), sellers)]),
        ties,
    };
    let mut a = ask(vec![paper()]);
    a.before = Some(before);
    let all = judge(&book(), &a);
    assert!(!crate::check::blocked(&all), "a lead never blocks");
    all.into_iter().filter(|c| c.verdict == Verdict::Warn).map(|c| c.code).collect()
}

#[test]
fn the_buyer_is_told_what_the_office_would_be_told() {
    let none = crate::alert::r033_related::Ties::default();
    // This order is 1,120.00, the limit 20,000.00.
    assert_eq!(after(vec![], 4, none), [""; 0]);
    assert_eq!(after(vec![made(1, 8, 1_000_000, 29), made(2, 9, 888_001, 2)], 4, none), ["direct.cluster"]);
    assert_eq!(
        after(vec![made(1, 8, 1_000_000, 29), made(2, 9, 888_000, 2)], 4, none),
        [""; 0],
        "the limit to the fen"
    );
    assert_eq!(after(vec![made(1, 8, 1_000_000, 31), made(2, 9, 888_001, 2)], 4, none), [""; 0], "too long ago");
    let near = vec![made(1, 8, 1_900_000, 9), made(2, 9, 1_900_000, 3)];
    assert_eq!(after(near, 4, none), ["direct.cluster", "direct.hugging"]);
    let same: Vec<_> = (1..5).map(|i| made(i, 7, 1000, 90)).collect();
    assert_eq!(after(same.clone(), 4, none), ["direct.pair"]);
    assert_eq!(after(same, 1, none), [""; 0], "nobody else sells it");
    let ties = crate::alert::r033_related::Ties { phones: 1, names: 0 };
    assert_eq!(after(vec![], 4, ties), ["direct.related"]);
}

#[test]
fn a_budget_project_over_the_limit_of_tender_is_told() {
    let mut a = ask(vec![paper()]);
    let past = crate::alert::past::Past(vec![made(1, 8, 400_000_000 - 111_999, 1)]);
    a.before = Some(Before { past, now: NOW, supplier: 7, ..Before::default() });
    let mut rules: Vec<Rule> = vec![rule(90, "limit.tender.annual_fen", None, Value::Int(400_000_000))];
    rules.push(rule(9, "limit.same_kind.orders_per_month", None, Value::Int(2)));
    let found = judge(&Rulebook::new(rules), &a);
    let c = found.iter().find(|c| c.code == "direct.tender").unwrap();
    assert!(c.verdict == Verdict::Warn && c.rule == 90 && c.figures.contains("W01"), "{c:?}");
}
