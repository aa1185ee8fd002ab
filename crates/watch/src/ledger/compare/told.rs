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
    /// Lines as the entries tell them; without prices while a supplier's lower price is told as a sum only.
    pub lines: Vec<Value>,
    /// Mode and form, whose secret, the salted hash of what is private, the digest of what was compared; what entries of before do not
    /// tell is empty.
    pub kept: Kept,
    /// Accepted and refused, pieces.
    pub taken: (i64, i64),
    /// Invoiced, fen.
    pub invoiced: i64,
    /// Paid, fen.
    pub paid: i64,
    /// Paid less what came back, fen.
    pub spent: i64,
}

/// What the entry tells by which an order was placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Mode and form.
    pub kind: Option<(String, String)>,
    /// Whose secret some clauses are.
    pub secret: Option<String>,
    /// Salted hash of what is personal or secret.
    pub private: Option<String>,
    /// Digest of what was compared.
    pub compared: Option<String>,
}

fn kept(d: &Value) -> Kept {
    let text = |key: &str| d[key].as_str().map(str::to_owned);
    Kept {
        kind: text("mode").zip(text("form")),
        secret: text("secret"),
        private: text("private").filter(|p| !p.is_empty()),
        compared: text("compared").filter(|c| !c.is_empty()),
    }
}

fn id(v: &Value) -> i64 {
    v.as_i64().or_else(|| v.as_str()?.parse().ok()).unwrap_or(0)
}

fn sum(d: &Value, key: &str) -> i64 {
    d[key].as_i64().unwrap_or(0)
}

/// What an entry tells of each line, over what earlier ones told.
fn lines_in(d: &Value, before: &[Value]) -> Vec<Value> {
    let all: Vec<Value> = d["lines"].as_array().cloned().unwrap_or_default();
    let same = all.len() == before.len();
    let one = |(i, l): (usize, Value)| {
        let mut out = if same { before[i].clone() } else { Value::Object(Default::default()) };
        for (k, v) in l.as_object().into_iter().flatten() {
            out[k] = if k == "product" { id(v).into() } else { v.clone() };
        }
        out
    };
    all.into_iter().enumerate().map(one).collect()
}

/// In which column a line differs from what is told of it.
pub fn line_differs(is: &Value, told: &Value) -> Option<String> {
    let map = is.as_object()?;
    map.iter().find_map(|(k, v)| {
        let said = told.get(k)?;
        (said != v).then(|| match k.as_str() {
            "facts" => {
                "brand, model, title, unit, offer, plan, budget or shelf price differs from what the journal says"
                    .to_owned()
            }
            _ => format!("{k} is {v}, the journal says {said}"),
        })
    })
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
                self.lines = lines_in(d, &[]);
                self.kept = kept(d);
            }
            "order.approved" if d["last"] == true => self.state = "offered".into(),
            "order.returned" => self.state = "returned".into(),
            "order.withdrawn" => self.state = "withdrawn".into(),
            "order.refused" => self.state = "refused".into(),
            "order.expired" => self.state = "expired".into(),
            "order.confirmed" => {
                let lowered = self.total != sum(d, "total");
                (self.total, self.state) = (sum(d, "total"), "contracting".into());
                if lowered {
                    self.lines.iter_mut().filter_map(Value::as_object_mut).for_each(|l| drop(l.remove("price")));
                }
            }
            "contract.concluded" => {
                (self.total, self.state) = (sum(d, "total"), "performing".into());
                self.lines = lines_in(d, &self.lines);
            }
            "order.completed" => self.state = "completed".into(),
            "order.cancelled" => self.state = "cancelled".into(),
            "acceptance.recorded" => {
                for l in d["lines"].as_array().into_iter().flatten() {
                    self.taken = (self.taken.0 + sum(l, "accepted"), self.taken.1 + sum(l, "refused"));
                }
            }
            "invoice.recorded" => self.invoiced += sum(d, "amount"),
            "payment.paid" => {
                self.paid += sum(d, "amount");
                self.spent += sum(d, "amount");
            }
            "return.done" => {
                self.spent -= sum(d, "refunded");
                // What is exchanged counts as refused until it comes again.
                if d["kind"] == "exchange" {
                    let back: i64 = d["lines"].as_array().into_iter().flatten().map(|l| -sum(l, "accepted")).sum();
                    self.taken = (self.taken.0 - back, self.taken.1 + back);
                }
            }
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
        assert_eq!(t.lines, [json!({"product": 9, "price": 100, "quantity": 2})]);
        t.hear(&entry("order.approved", json!({"last": false})));
        assert_eq!(t.state, "approving");
        t.hear(&entry("order.approved", json!({"last": true})));
        assert_eq!(t.state, "offered");
        t.hear(&entry("order.confirmed", json!({"total": 180})));
        assert_eq!(
            (t.total, t.lines.clone()),
            (180, vec![json!({"product": 9, "quantity": 2})]),
            "prices are told with the contract"
        );
        let line = json!([{"product": "9", "price": 90, "quantity": 2, "market": 1}]);
        t.hear(&entry("contract.concluded", json!({"total": 180, "lines": line})));
        assert_eq!(t.state, "performing");
        assert_eq!(t.lines, [json!({"product": 9, "price": 90, "quantity": 2, "market": 1})]);
        let row = json!({"product": 9, "price": 91, "quantity": 2, "title": "x"});
        assert_eq!(line_differs(&row, &t.lines[0]).as_deref(), Some("price is 91, the journal says 90"));
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
