//! `/stocks/{symbol}/candles`: what a price did, for programs and for the chart.
//!
//! `docs/candles.md` is its description. It reads no session, so that everybody gets the same answer, which may be kept.

use super::candles_query::{Asked, FileKind, asked};
use super::chart;
use super::field_errors::FieldErrors;
use super::house::House;
use super::past;
use crate::domain::{At, Candle, Symbol, hexadecimal};
use crate::store::{StoreError, candles};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag, HeaderValue, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::time::Duration;

/// The most candles in one answer.
const MOST: usize = 5_000;
/// How an answer may be kept that reaches the present: as long as the chart of a page that is opened twice.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=5");
/// How an answer may be kept whose candles are all closed; it is not for ever, because history can be imported.
const LONG: HeaderValue = HeaderValue::from_static("public, max-age=86400");
/// How long after its end a candle is sure to be recorded, at the least, where the market's clock runs no faster than others.
const RECORDED_WITHIN: Duration = Duration::from_mins(10);
/// Seconds after which it is worth trying again when the house is busy.
const BUSY_FOR: HeaderValue = HeaderValue::from_static("2");

/// Candles, oldest first.
pub async fn show(
    request: HttpRequest,
    house: web::Data<House>,
    path: web::Path<String>,
    known: web::Header<IfNoneMatch>,
) -> HttpResponse {
    let board = house.market.board();
    let Some(instrument) = path.parse::<Symbol>().ok().and_then(|symbol| board.find(&symbol)) else {
        return refused(StatusCode::NOT_FOUND, "This symbol is not listed here.", None);
    };
    let now = board.market_time().unwrap_or_else(|| house.clock.now());
    let asked = match asked(request.query_string(), now, board.calendar()) {
        Ok(asked) => asked,
        Err(errors) => {
            let sentence = "This request for candles is not valid; see the fields.";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, sentence, Some(&errors));
        }
    };
    let (id, Asked { range, from, until, .. }) = (instrument.id, asked);
    let one_more = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let read = house.store.read(move |conn| match range {
        Some(range) => past::of_range(conn, id, range, (from, until), one_more),
        None => Ok((asked.timeframe, candles::range(conn, id, asked.timeframe, from, until, one_more)?)),
    });
    let (timeframe, mut found) = match read.await {
        Ok(found) => found,
        Err(StoreError::Busy | StoreError::Unavailable) => {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "The server is busy; try again in a few seconds.", None);
        }
        Err(error) => {
            tracing::error!(%error, "candles could not be read");
            return refused(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.", None);
        }
    };
    let last_wanted = found.get(MOST).map_or(until, |candle| candle.start);
    chart::add_open(&mut found, board.candle(id, timeframe).filter(|open| open.start >= from), last_wanted);
    let next = found.get(MOST).map(|candle| candle.start);
    found.truncate(MOST);
    // Where the market's clock runs ahead, what it closed is recorded only some of its hours later.
    let settled = house.market.speed().is_at_most_real_time() || house.market.is_over();
    let recorded = settled.then(|| now.minus(RECORDED_WITHIN));
    answer(&instrument.symbol, &Asked { timeframe, ..asked }, &found, next, recorded, &known)
}

fn answer(
    symbol: &Symbol,
    asked: &Asked,
    found: &[Candle],
    next: Option<At>,
    recorded: Option<At>,
    known: &IfNoneMatch,
) -> HttpResponse {
    let following = next.map(|start| {
        let Asked { timeframe, until, kind, .. } = asked;
        let file = if *kind == FileKind::Csv { "&format=csv" } else { "" };
        format!("/stocks/{symbol}/candles?timeframe={timeframe}&from={start}&to={until}{file}")
    });
    let body = match asked.kind {
        FileKind::Json => as_json(symbol, asked, found, following.as_deref()),
        FileKind::Csv => as_csv(found),
    };
    let tag = EntityTag::new_weak(hexadecimal(Sha256::digest(&body).get(..12).unwrap_or_default()));
    let unchanged = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&tag)),
    };
    let end = next.unwrap_or(asked.until).plus(asked.timeframe.span().saturating_mul(2));
    let closed = recorded.is_some_and(|until| end <= until);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, if closed { LONG } else { BRIEFLY }));
    response.insert_header((header::ETAG, tag.to_string()));
    if unchanged {
        return response.finish();
    }
    if let Some(following) = following {
        response.insert_header((header::LINK, format!("<{following}>; rel=\"next\"")));
    }
    match asked.kind {
        FileKind::Json => response.content_type("application/json"),
        FileKind::Csv => {
            let name = format!("attachment; filename=\"{symbol}-{}.csv\"", asked.timeframe);
            response.insert_header((header::CONTENT_DISPOSITION, name)).content_type("text/csv; charset=utf-8")
        }
    };
    response.body(body)
}

/// Prices are written as numbers from whole ten-thousandths, so that none is rounded on the way.
fn as_json(symbol: &Symbol, asked: &Asked, found: &[Candle], next: Option<&str>) -> String {
    let Asked { timeframe, from, until, .. } = asked;
    let mut text = String::with_capacity(200 + found.len() * 110);
    // Writing to a `String` cannot fail; a symbol and a moment hold nothing that JSON would have escaped.
    let _ =
        write!(text, r#"{{"symbol":"{symbol}","timeframe":"{timeframe}","from":"{from}","to":"{until}","candles":["#);
    for (index, candle) in found.iter().enumerate() {
        let Candle { start, open, high, low, close, volume } = candle;
        let comma = if index > 0 { "," } else { "" };
        let time = start.micros().div_euclid(1_000_000);
        let _ = write!(
            text,
            r#"{comma}{{"time":{time},"open":{open},"high":{high},"low":{low},"close":{close},"volume":{volume}}}"#
        );
    }
    let _ = match next {
        Some(next) => write!(text, r#"],"next":"{next}"}}"#),
        None => write!(text, r#"],"next":null}}"#),
    };
    text
}

fn as_csv(found: &[Candle]) -> String {
    let mut text = String::with_capacity(40 + found.len() * 70);
    text.push_str("time,open,high,low,close,volume\r\n");
    for Candle { start, open, high, low, close, volume } in found {
        let _ = write!(text, "{start},{open},{high},{low},{close},{volume}\r\n");
    }
    text
}

fn refused(status: StatusCode, sentence: &str, errors: Option<&FieldErrors>) -> HttpResponse {
    let mut body = json!({ "message": sentence });
    if let (Some(errors), Some(body)) = (errors, body.as_object_mut()) {
        let fields = errors.fields().map(|(name, sentence)| (name.to_owned(), sentence.into())).collect();
        body.insert("fields".to_owned(), serde_json::Value::Object(fields));
    }
    let mut response = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, BUSY_FOR));
    }
    response
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .content_type("application/json")
        .body(body.to_string())
}
