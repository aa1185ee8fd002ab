//! Releases: what an event of the journal says in the standard's words. Nothing here reads or writes.
use kit::journal::Recorded;
use rules::Fen;
use rules::calendar::show_stamp;
use serde_json::{Map, Value, json};

/// The catalogue of categories, as classifications name it.
const CATALOGUE: &str = "CN-GPC-2022";
/// The register of organisations.
const REGISTER: &str = "CN-USCC";

/// A day in ms.
const DAY: i64 = 86_400_000;

/// An organisation of a process.
#[derive(Clone, Debug)]
pub struct Party {
    /// Unified social credit code.
    pub uscc: String,
    /// Name.
    pub name: String,
    /// Name of its region, empty for unknown.
    pub place: String,
}

impl Party {
    fn id(&self) -> String {
        format!("{REGISTER}-{}", self.uscc)
    }

    fn short(&self) -> Value {
        json!({"id": self.id(), "name": self.name})
    }

    fn whole(&self, roles: &[&str]) -> Value {
        let mut out = json!({
            "id": self.id(), "name": self.name, "roles": roles,
            "identifier": {"scheme": REGISTER, "id": self.uscc, "legalName": self.name},
        });
        if !self.place.is_empty() {
            out["address"] = json!({"region": self.place, "countryName": "中国"});
        }
        out
    }
}

/// One bidder's last quote in an auction that was decided.
#[derive(Clone, Debug)]
pub struct Bid {
    /// Name in the public record.
    pub alias: String,
    /// Who; None while names are not public.
    pub tenderer: Option<Party>,
    /// Fen; None for a seal that held nothing readable.
    pub amount: Option<i64>,
    /// When it came, ms UTC.
    pub at: i64,
    /// `pending`, `valid`, `disqualified`.
    pub status: &'static str,
}

/// How an auction was decided.
#[derive(Clone, Debug)]
pub struct Bids {
    /// When it really ended, extensions among it, ms UTC.
    pub ended_at: i64,
    /// Bids by place.
    pub all: Vec<Bid>,
}

/// What an event belongs to.
#[derive(Clone, Debug)]
pub struct Process {
    /// The process's own id.
    pub ocid: String,
    /// Number of the tender: of the project, or of the order where there is none.
    pub tender: String,
    /// Number of the order, empty before there is one.
    pub order: String,
    /// Mode of purchase: `supermarket`, `batch`, `fixed`.
    pub mode: String,
    /// Form of transaction: `direct`, `auction`.
    pub form: String,
    /// Was the tender announced before the contract, with a release of its own?
    pub announced: bool,
    /// Categories of the lines of the order, in order.
    pub categories: Vec<String>,
    /// Who buys.
    pub unit: Party,
    /// Who sells; None before somebody does.
    pub supplier: Option<Party>,
    /// Where the notice can be read, empty for nowhere.
    pub page: String,
    /// How its auction was decided, with the events that say so.
    pub bids: Option<Bids>,
    /// How a job found its supplier: `direct`, `compete`, `rotate`, `draw`; empty for other procedures.
    pub way: String,
    /// By when the goods are due, ms UTC; None before there is a contract.
    pub due: Option<i64>,
    /// The process it is part of: relationship, its own id, title.
    pub related: Option<(&'static str, String, String)>,
    /// Whose secret some clauses of its contract are: `state`, `trade`, or empty.
    pub secret: String,
}

/// A time as the standard writes it.
pub fn time(at: i64) -> String {
    // `2026-11-24 12:00:00` → `2026-11-24T12:00:00+08:00`.
    format!("{}+08:00", show_stamp(at).chars().take(19).collect::<String>().replacen(' ', "T", 1))
}

/// An amount: yuan with two decimals, exact.
fn money(fen: i64) -> Value {
    let number: serde_json::Number = Fen(fen)
        .plain()
        .replace(',', "")
        .parse::<f64>()
        .ok()
        .and_then(serde_json::Number::from_f64)
        .unwrap_or_else(|| 0.into());
    json!({"amount": number, "currency": "CNY"})
}

fn text(v: &Value, key: &str) -> String {
    v[key].as_str().unwrap_or_default().to_owned()
}

/// goods, works, services by the letter of a category.
fn main_category(category: &str) -> &'static str {
    match category.chars().next() {
        Some('B') => "works",
        Some('C') => "services",
        _ => "goods",
    }
}

