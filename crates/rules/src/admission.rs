//! 准入: states of an application, what has to be shown, and the codes with which an office says why it comes back.
use crate::states::{moves, states};

states! {
    /// States of an application.
    State {
        /// Being filled in.
        Draft "draft" "填写中" "info",
        /// Waits for the centre.
        Submitted "submitted" "待审核" "warn",
        /// Came back with reasons; the firm mends it.
        Returned "returned" "退回补正" "bad",
        /// Holds in the whole province.
        Admitted "admitted" "已通过" "ok",
        /// Refused.
        Refused "refused" "不予通过" "bad",
        /// Given up by the firm.
        Withdrawn "withdrawn" "已放弃" "info",
    }
}

moves! {
    /// What moves an application.
    Act on State {
        /// The firm submits.
        Submit,
        /// The centre sends it back.
        Return,
        /// The centre admits.
        Admit,
        /// The centre refuses.
        Refuse,
        /// The firm takes it back to change it.
        Withdraw,
        /// The firm gives it up.
        GiveUp,
    } [
        Draft Submit => Submitted,
        Returned Submit => Submitted,
        Submitted Return => Returned,
        Submitted Admit => Admitted,
        Submitted Refuse => Refused,
        Submitted Withdraw => Draft,
        Draft GiveUp => Withdrawn,
        Returned GiveUp => Withdrawn,
    ]
}

impl State {
    /// May the firm write in it?
    pub fn open(self) -> bool {
        matches!(self, State::Draft | State::Returned)
    }
}

/// Kinds of supplier with what each undertakes.
pub const KINDS: [(&str, &str); 4] = [
    ("电商", "销售自营商品，与自有网站同款同质，价格不高于自有网站；可以参加竞价"),
    ("厂商", "销售自产商品，可以授权代理商，对授权的商品负责"),
    ("代理商", "在厂商授权的品牌和区域内销售"),
    ("定点", "按协议提供印刷、维修、物业等服务，不得转包"),
];

/// Kinds of documents.
pub const PAPERS: [(&str, &str); 9] = [
    ("licence", "营业执照"),
    ("no_violation", "三年内无重大违法记录声明"),
    ("tax", "纳税和社会保障资金缴纳证明"),
    ("icp", "增值电信业务经营许可证"),
    ("brand", "商标注册证（自有品牌）"),
    ("food", "食品经营许可证"),
    ("medical", "医疗器械经营许可或备案"),
    ("service", "服务资质"),
    ("other", "其他"),
];

/// Chinese name of a kind of document.
pub fn paper_label(kind: &str) -> &'static str {
    PAPERS.iter().find(|(k, _)| *k == kind).map_or("其他", |(_, l)| l)
}

/// Codes of reasons why something comes back.
pub const REASONS: [(&str, &str); 9] = [
    ("R01", "看不清或打不开"),
    ("R02", "与营业执照不一致"),
    ("R03", "已过期"),
    ("R04", "缺少材料"),
    ("R05", "与所选品目不符"),
    ("R06", "与供货能力不符"),
    ("R07", "无法核实"),
    ("R08", "有失信记录"),
    ("R99", "其他，见说明"),
];

/// Chinese name of a reason.
pub fn reason_label(code: &str) -> &'static str {
    REASONS.iter().find(|(c, _)| *c == code).map_or("其他", |(_, l)| l)
}

/// Fields of an application that a reason may name.
pub const FIELDS: [(&str, &str); 12] = [
    ("kind", "供应商类型"),
    ("size", "企业规模"),
    ("areas", "供货区域"),
    ("categories", "品目"),
    ("brands", "自有品牌"),
    ("legal_person", "法定代表人"),
    ("phone", "联系电话"),
    ("address", "地址"),
    ("bank_account", "收款账户"),
    ("controller", "控股或管理关系"),
    ("site", "自有网站"),
    ("papers", "证照材料"),
];

