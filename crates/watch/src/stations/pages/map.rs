//! The schematic map: one tile a city, coloured by state, with word and figure; drawn the same for the office and for everybody.
use crate::stations::standard::standard;
use crate::stations::store::Way;
use base::facts::Facts;
use base::stations::state;
use kit::Result;
use rules::station::State;
use std::collections::BTreeMap;

/// Side of a tile and its distance from the next, in units of the drawing.
const TILE: i64 = 92;
const STEP: i64 = 98;

/// Nobody has begun to prepare it: key and word.
pub(super) const IDLE: (&str, &str) = ("idle", "未启动");

/// How a station stands: key and word, which tell apart what is being prepared and what nobody has begun.
pub(super) fn stands(facts: &Facts, ways: &BTreeMap<String, Way>, code: &str) -> (&'static str, &'static str) {
    let now = state(facts, code);
    let begun = ways.get(code).is_some_and(|w| w.prepared_at.is_some());
    if now == State::Preparing && !begun { IDLE } else { (now.key(), now.label()) }
}

/// A city on the map.
pub(super) struct Tile {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) name: String,
    /// Key of how it stands; it is the tile's class too.
    pub(super) key: &'static str,
    pub(super) word: &'static str,
    /// How many of its stations are live, of how many.
    pub(super) count: String,
    /// All of it in words.
    pub(super) label: String,
    pub(super) href: String,
}

/// The drawing.
pub(super) struct Map {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) side: i64,
    pub(super) tiles: Vec<Tile>,
    /// How many cities stand how: class, word, number.
    pub(super) legend: Vec<(&'static str, &'static str, usize)>,
}

impl Map {
    /// The cities of a code prefix; a tile leads to `href` with the city's code behind.
    pub(super) fn of(facts: &Facts, ways: &BTreeMap<String, Way>, prefix: &str, href: &str) -> Result<Map> {
        let s = standard()?;
        let tile = |t: &super::super::standard::Tile| {
            let region = facts.region(&t.code).filter(|r| r.code.starts_with(prefix))?;
            let (key, word) = stands(facts, ways, &t.code);
            let below = |live: bool| {
                let mine = facts.regions.values().filter(|r| r.parent == t.code && r.kind != "own");
                mine.filter(|r| !live || state(facts, &r.code) == State::Live).count()
            };
            Some(Tile {
                x: t.column * STEP,
                y: t.row * STEP,
                name: region.short.clone(),
                key,
                word,
                count: format!("{}/{}", below(true), below(false)),
                label: format!("{}，{}，县区已上线 {}，共 {}", region.name, word, below(true), below(false)),
                href: format!("{href}{}", t.code),
            })
        };
        let tiles: Vec<Tile> = s.tile.iter().filter_map(tile).collect();
        let all = std::iter::once(IDLE).chain(State::ALL.iter().map(|s| (s.key(), s.label())));
        let legend = all.map(|(key, word)| (key, word, tiles.iter().filter(|t| t.key == key).count()));
        Ok(Map {
            width: s.map.columns * STEP - (STEP - TILE),
            height: s.map.rows * STEP - (STEP - TILE),
            side: TILE,
            legend: legend.collect(),
            tiles,
        })
    }
}
