//! Holdings: what accounts hold of instruments.

use super::references::{ACCOUNT, INSTRUMENT};
use crate::store::browse::table::{Column, Filter, Join, Kind, Order, Part, Place, Related, Table};

pub(super) static HOLDINGS: Table = Table {
    name: "holdings",
    title: "Holdings",
    words: ("holding", "holdings"),
    heading: "{symbol} of {account}",
    about: "Current and past holdings, newest account first.",
    base: "holdings",
    only: "",
    joins: &[
        Join { name: "accounts", sql: "LEFT JOIN accounts ON accounts.id = holdings.account_id" },
        Join { name: "users", sql: "LEFT JOIN users ON users.id = accounts.user_id" },
        Join { name: "instruments", sql: "LEFT JOIN instruments ON instruments.id = holdings.instrument_id" },
    ],
    key: &[Part::number("holdings.account_id"), Part::number("holdings.instrument_id")],
    order: Order::Descending,
    identity: &[Part::text("accounts.public_id"), Part::text("instruments.symbol")],
    columns: &[
        Column::new(Kind::Text, "symbol", "Symbol", "instruments.symbol").at(Place::Lead).searched(),
        Column::new(Kind::Text, "account", "Owner", "users.username")
            .to("accounts", "accounts.public_id")
            .sorted_by("users.username_key")
            .searched(),
        Column::new(Kind::Text, "name", "Name", "instruments.name")
            .sorted_by("lower(instruments.name)")
            .to("instruments", "instruments.symbol")
            .at(Place::Wide)
            .searched(),
        Column::new(Kind::Quantity, "shares", "Shares", "holdings.quantity"),
        Column::new(Kind::Money, "cost", "Cost", "holdings.cost"),
        Column::new(Kind::Change, "realised", "Realised gain", "holdings.realised"),
        Column::new(Kind::DayNumber, "day", "Last traded", "holdings.day").at(Place::Wide),
        Column::new(Kind::Quantity, "day_shares", "Shares at the start of that day", "holdings.day_quantity")
            .at(Place::Detail),
        Column::new(Kind::Change, "day_paid", "Paid on that day", "holdings.day_paid").at(Place::Detail),
    ],
    filters: &[
        Filter::row("account", "Account", "holdings.account_id", &ACCOUNT)
            .by_index(&[Part::number("holdings.account_id"), Part::number("holdings.instrument_id")]),
        Filter::row("instrument", "Instrument", "holdings.instrument_id", &INSTRUMENT),
        Filter::flag("held", "Held now", "holdings.quantity > 0", "Held", "Sold"),
        Filter::word("sector", "Sector", "instruments.sector"),
    ],
    related: &[
        Related {
            label: "Related orders",
            table: "orders",
            asked: &[("account", "accounts.public_id"), ("instrument", "instruments.symbol")],
        },
        Related {
            label: "Related ledger entries",
            table: "ledger",
            asked: &[("account", "accounts.public_id"), ("instrument", "instruments.symbol")],
        },
        Related {
            label: "All holdings of this account",
            table: "holdings",
            asked: &[("account", "accounts.public_id")],
        },
        Related {
            label: "All holdings of this instrument",
            table: "holdings",
            asked: &[("instrument", "instruments.symbol")],
        },
        Related { label: "Orders of this account", table: "orders", asked: &[("account", "accounts.public_id")] },
        Related { label: "Ledger of this account", table: "ledger", asked: &[("account", "accounts.public_id")] },
    ],
    exact: &[],
};
