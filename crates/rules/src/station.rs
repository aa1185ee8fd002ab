//! 分站上线: the states of a station and how it moves, what still keeps it from moving, when its tasks are due, and who may begin
//! a purchase there.
use crate::calendar::{Calendar, Day};
use crate::check::{Check, Verdict};
use crate::duty::{Duties, Duty};
use crate::place::{reached, within};
use crate::states::{moves, states};

states! {
    /// Where a station stands.
    State {
        /// Nobody buys yet.
        Preparing "preparing" "筹备中" "",
        /// Only units that are named buy.
        Trial "trial" "试运行" "warn",
        /// All units of the place buy.
        Live "live" "已上线" "ok",
        /// Nobody begins anything new; what was begun is finished.
        Closed "closed" "已关闭" "bad",
    }
}

moves! {
    /// What moves a station.
    Act on State {
        /// 开始试运行.
        Try,
        /// 退回筹备: the trial showed that it is too early.
        Withdraw,
        /// 正式上线.
        Open,
        /// 关闭并移交.
        Close,
        /// 重新筹备.
        Reopen,
    }
    [
        Preparing Try => Trial,
        Trial Withdraw => Preparing,
        Trial Open => Live,
        Trial Close => Closed,
        Live Close => Closed,
        Closed Reopen => Preparing,
    ]
}

impl Act {
    /// Key in forms and in the journal, and the word on the button.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Act::Try => ("try", "开始试运行"),
            Act::Withdraw => ("withdraw", "退回筹备"),
            Act::Open => ("open", "正式上线"),
            Act::Close => ("close", "关闭并移交"),
            Act::Reopen => ("reopen", "重新筹备"),
        }
    }

    /// The act of a key.
    pub fn of(key: &str) -> Option<Act> {
        [Act::Try, Act::Withdraw, Act::Open, Act::Close, Act::Reopen].into_iter().find(|a| a.words().0 == key)
    }
}

/// How a unit stands to its station when it wants to begin a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// State of the station.
    pub state: State,
    /// Is the unit named for the trial?
    pub named: bool,
    /// Name of the station that took over; empty for none.
    pub heir: String,
}

/// Code of the check that marks what was bought during a trial.
pub const TRIAL: &str = "station.trial";

/// May a purchase begin at a station? During a trial only units that the finance department has named may.
pub fn admit(s: &Standing, place: &str) -> Check {
    let check = |code, verdict, figures: String, advice: &str| Check {
        code,
        title: "分站可以采购".into(),
        verdict,
        figures,
        advice: advice.to_owned(),
        rule: 0,
    };
    match (s.state, s.named) {
        (State::Live, _) => check("station.open", Verdict::Pass, format!("{place}分站已上线。"), ""),
        (State::Trial, true) => check(
            TRIAL,
            Verdict::Warn,
            format!("{place}分站试运行，本单位是试点单位；这笔采购记为试运行采购。"),
            "试运行期间请把发现的问题告诉财政部门。",
        ),
        (State::Trial, false) => check(
            TRIAL,
            Verdict::Block,
            format!("{place}分站试运行，只有财政部门点名的试点单位可以采购。"),
            "请等正式上线；要参加试运行的，请联系本地财政部门。",
        ),
        (State::Preparing, _) => check(
            "station.open",
            Verdict::Block,
            format!("{place}分站还在筹备，不能采购。"),
            "请等分站上线，或者按原来的方式采购。",
        ),
        (State::Closed, _) if s.heir.is_empty() => check(
            "station.open",
            Verdict::Block,
            format!("{place}分站已关闭，不能发起新的采购。"),
            "已经发起的采购继续办完；新的采购请联系本地财政部门。",
        ),
        (State::Closed, _) => check(
            "station.open",
            Verdict::Block,
            format!("{place}分站已关闭，由{}分站接手，不能发起新的采购。", s.heir),
            "已经发起的采购继续办完；新的采购请联系接手分站的财政部门。",
        ),
    }
}

/// Ways of buying that a station may have switched on: key in `station.features`, name.
pub const WAYS: [(&str, &str); 4] =
    [("direct", "直购"), ("auction", "竞价"), ("batch", "批量采购"), ("fixed", "定点采购")];

