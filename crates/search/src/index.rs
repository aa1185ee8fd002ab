//! What can be found, in memory: postings of tokens, columns of offers.
use crate::text::{Run, fold, pairs, runs};
use crate::{Change, Offer, Product, Region};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Where a token stood in a product: bits of a posting.
pub(crate) const IN_TITLE: u32 = 1;
pub(crate) const IN_BRAND: u32 = 2;
pub(crate) const IN_MODEL: u32 = 4;
pub(crate) const IN_WORDS: u32 = 8;
pub(crate) const IN_ATTRS: u32 = 16;
const BITS: u32 = 5;
/// Products an index can hold: the rest of 32 bits.
const DOCS_MAX: usize = 1 << (32 - BITS);

/// Regions an offer reaches, a bit each.
pub(crate) type Reach = [u64; 4];

/// An offer as a column entry.
#[derive(Clone, Debug)]
pub(crate) struct Col {
    pub(crate) id: i64,
    pub(crate) supplier: i64,
    pub(crate) price: i64,
    pub(crate) stock: i64,
    pub(crate) reach: Reach,
    pub(crate) areas: Arc<[String]>,
    pub(crate) credit: i32,
    pub(crate) at: i64,
}

/// What most filters ask of a product, side by side in memory: scanning all of them touches nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Quick {
    pub(crate) brand: u32,
    pub(crate) category: u32,
    pub(crate) flags: u32,
    pub(crate) alive: bool,
    /// Exactly one offer, whose columns follow; others are looked up in the document.
    pub(crate) single: bool,
    pub(crate) price: i64,
    pub(crate) stock: i64,
    pub(crate) supplier: i64,
    pub(crate) reach: Reach,
}

pub(crate) struct Doc {
    pub(crate) product: Arc<Product>,
    pub(crate) brand: u32,
    pub(crate) category: u32,
    pub(crate) offers: Vec<Col>,
    pub(crate) sales: i64,
    /// Numbers of its attribute pairs in [`Index::pairs`].
    pub(crate) attrs: Box<[u32]>,
}

/// A list of strings by number.
#[derive(Default)]
pub(crate) struct Names {
    by_name: HashMap<String, u32>,
    pub(crate) list: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(n) = self.by_name.get(name) {
            return *n;
        }
        let n = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.by_name.insert(name.to_owned(), n);
        n
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }
}

#[derive(Default)]
pub(crate) struct Index {
    pub(crate) docs: Vec<Doc>,
    pub(crate) quick: Vec<Quick>,
    /// Attribute pairs, name and value joined by a line break.
    pub(crate) pairs: Names,
    by_product: HashMap<i64, u32>,
    by_offer: HashMap<i64, u32>,
    postings: HashMap<Box<str>, Vec<u32>>,
    /// Latin tokens in order, for prefixes and typing errors.
    pub(crate) latin: BTreeMap<Box<str>, ()>,
    pub(crate) brands: Names,
    pub(crate) categories: Names,
    pub(crate) category_names: HashMap<String, String>,
    region_bits: HashMap<String, usize>,
    reach_of: HashMap<String, Reach>,
    areas: HashMap<String, Arc<[String]>>,
    /// Words whose bounds are known: brands, category names, synonyms.
    pub(crate) words: HashSet<String>,
    pub(crate) word_max: usize,
    /// Words that mean the same, by each of them.
    pub(crate) synonyms: HashMap<String, Vec<String>>,
    dead: usize,
}

