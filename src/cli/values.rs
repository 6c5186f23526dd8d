//! Reading the values of settings; each mistake is a sentence that says what is allowed.

use crate::domain::Money;
use jiff::{Span, SpanRelativeTo};
use std::num::NonZeroU32;
use std::time::Duration;
use tracing_subscriber::filter::Targets;

/// Reads a length of time such as `15s`, `250ms`, `12h` or `30d`, above zero.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let allowed = || "it must be a length of time above zero, such as 250ms, 15s, 12h or 30d.".to_owned();
    let span: Span = text.parse().map_err(|_| allowed())?;
    let signed = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| allowed())?;
    Duration::try_from(signed).ok().filter(|duration| !duration.is_zero()).ok_or_else(allowed)
}

/// How long something is kept; nothing stands for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keep(pub(super) Option<Duration>);

/// Reads how long something is kept: a length of time, or `forever`.
pub(super) fn keep(text: &str) -> Result<Keep, String> {
    if text == "forever" {
        return Ok(Keep(None));
    }
    let kept = duration(text).map_err(|_| "it must be a length of time such as 12h or 30d, or forever.".to_owned())?;
    Ok(Keep(Some(kept)))
}

/// Reads an amount of money above zero.
pub(super) fn money(text: &str) -> Result<Money, String> {
    Money::parse_positive(text).map_err(|_| "it must be an amount of dollars above zero, such as 10000.00.".to_owned())
}

/// Reads an amount of money that may be nothing.
pub(super) fn money_or_none(text: &str) -> Result<Money, String> {
    let allowed = || "it must be an amount of dollars, such as 10000.00, or 0.".to_owned();
    text.parse().ok().filter(|amount: &Money| !amount.is_negative()).ok_or_else(allowed)
}

/// Reads a whole number above zero.
pub(super) fn count(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| format!("it must be a whole number from 1 to {}.", u32::MAX))
}

/// Reads a whole number.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it must be a whole number from 0 to {}.", u64::MAX))
}

/// Reads the bcrypt cost of passwords.
pub(super) fn password_cost(text: &str) -> Result<u32, String> {
    let cost = text.parse().ok().filter(|cost| (4..=16).contains(cost));
    cost.ok_or_else(|| "it must be a whole number from 4 to 16.".to_owned())
}

/// Reads what goes to the log.
pub(super) fn levels(text: &str) -> Result<Targets, String> {
    let allowed =
        "it must be a level (off, error, warn, info, debug or trace) or levels by part, such as info,tradefloor=debug.";
    text.parse().map_err(|_| allowed.to_owned())
}

/// Reads an address to listen on.
pub(super) fn listen(text: &str) -> Result<std::net::SocketAddr, String> {
    let with_name = text.strip_prefix("localhost").map(|port| format!("127.0.0.1{port}"));
    let read = with_name.as_deref().unwrap_or(text).parse();
    read.map_err(|_| "it must be an address and a port, such as 127.0.0.1:8080 or 0.0.0.0:80.".to_owned())
}

/// Reads where people reach the site: a scheme and a host, without a path.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let allowed = || "it must be a scheme and a host, such as https://market.example.".to_owned();
    let text = text.strip_suffix('/').unwrap_or(text);
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(allowed)?;
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if plain && !host.is_empty() { Ok(text.to_ascii_lowercase()) } else { Err(allowed()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("12h"), Ok(Duration::from_hours(12)));
        assert_eq!(duration("30d"), Ok(Duration::from_hours(720)));
        for wrong in ["", "soon", "15", "-1s", "0s", "1e9y"] {
            assert!(duration(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_kept_is_kept_for_a_time_or_for_ever() {
        assert_eq!(keep("30d"), Ok(Keep(Some(Duration::from_hours(720)))));
        assert_eq!(keep("forever"), Ok(Keep(None)));
        assert!(keep("0s").is_err() && keep("always").is_err());
    }

    #[test]
    fn an_origin_has_a_scheme_a_host_and_nothing_else() {
        assert_eq!(origin("https://Market.Example/"), Ok("https://market.example".to_owned()));
        for wrong in ["market.example", "https://", "https://a/b", "ftp://a", "https://a b"] {
            assert!(origin(wrong).is_err(), "{wrong:?}");
        }
    }
}
