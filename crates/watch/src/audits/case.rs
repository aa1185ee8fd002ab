//! The case file: everything of an audit in one archive that is read and checked without the mall.
use super::inquiries::{self, FINDING, QUESTION};
use super::papers::{self, Paper};
use super::store::{self, Audit};
use super::{draw, lists};
use crate::Watch;
use crate::ledger::log;
use askama::Template;
use base::said::Said;
use kit::archive::Archive;
use kit::journal::{self, Recorded};
use kit::{Fail, Result, sheet};
use rules::Fen;
use rules::audit::severity;
use rules::calendar::{show_day, show_time};
use serde_json::{Value, json};

/// Most bytes of a case file before it is packed.
const CASE_BYTES_MAX: usize = 96 * 1024 * 1024;

/// Bytes of the files among them.
const FILES_BYTES_MAX: usize = 48 * 1024 * 1024;

const README: &str = "\
这是一份审计案卷，不依赖网站就能查看和核对。

index.csv, index.json    底稿目录
audit.json               项目的范围、状态和审计意见
draw.json                抽取记录：qicai recompute draw.json 重新抽取并比较
papers/                  每个订单的底稿，.json 供程序读取，.html 用浏览器打开
questions.json           质询和答复
findings.json            审计发现、陈述、认定、整改和移送
receipts/                留痕凭证，一条一个文件：qicai verify receipts/1.json --key \"$(cat log-key.txt)\"
log-key.txt              验证凭证用的公钥；请与网站 /log/key 公布的核对
SHA256SUMS               每个文件的摘要：sha256sum -c SHA256SUMS

files/                   质询、答复、陈述、整改里的附件，文件名是摘要加原来的名称

人员在数据里只用编号表示；附件是原件，里面可能有个人信息，请按规定保管。
";

/// What anybody needs to draw again; None before anything was drawn.
pub async fn draw_record(watch: &Watch, a: &Audit) -> Result<Option<Value>> {
    let Some(seq) = a.entry_seq else { return Ok(None) };
    let population = store::kept_population(watch.db(), a.id).await?;
    let papers = store::papers(watch.db(), a.id).await?;
    let named: Vec<i64> = papers.iter().filter(|p| p.named).map(|p| p.order).collect();
    let chosen: Vec<(i64, i64)> = papers.iter().filter(|p| !p.named).map(|p| (p.order, p.points)).collect();
    Ok(Some(draw::record(&draw::Kept {
        number: &a.number,
        how: (a.method, a.size),
        commitment: &a.commitment,
        secret: &a.secret,
        entry: (seq, &a.entry_hash),
        population: &population,
        digest: &a.population_digest,
        chosen: &chosen,
        named: &named,
    })))
}

fn audit_json(a: &Audit, org: &str) -> Value {
    let s = &a.scope;
    json!({
        "number": a.number, "title": a.title, "body": org, "state": a.state.key(), "region": s.region, "from": show_day(s.day_from),
        "to": show_day(s.day_to), "category": s.category, "mode": s.mode, "form": s.form, "unit": s.unit.to_string(),
        "supplier": s.supplier.to_string(), "amount_min": s.amount_min, "amount_max": s.amount_max, "method": a.method.key(),
        "size": a.size, "population": a.population, "population_amount": a.population_amount, "opinion": a.opinion,
        "announced_at": a.announced_at, "drawn_at": a.drawn_at, "concluded_at": a.concluded_at,
    })
}

fn said_json(list: &[Said]) -> Value {
    let one = |s: &Said| json!({"at": s.at, "org": s.org.to_string(), "act": s.act, "words": s.words, "file_digest": s.digest});
    list.iter().map(one).collect()
}

