//! What notices say: from an entry's facts, in the order of the fields of the national format of 2020 (财办库〔2020〕50号). Nothing here
//! reads or writes.
use super::store::Notice;
use kit::journal::Recorded;
use rules::Fen;
use rules::calendar::{Ms, day_of, show_day, show_time};
use rules::conduct::indicator_of;
use rules::notice::MORE;
use serde_json::Value;

/// How long a result notice stands open for questions.
const PERIOD: &str = "自本公告发布之日起 1 个工作日";
/// Where goods go is not told.
const PLACE: &str = "采购人指定地点（不公开）";

pub(super) fn text(v: &Value, key: &str) -> String {
    v[key].as_str().unwrap_or_default().to_owned()
}

fn fen(v: &Value, key: &str) -> Fen {
    Fen(v[key].as_i64().unwrap_or(0))
}

fn sum(total: Fen) -> String {
    format!("{}（{}）", total.yuan(), total.capitals())
}

fn day(at: Ms) -> String {
    show_day(day_of(at))
}

fn days(v: &Value, key: &str) -> String {
    let n = v[key].as_i64().unwrap_or(0);
    show_day(i32::try_from(n).unwrap_or(0))
}

/// Values of a list of words.
fn list(v: &Value, key: &str) -> String {
    v[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("；")
}

/// The id behind `order/12`.
pub(super) fn subject_id(e: &Recorded) -> i64 {
    e.subject.split('/').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}

/// A notice of an entry, with what all have: parties, sums, deadline. `body` gets the date and the free field at its end.
fn of(e: &Recorded, kind: &str, title: String, amount: Fen, body: Vec<(&str, String)>) -> Notice {
    let mut n = Notice::new(e.id, kind, &e.region, e.at);
    (n.title, n.amount) = (title, amount.0);
    (n.unit, n.supplier) = (text(&e.data, "unit"), text(&e.data, "supplier"));
    if e.subject.starts_with("order/") {
        n.orders = subject_id(e);
    }
    n.due_at = e.data["publish_due"].as_i64().unwrap_or(n.due_at);
    n.body = body.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v)).collect();
    n.body.push((MORE.into(), "无".into()));
    n
}

/// Goods as one field of the format: name, brand, model, quantity, price.
fn goods(d: &Value) -> String {
    let one = |l: &Value| {
        let make = format!("{} {}", text(l, "brand"), text(l, "model"));
        let make = if make.trim().is_empty() { String::new() } else { format!("（{}）", make.trim()) };
        format!("{}{make} {} {}，单价 {}", text(l, "title"), l["quantity"], text(l, "unit"), fen(l, "price").yuan())
    };
    d["lines"].as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join("；")
}

fn method(d: &Value) -> String {
    format!("网上商城 · {}", d["method"].as_str().unwrap_or("超市采购 · 直购"))
}

/// Words for a contract of which goods, price and supplier are somebody's secret.
const WITHHELD: &str =
    "合同含商业秘密，依据《政府采购法实施条例》第五十条，标的、单价、金额和供应商不公开；审计和监督部门可以查阅全文";

/// The same before there is a contract.
const WITHHELD_NEED: &str = "采购需求含商业秘密，依据《政府采购法实施条例》第五十条不公开；符合条件的供应商登录商城查看和报价，审计和监督部门可以查阅全文";

/// The supplier's size in the words of the declaration that small firms make (财库〔2020〕46号).
fn size_word(size: &str) -> &'static str {
    match size {
        "large" => "大型企业",
        "medium" => "中型企业（中小企业声明函）",
        "small" => "小型企业（中小企业声明函）",
        "micro" => "微型企业（中小企业声明函）",
        _ => "",
    }
}

