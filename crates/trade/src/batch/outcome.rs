//! How a unit's demand found its supplier, as the public may read it once there is an order.
use super::store;
use kit::{Query, Result};

/// An offer for the package of a demand.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Who.
    pub supplier: i64,
    /// Brand and model offered.
    pub goods: String,
    /// Price of one, fen; 0 for a seal that held nothing readable.
    pub price: i64,
    /// How many at most.
    pub most: i64,
    /// How many were awarded to it, over all units.
    pub awarded: i64,
    /// When it came, ms UTC.
    pub at: i64,
}

/// How a demand was met.
#[derive(Clone, Debug)]
pub struct Met {
    /// Round.
    pub round: i64,
    /// Its number.
    pub number: String,
    /// Package.
    pub package: String,
    /// Price of one on the shelf when the round was opened, fen.
    pub shelf: i64,
    /// At most so many winners a package.
    pub winners: i64,
    /// The auction that decided, where one did.
    pub auction: Option<i64>,
    /// Offers, the lowest first; none where an auction decided.
    pub offers: Vec<Offer>,
}

/// How the demand of a project was met.
pub async fn met(q: &dyn Query, demand: i64) -> Result<Met> {
    let (round, package) = store::demand(q, demand).await?;
    let (r, p) = (store::round(q, round).await?, store::package(q, package).await?);
    let offer = |o: store::Offered| Offer {
        supplier: o.supplier,
        goods: format!("{} {}", o.brand, o.model).trim().to_owned(),
        price: o.price,
        most: o.most,
        awarded: o.awarded,
        at: o.at,
    };
    let mut offers: Vec<Offer> = store::offers(q, package).await?.into_iter().map(offer).collect();
    offers.sort_by_key(|o| (o.price == 0, o.price, o.at, o.supplier));
    let auction = crate::projects::store::of_parent(q, package, "auction").await?.first().map(|a| a.id);
    Ok(Met {
        round,
        number: r.number,
        package: p.title,
        shelf: p.shelf,
        winners: r.winners,
        auction,
        offers: if auction.is_some() { Vec::new() } else { offers },
    })
}
