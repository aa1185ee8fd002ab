//! Rows of orders, their lines, approvals, contracts, messages.
use base::access::{Actor, Scope};
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::check::Check;
use rules::duty::Duty;
use rules::orders::State;
use serde::{Deserialize, Serialize};

/// A check as the order keeps it, with the rule's origin in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptCheck {
    /// Code.
    pub code: String,
    /// What was asked.
    pub title: String,
    /// ok, warn, bad.
    pub verdict: String,
    /// Figures compared.
    pub figures: String,
    /// What to do.
    pub advice: String,
    /// Rule id as text, empty for none.
    pub rule: String,
    /// Where the rule comes from.
    pub origin: String,
}

impl KeptCheck {
    /// Keeps a check.
    pub fn of(c: &Check, origin: String) -> KeptCheck {
        KeptCheck {
            code: c.code.to_owned(),
            title: c.title.clone(),
            verdict: c.verdict.key().to_owned(),
            figures: c.figures.clone(),
            advice: c.advice.clone(),
            rule: if c.rule == 0 { String::new() } else { c.rule.to_string() },
            origin,
        }
    }

    /// As others than the unit and its overseers may read it: of its plans and money only what was asked.
    pub fn covered(self) -> KeptCheck {
        let title = match self.code.as_str() {
            "direct.plan" => "采购计划够用",
            "direct.budget" => "预算够用",
            _ => return self,
        };
        // The title of a plan is the unit's own too.
        KeptCheck { title: title.into(), figures: String::new(), advice: String::new(), ..self }
    }

    /// Those that are not simply in order: whoever approves reads them first.
    pub fn raised(all: &[KeptCheck]) -> Vec<&KeptCheck> {
        all.iter().filter(|c| c.verdict != "ok").collect()
    }

    /// Chinese word for the verdict.
    pub fn word(&self) -> &'static str {
        match self.verdict.as_str() {
            "ok" => "符合",
            "warn" => "提醒",
            _ => "不符合",
        }
    }
}

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Region of the unit.
    pub region: String,
    /// Buying unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Person who made it.
    pub handler: i64,
    /// Mode of purchase: `supermarket`, `batch`, `fixed`.
    pub mode: String,
    /// Form of transaction: `direct`, `auction`.
    pub form: String,
    /// The project it came from.
    pub project: Option<i64>,
    /// State.
    pub state: State,
    /// Version; every change counts it up.
    pub version: i64,
    /// Approvals given so far.
    pub step: i64,
    /// Duties that must approve, in order.
    pub steps: Vec<Duty>,
    /// Why it is bought.
    pub purpose: String,
    /// Place of delivery.
    pub address: String,
    /// Contact there; personal data.
    pub contact: String,
    /// Phone there; personal data.
    pub phone: String,
    /// Region of the place of delivery.
    pub address_region: String,
    /// Sum, fen.
    pub total: i64,
    /// The checks it was judged by.
    pub checks: Vec<KeptCheck>,
    /// Last reason given (return, refusal, cancellation).
    pub note: String,
    /// Made, ms UTC.
    pub made_at: i64,
    /// Next deadline, ms UTC.
    pub next_due: Option<i64>,
    /// What happens then.
    pub next_command: Option<String>,
    /// Whose secret some clauses are: `state`, `trade`, or empty for none.
    pub secret: String,
    /// Which clauses, and why.
    pub secret_words: String,
    /// What is added before [`Order::private`] is hashed, hex; empty for orders of before.
    pub salt: String,
}

/// The digest of what a line says beside product, category, price and quantity: brand, model, title, unit of count; offer, plan line, budget
/// line, price on the shelf. The entry by which the order was placed holds it.
pub fn line_digest(words: [&str; 4], numbers: [i64; 4]) -> String {
    let numbers = numbers.map(|n| n.to_string());
    kit::text::sha256(&[serde_json::json!([words, numbers]).to_string().as_bytes()])
}

/// The salted hash of what is personal or secret of an order: reason, place, contact, telephone, region of the place, which clauses are
/// secret. Nobody who has the entry and not the salt finds the words by trying. Nothing erases these words or the salt today.
pub fn private(salt: &str, words: [&str; 6]) -> String {
    if salt.is_empty() {
        return String::new();
    }
    let words = serde_json::json!(words).to_string();
    kit::text::sha256(&[salt.as_bytes(), b"\n", words.as_bytes()])
}