/// Chinese name of a field.
pub fn field_label(field: &str) -> &'static str {
    FIELDS.iter().find(|(f, _)| *f == field).map_or("其他", |(_, l)| l)
}

/// What an application says, as far as rules look at it.
#[derive(Clone, Debug, Default)]
pub struct Profile<'a> {
    /// Kind.
    pub kind: &'a str,
    /// Size.
    pub size: &'a str,
    /// Areas.
    pub areas: Vec<&'a str>,
    /// Category prefixes.
    pub categories: Vec<&'a str>,
    /// Legal representative.
    pub legal_person: &'a str,
    /// Phone.
    pub phone: &'a str,
    /// Address.
    pub address: &'a str,
    /// Account.
    pub bank_account: &'a str,
    /// Own site.
    pub site: &'a str,
    /// Kinds of documents that hold today.
    pub papers: Vec<&'a str>,
    /// Kinds of documents that the rulebook asks for.
    pub needed: Vec<&'a str>,
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// What is missing before it may be submitted: field and what to do.
pub fn missing(p: &Profile<'_>) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut need = |ok: bool, field: &'static str, words: &str| {
        if !ok {
            out.push((field, words.to_owned()));
        }
    };
    need(KINDS.iter().any(|(k, _)| *k == p.kind), "kind", "请选择供应商类型");
    need(matches!(p.size, "micro" | "small" | "medium" | "large"), "size", "请选择企业规模");
    need(!p.areas.is_empty(), "areas", "请至少选一个供货区域");
    need(!p.categories.is_empty(), "categories", "请至少选一个品目");
    need(!p.legal_person.is_empty(), "legal_person", "请填写法定代表人");
    need((7..=20).contains(&digits(p.phone)), "phone", "联系电话应有 7 到 20 位数字");
    need(!p.address.is_empty(), "address", "请填写地址");
    need((8..=32).contains(&digits(p.bank_account)), "bank_account", "收款账户应有 8 到 32 位数字");
    if p.kind == "电商" {
        let web = p.site.starts_with("https://") || p.site.starts_with("http://");
        need(web, "site", "电商要填写自有网站，以 https:// 或 http:// 开头");
    }
    for kind in p.needed.iter().filter(|k| !p.papers.contains(k)) {
        need(false, "papers", &format!("请上传“{}”，过期的请换新", paper_label(kind)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Profile<'static> {
        Profile {
            kind: "电商",
            size: "small",
            areas: vec!["370100"],
            categories: vec!["A0504"],
            legal_person: "样本",
            phone: "0531-8600 0000",
            address: "示例路 1 号",
            bank_account: "0000 1234 5678",
            site: "https://shop.example",
            papers: vec!["licence", "icp"],
            needed: vec!["licence", "icp"],
        }
    }

    #[test]
    fn what_is_missing_is_named_field_by_field() {
        assert_eq!(missing(&whole()), []);
        let all: Vec<&str> = missing(&Profile::default()).iter().map(|(f, _)| *f).collect();
        assert_eq!(all, ["kind", "size", "areas", "categories", "legal_person", "phone", "address", "bank_account"]);
        for (field, broken) in [
            ("site", Profile { site: "shop.example", ..whole() }),
            ("phone", Profile { phone: "12345", ..whole() }),
            ("bank_account", Profile { bank_account: "1234567", ..whole() }),
            ("papers", Profile { papers: vec!["licence"], ..whole() }),
        ] {
            let found = missing(&broken);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, field);
        }
        assert_eq!(missing(&Profile { kind: "厂商", site: "", needed: vec![], ..whole() }), []);
    }

    #[test]
    fn what_is_decided_stays_decided() {
        for (from, _, to) in MOVES {
            assert!(matches!(from, State::Draft | State::Submitted | State::Returned));
            assert!(from.open() || *from == State::Submitted, "{to:?}");
        }
        assert_eq!(next(State::Admitted, Act::Submit), None);
    }
}
