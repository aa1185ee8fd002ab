//! What an auditor may read of one order, table by table, and its figures.
use kit::db::Row;
use kit::{Query, Result, params};
use rules::audit::checklist::{End, Figures};
use rules::calendar::{civil, day_from, day_of, start_of};

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text.
    Text,
    /// Fen.
    Money,
    /// Ms UTC, or nothing.
    Time,
    /// A day.
    Day,
    /// A number; ids too.
    Number,
    /// A person, as id.
    Person,
    /// A word of the system with its Chinese one.
    Word(&'static [(&'static str, &'static str)]),
}

/// One table of a paper: what it is called and how it is read by the order's id.
pub struct Section {
    /// Key.
    pub key: &'static str,
    /// Chinese title.
    pub title: &'static str,
    /// Its columns in the order of the query: key, title, kind.
    pub columns: &'static [(&'static str, &'static str, Kind)],
    sql: &'static str,
}

const MODES: &[(&str, &str)] = &[("supermarket", "超市采购"), ("batch", "批量采购"), ("fixed", "定点采购")];
const FORMS: &[(&str, &str)] = &[("direct", "直购"), ("auction", "竞价")];
const VERDICTS: &[(&str, &str)] = &[("approved", "同意"), ("returned", "退回")];
const ACCEPTED: &[(&str, &str)] = &[("full", "全部合格"), ("part", "部分合格"), ("refused", "拒收")];
const RETURNS: &[(&str, &str)] =
    &[("asked", "等答复"), ("agreed", "已同意"), ("declined", "未同意"), ("done", "已办结")];
const CHECKED: &[(&str, &str)] = &[("recorded", "已登记"), ("checked", "核对一致"), ("rejected", "核对不一致")];
const PAID: &[(&str, &str)] = &[
    ("applied", "待审批"),
    ("approved", "已批准，支付中"),
    ("sent", "已送支付"),
    ("paid", "已支付"),
    ("failed", "支付失败"),
    ("declined", "已退回"),
];
const SIDES: &[(&str, &str)] = &[("unit", "采购人"), ("supplier", "供应商"), ("finance", "财政部门")];
const VOID: &[(&str, &str)] = &[("0", "有效"), ("1", "修改后失效")];
const DUTIES: &[(&str, &str)] = &[("reviewer", "审核人"), ("signer", "确认人"), ("handler", "经办人")];

use Kind::{Day, Money, Number, Person, Text, Time, Word};

