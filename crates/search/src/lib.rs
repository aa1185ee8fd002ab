//! Catalogue search: Chinese titles, model numbers, filters, counts, suggestions. All in memory, no IO.
//!
//! Chinese text is indexed by single characters and by pairs, so a title that contains the words is always found;
//! the query is cut into known words (brands, categories, synonyms) where it can be. Model numbers meet whatever their
//! width, case and hyphens. One result stands for one product, whatever number of suppliers offer it.
//! Changes are seen by the next search. The journal number of the last change is kept so that a follower can go on.

mod find;
mod index;
mod ladder;
mod suggest;
mod text;
mod variants;

use index::Index;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

pub use text::fold;

/// A product to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Id.
    pub id: i64,
    /// Category code, such as A05040101.
    pub category: String,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Title.
    pub title: String,
    /// Category names and other words people use.
    pub words: String,
    /// Attributes.
    pub attrs: Vec<(String, String)>,
    /// Flags, a bit each.
    pub flags: u32,
    /// Name of its picture, handed back as it came; empty for none.
    pub picture: String,
}

/// An offer of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Id.
    pub id: i64,
    /// Product id.
    pub product: i64,
    /// Supplier id.
    pub supplier: i64,
    /// Price of one, fen.
    pub price: i64,
    /// How many there are.
    pub stock: i64,
    /// Region codes it reaches; an upper one covers all below it.
    pub areas: Vec<String>,
    /// Sold so far.
    pub sales: i64,
    /// Supplier's credit score.
    pub credit: i32,
    /// Last change, ms UTC.
    pub at: i64,
}

/// A change of what can be found.
#[derive(Clone, Debug)]
pub enum Change {
    /// A product is there or has other words.
    Product(Product),
    /// A product is gone with its offers.
    DropProduct(i64),
    /// An offer is there or has another price, stock or reach. Its product comes first.
    Offer(Offer),
    /// An offer is gone.
    DropOffer(i64),
    /// So many more of a product were sold.
    Sales {
        /// Product id.
        product: i64,
        /// How many more.
        sold: i64,
    },
}

/// A region and the one above it.
#[derive(Clone, Debug)]
pub struct Region {
    /// Code.
    pub code: String,
    /// Code above, None for the top.
    pub parent: Option<String>,
}

/// In which order results come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Best match first.
    #[default]
    Relevance,
    /// Cheapest first.
    PriceUp,
    /// Dearest first.
    PriceDown,
    /// Most sold first.
    Sales,
    /// Latest change first.
    Newest,
}

/// What is looked for. Empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// Words.
    pub text: String,
    /// Category prefix, such as A0504.
    pub category: Option<String>,
    /// Any of these brands.
    pub brands: Vec<String>,
    /// Offers of one supplier.
    pub supplier: Option<i64>,
    /// All of these flags.
    pub flags: u32,
    /// Offers that reach this region.
    pub region: Option<String>,
    /// From this price, fen.
    pub price_min: Option<i64>,
    /// Up to this price, fen.
    pub price_max: Option<i64>,
    /// All of these attributes; several values of one name mean any of them.
    pub attrs: Vec<(String, String)>,
    /// Only offers in stock.
    pub in_stock: bool,
    /// Order.
    pub sort: Sort,
    /// Page from 1.
    pub page: usize,
    /// Results of a page.
    pub size: usize,
}

/// One result: a product with its best fitting offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Product id.
    pub product: i64,
    /// The cheapest offer that fits.
    pub best_offer: i64,
    /// Its price, fen.
    pub price: i64,
    /// How many offers fit.
    pub offers: u32,
    /// Sold so far.
    pub sales: i64,
}

/// The answer: a page of results and the counts of each filter, each count leaving its own filter out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Results over all pages.
    pub total: usize,
    /// This page.
    pub hits: Vec<Hit>,
    /// Brands, most first.
    pub brands: Vec<(String, usize)>,
    /// Categories, most first.
    pub categories: Vec<(String, usize)>,
    /// Flags.
    pub flags: Vec<(u32, usize)>,
    /// Attribute names with their values, most first.
    pub attrs: Vec<(String, Vec<(String, usize)>)>,
    /// Price bands: from, below, count.
    pub price_bands: Vec<(i64, Option<i64>, usize)>,
    /// What was relaxed because nothing fitted exactly, in Chinese.
    pub relaxed: Option<String>,
    /// Time taken, microseconds.
    pub micros: u64,
}

/// A completion of what is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Text to show.
    pub text: String,
    /// 商品, 品目 or 品牌.
    pub kind: &'static str,
    /// What to search for: words, category code or brand.
    pub value: String,
    /// Products behind it.
    pub count: usize,
}

/// Answers kept until the next change.
const ANSWERS_KEPT: usize = 4096;

/// The engine. Searches run side by side; a change waits for them only for an instant.
pub struct Engine {
    index: RwLock<Index>,
    position: AtomicI64,
    kept: Mutex<HashMap<Query, Arc<Answer>>>,
}

impl Engine {
    /// An empty engine that knows synonyms (lines `a|b|c`), regions and category names.
    pub fn new(synonyms: &str, regions: &[Region], category_names: &[(String, String)]) -> Engine {
        let index = RwLock::new(Index::new(synonyms, regions, category_names));
        Engine { index, position: AtomicI64::new(0), kept: Mutex::default() }
    }

    /// Journal number up to which changes were applied.
    pub fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    /// Applies changes; the next search sees them.
    pub fn apply(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut index = self.index.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for c in changes {
            index.change(c);
        }
        // Under the write lock: no answer of the old index can be kept after this.
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }

    /// Notes that everything up to this journal number was applied.
    pub fn reached(&self, position: i64) {
        self.position.store(position, Ordering::Release);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut index = self.index.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        index.clear();
        self.reached(0);
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }

    /// Finds products.
    pub fn search(&self, q: &Query) -> Answer {
        let began = std::time::Instant::now();
        let index = self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(q).cloned();
        let answer = known.unwrap_or_else(|| {
            let fresh = Arc::new(find::search(&index, q));
            let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if kept.len() >= ANSWERS_KEPT {
                kept.clear();
            }
            kept.insert(q.clone(), fresh.clone());
            fresh
        });
        Answer { micros: began.elapsed().as_micros() as u64, ..(*answer).clone() }
    }

    /// Completes what is being typed: Chinese, Latin, pinyin in full or by initials.
    pub fn suggest(&self, words: &str, limit: usize) -> Vec<Suggestion> {
        suggest::suggest(&self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner), words, limit)
    }

    /// A product by id.
    pub fn product(&self, id: i64) -> Option<Arc<Product>> {
        self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner).product(id)
    }

    /// The offers of a product, cheapest first.
    pub fn offers(&self, product: i64) -> Vec<Offer> {
        self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner).offers(product)
    }

    /// Products that can be found.
    pub fn len(&self) -> usize {
        self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }

    /// Is there nothing to find?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
