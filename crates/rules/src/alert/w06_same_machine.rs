//! W06 同机报价: different bidders of one event entered from the same network address.
//!
//! The device is no more than what a browser says of itself, the same for many strangers: alone it is no lead, beside the same
//! address it is said.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W06",
    title: "不同供应商同一地址报价",
    level: Level::Red,
    formula: "同一场竞价中，两家以上供应商参加时的网络地址相同；设备特征也相同的一并注明，只有设备特征相同的不算",
    basis: "政府采购法实施条例第七十四条（恶意串通）；各地串通投标监测的同一 IP、机器码指标；开关 {alert.same_device}",
    repeat: "每场竞价一次",
};

/// Whence somebody took part; empty for not known.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Name within the event.
    pub alias: String,
    /// Network address.
    pub address: String,
    /// Digest of what the browser says of itself.
    pub device: String,
}

/// Whence the bidders of an event took part.
pub fn judge(seats: &[Seat]) -> Outcome {
    let mut known: Vec<&Seat> = seats.iter().filter(|s| !s.address.is_empty()).collect();
    if known.len() < 2 {
        return Outcome::Blind("不足两家留有网络地址");
    }
    known.sort_by(|a, b| (&a.address, &a.device, &a.alias).cmp(&(&b.address, &b.device, &b.alias)));
    let group = |g: &[&Seat]| {
        let who: Vec<&str> = g.iter().map(|s| s.alias.as_str()).collect();
        let device = !g[0].device.is_empty() && g.iter().all(|s| s.device == g[0].device);
        format!("供应商 {}网络地址{}相同", who.join("、"), if device { "和设备" } else { "" })
    };
    let found: Vec<String> = known.chunk_by(|a, b| a.address == b.address).filter(|g| g.len() > 1).map(group).collect();
    if found.is_empty() { Outcome::Clear } else { Outcome::Hit(found.join("；")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(alias: &str, address: &str, device: &str) -> Seat {
        Seat { alias: alias.into(), address: address.into(), device: device.into() }
    }

    #[test]
    fn one_address_and_not_one_browser() {
        let three = [seat("A", "1.1.1.1", "x"), seat("B", "2.2.2.2", "x"), seat("C", "1.1.1.1", "x")];
        assert_eq!(judge(&three), Outcome::Hit("供应商 A、C网络地址和设备相同".into()));
        assert_eq!(judge(&three[..2]), Outcome::Clear, "a browser many have");
        let other = [seat("A", "1.1.1.1", "x"), seat("B", "1.1.1.1", "y")];
        assert_eq!(judge(&other), Outcome::Hit("供应商 A、B网络地址相同".into()));
        assert!(matches!(judge(&[seat("A", "", "x"), seat("B", "", "x")]), Outcome::Blind(_)));
    }
}
