//! The frame of every page: station, person, menus, messages; and how failures look.

mod pages;

use crate::Base;
use crate::access::{Actor, Cx};
use axum::http::StatusCode;
use axum::response::Response;
use kit::Refused;
use kit::fail::Shown;
use kit::web::Asset;
use rules::duty::Duty;
use std::sync::OnceLock;

pub use pages::routes;

/// A link of the main menu.
#[derive(Clone)]
pub struct NavItem {
    /// Word shown.
    pub label: &'static str,
    /// Address.
    pub href: String,
    /// Is it where we are?
    pub on: bool,
}

/// A group of the side menu.
#[derive(Clone)]
pub struct SideGroup {
    /// Heading.
    pub title: &'static str,
    /// Links.
    pub items: Vec<SideItem>,
}

/// A link of the side menu.
#[derive(Clone)]
pub struct SideItem {
    /// Word shown.
    pub label: &'static str,
    /// Address.
    pub href: String,
    /// Is it where we are?
    pub on: bool,
    /// How many things wait there; 0 shows nothing.
    pub count: i64,
}

/// The signed-in person as the frame shows it.
#[derive(Clone)]
pub struct ShellUser {
    /// Name.
    pub name: String,
    /// Organisation.
    pub org: String,
    /// Duties in words.
    pub duties: String,
}

/// A message on top of the page.
#[derive(Clone)]
pub struct Flash {
    /// `ok`, `bad`, `warn`, `info`.
    pub kind: &'static str,
    /// One sentence.
    pub text: String,
}

/// What `layout.html` needs.
#[derive(Clone)]
pub struct Shell {
    /// Title of the page.
    pub title: String,
    /// Code of the station's region.
    pub station_code: String,
    /// Name of the station's region.
    pub station_name: String,
    /// State of the station in a word; empty when it is live.
    pub station_state: &'static str,
    /// Finance department that answers for it.
    pub finance: String,
    /// Path and query of the page.
    pub here: String,
    /// The signed-in person.
    pub user: Option<ShellUser>,
    /// Does the person buy?
    pub is_buyer: bool,
    /// Things waiting for the person.
    pub todo: i64,
    /// Lines in the cart.
    pub cart: i64,
    /// Words in the search box.
    pub query: String,
    /// Main menu.
    pub nav: Vec<NavItem>,
    /// Side menu; empty on public pages.
    pub side: Vec<SideGroup>,
    /// Token for forms.
    pub csrf: String,
    /// Message.
    pub flash: Option<Flash>,
    /// Demo data strip.
    pub demo: bool,
    /// Version of the program.
    pub version: &'static str,
    /// Address of the style sheet.
    pub styles: &'static str,
    /// Address of the script.
    pub script: &'static str,
}

static STYLES: Asset =
    Asset { name: "mall.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("../../../../web/mall.css") };
static SCRIPT: Asset =
    Asset { name: "mall.js", kind: "text/javascript; charset=utf-8", bytes: include_bytes!("../../../../web/mall.js") };
static ICON: Asset =
    Asset { name: "favicon.svg", kind: "image/svg+xml", bytes: include_bytes!("../../../../web/favicon.svg") };

/// The files built into the binary.
pub fn assets() -> [&'static Asset; 3] {
    [&STYLES, &SCRIPT, &ICON]
}

fn href(asset: &'static Asset, cell: &'static OnceLock<String>) -> &'static str {
    cell.get_or_init(|| asset.href())
}

impl Shell {
    /// The frame of a public page.
    pub fn public(cx: &Cx, title: impl Into<String>) -> Shell {
        Shell::of(&cx.base, cx.actor.as_ref(), &cx.station, &cx.here, cx.done.as_deref(), title.into())
    }

    /// The frame of a work page: with the side menu of the person's duties.
    pub async fn work(cx: &Cx, title: impl Into<String>) -> kit::Result<Shell> {
        let mut s = Shell::public(cx, title);
        if let Some(a) = &cx.actor {
            let waiting = waiting(&cx.base, a).await?;
            let count = |path: &str| waiting.iter().find(|(p, _)| *p == path).map_or(0, |(_, n)| *n);
            (s.todo, s.cart) = (count("/todo"), count("/cart"));
            s.side = side(a, &cx.here, &waiting);
        }
        Ok(s)
    }

    /// The frame with the refusal of a form on top.
    pub fn with_refusal(mut self, e: &Refused) -> Shell {
        self.flash = Some(Flash { kind: "bad", text: e.words.clone() });
        self
    }