pub(super) fn contract(e: &Recorded) -> Notice {
    let d = &e.data;
    let signed = d["signed_at"].as_i64().unwrap_or(e.at);
    if text(d, "secret") == "trade" {
        let body = vec![
            ("合同编号", text(d, "contract")),
            ("采购人（甲方）", text(d, "unit")),
            ("采购方式", method(d)),
            ("合同签订日期", day(signed)),
            ("公告日期", day(e.at)),
            ("涉密说明", WITHHELD.into()),
        ];
        let mut n = of(e, "contract", format!("{}采购合同公告（含商业秘密）", text(d, "unit")), Fen(0), body);
        n.supplier = String::new();
        return n;
    }
    let term = d["deliver_days"].as_i64().map_or(String::new(), |n| format!("合同生效后 {n} 日内交付；{PLACE}"));
    let body = vec![
        ("合同编号", text(d, "contract")),
        ("合同名称", format!("{}采购合同", text(d, "title"))),
        ("订单编号", text(d, "number")),
        ("采购人（甲方）", text(d, "unit")),
        ("甲方统一社会信用代码", text(d, "unit_uscc")),
        ("供应商（乙方）", text(d, "supplier")),
        ("乙方统一社会信用代码", text(d, "supplier_uscc")),
        ("乙方地址", text(d, "supplier_address")),
        ("乙方规模", size_word(&text(d, "size")).into()),
        ("主要标的", goods(d)),
        ("合同金额", sum(fen(d, "total"))),
        ("履约期限和地点", term),
        ("采购方式", method(d)),
        ("合同签订日期", day(signed)),
        ("公告日期", day(e.at)),
        ("价格选择说明", text(d, "choice")),
    ];
    of(e, "contract", format!("{}{}采购合同公告", text(d, "unit"), text(d, "title")), fen(d, "total"), body)
}

/// A direct purchase is decided: supplier and price stand, the contract follows.
pub(super) fn result(e: &Recorded) -> Option<Notice> {
    let d = &e.data["result"];
    if d.is_null() || !text(d, "secret").is_empty() {
        return None;
    }
    let body = vec![
        ("订单编号", text(d, "number")),
        ("项目名称", text(d, "title")),
        ("供应商名称", text(d, "supplier")),
        ("供应商地址", text(d, "supplier_address")),
        ("成交金额", sum(fen(d, "total"))),
        ("主要标的", goods(d)),
        ("采购方式", method(d)),
        ("公告期限", PERIOD.into()),
        ("采购人", text(d, "unit")),
        ("公告日期", day(e.at)),
        ("价格选择说明", text(d, "choice")),
    ];
    let title = format!("{}{}成交结果公告", text(d, "unit"), text(d, "title"));
    let mut n = of(e, "result", title, fen(d, "total"), body);
    (n.unit, n.supplier) = (text(d, "unit"), text(d, "supplier"));
    Some(n)
}

/// Goods were accepted, in full, in part or not.
pub(super) fn acceptance(e: &Recorded) -> Option<Notice> {
    let d = &e.data;
    if d["publish_due"].is_null() || !text(d, "secret").is_empty() {
        return None;
    }
    let one = |l: &Value| {
        let bad = l["refused"].as_i64().filter(|n| *n > 0).map_or(String::new(), |n| format!("，不合格 {n}"));
        format!("{} 合格 {} {}{bad}", text(l, "title"), l["accepted"], text(l, "unit"))
    };
    let lines: Vec<String> = d["lines"].as_array().into_iter().flatten().map(one).collect();
    let verdict = match d["verdict"].as_str() {
        Some("full") => "合格",
        Some("part") => "部分合格",
        _ => "不合格",
    };
    let body = vec![
        ("合同编号", text(d, "contract")),
        ("合同名称", format!("{}采购合同", text(d, "title"))),
        ("订单编号", text(d, "number")),
        ("采购人", text(d, "unit")),
        ("供应商", text(d, "supplier")),
        ("验收内容", lines.join("；")),
        ("验收日期", day(e.at)),
        ("验收意见", verdict.into()),
        ("验收合格金额", fen(d, "amount").yuan()),
        ("不合格说明", text(d, "reason")),
    ];
    let title = format!("{}{}验收结果公告", text(d, "unit"), text(d, "title"));
    Some(of(e, "acceptance", title, fen(d, "amount"), body))
}

pub(super) fn cancelled(e: &Recorded) -> Notice {
    let d = &e.data;
    let trade = text(d, "secret") == "trade";
    let body = vec![
        ("合同编号", text(d, "contract")),
        ("订单编号", if trade { String::new() } else { text(d, "number") }),
        ("采购人（甲方）", text(d, "unit")),
        ("供应商（乙方）", if trade { String::new() } else { text(d, "supplier") }),
        ("注销原因", text(d, "reason")),
        ("公告日期", day(e.at)),
    ];
    let total = if trade { Fen(0) } else { fen(d, "total") };
    let mut n = of(e, "cancelled", format!("{}采购合同注销公告", text(d, "unit")), total, body);
    if trade {
        n.supplier = String::new();
    }
    n
}