/// The salted hash of a reason that stands in the order's own rows with more than its entry says; None for orders without salt.
pub fn salted(salt: &str, reason: &str) -> Option<String> {
    (!salt.is_empty()).then(|| kit::text::sha256(&[salt.as_bytes(), b"\n", reason.as_bytes()]))
}

impl Order {
    /// See [`private`].
    pub fn private(&self) -> String {
        let words =
            [&self.purpose, &self.address, &self.contact, &self.phone, &self.address_region, &self.secret_words];
        private(&self.salt, words.map(String::as_str))
    }

    /// The journal's name for it.
    pub fn subject(&self) -> String {
        format!("order/{}", self.id)
    }

    /// Was it made during the trial of its station?
    pub fn of_trial(&self) -> bool {
        self.checks.iter().any(|c| c.code == rules::station::TRIAL)
    }

    /// The scope under which rules are looked up for it.
    pub fn scope(&self) -> rules::rulebook::Scope<'_> {
        rules::rulebook::Scope { mode: Some(&self.mode), form: Some(&self.form), ..Default::default() }
    }

    /// How it was bought, in words.
    pub fn method(&self) -> String {
        let mode = match self.mode.as_str() {
            "batch" => "批量采购",
            "fixed" => "定点采购",
            _ => "超市采购",
        };
        format!("{mode} · {}", if self.form == "auction" { "竞价" } else { "直购" })
    }

    /// The duty whose approval is awaited.
    pub fn awaits(&self) -> Option<Duty> {
        if self.state == State::Approving { self.steps.get(self.step as usize).copied() } else { None }
    }
}

/// One line of an order.
#[derive(Clone, Debug)]
pub struct Line {
    /// Id.
    pub id: i64,
    /// Offer.
    pub offer: i64,
    /// Product.
    pub product: i64,
    /// Plan line charged.
    pub plan_line: i64,
    /// Budget line charged.
    pub budget: i64,
    /// Category code.
    pub category: String,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub unit: String,
    /// Price on the shelf when ordered, fen.
    pub listed_price: i64,
    /// Price agreed, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// Shipped so far.
    pub shipped: i64,
    /// Accepted so far.
    pub accepted: i64,
    /// Refused at acceptance so far.
    pub refused: i64,
    /// Given back after acceptance.
    pub returned: i64,
}

impl Line {
    /// See [`line_digest`].
    pub fn digest(&self) -> String {
        let words = [&self.brand, &self.model, &self.title, &self.unit].map(String::as_str);
        line_digest(words, [self.offer, self.plan_line, self.budget, self.listed_price])
    }

    /// Price times quantity, fen.
    pub fn amount(&self) -> i64 {
        self.price * self.quantity
    }

    /// How many may still be shipped: refused and exchanged goods are sent again.
    pub fn to_ship(&self) -> i64 {
        self.quantity + self.refused - self.shipped
    }

    /// Shipped and not yet looked at.
    pub fn to_accept(&self) -> i64 {
        self.shipped - self.accepted - self.refused
    }

    /// Accepted and kept.
    pub fn kept(&self) -> i64 {
        self.accepted - self.returned
    }
}

const ORDER: &str = "SELECT id, number, region, unit, supplier, handler, state, version, step, steps, purpose, address, contact, phone, \
                     address_region, total, checks, note, made_at, next_due, next_command, mode, form, project, secret, \
                     secret_words, salt FROM orders";

fn read(r: &Row) -> Result<Order> {
    Ok(Order {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        unit: r.int(3),
        supplier: r.int(4),
        handler: r.int(5),
        state: State::of(r.str(6)).ok_or_else(|| Fail::Fault(format!("order state {}", r.str(6))))?,
        version: r.int(7),
        step: r.int(8),
        steps: r.str(9).split(' ').filter_map(Duty::of).collect(),
        purpose: r.text(10),
        address: r.text(11),
        contact: r.text(12),
        phone: r.text(13),
        address_region: r.text(14),
        total: r.int(15),
        checks: serde_json::from_str(r.str(16)).map_err(Fail::fault)?,
        note: r.text(17),
        made_at: r.int(18),
        next_due: r.opt_int(19),
        next_command: r.opt_text(20),
        mode: r.text(21),
        form: r.text(22),
        project: r.opt_int(23),
        secret: r.text(24),
        secret_words: r.text(25),
        salt: r.text(26),
    })
}

