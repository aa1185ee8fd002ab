//! The one binary of the mall.

fn main() {}