async fn questions(watch: &Watch, a: &Audit) -> Result<Value> {
    let mut out = Vec::new();
    for q in inquiries::questions_of(watch.db(), a.id).await? {
        let said = base::said::all(watch.db(), QUESTION, q.id).await?;
        out.push(json!({
            "id": q.id.to_string(), "number": q.number, "org": q.org.to_string(), "order": q.order.map(|o| o.to_string()),
            "state": q.state.key(), "asked_at": q.asked_at, "escalated": q.escalated, "said": said_json(&said),
        }));
    }
    Ok(Value::Array(out))
}

async fn findings(watch: &Watch, a: &Audit, drafts: bool) -> Result<Value> {
    let mut out = Vec::new();
    for f in inquiries::findings_of(watch.db(), a.id, drafts).await? {
        let said = base::said::all(watch.db(), FINDING, f.id).await?;
        let orders = inquiries::orders_of(watch.db(), f.id).await?;
        let kind = lists::kind(&f.kind);
        out.push(json!({
            "id": f.id.to_string(), "number": f.number, "org": f.org.to_string(), "kind": f.kind, "title": kind.map(|k| &k.title),
            "basis": kind.map(|k| &k.basis), "severity": f.severity, "severity_words": severity(&f.severity), "amount": f.amount,
            "facts": f.facts, "advice": f.advice, "state": f.state.key(), "made_at": f.made_at, "sent_at": f.sent_at,
            "final_at": f.final_at, "closed_at": f.closed_at, "case": f.conduct.map(|c| c.to_string()), "finance_at": f.finance_at,
            "orders": orders.iter().map(|(_, n)| n).collect::<Vec<_>>(), "said": said_json(&said),
        }));
    }
    Ok(Value::Array(out))
}

/// Files that were handed in, as far as there is room; of the others the digest stands with what was said.
async fn files(watch: &Watch, a: &Audit, drafts: bool, archive: &mut Archive) -> Result<()> {
    let db = watch.db();
    let mut about: Vec<(&str, i64)> = Vec::new();
    about.extend(inquiries::questions_of(db, a.id).await?.iter().map(|q| (QUESTION, q.id)));
    about.extend(inquiries::findings_of(db, a.id, drafts).await?.iter().map(|f| (FINDING, f.id)));
    let (mut room, mut left) = (FILES_BYTES_MAX, Vec::new());
    for (matter, id) in about {
        for (digest, _) in base::said::files(db, matter, id).await? {
            let (name, bytes) = base::said::file(db, matter, id, &digest).await?;
            let path = format!("files/{}-{}", digest.get(..16).unwrap_or_default(), name.replace(['/', '\\'], "-"));
            match room.checked_sub(bytes.len()) {
                _ if archive.has(&path) => {}
                Some(rest) => {
                    room = rest;
                    archive.add(&path, &bytes)?;
                }
                None => left.push(format!("{digest} {name}")),
            }
        }
    }
    if left.is_empty() { Ok(()) } else { archive.add("files/没有放进来的.txt", left.join("\n").as_bytes()) }
}

#[derive(Template)]
#[template(path = "audits/pages/file.html")]
struct File<'a> {
    number: &'a str,
    p: &'a Paper,
}

