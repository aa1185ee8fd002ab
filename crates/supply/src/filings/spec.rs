//! The library of attributes and words, from the file in `data/`.
use kit::{Fail, Result};
use rules::goods::{Attr, Kind, Spec, Words, number};
use serde::Deserialize;

const GOODS: &str = include_str!("../../../../data/goods.toml");

/// What is known of goods by category, and the words that tell something.
pub struct Library {
    /// Specifications.
    pub specs: Vec<Spec>,
    /// Words.
    pub words: Words,
}

#[derive(Deserialize)]
struct File {
    words: Listed,
    category: Vec<Category>,
}

#[derive(Deserialize)]
struct Listed {
    forbidden: Vec<String>,
    bait: Vec<String>,
    options: Vec<String>,
}

#[derive(Deserialize)]
struct Category {
    code: String,
    #[serde(default)]
    units: Vec<String>,
    least: Option<String>,
    #[serde(default)]
    attr: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
    kind: String,
    #[serde(default)]
    unit: String,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    required: bool,
}

impl Library {
    /// Reads the file; what it does not understand is a fault of ours, not of users.
    pub fn read() -> Result<Library> {
        let file: File = toml::from_str(GOODS).map_err(Fail::fault)?;
        let mut specs = Vec::new();
        for c in file.category {
            let mut attrs = Vec::new();
            for a in c.attr {
                let kind = match a.kind.as_str() {
                    "number" => Kind::Number(a.unit, a.min, a.max),
                    "list" => Kind::List(a.options),
                    "text" => Kind::Text,
                    other => return Err(Fail::Fault(format!("goods.toml: attribute {} is of kind {other}", a.name))),
                };
                attrs.push(Attr { name: a.name, kind, required: a.required });
            }
            let least = c.least.as_deref().and_then(number);
            specs.push(Spec { code: c.code, units: c.units, least, attrs });
        }
        let w = file.words;
        Ok(Library { specs, words: Words { forbidden: w.forbidden, bait: w.bait, options: w.options } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_every_bound_is_one() {
        let lib = Library::read().unwrap();
        assert!(lib.specs.len() >= 8 && !lib.words.forbidden.is_empty());
        for s in &lib.specs {
            for a in &s.attrs {
                if let Kind::Number(_, Some(min), Some(max)) = &a.kind {
                    assert!(min < max, "{} {}", s.code, a.name);
                }
            }
        }
        assert_eq!(lib.specs[0].least, Some((400.0, "张".into())));
    }
}
