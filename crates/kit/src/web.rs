//! What every page needs from HTTP: rendering, assets with long caching, small helpers.
use crate::fail::Result;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Renders a template as an HTML response.
pub fn html(page: &impl askama::Template) -> Result<Response> {
    Ok(html_with(StatusCode::OK, page.render()?))
}

/// HTML with a status.
pub fn html_with(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

/// JSON that is already text.
pub fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

/// After a successful POST: go and look at `to` with GET.
pub fn see(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// A file to download under `name` (may be Chinese).
pub fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", crate::text::percent(name));
    let mut res = Response::new(Body::from(bytes));
    res.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(v) = HeaderValue::from_str(&disposition) {
        res.headers_mut().insert(header::CONTENT_DISPOSITION, v);
    }
    res
}

/// MIME type of XLSX.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// MIME type of CSV.
pub const CSV: &str = "text/csv; charset=utf-8";
/// MIME type of what is only ever saved, never shown.
pub const BYTES: &str = "application/octet-stream";

/// A file built into the binary.
pub struct Asset {
    /// File name, such as `mall.css`.
    pub name: &'static str,
    /// MIME type.
    pub kind: &'static str,
    /// Content.
    pub bytes: &'static [u8],
}

impl Asset {
    /// The address under which it may be cached for ever: its content's hash is part of it.
    pub fn href(&self) -> String {
        format!("/assets/{}-{}", &crate::text::sha256(&[self.bytes])[..12], self.name)
    }

    /// Its response.
    pub fn response(&self) -> Response {
        let head = [(header::CONTENT_TYPE, self.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
        (head, self.bytes).into_response()
    }
}

/// True for a path on this site that may be redirected to; never another host.
pub fn local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\") && !path.contains(['\r', '\n'])
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_own_paths_are_redirected_to() {
        for (path, ok) in
            [("/a?b=c", true), ("//evil", false), ("https://evil", false), ("/\\evil", false), ("", false)]
        {
            assert_eq!(super::local(path), ok, "{path}");
        }
    }
}
