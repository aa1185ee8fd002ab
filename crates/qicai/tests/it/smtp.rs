//! 邮件订阅 to a real mail server: the test speaks SMTP itself over TCP. A refused address is given up, a lost connection tried again, and
//! what the server took is never sent again.
use crate::mall::Box;
use kit::params;
use kit::{Query, text::unbase64};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const MINUTE: i64 = 60_000;

/// What goes wrong with the next mail to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// 550 to RCPT: never.
    Refuse,
    /// 450 to RCPT: later.
    Busy,
    /// The connection ends before a word of the mail.
    LostBefore,
    /// The connection ends when the mail is there and nothing was said of it.
    LostUnsaid,
    /// The mail is taken, 250 is said, and the connection ends.
    LostAfter,
}

/// A mail that was taken: to whom, its Message-ID, its text.
type Taken = (String, String, String);

#[derive(Default)]
struct Post {
    faults: HashMap<String, Vec<Fault>>,
    taken: Vec<Taken>,
    /// Message-IDs of mails that were read and not taken.
    unsaid: Vec<String>,
    greeted: usize,
}

type Shared = Arc<Mutex<Post>>;

fn server() -> (u16, Shared) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let post = Shared::default();
    let shared = post.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = shared.clone();
            std::thread::spawn(move || drop(talk(stream, &shared)));
        }
    });
    (port, post)
}

/// One connection, in the words of RFC 5321.
fn talk(stream: TcpStream, post: &Shared) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let mut say = move |words: &str| out.write_all(format!("{words}\r\n").as_bytes());
    say("220 post.example ESMTP")?;
    let (mut to, mut fault) = (String::new(), None);
    while let Some(Ok(line)) = lines.next() {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match word.as_str() {
            "EHLO" => {
                post.lock().unwrap().greeted += 1;
                say("250-post.example")?;
                say("250-8BITMIME")?;
                say("250 SIZE 10000000")?;
            }
            "MAIL" => {
                assert!(line.contains("<mall@qicai.example>"), "{line}");
                say("250 ok")?;
            }
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let next = post.lock().unwrap().faults.get_mut(&to).filter(|f| !f.is_empty()).map(|f| f.remove(0));
                fault = next;
                match fault {
                    Some(Fault::Refuse) => say("550 5.1.1 no such user here")?,
                    Some(Fault::Busy) => say("450 4.2.1 mailbox busy, try later")?,
                    _ => say("250 ok")?,
                }
            }
            "DATA" => {
                if fault == Some(Fault::LostBefore) {
                    return Ok(());
                }
                say("354 go on")?;
                let mut mail = Vec::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    mail.push(line);
                }
                let id = mail.iter().find_map(|l| l.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
                let body: String = mail.iter().skip_while(|l| !l.is_empty()).map(|l| l.trim()).collect();
                let text = String::from_utf8(unbase64(&body).unwrap_or_default()).unwrap();
                if fault == Some(Fault::LostUnsaid) {
                    post.lock().unwrap().unsaid.push(id);
                    return Ok(());
                }
                post.lock().unwrap().taken.push((to.clone(), id, text));
                say("250 2.0.0 taken")?;
                if fault == Some(Fault::LostAfter) {
                    return Ok(());
                }
            }
            "RSET" | "NOOP" => say("250 ok")?,
            "QUIT" => {
                say("221 bye")?;
                return Ok(());
            }
            _ => say("502 not here")?,
        }
    }
    Ok(())
}

async fn send(mall: &Box) -> usize {
    watch::disclosure::mail::send(&mall.mall.watch).await.unwrap()
}

/// Somebody asks at the page for mails about notices of the whole province.
async fn subscribe(mall: &Box, address: &str) {
    let body = format!("address={}&station=370000", kit::text::percent(address));
    let head = [("x-forwarded-for", address)];
    let kind = "application/x-www-form-urlencoded";
    mall.visitor().post_with("/notices/subscribe", &head, kind, body.into_bytes()).await.shows(&["请到邮箱里确认"]);
}

fn taken(post: &Shared, to: &str) -> Vec<Taken> {
    post.lock().unwrap().taken.iter().filter(|t| t.0 == to).cloned().collect()
}

fn fault(post: &Shared, to: &str, faults: &[Fault]) {
    post.lock().unwrap().faults.insert(to.to_owned(), faults.to_vec());
}