/// Is a way of buying switched on at a station? `features` is the rule's list, None when there is no rule.
pub fn switched_on(features: Option<&[String]>, way: &str, place: &str, rule: i64) -> Check {
    let on = features.is_none_or(|l| l.iter().any(|f| f == way));
    let name = |key: &str| WAYS.iter().find(|(k, _)| *k == key).map(|(_, w)| *w);
    let word = name(way).unwrap_or("这种方式");
    let others: Vec<&str> = features.into_iter().flatten().filter_map(|f| name(f)).collect();
    let advice = match others.as_slice() {
        [] => "请联系本地财政部门。".to_owned(),
        list => format!("已开通的有{}，请改用其中一种，或者联系本地财政部门。", list.join("、")),
    };
    Check {
        code: "station.feature",
        title: "分站开通了这种采购方式".into(),
        verdict: if on { Verdict::Pass } else { Verdict::Block },
        figures: format!("{place}分站{}开通{word}。", if on { "已" } else { "没有" }),
        advice: if on { String::new() } else { advice },
        rule,
    }
}

/// What a unit still lacks among people: duties nobody has, or one person where the law wants two. Handler, reviewer and signer
/// are three people; whoever handles neither accepts (Government Procurement Law art. 61) nor approves the payment.
pub fn lacking(people: &[Duties]) -> Vec<&'static str> {
    const WANTED: [Duty; 5] = [Duty::Handler, Duty::Reviewer, Duty::Signer, Duty::Receiver, Duty::Accountant];
    let nobody: Vec<_> = WANTED.into_iter().filter(|d| !people.iter().any(|p| p.has(*d))).map(Duty::label).collect();
    if !nobody.is_empty() {
        return nobody;
    }
    let other = |d: Duty, not: &[usize]| (0..people.len()).filter(|i| people[*i].has(d) && !not.contains(i)).collect();
    let handlers: Vec<usize> = other(Duty::Handler, &[]);
    let apart = handlers.into_iter().any(|h| {
        let reviewers: Vec<usize> = other(Duty::Reviewer, &[h]);
        let chain = reviewers.into_iter().any(|r| !Vec::is_empty(&other(Duty::Signer, &[h, r])));
        chain && [Duty::Receiver, Duty::Accountant].into_iter().all(|d| !Vec::is_empty(&other(d, &[h])))
    });
    if apart { Vec::new() } else { vec!["经办、审核、确认要三个人，验收人和财务不能是经办人"] }
}

/// A supplier as far as coverage goes; each a list separated by spaces.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Areas it delivers to.
    pub areas: String,
    /// Category prefixes it is admitted for; empty for all.
    pub categories: String,
    /// Categories (`c:`) and areas (`a:`) that measures have closed.
    pub closed: String,
}

impl Reach {
    fn comes_to(&self, place: &str) -> bool {
        let closed = self.closed.split_whitespace().filter_map(|c| c.strip_prefix("a:"));
        reached(self.areas.split_whitespace(), place) && !reached(closed, place)
    }

    fn sells(&self, prefix: &str) -> bool {
        let near = |c: &str| prefix.starts_with(c) || c.starts_with(prefix);
        let admitted = self.categories.is_empty() || self.categories.split_whitespace().any(near);
        let closed = |c: &str| c.strip_prefix("c:").is_some_and(|c| prefix.starts_with(c));
        admitted && !self.closed.split_whitespace().any(closed)
    }
}

/// How many suppliers come to a place for each category prefix, counted up to `most`; and how many come at all.
pub fn coverage(suppliers: &[Reach], place: &str, prefixes: &[String], most: i64) -> (Vec<i64>, i64) {
    let here: Vec<&Reach> = suppliers.iter().filter(|s| s.comes_to(place)).collect();
    let count = |p: &String| here.iter().filter(|s| s.sells(p)).take(most.max(1) as usize).count() as i64;
    (prefixes.iter().map(count).collect(), here.len() as i64)
}

/// A buying unit of a station.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Organisation.
    pub org: i64,
    /// Name.
    pub name: String,
    /// Is it named for the trial?
    pub named: bool,
    /// What it lacks among people, see [`lacking`].
    pub lacking: Vec<&'static str>,
    /// People who have a duty in buying.
    pub buyers: i64,
    /// Those of them with a training record that still counts.
    pub trained: i64,
    /// Plan lines of this year that have a budget.
    pub plans: i64,
    /// Places of delivery.
    pub addresses: i64,
}