    fn of(base: &Base, actor: Option<&Actor>, station: &str, here: &str, done: Option<&str>, title: String) -> Shell {
        static STYLE: OnceLock<String> = OnceLock::new();
        static JS: OnceLock<String> = OnceLock::new();
        let facts = base.facts();
        let region = facts.region(station).or_else(|| facts.region(&facts.root));
        let path = here.split('?').next().unwrap_or("/");
        let nav = [
            ("首页", "/"),
            ("超市采购", "/search"),
            ("竞价大厅", "/auctions"),
            ("批量采购", "/batch"),
            ("定点采购", "/fixed"),
            ("特色场馆", "/venues"),
            ("公开公示", "/notices"),
            ("成交价格", "/deals"),
            ("统计", "/statistics"),
            ("规则查询", "/rules"),
            ("帮助", "/help"),
        ];
        Shell {
            title,
            station_code: region.map_or(String::new(), |r| r.code.clone()),
            station_name: region.map_or(String::new(), |r| r.name.clone()),
            station_state: region.filter(|r| r.state != "live").map_or("", |r| r.state_word()),
            finance: region.map_or(String::new(), |r| r.finance()),
            here: here.to_owned(),
            user: actor.map(|a| ShellUser { name: a.name.clone(), org: a.org_name.clone(), duties: a.duties.labels() }),
            is_buyer: actor.is_some_and(|a| a.may(Duty::Handler)),
            todo: 0,
            cart: 0,
            query: String::new(),
            nav: nav
                .into_iter()
                .map(|(label, href)| NavItem {
                    label,
                    href: href.into(),
                    on: path == href || (href != "/" && path.starts_with(href)),
                })
                .collect(),
            side: Vec::new(),
            csrf: actor.map_or(String::new(), |a| a.csrf.clone()),
            flash: done.map(|text| Flash { kind: "ok", text: text.to_owned() }),
            demo: base.settings().demo,
            version: env!("CARGO_PKG_VERSION"),
            styles: href(&STYLES, &STYLE),
            script: href(&SCRIPT, &JS),
        }
    }
}

/// What waits for a person, counted by the rooms that registered a counter; see [`Base::count_with`].
async fn waiting(base: &Base, actor: &Actor) -> kit::Result<Vec<(&'static str, i64)>> {
    let mut out = Vec::new();
    for count in base.counters() {
        out.extend(count(base.clone(), actor.clone()).await?);
    }
    Ok(out)
}

const UNIT: &[Duty] = &[Duty::Handler, Duty::Reviewer, Duty::Signer, Duty::Receiver, Duty::Accountant];
const SELLER: &[Duty] = &[Duty::SupplierAdmin, Duty::SupplierOrders];
const OVERSEER: &[Duty] = &[Duty::Regulator, Duty::Centre, Duty::Auditor];

/// A group of the side menu: heading, who sees it, and its links (word, address, who sees it).
type Menu = (&'static str, &'static [Duty], &'static [(&'static str, &'static str, &'static [Duty])]);

