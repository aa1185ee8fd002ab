//! Station home, search, suggestions, product page; the same answers as JSON.
mod compare;

use super::{FLAGS, chart, flag_words, store};
use crate::offers::{self, Line};
use crate::{JudgeAsk, Supply};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Gate, Routes};
use base::facts::short_code;
use base::shell::Shell;
use kit::text::percent;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{Day, day_of};
use rules::check::Check;
use rules::duty::Duty;
use search::{Query, Sort};
use serde_json::json;

/// Results of a page.
const PAGE: usize = 24;
/// Suggestions under the search box.
const SUGGESTIONS: usize = 10;

/// A result as its card shows it.
pub(crate) struct Card {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) brand: String,
    pub(crate) model: String,
    pub(crate) price: String,
    pub(crate) offers: u32,
    pub(crate) sales: i64,
    pub(crate) supplier: String,
    pub(crate) flags: Vec<&'static str>,
    pub(crate) tile: i64,
    pub(crate) picture: String,
}

fn card(supply: &Supply, hit: &search::Hit) -> Option<Card> {
    let p = supply.engine().product(hit.product)?;
    let supplier = supply.engine().offers(hit.product).iter().find(|o| o.id == hit.best_offer).map(|o| o.supplier);
    Some(Card {
        id: p.id,
        title: p.title.clone(),
        brand: p.brand.clone(),
        model: p.model.clone(),
        price: Fen(hit.price).plain(),
        offers: hit.offers,
        sales: hit.sales,
        supplier: supplier.and_then(|id| supply.supplier_name(id)).unwrap_or_default(),
        flags: flag_words(i64::from(p.flags)),
        tile: tile(&p.category),
        picture: p.picture.clone(),
    })
}

/// Cards of products by id, with the cheapest offer of each; those nobody sells are left out.
pub(crate) fn cards(supply: &Supply, ids: &[i64]) -> Vec<Card> {
    let hit = |id: &i64| {
        let offers = supply.engine().offers(*id);
        let best = offers.iter().min_by_key(|o| (o.price, o.id))?;
        let sales = offers.iter().map(|o| o.sales).sum();
        let hit =
            search::Hit { product: *id, best_offer: best.id, price: best.price, offers: offers.len() as u32, sales };
        card(supply, &hit)
    };
    ids.iter().filter_map(hit).collect()
}

/// Colour of the drawn tile: one of eight, by category.
fn tile(category: &str) -> i64 {
    category.bytes().take(7).map(i64::from).sum::<i64>() % 8
}

fn query_of(cx: &Cx) -> Query {
    let fen = |name: &str| Fen::parse_yuan(cx.param(name)).map(|f| f.0);
    let flags = cx
        .params("flag")
        .iter()
        .filter_map(|w| FLAGS.iter().find(|(_, known)| known == w))
        .map(|(bit, _)| *bit as u32)
        .sum();
    let region = match cx.param("area") {
        "all" => None,
        "" => Some(cx.station.clone()).filter(|s| *s != cx.base.facts().root),
        code => Some(code.to_owned()),
    };
    Query {
        text: cx.param("q").chars().take(120).collect(),
        category: Some(cx.param("category").to_owned()).filter(|c| !c.is_empty()).map(|c| short_code(&c).to_owned()),
        brands: cx.params("brand"),
        supplier: cx.param("supplier").parse().ok(),
        flags,
        region,
        price_min: fen("min"),
        price_max: fen("max"),
        attrs: cx
            .params("attr")
            .iter()
            .filter_map(|a| a.split_once(':'))
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect(),
        in_stock: cx.param("stock") == "1",
        sort: match cx.param("sort") {
            "price" => Sort::PriceUp,
            "price-down" => Sort::PriceDown,
            "sales" => Sort::Sales,
            "new" => Sort::Newest,
            _ => Sort::Relevance,
        },
        page: cx.page(),
        size: PAGE,
    }
}

