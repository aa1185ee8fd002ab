//! The checks of one direct order. Each is a function; each says what was compared, whatever the answer.
use super::leads::{self, Before};
use crate::Fen;
use crate::alert::{Outcome, Terms, w02_annual, w03_frequency, w15_asset};
use crate::calendar::{Day, show_day};
use crate::check::{Check, Verdict};
use crate::price::{self, Band, Reference};
use crate::rulebook::{Effective, Rulebook, Scope, Value, in_list};
use std::collections::BTreeMap;

/// What is left in the plan line and budget line that a purchase is charged to.
#[derive(Clone, Debug)]
pub struct PlanRoom {
    /// Id of the plan line; several order lines may share one.
    pub plan_line: i64,
    /// Title of the plan line.
    pub title: String,
    /// Category prefix of the plan line.
    pub category: String,
    /// Planned but not used, fen.
    pub left: i64,
    /// Id of the budget line.
    pub budget: i64,
    /// Available in the budget line, fen.
    pub available: i64,
}

/// One line that is to be bought.
#[derive(Clone, Debug)]
pub struct AskLine {
    /// Title.
    pub title: String,
    /// Category code.
    pub category: String,
    /// Category name.
    pub category_name: String,
    /// Name of its second-level category, by which limits of a year count.
    pub second_name: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// What they are counted in, such as 箱; empty where nobody said.
    pub unit: String,
    /// Is the offer on the shelf?
    pub listed: bool,
    /// The cheapest equal goods of somebody else that reach the place and are there: price and supplier.
    pub rival: Option<(i64, String)>,
    /// The lowest price this offer had in the last 30 days.
    pub lowest: Option<i64>,
    /// Why it may not be sold now, in words; empty for nothing.
    pub stopped: String,
    /// How many the supplier has.
    pub stock: i64,
    /// Does the offer reach the place of delivery?
    pub reaches: bool,
    /// Has it a certificate?
    pub certified: bool,
    /// Is it imported?
    pub imported: bool,
    /// How many of the category the unit has bought through the mall this year.
    pub bought: i64,
    /// What the market asks for it; None when too little is known.
    pub reference: Option<Reference>,
    /// What it is charged to; None when not chosen.
    pub plan: Option<PlanRoom>,
}

impl AskLine {
    pub(super) fn amount(&self) -> i64 {
        self.price.saturating_mul(self.quantity)
    }

    pub(super) fn second_level(&self) -> &str {
        self.category.get(..5).unwrap_or(&self.category)
    }
}

/// One order: one unit, one supplier.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Mode of purchase: `supermarket`, `batch`, `fixed`.
    pub mode: &'a str,
    /// Form of transaction: `direct`, `auction`.
    pub form: &'a str,
    /// Region codes from the top to the unit's region.
    pub path: &'a [&'a str],
    /// The day.
    pub day: Day,
    /// Staff of the unit; None for the public.
    pub headcount: Option<i64>,
    /// Supplier's standing and its Chinese word.
    pub supplier_state: &'a str,
    /// Supplier's credit score.
    pub credit: i64,
    /// Name of the place of delivery.
    pub place: String,
    /// The lines.
    pub lines: Vec<AskLine>,
    /// Committed this year by second-level category, fen; None for the public.
    pub annual: Option<BTreeMap<String, i64>>,
    /// Orders this month by second-level category.
    pub month: BTreeMap<String, i64>,
    /// Must each line name a plan line?
    pub with_plan: bool,
    /// Categories for which a batch round collects demand now.
    pub rounds: Vec<String>,
    /// Why cheaper equal goods are not taken; None where nobody is asked yet.
    pub dearer: Option<&'a str>,
    /// What the unit bought before, and who the supplier is to it; None where the order is not about to be made.
    pub before: Option<Before>,
}

fn yuan(fen: i64) -> String {
    Fen(fen).yuan()
}