fn side(actor: &Actor, here: &str, waiting: &[(&'static str, i64)]) -> Vec<SideGroup> {
    let path = here.split('?').next().unwrap_or("/");
    let table: [Menu; 4] = [
        (
            "采购",
            UNIT,
            &[
                ("待办事项", "/todo", UNIT),
                ("本单位态势", "/cockpit", UNIT),
                ("采购车", "/cart", &[Duty::Handler]),
                ("订单", "/orders", UNIT),
                ("采购项目", "/projects", UNIT),
                ("计划与预算", "/plans", UNIT),
                ("付款", "/payments", &[Duty::Accountant, Duty::Handler]),
                ("定点结算", "/fixed/statements", &[Duty::Accountant, Duty::Handler]),
                ("预留份额", "/reserved", UNIT),
                ("商城无货", "/needs", &[Duty::Handler]),
                ("投诉与调解", "/disputes", UNIT),
                ("诚信事项", "/conduct", UNIT),
                ("预警说明", "/alerts", &[Duty::Signer]),
                ("审计质询", "/inquiries", &[Duty::Signer]),
                ("收货地址", "/addresses", &[Duty::Handler]),
                ("培训记录", "/training", UNIT),
            ],
        ),
        (
            "销售",
            SELLER,
            &[
                ("待办事项", "/todo", SELLER),
                ("订单", "/orders", SELLER),
                ("竞价大厅", "/auctions", SELLER),
                ("批量采购", "/batch", SELLER),
                ("定点结算", "/fixed/statements", SELLER),
                ("我的商品", "/offers", &[Duty::SupplierAdmin]),
                ("批量上传", "/imports", &[Duty::SupplierAdmin]),
                ("商品申报", "/filings", &[Duty::SupplierAdmin]),
                ("品牌库", "/brands", &[Duty::SupplierAdmin]),
                ("市场价格", "/price-tips", &[Duty::SupplierAdmin]),
                ("投诉与调解", "/disputes", SELLER),
                ("预警说明", "/alerts", &[Duty::SupplierAdmin]),
                ("审计质询", "/inquiries", &[Duty::SupplierAdmin]),
                ("诚信事项", "/conduct", SELLER),
                ("入驻资料", "/admission", &[Duty::SupplierAdmin]),
                ("厂商授权", "/authorisations", &[Duty::SupplierAdmin]),
                ("接口密钥", "/keys", &[Duty::SupplierAdmin]),
                ("平台对接", "/platform", &[Duty::SupplierAdmin]),
            ],
        ),
        (
            "监督",
            OVERSEER,
            &[
                ("今日态势", "/cockpit", OVERSEER),
                ("待办事项", "/todo", &[Duty::Centre]),
                ("订单", "/orders", OVERSEER),
                ("采购项目", "/projects", OVERSEER),
                ("商城无货", "/needs", OVERSEER),
                ("入驻审核", "/admissions", OVERSEER),
                ("商品审核", "/filings", OVERSEER),
                ("图片审核", "/pictures", &[Duty::Centre, Duty::Auditor]),
                ("品牌库", "/brands", OVERSEER),
                ("平台对接", "/platforms", OVERSEER),
                ("价格监控", "/prices", OVERSEER),
                ("巡检", "/inspections", OVERSEER),
                ("投诉与调解", "/disputes", OVERSEER),
                ("诚信事项", "/conduct", OVERSEER),
                ("审计", "/audits", &[Duty::Auditor, Duty::Regulator]),
                ("审计质询", "/inquiries", &[Duty::Auditor, Duty::Regulator]),
                ("付款", "/payments", &[Duty::Auditor]),
                ("计划与预算", "/plans", &[Duty::Auditor]),
                ("动态预警", "/alerts", &[Duty::Regulator, Duty::Auditor, Duty::Centre]),
                ("分站上线", "/golive", &[Duty::Regulator, Duty::Auditor]),
                ("预留份额", "/reserved", OVERSEER),
                ("规则变更", "/rulebook", &[Duty::Regulator, Duty::Auditor]),
                ("全程留痕", "/journal", OVERSEER),
                ("待审合同注销", "/cancellations", &[Duty::Regulator, Duty::Auditor]),
            ],
        ),
        (
            "账号",
            &Duty::ALL,
            &[
                ("运行状态", "/status", &[Duty::Operator]),
                ("单位与账号", "/orgs", &[Duty::Regulator, Duty::Operator]),
                ("人员与岗位", "/people", &[Duty::Signer, Duty::SupplierAdmin, Duty::Centre]),
                ("我的账号", "/account", &Duty::ALL),
                ("登录记录", "/sessions", &Duty::ALL),
            ],
        ),
    ];
    let holds = |list: &[Duty]| actor.duties.meets(rules::duty::Duties::of(list));
    table
        .iter()
        .filter(|(_, who, _)| holds(who))
        .map(|(title, _, items)| SideGroup {
            title,
            items: items
                .iter()
                .filter(|(_, _, who)| holds(who))
                .map(|(label, href, _)| SideItem {
                    label,
                    href: (*href).into(),
                    on: path == *href || path.starts_with(&format!("{href}/")),
                    count: waiting.iter().find(|(h, _)| h == href).map_or(0, |(_, n)| *n),
                })
                .collect(),
        })
        .collect()
}

/// Turns a bare failure into a page in the frame, which leads back to where one came from; other responses pass untouched.
pub async fn dress(base: &Base, actor: Option<Actor>, (here, back): (&str, &str), response: Response) -> Response {
    let Some(shown) = response.extensions().get::<Shown>().cloned() else {
        return response;
    };
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        return kit::web::see(&format!("/login?back={}", kit::text::percent(here)));
    }
    let station = actor.as_ref().map_or_else(|| base.facts().root.clone(), |a| a.region.clone());
    let (title, text) = match (&shown, status) {
        (Shown::Refused(r), _) => ("没有办成", r.words.clone()),
        (Shown::Plain, StatusCode::NOT_FOUND) => {
            ("没有找到", "这里没有您要的内容，或者它不属于您所在的单位。".to_owned())
        }
        (Shown::Plain, StatusCode::FORBIDDEN) => {
            ("不能办理", "您的岗位职责不包括这项操作。请由有相应职责的同事登录办理。".to_owned())
        }
        (Shown::Plain, StatusCode::SERVICE_UNAVAILABLE) => {
            ("请再试一次", "同一时间办理的人较多，这次没有成功，数据没有变化。请再点一次。".to_owned())
        }
        (Shown::Plain, _) => ("系统出错", "系统出了问题，已经记录。您的数据没有变化，请稍后再试。".to_owned()),
    };
    let code = match &shown {
        Shown::Refused(r) => r.code,
        Shown::Plain => "",
    };
    let s = Shell::of(base, actor.as_ref(), &station, here, None, title.to_owned());
    match pages::failure(s, title, &text, code, back) {
        Ok(body) => kit::web::html_with(status, body),
        Err(_) => response,
    }
}
