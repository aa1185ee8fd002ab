//! Taking goods in: what takes effect at once, what waits, what is not accepted at all.
use super::store::{self, Filing, Own, There};
use crate::offers::{Line, NewOffer, NewProduct, Put, put, stop};
use crate::{Supply, brands, certificates, pictures, prices, shelf};
use base::access::Actor;
use kit::{Fail, Result, Tx};
use rules::calendar::{Day, day_of};
use rules::goods::{Finding, Item, Known, Weight, examine, gravest, renamed, spec_of};
use rules::price::{bands, distance};
use rules::rulebook::{Scope, in_list};
use rules::{Fen, naming};
use serde_json::json;
use std::collections::HashMap;

/// Siblings looked at.
const SIBLINGS: usize = 200;

/// What became of goods that somebody brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// On the shelf, new or changed: offer and product.
    Done(i64, i64),
    /// Nothing to do.
    Same,
    /// A part took effect (product given) or nothing; the rest waits for review.
    Waits(i64, Option<i64>),
    /// Not accepted: why, in words.
    Refused(String),
}

/// Who brings goods, and how.
pub struct Desk<'a> {
    /// The district.
    pub supply: &'a Supply,
    /// Region of the supplier.
    pub region: &'a str,
    /// Kind of the supplier.
    pub kind: &'a str,
    /// `page`, `file`, `api`, `folder`, `pull`.
    pub via: &'a str,
    /// Person.
    pub person: i64,
    /// How many offers the supplier keeps, by the first five characters of the category.
    pub kept: HashMap<String, i64>,
}

impl<'a> Desk<'a> {
    /// A desk for a supplier's goods.
    pub async fn of(
        supply: &'a Supply,
        q: &dyn kit::Query,
        (supplier, region, kind): (i64, &'a str, &'a str),
        via: &'a str,
        person: i64,
    ) -> Result<Desk<'a>> {
        Ok(Desk { supply, region, kind, via, person, kept: store::kept(q, supplier).await? })
    }

    fn flag(&self, key: &str, category: &str, today: Day) -> bool {
        let scope = Scope { mode: None, form: None, category: Some(category), amount: None };
        self.supply.facts().rule(key, self.region, &scope, today).and_then(|e| e.flag()).unwrap_or(false)
    }

    /// How many more of a category the supplier may keep; None for no limit. E-commerce suppliers list their whole shop.
    fn room(&self, category: &str, today: Day) -> Option<i64> {
        if self.kind == "电商" {
            return None;
        }
        let scope = Scope { mode: None, form: None, category: Some(category), amount: None };
        let most = self.supply.facts().rule("offer.count_max", self.region, &scope, today)?.int()?;
        let kept = self.kept.get(category.get(..5).unwrap_or(category)).copied().unwrap_or(0);
        Some(most - kept)
    }
}

/// Takes goods in. The caller journals what took effect; what waits is journalled here.
pub async fn file(desk: &mut Desk<'_>, tx: &Tx<'_>, n: &NewOffer) -> Result<Filed> {
    let today = day_of(tx.now());
    // Another way to write a model is that model.
    let known = brands::model_of(tx, &n.product.brand, &naming::model_key(&n.product.model)).await?;
    let n = &match known {
        Some(model) => NewOffer { product: NewProduct { model, ..n.product.clone() }, ..n.clone() },
        None => n.clone(),
    };
    let key = naming::model_key(&n.product.model);
    if let Some(words) = certificates::fault(tx, &n.product, today).await? {
        return Ok(Filed::Refused(words));
    }
    let there = store::there(tx, &n.product.brand, &key, n.supplier).await?;
    match &there {
        Some(There { product, attrs, offer: Some(own) }) => {
            change(desk, tx, n, &key, (*product, attrs), *own, today).await
        }
        _ => bring(desk, tx, n, &key, there.as_ref(), today).await,
    }
}

