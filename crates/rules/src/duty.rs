//! Duties (岗位职责): what a person may do, and which two the law keeps apart.

/// One duty of a person within the person's organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// 经办: chooses goods, makes orders.
    Handler,
    /// 审核: first approval of an order.
    Reviewer,
    /// 确认: second approval, signs contracts for the unit.
    Signer,
    /// 验收: accepts goods; never the handler of the order.
    Receiver,
    /// 财务: plans, budget, invoices; approves payments.
    Accountant,
    /// 供应商管理: goods, prices, people of a supplier.
    SupplierAdmin,
    /// 供应商订单: orders, shipping, invoices of a supplier.
    SupplierOrders,
    /// 财政监管: rules, oversight, cancellation after filing.
    Regulator,
    /// 集采机构: goods and suppliers.
    Centre,
    /// 审计: reads everything, changes nothing.
    Auditor,
    /// 运维: accounts and health, no trade.
    Operator,
}

impl Duty {
    /// All duties, in the order in which pages list them.
    pub const ALL: [Duty; 11] = [
        Duty::Handler,
        Duty::Reviewer,
        Duty::Signer,
        Duty::Receiver,
        Duty::Accountant,
        Duty::SupplierAdmin,
        Duty::SupplierOrders,
        Duty::Regulator,
        Duty::Centre,
        Duty::Auditor,
        Duty::Operator,
    ];

    /// All duties but that of operators, who have no part in trade: they stand last.
    pub const BUSINESS: &[Duty] = match Duty::ALL.split_last() {
        Some((Duty::Operator, others)) => others,
        _ => panic!("operators stand last"),
    };

    /// Stable key in the database and the rulebook.
    pub fn key(self) -> &'static str {
        match self {
            Duty::Handler => "handler",
            Duty::Reviewer => "reviewer",
            Duty::Signer => "signer",
            Duty::Receiver => "receiver",
            Duty::Accountant => "finance",
            Duty::SupplierAdmin => "supplier_admin",
            Duty::SupplierOrders => "supplier_orders",
            Duty::Regulator => "regulator",
            Duty::Centre => "centre",
            Duty::Auditor => "auditor",
            Duty::Operator => "operator",
        }
    }

    /// The duty of a key.
    pub fn of(key: &str) -> Option<Duty> {
        Duty::ALL.into_iter().find(|d| d.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Duty::Handler => "经办人",
            Duty::Reviewer => "审核人",
            Duty::Signer => "确认人",
            Duty::Receiver => "验收人",
            Duty::Accountant => "财务",
            Duty::SupplierAdmin => "供应商管理员",
            Duty::SupplierOrders => "供应商订单员",
            Duty::Regulator => "财政监管",
            Duty::Centre => "集采机构",
            Duty::Auditor => "审计监督",
            Duty::Operator => "运维",
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of duties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Duties(u32);

impl Duties {
    /// No duty at all.
    pub const NONE: Duties = Duties(0);

    /// The set of `list`.
    pub const fn of(list: &[Duty]) -> Duties {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= list[i].bit();
            i += 1;
        }
        Duties(bits)
    }

    /// Adds one.
    pub fn insert(&mut self, d: Duty) {
        self.0 |= d.bit();
    }

    /// Is `d` in the set?
    pub fn has(self, d: Duty) -> bool {
        self.0 & d.bit() != 0
    }

    /// Have the two sets a duty in common?
    pub fn meets(self, other: Duties) -> bool {
        self.0 & other.0 != 0
    }

    /// The duties in the set.
    pub fn list(self) -> Vec<Duty> {
        Duty::ALL.into_iter().filter(|d| self.has(*d)).collect()
    }

    /// Chinese names joined by 、.
    pub fn labels(self) -> String {
        self.list().iter().map(|d| d.label()).collect::<Vec<_>>().join("、")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_sets_hold_together() {
        for d in Duty::ALL {
            assert_eq!(Duty::of(d.key()), Some(d));
        }
        let set = Duties::of(&[Duty::Handler, Duty::Receiver]);
        assert_eq!(set.labels(), "经办人、验收人");
        assert!(set.has(Duty::Receiver) && !set.has(Duty::Signer));
        assert!(set.meets(Duties::of(&[Duty::Receiver])) && !set.meets(Duties::NONE));
        assert_eq!(Duty::of("king"), None);
    }
}
