//! The only place that reads the clock. Tests and rehearsals may move it forward, never back.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock in milliseconds UTC; cheap to clone, all clones show the same time.
#[derive(Clone, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Now, ms UTC.
    pub fn now(&self) -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        real + self.ahead_ms.load(Ordering::Relaxed)
    }

    /// A clock that is `ms` behind; only a demo begins in the past.
    pub fn behind(ms: i64) -> Clock {
        Clock { ahead_ms: Arc::new(AtomicI64::new(-ms)) }
    }

    /// A clock that is behind shows the real time from here on.
    pub fn catch_up(&self) {
        self.ahead_ms.fetch_max(0, Ordering::Relaxed);
    }

    /// Moves this clock `ms` further; only tests and rehearsals call it.
    pub fn advance(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms.max(0), Ordering::Relaxed);
    }
}