/// The address of this search with one parameter changed: added or taken away when it may repeat, else set.
fn with(cx: &Cx, name: &str, value: &str, repeats: bool) -> String {
    let mut pairs: Vec<(String, String)> =
        cx.query().iter().filter(|(k, v)| k != "page" && k != "done" && !v.is_empty()).cloned().collect();
    let same = |(k, v): &(String, String)| k == name && v == value;
    if repeats {
        match pairs.iter().position(same) {
            Some(i) => {
                pairs.remove(i);
            }
            None => pairs.push((name.into(), value.into())),
        }
    } else {
        pairs.retain(|(k, _)| k != name);
        if !value.is_empty() {
            pairs.push((name.into(), value.into()));
        }
    }
    let joined: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", percent(k), percent(v))).collect();
    format!("/search?{}", joined.join("&"))
}

struct Choice {
    label: String,
    count: usize,
    href: String,
    on: bool,
}

struct FacetRow {
    label: String,
    choices: Vec<Choice>,
}

struct SortLink {
    label: &'static str,
    href: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "shelf/pages/search.html")]
struct Search {
    s: Shell,
    cards: Vec<Card>,
    total: usize,
    millis: String,
    facets: Vec<FacetRow>,
    sorts: Vec<SortLink>,
    crumbs: Vec<(String, String)>,
    relaxed: Option<String>,
    area: String,
    area_toggle: Option<(String, String)>,
    stock: (String, bool),
    min: String,
    max: String,
    hidden: Vec<(String, String)>,
    page: usize,
    pages: usize,
    next: String,
    prev: String,
}

/// Choices shown of one facet.
const CHOICES: usize = 12;

fn facets(cx: &Cx, a: &search::Answer) -> Vec<FacetRow> {
    let facts = cx.base.facts();
    let mut rows = Vec::new();
    let chosen = cx.param("category");
    let mut categories: Vec<Choice> = a
        .categories
        .iter()
        .take(CHOICES)
        .map(|(code, count)| Choice {
            label: facts.category_name(code),
            count: *count,
            href: with(cx, "category", code, false),
            on: chosen == code,
        })
        .collect();
    if !chosen.is_empty() {
        categories
            .insert(0, Choice { label: "全部品目".into(), count: 0, href: with(cx, "category", "", false), on: false });
    }
    rows.push(FacetRow { label: "品目".into(), choices: categories });
    let brands = cx.params("brand");
    let choices = a
        .brands
        .iter()
        .take(CHOICES)
        .map(|(b, count)| Choice {
            label: b.clone(),
            count: *count,
            href: with(cx, "brand", b, true),
            on: brands.contains(b),
        })
        .collect();
    rows.push(FacetRow { label: "品牌".into(), choices });
    let flags = cx.params("flag");
    let choices = FLAGS
        .iter()
        .filter_map(|(bit, word)| {
            let count = a.flags.iter().find(|(b, _)| i64::from(*b) == *bit).map_or(0, |(_, n)| *n);
            let on = flags.iter().any(|f| f == word);
            (count > 0 || on).then(|| Choice { label: (*word).into(), count, href: with(cx, "flag", word, true), on })
        })
        .collect();
    rows.push(FacetRow { label: "标记".into(), choices });
    let attrs = cx.params("attr");
    for (name, values) in a.attrs.iter().take(4) {
        let choices = values
            .iter()
            .take(CHOICES)
            .map(|(v, count)| {
                let pair = format!("{name}:{v}");
                Choice {
                    label: v.clone(),
                    count: *count,
                    href: with(cx, "attr", &pair, true),
                    on: attrs.contains(&pair),
                }
            })
            .collect();
        rows.push(FacetRow { label: name.clone(), choices });
    }
    rows.retain(|r| !r.choices.is_empty());
    rows
}

