//! Taking part: who may, and what the mall notices about those who do.
use super::store::{self, Entry};
use crate::Trade;
use crate::projects::{Project, store as projects};
use base::access::Actor;
use kit::{Fail, Result, Tx};
use rules::auction::{Demand, meets};
use rules::calendar::day_of;
use rules::duty::Duty;
use serde_json::json;
use supply::offers;
use supply::suppliers::{self, Supplier};

/// Letters of aliases, without those that look like digits.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";

/// What a supplier says when it takes part.
#[derive(Clone, Debug)]
pub struct Entering {
    /// Brand offered; of the offer for a same-product event.
    pub brand: String,
    /// Model offered.
    pub model: String,
    /// Maker of the goods.
    pub maker: String,
    /// Answers, one for each requirement.
    pub answers: Vec<String>,
    /// Network address of the request.
    pub address: String,
    /// Device: what the browser sends that is the same each time.
    pub device: String,
}

/// Takes part in an event. Returns the alias.
pub async fn enter(trade: &Trade, actor: &Actor, id: i64, e: &Entering) -> Result<String> {
    actor.must(&[Duty::SupplierOrders])?;
    trade
        .db()
        .write("auction.enter", |tx| {
            Box::pin(async move {
                let p = projects::any(tx, id).await?;
                let a = store::get(tx, id).await?;
                if p.state != "live" || !matches!(a.phase.as_str(), "waiting" | "sealed" | "open") {
                    return Err(Fail::refuse("entry.closed", "这场竞价现在不能再参加。"));
                }
                if let Some(known) = store::entry(tx, id, actor.org).await? {
                    return Ok(known.alias);
                }
                let me = suppliers::get(tx, actor.org).await?;
                gate(trade, tx, &p, &me).await?;
                let others = store::entries(tx, id).await?;
                let flags = compare(tx, &me, &others, e).await?;
                let mut entry = fill(tx, a.product, &a.demands, &me, e).await?;
                (entry.flags, entry.person) = (flags.join("；"), actor.person);
                // A taken alias is drawn again; a supplier that is there already was found above.
                let mut left = 100;
                loop {
                    entry.alias = alias(others.len());
                    if store::add_entry(tx, id, &entry).await? {
                        break;
                    }
                    left -= 1;
                    if left == 0 {
                        return Err(Fail::Retry);
                    }
                }
                let data = json!({"alias": entry.alias, "flags": flags.len()});
                tx.journal(super::flow::entry(&p, "auction.entered", 0, data)).await?;
                Ok(entry.alias.clone())
            })
        })
        .await
}

/// A random name; two letters once one letter gets narrow. Random, so that it does not tell who came first.
fn alias(taken: usize) -> String {
    let digits = kit::ids::random_hex(4);
    let number = u32::from_str_radix(&digits, 16).unwrap_or(0) as usize;
    let letter = |n: usize| LETTERS[n % LETTERS.len()] as char;
    if taken < LETTERS.len() / 2 {
        letter(number).to_string()
    } else {
        format!("{}{}", letter(number), letter(number / LETTERS.len()))
    }
}

/// Admitted, for the category and the area, with enough credit, invited where only invited ones may.
async fn gate(trade: &Trade, tx: &Tx<'_>, p: &Project, me: &Supplier) -> Result<()> {
    let facts = trade.facts();
    let rule = facts.rule("credit.bar.auction_below", &p.region, &p.scope(), day_of(tx.now()));
    let least = rule.as_ref().and_then(|e| e.int()).unwrap_or(0);
    let origin = rule.map_or(String::new(), |e| facts.origin(&e));
    let refuse = |code, words: String| Err(Fail::refuse(code, words));
    if me.state != "admitted" {
        return refuse("entry.admitted", "贵单位入驻已冻结、暂停或退出，不能参加。请联系集中采购机构。".into());
    }
    if !me.covers(&p.category) {
        let words = format!("贵单位没有入驻品目“{}”，不能参加。请先申请增加品目。", facts.category_name(&p.category));
        return refuse("entry.category", words);
    }
    if !me.reaches(&p.address_region) {
        let words = format!("收货地在{}，不在贵单位的供货区域里。", facts.region_name(&p.address_region));
        return refuse("entry.area", words);
    }
    if me.credit < least {
        let words = format!("贵单位信用 {} 分，{least} 分以下不能参加竞价。{origin}", me.credit);
        return refuse("entry.credit", words);
    }
    let invited = store::invited(tx, p.id).await?;
    if !invited.is_empty() && !invited.contains(&me.org) {
        return refuse("entry.invited", "这场竞价只邀请了入围的供应商，贵单位不在其中。".into());
    }
    Ok(())
}

/// Bars related suppliers; collects what this one shares with others.
async fn compare(tx: &Tx<'_>, me: &Supplier, others: &[Entry], e: &Entering) -> Result<Vec<String>> {
    let mut flags = Vec::new();
    for other in others {
        let them = suppliers::get(tx, other.supplier).await?;
        if let Some(why) = suppliers::barred(me, &them) {
            // Who the other is stays hidden until the award.
            let words = format!("已有与贵单位{why}的供应商参加，依据政府采购法实施条例第十八条，不能同时参加。");
            return Err(Fail::refuse("entry.related", words));
        }
        let mut shared: Vec<&str> = suppliers::flagged(me, &them);
        if !e.address.is_empty() && e.address == other.address {
            shared.push("网络地址相同");
        }
        if !e.device.is_empty() && e.device == other.device {
            shared.push("设备相同");
        }
        flags.extend(shared.iter().map(|w| format!("与供应商 {}{w}", other.alias)));
    }
    Ok(flags)
}

/// The entry from the offer or from the answers.
async fn fill(tx: &Tx<'_>, product: i64, demands: &[Demand], me: &Supplier, e: &Entering) -> Result<Entry> {
    let mut entry = Entry {
        supplier: me.org,
        alias: String::new(),
        offer: 0,
        brand: e.brand.trim().to_owned(),
        model: e.model.trim().to_owned(),
        maker: e.maker.trim().to_owned(),
        answers: e.answers.clone(),
        verdict: String::new(),
        reason: String::new(),
        abnormal: String::new(),
        explanation: String::new(),
        explained: String::new(),
        flags: String::new(),
        address: e.address.clone(),
        device: e.device.clone(),
        person: 0,
        place: 0,
        standing: String::new(),
    };
    if product != 0 {
        let own = offers::of_product(tx, product).await?.into_iter().find(|o| o.supplier == me.org);
        let o =
            own.ok_or_else(|| Fail::refuse("entry.offer", "只有在售同款商品的供应商能参加反拍，请先上架这个型号。"))?;
        (entry.offer, entry.brand, entry.model) = (o.offer, o.brand, o.model);
        entry.answers = Vec::new();
        return Ok(entry);
    }
    if entry.brand.is_empty() || entry.model.is_empty() || entry.maker.is_empty() {
        return Err(Fail::field("brand", "entry.goods", "请填写所报商品的品牌、型号和制造商。"));
    }
    for (i, d) in demands.iter().enumerate() {
        let answer = entry.answers.get(i).map(String::as_str).unwrap_or_default();
        if answer.trim().is_empty() {
            return Err(Fail::field("answer", "entry.answer", format!("请响应第 {} 项要求：{}。", i + 1, d.words())));
        }
        if meets(d, answer) == Some(false) {
            let words = format!("第 {} 项要求是“{}”，填的“{answer}”不满足。", i + 1, d.words());
            return Err(Fail::field("answer", "entry.answer", words));
        }
    }
    entry.answers.truncate(demands.len());
    Ok(entry)
}
