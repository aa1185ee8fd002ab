//! Why an offer may not be sold, beside its supplier's wish. Several reasons may hold at once; each is lifted by who set it.
use super::store;
use kit::{Result, Tx};

/// Far above the market; lifted when the price is fair again.
pub const PRICE: i64 = 1;
/// A decided case takes it off the shelf; lifted with the case.
pub const CONDUCT: i64 = 2;
/// A measure against its supplier.
pub const SUPPLIER: i64 = 4;
/// A paper its supplier needs has expired.
pub const PAPER: i64 = 8;
/// Nobody confirmed for long that it is still for sale.
pub const STALE: i64 = 16;
/// A filed change waits for review and hides it meanwhile.
pub const REVIEW: i64 = 32;
/// The maker's authorisation is missing or has ended.
pub const AUTHORISATION: i64 = 64;
/// The certificate it names has ended or was paused.
pub const CERTIFICATE: i64 = 128;

const WORDS: [(i64, &str); 8] = [
    (PRICE, "价格高于市场参考价，降价后自动恢复"),
    (CONDUCT, "已依诚信处理下架，整改通过后恢复"),
    (SUPPLIER, "供应商被冻结、暂停或退出"),
    (PAPER, "证照或货源证明已过期"),
    (STALE, "长期未确认仍在供应"),
    (REVIEW, "变更待集采机构审核"),
    (AUTHORISATION, "厂商授权缺失或已到期"),
    (CERTIFICATE, "认证证书已到期或被暂停"),
];

/// The reasons in words, joined by ；.
pub fn words(stops: i64) -> String {
    let list: Vec<&str> = WORDS.iter().filter(|(bit, _)| stops & bit != 0).map(|(_, w)| *w).collect();
    list.join("；")
}

/// Sets or lifts a reason; returns whether anything changed. The caller journals.
pub async fn set(tx: &Tx<'_>, offer: i64, reason: i64, on: bool) -> Result<bool> {
    if on { store::stop(tx, offer, reason).await } else { store::unstop(tx, offer, reason).await }
}
