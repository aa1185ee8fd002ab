//! 动态预警 about auctions, from the pages to the lead: whoever quotes, how, with whom, in which city; who excludes and how fast
//! decides. Every rule has its near misses beside it in the same class.
use crate::auctions::{DEMANDS, later, launch, path_of};
use crate::batch;
use crate::conduct::stay;
use crate::leads::{force, handled, leads, only, set, tally};
use crate::mall::{Box, Visitor};
use std::collections::BTreeMap;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Computers and printers.
const COMPUTERS: &str = "A02010105";
const PRINTERS: &str = "A02021003";

/// People who run auctions and people who quote, logged in.
struct Hall {
    mall: Box,
    people: BTreeMap<String, Visitor>,
}

impl Hall {
    async fn new(units: &[&str], sellers: &[&str]) -> Hall {
        let (mall, mut people) = (Box::new().await, BTreeMap::new());
        for unit in units {
            for duty in ["jingban", "shenhe", "queren"] {
                let login = format!("{unit}.{duty}");
                people.insert(login.clone(), mall.login(&login).await);
            }
        }
        for seller in sellers {
            let login = format!("{seller}.dingdan");
            people.insert(login.clone(), mall.login(&login).await);
        }
        stay(&mall).await;
        Hall { mall, people }
    }

    fn of(&self, who: &str, duty: &str) -> &Visitor {
        &self.people[&format!("{who}.{duty}")]
    }

    /// An auction by requirement with hidden quotes, published; its path.
    async fn begin(&self, unit: &str, category: &str, hours: i64, price: &str) -> String {
        let hours = hours.to_string();
        let fields =
            [&[("quantity", "1"), ("price", price), ("format", "sealed"), ("hours", &hours)][..], DEMANDS].concat();
        let path = path_of(&launch(self.of(unit, "jingban"), &format!("category={category}"), &fields).await);
        for duty in ["shenhe", "queren"] {
            let v = self.of(unit, duty);
            if v.get(&path).await.text().contains("请您审批") {
                v.post(&format!("/projects/{}/approve", id(&path)), &[]).await.leads();
            }
        }
        self.mall.settle().await;
        path
    }

    /// Sellers take part and quote, in this order.
    async fn quote(&self, path: &str, quotes: &[(&str, &str)]) {
        let fields = [
            ("brand", "甲牌"),
            ("model", "M1"),
            ("maker", "示例制造"),
            ("answer", "16GB"),
            ("answer", "黑"),
            ("answer", "三年上门"),
        ];
        for (who, price) in quotes {
            let v = self.of(who, "dingdan");
            v.post(&format!("{path}/enter"), &fields).await.leads();
            v.post(&format!("{path}/quote"), &[("price", price)]).await.leads();
        }
    }

    /// The name somebody has in an auction.
    async fn alias(&self, path: &str, who: &str) -> String {
        let sql = "SELECT e.alias FROM auction_entry e JOIN person p ON p.org = e.supplier WHERE e.auction = $1 AND p.login = $2";
        let all = kit::params![id(path).parse::<i64>().unwrap(), format!("{who}.dingdan")];
        kit::Query::one(self.mall.mall.watch.db(), sql, all).await.unwrap().text(0)
    }

    /// The handler checks all responses; those of `out` do not pass.
    async fn check(&self, unit: &str, path: &str, out: &[&str]) {
        let handler = self.of(unit, "jingban");
        let mut failed = Vec::new();
        for who in out {
            failed.push(self.alias(path, who).await);
        }
        for alias in handler.get(path).await.fields("alias") {
            let pass = if failed.contains(&alias) { "0" } else { "1" };
            let fields = [("alias", alias.as_str()), ("pass", pass), ("reason", "颜色不符")];
            handler.post(&format!("{path}/check"), &fields).await.leads();
        }
    }

    async fn award(&self, unit: &str, path: &str, out: &[&str]) {
        self.check(unit, path, out).await;
        self.of(unit, "jingban").post(&format!("{path}/award"), &[]).await.leads();
        self.mall.settle().await;
    }

