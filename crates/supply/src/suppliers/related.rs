//! Related suppliers: barred from one event by law, or flagged for people to look at.
use super::Supplier;

/// Why two suppliers may not take part in the same event: the same person answers for both, or one controls or manages
/// the other (政府采购法实施条例第十八条). None when nothing is known against it.
pub fn barred(a: &Supplier, b: &Supplier) -> Option<&'static str> {
    let same = |x: &str, y: &str| !x.is_empty() && x == y;
    if same(&a.legal_person, &b.legal_person) {
        return Some("单位负责人为同一人");
    }
    if same(&a.controller, &b.controller) || same(&a.controller, &b.name) || same(&a.name, &b.controller) {
        return Some("存在直接控股、管理关系");
    }
    None
}

/// What two suppliers share that a person should look at.
pub fn flagged(a: &Supplier, b: &Supplier) -> Vec<&'static str> {
    let same = |x: &str, y: &str| !x.is_empty() && x == y;
    let pairs = [
        (same(&a.phone, &b.phone), "联系电话相同"),
        (same(&a.address, &b.address), "地址相同"),
        (same(&a.bank_account, &b.bank_account), "收款账号相同"),
    ];
    pairs.into_iter().filter(|(yes, _)| *yes).map(|(_, words)| words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supplier(name: &str) -> Supplier {
        Supplier {
            org: 0,
            name: name.into(),
            state: "admitted".into(),
            size: "small".into(),
            credit: 100,
            areas: String::new(),
            categories: String::new(),
            legal_person: name.into(),
            phone: String::new(),
            address: String::new(),
            bank_account: String::new(),
            controller: String::new(),
            closed: String::new(),
        }
    }

    #[test]
    fn relations_bar_and_shared_data_flags() {
        let (a, b) = (supplier("甲"), supplier("乙"));
        assert_eq!((barred(&a, &b), flagged(&a, &b).len()), (None, 0));
        assert!(barred(&a, &Supplier { legal_person: "甲".into(), ..b.clone() }).is_some());
        assert!(barred(&a, &Supplier { controller: "甲".into(), ..b.clone() }).is_some(), "a parent and its daughter");
        let daughter = |n: &str| Supplier { controller: "丙".into(), ..supplier(n) };
        assert!(barred(&daughter("甲"), &daughter("乙")).is_some(), "two daughters of one parent");
        let shared = |s: &Supplier| Supplier { phone: "1".into(), bank_account: "2".into(), ..s.clone() };
        assert_eq!(flagged(&shared(&a), &shared(&b)), ["联系电话相同", "收款账号相同"]);
    }
}