impl Process {
    fn method(&self) -> (&'static str, String) {
        let mode = match self.mode.as_str() {
            "batch" => "批量采购",
            "fixed" => "定点采购",
            _ => "超市采购",
        };
        let way = match self.way.as_str() {
            "compete" => "·二次竞价",
            "rotate" => "·轮候",
            "draw" => "·随机抽取",
            _ => "·直购",
        };
        // Every admitted supplier of the goods may quote: open. Batch shares and competitions under an agreement: selective.
        match (self.form.as_str(), self.mode.as_str()) {
            ("auction", _) => ("open", format!("{mode}·竞价")),
            (_, "batch") => ("selective", mode.to_owned()),
            _ if self.way == "compete" => ("selective", format!("{mode}{way}")),
            _ => ("direct", format!("{mode}{way}")),
        }
    }

    fn award_id(&self) -> String {
        let seller = self.supplier.as_ref().map_or("", |s| s.uscc.as_str());
        format!("{}-{seller}", self.tender)
    }

    fn contract_id(&self) -> String {
        format!("{}-HT", self.order)
    }

    fn release(&self, e: &Recorded, tag: &[&str], parties: Vec<Value>) -> Map<String, Value> {
        let whole = json!({
            "ocid": self.ocid, "id": format!("{}-{}", self.ocid, e.seq), "date": time(e.at), "language": "zh", "tag": tag,
            "initiationType": "tender", "parties": parties, "buyer": self.unit.short(),
        });
        let mut whole = whole;
        if let Some((relationship, ocid, title)) = &self.related {
            whole["relatedProcesses"] = json!([{"id": "1", "relationship": [relationship], "title": title, "scheme": "ocid", "identifier": ocid}]);
        }
        match whole {
            Value::Object(m) => m,
            _ => Map::new(),
        }
    }

    /// Buyer and, where there is one, supplier with what they do in this release.
    fn both(&self, supplier_roles: &[&str]) -> Vec<Value> {
        let buyer = self.unit.whole(&["buyer", "procuringEntity", "payer"]);
        std::iter::once(buyer).chain(self.supplier.iter().map(|s| s.whole(supplier_roles))).collect()
    }

    /// What a decided auction adds: its real end, who took part, what each asked last.
    fn decided(&self, r: &mut Map<String, Value>) {
        let Some(b) = &self.bids else { return };
        let named: Vec<&Party> = b.all.iter().filter_map(|b| b.tenderer.as_ref()).collect();
        let t = &mut r["tender"];
        t["tenderPeriod"] = json!({"endDate": time(b.ended_at)});
        t["numberOfTenderers"] = json!(b.all.len());
        if !named.is_empty() {
            t["tenderers"] = json!(named.iter().map(|p| p.short()).collect::<Vec<_>>());
        }
        if let Some(parties) = r["parties"].as_array_mut() {
            for p in named {
                match parties.iter_mut().find(|known| known["id"] == p.id()) {
                    Some(known) => {
                        let roles = known["roles"].as_array_mut();
                        if let Some(roles) = roles.filter(|roles| !roles.contains(&json!("tenderer"))) {
                            roles.push(json!("tenderer"));
                        }
                    }
                    None => parties.push(p.whole(&["tenderer"])),
                }
            }
        }
        let details: Vec<Value> = b.all.iter().map(|b| self.bid(b)).collect();
        if !details.is_empty() {
            r.insert("bids".into(), json!({"details": details}));
        }
    }

    fn bid(&self, b: &Bid) -> Value {
        let mut out = json!({"id": format!("{}-{}", self.tender, b.alias), "date": time(b.at), "status": b.status});
        if let Some(amount) = b.amount {
            out["value"] = money(amount);
        }
        if let Some(p) = &b.tenderer {
            out["tenderers"] = json!([p.short()]);
        }
        out
    }

    fn tender(&self, title: &str, status: &str, category: &str) -> Value {
        let (method, details) = self.method();
        let mut out = json!({
            "id": self.tender, "title": title, "status": status, "procuringEntity": self.unit.short(), "procurementMethod": method,
            "procurementMethodDetails": details, "mainProcurementCategory": main_category(category),
            "submissionMethod": ["electronicSubmission"],
        });
        if !category.is_empty() {
            out["items"] =
                json!([{"id": "1", "description": title, "classification": {"scheme": CATALOGUE, "id": category}}]);
        }
        out
    }

    fn items(&self, lines: &[&Value]) -> Vec<Value> {
        let item = |(i, l): (usize, &&Value)| {
            let mut out = json!({
                "id": (i + 1).to_string(),
                "description": format!("{}（{} {}）", text(l, "title"), text(l, "brand"), text(l, "model")),
                "quantity": l["quantity"],
                "unit": {"name": text(l, "unit"), "value": money(l["price"].as_i64().unwrap_or(0))},
            });
            if let Some(c) = self.categories.get(i).filter(|c| !c.is_empty()) {
                out["classification"] = json!({"scheme": CATALOGUE, "id": c});
            }
            out
        };
        lines.iter().enumerate().map(item).collect()
    }

