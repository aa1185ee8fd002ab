//! An offer as systems write it: the API in JSON, a folder in YAML; see docs/api.md.
use serde::Deserialize;
use std::collections::BTreeMap;

/// One offer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    title: String,
    category: String,
    brand: String,
    model: String,
    unit: String,
    price: String,
    stock: i64,
    #[serde(default)]
    areas: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    per_unit: String,
    #[serde(default)]
    words: String,
}

impl Offered {
    /// As a row of the upload template.
    pub fn cells(&self) -> Vec<String> {
        let attrs: Vec<String> = self.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
        vec![
            self.title.clone(),
            self.category.clone(),
            self.brand.clone(),
            self.model.clone(),
            self.unit.clone(),
            self.price.clone(),
            self.stock.to_string(),
            self.areas.join(" "),
            attrs.join(";"),
            self.flags.join("|"),
            self.origin.clone(),
            self.link.clone(),
            self.certificate.clone(),
            self.per_unit.clone(),
            self.words.clone(),
        ]
    }
}
