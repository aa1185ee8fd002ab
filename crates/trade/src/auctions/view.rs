//! What people see of an auction: its state in words, what waits for whom, and the live part for one pair of eyes.
use super::live::Snapshot;
use super::store;
use crate::projects::{Project, store as headers};
use base::access::Actor;
use base::facts::words::say;
use kit::journal::Recorded;
use kit::{Fail, Query, Result};
use rules::Fen;
use rules::auction::{Format, Phase, Sight, State};
use rules::calendar::show_time;
use rules::duty::Duty;

/// Waiting things on one list.
const WAITING_MAX: usize = 30;
/// Size of the chart.
pub(super) const WIDTH: i64 = 640;
pub(super) const HEIGHT: i64 = 180;
const MARGIN: i64 = 14;

/// The state of a header as the table knows it.
pub(super) fn state(p: &Project) -> Result<State> {
    State::of(&p.state).ok_or_else(|| Fail::Fault(format!("auction {} is in state {}", p.id, p.state)))
}

/// Word and tone of a state key.
pub(crate) fn label(key: &str) -> (&'static str, &'static str) {
    State::of(key).map_or(("", "info"), |s| (s.label(), s.tone()))
}

/// What a journal entry of an auction means, in Chinese.
pub(crate) fn words(e: &Recorded) -> String {
    let text = |key: &str| rules::mask::public(e.data[key].as_str().unwrap_or_default());
    let more = |fixed: &str, key: &str| match text(key) {
        t if t.is_empty() => fixed.to_owned(),
        t => format!("{fixed}：{t}"),
    };
    let who = || format!("供应商 {}", text("alias"));
    match e.kind.as_str() {
        "auction.published" => match e.data["reached"].as_i64() {
            Some(n) => format!("发布竞价公告，通知 {n} 家符合条件的供应商，开始报价"),
            None => say(&e.kind).to_owned(),
        },
        "auction.entered" => format!("{} 参加", who()),
        "auction.asked" => more(say(&e.kind), "question"),
        "auction.answered" => more(say(&e.kind), "answer"),
        "auction.phase" => format!("进入{}", phase_word(e.data["phase"].as_str().unwrap_or_default())),
        "auction.closed" => format!("报价截止，{} 家有效报价，随机数公开", e.data["bidders"]),
        "auction.low" => format!("{} 的报价{}，要求说明", who(), text("why")),
        "auction.checked" => format!("核验 {}：{}", who(), if e.data["pass"] == true { "满足" } else { "不满足" }),
        "auction.explained" => format!("{} 说明低价", who()),
        "auction.judged" if e.data["accept"] == true => format!("采纳 {} 的低价说明", who()),
        "auction.judged" => format!("排除 {} 的异常低价", who()),
        "auction.awarded" => more(say(&e.kind), "supplier"),
        "auction.abandoned" => more(say(&e.kind), "reason"),
        "auction.failed" => more(say(&e.kind), "reason"),
        "auction.cancelled" => more(say(&e.kind), "reason"),
        "auction.switched" => more(say(&e.kind), "reason"),
        other => say(other).to_owned(),
    }
}

fn phase_word(key: &str) -> &'static str {
    match key {
        "waiting" => "待开始",
        "sealed" => "密封报价",
        "open" => "公开报价",
        "opening" => "开启密封报价",
        "pause" => "轮次间歇",
        "turn" => "轮次报价",
        "final" => "最后一次密封报价",
        _ => "截止",
    }
}

/// What waits for a supplier: project and what to do.
pub(crate) async fn todo(q: &dyn Query, a: &Actor) -> Result<Vec<(Project, &'static str)>> {
    let mut out = Vec::new();
    if a.may(Duty::SupplierOrders) {
        for (id, what) in store::for_supplier(q, a.org, WAITING_MAX).await? {
            let words = if what == "named" { "确认成交" } else { "说明低价" };
            out.push((headers::any(q, id).await?, words));
        }
    }
    Ok(out)
}

/// Milliseconds on the wall clock of Beijing: 17:02:11.348.
pub(super) fn wall(at: i64) -> String {
    let ms = (at + 8 * 3_600_000).rem_euclid(86_400_000);
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

/// One line of the ranking.
pub(super) struct Rank {
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) amount: String,
    pub(super) drop: String,
    pub(super) at: String,
    pub(super) entry: i64,
    pub(super) mine: bool,
}