/// A listing that is not there yet.
async fn bring(
    desk: &mut Desk<'_>,
    tx: &Tx<'_>,
    n: &NewOffer,
    key: &str,
    there: Option<&There>,
    today: Day,
) -> Result<Filed> {
    let category = n.product.category.clone();
    if desk.room(&category, today).is_some_and(|room| room <= 0) {
        return Ok(Filed::Refused("这个品目的商品已到本店数量上限，请先下架不卖的。".into()));
    }
    if let Some(words) = too_dear(desk.supply, tx, there.map(|t| t.product), &category, n.price, today).await? {
        return Ok(Filed::Refused(words));
    }
    let found = look(desk, tx, n, key, there).await?;
    let all = review_all(desk, &category, today);
    match gravest(&found) {
        Some(Weight::Refuse) => {
            let words = found.iter().filter(|f| f.weight == Weight::Refuse).map(|f| f.words.as_str());
            Ok(Filed::Refused(words.collect::<Vec<_>>().join("；")))
        }
        weight if all || weight == Some(Weight::Review) => {
            let id = wait(desk, tx, n, key, ("new", None, json!({})), &found, today).await?;
            Ok(Filed::Waits(id, None))
        }
        _ => {
            let (did, product) = put(tx, n).await?;
            *desk.kept.entry(category.get(..5).unwrap_or(&category).to_owned()).or_insert(0) += 1;
            Ok(match did {
                Put::Made(offer) | Put::Changed(offer) => Filed::Done(offer, product),
                Put::Same(_) => Filed::Same,
            })
        }
    }
}

fn review_all(desk: &Desk<'_>, category: &str, today: Day) -> bool {
    let scope = Scope { mode: None, form: None, category: Some(category), amount: None };
    let facts = desk.supply.facts();
    facts.rule("offer.review", desk.region, &scope, today).is_some_and(|e| e.text() == Some("all"))
}

/// A supplier asks more for an offer, on the page. False when the rulebook lets it: then the caller changes the price.
pub(crate) async fn rise(supply: &Supply, tx: &Tx<'_>, actor: &Actor, old: &Line, price: i64) -> Result<bool> {
    let today = day_of(tx.now());
    if let Some(words) = too_dear(supply, tx, Some(old.product), &old.category, price, today).await? {
        return Err(Fail::field("price", "offer.too_dear", words));
    }
    let desk =
        Desk { supply, region: &actor.region, kind: "", via: "page", person: actor.person, kept: HashMap::new() };
    if !desk.flag("offer.review_price_rise", &old.category, today) {
        return Ok(false);
    }
    let p = shelf::product(tx, old.product).await?;
    let product = NewProduct {
        category: p.category,
        brand: p.brand,
        model: p.model,
        title: p.title,
        unit: p.unit,
        attrs: p.attrs,
        words: p.words,
        flags: p.flags,
        origin: p.origin,
        certificate: p.certificate,
        per_unit: p.per_unit,
    };
    let key = naming::model_key(&product.model);
    let n = NewOffer {
        product,
        supplier: old.supplier,
        price,
        stock: old.stock,
        areas: old.areas.clone(),
        link: old.link.clone(),
    };
    wait(&desk, tx, &n, &key, ("price", Some(old.offer), json!({"price": old.price, "off": false})), &[], today)
        .await?;
    if desk.flag("offer.review_hides", &n.product.category, today) {
        stop::set(tx, old.offer, stop::REVIEW, true).await?;
    }
    Ok(true)
}