/// States in which an order exists for the supplier; before that it is the unit's own matter.
const SUPPLIER_SEES: &str = "state NOT IN ('approving', 'returned', 'withdrawn')";

fn scoped(scope: &Scope) -> (String, Val) {
    let (condition, who) = scope.condition("unit", "supplier", "region", 1);
    match scope {
        Scope::Supplier(_) => (format!("{condition} AND {SUPPLIER_SEES}"), who),
        Scope::Unit(_) | Scope::Region(_) | Scope::Nothing => (condition, who),
    }
}

/// An order the reader may see; hidden otherwise.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Order> {
    let (condition, who) = scoped(scope);
    read(&q.one(&format!("{ORDER} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// An order whoever asks; for the system's own commands.
pub async fn any(q: &dyn Query, id: i64) -> Result<Order> {
    read(&q.one(&format!("{ORDER} WHERE id = $1"), params![id]).await?)
}

/// The supplier of an order.
pub async fn supplier_of(q: &dyn Query, id: i64) -> Result<i64> {
    Ok(q.one("SELECT supplier FROM orders WHERE id = $1", params![id]).await?.int(0))
}

/// The unit of an order.
pub async fn unit_of(q: &dyn Query, id: i64) -> Result<i64> {
    Ok(q.one("SELECT unit FROM orders WHERE id = $1", params![id]).await?.int(0))
}

/// What a list of orders is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// State key or empty.
    pub state: String,
    /// Part of number or purpose, or empty.
    pub words: String,
    /// Page from 1.
    pub page: usize,
    /// Orders of a page.
    pub size: usize,
}

/// A page of orders, newest first, and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, f: &Filter) -> Result<(Vec<Order>, i64)> {
    let (condition, who) = scoped(scope);
    let filter =
        format!("{condition} AND ($2 = '' OR state = $2) AND ($3 = '%%' OR number LIKE $3 OR purpose LIKE $3)");
    let like = format!("%{}%", f.words);
    let sql = format!("{ORDER} WHERE {filter} ORDER BY id DESC LIMIT $4 OFFSET $5");
    let page = [who.clone(), (&f.state).into(), (&like).into(), f.size.into(), ((f.page - 1) * f.size).into()];
    let found = q.rows(&sql, &page).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let total = q.one(&format!("SELECT COUNT(*) FROM orders WHERE {filter}"), &page[..3]).await?.int(0);
    Ok((found, total))
}

/// What waits for a person, as a condition: parameters 2 to 8 are the person and one flag for each duty.
const WAITS: &str = "(\
     ($3 = 1 AND state = 'returned' AND handler = $2) \
     OR ($4 = 1 AND state = 'approving' AND handler <> $2 AND ((step = 0 AND steps LIKE 'reviewer%') OR (step = 1 AND steps LIKE '% reviewer%'))) \
     OR ($5 = 1 AND state = 'approving' AND handler <> $2 AND ((step = 0 AND steps LIKE 'signer%') OR (step = 1 AND steps LIKE '% signer%'))) \
     OR ($5 = 1 AND state = 'contracting' AND handler <> $2 \
         AND EXISTS (SELECT 1 FROM contract c WHERE c.orders = orders.id AND c.unit_signed_at IS NULL)) \
     OR ($6 = 1 AND state = 'performing' AND handler <> $2 \
         AND EXISTS (SELECT 1 FROM order_line l WHERE l.orders = orders.id AND l.shipped > l.accepted + l.refused)) \
     OR ($7 = 1 AND state = 'performing' \
         AND EXISTS (SELECT 1 FROM payment p WHERE p.orders = orders.id AND p.state = 'applied' AND p.applied_by <> $2)) \
     OR ($8 = 1 AND (state = 'offered' \
         OR (state = 'contracting' AND EXISTS (SELECT 1 FROM contract c WHERE c.orders = orders.id AND c.supplier_signed_at IS NULL)) \
         OR (state = 'performing' AND EXISTS (SELECT 1 FROM order_line l WHERE l.orders = orders.id AND l.quantity + l.refused > l.shipped)) \
         OR (state = 'performing' AND EXISTS (SELECT 1 FROM order_line l WHERE l.orders = orders.id AND l.accepted > l.returned) \
             AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.orders = orders.id)))) \
     OR (($3 = 1 OR $8 = 1) AND state = 'performing' AND next_command = 'close' \
         AND NOT EXISTS (SELECT 1 FROM evaluation e WHERE e.orders = orders.id AND e.side = CASE WHEN $8 = 1 THEN 'supplier' ELSE 'unit' END)) \
     OR (($3 = 1 OR $8 = 1) AND state IN ('contracting', 'performing') \
         AND EXISTS (SELECT 1 FROM cancel_ask a WHERE a.orders = orders.id AND a.state = 'asked' \
             AND a.side = CASE WHEN $8 = 1 THEN 'unit' ELSE 'supplier' END)))";

fn waits(a: &Actor) -> (String, Vec<Val>) {
    let (condition, who) = scoped(&a.scope());
    let duties = [Duty::Handler, Duty::Reviewer, Duty::Signer, Duty::Receiver, Duty::Accountant, Duty::SupplierOrders];
    let mut all = vec![who, a.person.into()];
    all.extend(duties.map(|d| Val::from(a.may(d))));
    (format!("{condition} AND {WAITS}"), all)
}

/// Orders that wait for a person, newest first.
pub async fn waiting(q: &dyn Query, a: &Actor, limit: usize) -> Result<Vec<Order>> {
    let (condition, mut all) = waits(a);
    all.push(limit.into());
    let sql = format!("{ORDER} WHERE {condition} ORDER BY id DESC LIMIT $9");
    q.rows(&sql, &all).await?.iter().map(read).collect()
}

/// How many orders wait for a person, counted up to `most`.
pub async fn count_waiting(q: &dyn Query, a: &Actor, most: usize) -> Result<i64> {
    let (condition, mut all) = waits(a);
    all.push(most.into());
    let sql = format!("SELECT COUNT(*) FROM (SELECT id FROM orders WHERE {condition} LIMIT $9) AS w");
    Ok(q.one(&sql, &all).await?.int(0))
}

/// Is an order being performed?
pub async fn performing(q: &dyn Query, id: i64) -> Result<bool> {
    let r = q.one("SELECT state FROM orders WHERE id = $1", params![id]).await?;
    Ok(r.str(0) == State::Performing.key())
}

/// Orders made under one key.
pub async fn by_key(q: &dyn Query, handler: i64, key: &str) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM orders WHERE handler = $1 AND idem_key = $2 ORDER BY id";
    Ok(q.rows(sql, params![handler, key]).await?.iter().map(|r| r.int(0)).collect())
}

