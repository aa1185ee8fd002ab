//! Pages of a supplier: own offers, files to upload.
use super::import::{self, COLUMNS, File, WRONG};
use super::store::Line;
use super::{flow, store};
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes, Upload};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::Fen;
use rules::calendar::show_time;
use rules::duty::Duty;

const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
const PAGE: usize = 30;
/// Error rows shown on the page; all of them are in the file.
const SHOWN_MAX: i64 = 50;

struct Item {
    line: Line,
    price: String,
    plain: String,
    changed: String,
    stopped: String,
}

#[derive(Template)]
#[template(path = "offers/pages/list.html")]
struct List<'a> {
    s: Shell,
    items: Vec<Item>,
    words: &'a str,
    total: i64,
    page: usize,
    pages: usize,
}

async fn list(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let words = cx.param("words");
    let (found, total) = store::of_supplier(supply.db(), actor.org, words, cx.page(), PAGE).await?;
    let items = found
        .into_iter()
        .map(|line| Item {
            price: Fen(line.price).yuan(),
            plain: Fen(line.price).plain(),
            changed: show_time(line.changed_at),
            stopped: super::stop::words(line.stops),
            line,
        })
        .collect();
    let pages = (total as usize).div_ceil(PAGE).max(1);
    web::html(&List { s: Shell::work(&cx, "我的商品").await?, items, words, total, page: cx.page(), pages })
}

async fn change(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let price = Fen::parse_yuan(form.get("price")).ok_or_else(|| {
        Fail::field("price", "offer.price", format!("单价应是最多两位小数的数，现在是“{}”。", form.get("price")))
    })?;
    let c = flow::Change { price: price.0, stock: form.int("stock", "库存")?, listed: form.get("listed") == "1" };
    let filed = flow::change(&supply, cx.actor()?, id, c).await?;
    let words = if filed {
        "涨价已送审核，通过前按原价销售；其余已生效。"
    } else {
        "已保存，马上生效。"
    };
    Ok(web::see(&format!("/offers?done={}", percent(words))))
}

struct FileLine {
    file: File,
    made: String,
}

#[derive(Template)]
#[template(path = "offers/pages/imports.html")]
struct Imports {
    s: Shell,
    files: Vec<FileLine>,
    note: &'static str,
    rows_max: usize,
    mb_max: usize,
}

async fn imports(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let files = import::files(supply.db(), cx.actor()?.org).await?;
    let files = files.into_iter().map(|file| FileLine { made: show_time(file.made_at), file }).collect();
    let s = Shell::work(&cx, "批量上传商品").await?;
    let (rows_max, mb_max) = (kit::sheet::ROWS_MAX - 1, kit::sheet::BYTES_MAX / 1024 / 1024);
    web::html(&Imports { s, files, note: import::TEMPLATE_NOTE, rows_max, mb_max })
}

async fn upload(State(supply): State<Supply>, cx: Cx, upload: Upload) -> Result<Response> {
    let missing = || Fail::field("file", "import.no_file", "请先选择要上传的 XLSX 或 CSV 文件。");
    let file = upload.files.first().ok_or_else(missing)?;
    let id = import::receive(&supply, cx.actor()?, &file.name, &file.bytes, "page").await?;
    Ok(web::see(&format!("/imports/{id}")))
}

async fn template(_: Cx) -> Result<Response> {
    let rows = [COLUMNS.map(str::to_owned).to_vec(), import::example()];
    Ok(web::download("商品上传模板.xlsx", web::XLSX, kit::sheet::xlsx_of("商品", &rows)?))
}

#[derive(Template)]
#[template(path = "offers/pages/import.html")]
struct One {
    s: Shell,
    file: File,
    percent: i64,
    done: i64,
    wrong: Vec<import::Row>,
    busy: bool,
}

async fn one(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let file = import::file(supply.db(), cx.actor()?.org, id).await?;
    let wrong = import::rows(supply.db(), id, "bad", 0, SHOWN_MAX).await?;
    let busy = matches!(file.state.as_str(), "checking" | "loading");
    let done = progress(&file);
    let whole = if file.state == "loading" || file.state == "loaded" { file.good() } else { file.total };
    let percent = if whole == 0 { 100 } else { done * 100 / whole };
    web::html(&One { s: Shell::work(&cx, "上传的文件").await?, file, percent, done, wrong, busy })
}

fn progress(f: &File) -> i64 {
    if f.state == "loading" || f.state == "loaded" { f.loaded + f.unchanged } else { f.checked }
}

async fn progress_json(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let f = import::file(supply.db(), cx.actor()?.org, id).await?;
    let total = if f.state == "loading" || f.state == "loaded" { f.good() } else { f.total };
    let href =
        if matches!(f.state.as_str(), "checking" | "loading") { String::new() } else { format!("/imports/{id}") };
    let body = serde_json::json!({"done": progress(&f), "total": total, "state": f.state_word(), "href": href});
    Ok(web::json(body.to_string()))
}

async fn errors(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let file = import::file(supply.db(), cx.actor()?.org, id).await?;
    let mut out = vec![COLUMNS.iter().map(|c| (*c).to_owned()).chain([WRONG.to_owned()]).collect::<Vec<_>>()];
    for row in import::rows(supply.db(), id, "bad", 0, kit::sheet::ROWS_MAX as i64).await? {
        let mut cells = row.cells;
        cells.resize(COLUMNS.len(), String::new());
        cells.push(row.wrong);
        out.push(cells);
    }
    let name = format!("{}-错误行.xlsx", file.name.trim_end_matches(".xlsx").trim_end_matches(".csv"));
    Ok(web::download(&name, web::XLSX, kit::sheet::xlsx_of("错误行", &out)?))
}

async fn confirm(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    import::confirm(&supply, cx.actor()?, id, "page").await?;
    Ok(web::see(&format!("/imports/{id}")))
}

async fn drop_file(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    import::drop_file(&supply, cx.actor()?, id).await?;
    Ok(web::see("/imports"))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/offers", ADMIN, list)
        .post("/offers/{id}", ADMIN, change)
        .get("/imports", ADMIN, imports)
        .post("/imports", ADMIN, upload)
        .get("/imports/template.xlsx", ADMIN, template)
        .get("/imports/{id}", ADMIN, one)
        .get("/imports/{id}/progress", ADMIN, progress_json)
        .get("/imports/{id}/errors.xlsx", ADMIN, errors)
        .post("/imports/{id}/confirm", ADMIN, confirm)
        .post("/imports/{id}/drop", ADMIN, drop_file)
}
