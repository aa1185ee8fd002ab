//! Typed requirements, answers to them, and which clause shuts out most.

/// What kind of value a requirement asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number between two bounds; either may be missing. In thousandths, so that 1.5 is exact.
    Number {
        /// At least.
        min: Option<i64>,
        /// At most.
        max: Option<i64>,
    },
    /// One of these words, compared after folding.
    OneOf(Vec<String>),
    /// Must hold.
    Yes,
    /// Anything, judged by a person.
    Words,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What it is about, such as 内存容量.
    pub name: String,
    /// Unit, such as GB; empty for none.
    pub unit: String,
    /// What is asked.
    pub kind: Kind,
}

/// An answer as given.
pub type Answer = String;

/// Reads the first number of a text in thousandths: `16GB` is 16000, `1.5 匹` is 1500.
fn number(text: &str) -> Option<i64> {
    let text = crate::naming::fold(text);
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest: String = text[start..].chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let rest = rest.replace(',', "");
    let (whole, part) = rest.split_once('.').unwrap_or((&rest, ""));
    let part: String = format!("{part:0<3}").chars().take(3).collect();
    whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(part.parse().ok()?)
}

/// Does an answer meet a requirement? None: a person must judge.
pub fn meets(d: &Demand, answer: &str) -> Option<bool> {
    let answer = answer.trim();
    match &d.kind {
        Kind::Words => (answer.is_empty()).then_some(false),
        Kind::Yes => Some(matches!(answer, "是" | "有" | "支持" | "满足" | "符合" | "yes")),
        Kind::Number { min, max } => {
            let Some(v) = number(answer) else { return Some(false) };
            Some(min.is_none_or(|m| v >= m) && max.is_none_or(|m| v <= m))
        }
        Kind::OneOf(words) => {
            let folded = crate::naming::fold(answer);
            Some(words.iter().any(|w| crate::naming::fold(w) == folded))
        }
    }
}

/// For each clause, how many of the rows it alone shuts out: they meet every other clause, but not this one.
/// The first number is how many meet all. A row answers each clause, or has no answer.
pub fn shut_out(demands: &[Demand], rows: &[Vec<Option<Answer>>]) -> (usize, Vec<usize>) {
    let (mut all, mut alone) = (0, vec![0; demands.len()]);
    for row in rows {
        // What a person must judge is not held against anybody here.
        let fails: Vec<usize> = demands
            .iter()
            .enumerate()
            .filter(|(i, d)| match row.get(*i).and_then(|a| a.as_deref()) {
                Some(a) => meets(d, a) == Some(false),
                None => d.kind != Kind::Words,
            })
            .map(|(i, _)| i)
            .collect();
        match fails.as_slice() {
            [] => all += 1,
            [one] => alone[*one] += 1,
            _ => {}
        }
    }
    (all, alone)
}

impl Demand {
    /// The requirement in words: 内存容量 ≥ 16 GB.
    pub fn words(&self) -> String {
        let n = |v: i64| {
            if v % 1000 == 0 {
                (v / 1000).to_string()
            } else {
                format!("{}.{:03}", v / 1000, v % 1000).trim_end_matches('0').to_owned()
            }
        };
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        match &self.kind {
            Kind::Number { min: Some(a), max: Some(b) } if a == b => format!("{} = {}{unit}", self.name, n(*a)),
            Kind::Number { min: Some(a), max: Some(b) } => format!("{} {} 到 {}{unit}", self.name, n(*a), n(*b)),
            Kind::Number { min: Some(a), max: None } => format!("{} ≥ {}{unit}", self.name, n(*a)),
            Kind::Number { min: None, max: Some(b) } => format!("{} ≤ {}{unit}", self.name, n(*b)),
            Kind::Number { min: None, max: None } | Kind::Words => format!("{}：请说明", self.name),
            Kind::OneOf(words) => format!("{} 为 {}", self.name, words.join(" 或 ")),
            Kind::Yes => format!("{}：必须有", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(name: &str, kind: Kind) -> Demand {
        Demand { name: name.into(), unit: String::new(), kind }
    }

    #[test]
    fn answers_are_read_as_people_write_them() {
        let memory = demand("内存", Kind::Number { min: Some(16_000), max: None });
        for (answer, ok) in
            [("16GB", true), ("１６ GB", true), ("8GB", false), ("", false), ("32,000", true), ("无", false)]
        {
            assert_eq!(meets(&memory, answer), Some(ok), "{answer}");
        }
        let power = demand("匹数", Kind::Number { min: Some(1500), max: Some(1500) });
        assert_eq!(meets(&power, "1.5匹"), Some(true));
        assert_eq!(meets(&power, "1.51匹"), Some(false));
        let colour = demand("颜色", Kind::OneOf(vec!["黑".into(), "White".into()]));
        assert_eq!(meets(&colour, "ＷＨＩＴＥ"), Some(true));
        assert_eq!(meets(&colour, "红"), Some(false));
        assert_eq!(meets(&demand("双面", Kind::Yes), "支持"), Some(true));
        assert_eq!(meets(&demand("说明", Kind::Words), "随便"), None);
        assert_eq!(power.words(), "匹数 = 1.5");
        assert_eq!(memory.words(), "内存 ≥ 16");
    }

    #[test]
    fn the_clause_that_shuts_out_most_is_found() {
        let demands = [demand("内存", Kind::Number { min: Some(16_000), max: None }), demand("双面", Kind::Yes)];
        let row = |a: &str, b: &str| vec![Some(a.to_owned()), (!b.is_empty()).then(|| b.to_owned())];
        let rows = [row("16", "是"), row("8", "是"), row("4", "是"), row("32", ""), row("8", "否")];
        assert_eq!(shut_out(&demands, &rows), (1, vec![2, 1]));
    }
}