/// Writes a new order; false when its key was used before.
pub async fn insert(tx: &Tx<'_>, o: &Order, key: &str) -> Result<bool> {
    let checks = serde_json::to_string(&o.checks).map_err(Fail::fault)?;
    let steps = o.steps.iter().map(|d| d.key()).collect::<Vec<_>>().join(" ");
    let n = tx
        .run(
            "INSERT INTO orders (id, number, idem_key, region, unit, supplier, handler, state, version, step, steps, purpose, address, \
             contact, phone, address_region, total, checks, note, made_at, changed_at, next_due, next_command, mode, form, project, secret, secret_words, salt) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,1,0,$9,$10,$11,$12,$13,$14,$15,$16,'',$17,$17,$18,$19,$20,$21,$22,$23,$24,$25) \
             ON CONFLICT (handler, idem_key, supplier) DO NOTHING",
            params![
                o.id, &o.number, key, &o.region, o.unit, o.supplier, o.handler, o.state.key(), steps, &o.purpose, &o.address, &o.contact,
                &o.phone, &o.address_region, o.total, checks, o.made_at, o.next_due, o.next_command.as_ref(), &o.mode, &o.form, o.project, &o.secret,
                &o.secret_words, &o.salt
            ],
        )
        .await?;
    Ok(n == 1)
}