async fn find(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let q = query_of(&cx);
    let a = supply.engine().search(&q);
    let facts = cx.base.facts();
    let cards = a.hits.iter().filter_map(|h| card(&supply, h)).collect();
    let sort = cx.param("sort");
    let sorts =
        [("综合", ""), ("销量", "sales"), ("价格从低到高", "price"), ("价格从高到低", "price-down"), ("最新", "new")]
            .into_iter()
            .map(|(label, key)| SortLink { label, href: with(&cx, "sort", key, false), on: sort == key })
            .collect();
    let crumbs = q.category.as_deref().map_or(Vec::new(), |c| {
        facts
            .category_path(c)
            .iter()
            .map(|c| (format!("{} {}", c.name, c.code), with(&cx, "category", &c.code, false)))
            .collect()
    });
    let area = q.region.as_deref().map_or("全省".into(), |c| facts.region_name(c));
    let area_toggle = match (&q.region, cx.station == facts.root) {
        (Some(_), _) => Some(("看全省的商品".into(), with(&cx, "area", "all", false))),
        (None, false) => Some((format!("只看可供{}的", facts.region_name(&cx.station)), with(&cx, "area", "", false))),
        (None, true) => None,
    };
    let mut s = Shell::public(&cx, if q.text.is_empty() { "超市采购".into() } else { format!("{} - 搜索", q.text) });
    s.query.clone_from(&q.text);
    let pages = a.total.div_ceil(PAGE).max(1);
    let on_page = |n: usize| format!("{}&page={n}", with(&cx, "page", "", false));
    let hidden =
        cx.query().iter().filter(|(k, _)| !matches!(k.as_str(), "min" | "max" | "page" | "done")).cloned().collect();
    web::html(&Search {
        s,
        cards,
        total: a.total,
        millis: format!("{}.{:03}", a.micros / 1000, a.micros % 1000),
        facets: facets(&cx, &a),
        sorts,
        crumbs,
        relaxed: a.relaxed,
        area,
        area_toggle,
        stock: (with(&cx, "stock", if q.in_stock { "" } else { "1" }, false), q.in_stock),
        min: cx.param("min").to_owned(),
        max: cx.param("max").to_owned(),
        hidden,
        page: q.page,
        pages,
        next: on_page(q.page + 1),
        prev: on_page(q.page.saturating_sub(1)),
    })
}

async fn find_json(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let q = query_of(&cx);
    let a = supply.engine().search(&q);
    let hits: Vec<_> = a
        .hits
        .iter()
        .filter_map(|h| {
            let p = supply.engine().product(h.product)?;
            Some(json!({
                "product": h.product.to_string(), "title": p.title, "brand": p.brand, "model": p.model, "category": p.category,
                "price_fen": h.price, "offers": h.offers, "best_offer": h.best_offer.to_string()
            }))
        })
        .collect();
    let counted =
        |list: &[(String, usize)]| list.iter().map(|(k, n)| json!({"value": k, "count": n})).collect::<Vec<_>>();
    let body = json!({
        "total": a.total, "page": q.page, "hits": hits, "brands": counted(&a.brands), "categories": counted(&a.categories), "relaxed": a.relaxed
    });
    Ok(web::json(body.to_string()))
}

async fn suggest(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let list = supply.engine().suggest(cx.param("q"), SUGGESTIONS);
    let out: Vec<_> = list
        .iter()
        .map(|s| {
            let href = match s.kind {
                "品目" => format!("/search?category={}", percent(&s.value)),
                "品牌" => format!("/search?brand={}", percent(&s.value)),
                _ => format!("/search?q={}", percent(&s.value)),
            };
            json!({"text": s.text, "kind": s.kind, "href": href})
        })
        .collect();
    Ok(web::json(serde_json::Value::Array(out).to_string()))
}

struct Group {
    name: String,
    code: String,
    children: Vec<(String, String, usize)>,
    count: usize,
}

#[derive(Template)]
#[template(path = "shelf/pages/home.html")]
struct Home {
    s: Shell,
    groups: Vec<Group>,
    cards: Vec<Card>,
    total: usize,
    live: usize,
    stations: usize,
    state: &'static str,
    since: String,
    notice: String,
    contact: String,
    links: Vec<(String, String)>,
}

