//! `/static/…`: the embedded files.

use super::assets;
use super::error::PageError;
use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use std::borrow::Cow;

/// One file; its address names its content, so that it may be kept for ever.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn file(path: web::Path<String>, known: web::Header<IfNoneMatch>) -> Result<HttpResponse, PageError> {
    let asset = assets::find(&path).ok_or(PageError::NotFound)?;
    let unchanged = match known.into_inner() {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => {
            tags.iter().any(|tag| tag.weak_eq(&EntityTag::new_strong(asset.etag.trim_matches('"').to_owned())))
        }
    };
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, assets::CACHE_CONTROL))
        .insert_header((header::ETAG, asset.etag.as_str()));
    if unchanged {
        return Ok(response.finish());
    }
    let bytes = match &asset.bytes {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::copy_from_slice(read),
    };
    Ok(response.content_type(asset.mime.as_str()).body(bytes))
}
