//! Files that go with what was said, compared with the digests that stand in the journal's entries.
use crate::ledger::log::Found;
use base::said::{self, Key};
use kit::text::sha256;
use kit::{Query, Result};

/// Files read at a time.
const PIECE: usize = 20;

/// Names every file whose content is not what its digest says.
pub async fn compare(q: &dyn Query, out: &mut Found) -> Result<()> {
    let mut last: Key = (String::new(), i64::MIN, String::new());
    loop {
        let piece = said::kept(q, &last, PIECE).await?;
        out.rows += piece.len();
        for ((matter, about, digest), bytes) in &piece {
            if sha256(&[bytes]) != *digest {
                out.say(format!("said_file of {matter} {about} differs from its digest {digest}"));
            }
        }
        match piece.into_iter().next_back() {
            Some((key, _)) => last = key,
            None => return Ok(()),
        }
    }
}