/// What is known of a station before it moves.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// People who regulate at the station's own finance department.
    pub regulators: i64,
    /// The same at the level above.
    pub regulators_above: i64,
    /// People of the nearest centre that reviews goods and mediates.
    pub centre: i64,
    /// How many rules a purchase needs.
    pub rules_needed: usize,
    /// Titles of those of them that are not in force here.
    pub rules_missing: Vec<String>,
    /// How many of them the station has set itself.
    pub rules_own: usize,
    /// Its units.
    pub units: Vec<Unit>,
    /// How many categories the catalogue has here.
    pub categories: usize,
    /// Categories with fewer suppliers than wanted, by name, with the number.
    pub thin: Vec<(String, i64)>,
    /// Suppliers that deliver here.
    pub suppliers: i64,
    /// Categories of goods with nothing on the shelf here; only warned of.
    pub bare: Vec<String>,
    /// Obligatory tasks.
    pub must: usize,
    /// Titles of those still open.
    pub must_open: Vec<String>,
    /// Orders of the trial that came to something.
    pub trial_orders: i64,
}

/// A parameter of the rulebook: its value and its rule.
#[derive(Clone, Copy, Debug, Default)]
pub struct Param {
    /// Value.
    pub value: i64,
    /// Id of the rule; 0 for none.
    pub rule: i64,
}

/// What the rulebook wants of a station.
#[derive(Clone, Copy, Debug, Default)]
pub struct Params {
    /// Suppliers per category.
    pub suppliers_min: Param,
    /// Share of units with people for every duty and a place of delivery, percent.
    pub duties_percent: Param,
    /// Share of buyers that are trained, percent.
    pub trained_percent: Param,
    /// Share of units with plans and budget, percent.
    pub budget_percent: Param,
    /// Orders of the trial before going live.
    pub trial_orders_min: Param,
}

/// Names shown in one line at most.
const NAMED_MAX: usize = 5;

/// Some names, and how many more.
fn some(names: &[String]) -> String {
    let head = names[..names.len().min(NAMED_MAX)].join("、");
    if names.len() > NAMED_MAX { format!("{head}等 {} 个", names.len()) } else { head }
}

fn check(code: &'static str, title: &str, ok: bool, figures: String, advice: &str, rule: i64) -> Check {
    let verdict = if ok { Verdict::Pass } else { Verdict::Block };
    let advice = if ok { String::new() } else { advice.to_owned() };
    Check { code, title: title.to_owned(), verdict, figures, advice, rule }
}

/// A share of units or people: enough in percent of all, and at least one at all.
fn enough(have: i64, all: i64, percent: i64) -> bool {
    all > 0 && have > 0 && have * 100 >= percent * all
}

/// What speaks for and against a move; what blocks keeps it from being made. A trial is judged by the units named for it, all of
/// which have to be ready; going live by all units of the station and the shares that the rulebook wants.
pub fn judge(act: Act, f: &Figures, p: &Params) -> Vec<Check> {
    let trial = match act {
        Act::Try => true,
        Act::Open => false,
        Act::Withdraw | Act::Close | Act::Reopen => return Vec::new(),
    };
    let mut out = vec![offices(f), centre(f), rulebook(f)];
    let units: Vec<&Unit> = f.units.iter().filter(|u| u.named || !trial).collect();
    out.push(match (trial, units.len()) {
        (true, n) => check(
            "station.trial_units",
            "点名了试点单位",
            n > 0,
            format!("试点单位 {n} 个，分站共有采购单位 {} 个。", f.units.len()),
            "请在“试点单位”里点名至少一个单位。",
            0,
        ),
        (false, n) => check(
            "station.units",
            "有采购单位",
            n > 0,
            format!("采购单位 {n} 个。"),
            "请在“单位与账号”里登记采购单位，给每个单位开第一个账号。",
            0,
        ),
    });
    let all = if trial { Param { value: 100, rule: 0 } } else { p.duties_percent };
    out.push(duties(&units, all));
    let all = if trial { Param { value: 100, rule: 0 } } else { p.budget_percent };
    out.push(budget(&units, all));
    out.push(training(&units, p.trained_percent));
    out.push(suppliers(f, p.suppliers_min));
    out.extend(shelf(f));
    if !trial {
        out.push(tasks(f));
        let ok = f.trial_orders >= p.trial_orders_min.value;
        let figures = format!("试运行成交 {} 单，至少要 {} 单。", f.trial_orders, p.trial_orders_min.value);
        let advice = "请试点单位各走一遍采购流程，发现的问题改好以后再上线。";
        out.push(check("station.trial_orders", "试运行走通了流程", ok, figures, advice, p.trial_orders_min.rule));
    }
    out
}

