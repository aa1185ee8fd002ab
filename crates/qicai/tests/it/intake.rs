//! Ways in: an API with keys, a folder that says what a shop sells. The same checks, every row answers for itself.
use crate::job::{paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use serde_json::{Value, json};
use supply::intake::{self, Did};
use supply::offers::import::example;

fn offer(model: &str, price: &str) -> Value {
    json!({
        "title": "得力 A4 复印纸", "category": "A05040101", "brand": "得力", "model": model, "unit": "箱", "price": price, "stock": 9,
        "attributes": {"规格": "A4", "克重": "70g"}, "flags": ["环保"], "areas": ["370100"], "per_unit": "2500 张"
    })
}

async fn call(mall: &Box, key: &str, body: &str) -> Page {
    mall.visitor()
        .post_with("/api/offers", &[("authorization", &format!("Bearer {key}"))], "application/json", body.into())
        .await
}

fn results(page: &Page) -> Vec<String> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let v: Value = serde_json::from_str(&page.text()).unwrap();
    v["rows"].as_array().unwrap().iter().map(|r| r["result"].as_str().unwrap().to_owned()).collect()
}

pub async fn key_of(v: &Visitor) -> String {
    let text = v.post("/keys", &[("name", "进销存")]).await.text();
    let at = text.find("qicai_").unwrap_or_else(|| panic!("no key in {text}"));
    text[at..].split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suppliers_own_system_lists_through_the_api() {
    let mall = Box::new().await;
    let seller = mall.login("lantian.guanli").await;
    seller.post("/keys", &[("name", "")]).await.refused("用途");
    let key = key_of(&seller).await;
    assert_eq!(mall.number(&format!("SELECT COUNT(*) FROM api_key WHERE key_hash LIKE '%{}%'", &key[6..])).await, 0);
    assert!(!seller.get("/keys").await.text().contains(&key), "shown once");

    assert_eq!(call(&mall, "", "[]").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(call(&mall, "qicai_0", "[]").await.status, StatusCode::UNAUTHORIZED);
    call(&mall, &key, "{").await.refused("JSON 数组");
    call(&mall, &key, "[]").await.refused("1 到 500");
    let many = serde_json::to_string(&vec![offer("X", "1"); 501]).unwrap();
    call(&mall, &key, &many).await.refused("现在是 501 件");

    let mut strange = offer("AP-6", "60");
    strange["colour"] = "red".into();
    let mut bait = offer("AP-5", "50");
    bait["title"] = "得力 A4 复印纸 运费另算".into();
    let list = json!([offer("AP-1", "100.00"), offer("AP-2", "一百"), offer("AP-3", "90"), bait, strange]);
    let page = call(&mall, &key, &list.to_string()).await;
    assert_eq!(results(&page), ["done", "refused", "done", "waits", "refused"]);
    assert!(page.text().contains("现在是“一百”") && page.text().contains("colour"), "{}", page.text());
    let again =
        call(&mall, &key, &json!([offer("AP-1", "100"), offer("AP-3", "95"), offer("AP-1", "99")]).to_string()).await;
    assert_eq!(results(&again), ["same", "waits", "done"], "a rise waits, a cut does not");
    let own = "SELECT COUNT(*) FROM offer o JOIN org g ON g.id = o.supplier JOIN product p ON p.id = o.product \
               WHERE g.name LIKE '%蓝天示例%' AND p.model LIKE 'AP-%'";
    assert_eq!(mall.number(own).await, 2);

    // A key of one shop is no key of another's; revoked is revoked.
    let id = mall.number("SELECT MAX(id) FROM api_key").await;
    let revoke = format!("/keys/{id}/revoke");
    assert_eq!(mall.login("quancheng.guanli").await.post(&revoke, &[]).await.status, StatusCode::NOT_FOUND);
    seller.post(&revoke, &[]).await.leads();
    assert_eq!(call(&mall, &key, &list.to_string()).await.status, StatusCode::UNAUTHORIZED);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_planned_without_a_trace_and_then_applied() {
    let mall = Box::new().await;
    shelve(&mall, &mall.login("lantian.guanli").await, &paper(&[("FD-1", "100.00", "50"), ("FD-2", "100.00", "50")]))
        .await;
    let supply = mall.mall.watch.trade().supply();
    let org = mall.number("SELECT id FROM org WHERE name LIKE '%蓝天示例%'").await;
    let row = |model: &str, price: &str| {
        let mut r = example();
        (r[0], r[3], r[5]) = (format!("得力 A4 复印纸 70g 测试 {model}"), model.to_owned(), price.to_owned());
        r
    };
    let rows = [row("FD-1", "95"), row("FD-2", "120"), row("FD-3", "100"), row("FD-4", "免费")];
    let state = "SELECT COUNT(*) + (SELECT COALESCE(SUM(price), 0) FROM offer) + (SELECT COUNT(*) FROM filing) + \
                 (SELECT COUNT(*) FROM journal) FROM product";
    let before = mall.number(&format!("SELECT CAST(({state}) AS BIGINT)")).await;
    let plan = intake::plan(supply, org, 0, &rows).await.unwrap();
    assert_eq!(plan.rows[..3], [Did::Done, Did::Waits, Did::Done]);
    assert!(matches!(&plan.rows[3], Did::Refused(w) if w.contains("免费")));
    assert!(plan.missing.len() > 5 && plan.missing.iter().all(|(.., title)| !title.contains("FD-1")));
    assert_eq!(mall.number(&format!("SELECT CAST(({state}) AS BIGINT)")).await, before, "a plan leaves no trace");
    assert_eq!(intake::apply(supply, org, 0, &rows).await.unwrap(), plan.rows, "what was planned is what happens");
    let n = plan.missing.len();
    assert_eq!(intake::put_off(supply, org, 0, &plan.missing).await.unwrap(), n);
    assert_eq!(intake::put_off(supply, org, 0, &plan.missing).await.unwrap(), 0);
    let listed = mall.number(&format!("SELECT COUNT(*) FROM offer WHERE supplier = {org} AND state = 'listed'")).await;
    assert_eq!(listed, 3);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_may_be_yaml_with_pictures() {
    let mall = Box::new().await;
    let supply = mall.mall.watch.trade().supply();
    let org = mall.number("SELECT id FROM org WHERE name LIKE '%蓝天示例%'").await;
    let folder = mall.folder.join("shop");
    std::fs::create_dir_all(folder.join("pictures")).unwrap();
    let goods = "# what we sell\n- title: 得力 A4 复印纸 70g\n  category: A05040101\n  brand: 得力\n  model: 007\n  unit: 箱\n  \
                 price: 112.50\n  stock: 30\n  attributes: {规格: A4, 克重: 70g}\n  per_unit: 2500 张\n";
    std::fs::write(folder.join("paper.yaml"), goods).unwrap();
    std::fs::write(folder.join("notes.txt"), "not goods").unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(240, 240, |x, y| image::Rgb([x as u8, y as u8, 7]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    std::fs::write(folder.join("pictures/得力 007.png"), png.into_inner()).unwrap();
    std::fs::write(folder.join("pictures/得力 008.jpg"), "x").unwrap();

    let read = qicai::folder::Folder::read(&folder).unwrap();
    assert_eq!(read.at, ["paper.yaml#1"]);
    assert_eq!((read.rows[0][3].as_str(), read.rows[0][5].as_str()), ("007", "112.50"), "as written");
    assert_eq!(intake::apply(supply, org, 0, &read.rows).await.unwrap(), [Did::Done]);
    let said = read.bring_pictures(supply, org).await.unwrap();
    assert_eq!(said[0], "pictures/得力 007.png: waits");
    assert!(said[1].contains("refused") && said[1].contains("008"), "{}", said[1]);
    assert_eq!(read.bring_pictures(supply, org).await.unwrap()[0], "pictures/得力 007.png: same");

    // What cannot be read is named with its file and line, and nothing happens.
    std::fs::write(folder.join("paper.yaml"), format!("{goods}- title: x\n  colour: red\n")).unwrap();
    let e = qicai::folder::Folder::read(&folder).unwrap_err().to_string();
    assert!(e.contains("paper.yaml") && e.contains("colour"), "{e}");
    std::fs::remove_file(folder.join("paper.yaml")).unwrap();
    assert!(qicai::folder::Folder::read(&folder).unwrap_err().to_string().contains("no goods"));
    mall.sound().await;
}