/// Writes the lines of an order.
pub async fn insert_lines(tx: &Tx<'_>, order: i64, lines: &[Line]) -> Result<()> {
    let rows: Vec<Vec<Val>> = lines
        .iter()
        .map(|l| {
            params![
                l.id,
                order,
                l.offer,
                l.product,
                l.plan_line,
                l.budget,
                &l.category,
                &l.brand,
                &l.model,
                &l.title,
                &l.unit,
                l.listed_price,
                l.price,
                l.quantity
            ]
            .to_vec()
        })
        .collect();
    tx.run_many(
        "INSERT INTO order_line (id, orders, offer, product, plan_line, budget, category, brand, model, title, unit, listed_price, price, \
         quantity, shipped, accepted, refused, returned) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,0,0,0,0)",
        &rows,
    )
    .await?;
    Ok(())
}

/// Keeps what was compared when the order was placed, or placed again; returns its digest.
pub async fn keep_compared(tx: &Tx<'_>, order: i64, body: &str) -> Result<String> {
    let digest = kit::text::sha256(&[body.as_bytes()]);
    let sql = "INSERT INTO order_compared (orders, body, digest) VALUES ($1,$2,$3) \
               ON CONFLICT (orders) DO UPDATE SET body = $2, digest = $3";
    tx.run(sql, params![order, body, &digest]).await?;
    Ok(digest)
}

/// What was compared when an order was placed; None for orders of before this was kept, and for those a procedure led to.
pub async fn compared(q: &dyn Query, order: i64) -> Result<Option<String>> {
    let found = q.row("SELECT body FROM order_compared WHERE orders = $1", params![order]).await?;
    Ok(found.map(|r| r.text(0)))
}

/// Takes an order's lines away; only while nothing was shipped.
pub async fn drop_lines(tx: &Tx<'_>, order: i64) -> Result<()> {
    tx.run("DELETE FROM order_line WHERE orders = $1 AND shipped = 0", params![order]).await?;
    Ok(())
}

