//! The ten calls, as other servers speak them: what is sent, what an answer has to look like.
use kit::http::Http;
use serde_json::{Value, json};
use std::sync::Mutex;

/// Skus of one call.
pub const SKUS_MAX: usize = 50;

/// What went wrong with a call: a code of the other side, or empty, and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which call.
    pub call: &'static str,
    /// The other side's code, such as `ORDER006_4`.
    pub code: String,
    /// What was wrong, in Chinese.
    pub words: String,
}

type Said<T> = Result<T, Trouble>;

/// Goods as a platform describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Name.
    pub name: String,
    /// Brand.
    pub brand: String,
    /// Category code.
    pub category: String,
    /// Parameters.
    pub params: Vec<(String, String)>,
}

/// An order as it is handed over.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Number of the order: the same number is the same order.
    pub number: String,
    /// Sku, quantity, price of one in fen.
    pub lines: Vec<(String, i64, i64)>,
    /// Who receives.
    pub contact: String,
    /// Phone of who receives.
    pub phone: String,
    /// Province, city and county: codes.
    pub place: [String; 3],
    /// Street and house.
    pub address: String,
    /// Name of the buying unit, for the invoice.
    pub unit: String,
    /// Fen.
    pub total: i64,
    /// Words.
    pub remark: String,
}

/// Speaks to one platform.
pub struct Speaker {
    http: Http,
    address: String,
    app_key: String,
    secret: String,
    token: Mutex<String>,
}

fn text(v: &Value) -> String {
    match v {
        Value::String(s) => s.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        _ => String::new(),
    }
}

fn yuan(fen: i64) -> String {
    rules::Fen(fen).plain().replace(',', "")
}

impl Speaker {
    /// A speaker for an address.
    pub fn new(http: Http, address: &str, app_key: &str, secret: &str) -> Speaker {
        Speaker {
            http,
            address: address.trim_end_matches('/').to_owned(),
            app_key: app_key.to_owned(),
            secret: secret.to_owned(),
            token: Mutex::default(),
        }
    }

    async fn ask(&self, call: &'static str, body: Value) -> Said<Value> {
        let trouble = |words: String| Trouble { call, code: String::new(), words };
        let answer = self.http.post(format!("{}/{call}", self.address), body).await.map_err(trouble)?;
        if text(&answer["isSuccess"]) != "true" {
            let words: String = text(&answer["returnMsg"]).chars().take(200).collect();
            let words = if words.is_empty() { "对方没有说明原因。".into() } else { words };
            return Err(Trouble { call, code: text(&answer["code"]).chars().take(40).collect(), words });
        }
        Ok(answer)
    }

    /// A call with the token; one that is no longer known is asked for anew, once.
    async fn with_token(&self, call: &'static str, mut body: Value) -> Said<Value> {
        for fresh in [false, true] {
            let known = self.token.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            let token = if known.is_empty() || fresh { self.access_token().await? } else { known };
            body["accessToken"] = json!(token);
            match self.ask(call, body.clone()).await {
                Err(t) if t.code.starts_with("TOKEN") && !fresh => {}
                other => return other,
            }
        }
        Err(Trouble { call, code: "TOKEN".into(), words: "令牌不被接受。".into() })
    }

    /// 1 A token, good for 24 hours.
    pub async fn access_token(&self) -> Said<String> {
        let call = "getAccessToken";
        let answer = self.ask(call, json!({"appKey": self.app_key, "appSecret": self.secret})).await?;
        let token = text(&answer["accessToken"]);
        if token.is_empty() {
            return Err(missing(call, "accessToken"));
        }
        self.token.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone_from(&token);
        Ok(token)
    }

    /// 2 The categories it sells: codes.
    pub async fn categories(&self) -> Said<Vec<String>> {
        let call = "getProductCategory";
        let answer = self.with_token(call, json!({})).await?;
        Ok(list(call, &answer["result"])?.iter().map(|c| text(&c["categoryId"])).filter(|c| !c.is_empty()).collect())
    }

    /// 3 The skus of a category.
    pub async fn pool(&self, category: &str) -> Said<Vec<String>> {
        let call = "getProductPool";
        let answer = self.with_token(call, json!({"categoryId": category})).await?;
        Ok(list(call, &answer["sku"])?.iter().map(text).filter(|s| !s.is_empty()).collect())
    }

    /// 4 What a sku is.
    pub async fn detail(&self, sku: &str) -> Said<Detail> {
        let call = "getProductDetail";
        let answer = self.with_token(call, json!({"sku": sku})).await?;
        let r = &answer["result"];
        let params = r["param"].as_object().ok_or_else(|| missing(call, "param"))?;
        let d = Detail {
            name: text(&r["name"]),
            brand: text(&r["brand"]),
            category: text(&r["category"]),
            params: params.iter().map(|(k, v)| (k.trim().to_owned(), text(v))).collect(),
        };
        match (d.name.is_empty(), d.category.is_empty()) {
            (true, _) => Err(missing(call, "name")),
            (_, true) => Err(missing(call, "category")),
            _ => Ok(d),
        }
    }

