//! Values that go into statements and come out of rows: integers, text, bytes, nothing else.

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// SQL NULL.
    Null,
    /// BIGINT; flags are 0 and 1.
    Int(i64),
    /// TEXT, UTF-8.
    Text(String),
    /// BYTEA.
    Bytes(Vec<u8>),
}

macro_rules! into_val {
    ($($t:ty => |$v:ident| $e:expr),+ $(,)?) => { $(impl From<$t> for Val { fn from($v: $t) -> Val { $e } })+ };
}
into_val! {
    i64 => |v| Val::Int(v),
    &i64 => |v| Val::Int(*v),
    i32 => |v| Val::Int(i64::from(v)),
    u32 => |v| Val::Int(i64::from(v)),
    usize => |v| Val::Int(v as i64),
    bool => |v| Val::Int(i64::from(v)),
    &str => |v| Val::Text(v.to_owned()),
    &&str => |v| Val::Text((*v).to_owned()),
    String => |v| Val::Text(v),
    &String => |v| Val::Text(v.clone()),
    Vec<u8> => |v| Val::Bytes(v),
    &[u8] => |v| Val::Bytes(v.to_vec()),
}

impl<T: Into<Val>> From<Option<T>> for Val {
    fn from(v: Option<T>) -> Val {
        v.map_or(Val::Null, Into::into)
    }
}

/// One row; columns by position. Asking for another type than the column has is our own mistake and panics.
#[derive(Clone, Debug)]
pub struct Row(pub(super) Vec<Val>);

impl Row {
    /// A BIGINT.
    pub fn int(&self, i: usize) -> i64 {
        match &self.0[i] {
            Val::Int(v) => *v,
            other => panic!("column {i} is {other:?}, not an integer"),
        }
    }

    /// A BIGINT or NULL.
    pub fn opt_int(&self, i: usize) -> Option<i64> {
        match &self.0[i] {
            Val::Null => None,
            _ => Some(self.int(i)),
        }
    }

    /// A flag kept as 0 or 1.
    pub fn flag(&self, i: usize) -> bool {
        self.int(i) != 0
    }

    /// A TEXT.
    pub fn text(&self, i: usize) -> String {
        self.str(i).to_owned()
    }

    /// A TEXT, borrowed.
    pub fn str(&self, i: usize) -> &str {
        match &self.0[i] {
            Val::Text(v) => v,
            other => panic!("column {i} is {other:?}, not text"),
        }
    }

    /// A TEXT or NULL.
    pub fn opt_text(&self, i: usize) -> Option<String> {
        match &self.0[i] {
            Val::Null => None,
            _ => Some(self.text(i)),
        }
    }

    /// Bytes or nothing.
    pub fn opt_bytes(&self, i: usize) -> Option<Vec<u8>> {
        match &self.0[i] {
            Val::Null => None,
            _ => Some(self.bytes(i)),
        }
    }

    /// All values, in order.
    pub fn all(&self) -> &[Val] {
        &self.0
    }

    /// A BYTEA.
    pub fn bytes(&self, i: usize) -> Vec<u8> {
        match &self.0[i] {
            Val::Bytes(v) => v.clone(),
            other => panic!("column {i} is {other:?}, not bytes"),
        }
    }
}
