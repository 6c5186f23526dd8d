//! Files to take away: CSV, written as it is read from the store, a bounded piece at a time.

use super::error::PageError;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::future::{Future, ready};

/// Rows read at a time.
pub(super) const PIECE: i64 = 1_000;

/// Answers with the file `name`: the heads of its columns, then piece after piece until one knows no key to go on from.
///
/// `piece` is given the key after which to go on and returns rows, of which there may be none, with the key to go on from.
///
/// # Errors
/// When the first piece fails. A later failure ends the transfer in the middle, which clients notice.
pub(super) async fn stream_csv<K, F, P>(name: &str, heads: &[&str], mut piece: P) -> Result<HttpResponse, PageError>
where
    K: Send + 'static,
    F: Future<Output = Result<(Vec<Vec<String>>, Option<K>), PageError>> + 'static,
    P: FnMut(Option<K>) -> F + 'static,
{
    let (rows, next) = piece(None).await?;
    let first = written(std::iter::once(heads.iter().map(ToString::to_string).collect()).chain(rows))?;
    let rest = stream::try_unfold((next, piece), |(next, mut piece)| async move {
        let Some(key) = next else { return Ok::<_, PageError>(None) };
        let (rows, next) = piece(Some(key)).await?;
        Ok(Some((written(rows.into_iter())?, (next, piece))))
    });
    // A chunk of nothing would tell the client that this was all.
    let rest = rest.try_filter(|bytes| ready(!bytes.is_empty()));
    let body = stream::once(async move { Ok(first) }).chain(rest);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .streaming(body))
}

fn written(rows: impl Iterator<Item = Vec<String>>) -> Result<Bytes, PageError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| PageError::Internal(error.into()))?;
    }
    let bytes = writer.into_inner().map_err(|error| PageError::Internal(anyhow::anyhow!("{error}")))?;
    Ok(bytes.into())
}