/// What a station says of itself, from the rulebook: its notice, who answers for it, its links.
fn station_page(facts: &base::facts::Facts, station: &str, today: Day) -> (String, String, Vec<(String, String)>) {
    let rule = |key: &str| facts.rule(key, station, &rules::rulebook::Scope::default(), today);
    let text =
        |key: &str| rule(key).and_then(|e| e.text().map(str::to_owned)).filter(|t| t != "无").unwrap_or_default();
    // Only the mall's own pages and secure addresses are led to.
    let link = |l: &String| {
        let (name, to) = l.rsplit_once(char::is_whitespace)?;
        (kit::web::local(to) || to.starts_with("https://")).then(|| (name.trim().to_owned(), to.to_owned()))
    };
    let links = rule("station.links").and_then(|e| e.list().map(|l| l.iter().filter_map(link).collect()));
    (text("station.notice"), text("station.contact"), links.unwrap_or_default())
}

async fn home(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let region = Some(cx.station.clone()).filter(|s| *s != facts.root);
    let all = supply.engine().search(&Query { region, sort: Sort::Sales, page: 1, size: 8, ..Query::default() });
    let mut groups: Vec<Group> = Vec::new();
    for (code, count) in &all.categories {
        let second = base::facts::full_code(base::facts::second_level(code));
        let child = (facts.category_name(code), code.clone(), *count);
        match groups.iter_mut().find(|g| g.code == second) {
            Some(g) => {
                g.count += count;
                g.children.push(child);
            }
            None => groups.push(Group {
                name: facts.category_name(&second),
                code: second,
                children: vec![child],
                count: *count,
            }),
        }
    }
    groups.sort_by(|a, b| b.count.cmp(&a.count).then(a.code.cmp(&b.code)));
    let station = facts.region(&cx.station);
    let (notice, contact, links) = station_page(&facts, &cx.station, day_of(supply.db().now()));
    web::html(&Home {
        notice,
        contact,
        links,
        s: Shell::public(&cx, "首页"),
        groups,
        cards: all.hits.iter().filter_map(|h| card(&supply, h)).collect(),
        total: all.total,
        live: facts.regions.values().filter(|r| r.kind == "city" && r.state == "live").count(),
        stations: facts.regions.values().filter(|r| r.state == "live").count(),
        state: station.map_or("", |r| r.state_word()),
        since: station.and_then(|r| r.since).map_or(String::new(), rules::calendar::show_day),
    })
}

struct OfferLine {
    line: Line,
    price: String,
    reaches: bool,
    areas: String,
    standing: &'static str,
    size: &'static str,
}

#[derive(Template)]
#[template(path = "shelf/pages/product.html")]
struct ProductPage {
    s: Shell,
    p: store::Product,
    crumbs: Vec<(String, String)>,
    flags: Vec<&'static str>,
    offers: Vec<OfferLine>,
    best: String,
    chosen: i64,
    quantity: i64,
    checks: Vec<(Check, String)>,
    blocked: bool,
    may_cart: bool,
    chart: Option<chart::Chart>,
    width: i64,
    height: i64,
    tile: i64,
    place: String,
    brand_href: String,
    reference: String,
}

/// Chinese words for a supplier's size and standing.
fn size_word(size: &str) -> &'static str {
    match size {
        "micro" => "微型企业",
        "small" => "小型企业",
        "medium" => "中型企业",
        _ => "大型企业",
    }
}

fn standing_word(state: &str) -> &'static str {
    match state {
        "admitted" => "正常",
        "frozen" => "冻结",
        "suspended" => "暂停",
        _ => "已退出",
    }
}