    /// Until an auction has ended.
    async fn ended(&self, path: &str) {
        let until = self.mall.number(&format!("SELECT until_at FROM auction WHERE id = {}", id(path))).await;
        later(&self.mall, until - self.mall.mall.watch.db().now() + 1).await;
    }

    /// Rules of a list with leads about an auction.
    async fn about(&self, path: &str, rules: &[&str]) -> Vec<String> {
        let sql = "SELECT DISTINCT rule FROM alert WHERE subject = $1 ORDER BY rule";
        let rows =
            kit::Query::rows(self.mall.mall.watch.db(), sql, kit::params![format!("auction/{}", id(path))]).await;
        rows.unwrap().iter().map(|r| r.text(0)).filter(|r| rules.contains(&r.as_str())).collect()
    }
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_one_class_shows_who_stands_out() {
    const SELLERS: [&str; 8] = ["lantian", "qilu", "taishan", "xinchuang", "quancheng", "jiaoxue", "dianqi", "jijian"];
    let hall = Hall::new(&["licheng"], &SELLERS).await;
    let mall = &hall.mall;
    for (key, value) in
        [("alert.population", 5), ("alert.partner.wins", 3), ("alert.same_winner.bids", 3), ("alert.absent.events", 4)]
    {
        set(mall, key, value).await;
    }
    // Nine with all five sellers: four win in turn, the fifth never; the runner-up is about a twentieth above.
    let (l, q, t, x, c) = ("lantian", "qilu", "taishan", "xinchuang", "quancheng");
    let all: [[(&str, &str); 5]; 9] = [
        [(l, "400.10"), (q, "420.11"), (t, "441.37"), (x, "470.93"), (c, "498.29")],
        [(q, "410.20"), (c, "432.35"), (x, "451.13"), (l, "489.71"), (t, "530.47")],
        [(t, "430.30"), (x, "455.26"), (l, "477.83"), (c, "512.39"), (q, "501.17")],
        [(x, "420.40"), (t, "442.26"), (q, "463.59"), (c, "479.87"), (l, "523.61")],
        [(l, "440.50"), (q, "465.17"), (c, "499.43"), (t, "527.89"), (x, "541.03")],
        // Four of five are round, two the same but at the ceiling; the runner-up is as near as may be.
        [(q, "500.00"), (t, "523.00"), (c, "560.00"), (l, "600.00"), (x, "600.00")],
        // All five are round, two the same, and the runner-up too near.
        [(t, "410.00"), (q, "420.00"), (l, "420.00"), (x, "470.00"), (c, "560.00")],
        // Far below the others, and the others far apart.
        [(x, "150.00"), (l, "400.07"), (q, "410.31"), (t, "431.77"), (c, "598.53")],
        // Low, but just as much as needs no explanation.
        [(l, "270.00"), (x, "401.09"), (q, "412.77"), (t, "433.41"), (c, "511.83")],
    ];
    let mut e = Vec::new();
    for (i, quotes) in all.iter().enumerate() {
        let path = hall.begin("licheng", COMPUTERS, 49 + i as i64, "600").await;
        hall.quote(&path, quotes).await;
        e.push(path);
    }
    // Two come, of five who are usual; then three; then one in the last second.
    let few = hall.begin("licheng", COMPUTERS, 48, "600").await;
    hall.quote(&few, &[(l, "455.55"), (t, "466.61")]).await;
    let three = hall.begin("licheng", COMPUTERS, 76, "600").await;
    hall.quote(&three, &[(l, "433.21"), (q, "456.87"), (x, "499.99")]).await;
    let [hasty, slow, alone] =
        [hall.begin("licheng", COMPUTERS, 80, "600").await, hall.begin("licheng", COMPUTERS, 80, "600").await, {
            // The law asks for three valid quotes, so the mall would let nobody win here; a place that asked for less is forced.
            set(mall, "quote.minimum", 1).await;
            let path = hall.begin("licheng", COMPUTERS, 80, "600").await;
            set(mall, "quote.minimum", 3).await;
            path
        }];
    hall.quote(&hasty, &[(q, "441.13"), (l, "463.87"), (x, "488.31")]).await;
    hall.quote(&slow, &[(q, "437.73"), (x, "459.91"), (l, "481.47"), (t, "502.59")]).await;
    hall.quote(&alone, &[(q, "433.11"), (t, "450.29"), (l, "471.83")]).await;
    // Printers: three sellers once, then the same other three again and again, won by the same of them. Once one sells much.
    let mut printers = vec![hall.begin("licheng", PRINTERS, 50, "600").await];
    hall.quote(&printers[0], &[(c, "481.27"), ("jiaoxue", "507.91"), (x, "533.83")]).await;
    for (i, quotes) in [["411.17", "437.21", "460.33"], ["402.29", "429.87", "447.41"], ["423.61", "441.93", "478.09"]]
        .iter()
        .enumerate()
    {
        let path = hall.begin("licheng", PRINTERS, 51 + i as i64, "600").await;
        hall.quote(&path, &[(l, quotes[0]), (q, quotes[1]), (t, quotes[2])]).await;
        printers.push(path);
    }
    let large = hall.begin("licheng", "A02061504", 50, "48000").await;
    hall.quote(&large, &[("jijian", "45500.00"), ("dianqi", "46100.00"), (l, "47300.00")]).await;

    // Too few came: the time was prolonged once, then it failed.
    hall.ended(&few).await;
    hall.ended(&few).await;
    let office = mall.login("licheng.jianguan").await;
    let lead = only("R019", leads(mall, "R019").await);
    assert_eq!(lead.words, "2 家报价，同类 9 场的中位数是 5 家");
    assert_eq!((lead.level.as_str(), lead.name.as_str()), ("yellow", "济南市历城区教育局"));
    handled(mall, &office, &lead).await;

    for path in &e[..3] {
        hall.award("licheng", path, &[]).await;
    }
    assert_eq!(leads(mall, "R025").await.len(), 0, "two have not won yet; so many are nobody's fault");
    hall.award("licheng", &e[3], &[]).await;
    let lead = only("R025", leads(mall, "R025").await);
    assert_eq!(lead.words, "报价 4 场，成交 0 场，远少于同样常来的 5 家");
    assert_eq!(lead.name, "济南泉城示例商贸有限公司");
    handled(mall, &office, &lead).await;
    assert_eq!(tally(mall, "R024").await, [4, 0, 4], "four of a class are too few");
    hall.award("licheng", &e[4], &[]).await;
    hall.award("licheng", &e[5], &[]).await;
    const QUOTES: [&str; 6] = ["R022", "R023", "R024", "R028", "R058", "W11"];
    assert_eq!(
        hall.about(&e[5], &QUOTES).await,
        [""; 0],
        "a gap of 4.6 %, four of five round, the same at the ceiling"
    );
    hall.award("licheng", &e[6], &[]).await;
    assert_eq!(hall.about(&e[6], &QUOTES).await, ["R023", "R024", "R028"]);
    let words = ["5 家报价中 5 家只有一两位有效数字", "次低价只高 2.4%，远低于同类 6 场的差距", "都报 ¥420.00"];
    for (rule, words) in ["R023", "R024", "R028"].iter().zip(words) {
        let lead = only(rule, leads(mall, rule).await);
        assert!(lead.words.contains(words), "{lead:?}");
        assert_eq!(lead.name, "山东泰山示例科技有限公司", "{rule} asks the winner");
        handled(mall, &office, &lead).await;
    }

    // Far too low: explained, accepted, and said all the same.
    hall.check("licheng", &e[7], &[]).await;
    let low = hall.alias(&e[7], x).await;
    hall.of(x, "dingdan").post(&format!("{}/explain", e[7]), &[("words", "库存清仓")]).await.leads();
    let handler = hall.of("licheng", "jingban");
    let fields = [("alias", low.as_str()), ("accept", "1"), ("reason", "有成本构成")];
    handler.post(&format!("{}/judge", e[7]), &fields).await.leads();
    handler.post(&format!("{}/award", e[7]), &[]).await.leads();
    mall.settle().await;
    assert_eq!(hall.about(&e[7], &QUOTES).await, ["R022", "R058", "W11"]);
    let lead = only("W11", leads(mall, "W11").await);
    assert_eq!((lead.words.as_str(), lead.level.as_str()), ("成交价 ¥150.00，低于限价警戒线 ¥270.00", "orange"));
    assert_eq!(lead.name, "济南示例信息系统有限公司");
    handled(mall, &office, &lead).await;
    let lead = only("R022", leads(mall, "R022").await);
    assert_eq!(lead.words, "最低 ¥150.00，最高 ¥598.53，相差为平均价的 112.6%");
    assert_eq!(lead.name, "济南市历城区教育局");
    handled(mall, &office, &lead).await;
    hall.award("licheng", &e[8], &[]).await;
    assert_eq!(hall.about(&e[8], &["R022", "W11"]).await, [""; 0], "270.00 is 45 % of the ceiling");

    // Printers: always the same, with the same two, while six quote in the class.
    for path in &printers[..3] {
        hall.award("licheng", path, &[]).await;
    }
    assert_eq!((leads(mall, "R026").await.len(), leads(mall, "R053").await.len()), (0, 0), "twice is not thrice");
    hall.award("licheng", &printers[3], &[]).await;
    let lead = only("R026", leads(mall, "R026").await);
    assert_eq!(lead.words, "成交 3 场，其他报价人总是同样 2 家，而同类报价人有 6 家");
    assert_eq!(lead.name, "济南蓝天示例办公用品有限公司");
    handled(mall, &office, &lead).await;
    let pairs = leads(mall, "R053").await;
    assert_eq!(pairs.len(), 2, "one with each of the two");
    assert_eq!(pairs[0].words, "同场 3 场，成交 3 场，对方一场没有");
    handled(mall, &office, &pairs[0]).await;
    hall.award("licheng", &large, &[]).await;

    // One who always came stays away twice; others stayed away once.
    hall.ended(&three).await;
    mall.clock.advance(HOUR);
    assert_eq!(leads(mall, "R027").await.len(), 0);
    hall.award("licheng", &three, &[]).await;
    assert_eq!(hall.about(&three, &["R019"]).await, [""; 0], "three of five are more than half");
    let lead = only("R027", leads(mall, "R027").await);
    assert_eq!(
        (lead.words.as_str(), lead.name.as_str()),
        ("此前 4 场参加了 4 场，最近 2 场都没有来", "济南泉城示例商贸有限公司")
    );
    handled(mall, &office, &lead).await;

    // Decided before anybody could have read three responses; five minutes for four are enough.
    hall.ended(&slow).await;
    assert_eq!(leads(mall, "R061").await.len(), 0);
    hall.award("licheng", &hasty, &[]).await;
    let lead = only("R061", leads(mall, "R061").await);
    assert!(lead.words.starts_with("3 份响应，截止后 ") && lead.words.ends_with(" 秒即确定成交"), "{lead:?}");
    handled(mall, &office, &lead).await;
    mall.clock.advance(5 * 60_000);
    // The desk takes no quote after the end, and its book would not be read with one in it: so the time of the quote that won is
    // moved between the award and the look at it, and moved back.
    hall.check("licheng", &slow, &[t]).await;
    handler.post(&format!("{slow}/award"), &[]).await.leads();
    let of = format!("auction = {} AND supplier = (SELECT org FROM person WHERE login = 'qilu.dingdan')", id(&slow));
    let at = mall.number(&format!("SELECT at FROM auction_quote WHERE {of}")).await;
    let late = "UPDATE auction_quote SET at = 5000 + (SELECT until_at FROM auction WHERE id = auction_quote.auction)";
    assert_eq!(tally(mall, "R030").await[1], 0, "all quotes so far were in time");
    force(mall, format!("{late} WHERE {of}")).await;
    let w = &mall.mall.watch;
    kit::journal::sequence(w.db()).await.unwrap();
    while watch::disclosure::follow(w).await.unwrap() + watch::alerts::follow(w).await.unwrap() > 0 {}
    force(mall, format!("UPDATE auction_quote SET at = {at} WHERE {of}")).await;
    mall.settle().await;
    assert_eq!(hall.about(&slow, &["R030", "R035", "R061"]).await, ["R030"], "one of four is out");
    let lead = only("R030", leads(mall, "R030").await);
    assert_eq!((lead.words.as_str(), lead.level.as_str()), ("成交的报价在截止后 5 秒", "red"));
    handled(mall, &office, &lead).await;

    // The daily look: who is excluded, who wins everywhere, whose figures are no figures of business.
    for rule in ["R029", "R038", "R048"] {
        assert_eq!(leads(mall, rule).await.len(), 0, "{rule}");
    }
    set(mall, "alert.benford.quotes", 10).await;
    set(mall, "alert.classes.awards", 1).await;
    later(mall, DAY).await;
    let lead = only("R038", leads(mall, "R038").await);
    assert_eq!(lead.words, "14 次报价中 1 次被排除（7.1%），远高于其他 4 家");
    assert_eq!(lead.name, "山东泰山示例科技有限公司");
    let above = mall.login("jinan.jianguan").await;
    handled(mall, &above, &lead).await;
    let lead = only("R048", leads(mall, "R048").await);
    assert_eq!(lead.name, "济南蓝天示例办公用品有限公司");
    assert!(lead.words.contains("跨 2 个二级品目，远多于其他 5 家"), "{lead:?}");
    handled(mall, &above, &lead).await;
    let lead = only("R029", leads(mall, "R029").await);
    assert_eq!(lead.name, "济南蓝天示例办公用品有限公司", "others quoted as often, in one order of magnitude");
    assert!(lead.words.contains("次报价，χ² = "), "{lead:?}");
    handled(mall, &above, &lead).await;

    // Everybody but the winner is out.
    hall.award("licheng", &alone, &[q, t]).await;
    let lead = only("R035", leads(mall, "R035").await);
    assert_eq!(lead.words, "3 家报价，成交的一家之外 2 家全部被排除");
    assert_eq!(lead.name, "济南市历城区教育局");
    handled(mall, &office, &lead).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cities_units_and_hours_stand_out_beside_others() {
    const SELLERS: [&str; 4] = ["qilu", "taishan", "xinchuang", "jiaoxue"];
    const UNITS: [&str; 5] = ["licheng", "zdjy", "lixia", "jngx", "hyjt"];
    let hall = Hall::new(&UNITS, &SELLERS).await;
    let mall = &hall.mall;
    let [q, t, x, j] = SELLERS;
    set(mall, "alert.split_market.bids", 2).await;
    // As short as the law allows is no lead, unless a place asks for more.
    let short = hall.begin("hyjt", COMPUTERS, 24, "600").await;
    assert_eq!(tally(mall, "R003").await, [1, 0, 0]);
    set(mall, "alert.short_days", 2).await;
    let shorter = hall.begin("lixia", COMPUTERS, 24, "600").await;
    let fair = hall.begin("jngx", PRINTERS, 48, "600").await;
    let lead = only("R003", leads(mall, "R003").await);
    assert_eq!((lead.words.as_str(), lead.name.as_str()), ("报价时间 24 小时，不足 2 日", "济南市历下区卫生健康局"));
    handled(mall, &mall.login("jinan.jianguan").await, &lead).await;

    // Computers: one wins all at Zibo and nothing here, the other the other way round. Printers: nobody owns Zibo.
    let mut paths = Vec::new();
    for (unit, category, hours, low) in [
        ("zdjy", COMPUTERS, 49, [x, t, q]),
        ("zdjy", COMPUTERS, 50, [x, q, t]),
        ("licheng", COMPUTERS, 51, [t, q, x]),
        ("licheng", COMPUTERS, 52, [t, x, q]),
        ("zdjy", PRINTERS, 49, [q, t, j]),
        ("zdjy", PRINTERS, 50, [j, t, q]),
        ("licheng", PRINTERS, 51, [t, q, j]),
        ("licheng", PRINTERS, 52, [t, j, q]),
    ] {
        let path = hall.begin(unit, category, hours, "600").await;
        let step = 37 * paths.len();
        let prices = [40_000, 43_000, 47_000].map(|base| base + step);
        let prices = prices.map(|fen| format!("{}.{:02}", fen / 100, fen % 100));
        let quotes: Vec<(&str, &str)> = low.iter().copied().zip(prices.iter().map(String::as_str)).collect();
        hall.quote(&path, &quotes).await;
        paths.push((unit, path));
    }
    for (path, who) in [(&short, [q, t, x]), (&shorter, [t, x, q])] {
        hall.quote(path, &[(who[0], "433.10"), (who[1], "451.77"), (who[2], "489.13")]).await;
    }
    hall.quote(&fair, &[(q, "441.29"), (x, "467.83"), (t, "480.07"), (j, "503.31")]).await;
    hall.ended(&paths[7].1).await;
    for (unit, path) in &paths[..3] {
        hall.award(unit, path, &[]).await;
    }
    assert_eq!(tally(mall, "K03").await, [3, 0, 3], "not often enough at home");
    hall.award("licheng", &paths[3].1, &[]).await;
    let lead = only("K03", leads(mall, "K03").await);
    assert_eq!(lead.words, "本地报价 2 场成交 2 场，外地报价 2 场一场没有成交，外地 2 场都由当地各一家成交");
    assert_eq!((lead.name.as_str(), lead.region.as_str()), ("山东泰山示例科技有限公司", "370112"));
    handled(mall, &mall.login("licheng.jianguan").await, &lead).await;
    for (unit, path) in &paths[4..] {
        hall.award(unit, path, &[]).await;
    }
    assert_eq!(leads(mall, "K03").await.len(), 1, "where several win away, nobody has divided anything");

    // Units that exclude: four never did; the fifth did once, and is alone with it.
    hall.award("hyjt", &short, &[]).await;
    hall.award("lixia", &shorter, &[]).await;
    set(mall, "alert.population", 5).await;
    later(mall, DAY).await;
    assert_eq!(leads(mall, "R038").await.len(), 0);
    hall.award("jngx", &fair, &[j]).await;
    later(mall, DAY).await;
    let lead = only("R038", leads(mall, "R038").await);
    assert_eq!(lead.words, "4 次报价中 1 次被排除（25.0%），远高于其他 4 家");
    assert_eq!((lead.name.as_str(), lead.region.as_str()), ("济南市工业和信息化局", "370199"));
    handled(mall, &mall.login("jinan.jianguan").await, &lead).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_explains_what_its_batch_auction_shows() {
    let mall = Box::new().await;
    stay(&mall).await;
    let centre = mall.login("jinan.jicai").await;
    let round = batch::open(&mall, &centre, "auction", "1").await;
    let school = batch::filed(&mall, "lcsx", &round, "4").await;
    mall.login("licheng.shenhe").await.post(&format!("{school}/review"), &[("accept", "1")]).await.leads();
    // The city asks for more time than the centre gives.
    set(&mall, "alert.short_days", 30).await;
    later(&mall, 7 * DAY).await;
    let lead = only("R003", leads(&mall, "R003").await);
    assert_eq!(lead.name, "济南市示例公共资源交易中心");
    for other in ["zibo.jicai", "zibo.jianguan", "lcsx.queren"] {
        let page = mall.login(other).await.get(&format!("/alerts/{}", lead.id)).await;
        assert_eq!(page.status, axum::http::StatusCode::NOT_FOUND, "{other}");
    }
    handled(&mall, &mall.login("jinan.jianguan").await, &lead).await;
    mall.sound().await;
}
