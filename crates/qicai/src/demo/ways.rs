//! The other ways of buying in the demo: a batch round with demand, agreements with a job, a need nobody meets.
use super::orders::{Cast, cast};
use base::access::Actor;
use base::orgs;
use kit::{Fail, Result};
use rules::calendar::day_of;
use rules::duty::Duty;
use rules::fixed::Way;
use trade::batch::{self, Filing, NewPackage, NewRound};
use trade::fixed::{self, CallOff, NewAgreement, NewItem};
use trade::needs::{self, Stated};
use trade::projects;
use watch::Watch;

/// Split air conditioners: one of the batch categories.
const COOL: &str = "A02061804";
/// Price schedules: kind, title, unit, fen.
const CAR: [(&str, &str, &str, i64); 4] = [
    ("labour", "小保养", "次", 12_000),
    ("labour", "更换轮胎", "条", 8_000),
    ("part", "机油滤清器", "个", 4_500),
    ("part", "全合成机油", "升", 8_800),
];
const PRINT: [(&str, &str, &str, i64); 3] =
    [("service", "A4 双面黑白印刷", "页", 12), ("service", "A4 彩色画册", "页", 120), ("service", "胶装", "本", 500)];

fn missing() -> Fail {
    Fail::Fault("demo: a duty has nobody".into())
}

async fn of(watch: &Watch, login: &str) -> Result<Cast> {
    let people = orgs::people(watch.db(), None).await?;
    let org = people.iter().find(|p| p.login == login).map(|p| p.org).ok_or_else(missing)?;
    cast(watch, org).await
}

async fn person(watch: &Watch, login: &str, duty: Duty) -> Result<Actor> {
    of(watch, login).await?.who(duty, 0).ok_or_else(missing)
}

async fn approved(watch: &Watch, unit: &Cast, id: i64) -> Result<()> {
    for duty in [Duty::Reviewer, Duty::Signer] {
        let approver = unit.who(duty, 0).ok_or_else(missing)?;
        match projects::approve(watch.trade(), &approver, id).await {
            Ok(()) | Err(Fail::Refused(_)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// A plan line that has room and an address of a unit.
async fn means(watch: &Watch, unit: &Actor, category: &str, amount: i64) -> Result<Option<(i64, i64)>> {
    let plans = trade::plans::plan_lines(watch.db(), unit.org, super::year(watch)).await?;
    let fits = |p: &&trade::plans::PlanLine| {
        category.starts_with(&p.category) && p.amount - p.used >= amount && p.available >= amount
    };
    let Some(plan) = plans.iter().find(fits) else { return Ok(None) };
    let address = trade::plans::addresses(watch.db(), unit.org).await?;
    Ok(Some((plan.id, address.first().map_or(0, |a| a.id))))
}

/// Makes all of it; returns how many rounds, agreements and needs.
pub async fn fill(watch: &Watch) -> Result<u64> {
    Ok(round(watch).await? + agreements(watch).await? + need(watch).await?)
}

async fn round(watch: &Watch) -> Result<u64> {
    let trade = watch.trade();
    let centre = person(watch, "jinan.jicai", Duty::Centre).await?;
    let found = supply::shelf::in_category(watch.db(), base::facts::short_code(COOL), 10).await?;
    let packages: Vec<NewPackage> =
        found.iter().take(2).map(|(p, _)| NewPackage { title: String::new(), product: p.id }).collect();
    if packages.is_empty() {
        return Ok(0);
    }
    let today = day_of(watch.db().now());
    let n = NewRound {
        category: COOL.to_owned(),
        title: "明年第一批空调".to_owned(),
        due_on: today + 12,
        method: "discount".to_owned(),
        winners: 2,
        packages,
    };
    let id = batch::open_round(trade, &centre, &n).await?;
    let packages = batch::packages(watch.db(), id).await?;
    for (login, quantity) in [("lcsx.jingban", 4), ("licheng.jingban", 2), ("lixia.jingban", 3)] {
        let unit = of(watch, login).await?;
        let handler = unit.who(Duty::Handler, 0).ok_or_else(missing)?;
        let (package, ceiling) = packages[0];
        let Some((plan, address)) = means(watch, &handler, COOL, ceiling * quantity).await? else { continue };
        let f = Filing {
            package,
            quantity,
            plan,
            address,
            purpose: "教室和办公室降温（演示）".to_owned(),
            secret: Default::default(),
            key: format!("demo-{login}"),
        };
        if let Ok(demand) = batch::file(trade, &handler, &f).await? {
            approved(watch, &unit, demand).await?;
        }
    }
    Ok(1)
}

async fn agreement(
    watch: &Watch,
    title: &str,
    category: &str,
    pricing: &str,
    items: &[(&str, &str, &str, i64)],
    members: &[(&str, i64)],
) -> Result<i64> {
    let centre = person(watch, "jinan.jicai", Duty::Centre).await?;
    let today = day_of(watch.db().now());
    let item = |(kind, title, measure, price): &(&str, &str, &str, i64)| NewItem {
        kind: (*kind).to_owned(),
        title: (*title).to_owned(),
        measure: (*measure).to_owned(),
        price: *price,
    };
    let n = NewAgreement {
        category: category.to_owned(),
        title: title.to_owned(),
        pricing: pricing.to_owned(),
        list_title: "济南市示例参考价目".to_owned(),
        list_day: today - 30,
        from: today,
        to: today + 700,
        refill: true,
        places: 10,
        items: items.iter().map(item).collect(),
    };
    let id = fixed::make(watch.trade(), &centre, &n).await?;
    for (key, discount) in members {
        let supplier = person(watch, &format!("{key}.dingdan"), Duty::SupplierOrders).await?.org;
        fixed::add_member(watch.trade(), &centre, id, supplier, *discount).await?;
    }
    Ok(id)
}

async fn agreements(watch: &Watch) -> Result<u64> {
    let members = [("fuwu", 1_500), ("yinwu", 1_200), ("lantian", 1_050)];
    let cars = agreement(watch, "公务车辆维修保养", "C231203", "discount", &CAR, &members).await?;
    agreement(watch, "文件和画册印刷", "C230901", "items", &PRINT, &[("yinwu", 0), ("fuwu", 0), ("lantian", 0)])
        .await?;
    let unit = of(watch, "licheng.jingban").await?;
    let handler = unit.who(Duty::Handler, 0).ok_or_else(missing)?;
    if let Some((plan, address)) = means(watch, &handler, "C231203", 150_000).await? {
        let c = CallOff {
            agreement: cars,
            title: "1 号公务车小保养".to_owned(),
            purpose: "到保养里程（演示）".to_owned(),
            ceiling: 150_000,
            way: Way::Draw,
            suppliers: Vec::new(),
            plan,
            address,
            secret: Default::default(),
            key: "demo-job".to_owned(),
        };
        if let Ok(job) = fixed::call_off(watch.trade(), &handler, &c).await? {
            approved(watch, &unit, job).await?;
            while trade::run_due(watch.trade()).await? > 0 {}
        }
    }
    Ok(2)
}

async fn need(watch: &Watch) -> Result<u64> {
    let handler = person(watch, "lixia.jingban", Duty::Handler).await?;
    let s = Stated {
        category: "A02010105".to_owned(),
        words: "128G 内存台式工作站".to_owned(),
        reason: "parameters".to_owned(),
        explanation: "商城里的台式机内存最高 32G，不能运行影像软件。（演示）".to_owned(),
        amount: 2_800_000,
    };
    needs::state(watch.trade(), &handler, &s).await?;
    Ok(1)
}
