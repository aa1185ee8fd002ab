//! Settings: command line over environment over file over defaults.
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The settings file; every value has a default. See `qicai.example.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// Folder for the database (SQLite) and the search index.
    pub data: PathBuf,
    /// Address to listen on.
    pub listen: String,
    /// PostgreSQL URL; without it SQLite is used.
    pub database_url: Option<String>,
    /// Number of this process among those that share a database, 0 to 63.
    pub node: u8,
    /// Show demo accounts on the login page.
    pub demo: bool,
    /// Cookies only over HTTPS; true in production.
    pub secure_cookies: bool,
    /// Where payments go: `stub` pays at once inside the process.
    pub treasury: String,
    /// Files of the three keepers of sealed quotes; without them they are in the data folder.
    pub keepers: Option<[PathBuf; 3]>,
    /// Addresses of suppliers' platforms that may be asked.
    pub platforms: Vec<String>,
    /// Name under which the log is signed.
    pub log_name: String,
    /// File of the key that signs the log; without it in the data folder.
    pub log_key: Option<PathBuf>,
    /// File of the SM2 key that signs the log beside it; without it in the data folder.
    pub log_sm2_key: Option<PathBuf>,
    /// Keys of those who may sign the log's heads beside us.
    pub witnesses: Vec<String>,
    /// Where the public reaches the mall.
    pub address: String,
    /// Prefix of the processes' ids in the open data.
    pub ocid_prefix: String,
    /// Where mail goes: `none`, a folder, or an `smtp://` or `smtps://` address.
    pub mail: String,
    /// Whom mail is from.
    pub mail_from: String,
}

impl Default for File {
    fn default() -> File {
        File {
            data: "var/data".into(),
            listen: "127.0.0.1:8080".into(),
            database_url: None,
            node: 0,
            demo: false,
            secure_cookies: false,
            treasury: "stub".into(),
            keepers: None,
            platforms: Vec::new(),
            log_name: base::LOG_NAME.into(),
            log_key: None,
            log_sm2_key: None,
            witnesses: Vec::new(),
            address: base::ADDRESS.into(),
            ocid_prefix: base::OCID_PREFIX.into(),
            mail: "none".into(),
            mail_from: base::MAIL_FROM.into(),
        }
    }
}

/// Reads a settings file; the error names the file and what is wrong in it.
pub fn read(path: &Path) -> Result<File, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("settings file {}: {e}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|e| format!("settings file {}: {e}", path.display()))?;
    if file.node > 63 {
        return Err(format!("settings file {}: node must be 0 to 63", path.display()));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_says_the_defaults() {
        let example: File = toml::from_str(include_str!("../../../qicai.example.toml")).unwrap();
        assert_eq!(format!("{example:?}"), format!("{:?}", File::default()));
        assert!(toml::from_str::<File>("lisen = 'x'").is_err());
    }
}