    fn contract(&self, status: &str) -> Value {
        json!({"id": self.contract_id(), "awardID": self.award_id(), "status": status})
    }
}

/// The release of an event; None for events that are not public.
pub fn of(e: &Recorded, p: &Process) -> Option<Value> {
    let d = &e.data;
    match p.secret.as_str() {
        "" => {}
        // Nothing of a state secret; of a trade secret that there is a contract, and its end.
        "trade" if matches!(e.kind.as_str(), "contract.concluded" | "order.completed" | "order.cancelled") => {
            return withheld(e, p).map(Value::Object);
        }
        _ => return None,
    }
    Some(Value::Object(match e.kind.as_str() {
        "auction.published" => published(e, p),
        "auction.awarded" => awarded(e, p),
        "auction.failed" | "auction.cancelled" => {
            let mut r = p.release(
                e,
                &[if e.kind == "auction.failed" { "tenderUpdate" } else { "tenderCancellation" }],
                p.both(&[]),
            );
            let status = if e.kind == "auction.failed" { "unsuccessful" } else { "cancelled" };
            r.insert("tender".into(), json!({"id": p.tender, "status": status}));
            p.decided(&mut r);
            r
        }
        "auction.abandoned" => {
            let mut r = p.release(e, &["awardCancellation"], p.both(&["supplier"]));
            r.insert("awards".into(), json!([{"id": p.award_id(), "status": "cancelled"}]));
            r
        }
        "contract.concluded" => concluded(e, p),
        "agreement.made" | "agreement.joined" | "agreement.left" | "agreement.ended" => agreement(e, p)?,
        "acceptance.recorded" => {
            let mut r = p.release(e, &["implementation"], p.both(&["supplier", "payee"]));
            let mut c = p.contract("active");
            let whole = d["verdict"].as_str() == Some("full");
            let mut m = json!({
                "id": format!("YS-{}", e.seq), "title": if whole { "验收合格" } else { "部分验收" }, "type": "delivery",
                "status": if whole { "met" } else { "partiallyMet" }, "dateMet": time(e.at),
            });
            if let Some(due) = p.due {
                m["dueDate"] = json!(time(due));
            }
            c["implementation"] = json!({"milestones": [m]});
            r.insert("contracts".into(), json!([c]));
            r
        }
        "payment.paid" => {
            let mut r = p.release(e, &["implementation"], p.both(&["supplier", "payee"]));
            let mut c = p.contract("active");
            c["implementation"] = json!({"transactions": [{
                "id": text(d, "payment"), "date": time(e.at), "value": money(d["amount"].as_i64().unwrap_or(0)),
                "payer": p.unit.short(), "payee": p.supplier.as_ref()?.short(),
            }]});
            r.insert("contracts".into(), json!([c]));
            r
        }
        "order.completed" => {
            let mut r = p.release(e, &["contractTermination"], p.both(&["supplier"]));
            r.insert("contracts".into(), json!([p.contract("terminated")]));
            r
        }
        "order.cancelled" if !d["contract"].is_null() => {
            let mut r = p.release(e, &["contractTermination"], p.both(&["supplier"]));
            r.insert("contracts".into(), json!([p.contract("cancelled")]));
            r
        }
        _ => return None,
    }))
}

/// A framework agreement: its making, who came in and left, its end. None for entries that do not say who.
fn agreement(e: &Recorded, p: &Process) -> Option<Map<String, Value>> {
    let d = &e.data;
    let centre = p.unit.whole(&["procuringEntity"]);
    let release = |tag: &str, parties: Vec<Value>| {
        let mut r = p.release(e, &[tag], parties);
        // Who buys comes with the call-offs.
        r.remove("buyer");
        r
    };
    if let "agreement.joined" | "agreement.left" = e.kind.as_str() {
        let s = p.supplier.as_ref()?;
        let joined = e.kind == "agreement.joined";
        let mut r = release(if joined { "award" } else { "awardCancellation" }, vec![centre, s.whole(&["supplier"])]);
        let mut a = json!({"id": p.award_id(), "status": if joined { "active" } else { "cancelled" }});
        if joined {
            a["title"] = json!(format!("{}入围", text(d, "title")));
            a["date"] = json!(time(e.at));
            a["suppliers"] = json!([s.short()]);
        }
        r.insert("awards".into(), json!([a]));
        return Some(r);
    }
    let made = e.kind == "agreement.made";
    let mut r = release(if made { "tender" } else { "tenderUpdate" }, vec![centre]);
    let mut t = json!({"id": p.tender, "status": if made { "active" } else { "complete" }});
    if made {
        let day = |key: &str| d[key].as_i64().map(|n| rules::calendar::start_of(n as i32));
        t = p.tender(&text(d, "title"), "active", &text(d, "category"));
        t["procurementMethod"] = json!("open");
        t["procurementMethodDetails"] = json!("定点采购·框架协议");
        t["description"] = json!(format!("价目 {} 项，最多 {} 家入围", d["items"], d["places"]));
        if let (Some(from), Some(to)) = (day("from"), day("to")) {
            t["contractPeriod"] = json!({"startDate": time(from), "endDate": time(to + DAY - 1000)});
        }
    }
    r.insert("tender".into(), t);
    Some(r)
}

