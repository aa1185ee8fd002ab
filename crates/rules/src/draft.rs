//! Drafts of rules: what a finance department may change, what is wrong with a change, and the rulebook as it would be.
//!
//! A rule is never edited. A change makes a new version from a day on, or ends the own rule so that the one above speaks again;
//! the version before keeps its days. Whoever sets a rule stays within the bounds of those above, and within what they delegate.
use crate::calendar::{Day, show_day};
use crate::check::Verdict;
use crate::duty::Duty;
use crate::rulebook::{Rule, Rulebook, Scope, Value};
use crate::states::{moves, states};

states! {
    /// Where a draft stands.
    State {
        /// Is being written.
        Editing "editing" "起草中" "info",
        /// Waits for the second person.
        Submitted "submitted" "待审核" "warn",
        /// Holds, from its day on.
        Published "published" "已发布" "ok",
        /// Came to nothing.
        Dropped "dropped" "已撤销" "bad",
    }
}

moves! {
    /// What moves a draft.
    Act on State {
        /// Hand it in.
        Submit,
        /// Give it back with a reason.
        Return,
        /// Let it take effect.
        Publish,
        /// Give it up.
        Drop,
    } [
        Editing Submit => Submitted,
        Editing Publish => Published,
        Editing Drop => Dropped,
        Submitted Return => Editing,
        Submitted Publish => Published,
        Submitted Drop => Dropped,
    ]
}

/// The key that says which keys may be set below.
pub const DELEGATED: &str = "rulebook.delegated";

/// What a key's text or list may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// Anything.
    Free,
    /// These words.
    Of(Vec<String>),
    /// Codes of the catalogue.
    Category,
    /// Duties.
    Duty,
    /// Pairs of duties as "a/b".
    Pairs,
    /// Beginnings of keys.
    Key,
}

/// One change: to which rule, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Key.
    pub key: String,
    /// Mode; none for every mode.
    pub mode: Option<String>,
    /// Form; none for every form.
    pub form: Option<String>,
    /// Category or its prefix; none for every category.
    pub category: Option<String>,
    /// Lower edge of the amount band, included.
    pub amount_from: Option<i64>,
    /// Upper edge, not included.
    pub amount_below: Option<i64>,
    /// The new version; none ends the own rule.
    pub set: Option<Set>,
}

/// What a new version says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Value.
    pub value: Value,
    /// Unit.
    pub unit: String,
    /// Least value below.
    pub min: Option<i64>,
    /// Greatest value below.
    pub max: Option<i64>,
    /// Not to be changed below.
    pub fixed: bool,
    /// Last day; none until replaced.
    pub to: Option<Day>,
}

/// Who drafts, and from when it holds.
pub struct Desk<'a> {
    /// The rulebook as it is.
    pub book: &'a Rulebook,
    /// Region codes from the top to the own one.
    pub path: &'a [&'a str],
    /// First day in force.
    pub from: Day,
    /// Today.
    pub today: Day,
    /// What texts and lists of a key may hold; none for a key that nobody knows.
    pub words: &'a dyn Fn(&str) -> Option<Words>,
    /// Is this a category?
    pub category: &'a dyn Fn(&str) -> bool,
    /// The path of a region.
    pub path_of: &'a dyn Fn(&str) -> Vec<String>,
}

/// What is to be said about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which change; none for all together.
    pub change: Option<usize>,
    /// How serious.
    pub verdict: Verdict,
    /// In words.
    pub words: String,
    /// The rule that speaks against it, or 0.
    pub rule: i64,
}

/// Keys whose numbers must not fall, in this order.
const ORDERED: [&[&str]; 5] = [
    &["price.band.notice_bp", "price.band.yellow_bp", "price.band.orange_bp", "price.band.red_bp"],
    &["auction.hours_min", "auction.hours_default", "auction.hours_max"],
    &["credit.level.c", "credit.level.b", "credit.level.a"],
    &["limit.annual.warn_percent", "limit.annual.block_percent"],
    &["limit.direct.order_fen", "limit.mall.order_fen"],
];

impl Change {
    /// Does a rule of this region speak about the same?
    fn is_about(&self, r: &Rule) -> bool {
        r.key == self.key
            && r.mode == self.mode
            && r.form == self.form
            && r.category == self.category
            && r.amount_from == self.amount_from
            && r.amount_below == self.amount_below
    }

