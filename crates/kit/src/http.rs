//! Asking other servers: with limits of time and size, never following where they send us, beside the threads that answer requests.
use serde_json::Value;
use std::io::Read;
use std::time::Duration;

/// What an answer may weigh at most, bytes.
const ANSWER_MAX: u64 = 8 * 1024 * 1024;

/// Asks other servers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    agent: ureq::Agent,
}

impl Http {
    /// A client that waits at most so long for a whole answer.
    pub fn new(patience: Duration) -> Http {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(patience))
            .max_redirects(0)
            .max_redirects_will_error(true)
            .http_status_as_error(false)
            .user_agent("qicai")
            .build();
        Http { agent: config.into() }
    }

    /// Posts JSON and reads JSON; the error says in Chinese what was wrong, without anything secret.
    pub async fn post(&self, url: String, body: Value) -> Result<Value, String> {
        let agent = self.agent.clone();
        let bytes = beside(move || {
            let sent = agent.post(&url).header("content-type", "application/json").send(body.to_string().as_bytes());
            read(sent)
        })
        .await?;
        serde_json::from_slice(&bytes).map_err(|_| "回答不是 JSON。".to_owned())
    }

    /// Posts bytes; gives back the status and what was answered with it.
    pub async fn send(&self, url: String, kind: &'static str, body: Vec<u8>) -> Result<(u16, Vec<u8>), String> {
        let agent = self.agent.clone();
        beside(move || answered(agent.post(&url).header("content-type", kind).send(&body[..]))).await
    }

    /// Reads what is at an address.
    pub async fn get(&self, url: String) -> Result<Vec<u8>, String> {
        let agent = self.agent.clone();
        beside(move || read(agent.get(&url).call())).await
    }
}

async fn beside<T: Send + 'static>(f: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(f).await.map_err(|_| "调用中断。".to_owned())?
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Vec<u8>, String> {
    match answered(answer)? {
        (200, bytes) => Ok(bytes),
        (status, _) => Err(format!("回答的状态码是 {status}，应是 200。")),
    }
}

fn answered(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<(u16, Vec<u8>), String> {
    let mut answer = answer.map_err(said)?;
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    let limited = answer.body_mut().with_config().limit(u64::MAX).reader().take(ANSWER_MAX + 1).read_to_end(&mut bytes);
    limited.map_err(|e| said(ureq::Error::from(e)))?;
    if bytes.len() as u64 > ANSWER_MAX {
        return Err(format!("回答超过 {} MB。", ANSWER_MAX / 1024 / 1024));
    }
    Ok((status, bytes))
}

fn said(e: ureq::Error) -> String {
    match e {
        ureq::Error::Timeout(_) => "等待超时。".into(),
        ureq::Error::HostNotFound => "找不到这个主机名。".into(),
        ureq::Error::ConnectionFailed => "连接不上。".into(),
        ureq::Error::TooManyRedirects => "对方要求转到别的网址，不允许。".into(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "HTTPS 证书不被信任。".into(),
        ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::TimedOut => "等待超时。".into(),
        ureq::Error::Io(_) => "连接不上或中途断开。".into(),
        _ => "调用失败。".into(),
    }
}
