//! What is or was traded.

use crate::store::browse::table::{Column, Exact, Filter, Kind, Order, Part, Place, Related, Spelling, Table};

pub(super) static INSTRUMENTS: Table = Table {
    name: "instruments",
    title: "Instruments",
    words: ("instrument", "instruments"),
    heading: "{symbol} {name}",
    about: "All current and past instruments, by symbol.",
    base: "instruments",
    only: "",
    joins: &[],
    key: &[Part::text("instruments.symbol")],
    order: Order::Ascending,
    identity: &[Part::text("instruments.symbol")],
    columns: &[
        Column::new(Kind::Text, "symbol", "Symbol", "instruments.symbol").at(Place::Lead).searched(),
        Column::new(Kind::Text, "name", "Name", "instruments.name").sorted_by("lower(instruments.name)").searched(),
        Column::new(Kind::Text, "sector", "Sector", "instruments.sector")
            .sorted_by("lower(instruments.sector)")
            .searched(),
        Column::new(Kind::Flag, "listed", "Listed", "instruments.listed"),
        Column::new(Kind::Text, "halted_because", "Halt reason", "instruments.halted_because")
            .sorted_by("lower(instruments.halted_because)")
            .searched(),
        Column::new(Kind::Price, "last", "Last saved price", "instruments.last_price"),
        Column::new(Kind::Price, "previous_close", "Previous close", "instruments.previous_close").at(Place::Wide),
        Column::new(Kind::At, "priced", "Saved at", "instruments.priced_at").at(Place::Wide),
        Column::new(Kind::Word, "origin", "Listed by", "instruments.origin").at(Place::Wide),
        Column::new(Kind::At, "halted_at", "Halted since", "instruments.halted_at").at(Place::Detail),
        Column::new(Kind::At, "delisted", "Delisted", "instruments.delisted_at").at(Place::Detail),
        Column::new(Kind::At, "edited", "Edited", "instruments.edited_at").at(Place::Detail),
        Column::new(Kind::Code, "id", "Public ID", "instruments.public_id").at(Place::Detail),
        Column::new(Kind::Number, "number", "Number", "instruments.id").at(Place::Detail),
    ],
    filters: &[
        Filter::flag("listed", "Listed", "instruments.listed", "Listed", "Not listed"),
        Filter::flag("halted", "Halted", "instruments.halted_at IS NOT NULL", "Halted", "Not halted"),
        Filter::word("origin", "Listed by", "instruments.origin"),
        Filter::word("sector", "Sector", "instruments.sector"),
    ],
    related: &[
        Related { label: "Holdings", table: "holdings", asked: &[("instrument", "instruments.symbol")] },
        Related { label: "Orders", table: "orders", asked: &[("instrument", "instruments.symbol")] },
        Related { label: "Ledger", table: "ledger", asked: &[("instrument", "instruments.symbol")] },
        Related { label: "Candles", table: "candles", asked: &[("instrument", "instruments.symbol")] },
        Related {
            label: "Audit log",
            table: "audit",
            asked: &[("kind", "'instrument'"), ("subject", "instruments.symbol")],
        },
    ],
    exact: &[Exact { sql: "instruments.symbol", spelling: Spelling::Upper }],
};