/// The supplier's own part.
pub(super) struct Mine {
    pub(super) alias: String,
    pub(super) place: Option<usize>,
    pub(super) amount: Option<String>,
    pub(super) sealed: bool,
    pub(super) most: String,
    pub(super) open: bool,
    pub(super) turn: &'static str,
}

/// The live part of the page for one pair of eyes.
pub(super) struct Seen {
    /// Changes with what one can do.
    pub(super) key: String,
    pub(super) phase: &'static str,
    pub(super) words: String,
    pub(super) until: Option<i64>,
    pub(super) until_words: String,
    pub(super) extensions: u32,
    pub(super) extended: bool,
    pub(super) count: String,
    pub(super) ranks: Vec<Rank>,
    pub(super) hidden: &'static str,
    pub(super) paths: Vec<String>,
    pub(super) high: String,
    pub(super) low: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) mine: Option<Mine>,
    pub(super) over: bool,
}

fn phase_words(s: &Snapshot) -> (&'static str, String) {
    let name = |who: Option<i64>| who.and_then(|w| s.alias(w)).unwrap_or_default();
    match s.book.phase() {
        Phase::Waiting => ("待开始", String::new()),
        Phase::Sealed => ("密封报价中", "报价加密保存，截止前任何人都看不到。".to_owned()),
        Phase::Open => ("公开报价中", String::new()),
        Phase::Opening => ("正在开启密封报价", String::new()),
        Phase::Pause(n) => ("轮次间歇", format!("第 {n} 轮即将开始。")),
        Phase::Turn(n, _) => ("轮次报价中", format!("第 {n} 轮，轮到供应商 {}。", name(s.book.turn_of()))),
        Phase::Final => ("最后一次密封报价", "入围的供应商各报一次，截止后同时开启。".to_owned()),
        Phase::Closed => ("已截止", String::new()),
    }
}

/// What one pair of eyes sees: `supplier` for a bidder, None for everybody else.
pub(super) fn seen(s: &Snapshot, supplier: Option<i64>) -> Seen {
    let settings = s.book.settings();
    let over = s.book.phase() == Phase::Closed;
    let ranking = s.book.ranking();
    let (phase, words) = phase_words(s);
    let all = over || (settings.sight == Sight::Lowest && !settings.hide_count);
    let lowest = over || settings.sight == Sight::Lowest;
    let rank = |i: usize, r: &rules::auction::Standing| {
        let amount = r.amount.unwrap_or(0);
        Rank {
            place: i + 1,
            name: s.name(r.bidder),
            amount: Fen(amount).yuan(),
            drop: percent(settings.ceiling, amount),
            at: wall(r.at),
            entry: s.entry_of(r.bidder, r.seq),
            mine: supplier == Some(r.bidder),
        }
    };
    let shown = ranking
        .iter()
        .enumerate()
        .filter(|(i, r)| all || (lowest && *i == 0) || (lowest && supplier == Some(r.bidder)));
    let ranks: Vec<Rank> = shown.map(|(i, r)| rank(i, r)).collect();
    let hidden = match (over, s.book.phase(), settings.sight) {
        (true, ..) => "",
        (_, Phase::Sealed, _) => "密封报价，截止后同时开启。",
        (_, _, Sight::Nothing) => "截止前不公开任何报价。",
        (_, _, Sight::Rank) => "截止前不公开价格，报价人只看到自己的名次。",
        (_, _, Sight::Lowest) if settings.hide_count => "截止前只公开当前最低价，不公开参加家数。",
        _ => "",
    };
    let count = if over || !settings.hide_count {
        format!("{} 家 · {} 次报价", s.book.bidders(), s.book.quotes())
    } else {
        "参加家数截止后公开".to_owned()
    };
    let mine = supplier.and_then(|who| mine(s, who));
    let (paths, high, low, from, to) = chart(s, lowest, over);
    let until = (!over && s.book.phase() != Phase::Opening).then(|| s.book.until());
    Seen {
        key: format!("{}-{}-{}", s.state, s.book.phase().key(), mine.as_ref().is_some_and(|m| m.open)),
        phase,
        words,
        until,
        until_words: until.map_or(String::new(), show_time),
        extensions: s.book.extensions(),
        extended: s.book.retried(),
        count,
        ranks,
        hidden,
        paths,
        high,
        low,
        from,
        to,
        mine,
        over,
    }
}

fn percent(ceiling: i64, amount: i64) -> String {
    let bp = i128::from(ceiling - amount) * 10_000 / i128::from(ceiling.max(1));
    format!("−{}.{:02}%", bp / 100, bp % 100)
}

