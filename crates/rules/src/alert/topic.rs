//! What rules are about, so that people find them among many.

/// A subject of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Splitting, limits, how often.
    Limits,
    /// Prices.
    Prices,
    /// Goods: standards, policy, certificates.
    Goods,
    /// Clocks, delivery, acceptance, payment.
    Performance,
    /// Who buys from whom.
    Partners,
    /// What people do: approvals, marks, inspections.
    People,
    /// Auctions and quotes.
    Bids,
}

impl Topic {
    /// All subjects, in the order in which they are shown.
    pub const ALL: [Topic; 7] =
        [Topic::Limits, Topic::Prices, Topic::Goods, Topic::Performance, Topic::Partners, Topic::People, Topic::Bids];

    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Topic::Limits => "limits",
            Topic::Prices => "prices",
            Topic::Goods => "goods",
            Topic::Performance => "performance",
            Topic::Partners => "partners",
            Topic::People => "people",
            Topic::Bids => "bids",
        }
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Topic::Limits => "限额与拆分",
            Topic::Prices => "价格",
            Topic::Goods => "商品与政策",
            Topic::Performance => "履约与时限",
            Topic::Partners => "供需关系",
            Topic::People => "人员与评价",
            Topic::Bids => "竞价与报价",
        }
    }

    /// The subject of a rule, by its code; what is not listed here is about quotes.
    pub fn of(code: &str) -> Topic {
        match code {
            "W01" | "W02" | "W03" | "W04" | "W19" | "M12" | "R002" | "R010" | "R011" | "R013" | "R049" | "R055" => {
                Topic::Limits
            }
            "W10" | "M01" | "M02" | "M04" | "M06" | "M07" | "R016" => Topic::Prices,
            "W13" | "W15" | "W16" | "M05" | "M17" => Topic::Goods,
            "W12" | "W14" | "M08" | "M13" | "R059" | "R068" => Topic::Performance,
            "W05" | "W17" | "M10" | "R033" | "R040" | "R044" | "R046" | "R050" | "R052" | "D01" | "D02" => {
                Topic::Partners
            }
            "W18" | "M14" | "M15" | "M16" | "M18" => Topic::People,
            _ => Topic::Bids,
        }
    }
}
