//! What the bench needs of the database: room to buy, and a bare order to compare with.
use kit::{Db, Entry, Query, Result, params};

/// Makes plans, budgets and stock large enough that no order is refused for them.
pub async fn make_room(db: &Db) -> Result<()> {
    db.write("bench.room", |tx| {
        Box::pin(async move {
            const MUCH: i64 = 1_000_000_000_000;
            tx.run("UPDATE plan_line SET amount = amount + $1", params![MUCH]).await?;
            tx.run("UPDATE budget_line SET granted = granted + $1, available = available + $1", params![MUCH]).await?;
            tx.run(
                "INSERT INTO budget_entry (id, line, at, debit, credit, amount, reason) \
                 SELECT -id, id, $2, 'granted', 'available', $1, 'bench' FROM budget_line",
                params![MUCH, tx.now()],
            )
            .await?;
            tx.run("UPDATE offer SET stock = stock + 1000000000", params![]).await?;
            tx.journal(entry()).await?;
            Ok(())
        })
    })
    .await
}

fn entry() -> Entry {
    Entry {
        region: String::new(),
        room: "bench",
        kind: "bench.run",
        subject: "bench".into(),
        actor: 0,
        via: "command",
        data: serde_json::Value::Null,
    }
}

/// Ids of products spread over the catalogue.
pub async fn products(db: &Db, n: i64) -> Result<Vec<i64>> {
    let all = db.rows("SELECT id FROM product ORDER BY model_key LIMIT $1", params![n]).await?;
    Ok(all.iter().map(|r| r.int(0)).collect())
}

/// Tables for the bare order.
pub const BARE: &str = "CREATE TABLE stock (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);\nCREATE TABLE bare (id BIGINT PRIMARY KEY, \
                        body TEXT NOT NULL);\nINSERT INTO stock (id, n) VALUES (1, 1000000000);";

/// The least an order can be: one conditional update, three inserts, one of them the journal entry.
pub async fn bare_order(db: &Db) -> Result<()> {
    db.write("bench.bare", |tx| {
        Box::pin(async move {
            tx.must("UPDATE stock SET n = n - 1 WHERE id = 1 AND n >= 1", params![]).await?;
            tx.run("INSERT INTO bare (id, body) VALUES ($1,'order')", params![tx.id()]).await?;
            tx.run("INSERT INTO bare (id, body) VALUES ($1,'line')", params![tx.id()]).await?;
            tx.journal(entry()).await?;
            Ok(())
        })
    })
    .await
}

/// Makes so many admitted suppliers that only bid; returns their ids.
pub async fn bidders(db: &Db, n: usize) -> Result<Vec<i64>> {
    db.write("bench.bidders", |tx| {
        Box::pin(async move {
            let mut ids = Vec::new();
            for i in 0..n {
                let id = tx.id();
                tx.run(
                    "INSERT INTO org (id, kind, name, uscc, region, parent, headcount, state) \
                     VALUES ($1,'supplier',$2,$3,'370112',NULL,0,'active')",
                    params![id, format!("bench {i}"), format!("bench-{i}")],
                )
                .await?;
                tx.run(
                    "INSERT INTO supplier (org, kind, size, areas, categories, legal_person, phone, address, bank_account, state, credit) \
                     VALUES ($1,'bench','small','370000','','','','','','admitted',100)",
                    params![id],
                )
                .await?;
                ids.push(id);
            }
            tx.journal(entry()).await?;
            Ok(ids)
        })
    })
    .await
}

