//! A seeded world on the real mall: many auctions at once, bidders that are hostile, slow, doubled and late, a clock that
//! jumps, handlers that cancel, winners that leave. After every few steps: money and stock are conserved, nothing sealed
//! is readable, no quote is later than its end. `QICAI_SEED=n` plays another world.
use crate::auctions::{DEMANDS, approve, force, launch, path_of, same_paper};
use crate::mall::{Box, Page, Visitor};
use kit::{Query, params};

const AUCTIONS: usize = 24;
const STEPS: usize = 420;
const MINUTE: i64 = 60_000;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len() as u64) as usize]
    }
}

/// What must hold whatever happens.
async fn audit(mall: &Box, at: &str) {
    let db = mall.mall.watch.db();
    let none = async |what: &str, sql: &str| {
        let found = db.rows(sql, params![]).await.unwrap();
        assert!(found.is_empty(), "{at}: {what}: {} rows, first {}", found.len(), found[0].int(0));
    };
    none("budget lines out of balance", "SELECT id FROM budget_line WHERE available + frozen + spent <> granted").await;
    none(
        "sealed quotes readable while their phase runs",
        "SELECT q.id FROM auction_quote q JOIN auction a ON a.id = q.auction WHERE a.phase = 'sealed' AND q.amount IS NOT NULL",
    )
    .await;
    none(
        "quotes after the end",
        "SELECT q.id FROM auction_quote q JOIN auction a ON a.id = q.auction WHERE a.phase = 'closed' AND q.at > a.until_at",
    )
    .await;
    none(
        "winners that are not the lowest of those in line",
        "SELECT a.id FROM auction a JOIN auction_quote w ON w.auction = a.id AND w.supplier = a.winner AND w.amount = a.amount \
         JOIN auction_entry e ON e.auction = a.id AND e.standing = 'line' \
         JOIN auction_quote o ON o.auction = a.id AND o.supplier = e.supplier WHERE o.amount < a.amount \
         AND NOT EXISTS (SELECT 1 FROM auction_quote n WHERE n.auction = a.id AND n.supplier = o.supplier AND n.seq > o.seq)",
    )
    .await;
    none(
        "live projects that hold less than their ceiling",
        "SELECT id FROM project WHERE state IN ('approving', 'live', 'checking', 'awarded') AND held <> ceiling",
    )
    .await;
}

fn went(page: &Page, at: &str) -> bool {
    let status = page.status.as_u16();
    assert!(matches!(status, 303 | 422 | 404), "{at}: {status}: {}", page.text());
    status == 303
}

const ENTRY: &[(&str, &str)] =
    &[("brand", "甲牌"), ("model", "M1"), ("maker", "示例"), ("answer", "16"), ("answer", "黑"), ("answer", "好")];