/// A file's name for a number: what is neither a letter nor a digit becomes a dash.
fn file_name(number: &str) -> String {
    number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// Receipts of entries with their words, each checked like any other.
async fn receipts(watch: &Watch, archive: &mut Archive, entries: &[Recorded]) -> Result<()> {
    for e in entries.iter().filter(|e| e.seq > 0) {
        let mut proof = log::proof(watch, e.seq, None).await?;
        (proof["salt"], proof["body"]) = (json!(e.salt), json!(e.body));
        archive.add(&format!("receipts/{}.json", e.seq), proof.to_string().as_bytes())?;
    }
    Ok(())
}

/// Every entry about the audit, its questions, findings and orders, each once.
async fn entries(watch: &Watch, a: &Audit, papers: &[store::Paper], drafts: bool) -> Result<Vec<Recorded>> {
    let db = watch.db();
    let mut subjects = vec![format!("audit/{}", a.id)];
    subjects.extend(inquiries::questions_of(db, a.id).await?.iter().map(|q| format!("audit_question/{}", q.id)));
    let findings = inquiries::findings_of(db, a.id, drafts).await?;
    subjects.extend(findings.iter().map(|f| format!("audit_finding/{}", f.id)));
    subjects.extend(papers.iter().map(|p| format!("order/{}", p.order)));
    let mut out = Vec::new();
    for s in subjects {
        out.extend(journal::about(db, &s).await?);
    }
    // The entry that decided the draw.
    if let Some(seq) = a.entry_seq {
        out.extend(journal::after(db, seq - 1, 1).await?.into_iter().filter(|e| within(a, e)));
    }
    out.sort_by_key(|e| e.seq);
    out.dedup_by_key(|e| e.seq);
    Ok(out)
}

/// The deciding entry may be of a place the audit does not cover; then the number and hash in the record have to do.
fn within(a: &Audit, e: &Recorded) -> bool {
    e.region.starts_with(rules::place::prefix(&a.scope.region))
}

/// Puts the case file together; the auditor's holds drafts too that nobody else has seen.
pub async fn file(watch: &Watch, a: &Audit, drafts: bool) -> Result<Vec<u8>> {
    let db = watch.db();
    let draw = draw_record(watch, a).await?.ok_or(Fail::Hidden)?;
    // What was written a moment ago has no number or no proof yet.
    journal::sequence(db).await?;
    while log::follow(watch).await? > 0 {}
    let mut archive = Archive::new(CASE_BYTES_MAX);
    archive.add("README.txt", README.as_bytes())?;
    let org = base::orgs::names(db, &[a.org]).await?.remove(&a.org).unwrap_or_default();
    let pretty = |v: &Value| format!("{v:#}\n").into_bytes();
    archive.add("audit.json", &pretty(&audit_json(a, &org)))?;
    archive.add("draw.json", format!("{draw}\n").as_bytes())?;
    let list = store::papers(db, a.id).await?;
    let (mut index, mut rows) = (Vec::new(), vec![heading()]);
    for p in &list {
        let paper = papers::gather(watch, a.id, p.order, false).await?;
        let name = file_name(&p.number);
        archive.add(&format!("papers/{name}.json"), &pretty(&paper.json()))?;
        let page = File { number: &a.number, p: &paper };
        archive.add(&format!("papers/{name}.html"), page.render()?.as_bytes())?;
        rows.push(row(&paper, &name));
        index.push(json!({
            "order": p.number, "file": format!("papers/{name}.json"), "how": if p.named { "named" } else { "drawn" },
            "points": p.points, "total": p.total, "finished": p.done, "differing": paper.differing(),
        }));
    }
    archive.add("index.json", &pretty(&Value::Array(index)))?;
    archive.add("index.csv", &sheet::csv_of(&rows)?)?;
    archive.add("questions.json", &pretty(&questions(watch, a).await?))?;
    archive.add("findings.json", &pretty(&findings(watch, a, drafts).await?))?;
    files(watch, a, drafts, &mut archive).await?;
    receipts(watch, &mut archive, &entries(watch, a, &list, drafts).await?).await?;
    archive.add("log-key.txt", format!("{}\n", watch.signer().verifier().vkey()).as_bytes())?;
    archive.finish()
}

fn heading() -> Vec<String> {
    ["订单", "来源", "金额（元）", "底稿", "不符合项", "文件"].map(str::to_owned).to_vec()
}

fn row(paper: &Paper, name: &str) -> Vec<String> {
    vec![
        paper.p.number.clone(),
        if paper.p.named { format!("指定：{}", paper.p.reason) } else { "抽取".into() },
        Fen(paper.p.total).plain(),
        if paper.p.done { "已完成" } else { "未完成" }.into(),
        paper.differing().to_string(),
        format!("papers/{name}.html"),
    ]
}

/// A time for templates.
fn when(at: &i64) -> String {
    show_time(*at)
}