fn mine(s: &Snapshot, who: i64) -> Option<Mine> {
    let alias = s.alias(who)?;
    let book = &s.book;
    let own = book.standing().iter().find(|r| r.bidder == who);
    let place = book.ranking().iter().position(|r| r.bidder == who).map(|i| i + 1);
    let open = match book.phase() {
        Phase::Sealed | Phase::Open => true,
        Phase::Turn(..) => book.turn_of() == Some(who),
        Phase::Final => book.finalists().contains(&who),
        Phase::Waiting | Phase::Opening | Phase::Pause(_) | Phase::Closed => false,
    };
    let turn = match (book.phase(), open) {
        (Phase::Turn(..), true) => "轮到贵方报价",
        (Phase::Turn(..) | Phase::Pause(_), false) => "请等轮到贵方",
        (Phase::Final, false) => "贵方没有进入最后一次报价",
        _ => "",
    };
    let shows = book.settings().sight != Sight::Nothing || book.phase() == Phase::Closed;
    Some(Mine {
        alias,
        place: place.filter(|_| shows),
        amount: own.and_then(|r| r.amount).map(|v| Fen(v).yuan()),
        sealed: own.is_some_and(|r| r.amount.is_none()),
        most: Fen(book.must_be(who) / s.quantity.max(1)).yuan(),
        open,
        turn,
    })
}

/// Lines of the chart: while it runs the lowest price over time; afterwards one line a bidder.
fn chart(s: &Snapshot, shown: bool, over: bool) -> (Vec<String>, String, String, String, String) {
    let none = || (Vec::new(), String::new(), String::new(), String::new(), String::new());
    let points: Vec<(i64, i64, i64)> = s.open_quotes();
    if !shown || points.len() < 2 {
        return none();
    }
    let (first, last) = (points[0].1, points[points.len() - 1].1.max(points[0].1 + 1));
    let high = points.iter().map(|p| p.2).max().unwrap_or(0);
    let low = points.iter().map(|p| p.2).min().unwrap_or(0);
    let x = |at: i64| MARGIN + (at - first) * (WIDTH - 2 * MARGIN) / (last - first);
    let y = |v: i64| HEIGHT - MARGIN - (v - low) * (HEIGHT - 2 * MARGIN) / (high - low).max(1);
    let line = |points: &[(i64, i64)]| {
        let mut path = String::new();
        for (i, (at, v)) in points.iter().enumerate() {
            path.push_str(&if i == 0 { format!("M{} {}", x(*at), y(*v)) } else { format!(" H{} V{}", x(*at), y(*v)) });
        }
        path.push_str(&format!(" H{}", x(last)));
        path
    };
    let mut lines: Vec<Vec<(i64, i64)>> = Vec::new();
    if over {
        let mut who: Vec<i64> = points.iter().map(|p| p.0).collect();
        who.sort_unstable();
        who.dedup();
        lines.extend(who.iter().map(|w| points.iter().filter(|p| p.0 == *w).map(|p| (p.1, p.2)).collect()));
    } else {
        let mut best = i64::MAX;
        let lower = |p: &&(i64, i64, i64)| {
            let yes = p.2 < best;
            best = best.min(p.2);
            yes
        };
        lines.push(points.iter().filter(lower).map(|p| (p.1, p.2)).collect());
    }
    let paths = lines.iter().map(|l| line(l)).collect();
    (paths, Fen(high).yuan(), Fen(low).yuan(), show_time(first), show_time(last))
}

/// The steps of the page with their look.
pub(super) fn steps(p: &Project, format: Format) -> Vec<(&'static str, &'static str)> {
    let mid = match format {
        Format::Sealed => "密封报价",
        Format::Open => "公开报价",
        Format::Rounds => "密封加轮次",
        Format::Final => "公开加密封",
    };
    let at = match State::of(&p.state) {
        Some(State::Approving | State::Returned) => 0,
        Some(State::Live) => 1,
        Some(State::Checking) => 2,
        Some(State::Awarded) => 3,
        Some(State::Concluded) => 5,
        _ => usize::MAX,
    };
    let look = |i: usize| match at {
        usize::MAX => "",
        at if i < at => "done",
        at if i == at => "now",
        _ => "",
    };
    ["审批", mid, "核验", "成交确认", "合同和订单"].into_iter().enumerate().map(|(i, w)| (w, look(i))).collect()
}