/// Makes a running event with all of these taking part: open, by requirement, each against its own last quote.
pub async fn event(db: &Db, suppliers: &[i64], ceiling: i64, step: i64, ends: i64) -> Result<i64> {
    let handler = db.one("SELECT id, org FROM person WHERE login = 'licheng.jingban'", params![]).await?;
    let (handler, unit) = (handler.int(0), handler.int(1));
    let settings = serde_json::json!({
        "format": "open", "ceiling": ceiling, "step": {"fen": step}, "against": "own", "sight": "lowest", "minimum": 3, "window": 0,
        "extend_by": 0, "extensions_max": 0, "retry_by": 0, "tail_max": 0, "rounds": 3, "pause": 1, "turn": 1, "final_within_bp": 0,
        "final_least": 3, "final_time": 1, "hide_count": true,
    })
    .to_string();
    let settings = &settings;
    db.write("bench.event", |tx| {
        Box::pin(async move {
            let (id, now) = (tx.id(), tx.now());
            tx.run(
                "INSERT INTO project (id, kind, number, idem_key, region, unit, handler, mode, form, title, purpose, category, quantity, \
                 measure, plan_line, budget, ceiling, held, address, contact, phone, address_region, rules, checks, state, version, step, \
                 steps, note, parent, made_at, changed_at, next_due, next_command) VALUES ($1,'auction',$2,$2,'370112',$3,$4,'supermarket', \
                 'auction','bench','bench','A0504',1,'x',NULL,NULL,$5,0,'','','','370112','[]','[]','live',1,0,'','',NULL,$6,$6,$7,'advance')",
                params![id, format!("bench-{id}"), unit, handler, ceiling, now, ends],
            )
            .await?;
            // Same-product events name the winner by themselves at the end.
            tx.run(
                "INSERT INTO auction (id, basis, product, settings, demands, hours, opens_at, closes_at, seed, commitment, version, phase, \
                 until_at, quotes, run, rerun_of, winner, amount) VALUES ($1,'product',0,$2,'[]',1,$3,$4,'','',1,'open',$4,0,1,NULL,NULL,NULL)",
                params![id, settings, now - 1, ends],
            )
            .await?;
            let rows: Vec<Vec<kit::db::Val>> = suppliers
                .iter()
                .enumerate()
                .map(|(i, s)| params![id, *s, format!("B{i}"), now].to_vec())
                .collect();
            tx.run_many(
                "INSERT INTO auction_entry (auction, supplier, alias, offer, brand, model, maker, answers, verdict, reason, abnormal, \
                 explanation, explained, flags, address, device, person, place, standing, at) \
                 VALUES ($1,$2,$3,0,'','','','[]','','','','','','','','',0,0,'',$4)",
                &rows,
            )
            .await?;
            tx.journal(entry()).await?;
            Ok(id)
        })
    })
    .await
}

/// Events of the bench that are due and not closed yet.
pub async fn open_events(db: &Db) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM project WHERE kind = 'auction' AND state = 'live' AND next_due <= $1";
    Ok(db.one(sql, params![db.now()]).await?.int(0))
}

const HOT: &str = "CREATE TABLE IF NOT EXISTS hot (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);\n\
                   INSERT INTO hot (id, n) VALUES (1, 1000000000);";

/// One row that everybody wants.
pub async fn make_hot(db: &Db) -> Result<()> {
    db.migrate(&[MIGRATION_BASE, ("bench_hot", HOT)]).await.map(|_| ())
}

const MIGRATION_BASE: kit::db::Migration = crate::MIGRATIONS[0];

/// Takes one from it, durably, with a journal entry.
pub async fn hit_hot(db: &Db) -> Result<()> {
    db.write("bench.hit", |tx| {
        Box::pin(async move {
            tx.must("UPDATE hot SET n = n - 1 WHERE id = 1 AND n >= 1", params![]).await?;
            tx.journal(entry()).await?;
            Ok(())
        })
    })
    .await
}

/// Three sources for every product, near its lowest offer; returns how many observations.
pub async fn observe_all(db: &Db) -> Result<u64> {
    let day = i64::from(rules::calendar::day_of(db.now()));
    db.write("bench.observe", |tx| {
        Box::pin(async move {
            let person = tx.one("SELECT MIN(id) FROM person", params![]).await?.int(0);
            let mut made = 0;
            for (n, bp) in [9_800_i64, 10_000, 10_100].into_iter().enumerate() {
                // The ids are the products' own, in a range nobody else uses.
                made += tx
                    .run(
                        "INSERT INTO observation (id, product, source, url, day, price, digest, region, person, made_at, withdrawn) \
                         SELECT -p.id * 3 - $1, p.id, 'bench ' || $1, 'https://bench.example', $2, \
                         (SELECT MIN(o.price) FROM offer o WHERE o.product = p.id) * $3 / 10000 + 1, '', '370000', $4, $5, '' FROM product p",
                        params![n, day, bp, person, tx.now()],
                    )
                    .await?;
            }
            tx.journal(entry()).await?;
            Ok(made)
        })
    })
    .await
}