struct Court<'a> {
    book: &'a Rulebook,
    ask: &'a Ask<'a>,
    out: Vec<Check>,
}

/// All checks of an order, blocking ones and others, in the order in which people read them.
pub fn judge(book: &Rulebook, ask: &Ask<'_>) -> Vec<Check> {
    let mut c = Court { book, ask, out: Vec::new() };
    c.standing();
    for line in &ask.lines {
        c.member(line);
        c.stock(line);
        c.area(line);
        c.energy(line);
        c.import(line);
        c.market(line);
        c.cheaper(line);
        c.rise(line);
        c.unit_price(line);
        c.head_count(line);
    }
    c.limit();
    c.annual();
    if ask.with_plan {
        c.plans();
    }
    c.leads();
    c.out
}

/// The checks of a need that no shelf answers yet (auction, batch, framework agreement): the same court without the
/// questions about goods and supplier. Prices are the buyer's ceilings.
pub fn judge_need(book: &Rulebook, ask: &Ask<'_>) -> Vec<Check> {
    let mut c = Court { book, ask, out: Vec::new() };
    for line in &ask.lines {
        c.member(line);
        c.unit_price(line);
        c.head_count(line);
    }
    c.limit();
    c.annual();
    c.plans();
    c.out
}

impl<'a> Court<'a> {
    fn rule(&self, key: &str, category: Option<&str>, amount: Option<i64>) -> Option<Effective<'a>> {
        let scope = Scope { mode: Some(self.ask.mode), form: Some(self.ask.form), category, amount };
        self.book.resolve(key, self.ask.path, &scope, self.ask.day)
    }

    /// What the office would be told of this order, told to the buyer first.
    fn leads(&mut self) {
        let Some(before) = &self.ask.before else { return };
        let scope = Scope { mode: Some(self.ask.mode), form: Some(self.ask.form), category: None, amount: None };
        let terms = Terms { book: self.book, path: self.ask.path, scope, day: self.ask.day };
        for lead in leads::of(before, &self.ask.lines, terms) {
            let rule = self.rule(lead.key, Some(&lead.category), None).map_or(0, |r| r.rule.id);
            let figures = format!("{}。（预警规则 {}）", lead.words, lead.alert);
            self.say(lead.code, lead.title, Verdict::Warn, figures, lead.advice, rule);
        }
    }

    fn say(&mut self, code: &'static str, title: String, verdict: Verdict, figures: String, advice: &str, rule: i64) {
        let advice = if verdict == Verdict::Pass { String::new() } else { advice.to_owned() };
        self.out.push(Check { code, title, verdict, figures, advice, rule });
    }

    fn standing(&mut self) {
        let rule = self.rule("credit.bar.trade_below", None, None);
        let least = rule.as_ref().and_then(Effective::int).unwrap_or(0);
        let admitted = self.ask.supplier_state == "admitted";
        let ok = admitted && self.ask.credit >= least;
        let state = if admitted { "入驻状态正常" } else { "入驻已冻结、暂停或退出" };
        let figures = format!("{state}，信用 {} 分，{least} 分以下不能交易。", self.ask.credit);
        let verdict = if ok { Verdict::Pass } else { Verdict::Block };
        self.say(
            "direct.standing",
            "供应商可以交易".into(),
            verdict,
            figures,
            "请选同款商品的其他供应商。",
            rule.map_or(0, |r| r.rule.id),
        );
    }

    fn member(&mut self, l: &AskLine) {
        let title = format!("“{}”在商城采购目录里", l.category_name);
        let member = self.rule("catalogue.member", None, None);
        let fixed = self.rule("catalogue.fixed", None, None);
        let listed = |e: &Option<Effective<'_>>| {
            e.as_ref().is_some_and(|e| matches!(&e.value, Value::List(l2) if in_list(&l.category, l2)))
        };
        let (verdict, figures, advice, rule) = if listed(&fixed) && self.ask.mode == "fixed" {
            (Verdict::Pass, format!("品目 {} 实行定点采购。", l.category), "", &fixed)
        } else if listed(&fixed) {
            (
                Verdict::Block,
                format!("品目 {} 实行定点采购。", l.category),
                "请从定点采购的供应商中选择，不能直购或竞价。",
                &fixed,
            )
        } else if self.ask.mode == "fixed" {
            let words = format!("品目 {} 不实行定点采购。", l.category);
            (Verdict::Block, words, "请用超市采购或竞价。", &fixed)
        } else if !listed(&member) {
            (
                Verdict::Block,
                format!("品目 {} 不在本地目录里。", l.category),
                "请走其他采购方式，或联系财政部门核实目录。",
                &member,
            )
        } else {
            (Verdict::Pass, format!("品目 {} 在目录里。", l.category), "", &member)
        };
        let rule = rule.as_ref().map_or(0, |e| e.rule.id);
        self.say("direct.catalogue", title, verdict, figures, advice, rule);
        let batch = self.rule("catalogue.batch", None, None);
        if self.ask.mode == "batch" && !listed(&batch) {
            let words = format!("品目 {} 不在批量集中采购目录里。", l.category);
            let id = batch.as_ref().map_or(0, |e| e.rule.id);
            self.say("direct.batch", "批量采购品目".into(), Verdict::Block, words, "请用超市采购或竞价。", id);
        } else if self.ask.mode != "batch" && listed(&batch) {
            let open = self.ask.rounds.iter().any(|c| l.category.starts_with(c.as_str()));
            let now = if open { "现在正在征集需求" } else { "现在没有开放的批次" };
            let words = format!("品目 {} 属于批量集中采购品目，{now}。", l.category);
            let advice = if open {
                "请到“批量采购”填报需求。"
            } else {
                "急需零星采购的请在采购理由里写明，或等下一批。"
            };
            let verdict = if open { Verdict::Block } else { Verdict::Warn };
            let id = batch.map_or(0, |e| e.rule.id);
            self.say("direct.batch", "批量采购品目".into(), verdict, words, advice, id);
        }
    }

    fn stock(&mut self, l: &AskLine) {
        let ok = l.listed && l.stopped.is_empty() && l.stock >= l.quantity;
        let figures = if !l.stopped.is_empty() {
            format!("商品暂停销售：{}。", l.stopped)
        } else if l.listed {
            match l.unit.as_str() {
                "" => format!("要买 {}，库存 {}。", l.quantity, l.stock),
                unit => format!("要买 {} {unit}，库存 {} {unit}。", l.quantity, l.stock),
            }
        } else {
            "商品已下架。".into()
        };
        let verdict = if ok { Verdict::Pass } else { Verdict::Block };
        self.say("direct.stock", format!("“{}”有货", l.title), verdict, figures, "请减少数量，或选其他供应商。", 0);
    }

    fn area(&mut self, l: &AskLine) {
        let verdict = if l.reaches { Verdict::Pass } else { Verdict::Block };
        let figures = format!("送到{}，{}供应商的供货区域里。", self.ask.place, if l.reaches { "在" } else { "不在" });
        self.say(
            "direct.area",
            format!("“{}”能送到", l.title),
            verdict,
            figures,
            "请选供货区域包括收货地的供应商。",
            0,
        );
    }

    fn energy(&mut self, l: &AskLine) {
        let Some(rule) = self.rule("energy.mandatory", None, None) else { return };
        if !matches!(&rule.value, Value::List(list) if in_list(&l.category, list)) {
            return;
        }
        let (verdict, figures) = if l.certified {
            (Verdict::Pass, "有有效的节能（节水）认证证书。".to_owned())
        } else {
            (Verdict::Block, "属于强制采购的节能产品品目，商品没有认证证书。".to_owned())
        };
        let id = rule.rule.id;
        self.say(
            "direct.energy",
            format!("“{}”符合强制节能要求", l.title),
            verdict,
            figures,
            "请选有认证证书的商品。",
            id,
        );
    }

    fn import(&mut self, l: &AskLine) {
        if !l.imported {
            return;
        }
        let id = self.rule("import.approval", None, None).map_or(0, |r| r.rule.id);
        let advice = "请选国产商品；确需进口的，先取得财政部门核准，再按核准的方式采购。";
        self.say(
            "direct.import",
            format!("“{}”不是进口产品", l.title),
            Verdict::Block,
            "这是进口产品，没有核准文件。".into(),
            advice,
            id,
        );
    }

    /// What the same goods cost at somebody else's now. Who takes the dearer ones says why; the reason is kept and public.
    fn cheaper(&mut self, l: &AskLine) {
        let (Some((price, supplier)), Some(rule)) =
            (&l.rival, self.rule("price.reason_above_bp", Some(&l.category), None))
        else {
            return;
        };
        let (id, bp) = (rule.rule.id, rule.int().unwrap_or(0));
        if i128::from(l.price) * 10_000 <= i128::from(*price) * i128::from(10_000 + bp) {
            return;
        }
        let gap = price::distance(l.price, *price);
        let seen = format!("同款商品{supplier}现价 {}，所选 {}，{gap}。", yuan(*price), yuan(l.price));
        let (verdict, figures) = match self.ask.dearer.map(str::trim) {
            None => (Verdict::Warn, seen),
            Some("") => (Verdict::Block, seen),
            Some(reason) => (Verdict::Warn, format!("{seen}不选的理由：{reason}")),
        };
        let advice = "请改选更低的那一家；确有理由不选的，在“不选更低报价的理由”里写明，理由会公开。";
        self.say("direct.cheaper", format!("“{}”有没有更便宜的同款", l.title), verdict, figures, advice, id);
    }

    /// A price put up shortly before an order.
    fn rise(&mut self, l: &AskLine) {
        let (Some(lowest), Some(rule)) = (l.lowest, self.rule("price.rise_block_bp", Some(&l.category), None)) else {
            return;
        };
        let (id, bp) = (rule.rule.id, rule.int().unwrap_or(i64::MAX));
        if l.price <= lowest {
            return;
        }
        let far = i128::from(l.price) * 10_000 > i128::from(lowest) * (10_000 + i128::from(bp));
        let gap = price::distance(l.price, lowest);
        let figures = format!("这份报价近 30 天最低 {}，现价 {}，{gap}。", yuan(lowest), yuan(l.price));
        let verdict = if far { Verdict::Block } else { Verdict::Warn };
        let advice = "请供应商说明或恢复原价，或选其他供应商。";
        self.say("direct.price_rise", format!("“{}”近期没有突然涨价", l.title), verdict, figures, advice, id);
    }

    /// Without a reference price nothing is judged; the product page says why.
    fn market(&mut self, l: &AskLine) {
        let Some(r) = &l.reference else { return };
        let Some(bands) = price::bands(self.book, self.ask.path, &l.category, self.ask.day) else { return };
        let band = bands.band(l.price, r.price);
        let verdict = match band {
            b if bands.blocks(b) => Verdict::Block,
            Band::Fair | Band::Notice => Verdict::Pass,
            _ => Verdict::Warn,
        };
        let advice = match band {
            Band::AbnormalLow => "请先向供应商核实能按这个价格供货，再下单。",
            _ => "请选报价更低的供应商，或请供应商降价后再买。",
        };
        let figures = format!(
            "单价 {}，市场参考价 {}（{} 个来源，{} 到 {} 观测），{}，{}。",
            yuan(l.price),
            yuan(r.price),
            r.samples,
            show_day(r.from),
            show_day(r.to),
            price::distance(l.price, r.price),
            band.label(),
        );
        self.say("direct.market_price", format!("“{}”价格合理", l.title), verdict, figures, advice, bands.rule);
    }

    fn unit_price(&mut self, l: &AskLine) {
        let Some(rule) = self.rule("asset.unit_price_fen", Some(&l.category), None) else { return };
        let Some(most) = rule.int() else { return };
        let verdict = if l.price <= most { Verdict::Pass } else { Verdict::Block };
        let figures = format!("单价 {}，资产配置标准上限 {}。", yuan(l.price), yuan(most));
        let id = rule.rule.id;
        self.say(
            "direct.asset_price",
            format!("“{}”不超配置标准", l.category_name),
            verdict,
            figures,
            "请选不超过标准的商品。",
            id,
        );
    }

    fn head_count(&mut self, l: &AskLine) {
        let Some(staff) = self.ask.headcount else { return };
        let percent = self.rule("asset.per_head_percent", Some(&l.category), None);
        let per_unit = self.rule("asset.staff_per_unit", Some(&l.category), None);
        let rule = percent.as_ref().or(per_unit.as_ref()).map_or(0, |r| r.rule.id);
        let number = |e: &Option<Effective<'_>>| e.as_ref().and_then(Effective::int);
        let most = w15_asset::most_units(staff, number(&percent), number(&per_unit));
        let Some(most) = most else { return };
        let sum = l.bought + l.quantity;
        let verdict = if sum <= most { Verdict::Pass } else { Verdict::Block };
        let figures = format!("本单位 {staff} 人，最多配 {most}；今年已买 {}，这次 {}。", l.bought, l.quantity);
        self.say(
            "direct.asset_count",
            format!("“{}”不超配置数量", l.category_name),
            verdict,
            figures,
            "请减少数量，或先调剂、处置旧资产。",
            rule,
        );
    }

    /// What one purchase may cost: each form has its own limit, and its own way out.
    fn limit(&mut self) {
        let total: i64 = self.ask.lines.iter().map(AskLine::amount).sum();
        let (key, title, word, advice) = match (self.ask.mode, self.ask.form) {
            ("supermarket", "direct") => {
                ("limit.direct.order_fen", "不超过单笔直购限额", "直购限额", "请改用竞价采购；不能拆成几单来买。")
            }
            (_, "auction") => (
                "limit.mall.order_fen",
                "不超过商城竞价限额",
                "商城竞价限额",
                "超过限额的请按政府采购法规定的方式采购；不能拆成几单来买。",
            ),
            _ => return,
        };
        let category = self.ask.lines.first().map(|l| l.category.as_str());
        let Some(rule) = self.rule(key, category, Some(total)) else { return };
        let Some(most) = rule.int() else { return };
        let verdict = if total <= most { Verdict::Pass } else { Verdict::Block };
        let figures = format!("本单 {}，{word} {}。", yuan(total), yuan(most));
        let id = rule.rule.id;
        self.say("direct.limit", title.into(), verdict, figures, advice, id);
    }

    fn annual(&mut self) {
        let Some(annual) = &self.ask.annual else { return };
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for l in &self.ask.lines {
            *sums.entry(l.second_level()).or_default() += l.amount();
        }
        let full = |c: &str| format!("{c:0<9}");
        for (category, amount) in sums {
            let code = full(category);
            let name = self.ask.lines.iter().find(|l| l.second_level() == category).map_or("", |l| &l.second_name);
            let kind = format!("二级品目“{name}”（{category}）");
            let before = annual.get(category).copied().unwrap_or(0);
            let sum = before + amount;
            // Batch purchase is centralised: what it buys is not held against the unit's own limit.
            let key = match self.ask.mode {
                "batch" => None,
                "fixed" => Some(("fixed.annual_fen", "定点采购全年限额")),
                _ => Some(("limit.decentralised.annual_fen", "分散采购限额")),
            };
            let rule = key.and_then(|(key, word)| Some((self.rule(key, Some(&code), None)?, word)));
            if let Some((rule, word)) = rule {
                let limit = rule.int().unwrap_or(i64::MAX);
                let share = |key: &str, or: i64| self.rule(key, Some(&code), None).and_then(|e| e.int()).unwrap_or(or);
                let p = w02_annual::Params {
                    limit: Some(limit),
                    warn_percent: share("limit.annual.warn_percent", 80),
                    full_percent: share("limit.annual.block_percent", 100),
                };
                let verdict = match w02_annual::judge(sum, p) {
                    _ if sum > limit / 100 * p.full_percent => Verdict::Block,
                    Outcome::Clear | Outcome::Blind(_) => Verdict::Pass,
                    Outcome::Hit(_) | Outcome::At(..) => Verdict::Warn,
                };
                let figures =
                    format!("{kind}：今年已买 {}，加上本单共 {}，{word} {}。", yuan(before), yuan(sum), yuan(limit));
                let advice = if verdict == Verdict::Block {
                    "累计将达到公开招标等采购方式的限额，请按政府采购法规定的方式采购。"
                } else {
                    "快到限额了，请统筹全年需求，避免化整为零。"
                };
                let id = rule.rule.id;
                self.say("direct.annual", format!("全年累计不超过{word}"), verdict, figures, advice, id);
            }
            if let Some(rule) = self.rule("limit.same_kind.orders_per_month", Some(&code), None) {
                let most = rule.int().unwrap_or(i64::MAX);
                let orders = self.ask.month.get(category).copied().unwrap_or(0) + 1;
                let clear = w03_frequency::judge(orders, rule.int()).words().is_none();
                let verdict = if clear { Verdict::Pass } else { Verdict::Warn };
                let figures = format!("{kind}：这是本月第 {orders} 单，超过 {most} 单会提醒监管部门关注。");
                let id = rule.rule.id;
                self.say("direct.split", "没有频繁零星采购".into(), verdict, figures, "请合并需求，一次采购。", id);
            }
        }
    }

    fn plans(&mut self) {
        let mut by_plan: BTreeMap<i64, (PlanRoom, i64)> = BTreeMap::new();
        let mut by_budget: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for l in &self.ask.lines {
            let Some(p) = &l.plan else {
                let words = "没有选对应的采购计划。".to_owned();
                self.say(
                    "direct.plan",
                    format!("“{}”有采购计划", l.title),
                    Verdict::Block,
                    words,
                    "请选一条计划；没有的，请财务先录入计划。",
                    0,
                );
                continue;
            };
            if !l.category.starts_with(&p.category) {
                let words = format!("商品品目 {}，计划“{}”的品目 {}。", l.category, p.title, p.category);
                self.say(
                    "direct.plan",
                    format!("“{}”与计划品目一致", l.title),
                    Verdict::Block,
                    words,
                    "请选品目相符的计划。",
                    0,
                );
            }
            by_plan.entry(p.plan_line).or_insert_with(|| (p.clone(), 0)).1 += l.amount();
            let slot = by_budget.entry(p.budget).or_insert((p.available, 0));
            slot.1 += l.amount();
        }
        for (room, amount) in by_plan.values() {
            let verdict = if *amount <= room.left { Verdict::Pass } else { Verdict::Block };
            let figures = format!("计划“{}”还剩 {}，本单用 {}。", room.title, yuan(room.left), yuan(*amount));
            self.say(
                "direct.plan",
                "计划金额够用".into(),
                verdict,
                figures,
                "请减少数量、换一条计划，或请财务调整计划。",
                0,
            );
        }
        for (available, amount) in by_budget.values() {
            let verdict = if amount <= available { Verdict::Pass } else { Verdict::Block };
            let figures = format!("预算可用 {}，本单用 {}。", yuan(*available), yuan(*amount));
            self.say("direct.budget", "预算够用".into(), verdict, figures, "请减少数量，或请财务调整预算。", 0);
        }
    }
}
