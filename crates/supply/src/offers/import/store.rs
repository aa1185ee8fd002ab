//! Rows of import files and their lines.
use kit::db::Val;
use kit::{Query, Result, Tx, params};

/// A file on its way.
#[derive(Clone, Debug)]
pub struct File {
    /// Id.
    pub id: i64,
    /// Supplier's organisation id.
    pub supplier: i64,
    /// Who sent it.
    pub person: i64,
    /// Its name.
    pub name: String,
    /// `checking`, `checked`, `loading`, `loaded`, `dropped`.
    pub state: String,
    /// Rows without the heading.
    pub total: i64,
    /// Rows checked.
    pub checked: i64,
    /// Rows with errors.
    pub bad: i64,
    /// Rows that changed something.
    pub loaded: i64,
    /// Rows that were already so.
    pub unchanged: i64,
    /// Rows that wait for review; they count as loaded.
    pub waiting: i64,
    /// When it came, ms UTC.
    pub made_at: i64,
}

impl File {
    /// Chinese word for the state.
    pub fn state_word(&self) -> &'static str {
        match self.state.as_str() {
            "checking" => "检查中",
            "checked" => "待确认",
            "loading" => "上架中",
            "loaded" => "已上架",
            _ => "已放弃",
        }
    }

    /// Rows that may be loaded.
    pub fn good(&self) -> i64 {
        self.checked - self.bad
    }
}

/// One line of a file.
pub struct Row {
    /// Line in the file, the heading being 1.
    pub line: i64,
    /// Cells as they came.
    pub cells: Vec<String>,
    /// What is wrong, empty when nothing is.
    pub wrong: String,
}

const FILE: &str = "SELECT id, supplier, person, name, state, total, checked, bad, loaded, unchanged, made_at, waiting FROM import_file";

fn read(r: &kit::db::Row) -> File {
    File {
        id: r.int(0),
        supplier: r.int(1),
        person: r.int(2),
        name: r.text(3),
        state: r.text(4),
        total: r.int(5),
        checked: r.int(6),
        bad: r.int(7),
        loaded: r.int(8),
        unchanged: r.int(9),
        made_at: r.int(10),
        waiting: r.int(11),
    }
}

/// What the checks need to know of a supplier.
pub struct Seller {
    /// Areas it serves.
    pub areas: String,
    /// Categories it was admitted to.
    pub categories: String,
    /// Region it belongs to.
    pub region: String,
    /// Kind of supplier.
    pub kind: String,
}

/// The supplier of a file.
pub async fn seller(q: &dyn Query, supplier: i64) -> Result<Seller> {
    let sql =
        "SELECT s.areas, s.categories, o.region, s.kind FROM supplier s JOIN org o ON o.id = s.org WHERE s.org = $1";
    let r = q.one(sql, params![supplier]).await?;
    Ok(Seller { areas: r.text(0), categories: r.text(1), region: r.text(2), kind: r.text(3) })
}

/// A supplier's own file.
pub async fn file(q: &dyn Query, supplier: i64, id: i64) -> Result<File> {
    Ok(read(&q.one(&format!("{FILE} WHERE id = $1 AND supplier = $2"), params![id, supplier]).await?))
}

/// A supplier's files, newest first.
pub async fn files(q: &dyn Query, supplier: i64) -> Result<Vec<File>> {
    let sql = format!("{FILE} WHERE supplier = $1 ORDER BY made_at DESC LIMIT 50");
    Ok(q.rows(&sql, params![supplier]).await?.iter().map(read).collect())
}

/// The oldest file that has work to do.
pub async fn next_open(q: &dyn Query) -> Result<Option<File>> {
    let sql = format!("{FILE} WHERE state IN ('checking', 'loading') ORDER BY id LIMIT 1");
    Ok(q.row(&sql, params![]).await?.as_ref().map(read))
}

/// The same content sent before by the same supplier and not dropped.
pub async fn twin(q: &dyn Query, supplier: i64, digest: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM import_file WHERE supplier = $1 AND digest = $2 AND state IN ('checking', 'checked', 'loading')";
    Ok(q.row(sql, params![supplier, digest]).await?.map(|r| r.int(0)))
}

pub async fn add(tx: &Tx<'_>, f: &File, digest: &str, lines: &[Vec<Val>]) -> Result<()> {
    tx.run(
        "INSERT INTO import_file (id, supplier, person, name, digest, state, total, checked, bad, loaded, unchanged, made_at) \
         VALUES ($1,$2,$3,$4,$5,'checking',$6,$8,$8,0,0,$7)",
        params![f.id, f.supplier, f.person, &f.name, digest, f.total, tx.now(), f.bad],
    )
    .await?;
    tx.run_many("INSERT INTO import_row (import, line, cells, wrong, state) VALUES ($1,$2,$3,$4,$5)", lines).await?;
    Ok(())
}

/// Lines of a file in one state, from a line on.
pub async fn rows(q: &dyn Query, id: i64, state: &str, after: i64, limit: i64) -> Result<Vec<Row>> {
    let sql = "SELECT line, cells, wrong FROM import_row WHERE import = $1 AND state = $2 AND line > $3 ORDER BY line LIMIT $4";
    let found = q.rows(sql, params![id, state, after, limit]).await?;
    Ok(found
        .iter()
        .map(|r| Row { line: r.int(0), cells: serde_json::from_str(r.str(1)).unwrap_or_default(), wrong: r.text(2) })
        .collect())
}

pub async fn mark(tx: &Tx<'_>, id: i64, lines: &[Vec<Val>]) -> Result<()> {
    // Each line: state, wrong, import, line.
    debug_assert!(lines.iter().all(|l| l.len() == 4 && l[2] == Val::Int(id)));
    tx.run_many("UPDATE import_row SET state = $1, wrong = $2 WHERE import = $3 AND line = $4", lines).await?;
    Ok(())
}

/// Counts a checked piece, if nobody else did it meanwhile.
pub async fn count_checked(tx: &Tx<'_>, f: &File, n: i64, bad: i64) -> Result<bool> {
    let sql = "UPDATE import_file SET checked = checked + $2, bad = bad + $3 WHERE id = $1 AND checked = $4 AND state = 'checking'";
    Ok(tx.run(sql, params![f.id, n, bad, f.checked]).await? == 1)
}

/// Counts a loaded piece (loaded, unchanged, of them waiting, fallen out), if nobody else did it meanwhile.
pub async fn count_loaded(tx: &Tx<'_>, f: &File, [loaded, same, waiting, bad]: [i64; 4]) -> Result<bool> {
    let sql = "UPDATE import_file SET loaded = loaded + $2, unchanged = unchanged + $3, waiting = waiting + $6, bad = bad + $7 \
               WHERE id = $1 AND loaded = $4 AND unchanged = $5 AND bad = $8 AND state = 'loading'";
    Ok(tx.run(sql, params![f.id, loaded, same, f.loaded, f.unchanged, waiting, bad, f.bad]).await? == 1)
}

/// Moves a file from one state to another; false when it was not in the first.
pub async fn turn(tx: &Tx<'_>, id: i64, from: &str, to: &str) -> Result<bool> {
    Ok(tx.run("UPDATE import_file SET state = $3 WHERE id = $1 AND state = $2", params![id, from, to]).await? == 1)
}
