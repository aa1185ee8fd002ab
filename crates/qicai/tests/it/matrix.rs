//! Every route for every role against the golden matrix. A new route without a line fails here.
//!
//! A allowed, D denied (403), L must log in, H hidden (404), R refused (422), K needs a key (401). Write it anew with QICAI_BLESS=1 and
//! read the difference before committing it.
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;

const ROLES: [(&str, &str); 11] = [
    ("handler", "licheng.jingban"),
    ("reviewer", "licheng.shenhe"),
    ("signer", "licheng.queren"),
    ("receiver", "licheng.yanshou"),
    ("finance", "licheng.caiwu"),
    ("supplier_admin", "lantian.guanli"),
    ("supplier_orders", "lantian.dingdan"),
    ("regulator", "licheng.jianguan"),
    ("centre", "jinan.jicai"),
    ("auditor", "jinan.shenji"),
    ("operator", "yunwei"),
];
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/matrix.txt");

async fn outcome(v: &Visitor, method: &str, path: &str) -> char {
    let page = if method == "GET" { v.get(path).await } else { v.post(path, &[]).await };
    match page.status {
        StatusCode::FORBIDDEN => 'D',
        StatusCode::NOT_FOUND => 'H',
        StatusCode::UNPROCESSABLE_ENTITY => 'R',
        StatusCode::SEE_OTHER if page.location.starts_with("/login") => 'L',
        StatusCode::UNAUTHORIZED => 'K',
        StatusCode::OK | StatusCode::SEE_OTHER => 'A',
        other => panic!("{method} {path}: {other} {}", page.text()),
    }
}

/// A path with its parameters filled: an id that nobody has.
fn filled(path: &str) -> String {
    let filled = path.replace("{name}", "none").replace("{code}", "000000");
    filled.split('/').map(|p| if p.starts_with('{') { "1" } else { p }).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_every_role() {
    let mall = Box::new().await;
    let mut visitors = vec![mall.visitor()];
    for (_, login) in ROLES {
        visitors.push(mall.login(login).await);
    }
    let mut table = mall.mall.table.clone();
    // Logging out ends the session that the others still need.
    table.sort_by_key(|r| (r.path == "/logout", r.path, r.method));
    let names: Vec<&str> = ROLES.iter().map(|r| r.0).collect();
    let mut lines = vec![format!("# public {}", names.join(" "))];
    for r in &table {
        let mut line = format!("{} {}", r.method, r.path);
        for v in &visitors {
            line.push(' ');
            line.push(outcome(v, r.method, &filled(r.path)).await);
        }
        lines.push(line);
    }
    let got = lines.join("\n") + "\n";
    if std::env::var("QICAI_BLESS").is_ok() {
        std::fs::write(GOLDEN, &got).unwrap();
    }
    let want = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    for (g, w) in got.lines().zip(want.lines()) {
        assert_eq!(g, w);
    }
    assert_eq!(got.lines().count(), want.lines().count(), "routes without a line in the golden matrix");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_or_from_elsewhere_does_nothing() {
    let mall = Box::new().await;
    for (role, login) in ROLES {
        let v = mall.login(login).await.without_token();
        for r in mall.mall.table.iter().filter(|r| r.method == "POST" && r.path != "/login") {
            let o = outcome(&v, "POST", &filled(r.path)).await;
            // Upload forms refuse a body that is no upload before they look for the token.
            assert!(
                o == 'D'
                    || o == 'K' && r.path.starts_with("/api/")
                    || o == 'R' && v.post(&filled(r.path), &[]).await.text().contains("上传文件"),
                "{role} {}: {o}",
                r.path
            );
        }
    }
    let page = mall.visitor().get("/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
}
