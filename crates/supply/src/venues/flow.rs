//! Making and changing venues; the defaults of an empty installation.
use super::store::{self, Venue};
use crate::Supply;
use crate::shelf::flags_of;
use base::access::{Actor, Scope};
use kit::{Entry, Fail, Result};
use rules::calendar::{Day, parse_day};
use rules::duty::Duty;
use rules::venue::Admission;
use serde::Deserialize;
use serde_json::json;

const VENUES: &str = include_str!("../../../../data/venues.csv");
/// Products of one list.
const LIST_MAX: usize = 2_000;

#[derive(Deserialize)]
struct Line {
    key: String,
    title: String,
    banner: String,
    words: String,
    flags: String,
    origin: String,
    certificate: String,
    categories: String,
    listed: String,
    reserve_base: String,
    from: String,
    place: i64,
}

fn split(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Fills an empty installation with the venues of the file in `data/`.
pub async fn seed(supply: &Supply) -> Result<()> {
    let db = supply.db();
    if !store::all(db).await?.is_empty() {
        return Ok(());
    }
    let root = supply.facts().root.clone();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(VENUES.as_bytes());
    let lines = reader.deserialize().collect::<std::result::Result<Vec<Line>, _>>().map_err(Fail::fault)?;
    let mut venues = Vec::new();
    for l in lines {
        let wrong = |what: String| Fail::Fault(format!("venues.csv, {}: {what}", l.key));
        venues.push(Venue {
            from: parse_day(&l.from).ok_or_else(|| wrong(format!("{} is no day", l.from)))?,
            admission: Admission {
                flags: flags_of(&l.flags).map_err(|w| wrong(format!("unknown flag {w}")))?,
                origin: l.origin,
                certificate: l.certificate == "1",
                categories: split(&l.categories),
                listed: l.listed == "1",
            },
            reserve_base: split(&l.reserve_base),
            key: l.key,
            title: l.title,
            banner: l.banner,
            words: l.words,
            region: root.clone(),
            to: None,
            place: l.place,
            version: 0,
        });
    }
    let venues = &venues;
    db.write("venues.seed", |tx| {
        Box::pin(async move {
            for v in venues {
                if store::put(tx, v).await? {
                    let e = Entry {
                        region: v.region.clone(),
                        room: "venues",
                        kind: "venue.made",
                        subject: format!("venue/{}", v.key),
                        actor: 0,
                        via: "file",
                        data: json!({"title": v.title}),
                    };
                    tx.journal(e).await?;
                }
            }
            Ok(())
        })
    })
    .await
}

/// A venue as the finance department sets it.
pub struct NewVenue {
    /// Key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Line on the banner.
    pub banner: String,
    /// What is in it, in words.
    pub words: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Option<Day>,
    /// Conditions.
    pub admission: Admission,
    /// Categories of which a share is reserved.
    pub reserve_base: Vec<String>,
    /// Products on the list.
    pub list: Vec<i64>,
    /// The version that was changed; 0 for a new venue.
    pub version: i64,
}

/// Makes or changes a venue of the actor's area.
pub async fn save(supply: &Supply, actor: &Actor, n: &NewVenue) -> Result<()> {
    actor.must(&[Duty::Regulator])?;
    let key_fits = (2..=20).contains(&n.key.len()) && n.key.bytes().all(|b| b.is_ascii_lowercase());
    if !key_fits || n.key == "new" {
        return Err(Fail::field("key", "venue.key", "代号应是 2 到 20 个小写字母。"));
    }
    if n.admission.is_open() {
        return Err(Fail::field("flags", "venue.conditions", "请至少写一个入馆条件，否则全部商品都会进来。"));
    }
    if n.to.is_some_and(|t| t < n.from) {
        return Err(Fail::field("to", "venue.period", "结束日应不早于开始日。"));
    }
    let facts = supply.facts();
    if let Some(c) = n.admission.categories.iter().chain(&n.reserve_base).find(|c| facts.category(c).is_none()) {
        return Err(Fail::field("categories", "venue.category", format!("没有品目 {c}。")));
    }
    if n.list.len() > LIST_MAX {
        return Err(Fail::field("list", "venue.list", format!("名单最多 {LIST_MAX} 个商品。")));
    }
    for p in &n.list {
        crate::shelf::product(supply.db(), *p).await.map_err(|e| match e {
            Fail::Hidden => Fail::field("list", "venue.list", format!("名单里的商品 {p} 不存在。")),
            other => other,
        })?;
    }
    supply
        .db()
        .write("venue.save", |tx| {
            Box::pin(async move {
                let old = match n.version {
                    0 => None,
                    _ => Some(store::venue(tx, &n.key).await?),
                };
                let region = old.as_ref().map_or(&actor.region, |v| &v.region).clone();
                // A venue belongs to the finance department that made it, and to those above.
                let mine = matches!(actor.scope(), Scope::Region(prefix) if region.starts_with(&prefix));
                if !mine {
                    return Err(Fail::Hidden);
                }
                let v = Venue {
                    key: n.key.clone(),
                    title: n.title.clone(),
                    banner: n.banner.clone(),
                    words: n.words.clone(),
                    region,
                    from: n.from,
                    to: n.to,
                    admission: n.admission.clone(),
                    reserve_base: n.reserve_base.clone(),
                    place: old.as_ref().map_or(100, |v| v.place),
                    version: n.version,
                };
                if !store::put(tx, &v).await? {
                    return Err(Fail::refuse("venue.changed", "这个代号已经有了，或场馆刚刚被别人改过，请刷新。"));
                }
                store::set_list(tx, &n.key, &n.list).await?;
                let e = Entry {
                    region: v.region.clone(),
                    room: "venues",
                    kind: if n.version == 0 { "venue.made" } else { "venue.changed" },
                    subject: format!("venue/{}", v.key),
                    actor: actor.person,
                    via: "page",
                    data: json!({
                        "title": v.title, "flags": v.admission.flags, "origin": v.admission.origin, "listed": n.list.len(),
                        "categories": v.admission.categories, "certificate": v.admission.certificate,
                    }),
                };
                tx.journal(e).await?;
                Ok(())
            })
        })
        .await
}
