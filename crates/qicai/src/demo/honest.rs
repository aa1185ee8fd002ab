//! What waits for the centre in the demo: a firm that wants to enter, a price that wants to rise, a case that is being heard.
use super::orders::{Cast, cast};
use base::orgs;
use kit::{Fail, Result};
use rules::duty::Duty;
use supply::{admission, conduct, offers};
use watch::Watch;

const USCC_17: &str = "91370112MA0000031";
const LOGIN: &str = "wenju.guanli";
/// The smallest file that is taken for a PDF.
const PAPER: &[u8] = b"%PDF-1.7 invented";

async fn of(watch: &Watch, login: &str) -> Result<Cast> {
    let people = orgs::people(watch.db(), None).await?;
    let missing = || Fail::Fault(format!("demo: nobody is called {login}"));
    let org = people.iter().find(|p| p.login == login).map(|p| p.org).ok_or_else(missing)?;
    cast(watch, org).await
}

/// Makes them; returns how many things wait.
pub async fn fill(watch: &Watch) -> Result<u64> {
    let supply = watch.trade().supply();
    let missing = || Fail::Fault("demo: a duty has nobody".into());
    let code = rules::uscc::complete(USCC_17).ok_or_else(|| Fail::Fault("demo: credit code".into()))?;
    let firm = admission::Registered {
        uscc: code,
        name: "历城示例文具有限公司".into(),
        region: "370112".into(),
        login: LOGIN.into(),
        password: base::access::pages::DEMO_PASSWORD.into(),
        person: "钱示例己".into(),
        phone: "0531-8600 0031".into(),
    };
    admission::register(supply, &firm, "").await?;
    let admin = of(watch, LOGIN).await?.who(Duty::SupplierAdmin, 0).ok_or_else(missing)?;
    for kind in ["licence", "no_violation", "tax"] {
        let paper = admission::NewPaper {
            kind: kind.into(),
            number: "演示-31".into(),
            until: None,
            name: "演示.pdf".into(),
            bytes: PAPER.to_vec(),
        };
        admission::add_paper(supply, &admin, &paper).await?;
    }
    let filled = admission::Filled {
        kind: "代理商".into(),
        size: "micro".into(),
        areas: vec!["370112".into()],
        categories: vec!["A0504".into()],
        brands: String::new(),
        legal_person: "钱法人样本".into(),
        phone: "0531-8600 0031".into(),
        address: "历城区示例大街 31 号".into(),
        bank_account: "0000 1234 5678 0031".into(),
        controller: String::new(),
        site: String::new(),
        committed: Some(admission::commitment().0.to_owned()),
    };
    admission::submit(supply, &admin, &filled).await?;

    let seller = of(watch, "quancheng.guanli").await?.who(Duty::SupplierAdmin, 0).ok_or_else(missing)?;
    let (found, _) = offers::of_supplier(watch.db(), seller.org, "", 1, 1).await?;
    if let Some(line) = found.first() {
        let c = offers::Change { price: line.price * 103 / 100 + 1, stock: line.stock, listed: true };
        offers::change(supply, &seller, line.offer, c).await?;
    }
    let centre = of(watch, "jinan.jicai").await?.who(Duty::Centre, 0).ok_or_else(missing)?;
    let charge = conduct::Charge {
        region: &centre.region,
        org: seller.org,
        rule: "credit.deduct.source_expired",
        subject: "file/演示 2026 年第 1 号",
        words: "抽查的 3 件商品没有提供有效的货源证明（演示）",
        digest: "",
        measure: conduct::Measure::None,
        points: None,
        by: (centre.person, centre.org),
    };
    conduct::begin(supply, &centre, &charge).await?;
    Ok(3)
}
