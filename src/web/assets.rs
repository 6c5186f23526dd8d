//! Stylesheet, scripts and pictures, embedded in the binary and addressed by their content.
//!
//! An address carries a hash of what it names, so an answer may be kept for ever. Debug builds read the
//! files from disk when the process starts, so that a change to one needs no compiler.

use crate::domain::hexadecimal;
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where the files are served.
pub const PREFIX: &str = "/static/";
/// How an answer may be kept.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One file as it is served.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its `Content-Type`.
    pub mime: String,
    /// Its `ETag`, quotes included.
    pub etag: String,
}

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

struct Table {
    urls: BTreeMap<String, String>,
    assets: BTreeMap<String, Asset>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { urls: BTreeMap::new(), assets: BTreeMap::new() };
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else { continue };
        let hash = file.metadata.sha256_hash();
        let hash = hexadecimal(hash.get(..8).unwrap_or(&hash));
        let hashed = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
            None => format!("{name}.{hash}"),
        };
        let mime = match file.metadata.mimetype() {
            text if text.starts_with("text/") || text.ends_with("/javascript") => format!("{text}; charset=utf-8"),
            other => other.to_owned(),
        };
        table.urls.insert(name.into_owned(), format!("{PREFIX}{hashed}"));
        table.assets.insert(hashed, Asset { bytes: file.data, mime, etag: format!("\"{hash}\"") });
    }
    table
});

/// The address of the file called `name` under `static/`; the prefix alone, which is served as 404, when there is none.
#[must_use]
pub fn url(name: &str) -> &'static str {
    TABLE.urls.get(name).map_or(PREFIX, String::as_str)
}

/// The file at `path`, which is what follows [`PREFIX`] in an address, hash included.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    TABLE.assets.get(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_file_and_no_other_spelling_does() {
        let address = url("app.css");
        let asset = find(address.strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!(asset.mime, "text/css; charset=utf-8");
        assert!(!asset.bytes.is_empty());
        for path in ["app.css", "", "../Cargo.toml", "app.0000000000000000.css"] {
            assert!(find(path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn every_file_that_a_template_names_exists() {
        for name in [
            "app.css",
            "favicon.svg",
            "chart.js",
            "exact.js",
            "forms.js",
            "live.js",
            "ranges.js",
            "rates.js",
            "stars.js",
            "ticket.js",
            "vendor/lightweight-charts/lightweight-charts.standalone.production.js",
        ] {
            assert_ne!(url(name), PREFIX, "{name}");
        }
    }
}
