//! The list of notices and what of it is asked for; feeds and subscriptions use the same questions.
use crate::Watch;
use crate::disclosure::store::{self, Notice, Sought};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::text::percent;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{day_of, parse_day, show_day, start_of};
use rules::notice::{KINDS, Kind};

pub(super) const PAGE: usize = 30;

/// What of the notices somebody asks for, as typed and as understood.
pub(super) struct Asked {
    /// Region code whose notices, and all below it, are shown.
    pub(super) station: String,
    /// Name of it.
    pub(super) place: String,
    /// As typed: words, kind, unit, from, to, least, most.
    pub(super) typed: [String; 7],
    /// As understood.
    pub(super) sought: Sought,
}

const NAMES: [&str; 7] = ["words", "kind", "unit", "from", "to", "least", "most"];

impl Asked {
    /// Reads the question from the address. What is not understood does not narrow.
    pub(super) fn read(watch: &Watch, cx: &Cx) -> Asked {
        let facts = watch.facts();
        let given = Some(cx.param("station")).filter(|c| facts.region(c).is_some());
        let station = given.unwrap_or(&cx.station).to_owned();
        let typed = NAMES.map(|n| cx.param(n).chars().take(100).collect::<String>());
        let [words, kind, unit, from, to, least, most] = &typed;
        let day = |text: &str, more: i32| parse_day(text).map_or(0, |d| start_of(d + more));
        let fen = |text: &str| Fen::parse_yuan(text).map_or(0, |f| f.0);
        let sought = Sought {
            prefix: rules::place::prefix(&station).to_owned(),
            words: words.clone(),
            kind: rules::notice::kind(kind).map_or(String::new(), |k| k.key.to_owned()),
            unit: unit.clone(),
            from: day(from, 0),
            to: day(to, 1),
            least: fen(least),
            most: fen(most),
        };
        Asked { place: facts.region_name(&station), station, typed, sought }
    }

    /// The question as the query of an address, its station among it.
    pub(super) fn query(&self) -> String {
        let mut out = format!("station={}", self.station);
        for (name, value) in NAMES.iter().zip(&self.typed).filter(|(_, v)| !v.is_empty()) {
            out.push_str(&format!("&{name}={}", percent(value)));
        }
        out
    }

    fn narrowed(&self) -> bool {
        self.typed[2..].iter().any(|t| !t.is_empty())
    }
}

struct Item {
    n: Notice,
    day: String,
    amount: String,
    place: String,
}

#[derive(Template)]
#[template(path = "disclosure/pages/notices.html")]
struct Notices {
    s: Shell,
    items: Vec<Item>,
    a: Asked,
    kinds: &'static [Kind],
    query: String,
    total: i64,
    page: usize,
    pages: usize,
}

/// An amount in words; nothing where there is none.
fn amount(n: &Notice) -> String {
    if n.amount == 0 { "—".into() } else { Fen(n.amount).yuan() }
}

pub(super) async fn notices(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let a = Asked::read(&watch, &cx);
    let (found, total) = store::notices(watch.db(), &a.sought, cx.page(), PAGE).await?;
    let facts = watch.facts();
    let items = found
        .into_iter()
        .map(|n| Item {
            day: show_day(day_of(n.published_at)),
            amount: amount(&n),
            place: facts.region_name(&n.region),
            n,
        })
        .collect();
    web::html(&Notices {
        s: Shell::public(&cx, "公开公示"),
        items,
        kinds: &KINDS,
        query: a.query(),
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        a,
    })
}
