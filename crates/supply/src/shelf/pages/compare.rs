//! 对比: up to six goods side by side, each with its best offer here; what differs is marked.
use crate::shelf::{flag_words, store};
use crate::{Supply, offers, prices};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Fail, Result, web};
use rules::Fen;
use rules::goods::comparable;

/// Goods compared at once.
const MOST: usize = 6;

/// One row of the table: what, the cells, do they differ?
struct Row {
    label: String,
    cells: Vec<String>,
    differs: bool,
}

struct Head {
    id: i64,
    title: String,
    offer: Option<i64>,
    without: String,
}

#[derive(Template)]
#[template(path = "shelf/pages/compare.html")]
struct Page {
    s: Shell,
    heads: Vec<Head>,
    rows: Vec<Row>,
    beyond: bool,
}

fn row(label: &str, cells: Vec<String>) -> Row {
    let differs = cells.windows(2).any(|w| w[0] != w[1]);
    Row { label: label.to_owned(), cells, differs }
}

/// Thousandths of a fen as yuan with four decimals: 4480 → ¥0.0448.
fn each(thousandths: i64) -> String {
    let n = thousandths / 10;
    format!("¥{}.{:04}", n / 10_000, n % 10_000)
}

pub(super) async fn compare(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let mut ids: Vec<i64> = cx.params("product").iter().filter_map(|v| v.parse().ok()).collect();
    let mut seen = Vec::new();
    ids.retain(|id| {
        !seen.contains(id) && {
            seen.push(*id);
            true
        }
    });
    let beyond = ids.len() > MOST;
    ids.truncate(MOST);
    let mut goods = Vec::new();
    for id in &ids {
        match store::product(supply.db(), *id).await {
            Ok(p) => goods.push(p),
            Err(Fail::Hidden) => {}
            Err(e) => return Err(e),
        }
    }
    let known: Vec<i64> = goods.iter().map(|p| p.id).collect();
    let mut offered = offers::of_products(supply.db(), &known).await?;
    offered.sort_by_key(|o| (o.price, o.offer));
    // The province's own station compares whatever is sold anywhere in it.
    let here = |o: &offers::Line| cx.station == supply.facts().root || o.reaches(&cx.station);
    let best: Vec<Option<&offers::Line>> =
        goods.iter().map(|p| offered.iter().find(|o| o.product == p.id && o.stock > 0 && here(o))).collect();
    let references = prices::references(&supply, &cx.station, &known).await?;
    let of = |f: &dyn Fn(usize) -> String| -> Vec<String> { (0..goods.len()).map(f).collect() };
    let offer = |i: usize, f: &dyn Fn(&offers::Line) -> String| best[i].map_or_else(|| "这里没有货".into(), f);
    let mut rows = vec![
        row("最低报价", of(&|i| offer(i, &|o| format!("{} / {}", Fen(o.price).yuan(), o.unit)))),
        row(
            "可比单价",
            of(&|i| {
                let found = best[i].and_then(|o| comparable(o.price, &goods[i].per_unit));
                found.map_or("—".into(), |(n, unit)| format!("{} / {unit}", each(n)))
            }),
        ),
        row("市场参考价", of(&|i| references.get(&goods[i].id).map_or("还没有".into(), |r| Fen(r.price).yuan()))),
        row("供应商", of(&|i| offer(i, &|o| o.supplier_name.clone()))),
        row("信用", of(&|i| offer(i, &|o| format!("{} 分", o.credit)))),
        row("库存", of(&|i| offer(i, &|o| o.stock.to_string()))),
        row("品牌", of(&|i| goods[i].brand.clone())),
        row("型号", of(&|i| goods[i].model.clone())),
        row("产地", of(&|i| goods[i].origin.clone())),
        row("认证证书", of(&|i| if goods[i].certificate.is_empty() { "无".into() } else { "有".into() })),
        row("标记", of(&|i| flag_words(goods[i].flags).join("、"))),
    ];
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in goods.iter().flat_map(|p| &p.attrs) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let value = |i: usize| {
            let found = goods[i].attrs.iter().find(|(k, _)| k == name);
            found.map_or("—".to_owned(), |(_, v)| v.clone())
        };
        rows.push(row(name, of(&value)));
    }
    let heads = goods
        .iter()
        .zip(&best)
        .map(|(p, o)| Head {
            id: p.id,
            title: p.title.clone(),
            offer: o.map(|o| o.offer),
            without: known
                .iter()
                .filter(|id| **id != p.id)
                .map(|id| format!("product={id}"))
                .collect::<Vec<_>>()
                .join("&"),
        })
        .collect();
    web::html(&Page { s: Shell::public(&cx, "商品对比"), heads, rows, beyond })
}
