//! Files in one archive (ZIP), with a limit on what goes in and the sum of every file at the end.
use crate::fail::{Fail, Result};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The list of sums, as `sha256sum -c` reads it.
pub const SUMS: &str = "SHA256SUMS";

/// An archive that is being filled, in memory.
pub struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    left: usize,
    sums: String,
}

impl Archive {
    /// An empty one that takes at most so many bytes, before they are packed.
    pub fn new(most: usize) -> Archive {
        Archive { zip: ZipWriter::new(Cursor::new(Vec::new())), left: most, sums: String::new() }
    }

    /// Adds a file; refused when there is no room.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| {
            Fail::refuse("archive.too_large", "要导出的内容太多，超过了一个文件的上限，请缩小范围后再导出。")
        })?;
        self.sums.push_str(&format!("{}  {name}\n", crate::text::sha256(&[bytes])));
        self.put(name, bytes)
    }

    /// Is a file of this name in it?
    pub fn has(&self, name: &str) -> bool {
        self.sums.lines().any(|l| l.split_once("  ").is_some_and(|(_, known)| known == name))
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.zip.start_file(name, SimpleFileOptions::default()).map_err(Fail::fault)?;
        Ok(self.zip.write_all(bytes)?)
    }

    /// Adds the list of sums and closes the archive.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let sums = std::mem::take(&mut self.sums);
        self.put(SUMS, sums.as_bytes())?;
        Ok(self.zip.finish().map_err(Fail::fault)?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_goes_in_comes_out_with_its_sum_and_no_more_than_allowed() {
        let mut a = Archive::new(10);
        a.add("a/一.txt", b"hello").unwrap();
        a.add("b", b"12345").unwrap();
        assert_eq!(a.add("c", b"x").unwrap_err().refused().unwrap().code, "archive.too_large");
        let mut zip = zip::ZipArchive::new(Cursor::new(a.finish().unwrap())).unwrap();
        let mut text = String::new();
        zip.by_name("a/一.txt").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
        let mut sums = String::new();
        zip.by_name(SUMS).unwrap().read_to_string(&mut sums).unwrap();
        assert_eq!(sums.lines().next(), Some(format!("{}  a/一.txt", crate::text::sha256(&[b"hello"])).as_str()));
        assert_eq!(sums.lines().count(), 2);
    }
}