fn offices(f: &Figures) -> Check {
    let figures = match (f.regulators, f.regulators_above) {
        (0, 0) => "本级和上一级财政部门都没有监管账号。".to_owned(),
        (0, n) => format!("本级财政部门没有监管账号，由上一级代管，有 {n} 人。"),
        (n, _) => format!("本级财政部门有监管人员 {n} 人。"),
    };
    let advice = "请上级财政部门或平台运维在“单位与账号”里为本级财政部门开账号：预警、投诉和取消都要有人办理。";
    check("station.regulator", "有财政监管人员", f.regulators + f.regulators_above > 0, figures, advice, 0)
}

fn centre(f: &Figures) -> Check {
    let advice = "请在“单位与账号”里登记集采机构并开账号：入驻、商品审核和投诉调解都要有人办理。";
    let figures = format!("最近的集采机构有 {} 人。", f.centre);
    check("station.centre", "有集采机构", f.centre > 0, figures, advice, 0)
}

fn rulebook(f: &Figures) -> Check {
    let ok = f.rules_missing.is_empty() && f.rules_needed > 0;
    let in_force = f.rules_needed - f.rules_missing.len();
    let mut figures = format!(
        "采购要用的 {} 项规则，{in_force} 项有效，其中本级自己定的 {} 项，其余沿用上级。",
        f.rules_needed, f.rules_own
    );
    if !f.rules_missing.is_empty() {
        figures.push_str(&format!("没有规定的：{}。", some(&f.rules_missing)));
    }
    let advice = "请本级或上级财政部门先把这些规则定下来。";
    check("station.rules", "采购要用的规则都有效", ok, figures, advice, 0)
}

fn duties(units: &[&Unit], percent: Param) -> Check {
    let fit = |u: &&&Unit| u.lacking.is_empty() && u.addresses > 0;
    let have = units.iter().filter(fit).count() as i64;
    let short = |u: &&Unit| {
        let mut what: Vec<String> = u.lacking.iter().map(|l| (*l).to_owned()).collect();
        if u.addresses == 0 {
            what.push("收货地址".into());
        }
        format!("{}（{}）", u.name, what.join("、"))
    };
    let lack: Vec<String> = units.iter().filter(|u| !fit(u)).map(short).collect();
    let mut figures =
        format!("{} 个单位里，岗位和收货地址齐全的 {have} 个，要求不低于 {}%。", units.len(), percent.value);
    if !lack.is_empty() {
        figures.push_str(&format!("还缺：{}。", some(&lack)));
    }
    let ok = enough(have, units.len() as i64, percent.value);
    let advice = "请单位确认人在“人员与岗位”里按岗位开账号，由经办人填收货地址：经办、审核、确认、验收、财务，不相容的由不同的人担任。";
    check("station.duties", "单位岗位齐全、不相容岗位分开", ok, figures, advice, percent.rule)
}

fn budget(units: &[&Unit], percent: Param) -> Check {
    let have = units.iter().filter(|u| u.plans > 0).count() as i64;
    let lines: i64 = units.iter().map(|u| u.plans).sum();
    let lack: Vec<String> = units.iter().filter(|u| u.plans == 0).map(|u| u.name.clone()).collect();
    let mut figures = format!(
        "{} 个单位里，今年有预算和采购计划的 {have} 个（{lines} 条），要求不低于 {}%。",
        units.len(),
        percent.value
    );
    if !lack.is_empty() {
        figures.push_str(&format!("还没有的：{}。", some(&lack)));
    }
    let ok = enough(have, units.len() as i64, percent.value);
    let advice = "没有预算和计划就不能下单。请单位财务在“计划与预算”里录入或导入。";
    check("station.budget", "预算和采购计划已接入", ok, figures, advice, percent.rule)
}

fn training(units: &[&Unit], percent: Param) -> Check {
    let (buyers, trained) = units.iter().fold((0, 0), |(b, t), u| (b + u.buyers, t + u.trained));
    let figures = format!("采购人员 {buyers} 人，培训过的 {trained} 人，要求不低于 {}%。", percent.value);
    let advice = "请组织培训，并在“培训记录”里登记。";
    check("station.trained", "采购人员培训过", enough(trained, buyers, percent.value), figures, advice, percent.rule)
}

