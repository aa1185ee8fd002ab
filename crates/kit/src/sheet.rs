//! Spreadsheets and CSV in and out, with limits before memory is spent.
use crate::fail::{Fail, Result};
use std::io::Cursor;

/// Most rows a file may have, heading included.
pub const ROWS_MAX: usize = 60_001;
/// Most columns of a row that are read.
pub const COLUMNS_MAX: usize = 64;
/// Most bytes of an uploaded file.
pub const BYTES_MAX: usize = 24 * 1024 * 1024;
/// Most bytes a workbook may unpack to.
pub const UNPACKED_MAX: u64 = 256 * 1024 * 1024;
/// Most characters a cell may hold.
pub const CELL_MAX: usize = 2000;

/// Reads the first sheet of an XLSX, or a CSV in UTF-8 (with or without BOM) or GB 18030, as rows of text.
pub fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    if bytes.len() > BYTES_MAX {
        return Err(Fail::field(
            "file",
            "file.too_large",
            format!("文件超过 {} MB，请分成几个文件上传。", BYTES_MAX / 1024 / 1024),
        ));
    }
    let rows = if bytes.starts_with(b"PK") { xlsx(bytes)? } else { csv(bytes)? };
    if rows.len() > ROWS_MAX {
        return Err(Fail::field(
            "file",
            "file.too_many_rows",
            format!("文件超过 {} 行，请分成几个文件上传。", ROWS_MAX - 1),
        ));
    }
    Ok(rows)
}

fn unreadable() -> Fail {
    Fail::field("file", "file.unreadable", "这个文件不是有效的 XLSX 表格，请用模板另存后再上传。")
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    use calamine::{Data, Reader, Xlsx};
    let unpacked = unpacked(bytes).ok_or_else(unreadable)?;
    if unpacked > UNPACKED_MAX {
        return Err(Fail::field(
            "file",
            "file.unpacks_too_large",
            "这个表格解压后太大，请删去多余的工作表和格式后再上传。",
        ));
    }
    let wrong = |_| unreadable();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(wrong)?;
    let sheet = book
        .worksheet_range_at(0)
        .ok_or_else(|| Fail::field("file", "file.empty", "表格里没有工作表。"))?
        .map_err(wrong)?;
    Ok(sheet
        .rows()
        .take(ROWS_MAX + 1)
        .map(|row| {
            row.iter()
                .take(COLUMNS_MAX)
                .map(|cell| {
                    cut(&match cell {
                        Data::Empty => String::new(),
                        // Prices typed as numbers: two decimals are enough and hide binary fractions.
                        Data::Float(v) if v.fract() == 0.0 && v.abs() < 1e15 => format!("{v:.0}"),
                        Data::Float(v) => trim_zeros(&format!("{v:.4}")),
                        other => other.to_string(),
                    })
                })
                .collect()
        })
        .collect())
}

/// What the entries of a zip archive really unpack to, counted up to just above the limit: what they say of themselves
/// proves nothing. None when it is no archive.
fn unpacked(bytes: &[u8]) -> Option<u64> {
    use std::io::{Read, copy, sink};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut sum = 0_u64;
    for i in 0..archive.len() {
        let Ok(entry) = archive.by_index(i) else { continue };
        // A damaged entry ends early; reading the workbook will say so.
        let left = UNPACKED_MAX + 1 - sum;
        let mut limited = entry.take(left);
        sum += copy(&mut limited, &mut sink()).unwrap_or(left - limited.limit());
        if sum > UNPACKED_MAX {
            break;
        }
    }
    Some(sum)
}

fn trim_zeros(s: &str) -> String {
    s.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn csv(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(text) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        // What Chinese spreadsheets save by default.
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(text).ok_or_else(|| {
            let words = "CSV 文件的编码认不出来，请在表格软件里选“CSV UTF-8”另存后再上传。";
            Fail::field("file", "file.encoding", words)
        })?,
    };
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).comment(Some(b'#')).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records().take(ROWS_MAX + 1) {
        let record = record.map_err(|e| Fail::field("file", "file.unreadable", format!("CSV 文件读不下去：{e}")))?;
        // A leading quote before = + - @ guards spreadsheets against formulas; it is not part of the value.
        rows.push(record.iter().take(COLUMNS_MAX).map(|c| cut(unquoted(c))).collect());
    }
    Ok(rows)
}

