//! The reference server of the platform interface: a shop with the ten calls, kept in memory, that can be told to misbehave.
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Goods of the shop.
#[derive(Clone)]
pub struct Goods {
    pub name: &'static str,
    pub brand: &'static str,
    pub category: &'static str,
    pub price: &'static str,
    pub listed: bool,
    pub remain: i64,
    pub param: Value,
}

#[derive(Default)]
pub struct Inside {
    pub goods: BTreeMap<&'static str, Goods>,
    /// Orders by their number at the mall.
    pub orders: BTreeMap<String, Value>,
    /// Calls so far, by name.
    pub calls: BTreeMap<String, usize>,
    /// Tokens given out; only the newest holds.
    pub tokens: usize,
    /// The picture of every sku.
    pub picture: Vec<u8>,
    /// A call that answers with this instead.
    pub broken: Option<(&'static str, Value)>,
    /// A call that sleeps.
    pub sleeps: Option<&'static str>,
}

#[derive(Clone)]
pub struct Shop {
    pub address: String,
    pub inside: Arc<Mutex<Inside>>,
}

const KEY: (&str, &str) = ("qicai-demo", "open sesame");

impl Shop {
    /// Opens a shop on a free port.
    pub async fn open() -> Shop {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shop = Shop { address, inside: Arc::default() };
        let router = Router::new()
            .route("/mall/{call}", post(answer))
            .route("/img/{name}", get(picture))
            .with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        shop
    }

    pub fn with<T>(&self, f: impl FnOnce(&mut Inside) -> T) -> T {
        f(&mut self.inside.lock().unwrap())
    }

    pub fn calls(&self, name: &str) -> usize {
        self.with(|i| i.calls.get(name).copied().unwrap_or(0))
    }
}

async fn picture(State(shop): State<Shop>, Path(_): Path<String>) -> Vec<u8> {
    shop.with(|i| i.picture.clone())
}

fn no(code: &str, words: &str) -> Value {
    json!({"isSuccess": false, "code": code, "returnMsg": words})
}

async fn answer(State(shop): State<Shop>, Path(call): Path<String>, body: Bytes) -> String {
    let sleeps = shop.with(|i| {
        *i.calls.entry(call.clone()).or_default() += 1;
        i.sleeps == Some(&*call)
    });
    if sleeps {
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    shop.with(|i| spoken(i, &shop.address, &call, &asked)).to_string()
}

fn spoken(i: &mut Inside, address: &str, call: &str, asked: &Value) -> Value {
    if let Some((name, answer)) = &i.broken
        && *name == call
    {
        return answer.clone();
    }
    if call == "getAccessToken" {
        if (asked["appKey"].as_str(), asked["appSecret"].as_str()) != (Some(KEY.0), Some(KEY.1)) {
            return no("TOKEN001", "appKey 或 appSecret 不对");
        }
        i.tokens += 1;
        return json!({"isSuccess": true, "accessToken": format!("t{}", i.tokens), "returnMsg": ""});
    }
    if asked["accessToken"].as_str() != Some(&format!("t{}", i.tokens)) {
        return no("TOKEN002", "令牌已失效");
    }
    let skus: Vec<String> = match &asked["sku"] {
        Value::Array(all) => all.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect(),
        Value::String(one) => vec![one.clone()],
        _ => Vec::new(),
    };
    let found = || skus.iter().filter_map(|s| i.goods.get_key_value(s.as_str()));
    let result = match call {
        "getProductCategory" => {
            let mut all: Vec<&str> = i.goods.values().map(|g| g.category).collect();
            all.sort_unstable();
            all.dedup();
            json!(all.iter().map(|c| json!({"categoryId": c, "name": c})).collect::<Vec<_>>())
        }
        "getProductPool" => {
            let of = asked["categoryId"].as_str().unwrap_or_default();
            let skus: Vec<&&str> = i.goods.iter().filter(|(_, g)| g.category == of).map(|(k, _)| k).collect();
            return json!({"isSuccess": true, "sku": skus});
        }
        "getProductDetail" => match found().next() {
            Some((k, g)) => json!({
                "sku": k, "name": g.name, "brand": g.brand, "category": g.category, "image": "", "introduction": "", "param": g.param,
            }),
            None => return no("GOODS001", "没有这个商品"),
        },
        "getProductImage" => {
            json!(
                found()
                    .map(|(k, _)| json!({"sku": k, "urls": [
                        {"path": "http://169.254.1.1/steal.jpg", "primary": 0},
                        {"path": format!("{address}/img/{k}.png"), "primary": 1},
                    ]}))
                    .collect::<Vec<_>>()
            )
        }
        "getProductOnShelvesInfo" => {
            json!(found().map(|(k, g)| json!({"sku": k, "listState": i32::from(g.listed)})).collect::<Vec<_>>())
        }
        "getProductInfoFromEC" => {
            let link = |k: &str| format!("https://shop.example/{k}");
            json!(found().map(|(k, _)| json!({"skuId": k, "productId": k, "url": link(k)})).collect::<Vec<_>>())
        }
        "getProductInventory" => match found().next() {
            Some((_, g)) if g.listed && g.remain > 0 => json!({"state": "00", "remain": g.remain}),
            _ => json!({"state": "03"}),
        },
        "queryCountPrice" => {
            json!(found().map(|(k, g)| json!({"sku": k, "price": g.price, "discount": 1})).collect::<Vec<_>>())
        }
        "createOrder" => {
            let number = asked["tradeNO"].as_str().unwrap_or_default().to_owned();
            let next = format!("W{}", i.orders.len() + 1);
            let kept = i.orders.entry(number).or_insert_with(|| {
                let mut order = asked.clone();
                order["orderId"] = json!(next);
                order
            });
            json!({"orderId": kept["orderId"], "arriveDate": "三日内", "amount": asked["amount"]})
        }
        other => return no("CALL001", &format!("没有这个接口 {other}")),
    };
    json!({"isSuccess": true, "returnMsg": "", "result": result})
}
