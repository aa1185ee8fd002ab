//! What the journal tells of an order, entry by entry. Nothing here reads or writes.
use kit::journal::Recorded;
use serde_json::Value;

/// An order as the journal tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Number; empty while nothing told that there is an order.
    pub number: String,
    /// Region.
    pub region: String,
    /// Unit and supplier.
    pub sides: (i64, i64),
    /// Sum, fen.
    pub total: i64,
    /// State.
    pub state: String,
    /// Lines: product, price, quantity; None while a supplier's lower price is told as a sum only.
    pub lines: Option<String>,
    /// Invoiced, fen.
    pub invoiced: i64,
    /// Paid, fen.
    pub paid: i64,
    /// Paid less what came back, fen.
    pub spent: i64,
}

fn id(v: &Value) -> i64 {
    v.as_i64().or_else(|| v.as_str()?.parse().ok()).unwrap_or(0)
}

fn sum(d: &Value, key: &str) -> i64 {
    d[key].as_i64().unwrap_or(0)
}

/// Lines in one text, to be compared.
pub fn lines(all: impl IntoIterator<Item = (i64, i64, i64)>) -> String {
    all.into_iter().map(|(product, price, quantity)| format!("{product}:{price}:{quantity};")).collect()
}

fn lines_in(d: &Value) -> String {
    let all = d["lines"].as_array().into_iter().flatten();
    lines(all.map(|l| (id(&l["product"]), sum(l, "price"), sum(l, "quantity"))))
}

impl Told {
    /// Hears an entry about this order.
    pub fn hear(&mut self, e: &Recorded) {
        let d = &e.data;
        match e.kind.as_str() {
            "order.placed" | "order.resubmitted" | "order.awarded" => {
                self.number = d["number"].as_str().unwrap_or_default().to_owned();
                self.region.clone_from(&e.region);
                self.sides = (id(&d["unit"]), id(&d["supplier"]));
                self.total = sum(d, "total");
                // What a procedure led to begins with its contract.
                self.state = d["state"].as_str().unwrap_or("contracting").to_owned();
                self.lines = Some(lines_in(d));
            }
            "order.approved" if d["last"] == true => self.state = "offered".into(),
            "order.returned" => self.state = "returned".into(),
            "order.withdrawn" => self.state = "withdrawn".into(),
            "order.refused" => self.state = "refused".into(),
            "order.expired" => self.state = "expired".into(),
            "order.confirmed" => {
                let lowered = self.total != sum(d, "total");
                (self.total, self.state) = (sum(d, "total"), "contracting".into());
                self.lines = self.lines.take().filter(|_| !lowered);
            }
            "contract.concluded" => {
                (self.total, self.state) = (sum(d, "total"), "performing".into());
                self.lines = Some(lines_in(d));
            }
            "order.completed" => self.state = "completed".into(),
            "order.cancelled" => self.state = "cancelled".into(),
            "invoice.recorded" => self.invoiced += sum(d, "amount"),
            "payment.paid" => {
                self.paid += sum(d, "amount");
                self.spent += sum(d, "amount");
            }
            "return.done" => self.spent -= sum(d, "refunded"),
            _ => {}
        }
    }
}

/// Does a contract's text say what the entry says by which it took effect? The place of delivery is not for the entry; of the lines
/// the entry says more.
pub fn contract_fits(body: &Value, d: &Value) -> bool {
    fn within(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Object(a), Value::Object(b)) => a.iter().all(|(k, v)| b.get(k).is_some_and(|w| within(v, w))),
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(v, w)| within(v, w)),
            _ => a == b,
        }
    }
    let mut body = body.clone();
    if let Some(map) = body.as_object_mut() {
        map.remove("address");
    }
    body.is_object() && within(&body, d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(kind: &str, data: Value) -> Recorded {
        Recorded {
            seq: 1,
            id: 1,
            at: 1,
            region: "370112".into(),
            room: "orders".into(),
            kind: kind.into(),
            subject: "order/7".into(),
            actor: 0,
            data,
            body: "{}".into(),
            hash: String::new(),
            salt: String::new(),
        }
    }

    #[test]
    fn an_order_is_told_from_its_entries() {
        let line = json!([{"product": "9", "price": 100, "quantity": 2}]);
        let placed =
            json!({"number": "N1", "unit": "3", "supplier": "4", "total": 200, "state": "approving", "lines": line});
        let mut t = Told::default();
        t.hear(&entry("order.placed", placed));
        assert_eq!((t.number.as_str(), t.sides, t.total, t.state.as_str()), ("N1", (3, 4), 200, "approving"));
        assert_eq!(t.lines.as_deref(), Some("9:100:2;"));
        t.hear(&entry("order.approved", json!({"last": false})));
        assert_eq!(t.state, "approving");
        t.hear(&entry("order.approved", json!({"last": true})));
        assert_eq!(t.state, "offered");
        t.hear(&entry("order.confirmed", json!({"total": 180})));
        assert_eq!((t.total, t.lines.clone()), (180, None), "the prices are told with the contract");
        let line = json!([{"product": "9", "price": 90, "quantity": 2, "market": 1}]);
        t.hear(&entry("contract.concluded", json!({"total": 180, "lines": line})));
        assert_eq!((t.state.as_str(), t.lines.as_deref()), ("performing", Some("9:90:2;")));
        t.hear(&entry("invoice.recorded", json!({"amount": 180})));
        t.hear(&entry("payment.paid", json!({"amount": 180})));
        t.hear(&entry("return.done", json!({"refunded": 90})));
        assert_eq!((t.invoiced, t.paid, t.spent), (180, 180, 90));
    }

    #[test]
    fn a_contract_is_within_its_entry() {
        let body = json!({"contract": "C", "address": "x", "lines": [{"price": 1}], "total": 1});
        let said = json!({"contract": "C", "lines": [{"price": 1, "market": 2}], "total": 1, "signed_at": 5});
        assert!(contract_fits(&body, &said));
        for (key, value) in
            [("total", json!(2)), ("lines", json!([])), ("lines", json!([{"price": 2}])), ("more", json!(1))]
        {
            let mut bad = body.clone();
            bad[key] = value;
            assert!(!contract_fits(&bad, &said), "{key}");
        }
        assert!(!contract_fits(&Value::Null, &said));
    }
}