async fn product(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let facts = cx.base.facts();
    let p = store::product(supply.db(), id).await?;
    let found = offers::of_product(supply.db(), id).await?;
    let points = store::price_points(supply.db(), id).await?;
    let reaches = |l: &Line| l.reaches(&cx.station);
    let asked: i64 = cx.param("offer").parse().unwrap_or(0);
    let quantity = cx.param("quantity").parse().ok().filter(|n| (1..=100_000).contains(n)).unwrap_or(1);
    let pick = found
        .iter()
        .find(|l| l.offer == asked)
        .or_else(|| found.iter().find(|l| reaches(l) && l.stock > 0))
        .or(found.first())
        .cloned();
    let reference = crate::prices::references(&supply, &cx.station, &[id]).await?.remove(&id);
    let mut checks = Vec::new();
    if let (Some(judge), Some(offer)) = (supply.judge(), &pick) {
        let ask = JudgeAsk {
            actor: cx.actor.clone(),
            station: cx.station.clone(),
            offer: offer.clone(),
            quantity,
            reference,
        };
        let origin = |c: &Check| facts.rulebook.by_id(c.rule).map_or(String::new(), |r| facts.rule_origin(r));
        checks = judge(ask).await?.into_iter().map(|c| (c.clone(), origin(&c))).collect();
    }
    let blocked = checks.iter().any(|(c, _)| c.verdict == rules::check::Verdict::Block);
    let offers: Vec<OfferLine> = found
        .into_iter()
        .map(|line| OfferLine {
            price: Fen(line.price).yuan(),
            reaches: reaches(&line),
            areas: line.areas.split_whitespace().map(|a| facts.region_name(a)).collect::<Vec<_>>().join("、"),
            standing: standing_word(&line.supplier_state),
            size: size_word(&line.supplier_size),
            line,
        })
        .collect();
    web::html(&ProductPage {
        s: Shell::public(&cx, p.title.clone()),
        crumbs: facts
            .category_path(&p.category)
            .iter()
            .map(|c| (c.name.clone(), format!("/search?category={}", c.code)))
            .collect(),
        flags: flag_words(p.flags),
        best: pick.as_ref().map_or("暂无报价".into(), |l| Fen(l.price).plain()),
        chosen: pick.as_ref().map_or(0, |l| l.offer),
        quantity,
        checks,
        blocked,
        may_cart: cx.actor.as_ref().is_none_or(|a| a.may(Duty::Handler)),
        chart: chart::lowest(&points, cx.base.db().now()),
        width: chart::WIDTH,
        height: chart::HEIGHT,
        tile: tile(&p.category),
        place: facts.region_name(&cx.station),
        brand_href: percent(&p.brand),
        reference: reference.map_or(String::new(), |r| format!("{}，{} 个来源", Fen(r.price).yuan(), r.samples)),
        offers,
        p,
    })
}

async fn product_json(State(supply): State<Supply>, Path(id): Path<i64>) -> Result<Response> {
    let p = supply.engine().product(id).ok_or(kit::Fail::Hidden)?;
    let offers: Vec<_> = supply
        .engine()
        .offers(id)
        .iter()
        .map(|o| {
            json!({
                "offer": o.id.to_string(), "supplier": supply.supplier_name(o.supplier), "price_fen": o.price, "stock": o.stock, "areas": o.areas
            })
        })
        .collect();
    let body = json!({
        "product": p.id.to_string(), "title": p.title, "brand": p.brand, "model": p.model, "category": p.category,
        "attributes": p.attrs.iter().map(|(k, v)| json!({"name": k, "value": v})).collect::<Vec<_>>(),
        "flags": flag_words(i64::from(p.flags)), "offers": offers
    });
    Ok(web::json(body.to_string()))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/", Gate::Public, home)
        .get("/search", Gate::Public, find)
        .get("/compare", Gate::Public, compare::compare)
        .get("/suggest", Gate::Public, suggest)
        .get("/products/{id}", Gate::Public, product)
        .get("/api/search", Gate::Public, find_json)
        .get("/api/products/{id}", Gate::Public, product_json)
}
