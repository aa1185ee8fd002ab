//! The self-test of an interface: each of the ten calls once, with what it took and what was wrong.
use super::speak::{Ordered, Speaker, Trouble};
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// One call of a test.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Called {
    /// Name of the call.
    pub call: String,
    /// Did it answer as it has to?
    pub good: bool,
    /// How long it took, ms.
    pub millis: u64,
    /// What was wrong, or what came.
    pub words: String,
}

/// A place for the test: Jinan, Licheng.
const PLACE: [&str; 3] = ["370000", "370100", "370112"];

struct Sheet {
    called: Vec<Called>,
}

impl Sheet {
    /// Notes a call; hands its answer on when it was good.
    fn note<T>(&mut self, call: &'static str, began: Instant, said: Result<(T, String), Trouble>) -> Option<T> {
        let millis = began.elapsed().as_millis() as u64;
        let (good, words, value) = match said {
            Ok((value, words)) => (true, words, Some(value)),
            Err(t) if t.code.is_empty() => (false, t.words, None),
            Err(t) => (false, format!("{} {}", t.code, t.words), None),
        };
        self.called.push(Called { call: call.into(), good, millis, words });
        value
    }

    fn skip(&mut self, call: &'static str) {
        self.called.push(Called {
            call: call.into(),
            good: false,
            millis: 0,
            words: "前面的调用没有通过，没有测。".into(),
        });
    }
}

fn empty(call: &'static str, words: &str) -> Trouble {
    Trouble { call, code: String::new(), words: words.into() }
}

/// Tests all calls; `today` names the test order, so a platform knows a second test of the day.
pub async fn all(s: &Speaker, today: &str) -> Vec<Called> {
    let mut sheet = Sheet { called: Vec::new() };
    let began = Instant::now();
    let token = s.access_token().await.map(|t| (t, "取得令牌。".into()));
    if sheet.note("getAccessToken", began, token).is_none() {
        ["getProductCategory", "getProductPool", "getProductDetail", "getProductImage", "getProductOnShelvesInfo"]
            .into_iter()
            .chain(["getProductInfoFromEC", "getProductInventory", "queryCountPrice", "createOrder"])
            .for_each(|call| sheet.skip(call));
        return sheet.called;
    }
    let began = Instant::now();
    let found = s.categories().await.and_then(|c| match c.len() {
        0 => Err(empty("getProductCategory", "没有一个品目。")),
        n => Ok((c, format!("{n} 个品目。"))),
    });
    let categories = sheet.note("getProductCategory", began, found).unwrap_or_default();
    let began = Instant::now();
    let mut found = Err(empty("getProductPool", "没有一个商品。"));
    for c in &categories {
        found = s.pool(c).await.map(|p| (p.clone(), format!("品目 {c} 有 {} 个商品。", p.len())));
        if !matches!(&found, Ok((p, _)) if p.is_empty()) {
            break;
        }
    }
    let found = match found {
        Ok((p, _)) if p.is_empty() => Err(empty("getProductPool", "没有一个商品。")),
        other => other,
    };
    let Some(sku) = sheet.note("getProductPool", began, found).and_then(|p: Vec<String>| p.into_iter().next()) else {
        ["getProductDetail", "getProductImage", "getProductOnShelvesInfo", "getProductInfoFromEC"]
            .into_iter()
            .chain(["getProductInventory", "queryCountPrice", "createOrder"])
            .for_each(|call| sheet.skip(call));
        return sheet.called;
    };
    goods(s, &mut sheet, &sku, today).await;
    sheet.called
}

async fn goods(s: &Speaker, sheet: &mut Sheet, sku: &str, today: &str) {
    let one = [sku.to_owned()];
    let began = Instant::now();
    let said = s.detail(sku).await.map(|d| ((), format!("{}：{} 项参数。", d.name, d.params.len())));
    sheet.note("getProductDetail", began, said);
    let began = Instant::now();
    let said =
        s.images(&one).await.map(|i| ((), format!("{} 张图片。", i.iter().map(|(_, u)| u.len()).sum::<usize>())));
    sheet.note("getProductImage", began, said);
    let began = Instant::now();
    let said = s.on_shelf(&one).await.map(|l| ((), if l.is_empty() { "不在架。".into() } else { "在架。".into() }));
    sheet.note("getProductOnShelvesInfo", began, said);
    let began = Instant::now();
    let said = s.links(&one).await.map(|l| ((), l.first().map_or("没有公开网址。".into(), |(_, url)| url.clone())));
    sheet.note("getProductInfoFromEC", began, said);
    let began = Instant::now();
    let place = PLACE.map(str::to_owned);
    let said = s.stock(sku, 1, &place).await.map(|n| ((), format!("可供 {n}。")));
    sheet.note("getProductInventory", began, said);
    let began = Instant::now();
    let fen = |written: &str| rules::Fen::parse_yuan(written).map(|f| f.0).filter(|f| *f > 0);
    let said = s.prices(&one).await.and_then(|p| {
        let price = p.iter().find(|(k, _)| k == sku).and_then(|(_, written)| fen(written));
        price.map(|f| (f, rules::Fen(f).yuan())).ok_or_else(|| empty("queryCountPrice", "没有大于 0 的价格。"))
    });
    let price = sheet.note("queryCountPrice", began, said);
    let Some(price) = price else { return sheet.skip("createOrder") };
    let began = Instant::now();
    let order = Ordered {
        number: format!("TEST-{today}"),
        lines: vec![(sku.to_owned(), 1, price)],
        contact: "接口测试".into(),
        phone: "00000000000".into(),
        place,
        address: "接口测试，请勿发货".into(),
        unit: "接口测试".into(),
        total: price,
        remark: "接口测试，请勿发货".into(),
    };
    let said = s.order(&order).await.map(|(id, day)| ((), format!("对方单号 {id}，{day} 到货。")));
    sheet.note("createOrder", began, said);
}