fn published(e: &Recorded, p: &Process) -> Map<String, Value> {
    let d = &e.data;
    let mut r = p.release(e, &["tender"], p.both(&[]));
    let mut t = p.tender(&text(d, "title"), "active", &text(d, "category"));
    t["items"][0]["quantity"] = d["quantity"].clone();
    t["items"][0]["unit"] = json!({"name": text(d, "measure")});
    t["value"] = money(d["ceiling"].as_i64().unwrap_or(0));
    let at = |key: &str| time(d[key].as_i64().unwrap_or(e.at));
    t["tenderPeriod"] = json!({"startDate": at("opens_at"), "endDate": at("closes_at")});
    t["awardCriteria"] = json!("priceOnly");
    t["awardCriteriaDetails"] = json!("最低有效报价成交，同价先报者先");
    let demands: Vec<&str> = d["demands"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !demands.is_empty() {
        t["description"] = json!(demands.join("；"));
    }
    r.insert("tender".into(), t);
    r
}

fn awarded(e: &Recorded, p: &Process) -> Map<String, Value> {
    let d = &e.data;
    let mut r = p.release(e, &["award"], p.both(&["tenderer", "supplier"]));
    r.insert("tender".into(), json!({"id": p.tender, "status": "complete"}));
    p.decided(&mut r);
    let mut a = json!({
        "id": p.award_id(), "title": text(d, "title"), "status": "active", "date": time(e.at), "value": money(d["amount"].as_i64().unwrap_or(0)),
        "suppliers": p.supplier.iter().map(Party::short).collect::<Vec<_>>(),
        "items": [{
            "id": "1", "description": format!("{} {}", text(d, "brand"), text(d, "model")), "quantity": d["quantity"],
            "unit": {"name": text(d, "measure")},
        }],
    });
    if !p.page.is_empty() {
        a["documents"] = json!([{"id": "record", "documentType": "evaluationReports", "title": "竞价过程和结果", "url": p.page, "format": "text/html"}]);
    }
    r.insert("awards".into(), json!([a]));
    r
}

/// A contract with a trade secret: that there is one, between its beginning and its end, without goods, price and supplier.
fn withheld(e: &Recorded, p: &Process) -> Option<Map<String, Value>> {
    let d = &e.data;
    let (tag, status): (&[&str], _) = match e.kind.as_str() {
        "contract.concluded" => (&["contract"], "active"),
        "order.completed" => (&["contractTermination"], "terminated"),
        _ if d["contract"].is_null() => return None,
        _ => (&["contractTermination"], "cancelled"),
    };
    let mut r = p.release(e, tag, vec![p.unit.whole(&["buyer", "procuringEntity"])]);
    // Which agreement or round it is part of would tell what is bought. Nothing reads it for a secret order; this is the second lock.
    r.remove("relatedProcesses");
    let mut c = json!({"id": p.contract_id(), "status": status});
    if e.kind == "contract.concluded" {
        c["title"] = json!("采购合同（含商业秘密，内容不公开）");
        c["dateSigned"] = json!(time(d["signed_at"].as_i64().unwrap_or(e.at)));
    }
    r.insert("contracts".into(), json!([c]));
    Some(r)
}

fn concluded(e: &Recorded, p: &Process) -> Map<String, Value> {
    let d = &e.data;
    let lines: Vec<&Value> = d["lines"].as_array().into_iter().flatten().collect();
    let (items, title) = (p.items(&lines), text(d, "title"));
    let total = money(d["total"].as_i64().unwrap_or(0));
    let signed = time(d["signed_at"].as_i64().unwrap_or(e.at));
    // A direct purchase has its tender and award in the same breath; an auction had them before.
    let tag: &[&str] = if p.announced { &["award", "contract"] } else { &["tender", "award", "contract"] };
    let mut r = p.release(e, tag, p.both(&["tenderer", "supplier", "payee"]));
    if !p.announced {
        let mut t = p.tender(&title, "complete", p.categories.first().map_or("", String::as_str));
        t["items"] = json!(
            items
                .iter()
                .map(|i| {
                    let mut bare = i.clone();
                    bare["unit"] = json!({"name": i["unit"]["name"]});
                    bare
                })
                .collect::<Vec<_>>()
        );
        t["numberOfTenderers"] = json!(1);
        t["tenderers"] = json!(p.supplier.iter().map(Party::short).collect::<Vec<_>>());
        r.insert("tender".into(), t);
        // A competition under an agreement tells who quoted what.
        p.decided(&mut r);
    }
    let award = json!({
        "id": p.award_id(), "title": title, "status": "active", "date": signed, "value": total, "items": items,
        "suppliers": p.supplier.iter().map(Party::short).collect::<Vec<_>>(),
    });
    let mut contract = p.contract("active");
    contract["title"] = json!(format!("{title}采购合同"));
    contract["value"] = total;
    contract["dateSigned"] = json!(signed);
    contract["items"] = json!(items);
    if let Some(due) = p.due {
        contract["milestones"] =
            json!([{"id": "JH", "title": "交付", "type": "delivery", "status": "scheduled", "dueDate": time(due)}]);
    }
    if !p.page.is_empty() {
        contract["documents"] = json!([{
            "id": "notice", "documentType": "contractNotice", "title": "合同公告", "url": p.page, "datePublished": time(e.at), "format": "text/html",
        }]);
    }
    r.insert("awards".into(), json!([award]));
    r.insert("contracts".into(), json!([contract]));
    r
}

/// The compiled release of a process: what all its releases say together, by the standard's merging (objects field by field,
/// lists of things with an id by their ids, everything else anew).
pub fn compiled(releases: &[Value]) -> Value {
    let mut out = Value::Null;
    for r in releases {
        merge(&mut out, r);
    }
    if let Some(last) = releases.last() {
        out["id"] = json!(format!(
            "{}-{}",
            last["ocid"].as_str().unwrap_or_default(),
            last["date"].as_str().unwrap_or_default()
        ));
        out["tag"] = json!(["compiled"]);
    }
    out
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(a), Value::Object(b)) => {
            for (k, v) in b {
                merge(a.entry(k.clone()).or_insert(Value::Null), v);
            }
        }
        (Value::Array(a), Value::Array(b)) if b.iter().all(|v| v["id"].is_string()) && !b.is_empty() => {
            for v in b {
                match a.iter_mut().find(|known| known["id"] == v["id"]) {
                    // What a party does in one release does not end with the next.
                    Some(known) => {
                        let roles = united(&known["roles"], &v["roles"]);
                        merge(known, v);
                        if let Some(roles) = roles {
                            known["roles"] = roles;
                        }
                    }
                    None => a.push(v.clone()),
                }
            }
        }
        (a, b) => *a = b.clone(),
    }
}