/// All tables of a paper but the order's own head, its checks and its journal.
pub const SECTIONS: &[Section] = &[
    Section {
        key: "lines",
        title: "商品",
        columns: &[
            ("category", "品目", Text),
            ("title", "商品", Text),
            ("brand", "品牌", Text),
            ("model", "型号", Text),
            ("quantity", "数量", Number),
            ("listed_price", "上架价", Money),
            ("price", "成交单价", Money),
            ("market", "当时市场参考价（合计）", Money),
            ("accepted", "验收合格", Number),
            ("returned", "退回", Number),
            ("plan", "采购计划", Text),
        ],
        sql: "SELECT l.category, l.title, l.brand, l.model, l.quantity, l.listed_price, l.price, COALESCE((SELECT MAX(s.market) \
              FROM stat_line s WHERE s.orders = l.orders AND s.product = l.product AND s.quantity = l.quantity), 0), l.accepted, l.returned, \
              COALESCE(p.number, '') FROM order_line l LEFT JOIN plan_line p ON p.id = l.plan_line WHERE l.orders = $1 ORDER BY l.id",
    },
    Section {
        key: "approvals",
        title: "审批",
        columns: &[
            ("duty", "岗位", Word(DUTIES)),
            ("person", "人员", Person),
            ("verdict", "意见", Word(VERDICTS)),
            ("reason", "理由", Text),
            ("at", "时间", Time),
            ("void", "效力", Word(VOID)),
        ],
        sql: "SELECT duty, person, verdict, reason, at, CAST(void AS TEXT) FROM approval WHERE orders = $1 UNION ALL \
              SELECT a.duty, a.person, a.verdict, a.reason, a.at, CAST(a.void AS TEXT) FROM project_approval a \
              JOIN orders o ON o.project = a.project WHERE o.id = $1 ORDER BY 5, 2",
    },
    Section {
        key: "contract",
        title: "合同",
        columns: &[
            ("number", "编号", Text),
            ("digest", "内容摘要", Text),
            ("unit_signed_at", "采购人确认", Time),
            ("unit_signed_by", "确认人", Person),
            ("supplier_signed_at", "供应商确认", Time),
            ("signed_at", "生效", Time),
            ("publish_due", "公告期限", Time),
            ("file_due", "备案期限", Time),
            ("filed_at", "备案", Time),
        ],
        sql: "SELECT number, digest, unit_signed_at, unit_signed_by, supplier_signed_at, signed_at, publish_due, file_due, filed_at \
              FROM contract WHERE orders = $1",
    },
    Section {
        key: "notices",
        title: "公告",
        columns: &[
            ("number", "编号", Text),
            ("title", "标题", Text),
            ("amount", "金额", Money),
            ("due_at", "期限", Time),
            ("published_at", "公开时间", Time),
        ],
        sql: "SELECT number, title, amount, due_at, published_at FROM notice WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "shipments",
        title: "发货",
        columns: &[
            ("carrier", "承运", Text),
            ("tracking", "运单", Text),
            ("lines", "内容", Text),
            ("shipped_at", "发货", Time),
            ("received_at", "收货", Time),
            ("received_by", "收货人", Person),
        ],
        sql: "SELECT carrier, tracking, lines, shipped_at, received_at, received_by FROM shipment WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "acceptances",
        title: "验收",
        columns: &[
            ("verdict", "结论", Word(ACCEPTED)),
            ("amount", "合格金额", Money),
            ("reason", "说明", Text),
            ("person", "验收人", Person),
            ("at", "时间", Time),
        ],
        sql: "SELECT verdict, amount, reason, person, at FROM acceptance WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "photos",
        title: "照片（只列摘要）",
        columns: &[
            ("about", "用途", Text),
            ("digest", "摘要", Text),
            ("person", "上传人", Person),
            ("at", "时间", Time),
        ],
        sql: "SELECT about, digest, person, at FROM photo WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "returns",
        title: "退换货",
        columns: &[
            ("quantity", "数量", Number),
            ("reason", "理由", Text),
            ("state", "状态", Word(RETURNS)),
            ("answer", "答复", Text),
            ("asked_at", "申请", Time),
        ],
        sql: "SELECT quantity, reason, state, answer, asked_at FROM return_case WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "invoices",
        title: "发票",
        columns: &[
            ("number", "号码", Text),
            ("kind", "种类", Text),
            ("amount", "价税合计", Money),
            ("day", "开票日期", Day),
            ("state", "状态", Word(CHECKED)),
            ("at", "登记", Time),
        ],
        sql: "SELECT number, kind, amount, day, state, at FROM invoice WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "payments",
        title: "付款",
        columns: &[
            ("number", "编号", Text),
            ("amount", "金额", Money),
            ("state", "状态", Word(PAID)),
            ("applied_by", "申请人", Person),
            ("applied_at", "申请", Time),
            ("approved_by", "审批人", Person),
            ("due_at", "期限", Time),
            ("paid_at", "支付", Time),
            ("treasury_ref", "国库凭证", Text),
        ],
        sql: "SELECT number, amount, state, applied_by, applied_at, approved_by, due_at, paid_at, treasury_ref FROM payment \
              WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "evaluations",
        title: "评价",
        columns: &[
            ("side", "评价方", Word(SIDES)),
            ("quality", "质量", Number),
            ("delivery", "履约", Number),
            ("service", "服务", Number),
            ("words", "内容", Text),
            ("at", "时间", Time),
        ],
        sql: "SELECT side, quality, delivery, service, words, at FROM evaluation WHERE orders = $1 ORDER BY side DESC",
    },
    Section {
        key: "budget",
        title: "预算变动",
        columns: &[("at", "时间", Time), ("reason", "事由", Text), ("amount", "金额", Money)],
        sql: "SELECT at, reason, amount FROM budget_entry WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "cancellations",
        title: "取消申请",
        columns: &[("side", "申请方", Word(SIDES)), ("reason", "理由", Text), ("at", "时间", Time)],
        sql: "SELECT side, reason, at FROM cancel_ask WHERE orders = $1 ORDER BY id",
    },
    Section {
        key: "alerts",
        title: "预警",
        columns: &[
            ("number", "编号", Text),
            ("rule", "规则", Text),
            ("words", "内容", Text),
            ("raised_at", "发现", Time),
            ("closed_at", "办结", Time),
        ],
        sql: "SELECT number, rule, words, raised_at, closed_at FROM alert WHERE subject = 'order/' || CAST(CAST($1 AS BIGINT) AS TEXT) ORDER BY id",
    },
    Section {
        key: "disputes",
        title: "投诉",
        columns: &[
            ("number", "编号", Text),
            ("reason", "事由", Text),
            ("filed_at", "提出", Time),
            ("closed_at", "办结", Time),
        ],
        sql: "SELECT number, reason, filed_at, closed_at FROM dispute WHERE orders = $1 ORDER BY id",
    },
];