/// The handler checks, judges and awards what there is, or tries to.
async fn examine(handler: &Visitor, path: &str, fail: bool, at: &str) {
    let pass = if fail { "0" } else { "1" };
    for alias in handler.get(path).await.fields("alias") {
        let fields = [("alias", alias.as_str()), ("pass", pass), ("accept", pass), ("reason", "查验")];
        went(&handler.post(&format!("{path}/check"), &fields).await, at);
        went(&handler.post(&format!("{path}/judge"), &fields).await, at);
    }
    went(&handler.post(&format!("{path}/award"), &[]).await, at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_of_auctions_keeps_its_books() {
    let seed = std::env::var("QICAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(7_u64);
    let mut d = Dice(seed);
    let mall = Box::new().await;
    let product = same_paper(&mall, "W-1000").await;
    force(&mall, "UPDATE plan_line SET amount = amount * 50").await;
    force(&mall, "UPDATE budget_line SET granted = granted * 50, available = available * 50").await;
    force(
        &mall,
        "INSERT INTO budget_entry (id, line, at, debit, credit, amount, reason) SELECT -id, id, 1, 'granted', 'available', granted / 50 * 49, 'test' FROM budget_line",
    )
    .await;
    force(&mall, "UPDATE rule SET value = '9000000000' WHERE key LIKE 'limit.%_fen'").await;
    mall.mall.watch.reload_facts().await.unwrap();
    let handler = mall.login("licheng.jingban").await;
    let mut sellers: Vec<Visitor> = Vec::new();
    for key in ["lantian", "quancheng", "qilu", "baojie", "taishan", "xinchuang"] {
        sellers.push(mall.login(&format!("{key}.dingdan")).await);
    }
    let mut paths = Vec::new();
    for n in 0..AUCTIONS {
        let format = *d.of(&["open", "sealed", "rounds", "final"]);
        let hours = (24 + d.roll(40)).to_string();
        let fields = [("quantity", "3"), ("price", "100"), ("format", format), ("hours", hours.as_str())];
        let page = if d.roll(3) == 0 {
            launch(&handler, "category=A02010105", &[&fields[..], DEMANDS].concat()).await
        } else {
            launch(&handler, &format!("product={product}"), &fields).await
        };
        let path = path_of(&page);
        if n % 8 != 0 {
            approve(&mall, &path).await;
        }
        for who in &sellers {
            if d.roll(12) > 0 {
                went(&who.post(&format!("{path}/enter"), ENTRY).await, "entering");
            }
        }
        paths.push(path);
    }
    force(&mall, "UPDATE session SET ends_at = 9007199254740991").await;
    let (mut quotes, mut concluded) = (0, 0);
    for n in 0..STEPS {
        let at = format!("seed {seed}, step {n}");
        let path = d.of(&paths).clone();
        let who = d.of(&sellers).clone();
        match d.roll(20) {
            0 => {
                went(&who.post(&format!("{path}/enter"), ENTRY).await, &at);
            }
            1..=12 => {
                // The same quote twice at once, often too high, the field sinking as time goes by.
                let floor = 70 - n as u64 * 60 / STEPS as u64;
                let url = format!("{path}/quote");
                for _ in 0..3 {
                    let price = format!("{}.{:02}", floor + d.roll(34), d.roll(100));
                    let fields = [("price", price.as_str())];
                    let who = d.of(&sellers);
                    let (a, b) = tokio::join!(who.post(&url, &fields), who.post(&url, &fields));
                    let taken = usize::from(went(&a, &at)) + usize::from(went(&b, &at));
                    // In the open a price has to be better than the last; under seal, or within a turn, the same may be handed in
                    // again.
                    let id = path.rsplit('/').next().unwrap();
                    let sealed =
                        format!("SELECT COUNT(*) FROM auction WHERE id = {id} AND phase IN ('sealed', 'turn')");
                    assert!(taken < 2 || mall.number(&sealed).await == 1, "{at}: one quote was taken twice");
                    quotes += taken;
                }
            }
            13 => {
                mall.clock.advance((d.roll(150) as i64) * MINUTE);
                mall.settle().await;
            }
            14 => {
                let reason = [("reason", "情况有变")];
                if d.roll(15) == 0 {
                    went(&handler.post(&format!("{path}/cancel"), &reason).await, &at);
                }
            }
            15 | 16 => {
                let fail = d.roll(12) == 0;
                examine(&handler, &path, fail, &at).await;
            }
            17 => {
                went(&who.post(&format!("{path}/explain"), &[("words", "成本低")]).await, &at);
            }
            18 => {
                for who in &sellers {
                    concluded += usize::from(went(&who.post(&format!("{path}/confirm"), &[]).await, &at));
                }
            }
            _ => {
                if d.roll(4) == 0 {
                    went(&who.post(&format!("{path}/abandon"), &[("reason", "供不了")]).await, &at);
                }
            }
        }
        if n % 20 == 0 {
            audit(&mall, &at).await;
        }
    }
    // To the end: everything closes, every award is recomputed from its public record.
    for _ in 0..4 {
        mall.clock.advance(40 * 60 * MINUTE);
        mall.settle().await;
        for path in &paths {
            examine(&handler, path, false, "the end").await;
            for who in &sellers {
                concluded += usize::from(went(&who.post(&format!("{path}/confirm"), &[]).await, "the end"));
            }
        }
        audit(&mall, "the end").await;
    }
    let mut records = 0;
    for path in &paths {
        let page = mall.visitor().get(&format!("{path}/record.json")).await;
        if page.status.is_success() {
            let verdict = trade::auctions::verify(&page.text());
            assert!(verdict.is_ok(), "seed {seed}: {path}: {verdict:?}");
            records += 1;
        }
    }
    println!("seed {seed}: {quotes} quotes, {records} records, {concluded} concluded");
    assert!(quotes > 20 && records > AUCTIONS / 2, "{quotes} quotes, {records} records, {concluded} concluded");
    let taken = mall.number(
        "SELECT CAST(COALESCE(SUM(500 - o.stock), 0) AS BIGINT) FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'W-1000'",
    );
    let sold = mall.number(
        "SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM order_line l JOIN offer o ON o.id = l.offer JOIN product p ON p.id = o.product \
         JOIN orders r ON r.id = l.orders WHERE p.model = 'W-1000' AND r.state IN ('contracting', 'performing', 'completed')",
    );
    assert_eq!(taken.await, sold.await, "stock taken is stock sold");
    mall.sound().await;
}