async fn mall() -> (Box, Shared) {
    let (port, post) = server();
    let mall = Box::with(|s| {
        s.mail = format!("smtp://127.0.0.1:{port}");
        s.mail_from = "齐采 <mall@qicai.example>".into();
    })
    .await;
    (mall, post)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_once_whatever_the_line_does() {
    let (mall, post) = mall().await;
    let reader = "reader@mail.example";
    // The line is lost before the mail, the mailbox is busy, the line is lost before the answer: each time it is tried again later.
    fault(&post, reader, &[Fault::LostBefore, Fault::Busy, Fault::LostUnsaid]);
    subscribe(&mall, reader).await;
    for wait in [5, 10, 20] {
        assert_eq!(send(&mall).await, 1);
        assert!(taken(&post, reader).is_empty());
        assert_eq!(send(&mall).await, 0, "not at once");
        mall.clock.advance((wait - 1) * MINUTE);
        assert_eq!(send(&mall).await, 0, "not before {wait} minutes");
        mall.clock.advance(MINUTE);
    }
    assert_eq!(send(&mall).await, 1);
    let asked = taken(&post, reader);
    assert_eq!(asked.len(), 1);
    // To the reader's mail program it is the mail that was lost unsaid.
    assert_eq!(post.lock().unwrap().unsaid, [asked[0].1.clone()]);
    mall.clock.advance(60 * MINUTE);
    assert_eq!(send(&mall).await, 0, "what was taken is not sent again");

    let page = asked[0].2.split("https://qicai.example").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    mall.visitor().post(&format!("{page}/confirm"), &[]).await.shows(&["订阅有效"]);
    mall.clock.advance(1000);
    let told = async |n: u64| {
        qicai::demo::more_orders(&mall.mall.watch, n, 6).await.unwrap();
        mall.settle().await;
    };
    told(7).await;
    let wanted = mall.number("SELECT COUNT(*) FROM outbox WHERE notice <> 0").await;
    assert!(wanted > 0, "the station published something");
    // Taken, said, and then the line is lost: that is as good as any other.
    fault(&post, reader, &[Fault::LostAfter]);
    assert_eq!(send(&mall).await, 1);
    assert_eq!(taken(&post, reader).len(), 2);
    mall.clock.advance(2 * 60 * MINUTE);
    assert_eq!(send(&mall).await, 0);
    // The next goes over a new line; no notice is in two mails.
    told(8).await;
    mall.clock.advance(60 * MINUTE);
    send(&mall).await;
    let mails = taken(&post, reader);
    assert_eq!(mails.len(), 3);
    let addresses =
        |t: &Taken| -> Vec<String> { t.2.lines().filter(|l| l.contains("/notices/37")).map(str::to_owned).collect() };
    let (second, third) = (addresses(&mails[1]), addresses(&mails[2]));
    assert_eq!(second.len() as i64, wanted.min(50));
    assert!(!third.is_empty() && third.iter().all(|a| !second.contains(a)), "{third:?}");
    let ids: std::collections::BTreeSet<&String> = mails.iter().map(|m| &m.1).collect();
    assert_eq!(ids.len(), 3);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_address_is_given_up_and_others_are_served() {
    let (mall, post) = mall().await;
    fault(&post, "gone@mail.example", &[Fault::Refuse; 9]);
    subscribe(&mall, "gone@mail.example").await;
    subscribe(&mall, "here@mail.example").await;
    assert_eq!(send(&mall).await, 2);
    assert_eq!(taken(&post, "here@mail.example").len(), 1, "one that is refused does not hold up the other");
    assert!(taken(&post, "gone@mail.example").is_empty());
    // A refusal for good counts as four failures: at the third the subscription is over, address and all.
    for n in 0..2 {
        assert_eq!(mall.number("SELECT COUNT(*) FROM subscriber WHERE mail = 'gone@mail.example'").await, 1, "{n}");
        mall.clock.advance(6 * 60 * MINUTE);
        send(&mall).await;
    }
    assert_eq!(mall.number("SELECT COUNT(*) FROM subscriber WHERE mail = 'gone@mail.example'").await, 0);
    assert!(taken(&post, "gone@mail.example").is_empty());
    assert_eq!(taken(&post, "here@mail.example").len(), 1);
    let sql = "SELECT body FROM journal WHERE kind = 'subscription.ended'";
    let ended = mall.mall.watch.db().rows(sql, params![]).await.unwrap();
    assert!(ended.len() == 1 && ended[0].str(0).contains("undeliverable") && !ended[0].str(0).contains("mail.example"));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_is_trouble_for_later() {
    // A port where nobody is: it was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mall = Box::with(|s| {
        s.mail = format!("smtp://127.0.0.1:{port}");
        s.mail_from = "mall@qicai.example".into();
    })
    .await;
    subscribe(&mall, "a@mail.example").await;
    assert_eq!(send(&mall).await, 1);
    assert_eq!(send(&mall).await, 0, "later");
    assert_eq!(mall.number("SELECT fails FROM subscriber").await, 1);
    mall.sound().await;
}
