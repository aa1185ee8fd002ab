//! The page that says why this one and not another, for people and, with `.json`, for programs.
use crate::Watch;
use crate::disclosure::why::{self, Check, Why};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{show_stamp, show_time};

struct Beside {
    supplier: String,
    price: String,
    words: String,
    tone: &'static str,
    code: String,
}

struct Line {
    title: String,
    make: String,
    quantity: String,
    price: String,
    agreed: Option<String>,
    position: Vec<(String, String)>,
    offers: Vec<Beside>,
    left_out: i64,
}

struct Quote {
    place: String,
    alias: String,
    amount: String,
    at: String,
    goods: String,
    verdict: &'static str,
    out: String,
    abnormal: String,
}

struct Step {
    duty: &'static str,
    verdict: &'static str,
    at: String,
    void: bool,
}

#[derive(Template)]
#[template(path = "disclosure/pages/why.html")]
struct Page {
    s: Shell,
    w: Why,
    key: String,
    total: String,
    at: String,
    place: String,
    lines: Vec<Line>,
    checks: Vec<Check>,
    steps: Vec<Step>,
    auction: i64,
    ceiling: String,
    minimum: usize,
    quotes: Vec<Quote>,
    found: Vec<Seller>,
    shelf: String,
}

/// One who was asked or who offered, in a batch or under an agreement.
struct Seller {
    name: String,
    goods: String,
    price: String,
    at: String,
    words: &'static str,
    code: &'static str,
    tone: &'static str,
}

fn yuan(v: i64) -> String {
    Fen(v).yuan()
}

/// Where a price lies among three quartiles, in words.
fn lies(price: i64, q: &[i64; 3]) -> &'static str {
    match () {
        () if price < q[0] => "低于下四分位",
        () if price <= q[1] => "在下四分位和中位数之间",
        () if price <= q[2] => "在中位数和上四分位之间",
        () => "高于上四分位",
    }
}

fn three(price: i64, q: &[i64; 3]) -> String {
    format!("下四分位 {}，中位数 {}，上四分位 {}；成交价{}", yuan(q[0]), yuan(q[1]), yuan(q[2]), lies(price, q))
}

fn line(l: &why::Line) -> Line {
    let mut position = Vec::new();
    if let Some(q) = &l.live {
        position.push(("当时在售的同款".to_owned(), three(l.agreed, q)));
    }
    if let Some((n, q)) = &l.paid {
        position.push((format!("此前 90 天成交 {n} 笔"), three(l.agreed, q)));
    }
    if let Some((price, samples)) = l.reference {
        let gap = rules::price::distance(l.agreed, price);
        position.push(("市场参考价".to_owned(), format!("{}（{samples} 个来源），成交价{gap}", yuan(price))));
    }
    if let Some(v) = l.lowest {
        position.push(("这份报价近 30 天最低".to_owned(), yuan(v)));
    }
    let beside = |b: &why::Beside| Beside {
        supplier: b.supplier.clone(),
        price: yuan(b.price),
        words: match b.stopped.as_str() {
            "" => why::words(&b.why).to_owned(),
            held => format!("{}：{held}", why::words(&b.why)),
        },
        tone: match b.why.as_str() {
            "chosen" => "brand",
            "cheaper" => "warn",
            "equal" | "dearer" => "info",
            _ => "bad",
        },
        code: b.why.clone(),
    };
    Line {
        title: l.title.clone(),
        make: l.make.clone(),
        quantity: l.quantity.clone(),
        price: yuan(l.price),
        agreed: (l.agreed != l.price).then(|| yuan(l.agreed)),
        position,
        offers: l.offers.iter().map(beside).collect(),
        left_out: l.left_out,
    }
}

fn quote(b: &trade::auctions::Bid) -> Quote {
    Quote {
        place: if b.place == 0 { "—".into() } else { b.place.to_string() },
        alias: b.alias.clone(),
        amount: b.amount.map_or("无法读取".into(), yuan),
        at: show_stamp(b.at),
        goods: b.goods.clone(),
        verdict: match b.passed {
            Some(true) => "满足",
            Some(false) => "不满足",
            None => "未核验",
        },
        out: match b.out {
            "" => String::new(),
            code => format!("{}（{code}）：{}", why::words(code), b.reason),
        },
        abnormal: b.abnormal.clone(),
    }
}

fn seller(b: &why::Asked) -> Seller {
    Seller {
        name: b.supplier.clone(),
        goods: b.goods.clone(),
        price: b.price.map_or("—".into(), yuan),
        at: if b.at == 0 { "—".into() } else { show_time(b.at) },
        words: why::words(b.why),
        code: b.why,
        tone: match b.why {
            "chosen" => "brand",
            "dearer" | "full" => "info",
            _ => "bad",
        },
    }
}

pub(super) async fn why(State(watch): State<Watch>, cx: Cx, Path(key): Path<String>) -> Result<Response> {
    if let Some(key) = key.strip_suffix(".json") {
        return Ok(web::json(why::json(&why::of(&watch, key).await?).to_string()));
    }
    let mut w = why::of(&watch, &key).await?;
    let step = |(duty, verdict, at, void): &(String, String, i64, bool)| Step {
        duty: why::duty(duty),
        verdict: if verdict == "approved" { "同意" } else { "退回" },
        at: show_time(*at),
        void: *void,
    };
    let decided = w.auction.as_ref();
    web::html(&Page {
        s: Shell::public(&cx, "为什么是这家"),
        key,
        total: yuan(w.total),
        at: show_time(w.at),
        place: watch.facts().region_name(&w.region),
        lines: w.lines.iter().map(line).collect(),
        steps: w.steps.iter().map(step).collect(),
        auction: decided.map_or(0, |(id, _)| *id),
        ceiling: decided.map_or(String::new(), |(_, d)| yuan(d.ceiling)),
        minimum: decided.map_or(0, |(_, d)| d.minimum),
        quotes: decided.map_or(Vec::new(), |(_, d)| d.bids.iter().map(quote).collect()),
        found: w.found.as_ref().map_or(Vec::new(), |f| f.beside.iter().map(seller).collect()),
        shelf: w.found.as_ref().filter(|f| f.shelf > 0).map_or(String::new(), |f| yuan(f.shelf)),
        checks: std::mem::take(&mut w.checks),
        w,
    })
}
