//! What two sides and an office say in a matter, in order, with the files they hand in. Nothing of it is ever changed.

mod store;

pub use store::{File, Key, Said, all, file, files, keep, kept, say};

use crate::access::Upload;
use kit::text::sha256;
use kit::{Fail, Query, Result};
use rules::calendar::show_time;

/// Bytes of one file at most.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Characters kept of a file's name.
const NAME_MAX: usize = 80;

/// The file that came with a form, if one did; refused when it is too large. Any kind is taken: it is only ever handed out as a
/// download.
pub fn uploaded(upload: &Upload) -> Result<Option<File>> {
    let Some(f) = upload.files.first() else { return Ok(None) };
    if f.bytes.len() > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX / 1024 / 1024;
        let words = format!("附件超过 {most} MB，请压缩或者分开后再传。文字没有丢，重新选择文件即可。");
        return Err(Fail::field("file", "said.large", words));
    }
    // Some browsers send a path; of the name the end matters most.
    let name = f.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let skip = name.chars().count().saturating_sub(NAME_MAX);
    let name: String = name.chars().skip(skip).collect();
    Ok(Some(File {
        digest: sha256(&[&f.bytes]),
        name: if name.is_empty() { "附件".into() } else { name },
        bytes: f.bytes.clone(),
    }))
}

/// What was said, as pages show it: the time, who said it, the file's name where it is kept, and the rest.
pub struct Spoken {
    /// When.
    pub at: String,
    /// Name of the organisation; `系统` for the mall itself.
    pub who: String,
    /// Name of the file; empty when there is none, or when only its digest was kept.
    pub file: String,
    /// What.
    pub said: Said,
}

/// Everything said in a matter about one of its records, for a page.
pub async fn spoken(q: &dyn Query, matter: &str, about: i64) -> Result<Vec<Spoken>> {
    let said = all(q, matter, about).await?;
    let orgs: Vec<i64> = said.iter().map(|s| s.org).collect();
    let names = crate::orgs::names(q, &orgs).await?;
    let kept = match said.iter().any(|s| !s.digest.is_empty()) {
        true => files(q, matter, about).await?,
        false => Vec::new(),
    };
    let line = |said: Said| Spoken {
        at: show_time(said.at),
        who: names.get(&said.org).cloned().unwrap_or_else(|| "系统".into()),
        file: kept.iter().find(|(d, _)| *d == said.digest).map_or(String::new(), |(_, name)| name.clone()),
        said,
    };
    Ok(said.into_iter().map(line).collect())
}
