//! Supply: what is sold, by whom, at what price; and finding it.

pub mod admission;
pub mod brands;
pub mod certificates;
pub mod conduct;
pub mod filings;
pub mod intake;
pub mod offers;
pub mod pictures;
pub mod platforms;
pub mod prices;
pub mod shelf;
pub mod suppliers;
pub mod venues;

use axum::extract::FromRef;
use base::access::Actor;
use base::{Base, access};
use kit::seal::Keepers;
use rules::check::Check;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, RwLock};

/// Judges whether the caller may buy `quantity` of an offer directly; given by the trade district, shown on the product page.
pub type Judge = Box<dyn Fn(JudgeAsk) -> kit::BoxFuture<'static, kit::Result<Vec<Check>>> + Send + Sync>;

/// What the product page asks.
pub struct JudgeAsk {
    /// Who asks; None for the public.
    pub actor: Option<Actor>,
    /// Region of the station shown.
    pub station: String,
    /// The offer.
    pub offer: offers::Line,
    /// How many.
    pub quantity: i64,
    /// What the market asks for it; None when too little is known.
    pub reference: Option<rules::price::Reference>,
}

struct Inner {
    base: Base,
    engine: search::Engine,
    judge: OnceLock<Judge>,
    library: filings::Library,
    keepers: Keepers,
    suppliers: RwLock<HashMap<i64, String>>,
}

/// The state of the supply district. Cheap to clone; the base district is reached through it.
#[derive(Clone)]
pub struct Supply {
    inner: Arc<Inner>,
}

impl Supply {
    /// Opens the district; the search engine is filled afterwards, see [`shelf::fill`].
    pub async fn open(base: Base) -> kit::Result<Supply> {
        brands::seed(base.db()).await?;
        let engine = shelf::new_engine(&base);
        let keepers = Keepers::open(&base.settings().keepers)?;
        let inner = Inner {
            base,
            engine,
            judge: OnceLock::new(),
            library: filings::Library::read()?,
            keepers,
            suppliers: RwLock::default(),
        };
        let supply = Supply { inner: Arc::new(inner) };
        supply.reload_suppliers().await?;
        venues::seed(&supply).await?;
        Ok(supply)
    }

    /// The search engine.
    pub fn engine(&self) -> &search::Engine {
        &self.inner.engine
    }

    /// Name of a supplier, from memory.
    pub fn supplier_name(&self, id: i64) -> Option<String> {
        self.inner.suppliers.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).cloned()
    }

    /// Reads the suppliers' names again.
    pub async fn reload_suppliers(&self) -> kit::Result<()> {
        let fresh = shelf::supplier_names(self.db()).await?;
        *self.inner.suppliers.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// The keepers of what is sealed.
    pub fn keepers(&self) -> &Keepers {
        &self.inner.keepers
    }

    /// What is known of goods by category.
    pub fn library(&self) -> &filings::Library {
        &self.inner.library
    }

    /// Sets the judge, once, at start.
    pub fn judge_with(&self, judge: Judge) {
        let _ = self.inner.judge.set(judge);
    }

    pub(crate) fn judge(&self) -> Option<&Judge> {
        self.inner.judge.get()
    }
}

impl Deref for Supply {
    type Target = Base;
    fn deref(&self) -> &Base {
        &self.inner.base
    }
}

impl FromRef<Supply> for Base {
    fn from_ref(s: &Supply) -> Base {
        s.inner.base.clone()
    }
}

/// Runs what is due in the district; returns how much was done.
pub async fn run_due(supply: &Supply) -> kit::Result<usize> {
    let done = conduct::run_due(supply).await? + suppliers::run_due(supply).await?;
    Ok(done + prices::run_due(supply).await? + admission::run_accounts(supply).await?)
}

/// What runs once at the turn of a day; returns how much was done.
pub async fn run_daily(supply: &Supply) -> kit::Result<usize> {
    let done = conduct::roll_over(supply).await? + admission::look_daily(supply).await?;
    let done = done + filings::look_daily(supply).await? + certificates::look_daily(supply).await?;
    Ok(done + admission::end_authorisations(supply).await? + prices::check_all(supply).await?.1)
}

/// What waits for a person in the district, by the page where it is done.
pub async fn waiting(q: &dyn kit::Query, a: &Actor) -> kit::Result<Vec<(&'static str, i64)>> {
    use rules::duty::Duty;
    let own = a.may(Duty::SupplierAdmin) || a.may(Duty::Signer);
    let office = a.may(Duty::Centre) || a.may(Duty::Regulator);
    let mut out = Vec::new();
    if own || office {
        out.push(("/conduct", conduct::waiting(q, &a.scope(), own).await?));
    }
    if a.may(Duty::Centre) {
        out.push(("/filings", filings::waiting(q, &a.scope(), a.person).await?));
        out.push(("/brands", brands::waiting(q).await?));
        out.push(("/admissions", admission::waiting(q, &a.scope()).await?));
        out.push(("/pictures", pictures::waiting(q).await?));
        out.push(("/prices", prices::waiting(q).await?));
    }
    Ok(out)
}

/// Routes of the district.
pub fn routes<S>() -> access::Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    admission::routes()
        .merge(brands::routes())
        .merge(certificates::routes())
        .merge(conduct::routes())
        .merge(filings::routes())
        .merge(intake::routes())
        .merge(offers::routes())
        .merge(pictures::routes())
        .merge(platforms::routes())
        .merge(prices::routes())
        .merge(shelf::routes())
        .merge(suppliers::routes())
        .merge(venues::routes())
}