/// A value of a table.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Nothing.
    None,
    /// Text.
    Text(String),
    /// A number, a sum of money, a time, a day or an id.
    Int(i64),
}

/// The rows of a table.
pub async fn rows(q: &dyn Query, s: &Section, order: i64) -> Result<Vec<Vec<Cell>>> {
    let cell = |r: &Row, i: usize, kind: Kind| match kind {
        Text | Word(_) => Cell::Text(r.text(i)),
        Money | Time | Day | Number | Person => r.opt_int(i).map_or(Cell::None, Cell::Int),
    };
    let read = |r: &Row| s.columns.iter().enumerate().map(|(i, (_, _, kind))| cell(r, i, *kind)).collect();
    Ok(q.rows(s.sql, params![order]).await?.iter().map(read).collect())
}

/// The head of an order.
pub struct Head {
    /// Number.
    pub number: String,
    /// Region of the unit.
    pub region: String,
    /// Unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Who made it.
    pub handler: i64,
    /// Mode and form of purchase, in words.
    pub method: String,
    /// State.
    pub state: String,
    /// Why it was bought.
    pub purpose: String,
    /// Sum, fen.
    pub total: i64,
    /// Checks, JSON.
    pub checks: String,
    /// Made, ms UTC.
    pub made_at: i64,
    /// Address of the project it came from, or empty.
    pub project: String,
    steps: i64,
}

fn count_words(text: &str) -> i64 {
    text.split_whitespace().count() as i64
}

/// The head of an order by id.
pub async fn head(q: &dyn Query, order: i64) -> Result<Head> {
    let sql = "SELECT o.number, o.region, o.unit, o.supplier, o.handler, o.mode, o.form, o.state, o.purpose, o.total, o.checks, o.made_at, \
               COALESCE(o.project, 0), o.steps, COALESCE(p.steps, ''), COALESCE(p.kind, '') FROM orders o LEFT JOIN project p ON p.id = o.project WHERE o.id = $1";
    let r = q.one(sql, params![order]).await?;
    Ok(Head {
        number: r.text(0),
        region: r.text(1),
        unit: r.int(2),
        supplier: r.int(3),
        handler: r.int(4),
        method: format!("{} · {}", chinese(MODES, r.str(5)), chinese(FORMS, r.str(6))),
        state: r.text(7),
        purpose: r.text(8),
        total: r.int(9),
        checks: r.text(10),
        made_at: r.int(11),
        project: match r.str(15) {
            "auction" => format!("/auctions/{}", r.int(12)),
            "demand" => format!("/batch/demands/{}", r.int(12)),
            "job" => format!("/fixed/jobs/{}", r.int(12)),
            _ => String::new(),
        },
        steps: count_words(r.str(13)).max(count_words(r.str(14))),
    })
}

/// The Chinese word of a key, or the key.
pub fn chinese(words: &[(&str, &str)], key: &str) -> String {
    words.iter().find(|(k, _)| *k == key).map_or(key, |(_, w)| w).to_owned()
}

/// The figures that the machine judges.
pub async fn figures(q: &dyn Query, order: i64, head: &Head, checks: (i64, i64)) -> Result<Figures> {
    let mut f = Figures { handler: head.handler, steps: head.steps, checks, total: head.total, ..Figures::default() };
    people(q, order, &mut f).await?;
    contract(q, order, &mut f).await?;
    sums(q, order, &mut f).await?;
    ends(q, order, &mut f).await?;
    f.month = month(q, order, head).await?;
    Ok(f)
}