/// A change of a listing that is there.
async fn change(
    desk: &Desk<'_>,
    tx: &Tx<'_>,
    n: &NewOffer,
    key: &str,
    (product, attrs): (i64, &Vec<(String, String)>),
    own: Own,
    today: Day,
) -> Result<Filed> {
    let Own { id: offer, price, off } = own;
    let category = &n.product.category;
    let mut waits = None;
    let rise = n.price > price && desk.flag("offer.review_price_rise", category, today);
    if rise {
        let what = ("price", Some(offer), json!({"price": price, "off": off}));
        let found = look(desk, tx, n, key, None).await?;
        waits = Some(wait(desk, tx, n, key, what, &found, today).await?);
    }
    let other = !n.product.attrs.is_empty() && !same(&n.product.attrs, attrs);
    if other {
        let what = ("params", Some(offer), json!({"attrs": attrs}));
        let found = look(desk, tx, n, key, None).await?;
        waits = Some(wait(desk, tx, n, key, what, &found, today).await?);
    }
    // What is off the shelf does not come back at a price its supplier no longer asks.
    if let (Some(id), true, true) = (waits, rise, off) {
        return Ok(Filed::Waits(id, None));
    }
    // Stock, areas, link and a lower price need nobody.
    let now = NewOffer { price: if rise { price } else { n.price }, ..n.clone() };
    let (did, _) = put(tx, &now).await?;
    if waits.is_some() && desk.flag("offer.review_hides", category, today) {
        stop::set(tx, offer, stop::REVIEW, true).await?;
    }
    Ok(match (waits, did) {
        (Some(id), Put::Same(_)) => Filed::Waits(id, None),
        (Some(id), _) => Filed::Waits(id, Some(product)),
        (None, Put::Same(_)) => Filed::Same,
        (None, Put::Made(o) | Put::Changed(o)) => Filed::Done(o, product),
    })
}

fn same(a: &[(String, String)], b: &[(String, String)]) -> bool {
    let keys = |list: &[(String, String)]| {
        let mut all: Vec<_> = list.iter().map(|(k, v)| (naming::model_key(k), naming::model_key(v))).collect();
        all.sort();
        all
    };
    keys(a) == keys(b)
}

/// The words of a refusal when the market's reference says that nobody may order at this price.
async fn too_dear(
    supply: &Supply,
    q: &dyn kit::Query,
    product: Option<i64>,
    category: &str,
    price: i64,
    today: Day,
) -> Result<Option<String>> {
    let Some(product) = product else { return Ok(None) };
    let facts = supply.facts();
    let (root, path) = (&facts.root, facts.path(&facts.root));
    let Some(r) = prices::references_by(supply, q, root, &[product]).await?.remove(&product) else { return Ok(None) };
    let Some(bands) = bands(&facts.rulebook, &path, category, today) else { return Ok(None) };
    let band = bands.band(price, r.price);
    Ok(bands.blocks(band).then(|| {
        format!(
            "报价 {} 比市场参考价 {} {}（{}），不能上架，请降价。",
            Fen(price).yuan(),
            Fen(r.price).yuan(),
            distance(price, r.price),
            band.label()
        )
    }))
}

/// What the machine finds in goods.
async fn look(desk: &Desk<'_>, tx: &Tx<'_>, n: &NewOffer, key: &str, there: Option<&There>) -> Result<Vec<Finding>> {
    let p = &n.product;
    let library = desk.supply.library();
    let found = store::siblings(tx, &p.brand, &p.category, key, n.supplier, SIBLINGS).await?;
    let mut like: Vec<(bool, store::Sibling)> =
        found.into_iter().filter(|s| renamed(&s.model, &p.model)).map(|s| (false, s)).collect();
    like.extend(pictured(tx, n, key).await?.into_iter().map(|s| (true, s)));
    let attrs = |s: &store::Sibling| serde_json::from_str::<Vec<(String, String)>>(&s.attrs).unwrap_or_default();
    let like: Vec<_> = like.into_iter().map(|(picture, s)| (attrs(&s), picture, s)).collect();
    let known: Vec<Known<'_>> = like
        .iter()
        .map(|(attrs, picture, s)| Known {
            model: &s.model,
            unit: &s.unit,
            attrs,
            price: s.price,
            own: s.own,
            market: s.market,
            picture: *picture,
        })
        .collect();
    let seen = match there {
        Some(t) => store::observed(tx, t.product).await?,
        None => false,
    };
    let item = Item {
        model: &p.model,
        title: &p.title,
        unit: &p.unit,
        attrs: &p.attrs,
        per_unit: &p.per_unit,
        price: n.price,
        market: !n.link.is_empty() || seen,
    };
    Ok(examine(&item, spec_of(&library.specs, &p.category), &known, &library.words))
}