    /// The new version as a rule of a region from a day on.
    pub fn version(&self, set: &Set, id: i64, region: &str, from: Day, (basis, grade): (&str, &str)) -> Rule {
        Rule {
            id,
            key: self.key.clone(),
            region: region.to_owned(),
            mode: self.mode.clone(),
            form: self.form.clone(),
            category: self.category.clone(),
            amount_from: self.amount_from,
            amount_below: self.amount_below,
            value: set.value.clone(),
            unit: set.unit.clone(),
            min: set.min,
            max: set.max,
            fixed: set.fixed,
            from,
            to: set.to,
            basis: basis.to_owned(),
            grade: grade.to_owned(),
        }
    }

    /// The purchase that only this scope describes.
    pub fn scope(&self) -> Scope<'_> {
        let amount = self.amount_from.or(self.amount_below.map(|b| b - 1));
        Scope { mode: self.mode.as_deref(), form: self.form.as_deref(), category: self.category.as_deref(), amount }
    }
}

/// The own rule that a change replaces, as it stands on the first day.
pub fn replaced<'a>(d: &Desk<'a>, c: &Change) -> Option<&'a Rule> {
    let own = d.path.last()?;
    d.book
        .all(&c.key)
        .iter()
        .filter(|r| r.region == *own && c.is_about(r) && r.in_force(d.from))
        .max_by_key(|r| (r.from, r.id))
}

/// The keys that the department may set: everything at the top, else what the nearest one above delegates.
pub fn delegated(book: &Rulebook, path: &[&str], day: Day) -> Option<Vec<String>> {
    let above = &path[..path.len().saturating_sub(1)];
    if above.is_empty() {
        return None;
    }
    let rule = book.resolve(DELEGATED, above, &Scope::default(), day);
    Some(rule.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default())
}

/// May a key be set under a delegation?
pub fn covers(delegated: Option<&[String]>, key: &str) -> bool {
    delegated.is_none_or(|list| list.iter().any(|begin| key.starts_with(begin.as_str())))
}

/// Everything that is wrong with changes, or worth knowing.
pub fn check(d: &Desk<'_>, changes: &[Change]) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut say = |change: Option<usize>, verdict: Verdict, rule: i64, words: String| {
        out.push(Finding { change, verdict, words, rule });
    };
    if changes.is_empty() {
        say(None, Verdict::Block, 0, "还没有要改的规则。".into());
    }
    if d.from < d.today {
        let words = format!("生效日期 {} 已经过去，规则不能追溯。", show_day(d.from));
        say(None, Verdict::Block, 0, words);
    }
    let allowed = delegated(d.book, d.path, d.from);
    for (i, c) in changes.iter().enumerate() {
        if (d.words)(&c.key).is_none() {
            say(Some(i), Verdict::Block, 0, format!("没有“{}”这条规则。", c.key));
            continue;
        }
        if !covers(allowed.as_deref(), &c.key) {
            say(Some(i), Verdict::Block, 0, "上级没有把这条规则交给本级设定。".into());
        }
        if changes[..i].iter().any(|o| o.key == c.key && o.scope() == c.scope()) {
            say(Some(i), Verdict::Block, 0, "同一适用范围改了两次，请只留一次。".into());
        }
        if c.category.as_deref().is_some_and(|code| !(d.category)(code)) {
            say(Some(i), Verdict::Block, 0, format!("没有品目 {}。", c.category.as_deref().unwrap_or_default()));
        }
        if let (Some(from), Some(below)) = (c.amount_from, c.amount_below)
            && from >= below
        {
            say(Some(i), Verdict::Block, 0, "金额段的下限要小于上限。".into());
        }
        match &c.set {
            None if replaced(d, c).is_none() => {
                say(Some(i), Verdict::Block, 0, "本级没有这条规则，没有可以取消的。".into());
            }
            None => {}
            Some(set) => new_version(d, i, c, set, &mut say),
        }
    }
    together(d, changes, &mut say);
    out
}

type Say<'a> = dyn FnMut(Option<usize>, Verdict, i64, String) + 'a;