/// Doubles the price of so many offers.
pub async fn raise_some(db: &Db, n: i64) -> Result<()> {
    db.write("bench.raise", |tx| {
        Box::pin(async move {
            tx.run(
                "UPDATE offer SET price = price * 2 WHERE id IN (SELECT id FROM offer ORDER BY id LIMIT $1)",
                params![n],
            )
            .await?;
            tx.journal(entry()).await?;
            Ok(())
        })
    })
    .await
}

/// An offer that is its product's cheapest, with product and price.
pub async fn some_offer(db: &Db) -> Result<(i64, i64, i64)> {
    let r = db
        .one("SELECT id, product, price FROM offer WHERE state = 'listed' ORDER BY price DESC LIMIT 1", params![])
        .await?;
    let (product, id) = (r.int(1), r.int(0));
    let lowest = db.one("SELECT MIN(price) FROM offer WHERE product = $1", params![product]).await?.int(0);
    Ok((id, product, lowest))
}

/// A supplier asks another price.
pub async fn reprice(db: &Db, offer: i64, product: i64, price: i64) -> Result<()> {
    db.write("bench.reprice", |tx| {
        Box::pin(async move {
            tx.must("UPDATE offer SET price = $2 WHERE id = $1", params![offer, price]).await?;
            let data = serde_json::json!({"products": [product.to_string()]});
            tx.journal(Entry { data, kind: "bench.repriced", ..entry() }).await?;
            Ok(())
        })
    })
    .await
}

/// Rows of one transaction.
const PIECE: u64 = 250;

/// Units with money in every region, written once.
async fn buyers(db: &Db, units: u64) -> Result<()> {
    let regions = db.rows("SELECT code FROM region ORDER BY code", params![]).await?;
    let regions = &regions;
    for first in (0..units).step_by(PIECE as usize) {
        db.write("bench.units", |tx| {
            Box::pin(async move {
                for n in first..(first + PIECE).min(units) {
                    let (id, line) = (tx.id(), tx.id());
                    let region = regions[n as usize % regions.len()].text(0);
                    tx.run(
                        "INSERT INTO org (id, kind, name, uscc, region, parent, headcount, state) VALUES ($1,'unit',$2,$3,$4,NULL,9,'active')",
                        params![id, format!("bench unit {n}"), format!("bench-unit-{n}"), &region],
                    )
                    .await?;
                    tx.run(
                        "INSERT INTO budget_line (id, org, region, year, code, title, fund, granted, available, frozen, spent) \
                         VALUES ($1,$2,$3,2026,'bench','bench',$4,1000000000,1000000000,0,0)",
                        params![line, id, &region, if n % 5 == 0 { "其他资金" } else { "一般公共预算资金" }],
                    )
                    .await?;
                    tx.run(
                        "INSERT INTO plan_line (id, budget, org, number, plan_title, category, title, amount, used) \
                         VALUES ($1,$1,$2,$3,'bench','A0504','bench',1000000000,0)",
                        params![line, id, format!("bench-{n}")],
                    )
                    .await?;
                }
                tx.journal(entry()).await?;
                Ok(())
            })
        })
        .await?;
    }
    Ok(())
}

/// Who buys what of whom in orders of the bench.
pub struct Market {
    /// Budget line, unit, region.
    lines: Vec<(i64, i64, String)>,
    handler: i64,
    /// Id, name, size.
    suppliers: Vec<(i64, String, String)>,
    /// Product, category, lowest price.
    goods: Vec<(i64, String, i64)>,
}

/// Reads it, after so many units were made where there are none yet.
pub async fn market(db: &Db, units: u64) -> Result<Market> {
    let sql = "SELECT b.id, b.org, b.region FROM budget_line b WHERE b.code = 'bench' ORDER BY b.id";
    if db.rows(sql, params![]).await?.is_empty() {
        buyers(db, units).await?;
    }
    let lines = db.rows(sql, params![]).await?.iter().map(|r| (r.int(0), r.int(1), r.text(2))).collect();
    let handler = db.one("SELECT MIN(id) FROM person", params![]).await?.int(0);
    let sql = "SELECT s.org, g.name, s.size FROM supplier s JOIN org g ON g.id = s.org ORDER BY s.org";
    let suppliers = db.rows(sql, params![]).await?.iter().map(|r| (r.int(0), r.text(1), r.text(2))).collect();
    let sql = "SELECT p.id, p.category, MIN(o.price) FROM product p JOIN offer o ON o.product = p.id GROUP BY p.id, p.category ORDER BY p.id LIMIT 4000";
    let goods = db.rows(sql, params![]).await?.iter().map(|r| (r.int(0), r.text(1), r.int(2))).collect();
    Ok(Market { lines, handler, suppliers, goods })
}

