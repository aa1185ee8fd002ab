//! What stood beside the offers chosen when an order was placed: kept with the order, its digest in the order's journal entry, so that
//! anybody can later read why this one and not another.
use super::judge::Unit;
use rules::price::quartiles;
use serde_json::{Value, json};
use std::cmp::Reverse;
use supply::offers::Line as Offer;

/// Offers of one line that are written down at most; the chosen one always is, then the cheapest.
pub(super) const OFFERS_MAX: usize = 20;

/// One line of an order as it is compared.
pub(super) struct Chosen<'a> {
    /// The offer that was chosen.
    pub(super) offer: &'a Offer,
    /// How many.
    pub(super) quantity: i64,
}

/// Why an offer was not the one: a stable code. The one chosen says `chosen`.
fn why(o: &Offer, c: &Chosen<'_>, place: &str) -> &'static str {
    match () {
        () if o.offer == c.offer.offer => "chosen",
        () if o.supplier_state != "admitted" => "standing",
        () if o.stops != 0 => "stopped",
        () if !o.reaches(place) => "reach",
        () if o.stock < c.quantity => "stock",
        () if o.price < c.offer.price => "cheaper",
        () if o.price == c.offer.price => "equal",
        () => "dearer",
    }
}

fn one(o: &Offer, why: &str) -> Value {
    let mut out = json!({"offer": o.offer.to_string(), "supplier": o.supplier_name, "price": o.price, "why": why});
    if o.stops != 0 {
        out["stopped"] = json!(supply::offers::stop::words(o.stops));
    }
    out
}

/// The comparison of one order's lines, delivered to a place.
pub(super) fn compared(unit: &Unit, lines: &[Chosen<'_>], place: &str) -> Value {
    let line = |c: &Chosen<'_>| {
        let mut all: Vec<(&Offer, &str)> =
            unit.offered.iter().filter(|o| o.product == c.offer.product).map(|o| (o, why(o, c, place))).collect();
        if !all.iter().any(|(_, w)| *w == "chosen") {
            all.push((c.offer, "chosen"));
        }
        all.sort_by_key(|(o, w)| (Reverse(*w == "chosen"), o.price, o.offer));
        let live: Vec<i64> = all.iter().filter(|(o, _)| o.live()).map(|(o, _)| o.price).collect();
        let reference = unit.references.get(&c.offer.product);
        json!({
            "product": c.offer.product.to_string(), "title": c.offer.title, "brand": c.offer.brand, "model": c.offer.model,
            "unit": c.offer.unit, "quantity": c.quantity, "price": c.offer.price, "live": quartiles(&live),
            "reference": reference.map(|r| json!({"price": r.price, "samples": r.samples})),
            "lowest_30_days": unit.lowest.get(&c.offer.offer),
            "offers": all.iter().take(OFFERS_MAX).map(|(o, w)| one(o, w)).collect::<Vec<_>>(),
            "left_out": all.len().saturating_sub(OFFERS_MAX),
        })
    };
    json!({"v": 1, "lines": lines.iter().map(line).collect::<Vec<_>>()})
}