/// What notices about procedures end with: where all of it can be read.
fn procedure(e: &Recorded, kind: &str, title: String, amount: Fen, mut body: Vec<(&str, String)>) -> Notice {
    body.push(("公告日期", day(e.at)));
    let page = e
        .subject
        .replace("auction/", "auctions/")
        .replace("agreement/", "fixed/")
        .replace("inspection/", "inspections/");
    body.push(("过程和结果", format!("/{page}")));
    of(e, kind, title, amount, body)
}

/// That a procedure with a trade secret begins or ends, and nothing of it.
fn withheld(e: &Recorded, kind: &str, word: &str, mut more: Vec<(&str, String)>) -> Notice {
    let d = &e.data;
    let mut body = vec![("项目编号", text(d, "number")), ("采购人", text(d, "unit"))];
    body.append(&mut more);
    body.extend([("公告日期", day(e.at)), ("涉密说明", WITHHELD_NEED.into())]);
    of(e, kind, format!("{}{word}（含商业秘密）", text(d, "unit")), Fen(0), body)
}

pub(super) fn auction(e: &Recorded) -> Notice {
    let d = &e.data;
    if text(d, "secret") == "trade" {
        let time = |key: &str| show_time(d[key].as_i64().unwrap_or(0));
        let period = vec![("报价时间", format!("{} 至 {}", time("opens_at"), time("closes_at")))];
        return withheld(e, "auction", "竞价公告", period);
    }
    let time = |key: &str| show_time(d[key].as_i64().unwrap_or(0));
    let demands = if text(d, "basis") == "product" { "同款商品反拍".to_owned() } else { list(d, "demands") };
    let body = vec![
        ("项目编号", text(d, "number")),
        ("项目名称", text(d, "title")),
        ("采购人", text(d, "unit")),
        ("品目", format!("{} {}", text(d, "category"), text(d, "category_name"))),
        ("数量", format!("{} {}", d["quantity"], text(d, "measure"))),
        ("最高限价", fen(d, "ceiling").yuan()),
        ("采购需求", demands),
        ("报价方式", text(d, "format")),
        ("报价时间", format!("{} 至 {}", time("opens_at"), time("closes_at"))),
        ("收货地", text(d, "place")),
        ("规则", list(d, "rules")),
        ("随机数承诺", text(d, "commitment")),
    ];
    procedure(e, "auction", format!("{}{}竞价公告", text(d, "unit"), text(d, "title")), fen(d, "ceiling"), body)
}

/// An auction is decided; with a trade secret price and supplier are not told, as with direct purchases.
pub(super) fn awarded(e: &Recorded) -> Option<Notice> {
    let d = &e.data;
    if !text(d, "secret").is_empty() {
        return None;
    }
    let body = vec![
        ("项目编号", text(d, "number")),
        ("项目名称", text(d, "title")),
        ("供应商名称", text(d, "supplier")),
        ("成交金额", sum(fen(d, "amount"))),
        ("主要标的", format!("{} {}，{} {}", text(d, "brand"), text(d, "model"), d["quantity"], text(d, "measure"))),
        ("最高限价", fen(d, "ceiling").yuan()),
        ("成交办法", "最低有效报价成交，同价先报者先".into()),
        ("公告期限", PERIOD.into()),
        ("采购人", text(d, "unit")),
    ];
    let title = format!("{}{}成交结果公告", text(d, "unit"), text(d, "title"));
    Some(procedure(e, "auction_award", title, fen(d, "amount"), body))
}

pub(super) fn ended(e: &Recorded) -> Notice {
    let d = &e.data;
    if text(d, "secret") == "trade" {
        return withheld(e, "auction_end", "竞价终止公告", Vec::new());
    }
    let body = vec![
        ("项目编号", text(d, "number")),
        ("项目名称", text(d, "title")),
        ("采购人", text(d, "unit")),
        ("终止原因", text(d, "reason")),
    ];
    procedure(e, "auction_end", format!("{}{}竞价终止公告", text(d, "unit"), text(d, "title")), fen(d, "ceiling"), body)
}