fn new_version(d: &Desk<'_>, i: usize, c: &Change, set: &Set, say: &mut Say<'_>) {
    let above = &d.path[..d.path.len().saturating_sub(1)];
    let upper = d.book.resolve(&c.key, above, &c.scope(), d.from);
    let holding = d.book.resolve(&c.key, d.path, &c.scope(), d.from);
    let known = holding.as_ref().map(|e| e.rule).or_else(|| d.book.all(&c.key).first());
    if let Some(k) = known {
        let same = std::mem::discriminant(&k.value) == std::mem::discriminant(&set.value);
        // Days may be counted as working days instead, hours as days; fen never become percent.
        let time = |u: &str| matches!(u, "working_days" | "calendar_days" | "hours");
        if !same || (k.unit != set.unit && !(time(&k.unit) && time(&set.unit))) {
            say(Some(i), Verdict::Block, k.id, format!("值的种类不对，应与现行规则一样（单位 {}）。", k.unit));
            return;
        }
    }
    if set.to.is_some_and(|to| to < d.from) {
        say(Some(i), Verdict::Block, 0, "截止日期早于生效日期。".into());
    }
    if let Some(e) = &upper {
        if e.fixed {
            say(Some(i), Verdict::Block, e.rule.id, "上级规定下级不得变更。".into());
        }
        bounds(d.book, above, c, set, d.from, i, say);
        if c.key.starts_with(crate::role::PREFIX) {
            for duty in crate::role::beyond(&e.value, &set.value) {
                let word = Duty::of(duty).map_or(duty, |d| d.label());
                say(Some(i), Verdict::Block, e.rule.id, format!("上级的岗位模板里没有“{word}”，下级不能加。"));
            }
        }
    }
    if let (Some(min), Some(max)) = (set.min, set.max)
        && min > max
    {
        say(Some(i), Verdict::Block, 0, "给下级的下限大于上限。".into());
    }
    if matches!(set.value, Value::Int(n) if n < 0) || set.min.is_some_and(|n| n < 0) || set.max.is_some_and(|n| n < 0) {
        say(Some(i), Verdict::Block, 0, "不能是负数。".into());
    }
    if matches!(set.value, Value::Int(n) if set.unit == "percent" && n > 1_000) {
        say(Some(i), Verdict::Block, 0, "百分数过大，请检查是不是多写了两个零。".into());
    }
    for word in foreign(d, &c.key, &set.value) {
        say(Some(i), Verdict::Block, 0, format!("不认识“{word}”，请从列出的词里选。"));
    }
    if holding.as_ref().is_some_and(|e| e.value == set.value && e.rule.unit == set.unit)
        && replaced(d, c).is_none_or(|r| (r.min, r.max, r.fixed, r.to) == (set.min, set.max, set.fixed, set.to))
    {
        say(Some(i), Verdict::Warn, holding.as_ref().map_or(0, |e| e.rule.id), "与现行规则相同，没有变化。".into());
    }
    let own = d.path.last().copied().unwrap_or_default();
    let later = d.book.all(&c.key).iter().find(|r| r.region == own && c.is_about(r) && r.from > d.from);
    if let Some(later) = later {
        let words = format!("本级已经定好 {} 起执行另一个值，到那天会被它接替。", show_day(later.from));
        say(Some(i), Verdict::Warn, later.id, words);
    }
    below(d, i, c, set, own, say);
}

/// The value against the bounds of all above.
fn bounds(book: &Rulebook, above: &[&str], c: &Change, set: &Set, day: Day, i: usize, say: &mut Say<'_>) {
    let Value::Int(n) = set.value else { return };
    for end in 1..=above.len() {
        let Some(e) = book.resolve(&c.key, &above[..end], &c.scope(), day) else { continue };
        if end > 1 && book.resolve(&c.key, &above[..end - 1], &c.scope(), day).is_some_and(|up| up.rule.id == e.rule.id)
        {
            continue;
        }
        let bounded = e.rule.min.is_some() || e.rule.max.is_some();
        if bounded && e.rule.unit != set.unit {
            say(Some(i), Verdict::Block, e.rule.id, format!("上级定了上下限，单位要用 {}。", e.rule.unit));
            continue;
        }
        if let Some(min) = e.rule.min.filter(|min| n < *min) {
            say(Some(i), Verdict::Block, e.rule.id, format!("低于上级允许的下限 {}。", shown(min, &set.unit)));
        }
        if let Some(max) = e.rule.max.filter(|max| n > *max) {
            say(Some(i), Verdict::Block, e.rule.id, format!("高于上级允许的上限 {}。", shown(max, &set.unit)));
        }
    }
}

