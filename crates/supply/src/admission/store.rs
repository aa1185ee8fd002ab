//! Rows of applications, their remarks, papers, account changes and authorisations.
use base::access::Scope;
use kit::db::Row;
use kit::{Fail, Query, Result, Tx, params};
use rules::admission::State;
use rules::calendar::Day;

/// An application.
#[derive(Clone, Debug)]
pub struct Application {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// The firm.
    pub org: i64,
    /// Its region; the nearest centre above it decides.
    pub region: String,
    /// `entry` or `change`.
    pub purpose: String,
    /// Kind of supplier.
    pub kind: String,
    /// `micro`, `small`, `medium`, `large`.
    pub size: String,
    /// Areas, separated by spaces.
    pub areas: String,
    /// Category prefixes, separated by spaces.
    pub categories: String,
    /// Own brands, separated by 、.
    pub brands: String,
    /// Legal representative.
    pub legal_person: String,
    /// Phone.
    pub phone: String,
    /// Address.
    pub address: String,
    /// Account.
    pub bank_account: String,
    /// Who controls or manages it.
    pub controller: String,
    /// Own site.
    pub site: String,
    /// State.
    pub state: State,
    /// The centre that decides.
    pub centre: Option<i64>,
    /// Version of the commitment that was confirmed.
    pub commitment: String,
    /// SHA-256 of its text.
    pub commitment_digest: String,
    /// Who confirmed it.
    pub committed_by: Option<i64>,
    /// Begun, ms UTC.
    pub made_at: i64,
    /// Submitted.
    pub submitted_at: Option<i64>,
    /// To be decided until.
    pub due: Option<i64>,
    /// Decided.
    pub decided_at: Option<i64>,
    /// How often it was submitted.
    pub rounds: i64,
    /// Version; every change counts it up.
    pub version: i64,
}

const APPLICATION: &str = "SELECT id, number, org, region, purpose, kind, size, areas, categories, brands, legal_person, phone, address, \
                           bank_account, controller, site, state, centre, commitment, commitment_digest, committed_by, made_at, \
                           submitted_at, due, decided_at, rounds, version FROM application";

fn read(r: &Row) -> Result<Application> {
    let state = r.str(16);
    Ok(Application {
        id: r.int(0),
        number: r.text(1),
        org: r.int(2),
        region: r.text(3),
        purpose: r.text(4),
        kind: r.text(5),
        size: r.text(6),
        areas: r.text(7),
        categories: r.text(8),
        brands: r.text(9),
        legal_person: r.text(10),
        phone: r.text(11),
        address: r.text(12),
        bank_account: r.text(13),
        controller: r.text(14),
        site: r.text(15),
        state: State::of(state).ok_or_else(|| Fail::Fault(format!("unknown state of an application: {state}")))?,
        centre: r.opt_int(17),
        commitment: r.text(18),
        commitment_digest: r.text(19),
        committed_by: r.opt_int(20),
        made_at: r.int(21),
        submitted_at: r.opt_int(22),
        due: r.opt_int(23),
        decided_at: r.opt_int(24),
        rounds: r.int(25),
        version: r.int(26),
    })
}

/// Writes a new draft.
pub async fn add(tx: &Tx<'_>, a: &Application) -> Result<()> {
    tx.run(
        "INSERT INTO application (id, number, org, region, purpose, kind, size, areas, categories, brands, legal_person, phone, address, \
         bank_account, controller, site, state, commitment, commitment_digest, made_at, rounds, version) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,'draft','','',$17,0,1)",
        params![
            a.id, &a.number, a.org, &a.region, &a.purpose, &a.kind, &a.size, &a.areas, &a.categories, &a.brands, &a.legal_person,
            &a.phone, &a.address, &a.bank_account, &a.controller, &a.site, a.made_at
        ],
    )
    .await?;
    Ok(())
}

/// Saves all that may change, if nobody changed it meanwhile.
pub async fn save(tx: &Tx<'_>, a: &Application) -> Result<()> {
    let n = tx
        .run(
            "UPDATE application SET kind = $3, size = $4, areas = $5, categories = $6, brands = $7, legal_person = $8, phone = $9, \
             address = $10, bank_account = $11, controller = $12, site = $13, state = $14, centre = $15, commitment = $16, \
             commitment_digest = $17, committed_by = $18, submitted_at = $19, due = $20, decided_at = $21, rounds = $22, \
             version = version + 1 WHERE id = $1 AND version = $2",
            params![
                a.id, a.version, &a.kind, &a.size, &a.areas, &a.categories, &a.brands, &a.legal_person, &a.phone, &a.address,
                &a.bank_account, &a.controller, &a.site, a.state.key(), a.centre, &a.commitment, &a.commitment_digest,
                a.committed_by, a.submitted_at, a.due, a.decided_at, a.rounds
            ],
        )
        .await?;
    if n == 1 {
        return Ok(());
    }
    Err(Fail::refuse("application.changed", "申请刚刚被别人改过，请刷新页面后再办理。"))
}

