//! Contracts, payments, goods that come back.
use super::super::facts::prices::store as prices;
use super::{Case, Sheet};
use kit::Result;
use rules::alert::past::days_before;
use rules::alert::w10_deal_price::Market;
use rules::alert::{m05_only_here, m17_returns, r016_outlier, r059_contract, r068_overpaid, w10_deal_price};
use rules::calendar::day_of;
use rules::price::bands;

/// How far back deals are compared, days.
const YEAR: i64 = 365;

/// Looks at a contract that took effect.
pub(super) async fn concluded(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    let (lines, day, unit) = (c.lines(), day_of(c.e.at), c.o.unit);
    let markets: Vec<Option<i64>> =
        c.e.data["lines"].as_array().into_iter().flatten().map(|l| l["market"].as_i64()).collect();
    for (i, l) in lines.iter().enumerate() {
        let t = c.terms().of(&l.category);
        let key = || format!("{}/{}", c.id, if l.product == 0 { i as i64 } else { l.product });
        let class = c.a.class(&l.category, c.id);
        if l.product == 0 {
            let outcome = r016_outlier::judge(l.price, &[], &class, r016_outlier::most(t));
            c.note(sheet, &r016_outlier::RULE, (key(), unit), "", outcome);
            continue;
        }
        let page = format!("/prices/{0} /deals?product={0}", l.product);
        let (seen, ..) = c.a.outside(l.product);
        let market = match markets.get(i).copied().flatten() {
            Some(m) => Market::Known(m),
            None if seen > 0 => Market::Stale,
            None => Market::Unknown,
        };
        let outcome = w10_deal_price::judge(l.price, market, bands(&c.facts.rulebook, c.path, &l.category, day));
        c.note(sheet, &w10_deal_price::RULE, (key(), unit), &page, outcome);
        let same = c.a.deals(l.product, c.id, c.e.at);
        let outcome = r016_outlier::judge(l.price, &same, &class, r016_outlier::most(t));
        c.note(sheet, &r016_outlier::RULE, (key(), unit), &page, outcome);
        only_here(c, (l.product, l.price), m05_only_here::least(t), sheet).await?;
    }
    let award: i64 = lines.iter().map(|l| l.listed * l.quantity).sum();
    let contract: i64 = lines.iter().map(|l| l.price * l.quantity).sum();
    let p = r059_contract::params(c.terms());
    let outcome = r059_contract::judge((award, contract), (c.o.made_at, c.e.at), p);
    c.note(sheet, &r059_contract::RULE, (c.id.to_string(), unit), "", outcome);
    Ok(())
}

/// Is a model sold here only?
async fn only_here(c: &Case<'_>, (product, price): (i64, i64), least: i64, sheet: &mut Sheet) -> Result<()> {
    let (seen, links, twin) = c.a.outside(product);
    // Deals matter only where nobody sells it outside.
    let deals = match seen + links {
        0 => c.a.deals_since(c.q, product, c.e.at).await?,
        _ => 0,
    };
    let f = m05_only_here::Figures { deals, links, seen, price, twin };
    let key = format!("{product}/{}", c.year());
    let page = format!("/products/{product} /deals?product={product}");
    c.note(sheet, &m05_only_here::RULE, (key, c.o.supplier), &page, m05_only_here::judge(&f, least));
    Ok(())
}

/// Looks at a payment that was made.
pub(super) fn paid(c: &Case<'_>, sheet: &mut Sheet) {
    let Some(o) = c.a.clock(c.id) else { return };
    let (paid, contract) = (o.paid, o.signed.map(|_| c.o.total));
    let key = c.e.data["payment"].as_str().unwrap_or_default().to_owned();
    c.note(sheet, &r068_overpaid::RULE, (key, c.o.unit), "", r068_overpaid::judge(paid, contract));
}

/// Goods come back: more often than others?
pub(super) async fn returned(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    let (supplier, from) = (c.o.supplier, days_before(c.e.at, YEAR));
    for l in c.lines().iter().filter(|l| l.product != 0) {
        let own = prices::returns(c.q, l.product, supplier, from).await?;
        if own.1 == 0 {
            continue;
        }
        let outcome = m17_returns::judge(own, prices::class_returns(c.q, &l.category, from).await?);
        let key = format!("{supplier}/{}/{}", l.product, c.year());
        c.note(sheet, &m17_returns::RULE, (key, supplier), &format!("/products/{}", l.product), outcome);
    }
    Ok(())
}
