//! Sending mail: to nobody, into a folder, or to an SMTP server. Addresses are personal data: nothing here logs or repeats one.
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, SinglePart};
use lettre::{Address, Message, SmtpTransport, Transport};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How long one mail may take to be handed over.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends mail, or does not.
pub struct Mailer {
    way: Way,
    from: Option<Mailbox>,
}

enum Way {
    Nobody,
    Folder(PathBuf),
    Server(SmtpTransport),
}

/// One mail in plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Stable name: sent twice by mistake, it is one mail to those who read it.
    pub id: String,
    /// Address that ends what it belongs to with one click (RFC 8058); empty for none.
    pub end: String,
}

/// Why a mail was not handed over; in words without any address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// May go well later.
    Later(&'static str),
    /// The other side says it never will.
    Never(&'static str),
}

/// An address as it is written to, if it is one.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let ok = text.is_ascii() && text.len() <= 254 && text.rsplit_once('@').is_some_and(|(_, host)| host.contains('.'));
    if ok { Address::from_str(text).ok().map(|a| a.to_string()) } else { None }
}

impl Mailer {
    /// A mailer as the settings say: `none`, a folder, or `smtp://` and `smtps://`; the error says what is wrong with them.
    pub fn open(way: &str, from: &str) -> Result<Mailer, String> {
        if way.is_empty() || way == "none" {
            return Ok(Mailer { way: Way::Nobody, from: None });
        }
        let sender: Mailbox = from.parse().map_err(|_| format!("mail_from {from} is no mail address"))?;
        let way = if way.starts_with("smtp://") || way.starts_with("smtps://") {
            let server = SmtpTransport::from_url(way).map_err(|_| "mail is no usable smtp address".to_owned())?;
            Way::Server(server.timeout(Some(PATIENCE)).build())
        } else {
            std::fs::create_dir_all(way).map_err(|e| format!("mail folder {way}: {e}"))?;
            Way::Folder(PathBuf::from(way))
        };
        Ok(Mailer { way, from: Some(sender) })
    }

    /// Is anything sent at all?
    pub fn on(&self) -> bool {
        self.from.is_some()
    }

    /// Hands a mail over, beside the threads that answer requests.
    pub async fn send(&self, mail: &Mail) -> Result<(), Trouble> {
        let message = self.message(mail)?;
        match &self.way {
            Way::Nobody => Err(Trouble::Later("没有设置发信方式")),
            Way::Folder(folder) => {
                let (to, bytes) = (folder.join(format!("{}.eml", mail.id)), message.formatted());
                // Seen under its name only when it is whole.
                let part = to.with_extension("part");
                let kept = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &to));
                kept.map_err(|_| Trouble::Later("写不进邮件文件夹"))
            }
            Way::Server(server) => {
                let server = server.clone();
                let sent = tokio::task::spawn_blocking(move || server.send(&message)).await;
                match sent {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(e)) if e.is_permanent() => Err(Trouble::Never("邮件服务器拒收")),
                    Ok(Err(e)) if e.is_timeout() => Err(Trouble::Later("邮件服务器超时")),
                    Ok(Err(_)) => Err(Trouble::Later("邮件服务器连接不上或暂不接收")),
                    Err(_) => Err(Trouble::Later("发送中断")),
                }
            }
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, Trouble> {
        let from = self.from.clone().ok_or(Trouble::Later("没有设置发信方式"))?;
        let wrong = Trouble::Never("地址或内容不合规范");
        let to: Address = mail.to.parse().map_err(|_| wrong)?;
        let host = from.email.domain().to_owned();
        let mut head: MessageBuilder = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{}@{host}>", mail.id)));
        if !mail.end.is_empty() {
            for (name, value) in [
                ("List-Unsubscribe", format!("<{}>", mail.end)),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ] {
                let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| wrong)?;
                head = head.raw_header(HeaderValue::new(name, value));
            }
        }
        let part = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::Base64)
            .body(mail.text.clone());
        head.singlepart(part).map_err(|_| wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_words() {
        assert_eq!(address(" a.b+c@mail.example.cn "), Some("a.b+c@mail.example.cn".into()));
        for bad in ["", "a", "a@b", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "甲@例.中国", "a@b.cn, c@d.cn"] {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert!(Mailer::open("none", "x").is_ok_and(|m| !m.on()));
        assert!(Mailer::open("smtp://mail.example", "no address").is_err());
        assert!(Mailer::open("smtps://u:p@mail.example:465", "齐采 <mall@qicai.example>").is_ok_and(|m| m.on()));
    }
}