/// A framework agreement begins, or has ended with its sums.
pub(super) fn agreement(e: &Recorded) -> Notice {
    let d = &e.data;
    let mut body = vec![("协议编号", text(d, "number"))];
    let (kind, word) = if e.kind == "agreement.made" {
        body.extend([
            ("集采机构", text(d, "unit")),
            ("期限", format!("{} 至 {}", days(d, "from"), days(d, "to"))),
            ("价目", format!("{} 项", d["items"])),
            ("入围家数", format!("最多 {} 家", d["places"])),
        ]);
        ("agreement", "定点协议")
    } else {
        body.extend([
            ("承接供应商", format!("{} 家", d["suppliers"])),
            ("服务次数", d["jobs"].to_string()),
            ("下单金额", fen(d, "ordered").yuan()),
            ("验收金额", fen(d, "done").yuan()),
            ("支付金额", fen(d, "paid").yuan()),
        ]);
        ("agreement_end", "定点协议到期")
    };
    procedure(e, kind, format!("{}{word}公告", text(d, "title")), fen(d, "ordered"), body)
}

/// A supplier came into a framework agreement, or left it. Entries of before this notice do not say enough for one.
pub(super) fn member(e: &Recorded) -> Option<Notice> {
    let d = &e.data;
    if d["number"].is_null() {
        return None;
    }
    let name = if e.kind == "agreement.left" { text(d, "supplier_name") } else { text(d, "supplier") };
    let mut body = vec![
        ("协议编号", text(d, "number")),
        ("协议名称", text(d, "title")),
        ("集采机构", text(d, "unit")),
        ("供应商名称", name.clone()),
    ];
    let (kind, word) = if e.kind == "agreement.left" {
        body.push(("退出原因", text(d, "reason")));
        ("agreement_left", "退出入围")
    } else {
        let bp = d["discount_bp"].as_i64().unwrap_or(0);
        let price = if text(d, "pricing") == "discount" {
            format!("优惠率 {}.{:02}%", bp / 100, bp % 100)
        } else {
            "按价目".to_owned()
        };
        body.extend([("入围价格", price), ("入围顺序", d["place"].to_string()), ("公告期限", PERIOD.into())]);
        ("agreement_joined", "入围结果")
    };
    let mut n = procedure(e, kind, format!("{}{word}公告", text(d, "title")), Fen(0), body);
    n.supplier = name;
    Some(n)
}

/// A single deal under a framework agreement.
pub(super) fn job(e: &Recorded) -> Option<Notice> {
    let d = &e.data;
    if d["number"].is_null() || !text(d, "secret").is_empty() {
        return None;
    }
    let body = vec![
        ("项目编号", text(d, "number")),
        ("项目名称", text(d, "title")),
        ("协议", format!("{} {}", text(d, "agreement"), text(d, "agreement_title"))),
        ("供应商名称", text(d, "supplier")),
        ("成交金额", sum(fen(d, "total"))),
        ("主要标的", goods(d)),
        ("公告期限", PERIOD.into()),
        ("采购人", text(d, "unit")),
        ("公告日期", day(e.at)),
    ];
    let title = format!("{}{}定点成交公告", text(d, "unit"), text(d, "title"));
    let mut n = of(e, "job_deal", title, fen(d, "total"), body);
    n.orders = d["order"].as_str().and_then(|s| s.parse().ok()).unwrap_or(0);
    Some(n)
}

pub(super) fn round(e: &Recorded) -> Notice {
    let d = &e.data;
    let package = |p: &Value| format!("{}（货架价 {}）", text(p, "title"), fen(p, "shelf").yuan());
    let packages: Vec<String> = d["packages"].as_array().into_iter().flatten().map(package).collect();
    let body = vec![
        ("批次编号", text(d, "number")),
        ("集采机构", text(d, "unit")),
        ("配置包", packages.join("；")),
        ("成交办法", if text(d, "method") == "auction" { "竞价".into() } else { "批量折扣".into() }),
        ("需求报送截止", days(d, "due_on")),
    ];
    procedure(e, "batch", format!("{}批量采购需求征集公告", text(d, "title")), Fen(0), body)
}