fn unquoted(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

fn cut(s: &str) -> String {
    s.trim().chars().take(CELL_MAX).collect()
}

/// Reads a sheet that has to have these columns, in this order; rows come with their line, empty ones are left out. What a
/// column's name says in brackets is for people.
pub fn table(bytes: &[u8], columns: &[&str], rows_max: usize) -> Result<Vec<(usize, Vec<String>)>> {
    let rows = read(bytes)?;
    for (i, want) in columns.iter().enumerate() {
        let found = rows.first().and_then(|h| h.get(i)).map_or("", |c| c.trim());
        if !found.starts_with(want.split('（').next().unwrap_or(want)) {
            let found = if found.is_empty() { "（空）" } else { found };
            let words = format!("第 {} 列应是“{want}”，现在是“{found}”。", i + 1);
            return Err(Fail::field("file", "file.heading", words));
        }
    }
    if rows.len() > rows_max + 1 {
        return Err(Fail::field("file", "file.rows", format!("一次最多 {rows_max} 行，请分开上传。")));
    }
    let lines = rows.into_iter().enumerate().skip(1).map(|(i, row)| (i + 1, row));
    Ok(lines.filter(|(_, row)| row.iter().any(|c| !c.trim().is_empty())).collect())
}

/// Writes rows as an XLSX file; every cell is text, so nothing is a formula.
pub fn xlsx_of(sheet_name: &str, rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let bold = rust_xlsxwriter::Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name).map_err(Fail::fault)?;
    for (r, row) in rows.iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            let (r, c) = (r as u32, c as u16);
            if r == 0 {
                sheet.write_string_with_format(r, c, cell, &bold).map_err(Fail::fault)?;
            } else {
                sheet.write_string(r, c, cell).map_err(Fail::fault)?;
            }
        }
    }
    sheet.autofit();
    sheet.set_freeze_panes(1, 0).map_err(Fail::fault)?;
    book.save_to_buffer().map_err(Fail::fault)
}

/// Writes rows as CSV with BOM, guarded against formulas.
pub fn csv_of(rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut out = ::csv::WriterBuilder::new().flexible(true).from_writer(b"\xef\xbb\xbf".to_vec());
    for row in rows {
        let guarded = row.iter().map(|c| if c.starts_with(['=', '+', '-', '@']) { format!("'{c}") } else { c.clone() });
        out.write_record(guarded).map_err(Fail::fault)?;
    }
    out.into_inner().map_err(Fail::fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of 300 KB that unpacks to 300 MB; it may say that it is small.
    fn bomb(lies: bool) -> Vec<u8> {
        use std::io::Write;
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
        let piece = vec![b' '; 1024 * 1024];
        for _ in 0..300 {
            zip.write_all(&piece).unwrap();
        }
        let mut bytes = zip.finish().unwrap().into_inner();
        let entry = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        if lies {
            bytes[entry + 24..entry + 28].copy_from_slice(&1000_u32.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn both_formats_read_back_what_was_written() {
        let rows = vec![vec!["标题".to_owned(), "单价".to_owned()], vec!["=1+1".to_owned(), "112.50".to_owned()]];
        assert_eq!(read(&xlsx_of("报价", &rows).unwrap()).unwrap(), rows);
        assert_eq!(read(&csv_of(&rows).unwrap()).unwrap(), rows);
        assert_eq!(read(&bomb(false)).unwrap_err().refused().unwrap().code, "file.unpacks_too_large");
        // Whoever lies is read no further than it says.
        assert_eq!(read(&bomb(true)).unwrap_err().refused().unwrap().code, "file.unreadable");
        let (gbk, _, _) = encoding_rs::GBK.encode("标题,单价\n=1+1,112.50\n");
        assert_eq!(read(&gbk).unwrap(), rows);
        assert_eq!(read(b"\xff\xfe").unwrap_err().refused().unwrap().code, "file.encoding");
        assert_eq!(read(b"PK\x03\x04junk").unwrap_err().refused().unwrap().code, "file.unreadable");
    }
}