fn suppliers(f: &Figures, least: Param) -> Check {
    let ok = f.thin.is_empty() && f.categories > 0;
    let mut figures = format!(
        "供货到本地的供应商 {} 家；目录里 {} 个品目，每个品目至少 {} 家的有 {} 个。",
        f.suppliers,
        f.categories,
        least.value,
        f.categories - f.thin.len()
    );
    if !f.thin.is_empty() {
        let thin: Vec<String> = f.thin.iter().map(|(name, n)| format!("{name}（{n} 家）")).collect();
        figures.push_str(&format!("不够的：{}。", some(&thin)));
    }
    let advice = "请发征集公告，或者请已入驻的供应商把供货区域扩大到本地。";
    check("station.suppliers", "目录里每个品目都有供应商", ok, figures, advice, least.rule)
}

/// Nothing on the shelf in some categories keeps nobody from buying the others: it is only said.
fn shelf(f: &Figures) -> Option<Check> {
    (!f.bare.is_empty()).then(|| Check {
        code: "station.shelf",
        title: "货物品目都有商品在售".into(),
        verdict: Verdict::Warn,
        figures: format!("这些品目还没有供货到本地的商品：{}。", some(&f.bare)),
        advice: "不影响上线；请提醒供应商上架。".into(),
        rule: 0,
    })
}

fn tasks(f: &Figures) -> Check {
    let ok = f.must_open.is_empty() && f.must > 0;
    let mut figures = format!("必办任务 {} 项，办结 {} 项。", f.must, f.must - f.must_open.len());
    if !f.must_open.is_empty() {
        figures.push_str(&format!("还没有办结：{}。", some(&f.must_open)));
    }
    check("station.tasks", "必办任务都已办结", ok, figures, "请在“任务”里办结，并写明办理情况。", 0)
}

/// The day `n` working days before another; 0 gives the day itself.
pub fn working_days_before(calendar: &Calendar, day: Day, n: u32) -> Day {
    let (mut at, mut left) = (day, n);
    while left > 0 {
        at -= 1;
        left -= u32::from(calendar.is_working(at));
    }
    at
}