/// Products under another name that show nearly the picture these goods brought along.
async fn pictured(tx: &Tx<'_>, n: &NewOffer, key: &str) -> Result<Vec<store::Sibling>> {
    let p = &n.product;
    let goods = pictures::Goods {
        brand: p.brand.clone(),
        model: p.model.clone(),
        key: key.to_owned(),
        category: p.category.clone(),
    };
    let mut out = Vec::new();
    for picture in pictures::of_goods(tx, &p.brand, key).await? {
        if picture.supplier != n.supplier {
            continue;
        }
        for a in pictures::alike(tx, &goods, picture.print).await? {
            out.extend(store::sibling(tx, &a.brand, &a.key, n.supplier).await?);
        }
    }
    Ok(out)
}

/// Does what waits ask for the same as this?
fn same_wish(kind: &str, after: &str, n: &NewOffer) -> bool {
    let Ok(was) = serde_json::from_str::<NewOffer>(after) else { return false };
    match kind {
        "price" => was.price == n.price,
        "params" => same(&was.product.attrs, &n.product.attrs),
        _ => was.price == n.price && was.product.title == n.product.title && same(&was.product.attrs, &n.product.attrs),
    }
}

/// Puts a filing into the queue. The same wish again keeps its place there, and what reviewers have found.
async fn wait(
    desk: &Desk<'_>,
    tx: &Tx<'_>,
    n: &NewOffer,
    key: &str,
    (kind, offer, before): (&str, Option<i64>, serde_json::Value),
    found: &[Finding],
    today: Day,
) -> Result<i64> {
    if let Some(open) = store::open(tx, n.supplier, &n.product.brand, key, kind).await?
        && same_wish(kind, &open.after, n)
    {
        return Ok(open.id);
    }
    let facts = desk.supply.facts();
    let category = &n.product.category;
    let scope = Scope { mode: None, form: None, category: Some(category), amount: None };
    let double = facts.rule("offer.review_double", desk.region, &scope, today);
    let twice = double.as_ref().and_then(|e| e.list()).is_some_and(|list| in_list(category, list));
    let clock = if kind == "new" { "clock.listing_review" } else { "clock.change_review" };
    let findings: Vec<_> =
        found.iter().map(|f| json!({"code": f.code, "weight": f.weight.key(), "words": f.words})).collect();
    let f = Filing {
        id: 0,
        supplier: n.supplier,
        region: desk.region.to_owned(),
        kind: kind.to_owned(),
        brand: n.product.brand.clone(),
        model_key: key.to_owned(),
        category: category.clone(),
        title: n.product.title.clone(),
        offer,
        before: before.to_string(),
        after: serde_json::to_string(n).map_err(Fail::fault)?,
        findings: serde_json::Value::Array(findings).to_string(),
        via: desk.via.to_owned(),
        person: desk.person,
        needs: if twice { 2 } else { 1 },
        state: "waiting".into(),
        made_at: tx.now(),
        due: facts.clock(clock, desk.region, &scope, tx.now()).map(|d| d.at),
        reason: String::new(),
        version: 1,
    };
    let id = store::add(tx, &f).await?;
    let codes: Vec<&str> = found.iter().map(|f| f.code).collect();
    tx.journal(kit::Entry {
        region: desk.region.to_owned(),
        room: "filings",
        kind: "filing.made",
        subject: format!("filing/{id}"),
        actor: desk.person,
        via: if desk.via == "page" { "page" } else { "file" },
        data: json!({
            "supplier": n.supplier.to_string(), "kind": kind, "brand": f.brand, "model": n.product.model, "price": n.price,
            "findings": codes, "needs": f.needs, "due": f.due,
        }),
    })
    .await?;
    Ok(id)
}
