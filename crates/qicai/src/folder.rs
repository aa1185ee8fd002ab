//! A folder that says what a shop sells: `.yaml`, `.csv` and `.xlsx` files with goods, and `pictures/` with their pictures.
use kit::{Fail, Result};
use std::path::{Path, PathBuf};
use supply::Supply;
use supply::intake::{self, Did, Offered};

/// Pictures are named `<brand> <model>.jpg`, or `<brand> <model> (2).png` for a second one.
const PICTURES: &str = "pictures";

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Where each row stands: file and line, or file and place in the list.
    pub at: Vec<String>,
    /// The rows, in the shape of the template.
    pub rows: Vec<Vec<String>>,
    /// Pictures: brand, model, file.
    pub pictures: Vec<(String, String, PathBuf)>,
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|e| endings.iter().any(|want| e.eq_ignore_ascii_case(want)))
}

fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)?.filter_map(|e| Some(e.ok()?.path())).collect();
    all.retain(|p| ends_in(p, endings));
    all.sort();
    Ok(all)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
}

/// Brand and model in a picture's name.
fn goods_of(stem: &str) -> Option<(String, String)> {
    let bare = match stem.rsplit_once(" (") {
        Some((front, n)) if n.strip_suffix(')').is_some_and(|n| n.parse::<u8>().is_ok()) => front,
        _ => stem,
    };
    let (brand, model) = bare.split_once(' ')?;
    Some((brand.to_owned(), model.trim().to_owned()))
}

impl Folder {
    /// Reads a folder; the error names the file, and the line where it can.
    pub fn read(folder: &Path) -> Result<Folder> {
        let mut out = Folder::default();
        for path in files(folder, &["csv", "xlsx", "yaml", "yml"])? {
            let (name, bytes) = (name_of(&path), std::fs::read(&path)?);
            if ends_in(&path, &["yaml", "yml"]) {
                let text = String::from_utf8(bytes).map_err(|_| Fail::Fault(format!("{name} is not UTF-8")))?;
                let list: Vec<Offered> =
                    serde_saphyr::from_str(&text).map_err(|e| Fail::Fault(format!("{name}: {e}")))?;
                for (i, o) in list.iter().enumerate() {
                    out.at.push(format!("{name}#{}", i + 1));
                    out.rows.push(o.cells());
                }
                continue;
            }
            for (line, cells) in supply::offers::import::shape::shape(kit::sheet::read(&bytes)?)?.rows {
                out.at.push(format!("{name}:{line}"));
                out.rows.push(cells);
            }
        }
        if out.rows.is_empty() {
            return Err(Fail::Fault(format!("{} holds no goods in a .yaml, .csv or .xlsx file", folder.display())));
        }
        if folder.join(PICTURES).is_dir() {
            for path in files(&folder.join(PICTURES), &["jpg", "jpeg", "png"])? {
                let stem = path.file_stem().map_or(String::new(), |n| n.to_string_lossy().into_owned());
                let words = format!("{PICTURES}/{}: the name should be “brand model.jpg”", name_of(&path));
                let (brand, model) = goods_of(&stem).ok_or(Fail::Fault(words))?;
                out.pictures.push((brand, model, path));
            }
        }
        Ok(out)
    }

    /// Brings the pictures; a line for each.
    pub async fn bring_pictures(&self, supply: &Supply, supplier: i64) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for (brand, model, path) in &self.pictures {
            let done = intake::picture(supply, (supplier, 0), "folder", brand, model, std::fs::read(path)?).await;
            let words = match done {
                Ok(0) => Did::Same.key().to_owned(),
                Ok(_) => Did::Waits.key().to_owned(),
                Err(Fail::Refused(r)) => format!("refused {}", r.words),
                Err(e) => return Err(e),
            };
            said.push(format!("{PICTURES}/{}: {words}", name_of(path)));
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_says_what_it_shows() {
        let of = |stem| goods_of(stem).map(|(b, m)| format!("{b}|{m}"));
        assert_eq!(of("得力 M7400 DN").as_deref(), Some("得力|M7400 DN"));
        assert_eq!(of("得力 M7400 (2)").as_deref(), Some("得力|M7400"));
        assert_eq!(of("得力 M7400 (专业版)").as_deref(), Some("得力|M7400 (专业版)"));
        assert_eq!(of("得力"), None);
    }
}