/// Who opens a station: may an office of `office` do it for the station `station`, whose level above is `above`? By the rule
/// `station.opened_by` either the station's own finance department may, or only one above it; one above always may.
pub fn opens(own_allowed: bool, office: &str, station: &str) -> bool {
    if office == station { own_allowed } else { within(station, office) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_day;

    fn unit(name: &str) -> Unit {
        Unit {
            org: 1,
            name: name.into(),
            named: true,
            buyers: 5,
            trained: 5,
            plans: 3,
            addresses: 1,
            ..Unit::default()
        }
    }

    fn ready() -> Figures {
        Figures {
            regulators: 1,
            centre: 1,
            rules_needed: 3,
            rules_own: 1,
            units: vec![unit("甲局"), unit("乙局")],
            categories: 2,
            suppliers: 4,
            must: 2,
            trial_orders: 1,
            ..Figures::default()
        }
    }

    fn params() -> Params {
        let of = |value| Param { value, rule: value };
        Params {
            suppliers_min: of(1),
            duties_percent: of(80),
            trained_percent: of(60),
            budget_percent: of(50),
            trial_orders_min: of(1),
        }
    }

    /// Codes of what blocks a move.
    fn blocks(act: Act, f: &Figures) -> Vec<&'static str> {
        let blocking = |c: Check| (c.verdict == Verdict::Block).then_some(c.code);
        judge(act, f, &params()).into_iter().filter_map(blocking).collect()
    }

    #[test]
    fn a_way_of_buying_is_open_where_it_is_switched_on() {
        let list = ["direct".to_owned(), "fixed".to_owned(), "venue.ludao".to_owned()];
        let c = switched_on(Some(&list), "auction", "甲县", 7);
        assert_eq!((c.verdict, c.figures.as_str(), c.rule), (Verdict::Block, "甲县分站没有开通竞价。", 7));
        assert!(c.advice.starts_with("已开通的有直购、定点采购，"));
        assert_eq!(switched_on(Some(&list), "fixed", "甲县", 7).verdict, Verdict::Pass);
        assert_eq!(switched_on(None, "auction", "甲县", 0).verdict, Verdict::Pass);
        assert_eq!(switched_on(Some(&[]), "direct", "甲县", 7).advice, "请联系本地财政部门。");
    }

    #[test]
    fn a_station_goes_through_trial_and_every_state_is_left_again() {
        use super::{Act::*, State::*};
        for from in State::ALL {
            for act in [Try, Withdraw, Open, Close, Reopen] {
                let to = match (from, act) {
                    (Preparing, Try) => Some(Trial),
                    (Trial, Withdraw) | (Closed, Reopen) => Some(Preparing),
                    (Trial, Open) => Some(Live),
                    (Trial | Live, Close) => Some(Closed),
                    _ => None,
                };
                assert_eq!(next(*from, act), to, "{from:?} {act:?}");
                assert_eq!(Act::of(act.words().0), Some(act));
            }
        }
        assert!(State::ALL.iter().all(|s| MOVES.iter().any(|(from, ..)| from == s)));
        assert_eq!(Act::of("none"), None);
    }

    #[test]
    fn who_may_begin_a_purchase() {
        for (state, named, verdict, code) in [
            (State::Live, false, Verdict::Pass, "station.open"),
            (State::Trial, true, Verdict::Warn, "station.trial"),
            (State::Trial, false, Verdict::Block, "station.trial"),
            (State::Preparing, true, Verdict::Block, "station.open"),
            (State::Closed, true, Verdict::Block, "station.open"),
        ] {
            let c = admit(&Standing { state, named, heir: "乙县".into() }, "甲县");
            assert_eq!((c.verdict, c.code), (verdict, code), "{state:?} {named}");
            assert!(c.figures.starts_with("甲县分站"));
            assert_eq!(c.figures.contains("乙县分站接手"), state == State::Closed);
        }
        let nobody = admit(&Standing { state: State::Closed, named: false, heir: String::new() }, "甲县");
        assert_eq!(nobody.figures, "甲县分站已关闭，不能发起新的采购。");
    }

    #[test]
    fn what_the_law_keeps_apart_needs_different_people() {
        use Duty::*;
        let of = |list: &[&[Duty]]| lacking(&list.iter().map(|d| Duties::of(d)).collect::<Vec<_>>());
        let apart = vec!["经办、审核、确认要三个人，验收人和财务不能是经办人"];
        assert_eq!(of(&[]), ["经办人", "审核人", "确认人", "验收人", "财务"]);
        assert_eq!(of(&[&[Handler, Reviewer, Signer]]), ["验收人", "财务"]);
        assert_eq!(of(&[&[Handler, Reviewer, Signer, Receiver, Accountant]]), apart);
        assert_eq!(of(&[&[Handler], &[Reviewer, Signer, Receiver, Accountant]]), apart, "two approve in turn");
        assert_eq!(
            of(&[&[Handler, Receiver], &[Reviewer], &[Signer, Accountant]]),
            apart,
            "who handles does not accept"
        );
        assert_eq!(of(&[&[Handler, Accountant], &[Reviewer, Receiver], &[Signer]]), apart, "nor pay");
        assert!(of(&[&[Handler], &[Reviewer, Receiver], &[Signer, Accountant]]).is_empty());
        let crossed = of(&[&[Handler, Receiver], &[Handler, Accountant], &[Reviewer], &[Signer]]);
        assert_eq!(crossed, apart, "whoever handles, one of the two is missing");
    }

    #[test]
    fn suppliers_are_counted_by_place_and_category() {
        let of = |areas: &str, categories: &str, closed: &str| Reach {
            areas: areas.into(),
            categories: categories.into(),
            closed: closed.into(),
        };
        let all = [
            of("370000", "", ""),
            of("370900", "A0504", ""),
            of("370100", "A0504", ""),
            of("370902 370911", "A05040101 C", ""),
            of("370000", "A0201", "c:A0201"),
            of("370000", "A0201", "a:370902"),
        ];
        let wanted = ["A0504", "A0201", "C13"].map(str::to_owned);
        assert_eq!(coverage(&all, "370902", &wanted, 9), (vec![3, 1, 2], 4));
        assert_eq!(coverage(&all, "370902", &wanted, 2), (vec![2, 1, 2], 4));
        assert_eq!(coverage(&all, "370101", &wanted, 9), (vec![2, 2, 1], 4));
        assert_eq!(coverage(&[], "370902", &wanted, 9), (vec![0, 0, 0], 0));
    }

    #[test]
    fn each_lack_blocks_by_itself_and_says_its_figures() {
        assert!(blocks(Act::Try, &ready()).is_empty() && blocks(Act::Open, &ready()).is_empty());
        let with = |change: fn(&mut Figures)| {
            let mut f = ready();
            change(&mut f);
            (blocks(Act::Try, &f), blocks(Act::Open, &f))
        };
        let both = |code: &'static str| (vec![code], vec![code]);
        assert_eq!(with(|f| f.regulators = 0), both("station.regulator"));
        assert_eq!(with(|f| (f.regulators, f.regulators_above) = (0, 2)), (vec![], vec![]));
        assert_eq!(with(|f| f.centre = 0), both("station.centre"));
        assert_eq!(with(|f| f.rules_missing = vec!["直购限额".into()]), both("station.rules"));
        assert_eq!(with(|f| f.thin = vec![("复印纸".into(), 0)]), both("station.suppliers"));
        assert_eq!(with(|f| f.bare = vec!["复印纸".into()]), (vec![], vec![]), "only said");
        assert_eq!(with(|f| f.must_open = vec!["试点".into()]), (vec![], vec!["station.tasks"]));
        assert_eq!(with(|f| f.trial_orders = 0), (vec![], vec!["station.trial_orders"]));
        assert_eq!(with(|f| f.units[1].plans = 0), (vec!["station.budget"], vec![]), "half is enough to go live");
        assert_eq!(with(|f| f.units[1].addresses = 0), both("station.duties"));
        assert_eq!(with(|f| f.units[1].lacking = vec!["验收人"]), both("station.duties"));
        assert_eq!(with(|f| f.units[1].trained = 0), both("station.trained"));
        assert_eq!(with(|f| f.units[1].trained = 1), (vec![], vec![]), "six of ten");
        let empty = with(|f| f.units.clear());
        let lacks = ["station.duties", "station.budget", "station.trained"];
        assert_eq!(empty.0, [&["station.trial_units"], &lacks[..]].concat());
        assert_eq!(empty.1, [&["station.units"], &lacks[..]].concat());
        // The one that is not named counts only for going live.
        let (trial, live) = with(|f| (f.units[1].named, f.units[1].plans, f.units[0].plans) = (false, 0, 0));
        assert_eq!((trial, live), both("station.budget"));
        let mut f = ready();
        f.units[1].lacking = vec!["验收人"];
        let found = judge(Act::Open, &f, &params());
        let duties = found.iter().find(|c| c.code == "station.duties").unwrap();
        assert_eq!(duties.figures, "2 个单位里，岗位和收货地址齐全的 1 个，要求不低于 80%。还缺：乙局（验收人）。");
        assert_eq!(duties.rule, 80);
        assert!(judge(Act::Close, &f, &params()).is_empty());
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let names: Vec<String> = (1..=7).map(|n| n.to_string()).collect();
        assert_eq!(some(&names), "1、2、3、4、5等 7 个");
        assert_eq!(some(&names[..5]), "1、2、3、4、5");
    }

    #[test]
    fn due_days_are_counted_back_over_weekends_and_holidays() {
        let day = |t: &str| parse_day(t).unwrap();
        // The week of 1 October 2026 off, Saturday the 10th worked.
        let off = (1..=7).map(|d| (day(&format!("2026-10-0{d}")), true));
        let cal = Calendar::new(off.chain([(day("2026-10-10"), false)]));
        for (from, n, want) in [
            ("2026-10-12", 0, "2026-10-12"),
            ("2026-10-12", 1, "2026-10-10"),
            ("2026-10-12", 3, "2026-10-08"),
            ("2026-10-12", 4, "2026-09-30"),
            ("2026-09-28", 1, "2026-09-25"),
            ("2026-09-27", 1, "2026-09-25"),
        ] {
            assert_eq!(working_days_before(&cal, day(from), n), day(want), "{n} before {from}");
        }
    }

    #[test]
    fn who_opens_a_station() {
        for (own, office, yes) in [
            (false, "370902", false),
            (true, "370902", true),
            (false, "370900", true),
            (false, "370000", true),
            (true, "370100", false),
            (true, "370911", false),
        ] {
            assert_eq!(opens(own, office, "370902"), yes, "{own} {office}");
        }
    }
}