/// The lines of an order.
pub async fn lines(q: &dyn Query, order: i64) -> Result<Vec<Line>> {
    let sql = "SELECT id, offer, product, plan_line, budget, category, brand, model, title, unit, listed_price, price, quantity, shipped, \
               accepted, refused, returned FROM order_line WHERE orders = $1 ORDER BY id";
    let read = |r: &Row| Line {
        id: r.int(0),
        offer: r.int(1),
        product: r.int(2),
        plan_line: r.int(3),
        budget: r.int(4),
        category: r.text(5),
        brand: r.text(6),
        model: r.text(7),
        title: r.text(8),
        unit: r.text(9),
        listed_price: r.int(10),
        price: r.int(11),
        quantity: r.int(12),
        shipped: r.int(13),
        accepted: r.int(14),
        refused: r.int(15),
        returned: r.int(16),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

/// Sets the agreed price of a line.
pub async fn set_price(tx: &Tx<'_>, line: i64, price: i64) -> Result<()> {
    tx.must("UPDATE order_line SET price = $2 WHERE id = $1 AND price >= $2", params![line, price]).await
}

/// Adds to the progress of a line.
pub async fn progress(tx: &Tx<'_>, line: i64, shipped: i64, accepted: i64, refused: i64, returned: i64) -> Result<()> {
    tx.must(
        "UPDATE order_line SET shipped = shipped + $2, accepted = accepted + $3, refused = refused + $4, returned = returned + $5 WHERE id = $1",
        params![line, shipped, accepted, refused, returned],
    )
    .await
}

/// Writes an order's movable parts back, if nobody changed it meanwhile.
pub async fn save(tx: &Tx<'_>, o: &Order) -> Result<()> {
    let checks = serde_json::to_string(&o.checks).map_err(Fail::fault)?;
    let steps = o.steps.iter().map(|d| d.key()).collect::<Vec<_>>().join(" ");
    let n = tx
        .run(
            "UPDATE orders SET state = $3, version = version + 1, step = $4, steps = $5, total = $6, checks = $7, note = $8, \
             changed_at = $9, next_due = $10, next_command = $11, purpose = $12, address = $13, contact = $14, phone = $15, \
             address_region = $16 WHERE id = $1 AND version = $2",
            params![
                o.id, o.version, o.state.key(), o.step, steps, o.total, checks, &o.note, tx.now(), o.next_due, o.next_command.as_ref(),
                &o.purpose, &o.address, &o.contact, &o.phone, &o.address_region
            ],
        )
        .await?;
    if n == 1 {
        return Ok(());
    }
    Err(Fail::refuse("order.changed", "这个订单刚刚被别人办理过，请刷新页面看它现在的状态。"))
}

/// Orders whose deadline has come, oldest first.
pub async fn due(q: &dyn Query, now: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, next_command FROM orders WHERE next_due <= $1 AND next_command IS NOT NULL ORDER BY next_due, id LIMIT $2";
    Ok(q.rows(sql, params![now, limit]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// An approval as the order page shows it.
pub struct Approval {
    /// Duty under which it was given.
    pub duty: String,
    /// Person.
    pub person: i64,
    /// approved or returned.
    pub verdict: String,
    /// Reason or empty.
    pub reason: String,
    /// Time, ms UTC.
    pub at: i64,
    /// No longer counts after an edit.
    pub void: bool,
}

/// Writes an approval.
pub async fn add_approval(tx: &Tx<'_>, o: &Order, duty: Duty, person: i64, verdict: &str, reason: &str) -> Result<()> {
    tx.run(
        "INSERT INTO approval (id, orders, step, duty, person, verdict, reason, at, void) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0)",
        params![tx.id(), o.id, o.step, duty.key(), person, verdict, reason, tx.now()],
    )
    .await?;
    Ok(())
}

/// Earlier approvals no longer count.
pub async fn void_approvals(tx: &Tx<'_>, order: i64) -> Result<()> {
    tx.run("UPDATE approval SET void = 1 WHERE orders = $1", params![order]).await?;
    Ok(())
}

/// All approvals of an order.
pub async fn approvals(q: &dyn Query, order: i64) -> Result<Vec<Approval>> {
    let sql = "SELECT duty, person, verdict, reason, at, void FROM approval WHERE orders = $1 ORDER BY id";
    let read = |r: &Row| Approval {
        duty: r.text(0),
        person: r.int(1),
        verdict: r.text(2),
        reason: r.text(3),
        at: r.int(4),
        void: r.flag(5),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

/// A contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Number.
    pub number: String,
    /// Facts of the contract as JSON; never changed.
    pub body: String,
    /// SHA-256 of the body.
    pub digest: String,
    /// When and by whom the unit confirmed.
    pub unit_signed: Option<(i64, i64)>,
    /// When and by whom the supplier confirmed.
    pub supplier_signed: Option<(i64, i64)>,
    /// When both had.
    pub signed_at: Option<i64>,
    /// Last moment to publish.
    pub publish_due: Option<i64>,
    /// Last moment to file.
    pub file_due: Option<i64>,
    /// Filed.
    pub filed_at: Option<i64>,
}

/// Writes a contract.
pub async fn add_contract(tx: &Tx<'_>, order: i64, number: &str, body: &str) -> Result<()> {
    let digest = kit::text::sha256(&[body.as_bytes()]);
    tx.run(
        "INSERT INTO contract (orders, number, body, digest, made_at) VALUES ($1,$2,$3,$4,$5)",
        params![order, number, body, digest, tx.now()],
    )
    .await?;
    Ok(())
}

/// The contract of an order, if made.
pub async fn contract(q: &dyn Query, order: i64) -> Result<Option<Contract>> {
    let sql = "SELECT number, body, digest, unit_signed_at, unit_signed_by, supplier_signed_at, supplier_signed_by, signed_at, publish_due, \
               file_due, filed_at FROM contract WHERE orders = $1";
    Ok(q.row(sql, params![order]).await?.map(|r| Contract {
        number: r.text(0),
        body: r.text(1),
        digest: r.text(2),
        unit_signed: r.opt_int(3).zip(r.opt_int(4)),
        supplier_signed: r.opt_int(5).zip(r.opt_int(6)),
        signed_at: r.opt_int(7),
        publish_due: r.opt_int(8),
        file_due: r.opt_int(9),
        filed_at: r.opt_int(10),
    }))
}

/// One side confirms the contract.
pub async fn sign(tx: &Tx<'_>, order: i64, by_unit: bool, person: i64) -> Result<()> {
    let sql = if by_unit {
        "UPDATE contract SET unit_signed_at = $2, unit_signed_by = $3 WHERE orders = $1 AND unit_signed_at IS NULL"
    } else {
        "UPDATE contract SET supplier_signed_at = $2, supplier_signed_by = $3 WHERE orders = $1 AND supplier_signed_at IS NULL"
    };
    if tx.run(sql, params![order, tx.now(), person]).await? == 1 {
        return Ok(());
    }
    Err(Fail::refuse("contract.signed_already", "本方已经确认过这份合同。"))
}

/// Both have confirmed: dates of publication and filing.
pub async fn conclude(tx: &Tx<'_>, order: i64, publish_due: i64, file_due: i64) -> Result<()> {
    tx.must(
        "UPDATE contract SET signed_at = $2, publish_due = $3, file_due = $4, filed_at = $2 WHERE orders = $1",
        params![order, tx.now(), publish_due, file_due],
    )
    .await
}

/// Someone asked to cancel.
pub struct CancelAsk {
    /// Id.
    pub id: i64,
    /// unit, supplier.
    pub side: String,
    /// Why.
    pub reason: String,
}

/// The open request to cancel an order.
pub async fn cancel_ask(q: &dyn Query, order: i64) -> Result<Option<CancelAsk>> {
    let sql = "SELECT id, side, reason FROM cancel_ask WHERE orders = $1 AND state = 'asked'";
    Ok(q.row(sql, params![order]).await?.map(|r| CancelAsk { id: r.int(0), side: r.text(1), reason: r.text(2) }))
}

/// Asks to cancel.
pub async fn add_cancel_ask(tx: &Tx<'_>, order: i64, side: &str, reason: &str, person: i64) -> Result<()> {
    tx.run(
        "INSERT INTO cancel_ask (id, orders, side, reason, person, at, state) VALUES ($1,$2,$3,$4,$5,$6,'asked')",
        params![tx.id(), order, side, reason, person, tx.now()],
    )
    .await?;
    Ok(())
}

/// Ends a request to cancel; its reason is read again now that nobody else can write the row: it may have been erased meanwhile.
pub async fn end_cancel_ask(tx: &Tx<'_>, ask: &mut CancelAsk, state: &str) -> Result<()> {
    tx.must("UPDATE cancel_ask SET state = $2 WHERE id = $1 AND state = 'asked'", params![ask.id, state]).await?;
    ask.reason = tx.one("SELECT reason FROM cancel_ask WHERE id = $1", params![ask.id]).await?.text(0);
    Ok(())
}

/// Orders of a region for which both sides have asked the finance department to cancel a filed contract.
pub async fn cancellations(q: &dyn Query, scope: &Scope) -> Result<Vec<(i64, String, String, String, i64)>> {
    let (condition, who) = scope.condition("o.unit", "o.supplier", "o.region", 1);
    let sql = format!(
        "SELECT o.id, o.number, c.side, c.reason, o.total FROM cancel_ask c JOIN orders o ON o.id = c.orders \
         WHERE {condition} AND c.state = 'asked' AND o.state = 'performing' ORDER BY c.id"
    );
    let found = q.rows(&sql, &[who]).await?;
    Ok(found.iter().map(|r| (r.int(0), r.text(1), r.text(2), r.text(3), r.int(4))).collect())
}

/// Tells an organisation's duty about an order.
pub async fn tell(tx: &Tx<'_>, org: i64, duty: Duty, order: i64, words: &str) -> Result<()> {
    tx.run(
        "INSERT INTO message (id, org, duty, orders, words, at) VALUES ($1,$2,$3,$4,$5,$6)",
        params![tx.id(), org, duty.key(), order, words, tx.now()],
    )
    .await?;
    Ok(())
}
