//! Pages with something on them and pages with nothing yet, for tests.

use super::chart::{Chart, ChartRange};
use super::drawing::{self, Slice};
use super::epochs::Epochs;
use super::field_errors::FieldErrors;
use super::format::{BasisPoints, Gain};
use super::layout::{FeedState, Layout, MarketBadge, Notice, NoticeKind, Theme, Viewer};
use super::orders::{FillRow, QuoteHit, Reversed};
use super::portfolio::HoldingRow;
use super::rates::RateRow;
use super::sparklines::Line;
use super::ticket::{SizeBy, Ticket, TicketChoice};
use crate::domain::{
    At, Candle, Halt, Money, Notional, OrderId, OrderKey, Price, PublicId, Quantity, Quote, Role, Side, Symbol,
    Timeframe, TradingStatus,
};
use crate::store::accounts::Frozen;
use crate::store::epochs::Epoch;
use std::sync::Arc;
use std::time::Duration;

/// A name as only a mischievous or a very long-winded market would have it.
pub(super) const LONG_NAME: &str =
    "<script>alert(1)</script> & The Very Long Name of an International Holding Company Limited";

pub(super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(super) fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub(super) fn shares(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub(super) fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

pub(super) fn now() -> At {
    "2026-03-02T14:31:19Z".parse().unwrap()
}

pub(super) fn minutes_ago(minutes: u64) -> At {
    now().minus(Duration::from_mins(minutes))
}

pub(super) fn key() -> OrderKey {
    "0123456789abcdef".parse().unwrap()
}

pub(super) fn id() -> PublicId {
    "7c9e6679-7425-40de-944b-e07fc1f90ae7".parse().unwrap()
}

pub(super) fn signed_out(path: &str) -> Layout {
    Layout {
        viewer: None,
        acting_until: None,
        path: path.to_owned(),
        token: "token-of-this-session".to_owned(),
        theme: Theme::System,
        notice: None,
        market: MarketBadge { simulated: true, words: "Simulated prices".to_owned(), state: FeedState::Live },
        now: now(),
    }
}

pub(super) fn signed_in(path: &str) -> Layout {
    Layout {
        viewer: Some(Viewer { username: "ada.lovelace".parse().unwrap(), role: Role::Trader }),
        ..signed_out(path)
    }
}

/// A frame with everything that can be long or unusual in it.
pub(super) fn crowded(path: &str) -> Layout {
    Layout {
        viewer: Some(Viewer { username: "Wilhelmina-Charlotte.von_Habsbur".parse().unwrap(), role: Role::Trader }),
        notice: Some(Notice { kind: NoticeKind::Good, text: "Bought 10 AAPL at 187.22 for $1,872.20.".to_owned() }),
        market: MarketBadge {
            simulated: false,
            words: "Recorded prices, 4 Oct 2013, 10:31 New York".to_owned(),
            state: FeedState::Stopped(Duration::from_secs(40)),
        },
        ..signed_out(path)
    }
}

pub(super) fn quote(last: &str, previous: &str) -> Quote {
    let (last, previous_close) = (price(last), price(previous));
    Quote {
        bid: Price::from_units(last.units() - 100),
        ask: Price::from_units(last.units() + 200),
        last,
        previous_close,
        volume: last.units() * 7 % 48_000_000,
        at: minutes_ago(0),
    }
}

/// A walk of prices from a small generator, so that pictures have a shape.
pub(super) fn walk(from: Price, to: Price, seed: i64) -> Vec<Price> {
    let mut state = seed * 7_919 + 17;
    let steps = 48;
    (0..=steps)
        .map(|step| {
            state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
            let noise = (state / 65_536 % 200 - 100) * from.units() / 40_000;
            let trend = from.units() + (to.units() - from.units()) * step / steps;
            Price::from_units(if step == 0 || step == steps { trend } else { trend + noise })
        })
        .collect()
}

/// A halt whose reason is as long as one can be, and mischievous.
pub(super) fn halt() -> Arc<Halt> {
    let because = format!("News is pending <b>&</b> {}", "the exchange has asked a question ".repeat(14));
    Arc::new(Halt { since: minutes_ago(12), because: because.trim().to_owned() })
}

pub(super) fn rates() -> Vec<RateRow> {
    [
        ("AAPL", "Apple Inc.", "Technology", Some(("268.40", "266.05")), true),
        ("BRK.B", "Berkshire Hathaway Inc. Class B", "Financials", Some(("1492.1", "1497.44")), false),
        ("DIA", "SPDR Dow Jones Industrial Average ETF Trust", "Funds", Some(("483.90", "483.90")), true),
        ("F", "Ford Motor Company", "Consumer", Some(("0.4375", "0.4512")), false),
        ("IBM", "International Business Machines Corporation", "Technology", Some(("303.15", "301.02")), false),
        ("LONG.NAM", LONG_NAME, "Communication Services", Some(("98765.4321", "98000.00")), false),
        ("MSFT", "Microsoft Corporation", "Technology", Some(("492.10", "495.87")), false),
        ("NONE", "Nothing Yet Incorporated", "Industrials", None, false),
        ("NVDA", "NVIDIA Corporation", "Technology", Some(("186.50", "181.22")), true),
        ("SPY", "SPDR S&P 500 ETF Trust", "Funds", Some(("687.33", "684.10")), false),
        ("XOM", "Exxon Mobil Corporation", "Energy", Some(("118.02", "119.37")), false),
    ]
    .into_iter()
    .zip(1..)
    .map(|((ticker, name, sector, prices, watched), seed)| RateRow {
        symbol: symbol(ticker),
        name: name.to_owned(),
        sector: sector.to_owned(),
        status: TradingStatus { delisted: false, halt: (ticker == "IBM").then(halt) },
        quote: prices.map(|(last, previous)| quote(last, previous)),
        line: Line {
            prices: prices.map_or_else(Vec::new, |(last, previous)| walk(price(previous), price(last), seed)),
            every: Duration::from_mins(20),
            change: None,
        },
        watched,
    })
    .collect()
}

pub(super) fn holding(ticker: &str, name: &str, quantity: &str, cost: &str, quote: Option<Quote>) -> HoldingRow {
    let (quantity, cost) = (shares(quantity), money(cost));
    let worth = |price| Notional::of(price, quantity).value().unwrap();
    let value = quote.map(|quote| worth(quote.last));
    HoldingRow {
        symbol: symbol(ticker),
        name: name.to_owned(),
        traded: true,
        status: TradingStatus { delisted: ticker == "LONG.NAM", halt: None },
        quantity,
        cost,
        last: quote.map(|quote| quote.last),
        line: Line {
            prices: quote.map_or_else(Vec::new, |quote| walk(quote.previous_close, quote.last, cost.cents() % 100)),
            every: Duration::from_mins(20),
            change: None,
        },
        value,
        day: quote.map(|quote| {
            let before = worth(quote.previous_close);
            Gain { amount: worth(quote.last).checked_sub(before).unwrap(), base: before }
        }),
        unrealised: value.map(|value| Gain { amount: value.checked_sub(cost).unwrap(), base: cost }),
        weight: value.and_then(|value| BasisPoints::of_money(value, money("24318.77"))),
    }
}

pub(super) fn holdings() -> Vec<HoldingRow> {
    vec![
        holding("AAPL", "Apple Inc.", "20", "4980.00", Some(quote("268.40", "266.05"))),
        holding("SPY", "SPDR S&P 500 ETF Trust", "6.5", "4410.22", Some(quote("687.33", "684.10"))),
        holding("MSFT", "Microsoft Corporation", "7", "3610.40", Some(quote("492.10", "495.87"))),
        holding("LONG.NAM", LONG_NAME, "0.012345678", "1300.00", Some(quote("98765.4321", "98000.00"))),
        holding("NONE", "Nothing Yet Incorporated", "3", "30.00", None),
    ]
}

pub(super) fn slices() -> Vec<Slice> {
    let held = [("AAPL", "5368.00"), ("SPY", "4467.65"), ("MSFT", "3444.70"), ("LONG.NAM", "1219.33")];
    let held = held.map(|(label, value)| (label.to_owned(), money(value)));
    drawing::slices(&held, money("9819.09"), money("24318.77"))
}

pub(super) fn fill(side: Side, ticker: &str, quantity: &str, at: &str, gain: Option<&str>, minutes: u64) -> FillRow {
    let (quantity, met) = (shares(quantity), quote(at, "266.05"));
    let price = met.for_side(side);
    let notional = Notional::of(price, quantity);
    FillRow {
        order: id(),
        at: minutes_ago(minutes),
        side,
        symbol: symbol(ticker),
        name: LONG_NAME.to_owned(),
        quantity,
        price,
        total: if side == Side::Buy { notional.cost() } else { notional.proceeds() }.unwrap(),
        gain: gain.map(money),
        quote: QuoteHit { bid: met.bid, ask: met.ask, last: met.last, at: met.at },
        reversed: None,
    }
}

pub(super) fn fills() -> Vec<FillRow> {
    vec![
        fill(Side::Buy, "AAPL", "10", "268.40", None, 0),
        fill(Side::Sell, "MSFT", "2.5", "492.10", Some("-41.18"), 18),
        FillRow {
            reversed: Some(Reversed { at: minutes_ago(100), because: LONG_NAME.to_owned() }),
            ..fill(Side::Buy, "LONG.NAM", "0.012345678", "98765.4321", None, 190)
        },
        fill(Side::Sell, "SPY", "1000", "687.33", Some("12345.67"), 2_900),
        fill(Side::Buy, "SPY", "6.5", "684.10", None, 40_000),
    ]
}

pub(super) fn frozen() -> Frozen {
    Frozen { at: minutes_ago(3_000), because: "You lent somebody your password.".to_owned() }
}

/// Of an account that has begun twice, or once.
pub(super) fn epochs(twice: bool) -> Epochs {
    let first = Epoch { number: 1, start: 1, end: None, after_order: OrderId(0), last_order: None, began_at: now() };
    let all = if twice {
        let second = Epoch { number: 2, start: 9, after_order: OrderId(7), ..first };
        vec![Epoch { end: Some(9), last_order: Some(OrderId(7)), ..first }, second]
    } else {
        vec![first]
    };
    Epochs::of(all, first, "")
}

pub(super) fn ticket(fixed: bool) -> Ticket {
    Ticket {
        side: Side::Buy,
        symbol: "AAPL".to_owned(),
        fixed,
        by: SizeBy::Shares,
        amount: "10".to_owned(),
        key: key(),
        errors: FieldErrors::default(),
        frozen: None,
        paused: false,
        cash: money("9819.09"),
        choices: rates()
            .into_iter()
            .filter(|rate| !fixed || rate.symbol.as_str() == "AAPL")
            .map(|rate| TicketChoice {
                held: if rate.watched { shares("20") } else { Quantity::ZERO },
                bid: rate.quote.map(|quote| quote.bid),
                ask: rate.quote.map(|quote| quote.ask),
                status: rate.status,
                symbol: rate.symbol,
                name: rate.name,
            })
            .collect(),
    }
}

/// A month of prices, or of none.
pub(super) fn chart(quoted: bool) -> Chart {
    Chart {
        symbol: symbol("AAPL"),
        range: ChartRange::Month,
        zone: "UTC".to_owned(),
        recording: false,
        span: (minutes_ago(31 * 24 * 60), minutes_ago(0)),
        timeframe: Timeframe::Hour,
        candles: if quoted { candles() } else { Vec::new() },
    }
}

/// Candles around a walk.
fn candles() -> Vec<Candle> {
    let closes = walk(price("266.05"), price("268.40"), 5);
    let spans = closes.windows(2).zip(0..);
    let candle = |(pair, number): (&[Price], u64)| {
        let (low, high) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
        let start = minutes_ago(60 * (48 - number)).beginning_of(Duration::from_hours(1));
        let below = Price::from_units(low.units() - 2_500);
        Candle::new(start, [pair[0], high, below, pair[1]], high.units() % 9_000).unwrap()
    };
    spans.map(candle).collect()
}