fn shown(n: i64, unit: &str) -> String {
    if unit == "fen" { crate::Fen(n).yuan() } else { n.to_string() }
}

/// Words of a value that the key does not know.
fn foreign(d: &Desk<'_>, key: &str, value: &Value) -> Vec<String> {
    let list = match value {
        Value::Text(word) => std::slice::from_ref(word),
        Value::List(words) => words.as_slice(),
        Value::Int(_) | Value::Flag(_) => return Vec::new(),
    };
    let duty = |w: &str| Duty::of(w).is_some();
    let known = |w: &String| match (d.words)(key) {
        None | Some(Words::Free) => true,
        Some(Words::Of(all)) => all.contains(w),
        Some(Words::Category) => (d.category)(w),
        Some(Words::Duty) => duty(w),
        Some(Words::Pairs) => w.split_once('/').is_some_and(|(a, b)| duty(a) && duty(b) && a != b),
        Some(Words::Key) => !w.is_empty() && d.book.keys().any(|k| k.starts_with(w.as_str())),
    };
    list.iter().filter(|w| !known(w)).cloned().collect()
}

/// Rules of those below that the new version stops or clamps.
fn below(d: &Desk<'_>, i: usize, c: &Change, set: &Set, own: &str, say: &mut Say<'_>) {
    if !set.fixed && set.min.is_none() && set.max.is_none() {
        return;
    }
    let hit = |r: &&Rule| {
        let outside =
            matches!(r.value, Value::Int(n) if set.min.is_some_and(|m| n < m) || set.max.is_some_and(|m| n > m));
        r.region != own
            && r.to.is_none_or(|to| to >= d.from)
            && (set.fixed || outside)
            && (d.path_of)(&r.region).iter().any(|at| at == own)
    };
    let mut places: Vec<String> = d.book.all(&c.key).iter().filter(hit).map(|r| r.region.clone()).collect();
    places.dedup();
    if !places.is_empty() {
        let what = if set.fixed { "不再起作用" } else { "会被压到上下限以内" };
        let words = format!("下级 {} 处自己的规定{what}：{}。", places.len(), places.join("、"));
        say(Some(i), Verdict::Warn, 0, words);
    }
}

/// What only shows when all changes hold: orders of numbers, bands that overlap or leave a gap.
fn together(d: &Desk<'_>, changes: &[Change], say: &mut Say<'_>) {
    let own = d.path.last().copied().unwrap_or_default();
    let next = d.book.with(&outcome(d, changes, "", "", &mut || -1));
    for chain in ORDERED {
        let touched = changes.iter().position(|c| chain.contains(&c.key.as_str()));
        let Some(at) = touched else { continue };
        let values: Vec<(&str, i64)> = chain
            .iter()
            .filter_map(|k| Some((*k, next.resolve(k, d.path, &changes[at].scope(), d.from)?.int()?)))
            .collect();
        if let Some(pair) = values.windows(2).find(|p| p[0].1 > p[1].1) {
            let words = format!("“{}”（{}）不能大于“{}”（{}）。", pair[0].0, pair[0].1, pair[1].0, pair[1].1);
            say(Some(at), Verdict::Block, 0, words);
        }
    }
    for (i, c) in changes.iter().enumerate().filter(|(_, c)| c.amount_from.is_some() || c.amount_below.is_some()) {
        let same = |r: &&Rule| {
            r.region == own
                && r.in_force(d.from)
                && (&r.mode, &r.form, &r.category) == (&c.mode, &c.form, &c.category)
                && (r.amount_from.is_some() || r.amount_below.is_some())
        };
        let mut bands: Vec<(i64, i64)> = next
            .all(&c.key)
            .iter()
            .filter(same)
            .map(|r| (r.amount_from.unwrap_or(0), r.amount_below.unwrap_or(i64::MAX)))
            .collect();
        bands.sort_unstable();
        for pair in bands.windows(2) {
            let at = crate::Fen(pair[1].0).yuan();
            if pair[0].1 > pair[1].0 {
                say(Some(i), Verdict::Warn, 0, format!("金额段在 {at} 处重叠，较窄的一段起作用。"));
            } else if pair[0].1 < pair[1].0 {
                let end = crate::Fen(pair[0].1).yuan();
                say(Some(i), Verdict::Warn, 0, format!("{end} 到 {at} 之间没有金额段，按没有金额段的规则办。"));
            }
        }
    }
}