/// The open application of a firm, if there is one.
pub async fn open_of(q: &dyn Query, org: i64) -> Result<Option<Application>> {
    let sql = format!("{APPLICATION} WHERE org = $1 AND state IN ('draft', 'submitted', 'returned')");
    q.row(&sql, params![org]).await?.as_ref().map(read).transpose()
}

/// The newest application of a firm, open or not.
pub async fn last_of(q: &dyn Query, org: i64) -> Result<Option<Application>> {
    let sql = format!("{APPLICATION} WHERE org = $1 ORDER BY id DESC LIMIT 1");
    q.row(&sql, params![org]).await?.as_ref().map(read).transpose()
}

/// An application in a scope: the firm's own, or one of the area of an office.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Application> {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    // A draft is the firm's own business.
    let seen = if matches!(scope, Scope::Region(_)) { " AND state <> 'draft'" } else { "" };
    read(&q.one(&format!("{APPLICATION} WHERE {condition} AND id = $2{seen}"), &[who, id.into()]).await?)
}

/// Applications of an area that were submitted, waiting ones first by their clock.
pub async fn list(q: &dyn Query, scope: &Scope, page: usize, size: usize) -> Result<(Vec<Application>, i64)> {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    let condition = format!("{condition} AND state <> 'draft'");
    let sql = format!(
        "{APPLICATION} WHERE {condition} ORDER BY CASE WHEN state = 'submitted' THEN 0 ELSE 1 END, \
         CASE WHEN state = 'submitted' THEN due ELSE -id END LIMIT $2 OFFSET $3"
    );
    let all = [who, size.into(), ((page - 1) * size).into()];
    let found = q.rows(&sql, &all).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let total = q.one(&format!("SELECT COUNT(*) FROM application WHERE {condition}"), &all[..1]).await?.int(0);
    Ok((found, total))
}

/// How many wait in an area.
pub async fn waiting(q: &dyn Query, scope: &Scope) -> Result<i64> {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    Ok(q.one(&format!("SELECT COUNT(*) FROM application WHERE {condition} AND state = 'submitted'"), &[who])
        .await?
        .int(0))
}

/// How long decisions since a time took, ms, shortest first; at most so many.
pub async fn durations(q: &dyn Query, since: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT decided_at - submitted_at FROM application WHERE decided_at >= $1 AND submitted_at IS NOT NULL \
               ORDER BY decided_at DESC LIMIT $2";
    let mut all: Vec<i64> = q.rows(sql, params![since, most]).await?.iter().map(|r| r.int(0)).collect();
    all.sort_unstable();
    Ok(all)
}

/// Applications that wait, in the whole province.
pub async fn in_queue(q: &dyn Query) -> Result<i64> {
    Ok(q.one("SELECT COUNT(*) FROM application WHERE state = 'submitted'", params![]).await?.int(0))
}

/// A reason why an application came back.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Field.
    pub field: String,
    /// Code.
    pub code: String,
    /// Words.
    pub words: String,
}

/// Writes a remark.
pub async fn add_remark(tx: &Tx<'_>, application: i64, round: i64, r: &Remark) -> Result<()> {
    tx.run(
        "INSERT INTO application_remark (id, application, round, field, code, words, at) VALUES ($1,$2,$3,$4,$5,$6,$7)",
        params![tx.id(), application, round, &r.field, &r.code, &r.words, tx.now()],
    )
    .await?;
    Ok(())
}

/// Remarks of the last round of an application.
pub async fn remarks(q: &dyn Query, application: i64, round: i64) -> Result<Vec<Remark>> {
    let sql = "SELECT field, code, words FROM application_remark WHERE application = $1 AND round = $2 ORDER BY id";
    let read = |r: &Row| Remark { field: r.text(0), code: r.text(1), words: r.text(2) };
    Ok(q.rows(sql, params![application, round]).await?.iter().map(read).collect())
}

