//! Written forms of names: one key for the many ways in which people type a brand or a model.

/// Half width, lower-case ASCII, one space between words, ASCII brackets and hyphens; the rest stays.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().map(half_width) {
        if c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(' ');
            gap = false;
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The key under which two ways to write a model meet: letters, digits and Chinese characters only.
pub fn model_key(text: &str) -> String {
    let mut key = fold(text);
    key.retain(char::is_alphanumeric);
    key
}

/// The key under which two ways to write a brand meet; `&` and `+` stay, they tell brands apart.
pub fn brand_key(text: &str) -> String {
    let mut key = fold(text);
    key.retain(|c| c.is_alphanumeric() || c == '&' || c == '+');
    key
}

fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '【' | '〔' | '〖' | '「' | '『' => '[',
        '】' | '〕' | '〗' | '」' | '』' => ']',
        '《' | '〈' => '<',
        '》' | '〉' => '>',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        // Characters that show nothing would make two equal-looking names differ.
        '\u{200B}' | '\u{FEFF}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_written_in_many_ways_has_one_key() {
        let check = |text: &str, folded: &str, model: &str, brand: &str| {
            assert_eq!(fold(text), folded);
            assert_eq!(model_key(text), model);
            assert_eq!(brand_key(text), brand);
            assert_eq!(fold(&fold(text)), folded);
        };
        check("", "", "", "");
        check("　 ", "", "", "");
        check("  ＨＰ　LaserJet\t Pro ", "hp laserjet pro", "hplaserjetpro", "hplaserjetpro");
        check("联想（Lenovo）", "联想(lenovo)", "联想lenovo", "联想lenovo");
        check("联想/lenovo", "联想/lenovo", "联想lenovo", "联想lenovo");
        check("M＆G 晨光", "m&g 晨光", "mg晨光", "m&g晨光");
        check("M433－A000", "m433-a000", "m433a000", "m433a000");
        check("M433—A000", "m433-a000", "m433a000", "m433a000");
        check("【政采】A4〔70g〕", "[政采]a4[70g]", "政采a470g", "政采a470g");
        check("《办公》", "<办公>", "办公", "办公");
        check("Ｎ７０＋", "n70+", "n70", "n70+");
    }
}
