//! Live rates as JSON text. `docs/live-rates.md` describes every field.

use super::board::{Board, Traded};
use super::status::FeedStatus;
use crate::domain::amount::show_units;
use crate::domain::{At, Price, Quote, Symbol, TradingStatus};
use std::fmt::Write as _;
use std::time::Duration;

/// One instrument's rate, with its quote and when that was received, once there is one. Symbols and prices hold no
/// character that JSON escapes; why trading is halted may hold any.
pub(super) fn rate(traded: &Traded, quoted: Option<(Quote, Duration)>) -> String {
    let TradingStatus { delisted, halt } = &traded.status;
    let halted = halt.as_ref().map_or_else(null, |halt| serde_json::Value::from(halt.because.as_str()).to_string());
    let status = format!("\"listed\":{},\"halted\":{halted}", !delisted);
    let symbol = &traded.instrument.symbol;
    let Some((quote, received)) = quoted else {
        return format!(
            "{{\"symbol\":\"{symbol}\",\"bid\":null,\"ask\":null,\"last\":null,\"previous_close\":null,\
             \"change\":null,\"change_percent\":null,\"volume\":null,\"time\":null,\"received_ms\":null,{status}}}"
        );
    };
    let Quote { bid, ask, last, previous_close, volume, at } = quote;
    let change = quote.change().map_or_else(null, |change| signed(change, Price::SCALE));
    let percent = quote.change_percent().map_or_else(null, |percent| signed(percent, 2));
    format!(
        "{{\"symbol\":\"{symbol}\",\"bid\":\"{bid}\",\"ask\":\"{ask}\",\"last\":\"{last}\",\
         \"previous_close\":\"{previous_close}\",\"change\":{change},\"change_percent\":{percent},\
         \"volume\":{volume},\"time\":\"{at}\",\"received_ms\":{},{status}}}",
        received.as_millis()
    )
}

/// What every message says of the market: its clock and its feed.
pub(super) fn stamp(board: &Board, status: &FeedStatus) -> String {
    let FeedStatus { name, state, quote_age, speed } = status;
    format!(
        "\"clock_ms\":{},\"feed\":{{\"name\":\"{}\",\"state\":\"{}\",\"over_ms\":{},\"quote_age_ms\":{},\
         \"market_time\":{},\"speed\":\"{speed}\",\"opens\":{}}}",
        board.opened().elapsed().as_millis(),
        name.as_str(),
        state.as_str(),
        millis(state.over_for()),
        millis(*quote_age),
        board.market_time().map_or_else(null, |at: At| format!("\"{at}\"")),
        state.opens().map_or_else(null, |at: At| format!("\"{at}\"")),
    )
}

pub(super) fn snapshot<'a>(
    text: &mut String,
    sequence: u64,
    stamp: &str,
    watching: &str,
    rates: impl Iterator<Item = &'a str>,
) {
    // Writing to a `String` cannot fail.
    let _ = write!(text, "{{\"type\":\"snapshot\",\"sequence\":{sequence},{stamp},\"watching\":{watching},");
    push_rates(text, rates);
}

pub(super) fn changes<'a>(
    text: &mut String,
    sequence: u64,
    previous: u64,
    stamp: &str,
    rates: impl Iterator<Item = &'a str>,
) {
    // Writing to a `String` cannot fail.
    let _ = write!(text, "{{\"type\":\"changes\",\"sequence\":{sequence},\"previous\":{previous},{stamp},");
    push_rates(text, rates);
}

pub(super) fn heartbeat(sequence: u64, stamp: &str) -> String {
    format!("{{\"type\":\"heartbeat\",\"sequence\":{sequence},{stamp}}}")
}

/// Symbols as a JSON list.
pub(super) fn list<'a>(symbols: impl Iterator<Item = &'a Symbol>) -> String {
    let mut text = String::from("[");
    for (count, symbol) in symbols.enumerate() {
        let comma = if count == 0 { "" } else { "," };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{comma}\"{symbol}\"");
    }
    text.push(']');
    text
}

fn push_rates<'a>(text: &mut String, rates: impl Iterator<Item = &'a str>) {
    text.push_str("\"rates\":[");
    for (count, rate) in rates.enumerate() {
        if count > 0 {
            text.push(',');
        }
        text.push_str(rate);
    }
    text.push_str("]}");
}

fn signed(units: i64, scale: u32) -> String {
    let sign = if units > 0 { "+" } else { "" };
    format!("\"{sign}{}\"", show_units(units, scale, 2))
}

fn millis(span: Option<Duration>) -> String {
    span.map_or_else(null, |span| span.as_millis().to_string())
}

fn null() -> String {
    "null".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Halt;
    use crate::market::board::Roster;
    use crate::market::fixture::untraded;
    use std::sync::Arc;

    fn traded(symbol: &str, status: TradingStatus) -> Traded {
        let mut listed = untraded(&[symbol]).remove(0);
        listed.status = status;
        Roster::of(&[listed]).at(0).unwrap().clone()
    }

    fn read(traded: &Traded, quoted: Option<(Quote, Duration)>) -> serde_json::Value {
        serde_json::from_str(&rate(traded, quoted)).unwrap()
    }

    #[test]
    fn a_rate_carries_exact_decimals_and_signed_changes() {
        let price = |text: &str| text.parse::<Price>().unwrap();
        let quote = Quote {
            bid: price("187.21"),
            ask: price("187.23"),
            last: price("187.22"),
            previous_close: price("190.00"),
            volume: 1_200,
            at: "2026-03-02T14:30:00.5Z".parse().unwrap(),
        };
        let open = traded("BRK.B", TradingStatus::default());
        let expected = serde_json::json!({
            "symbol": "BRK.B", "bid": "187.21", "ask": "187.23", "last": "187.22", "previous_close": "190.00",
            "change": "-2.78", "change_percent": "-1.46", "volume": 1200, "time": "2026-03-02T14:30:00.5Z",
            "received_ms": 1500, "listed": true, "halted": null,
        });
        assert_eq!(read(&open, Some((quote, Duration::from_millis(1_500)))), expected);
        let risen = Quote { previous_close: price("187.2199"), ..quote };
        let value = read(&open, Some((risen, Duration::ZERO)));
        assert_eq!((value["change"].as_str(), value["change_percent"].as_str()), (Some("+0.0001"), Some("0.00")));
    }

    #[test]
    fn a_rate_says_whether_and_why_it_cannot_be_traded_whatever_the_words() {
        let because = "\"Wait\" \\ <script>\u{7}".to_owned();
        let halt = Halt { since: At::from_micros(0), because: because.clone() };
        let halted = read(&traded("A", TradingStatus { delisted: true, halt: Some(Arc::new(halt)) }), None);
        assert_eq!((&halted["listed"], halted["halted"].as_str()), (&false.into(), Some(because.as_str())));
        assert!(halted["last"].is_null());
    }
}