/// What publishing does: versions that begin, and those that end with their new last day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// New versions.
    pub made: Vec<Rule>,
    /// Ids of versions that end, and their last day.
    pub ended: Vec<(i64, Day)>,
}

/// What publishing these changes does. Ids come from the caller.
pub fn outcome(d: &Desk<'_>, changes: &[Change], basis: &str, grade: &str, id: &mut dyn FnMut() -> i64) -> Outcome {
    let own = d.path.last().copied().unwrap_or_default();
    let mut out = Outcome::default();
    for c in changes {
        let speaking =
            |r: &&Rule| r.region == own && c.is_about(r) && r.from <= d.from && r.to.is_none_or(|to| to >= d.from);
        out.ended.extend(d.book.all(&c.key).iter().filter(speaking).map(|r| (r.id, d.from - 1)));
        if let Some(set) = &c.set {
            out.made.push(c.version(set, id(), own, d.from, (basis, grade)));
        }
    }
    out
}

/// The changes that bring back what held before a publication: the version before each, or its end.
pub fn undone(changes: &[Change], before: &[Option<Set>]) -> Vec<Change> {
    changes.iter().zip(before).map(|(c, was)| Change { set: was.clone(), ..c.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: i64, region: &str, key: &str, value: i64) -> Rule {
        Rule {
            id,
            key: key.into(),
            region: region.into(),
            mode: None,
            form: None,
            category: None,
            amount_from: None,
            amount_below: None,
            value: Value::Int(value),
            unit: "fen".into(),
            min: None,
            max: None,
            fixed: false,
            from: 0,
            to: None,
            basis: String::new(),
            grade: "PROP".into(),
        }
    }

    fn change(key: &str, value: i64) -> Change {
        let set = Set { value: Value::Int(value), unit: "fen".into(), min: None, max: None, fixed: false, to: None };
        Change {
            key: key.into(),
            mode: None,
            form: None,
            category: None,
            amount_from: None,
            amount_below: None,
            set: Some(set),
        }
    }

    const PATH: [&str; 2] = ["370000", "370100"];

    fn words(key: &str) -> Option<Words> {
        match key {
            "direct" | "price.band.yellow_bp" | "price.band.orange_bp" => Some(Words::Free),
            "tie" => Some(Words::Of(vec!["earliest".into()])),
            "chain" | "role.small_unit" => Some(Words::Duty),
            "pairs" => Some(Words::Pairs),
            "member" => Some(Words::Category),
            DELEGATED => Some(Words::Key),
            _ => None,
        }
    }

    fn delegation(keys: &[&str]) -> Rule {
        let list = Value::List(keys.iter().map(|k| (*k).to_owned()).collect());
        Rule { value: list, unit: "list".into(), ..rule(90, "370000", DELEGATED, 0) }
    }

    fn judged(rules: Vec<Rule>, path: &[&str], from: Day, changes: &[Change]) -> Vec<(Verdict, String)> {
        let book = Rulebook::new(rules);
        let d = Desk {
            book: &book,
            path,
            from,
            today: 100,
            words: &words,
            category: &|c| c.starts_with('A'),
            path_of: &|c| vec!["370000".into(), format!("{}00", &c[..4]), c.to_owned()],
        };
        check(&d, changes).into_iter().map(|f| (f.verdict, f.words)).collect()
    }

    #[track_caller]
    fn says(found: &[(Verdict, String)], verdict: Verdict, part: &str) {
        assert!(found.iter().any(|(v, w)| *v == verdict && w.contains(part)), "{part}: {found:?}");
    }

    fn all() -> Rule {
        delegation(&["direct", "tie", "chain", "pairs", "member", "price.", DELEGATED])
    }

    #[test]
    fn a_good_change_is_let_through() {
        let book = vec![all(), Rule { min: Some(100), max: Some(900), ..rule(1, "370000", "direct", 500) }];
        assert_eq!(judged(book.clone(), &PATH, 100, &[change("direct", 900)]), []);
        assert_eq!(judged(book.clone(), &PATH, 100, &[change("direct", 100)]), []);
        // At the top nobody delegates, everything may be set.
        assert_eq!(judged(book, &PATH[..1], 100, &[change("direct", 5_000)]), []);
    }

    #[test]
    fn bounds_fixed_rules_and_delegation_of_those_above_hold() {
        let upper = Rule { min: Some(100), max: Some(900), ..rule(1, "370000", "direct", 500) };
        let book = vec![all(), upper.clone()];
        says(&judged(book.clone(), &PATH, 100, &[change("direct", 901)]), Verdict::Block, "上限 ¥9.00");
        says(&judged(book.clone(), &PATH, 100, &[change("direct", 99)]), Verdict::Block, "下限 ¥1.00");
        let fixed = vec![all(), Rule { fixed: true, ..upper.clone() }];
        says(&judged(fixed, &PATH, 100, &[change("direct", 500)]), Verdict::Block, "不得变更");
        let narrow = vec![delegation(&["price."]), upper.clone()];
        says(&judged(narrow, &PATH, 100, &[change("direct", 500)]), Verdict::Block, "没有把这条规则交给本级");
        // Nobody delegated anything: nothing may be set.
        says(&judged(vec![upper], &PATH, 100, &[change("direct", 400)]), Verdict::Block, "没有把这条规则交给本级");
        // Three levels: the province's bound holds for the county although the city has its own rule.
        let path = ["370000", "370100", "370102"];
        let book = [book, vec![rule(2, "370100", "direct", 600)]].concat();
        says(&judged(book, &path, 100, &[change("direct", 950)]), Verdict::Block, "上限");
    }

    #[test]
    fn days_kinds_and_words_are_looked_at() {
        let tie = Rule { value: Value::Text("earliest".into()), unit: "list".into(), ..rule(2, "370000", "tie", 0) };
        let book = vec![all(), rule(1, "370000", "direct", 500), tie];
        says(&judged(book.clone(), &PATH, 99, &[change("direct", 1)]), Verdict::Block, "不能追溯");
        says(&judged(book.clone(), &PATH, 100, &[change("nobody", 1)]), Verdict::Block, "没有“nobody”");
        says(&judged(book.clone(), &PATH, 100, &[]), Verdict::Block, "还没有要改的规则");
        says(
            &judged(book.clone(), &PATH, 100, &[change("direct", 1), change("direct", 2)]),
            Verdict::Block,
            "改了两次",
        );
        says(&judged(book.clone(), &PATH, 100, &[change("direct", -1)]), Verdict::Block, "负数");
        says(&judged(book.clone(), &PATH, 100, &[change("direct", 500)]), Verdict::Warn, "没有变化");
        says(&judged(book.clone(), &PATH, 100, &[change("tie", 5)]), Verdict::Block, "值的种类不对");
        let with = |key: &str, value: Value| {
            let set = Set { value, unit: "list".into(), min: None, max: None, fixed: false, to: None };
            Change { set: Some(set), ..change(key, 0) }
        };
        let list = |w: &str| Value::List(vec![w.into()]);
        says(&judged(book.clone(), &PATH, 100, &[with("tie", Value::Text("last".into()))]), Verdict::Block, "“last”");
        says(&judged(book.clone(), &PATH, 100, &[with("chain", list("king"))]), Verdict::Block, "“king”");
        says(
            &judged(book.clone(), &PATH, 100, &[with("pairs", list("handler/handler"))]),
            Verdict::Block,
            "handler/handler",
        );
        says(&judged(book.clone(), &PATH, 100, &[with("member", list("Z1"))]), Verdict::Block, "“Z1”");
        assert_eq!(judged(book.clone(), &PATH, 100, &[with("chain", list("reviewer"))]), []);
        assert_eq!(judged(book.clone(), &PATH, 100, &[with("pairs", list("handler/reviewer"))]), []);
        says(&judged(book.clone(), &PATH, 100, &[with(DELEGATED, list("nothing."))]), Verdict::Block, "nothing.");
        let odd = Change { amount_from: Some(9), amount_below: Some(9), ..change("direct", 1) };
        says(&judged(book.clone(), &PATH, 100, &[odd]), Verdict::Block, "下限要小于上限");
        let lost = Change { set: None, ..change("direct", 1) };
        says(&judged(book, &PATH, 100, &[lost]), Verdict::Block, "没有可以取消的");
    }

    #[test]
    fn role_templates_stay_within_those_above() {
        let with = |region: &str, id, duties: &[&str]| Rule {
            value: Value::List(duties.iter().map(|d| (*d).to_owned()).collect()),
            unit: "list".into(),
            ..rule(id, region, "role.small_unit", 0)
        };
        let book = vec![delegation(&["role."]), with("370000", 1, &["reviewer", "signer"])];
        let asks = |duties: &[&str]| {
            let value = Value::List(duties.iter().map(|d| (*d).to_owned()).collect());
            let set = Set { value, unit: "list".into(), min: None, max: None, fixed: false, to: None };
            Change { set: Some(set), ..change("role.small_unit", 0) }
        };
        assert_eq!(judged(book.clone(), &PATH, 100, &[asks(&["signer"])]), []);
        says(&judged(book, &PATH, 100, &[asks(&["signer", "handler"])]), Verdict::Block, "没有“经办人”");
    }

    #[test]
    fn what_others_feel_is_said() {
        let book = vec![
            all(),
            rule(1, "370000", "direct", 500),
            rule(2, "370102", "direct", 800),
            Rule { from: 200, ..rule(3, "370100", "direct", 300) },
        ];
        let mut c = change("direct", 400);
        says(&judged(book.clone(), &PATH, 100, std::slice::from_ref(&c)), Verdict::Warn, "接替");
        if let Some(set) = &mut c.set {
            set.max = Some(700);
        }
        says(&judged(book.clone(), &PATH, 100, std::slice::from_ref(&c)), Verdict::Warn, "370102");
        let bands = vec![
            all(),
            Rule { amount_below: Some(100), ..rule(5, "370100", "direct", 1) },
            Rule { amount_from: Some(300), ..rule(6, "370100", "direct", 1) },
        ];
        let middle = Change { amount_from: Some(90), amount_below: Some(200), ..change("direct", 1) };
        let found = judged(bands, &PATH, 100, &[middle]);
        says(&found, Verdict::Warn, "重叠");
        says(&found, Verdict::Warn, "¥2.00 到 ¥3.00");
        let steps = vec![
            all(),
            rule(1, "370000", "price.band.yellow_bp", 500),
            rule(2, "370000", "price.band.orange_bp", 1_000),
        ];
        says(&judged(steps, &PATH, 100, &[change("price.band.yellow_bp", 1_100)]), Verdict::Block, "不能大于");
    }

    #[test]
    fn publishing_begins_one_version_and_ends_the_other_and_can_be_undone() {
        let old = rule(2, "370100", "direct", 300);
        let book = Rulebook::new(vec![all(), rule(1, "370000", "direct", 500), old.clone()]);
        let d = |book| Desk {
            book,
            path: &PATH,
            from: 120,
            today: 100,
            words: &words,
            category: &|_| true,
            path_of: &|_| Vec::new(),
        };
        let c = change("direct", 200);
        assert_eq!(replaced(&d(&book), &c), Some(&old));
        let mut n = 10;
        let mut id = || {
            n += 1;
            n
        };
        let done = outcome(&d(&book), std::slice::from_ref(&c), "文号", "A", &mut id);
        assert_eq!((done.ended.as_slice(), done.made.len()), ([(2, 119)].as_slice(), 1));
        let next = book.with(&done);
        let at = |b: &Rulebook, day| b.resolve("direct", &PATH, &Scope::default(), day).and_then(|e| e.int());
        assert_eq!([at(&next, 119), at(&next, 120), at(&next, 900)], [Some(300), Some(200), Some(200)]);
        // Ending the own rule lets the one above speak.
        let gone = next.with(&outcome(&d(&next), &[Change { set: None, ..c.clone() }], "", "", &mut id));
        assert_eq!(at(&gone, 120), Some(500));
        // Undoing sets what was there before.
        let was = Set { value: Value::Int(300), unit: "fen".into(), min: None, max: None, fixed: false, to: None };
        let back = undone(&[c], &[Some(was)]);
        let again = next.with(&outcome(&d(&next), &back, "", "", &mut id));
        assert_eq!(at(&again, 130), Some(300));
    }
}
