//! Notices as RSS 2.0 and Atom (RFC 4287), for any question the list can be asked, with absolute addresses.
use super::list::{Asked, PAGE};
use crate::Watch;
use crate::disclosure::store::{self, Notice};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::access::Cx;
use kit::Result;
use rules::calendar::{Ms, civil, day_of, show_stamp};

/// Text as XML takes it: signs that mean something escaped, signs that XML forbids left out.
pub(in crate::disclosure) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\n' | '\t') => out.push(c),
            _ => {}
        }
    }
    out
}

/// A time as RFC 822 writes it, Beijing time: Tue, 24 Nov 2026 12:06:47 +0800.
fn rfc822(at: Ms) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = day_of(at);
    let (year, month, date) = civil(day);
    let clock: String = show_stamp(at).chars().skip(11).take(8).collect();
    let (name, month) = (DAYS[day.rem_euclid(7) as usize], MONTHS[month as usize - 1]);
    format!("{name}, {date:02} {month} {year} {clock} +0800")
}

/// A time as RFC 3339 writes it, Beijing time.
fn rfc3339(at: Ms) -> String {
    format!("{}+08:00", show_stamp(at).chars().take(19).collect::<String>().replacen(' ', "T", 1))
}

fn summary(n: &Notice) -> String {
    if n.withdrawn() {
        return format!("本公告已撤回：{}", n.reason);
    }
    n.body.iter().map(|(k, v)| format!("{k}：{v}")).collect::<Vec<_>>().join("\n")
}

fn title(n: &Notice) -> String {
    match n.state.as_str() {
        "withdrawn" => format!("〔已撤回〕{}", n.title),
        "corrected" => format!("〔已更正〕{}", n.title),
        _ => n.title.clone(),
    }
}

struct Feed {
    base: String,
    question: String,
    title: String,
    items: Vec<Notice>,
}

async fn feed(watch: &Watch, cx: &Cx) -> Result<Feed> {
    let a = Asked::read(watch, cx);
    let (items, _) = store::notices(watch.db(), &a.sought, 1, PAGE).await?;
    let kind = rules::notice::kind(&a.sought.kind).map_or("公告", |k| k.word);
    let words = if a.sought.words.is_empty() { String::new() } else { format!(" · {}", a.sought.words) };
    Ok(Feed {
        base: watch.settings().address.trim_end_matches('/').to_owned(),
        question: a.query(),
        title: format!("{}政府采购网上商城{kind}{words}", a.place),
        items,
    })
}

pub(super) async fn rss(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let f = feed(&watch, &cx).await?;
    let (base, question) = (escaped(&f.base), escaped(&f.question));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\
         <title>{t}</title><link>{base}/notices?{question}</link><description>{t}</description><language>zh-cn</language>\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{base}/notices.rss?{question}\"/>",
        t = escaped(&f.title)
    );
    for n in &f.items {
        let link = format!("{base}/notices/{}", n.number);
        out.push_str(&format!(
            "\n<item><title>{}</title><link>{link}</link><guid isPermaLink=\"true\">{link}</guid><category>{}</category>\
             <pubDate>{}</pubDate><description>{}</description></item>",
            escaped(&title(n)),
            n.kind_word(),
            rfc822(n.published_at),
            escaped(&summary(n))
        ));
    }
    out.push_str("\n</channel></rss>\n");
    Ok(([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], out).into_response())
}

pub(super) async fn atom(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let f = feed(&watch, &cx).await?;
    let (base, question) = (escaped(&f.base), escaped(&f.question));
    let newest = f.items.iter().map(|n| n.changed_at).max().unwrap_or(0);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh\"><title>{}</title>\
         <id>{base}/notices.atom?{question}</id><updated>{}</updated><link rel=\"alternate\" href=\"{base}/notices?{question}\"/>\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/notices.atom?{question}\"/>",
        escaped(&f.title),
        rfc3339(newest)
    );
    for n in &f.items {
        let link = format!("{base}/notices/{}", n.number);
        out.push_str(&format!(
            "\n<entry><title>{}</title><id>{link}</id><link rel=\"alternate\" href=\"{link}\"/><published>{}</published>\
             <updated>{}</updated><author><name>{}</name></author><category term=\"{}\" label=\"{}\"/><summary>{}</summary></entry>",
            escaped(&title(n)),
            rfc3339(n.published_at),
            rfc3339(n.changed_at),
            escaped(&n.unit),
            n.kind,
            n.kind_word(),
            escaped(&summary(n))
        ));
    }
    out.push_str("\n</feed>\n");
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], out).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_text_are_as_feeds_want_them() {
        assert_eq!(rfc822(1_795_493_207_815), "Tue, 24 Nov 2026 12:06:47 +0800");
        assert_eq!(rfc3339(1_795_493_207_815), "2026-11-24T12:06:47+08:00");
        assert_eq!(escaped("甲 & <b>\"x\"'\u{1}\u{b}"), "甲 &amp; &lt;b&gt;&quot;x&quot;&#39;");
    }
}