fn united(a: &Value, b: &Value) -> Option<Value> {
    let (a, b) = (a.as_array()?, b.as_array()?);
    let mut all = a.clone();
    all.extend(b.iter().filter(|r| !a.contains(r)).cloned());
    Some(Value::Array(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_money_are_exact() {
        assert_eq!(time(1_795_493_207_815), "2026-11-24T12:06:47+08:00");
        assert_eq!(money(97_140).to_string(), r#"{"amount":971.4,"currency":"CNY"}"#);
        assert_eq!(money(1).to_string(), r#"{"amount":0.01,"currency":"CNY"}"#);
        assert_eq!(money(123_456_789_012).to_string(), r#"{"amount":1234567890.12,"currency":"CNY"}"#);
    }

    #[test]
    fn releases_add_up_to_a_record() {
        let a = json!({"ocid": "o", "date": "1", "tag": ["tender"], "parties": [{"id": "x", "roles": ["buyer"]}], "tender": {"id": "t", "status": "active", "title": "甲"}});
        let b = json!({"ocid": "o", "date": "2", "tag": ["award"], "parties": [{"id": "x", "roles": ["payer"]}, {"id": "y"}], "tender": {"id": "t", "status": "complete"}, "awards": [{"id": "1", "value": {"amount": 3}}]});
        let c = compiled(&[a, b]);
        assert_eq!(c["tender"], json!({"id": "t", "status": "complete", "title": "甲"}));
        assert_eq!(c["parties"], json!([{"id": "x", "roles": ["buyer", "payer"]}, {"id": "y"}]));
        assert_eq!((c["tag"].clone(), c["id"].clone()), (json!(["compiled"]), json!("o-2")));
    }
}