/// How often each code was given since a time.
pub async fn reasons_since(q: &dyn Query, since: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT code, COUNT(*) FROM application_remark WHERE at >= $1 GROUP BY code ORDER BY 2 DESC, code";
    Ok(q.rows(sql, params![since]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// A document.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Id.
    pub id: i64,
    /// Firm.
    pub org: i64,
    /// Kind.
    pub kind: String,
    /// Number.
    pub number: String,
    /// The last day it holds.
    pub until: Option<Day>,
    /// Name of the file.
    pub name: String,
    /// SHA-256.
    pub digest: String,
    /// `asked`, `good`, `replaced`.
    pub state: String,
}

const PAPER: &str = "SELECT id, org, kind, number, until, name, digest, state FROM paper";

fn read_paper(r: &Row) -> Paper {
    Paper {
        id: r.int(0),
        org: r.int(1),
        kind: r.text(2),
        number: r.text(3),
        until: r.opt_int(4).map(|d| d as Day),
        name: r.text(5),
        digest: r.text(6),
        state: r.text(7),
    }
}

/// Documents of a firm that are not replaced, by kind.
pub async fn papers(q: &dyn Query, org: i64) -> Result<Vec<Paper>> {
    let sql = format!("{PAPER} WHERE org = $1 AND state <> 'replaced' ORDER BY kind, id");
    Ok(q.rows(&sql, params![org]).await?.iter().map(read_paper).collect())
}

/// A document by id.
pub async fn paper(q: &dyn Query, id: i64) -> Result<Paper> {
    Ok(read_paper(&q.one(&format!("{PAPER} WHERE id = $1"), params![id]).await?))
}

/// Content of a document with its kind.
pub async fn paper_bytes(q: &dyn Query, id: i64) -> Result<(String, Vec<u8>)> {
    let r = q.one("SELECT mime, bytes FROM paper WHERE id = $1", params![id]).await?;
    Ok((r.text(0), r.bytes(1)))
}

/// Writes a document; one of the same kind that still waits is replaced.
pub async fn add_paper(tx: &Tx<'_>, p: &Paper, mime: &str, bytes: &[u8], person: i64) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "UPDATE paper SET state = 'replaced' WHERE org = $1 AND kind = $2 AND state = 'asked'",
        params![p.org, &p.kind],
    )
    .await?;
    tx.run(
        "INSERT INTO paper (id, org, kind, number, until, name, mime, digest, bytes, state, warned, person, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,'asked',0,$10,$11)",
        params![
            id,
            p.org,
            &p.kind,
            &p.number,
            p.until.map(i64::from),
            &p.name,
            mime,
            &p.digest,
            bytes,
            person,
            tx.now()
        ],
    )
    .await?;
    Ok(id)
}

/// The documents a firm has shown are found good; older ones of the same kind are replaced.
pub async fn papers_good(tx: &Tx<'_>, org: i64) -> Result<()> {
    let sql = "UPDATE paper SET state = 'replaced' WHERE org = $1 AND state = 'good' AND kind IN \
               (SELECT kind FROM paper WHERE org = $1 AND state = 'asked')";
    tx.run(sql, params![org]).await?;
    tx.run("UPDATE paper SET state = 'good' WHERE org = $1 AND state = 'asked'", params![org]).await?;
    Ok(())
}

/// Good documents that end before a day and of which nobody was warned; of suppliers only.
pub async fn ending(q: &dyn Query, before: Day, most: usize) -> Result<Vec<Paper>> {
    let sql = format!(
        "{PAPER} WHERE state = 'good' AND warned = 0 AND until < $1 AND EXISTS (SELECT 1 FROM supplier s WHERE s.org = paper.org) \
         ORDER BY until LIMIT $2"
    );
    Ok(q.rows(&sql, params![i64::from(before), most]).await?.iter().map(read_paper).collect())
}

/// The firm was warned.
pub async fn warned(tx: &Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.run("UPDATE paper SET warned = 1 WHERE id = $1 AND warned = 0", params![id]).await? == 1)
}

/// Suppliers with a document that ended before a day, or whose offers are stopped for one.
pub async fn with_papers(q: &dyn Query, today: Day, stop: i64) -> Result<Vec<i64>> {
    let sql = "SELECT org FROM supplier WHERE org IN (SELECT org FROM paper WHERE state = 'good' AND until < $1) \
               OR org IN (SELECT supplier FROM offer WHERE stops & $2 <> 0) ORDER BY org";
    Ok(q.rows(sql, params![i64::from(today), stop]).await?.iter().map(|r| r.int(0)).collect())
}

