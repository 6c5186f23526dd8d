//! What prices did, by market day.

use super::references::INSTRUMENT;
use crate::store::browse::table::{Column, Filter, Join, Kind, Order, Part, Place, Related, Table};

pub(super) static CANDLES: Table = Table {
    name: "candles",
    title: "Daily candles",
    words: ("day", "days"),
    heading: "{symbol} on {day}",
    about: "Daily open, high, low, close and volume of each instrument, latest day first.",
    base: "candles",
    // The index that has days in order is of these rows alone.
    only: "candles.timeframe = 86400",
    joins: &[Join { name: "instruments", sql: "LEFT JOIN instruments ON instruments.id = candles.instrument_id" }],
    key: &[Part::number("candles.start"), Part::number("candles.instrument_id")],
    order: Order::Descending,
    identity: &[Part::number("candles.start"), Part::text("instruments.symbol")],
    columns: &[
        Column::new(Kind::Day, "day", "Day", "candles.start").at(Place::Lead),
        Column::new(Kind::Text, "symbol", "Symbol", "instruments.symbol")
            .to("instruments", "instruments.symbol")
            .searched(),
        Column::new(Kind::Text, "name", "Name", "instruments.name")
            .at(Place::Wide)
            .sorted_by("lower(instruments.name)")
            .searched(),
        Column::new(Kind::Price, "open", "Open", "candles.open"),
        Column::new(Kind::Price, "high", "High", "candles.high"),
        Column::new(Kind::Price, "low", "Low", "candles.low"),
        Column::new(Kind::Price, "close", "Close", "candles.close"),
        Column::new(Kind::Count, "volume", "Volume", "candles.volume"),
        Column::new(Kind::Count, "hours", "1-hour candles", HOURS).at(Place::Sought),
        Column::new(Kind::Count, "fives", "5-minute candles", FIVES).at(Place::Sought),
        Column::new(Kind::Count, "minutes", "1-minute candles", MINUTES).at(Place::Sought),
    ],
    filters: &[
        Filter::row("instrument", "Instrument", "candles.instrument_id", &INSTRUMENT)
            .by_index(&[Part::number("candles.start"), Part::number("candles.instrument_id")]),
        Filter::days("day", "Day", "candles.start").by_key(),
        Filter::word("sector", "Sector", "instruments.sector"),
    ],
    related: &[
        Related {
            label: "All days of this instrument",
            table: "candles",
            asked: &[("instrument", "instruments.symbol")],
        },
        Related { label: "Orders of this instrument", table: "orders", asked: &[("instrument", "instruments.symbol")] },
    ],
    exact: &[],
};

/// Candles of one of the finer kinds that lie within the day.
macro_rules! finer {
    ($timeframe:literal) => {
        concat!(
            "(SELECT CAST(COUNT(*) AS BIGINT) FROM candles finer WHERE finer.instrument_id = candles.instrument_id ",
            "AND finer.timeframe = ",
            $timeframe,
            " AND finer.start >= candles.start AND finer.start < candles.start + 86400000000)"
        )
    };
}

const HOURS: &str = finer!("3600");
const FIVES: &str = finer!("300");
const MINUTES: &str = finer!("60");