/// Orders whose contract took effect on some day of the last two years, each with its journal entry.
pub async fn deals(db: &Db, market: &Market, orders: u64) -> Result<()> {
    let Market { lines, handler, suppliers, goods } = market;
    for first in (0..orders).step_by(PIECE as usize) {
        db.write("bench.deals", |tx| {
            Box::pin(async move {
                let (mut heads, mut rows, mut entries) = (Vec::new(), Vec::new(), Vec::new());
                for _ in first..(first + PIECE).min(orders) {
                    let id = tx.id();
                    let mut dice = crate::demo::Dice::new(id as u64);
                    let (budget, unit, region) = &lines[(dice.roll() % lines.len() as u64) as usize];
                    let (supplier, seller, size) = &suppliers[(dice.roll() % suppliers.len() as u64) as usize];
                    let (product, category, price) = &goods[(dice.roll() % goods.len() as u64) as usize];
                    let (quantity, signed) = (dice.between(1, 20), tx.now() - dice.between(0, 700) * 86_400_000);
                    let paid = (price * dice.between(90, 101) / 100).max(1);
                    let number = format!("B{id}");
                    heads.push(params![id, &number, region, *unit, *supplier, *handler, paid * quantity, signed].to_vec());
                    rows.push(
                        params![tx.id(), id, *product, *budget, category, *price, paid, quantity].to_vec(),
                    );
                    let data = serde_json::json!({
                        "contract": format!("{number}-HT"), "number": number, "unit": "bench", "supplier": seller, "title": "bench",
                        "lines": [{"product": product.to_string(), "title": "bench", "brand": "b", "model": "m", "unit": "个", "price": paid,
                                   "quantity": quantity, "amount": paid * quantity, "market": price}],
                        "total": paid * quantity, "signed_at": signed, "publish_due": tx.now() + 86_400_000, "file_due": tx.now() + 86_400_000,
                        "size": size, "choice": "",
                    });
                    entries.push(Entry {
                        region: region.clone(),
                        room: "orders",
                        kind: "contract.concluded",
                        subject: format!("order/{id}"),
                        actor: 0,
                        via: "command",
                        data,
                    });
                }
                tx.run_many(
                    "INSERT INTO orders (id, number, idem_key, region, unit, supplier, handler, state, version, step, steps, purpose, address, \
                     contact, phone, address_region, total, checks, note, made_at, changed_at, mode, form) \
                     VALUES ($1,$2,$2,$3,$4,$5,$6,'performing',1,0,'','bench','','','',$3,$7,'[]','',$8,$8,'supermarket','direct')",
                    &heads,
                )
                .await?;
                tx.run_many(
                    "INSERT INTO order_line (id, orders, offer, product, plan_line, budget, category, brand, model, title, unit, listed_price, \
                     price, quantity, shipped, accepted, refused, returned) VALUES ($1,$2,0,$3,$4,$4,$5,'b','m','bench','个',$6,$7,$8,0,0,0,0)",
                    &rows,
                )
                .await?;
                tx.journal_many(&entries).await?;
                Ok(())
            })
        })
        .await?;
    }
    Ok(())
}

/// Logins of people who watch over a place, the province's first.
pub async fn watchers(db: &Db) -> Result<Vec<String>> {
    let sql = "SELECT p.login FROM person p JOIN org g ON g.id = p.org WHERE g.kind = 'finance' AND p.login LIKE '%.jianguan' \
               ORDER BY g.region, p.login LIMIT 16";
    Ok(db.rows(sql, params![]).await?.iter().map(|r| r.text(0)).collect())
}

/// Regions that have units of the bench.
pub async fn regions(db: &Db) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT region FROM budget_line WHERE code = 'bench' ORDER BY region";
    Ok(db.rows(sql, params![]).await?.iter().map(|r| r.text(0)).collect())
}

/// Puts a projection at the end of the journal without reading what it has not read.
pub async fn skip(db: &Db, projection: &str) -> Result<()> {
    let head = kit::journal::head(db).await?;
    db.upkeep("bench.skip", |tx| {
        Box::pin(async move {
            tx.run("UPDATE projection SET seq = $1 WHERE name = $2", params![head, projection]).await?;
            Ok(())
        })
    })
    .await
}