    /// 5 Addresses of pictures of skus, the first one first.
    pub async fn images(&self, skus: &[String]) -> Said<Vec<(String, Vec<String>)>> {
        let call = "getProductImage";
        let answer = self.with_token(call, json!({"sku": skus})).await?;
        let each = |r: &Value| {
            let mut urls: Vec<(bool, String)> = r["urls"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|u| (!matches!(text(&u["primary"]).as_str(), "1" | "true"), text(&u["path"])))
                .filter(|(_, path)| !path.is_empty())
                .collect();
            urls.sort_by_key(|(second, _)| *second);
            (text(&r["sku"]), urls.into_iter().map(|(_, path)| path).collect())
        };
        Ok(list(call, &answer["result"])?.iter().map(each).collect())
    }

    /// 6 Which of the skus are on the platform's shelf.
    pub async fn on_shelf(&self, skus: &[String]) -> Said<Vec<String>> {
        let call = "getProductOnShelvesInfo";
        let answer = self.with_token(call, json!({"sku": skus})).await?;
        let listed = |r: &&Value| matches!(text(&r["listState"]).as_str(), "1" | "true");
        Ok(list(call, &answer["result"])?.iter().filter(listed).map(|r| text(&r["sku"])).collect())
    }

    /// 7 Where the platform sells the same to everybody.
    pub async fn links(&self, skus: &[String]) -> Said<Vec<(String, String)>> {
        let call = "getProductInfoFromEC";
        let answer = self.with_token(call, json!({"sku": skus})).await?;
        Ok(list(call, &answer["result"])?.iter().map(|r| (text(&r["skuId"]), text(&r["url"]))).collect())
    }

    /// 8 How many of a sku can be delivered to a place; as many as were asked for when the platform only says that there are.
    pub async fn stock(&self, sku: &str, asked: i64, [_, city, county]: &[String; 3]) -> Said<i64> {
        let call = "getProductInventory";
        let body = json!({"sku": sku, "num": asked, "cityId": city, "countyId": county});
        let answer = self.with_token(call, body).await?;
        let r = &answer["result"];
        match text(&r["state"]).as_str() {
            "00" => Ok(text(&r["remain"]).parse().unwrap_or(asked)),
            "03" => Ok(0),
            "" => Err(missing(call, "state")),
            other => {
                Err(Trouble {
                    call, code: String::new(), words: format!("state 应是 00 或 03，现在是“{other}”。")
                })
            }
        }
    }

    /// 9 Prices of skus, yuan as written.
    pub async fn prices(&self, skus: &[String]) -> Said<Vec<(String, String)>> {
        let call = "queryCountPrice";
        let answer = self.with_token(call, json!({"sku": skus})).await?;
        Ok(list(call, &answer["result"])?.iter().map(|r| (text(&r["sku"]), text(&r["price"]))).collect())
    }

    /// 10 Hands an order over; the platform's own number and the day it arrives.
    pub async fn order(&self, o: &Ordered) -> Said<(String, String)> {
        let call = "createOrder";
        let [province, city, county] = &o.place;
        let lines: Vec<Value> =
            o.lines.iter().map(|(sku, n, price)| json!({"skuId": sku, "num": n, "price": yuan(*price)})).collect();
        let body = json!({
            "tradeNO": o.number, "sku": lines, "name": o.contact, "phone": o.phone, "mobile": o.phone,
            "provinceId": province, "cityId": city, "countyId": county, "address": o.address, "email": "",
            "remark": o.remark, "invoiceState": 1, "invoiceType": 2, "companyName": o.unit, "invoiceContent": "明细",
            "amount": yuan(o.total), "freight": "0.00", "payment": 2,
        });
        let answer = self.with_token(call, body).await?;
        let id = text(&answer["result"]["orderId"]);
        if id.is_empty() {
            return Err(missing(call, "orderId"));
        }
        Ok((id.chars().take(80).collect(), text(&answer["result"]["arriveDate"]).chars().take(20).collect()))
    }

    /// The bytes of a picture.
    pub async fn picture(&self, url: String) -> Said<Vec<u8>> {
        self.http.get(url).await.map_err(|words| Trouble { call: "getProductImage", code: String::new(), words })
    }
}

fn missing(call: &'static str, field: &str) -> Trouble {
    Trouble { call, code: String::new(), words: format!("回答里没有 {field}。") }
}

fn list<'a>(call: &'static str, v: &'a Value) -> Said<&'a Vec<Value>> {
    v.as_array().ok_or_else(|| missing(call, "列表（result 或 sku）"))
}
