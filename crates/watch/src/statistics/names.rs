//! Chinese words for the values of dimensions.
use super::store;
use crate::Watch;
use kit::Result;
use rules::statistics::Dim;
use std::collections::HashMap;

/// The value in addresses of what is in no venue.
pub const NONE: &str = "none";

/// Words for some values of a dimension.
pub async fn words<'a>(
    watch: &Watch,
    dim: Dim,
    values: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, String>> {
    let values: Vec<&str> = values.collect();
    let facts = watch.facts();
    let by = |word: &dyn Fn(&str) -> String| values.iter().map(|v| ((*v).to_owned(), word(v))).collect();
    Ok(match dim {
        Dim::Unit | Dim::Supplier => {
            let ids: Vec<i64> = values.iter().filter_map(|v| v.parse().ok()).collect();
            let mut found = HashMap::new();
            // A thousand names at a time keep a statement small.
            for piece in ids.chunks(1_000) {
                found.extend(base::orgs::names(watch.db(), piece).await?);
            }
            found.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
        }
        Dim::City | Dim::Region => by(&|v| facts.region_name(v)),
        Dim::Category => by(&|v| facts.category_name(v)),
        Dim::Venue => {
            let venues = supply::venues::all(watch.db()).await?;
            let title = |v: &str| venues.iter().find(|x| x.key == v).map_or_else(|| v.to_owned(), |x| x.title.clone());
            by(&|v| if v.is_empty() || v == NONE { "不在场馆".into() } else { title(v) })
        }
        Dim::Mode => by(&|v| mode(v).to_owned()),
        Dim::Form => by(&|v| if v == "auction" { "竞价" } else { "直购" }.to_owned()),
        Dim::Size => by(&|v| size(v).to_owned()),
        Dim::Month | Dim::Fund => by(&|v| v.to_owned()),
    })
}

/// Words for the numbers of orders.
pub async fn numbers(watch: &Watch, orders: &[i64]) -> Result<HashMap<i64, String>> {
    store::numbers(watch.db(), orders).await
}

fn mode(key: &str) -> &'static str {
    match key {
        "batch" => "批量采购",
        "fixed" => "定点采购",
        _ => "超市采购",
    }
}

fn size(key: &str) -> &'static str {
    match key {
        "micro" => "微型企业",
        "small" => "小型企业",
        "medium" => "中型企业",
        _ => "大型企业",
    }
}