/// Makes or changes the supplier that an admitted application describes; its state and score stay.
pub async fn put_supplier(tx: &Tx<'_>, a: &Application, credit: i64) -> Result<()> {
    tx.run(
        "INSERT INTO supplier (org, kind, size, areas, categories, legal_person, phone, address, bank_account, state, credit, controller) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,'admitted',$10,$11) \
         ON CONFLICT (org) DO UPDATE SET kind = $2, size = $3, areas = $4, categories = $5, legal_person = $6, phone = $7, address = $8, \
         controller = $11",
        params![
            a.org, &a.kind, &a.size, &a.areas, &a.categories, &a.legal_person, &a.phone, &a.address, &a.bank_account, credit,
            &a.controller
        ],
    )
    .await?;
    Ok(())
}

/// Kind of a supplier and its account; None when it is none yet.
pub async fn account(q: &dyn Query, org: i64) -> Result<Option<(String, String)>> {
    let found = q.row("SELECT kind, bank_account FROM supplier WHERE org = $1", params![org]).await?;
    Ok(found.map(|r| (r.text(0), r.text(1))))
}

/// Kind of a supplier; None when it is none yet.
pub async fn supplier_kind(q: &dyn Query, org: i64) -> Result<Option<String>> {
    Ok(account(q, org).await?.map(|(kind, _)| kind))
}

/// A change of the account.
#[derive(Clone, Debug)]
pub struct AccountChange {
    /// Id.
    pub id: i64,
    /// Supplier.
    pub supplier: i64,
    /// The new account.
    pub account: String,
    /// Who asked.
    pub asked_by: i64,
    /// When it takes effect, ms UTC; None before it is confirmed.
    pub effective_at: Option<i64>,
    /// `asked`, `confirmed`, `done`, `stopped`.
    pub state: String,
}

const CHANGE: &str = "SELECT id, supplier, account, asked_by, effective_at, state FROM account_change";

fn read_change(r: &Row) -> AccountChange {
    AccountChange {
        id: r.int(0),
        supplier: r.int(1),
        account: r.text(2),
        asked_by: r.int(3),
        effective_at: r.opt_int(4),
        state: r.text(5),
    }
}

/// The open change of a supplier, if there is one.
pub async fn open_change(q: &dyn Query, supplier: i64) -> Result<Option<AccountChange>> {
    let sql = format!("{CHANGE} WHERE supplier = $1 AND state IN ('asked', 'confirmed')");
    Ok(q.row(&sql, params![supplier]).await?.as_ref().map(read_change))
}

/// Confirmed changes whose time has come.
pub async fn due_changes(q: &dyn Query, now: i64, most: usize) -> Result<Vec<AccountChange>> {
    let sql = format!("{CHANGE} WHERE state = 'confirmed' AND effective_at <= $1 ORDER BY effective_at LIMIT $2");
    Ok(q.rows(&sql, params![now, most]).await?.iter().map(read_change).collect())
}

/// Writes a wish to change the account; false when one is open.
pub async fn add_change(tx: &Tx<'_>, supplier: i64, account: &str, person: i64) -> Result<bool> {
    let n = tx
        .run(
            "INSERT INTO account_change (id, supplier, account, asked_by, asked_at, state, version) VALUES ($1,$2,$3,$4,$5,'asked',1) \
             ON CONFLICT DO NOTHING",
            params![tx.id(), supplier, account, person, tx.now()],
        )
        .await?;
    Ok(n == 1)
}

/// Moves a change on from a state; false when somebody did.
pub async fn move_change(tx: &Tx<'_>, c: &AccountChange, to: &str, by: Option<i64>, at: Option<i64>) -> Result<bool> {
    let sql = "UPDATE account_change SET state = $3, confirmed_by = COALESCE($4, confirmed_by), \
               effective_at = COALESCE($5, effective_at), version = version + 1 WHERE id = $1 AND state = $2";
    Ok(tx.run(sql, params![c.id, &c.state, to, by, at]).await? == 1)
}

/// Money goes to another account from now on.
pub async fn set_account(tx: &Tx<'_>, supplier: i64, account: &str) -> Result<()> {
    tx.must("UPDATE supplier SET bank_account = $2 WHERE org = $1", params![supplier, account]).await
}

/// A maker's authorisation of an agent.
#[derive(Clone, Debug)]
pub struct Authorisation {
    /// Id.
    pub id: i64,
    /// Maker.
    pub maker: i64,
    /// Agent.
    pub agent: i64,
    /// Brand.
    pub brand: String,
    /// Areas, separated by spaces.
    pub areas: String,
    /// The last day.
    pub until: Day,
    /// `asked`, `verified`, `refused`, `ended`.
    pub state: String,
    /// Why it was refused or ended.
    pub reason: String,
}