impl Index {
    pub(crate) fn new(synonyms: &str, regions: &[Region], category_names: &[(String, String)]) -> Index {
        let mut index = Index::default();
        for (i, r) in regions.iter().enumerate() {
            assert!(i < 256, "more than 256 regions");
            index.region_bits.insert(r.code.clone(), i);
        }
        for r in regions {
            // Every region is reached by its own code and by those above it.
            let bit = index.region_bits[&r.code];
            let mut at = Some(r);
            while let Some(up) = at {
                let reach = index.reach_of.entry(up.code.clone()).or_default();
                reach[bit / 64] |= 1 << (bit % 64);
                at = up.parent.as_ref().and_then(|p| regions.iter().find(|r| r.code == *p));
            }
        }
        for line in synonyms.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let group: Vec<String> = line.split('|').map(fold).filter(|w| !w.is_empty()).collect();
            for w in &group {
                let others = index.synonyms.entry(w.clone()).or_default();
                others.extend(group.iter().filter(|o| *o != w).cloned());
                index.add_word(w.clone());
            }
        }
        for (code, name) in category_names {
            index.category_names.insert(code.clone(), name.clone());
            index.add_word(fold(name));
        }
        index
    }

    fn add_word(&mut self, word: String) {
        let n = word.chars().count();
        if n >= 2 {
            self.word_max = self.word_max.max(n.min(12));
            self.words.insert(word);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.docs.clear();
        self.quick.clear();
        self.by_product.clear();
        self.by_offer.clear();
        self.postings.clear();
        self.latin.clear();
        self.dead = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.docs.len() - self.dead
    }

    pub(crate) fn product(&self, id: i64) -> Option<Arc<Product>> {
        Some(self.docs[*self.by_product.get(&id)? as usize].product.clone())
    }

    pub(crate) fn offers(&self, id: i64) -> Vec<Offer> {
        let Some(doc) = self.by_product.get(&id).map(|d| &self.docs[*d as usize]) else { return Vec::new() };
        let offer = |c: &Col| Offer {
            id: c.id,
            product: id,
            supplier: c.supplier,
            price: c.price,
            stock: c.stock,
            areas: c.areas.to_vec(),
            sales: doc.sales,
            credit: c.credit,
            at: c.at,
        };
        doc.offers.iter().map(offer).collect()
    }

    /// The bit of a region, None when it is unknown.
    pub(crate) fn region_bit(&self, code: &str) -> Option<usize> {
        self.region_bits.get(code).copied()
    }

    /// Postings of a token: document << 5 | where.
    pub(crate) fn postings(&self, token: &str) -> &[u32] {
        self.postings.get(token).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn doc(&self, posting: u32) -> u32 {
        posting >> BITS
    }

    pub(crate) fn place(&self, posting: u32) -> u32 {
        posting & ((1 << BITS) - 1)
    }

    pub(crate) fn change(&mut self, c: Change) {
        match c {
            Change::Product(p) => self.put_product(p),
            Change::DropProduct(id) => self.drop_product(id),
            Change::Offer(o) => self.put_offer(o),
            Change::DropOffer(id) => self.drop_offer(id),
            Change::Sales { product, sold } => {
                if let Some(d) = self.by_product.get(&product) {
                    self.docs[*d as usize].sales += sold;
                }
            }
        }
    }

    fn put_product(&mut self, p: Product) {
        let old = self.by_product.get(&p.id).copied();
        if let Some(d) = old {
            if *self.docs[d as usize].product == p {
                return;
            }
            self.quick[d as usize].alive = false;
            self.dead += 1;
        }
        let (offers, sales) = match old {
            Some(d) => (std::mem::take(&mut self.docs[d as usize].offers), self.docs[d as usize].sales),
            None => (Vec::new(), 0),
        };
        let n = self.docs.len();
        assert!(n < DOCS_MAX, "the index is full");
        let mut places: HashMap<String, u32> = HashMap::new();
        tokens(&p.title, IN_TITLE, &mut places);
        tokens(&p.brand, IN_BRAND, &mut places);
        tokens(&p.model, IN_MODEL, &mut places);
        // A model number written with spaces meets the one without.
        let key: String = fold(&p.model).chars().filter(|c| c.is_alphanumeric()).collect();
        if !key.is_empty() {
            *places.entry(key).or_default() |= IN_MODEL;
        }
        tokens(&p.words, IN_WORDS, &mut places);
        for (_, v) in &p.attrs {
            tokens(v, IN_ATTRS, &mut places);
        }
        for (token, place) in places {
            if token.as_bytes()[0].is_ascii_alphanumeric() && !self.latin.contains_key(token.as_str()) {
                self.latin.insert(token.as_str().into(), ());
            }
            self.postings.entry(token.into()).or_default().push((n as u32) << BITS | place);
        }
        let brand = self.brands.number(&p.brand);
        self.add_word(fold(&p.brand));
        let category = self.categories.number(&p.category);
        for o in &offers {
            self.by_offer.insert(o.id, n as u32);
        }
        self.by_product.insert(p.id, n as u32);
        let attrs = p.attrs.iter().map(|(k, v)| self.pairs.number(&format!("{k}\n{v}"))).collect();
        let zero = Reach::default();
        let flags = p.flags;
        self.quick.push(Quick {
            brand,
            category,
            flags,
            alive: true,
            single: false,
            price: 0,
            stock: 0,
            supplier: 0,
            reach: zero,
        });
        self.docs.push(Doc { product: Arc::new(p), brand, category, offers, sales, attrs });
        self.refresh(n as u32);
    }

    fn drop_product(&mut self, id: i64) {
        if let Some(d) = self.by_product.remove(&id) {
            self.quick[d as usize].alive = false;
            let doc = &mut self.docs[d as usize];
            self.dead += 1;
            for o in std::mem::take(&mut doc.offers) {
                self.by_offer.remove(&o.id);
            }
        }
    }

    fn put_offer(&mut self, o: Offer) {
        let Some(d) = self.by_product.get(&o.product).copied() else { return };
        self.drop_offer(o.id);
        let mut reach = Reach::default();
        for a in &o.areas {
            if let Some(r) = self.reach_of.get(a) {
                (0..reach.len()).for_each(|i| reach[i] |= r[i]);
            }
        }
        let key = o.areas.join(" ");
        let areas = self.areas.entry(key).or_insert_with(|| o.areas.clone().into()).clone();
        let col = Col {
            id: o.id,
            supplier: o.supplier,
            price: o.price,
            stock: o.stock,
            reach,
            areas,
            credit: o.credit,
            at: o.at,
        };
        let doc = &mut self.docs[d as usize];
        let at = doc.offers.partition_point(|c| (c.price, c.id) < (col.price, col.id));
        doc.offers.insert(at, col);
        self.by_offer.insert(o.id, d);
        self.refresh(d);
    }

    /// Copies a product's only offer beside its quick columns.
    fn refresh(&mut self, d: u32) {
        let (doc, quick) = (&self.docs[d as usize], &mut self.quick[d as usize]);
        quick.single = doc.offers.len() == 1;
        if let [c] = doc.offers.as_slice() {
            (quick.price, quick.stock, quick.supplier, quick.reach) = (c.price, c.stock, c.supplier, c.reach);
        }
    }

    fn drop_offer(&mut self, id: i64) {
        if let Some(d) = self.by_offer.remove(&id) {
            self.docs[d as usize].offers.retain(|c| c.id != id);
            self.refresh(d);
        }
    }
}

/// The tokens of a text with the place they stood in.
fn tokens(text: &str, place: u32, out: &mut HashMap<String, u32>) {
    for run in runs(&fold(text)) {
        match run {
            Run::Han(han) => {
                for pair in pairs(&han) {
                    *out.entry(pair).or_default() |= place;
                }
                for c in han.chars() {
                    *out.entry(c.to_string()).or_default() |= place;
                }
            }
            Run::Latin { joined, parts } => {
                for part in parts {
                    *out.entry(part).or_default() |= place;
                }
                *out.entry(joined).or_default() |= place;
            }
        }
    }
}
