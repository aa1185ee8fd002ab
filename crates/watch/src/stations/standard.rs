//! What every station has to do, what people learn, and how the map is drawn: `data/stations.toml`.
use kit::{Fail, Result};
use serde::Deserialize;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../../../data/stations.toml");

/// A standard task.
#[derive(Debug, Deserialize)]
pub struct Task {
    /// Area of work.
    pub area: String,
    /// What is to be done.
    pub title: String,
    /// Working days before the planned day.
    pub before: u32,
    /// Does the station wait for it?
    #[serde(default)]
    pub must: bool,
}

/// A course.
#[derive(Debug, Deserialize)]
pub struct Course {
    /// Key.
    pub key: String,
    /// Title.
    pub title: String,
    /// For whom, in words.
    pub duties: String,
}

/// How many tiles lie beside and below each other.
#[derive(Debug, Deserialize)]
pub struct Map {
    /// Columns.
    pub columns: i64,
    /// Rows.
    pub rows: i64,
}

/// Where a city lies.
#[derive(Debug, Deserialize)]
pub struct Tile {
    /// Region code.
    pub code: String,
    /// Column from 0.
    pub column: i64,
    /// Row from 0.
    pub row: i64,
}

/// The whole file.
#[derive(Debug, Deserialize)]
pub struct Standard {
    /// Tasks in the order in which pages list them.
    pub task: Vec<Task>,
    /// Courses.
    pub course: Vec<Course>,
    /// The map.
    pub map: Map,
    /// Its tiles.
    pub tile: Vec<Tile>,
}

impl Standard {
    /// The areas of work, each once, in order.
    pub fn areas(&self) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for t in &self.task {
            if !out.contains(&t.area.as_str()) {
                out.push(&t.area);
            }
        }
        out
    }

    /// Title of a course, or its key.
    pub fn course_title<'a>(&'a self, key: &'a str) -> &'a str {
        self.course.iter().find(|c| c.key == key).map_or(key, |c| &c.title)
    }
}

/// The file, read once.
pub fn standard() -> Result<&'static Standard> {
    static READ: OnceLock<std::result::Result<Standard, String>> = OnceLock::new();
    let read = READ.get_or_init(|| toml::from_str(FILE).map_err(|e| e.to_string()));
    read.as_ref().map_err(|e| Fail::Fault(format!("stations.toml: {e}")))
}

#[cfg(test)]
mod tests {
    use super::standard;
    use std::collections::BTreeSet;

    #[test]
    fn the_eleven_areas_have_tasks_and_no_two_cities_lie_on_each_other() {
        let s = standard().unwrap();
        assert_eq!(s.areas().len(), 11);
        assert!(s.task.iter().filter(|t| t.must).count() >= 5);
        let places: BTreeSet<_> = s.tile.iter().map(|t| (t.column, t.row)).collect();
        assert_eq!((places.len(), s.tile.len()), (16, 16));
        assert!(places.iter().all(|(c, r)| *c < s.map.columns && *r < s.map.rows));
        let titles: BTreeSet<_> = s.task.iter().map(|t| &t.title).collect();
        assert_eq!(titles.len(), s.task.len());
    }
}
