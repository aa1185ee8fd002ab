//! A file of observations: every row stands for itself, a second time changes nothing.
use super::flow::{self, Seen};
use crate::{Supply, brands, filings};
use base::access::Actor;
use kit::{Fail, Result};
use rules::Fen;
use rules::calendar::parse_day;
use rules::naming::model_key;

/// The columns, in order.
pub const COLUMNS: [&str; 6] = ["品牌", "型号", "来源", "网址", "日期", "价格（元）"];
/// Most rows of one file.
const ROWS_MAX: usize = 5000;

/// A row that was not taken: its line and why.
pub type Wrong = (usize, String);

/// Records the rows of a file; returns how many stand recorded now, and what is wrong with the others.
pub async fn take(supply: &Supply, actor: &Actor, bytes: &[u8]) -> Result<(usize, Vec<Wrong>)> {
    let library = brands::load(supply.db()).await?;
    let (mut done, mut wrong) = (0, Vec::new());
    for (line, row) in kit::sheet::table(bytes, &COLUMNS, ROWS_MAX)? {
        match one(supply, actor, &library, &row).await {
            Ok(()) => done += 1,
            Err(Fail::Refused(r)) => wrong.push((line, r.words)),
            Err(e) => return Err(e),
        }
    }
    Ok((done, wrong))
}

async fn one(supply: &Supply, actor: &Actor, library: &brands::Brands, row: &[String]) -> Result<()> {
    let at = |i: usize| row.get(i).map_or("", |c| c.trim());
    let no_brand = || Fail::refuse("feed.brand", format!("品牌库里没有“{}”。", at(0)));
    let brand = library.find(at(0)).ok_or_else(no_brand)?;
    let unknown = || Fail::refuse("feed.model", format!("商城里没有 {brand} {}。", at(1)));
    let product = filings::known(supply.db(), brand, &model_key(at(1))).await?.ok_or_else(unknown)?;
    if at(2).is_empty() {
        return Err(Fail::refuse("feed.source", "没有填来源。"));
    }
    let wrong_day = || Fail::refuse("form.day", format!("日期应写成 2026-01-31，现在是“{}”。", at(4)));
    let wrong_price = || Fail::refuse("price.money", format!("价格应填金额（元），现在是“{}”。", at(5)));
    let seen = Seen {
        product,
        source: at(2).chars().take(40).collect(),
        url: at(3).chars().take(500).collect(),
        day: parse_day(at(4)).ok_or_else(wrong_day)?,
        price: Fen::parse_yuan(at(5)).ok_or_else(wrong_price)?.0,
        digest: String::new(),
    };
    flow::record(supply, actor, &seen).await
}