async fn people(q: &dyn Query, order: i64, f: &mut Figures) -> Result<()> {
    let sql = "SELECT person, at FROM approval WHERE orders = $1 AND void = 0 AND verdict = 'approved' UNION ALL \
               SELECT a.person, a.at FROM project_approval a JOIN orders o ON o.project = a.project \
               WHERE o.id = $1 AND a.void = 0 AND a.verdict = 'approved' ORDER BY 2, 1";
    f.approvals = q.rows(sql, params![order]).await?.iter().map(|r| (r.int(0), r.int(1))).collect();
    let sql = "SELECT person FROM acceptance WHERE orders = $1 ORDER BY id";
    f.receivers = q.rows(sql, params![order]).await?.iter().map(|r| r.int(0)).collect();
    let sql = "SELECT applied_by, approved_by FROM payment WHERE orders = $1 AND state <> 'declined' ORDER BY id";
    f.payers = q.rows(sql, params![order]).await?.iter().map(|r| (r.int(0), r.opt_int(1))).collect();
    Ok(())
}

async fn contract(q: &dyn Query, order: i64, f: &mut Figures) -> Result<()> {
    let sql = "SELECT unit_signed_by, signed_at, publish_due, file_due, filed_at FROM contract WHERE orders = $1";
    if let Some(r) = q.row(sql, params![order]).await? {
        (f.signer, f.signed_at) = (r.opt_int(0), r.opt_int(1));
        (f.published.0, f.filed) = (r.opt_int(2), (r.opt_int(3), r.opt_int(4)));
    }
    let sql = "SELECT MIN(published_at) FROM notice WHERE orders = $1 AND kind = 'contract'";
    f.published.1 = q.one(sql, params![order]).await?.opt_int(0);
    Ok(())
}

async fn sums(q: &dyn Query, order: i64, f: &mut Figures) -> Result<()> {
    let sql = "SELECT COUNT(*), COUNT(p.id), CAST(COALESCE(SUM((l.accepted - l.returned) * l.price), 0) AS BIGINT) FROM order_line l \
               LEFT JOIN plan_line p ON p.id = l.plan_line WHERE l.orders = $1";
    let r = q.one(sql, params![order]).await?;
    (f.lines, f.accepted) = ((r.int(0), r.int(1)), r.int(2));
    let sql = "SELECT (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM invoice WHERE orders = $1 AND state <> 'rejected'), \
               (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment WHERE orders = $1 AND state = 'paid')";
    let r = q.one(sql, params![order]).await?;
    (f.invoiced, f.paid) = (r.int(0), r.int(1));
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN closed_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) FROM alert WHERE subject = $1";
    let r = q.one(sql, params![format!("order/{order}")]).await?;
    f.alerts = (r.int(0), r.int(1));
    Ok(())
}

/// What statistics keep of an order: deadlines, quotes, market references.
async fn ends(q: &dyn Query, order: i64, f: &mut Figures) -> Result<()> {
    let end = |n: i64| match n {
        1 => End::Kept,
        2 => End::Late,
        _ => End::Open,
    };
    let sql = "SELECT deliver_end, accept_end, pay_end, quotes FROM stat_deal WHERE orders = $1";
    if let Some(r) = q.row(sql, params![order]).await? {
        (f.ends, f.quotes) = ([0, 1, 2].map(|i| end(r.int(i))), r.opt_int(3));
    }
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(market), 0) AS BIGINT) FROM stat_line \
               WHERE orders = $1 AND market > 0";
    let r = q.one(sql, params![order]).await?;
    f.market = (r.int(0) > 0).then(|| (r.int(1), r.int(2)));
    Ok(())
}

/// Orders of the unit in the order's second-level categories in its month, and what they come to.
async fn month(q: &dyn Query, order: i64, head: &Head) -> Result<(i64, i64)> {
    let day = day_of(head.made_at);
    let (year, month, _) = civil(day);
    let first = day_from(year, month, 1).unwrap_or(day);
    let next = if month == 12 { day_from(year + 1, 1, 1) } else { day_from(year, month + 1, 1) }.unwrap_or(day + 1);
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(o.total), 0) AS BIGINT) FROM orders o WHERE o.unit = $1 AND o.made_at >= $3 AND o.made_at < $4 \
               AND o.state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled') AND EXISTS (SELECT 1 FROM order_line l \
               JOIN order_line m ON SUBSTR(m.category, 1, 5) = SUBSTR(l.category, 1, 5) WHERE l.orders = o.id AND m.orders = $2)";
    let r = q.one(sql, params![head.unit, order, start_of(first), start_of(next)]).await?;
    Ok((r.int(0), r.int(1)))
}