pub(super) fn round_over(e: &Recorded) -> Notice {
    let d = &e.data;
    let won = e.kind == "batch.shared";
    let award = |a: &Value| {
        let (make, unit) = (format!("{} {}", text(a, "brand"), text(a, "model")), text(a, "measure"));
        let total = Fen(a["price"].as_i64().unwrap_or(0).saturating_mul(a["quantity"].as_i64().unwrap_or(0)));
        format!(
            "{}：{}，{} {} {unit}，单价 {}（货架价 {}），合计 {}",
            text(a, "package"),
            text(a, "supplier"),
            make.trim(),
            a["quantity"],
            fen(a, "price").yuan(),
            fen(a, "shelf").yuan(),
            total.yuan()
        )
    };
    let awards = d["awards"].as_array().cloned().unwrap_or_default();
    let total: i64 = awards
        .iter()
        .map(|a| a["price"].as_i64().unwrap_or(0).saturating_mul(a["quantity"].as_i64().unwrap_or(0)))
        .fold(0, i64::saturating_add);
    let mut body = vec![("批次编号", text(d, "number")), ("集采机构", text(d, "unit"))];
    match won {
        true => body.extend([
            ("成交结果", awards.iter().map(award).collect::<Vec<_>>().join("；")),
            ("成交金额", if total > 0 { sum(Fen(total)) } else { String::new() }),
            ("公告期限", PERIOD.into()),
        ]),
        false => body.push(("终止原因", text(d, "reason"))),
    }
    let (kind, word) = if won { ("batch_result", "成交结果") } else { ("batch_end", "终止") };
    procedure(e, kind, format!("{}批量采购{word}公告", text(d, "title")), Fen(total), body)
}

/// Title of the notice about a decided case; by it a revoked one is found again.
pub(super) fn conduct_title(d: &Value) -> String {
    format!("违规处理公告 {}", text(d, "number"))
}

/// A case came into force and is exposed.
pub(super) fn conduct(e: &Recorded) -> Option<Notice> {
    let d = &e.data;
    if d["exposed_to"].is_null() || d["name"].is_null() {
        return None;
    }
    let rule = text(d, "rule");
    let measure = match d["measure"].as_str() {
        Some("delist") => "商品下架".to_owned(),
        Some("suspend") => format!("暂停交易至 {}", days(d, "until")),
        _ => String::new(),
    };
    let body = vec![
        ("事项编号", text(d, "number")),
        ("当事人", text(d, "name")),
        ("违规事项", indicator_of(&rule).map_or("其他".into(), |i| i.label.to_owned())),
        ("扣减诚信分", format!("{} 分，现为 {} 分", d["points"], d["score"])),
        ("处理措施", measure),
        ("曝光期至", days(d, "exposed_to")),
        ("救济途径", "可以申诉；整改合格后恢复".into()),
        ("公告日期", day(e.at)),
    ];
    let mut n = of(e, "conduct", conduct_title(d), Fen(0), body);
    n.supplier = text(d, "name");
    Some(n)
}

/// An inspection is closed: in numbers, with the month's bulletin.
pub(super) fn inspection(e: &Recorded) -> Option<Notice> {
    let d = &e.data;
    if d["title"].is_null() {
        return None;
    }
    let kind = match d["kind"].as_str() {
        Some("machine") => "机器全检",
        Some("sample") => "随机抽样",
        _ => "当月成交全检",
    };
    let body = vec![
        ("巡检编号", text(d, "number")),
        ("巡检名称", text(d, "title")),
        ("方式", kind.into()),
        ("范围", format!("{} 件商品", d["population"])),
        ("检查结果", format!("没有问题 {} 件，有问题 {} 件", d["clean"], d["found"])),
        ("当月通报", format!("/inspections?month={}", &day(e.at)[..7])),
    ];
    Some(procedure(e, "inspection", format!("{}（巡检公示）", text(d, "title")), Fen(0), body))
}

/// A notice was corrected: which, what it said and says, why.
pub(super) fn correction(e: &Recorded, old: &Notice) -> Notice {
    let d = &e.data;
    let changes = super::store::changes_of(&d["changes"]);
    let words: Vec<String> = changes.iter().map(|c| format!("{}：“{}”改为“{}”", c.field, c.before, c.after)).collect();
    let fields: Vec<&str> = changes.iter().map(|c| c.field.as_str()).collect();
    let body = vec![
        ("原公告编号", old.number.clone()),
        ("原公告", format!("/notices/{}", old.number)),
        ("项目名称", old.title.clone()),
        ("首次公告日期", day(old.published_at)),
        ("更正事项", fields.join("、")),
        ("更正内容", words.join("；")),
        ("更正原因", text(d, "reason")),
        ("更正日期", day(e.at)),
    ];
    let mut n = of(e, "correction", format!("{}（更正）", old.title), Fen(old.amount), body);
    (n.unit, n.supplier, n.owner, n.orders) = (old.unit.clone(), old.supplier.clone(), old.owner, 0);
    (n.about, n.changes, n.reason) = (old.id, changes, text(d, "reason"));
    n
}