const AUTHORISATION: &str = "SELECT id, maker, agent, brand, areas, until, state, reason FROM authorisation";

fn read_authorisation(r: &Row) -> Authorisation {
    Authorisation {
        id: r.int(0),
        maker: r.int(1),
        agent: r.int(2),
        brand: r.text(3),
        areas: r.text(4),
        until: r.int(5) as Day,
        state: r.text(6),
        reason: r.text(7),
    }
}

/// Authorisations in which a supplier is maker or agent, newest first.
pub async fn authorisations(q: &dyn Query, org: i64) -> Result<Vec<Authorisation>> {
    let sql = format!("{AUTHORISATION} WHERE maker = $1 OR agent = $1 ORDER BY id DESC LIMIT 200");
    Ok(q.rows(&sql, params![org]).await?.iter().map(read_authorisation).collect())
}

/// Authorisations an agent has for a brand.
pub async fn for_brand(q: &dyn Query, agent: i64, brand: &str) -> Result<Vec<Authorisation>> {
    let sql = format!("{AUTHORISATION} WHERE agent = $1 AND brand = $2");
    Ok(q.rows(&sql, params![agent, brand]).await?.iter().map(read_authorisation).collect())
}

/// Verified authorisations that ended before a day.
pub async fn lapsed(q: &dyn Query, today: Day, most: usize) -> Result<Vec<Authorisation>> {
    let sql = format!("{AUTHORISATION} WHERE state = 'verified' AND until < $1 ORDER BY until LIMIT $2");
    Ok(q.rows(&sql, params![i64::from(today), most]).await?.iter().map(read_authorisation).collect())
}

/// An authorisation in which a supplier is maker or agent.
pub async fn authorisation(q: &dyn Query, org: i64, id: i64) -> Result<Authorisation> {
    let sql = format!("{AUTHORISATION} WHERE id = $1 AND (maker = $2 OR agent = $2)");
    Ok(read_authorisation(&q.one(&sql, params![id, org]).await?))
}

/// Writes a wish for an authorisation.
pub async fn add_authorisation(tx: &Tx<'_>, a: &Authorisation) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO authorisation (id, maker, agent, brand, areas, until, state, asked_at, reason, version) \
         VALUES ($1,$2,$3,$4,$5,$6,'asked',$7,'',1)",
        params![id, a.maker, a.agent, &a.brand, &a.areas, i64::from(a.until), tx.now()],
    )
    .await?;
    Ok(id)
}

/// Moves an authorisation on from a state; false when somebody did.
pub async fn move_authorisation(tx: &Tx<'_>, a: &Authorisation, to: &str, reason: &str) -> Result<bool> {
    let sql = "UPDATE authorisation SET state = $3, reason = $4, decided_at = $5, version = version + 1 WHERE id = $1 AND state = $2";
    Ok(tx.run(sql, params![a.id, &a.state, to, reason, tx.now()]).await? == 1)
}

/// The maker known for a brand.
pub async fn maker_of(q: &dyn Query, brand: &str) -> Result<Option<i64>> {
    Ok(q.row("SELECT maker FROM brand WHERE name = $1", params![brand]).await?.and_then(|r| r.opt_int(0)))
}

/// Brands that a maker owns.
pub async fn owned(q: &dyn Query) -> Result<Vec<String>> {
    let found = q.rows("SELECT name FROM brand WHERE maker IS NOT NULL ORDER BY name", params![]).await?;
    Ok(found.iter().map(|r| r.text(0)).collect())
}

/// An office found a maker to own a brand; false when another one does.
pub async fn own_brand(tx: &Tx<'_>, brand: &str, maker: i64) -> Result<bool> {
    let sql = "UPDATE brand SET maker = $2 WHERE name = $1 AND (maker IS NULL OR maker = $2)";
    Ok(tx.run(sql, params![brand, maker]).await? == 1)
}

/// Offers of a brand by agents: id, product, supplier.
pub async fn agents_offers(q: &dyn Query, brand: &str) -> Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT o.id, o.product, o.supplier FROM offer o JOIN product p ON p.id = o.product JOIN supplier s ON s.org = o.supplier \
               WHERE p.brand = $1 AND s.kind = '代理商' ORDER BY o.id";
    Ok(q.rows(sql, params![brand]).await?.iter().map(|r| (r.int(0), r.int(1), r.int(2))).collect())
}
