//! Orders, each with its fill.

use super::references::{ACCOUNT, INSTRUMENT};
use crate::store::browse::table::{Column, Exact, Filter, Join, Kind, Order, Part, Place, Related, Spelling, Table};

/// What an order came to: one whose effect was undone is not told as if it still stood.
const STATE: &str = "CASE WHEN reversals.order_id IS NULL THEN orders.state ELSE 'reversed' END";

pub(super) static ORDERS: Table = Table {
    name: "orders",
    title: "Orders and fills",
    words: ("order", "orders"),
    heading: "{side} {quantity} {symbol} of {account}",
    about: "Every order and how it was filled, newest first.",
    base: "orders",
    only: "",
    joins: &[
        Join { name: "accounts", sql: "LEFT JOIN accounts ON accounts.id = orders.account_id" },
        Join { name: "users", sql: "LEFT JOIN users ON users.id = accounts.user_id" },
        Join { name: "instruments", sql: "LEFT JOIN instruments ON instruments.id = orders.instrument_id" },
        Join { name: "fills", sql: "LEFT JOIN fills ON fills.order_id = orders.id" },
        Join { name: "reversals", sql: "LEFT JOIN reversals ON reversals.order_id = orders.id" },
    ],
    key: &[Part::number("orders.id")],
    order: Order::Descending,
    identity: &[Part::text("orders.public_id")],
    columns: &[
        Column::new(Kind::Code, "id", "Order", "orders.public_id").at(Place::Lead).searched(),
        Column::new(Kind::At, "placed", "Placed", "orders.placed_at").grows(),
        Column::new(Kind::Text, "account", "Owner", "users.username")
            .to("accounts", "accounts.public_id")
            .sorted_by("users.username_key")
            .searched(),
        Column::new(Kind::Word, "side", "Side", "orders.side").searched(),
        Column::new(Kind::Text, "symbol", "Symbol", "instruments.symbol")
            .to("instruments", "instruments.symbol")
            .searched(),
        Column::new(Kind::Word, "state", "Status", STATE).searched(),
        Column::new(Kind::Quantity, "quantity", "Shares", "fills.quantity"),
        Column::new(Kind::Price, "price", "Price", "fills.price"),
        Column::new(Kind::Money, "total", "Total", "fills.cash"),
        Column::new(Kind::Change, "gain", "Gain", "fills.gain").at(Place::Wide),
        Column::new(Kind::At, "reversed", "Reversed", "reversals.reversed_at").at(Place::Wide),
        Column::new(Kind::Number, "reversal", "Reversal entry", "reversals.entry_id")
            .to("ledger", "reversals.entry_id")
            .at(Place::Detail),
        Column::new(Kind::Quantity, "asked_shares", "Shares ordered", "orders.shares").at(Place::Detail),
        Column::new(Kind::Money, "asked_dollars", "Dollars ordered", "orders.dollars").at(Place::Detail),
        Column::new(Kind::Price, "bid", "Bid at execution", "fills.bid").at(Place::Detail),
        Column::new(Kind::Price, "ask", "Ask at execution", "fills.ask").at(Place::Detail),
        Column::new(Kind::Price, "last", "Last price at execution", "fills.last").at(Place::Detail),
        Column::new(Kind::At, "quoted", "Quoted (market time)", "fills.quoted_at").at(Place::Detail),
        Column::new(Kind::At, "filled", "Filled", "fills.filled_at").at(Place::Detail),
        Column::new(Kind::Money, "cash_after", "Cash after", "fills.balance").at(Place::Detail),
        Column::new(Kind::Code, "key", "Request key", "orders.order_key").at(Place::Detail),
        Column::new(Kind::Number, "number", "Number", "orders.id").at(Place::Detail),
        Column::new(Kind::Number, "fill", "Fill number", "fills.id").at(Place::Detail),
    ],
    filters: &[
        Filter::row("account", "Account", "orders.account_id", &ACCOUNT)
            .by_index_far_apart(&[Part::number("orders.id")]),
        Filter::row("instrument", "Instrument", "orders.instrument_id", &INSTRUMENT).by_index_with("account"),
        Filter::word("side", "Side", "orders.side"),
        Filter::word("state", "Status", STATE),
        Filter::days("placed", "Placed", "orders.placed_at").growing(),
    ],
    related: &[
        Related {
            label: "Ledger entry",
            table: "ledger",
            asked: &[("account", "accounts.public_id"), ("order", "orders.public_id")],
        },
        Related { label: "All orders of this account", table: "orders", asked: &[("account", "accounts.public_id")] },
        Related { label: "Ledger of this account", table: "ledger", asked: &[("account", "accounts.public_id")] },
        Related { label: "Holdings of this account", table: "holdings", asked: &[("account", "accounts.public_id")] },
        Related {
            label: "All orders of this instrument",
            table: "orders",
            asked: &[("instrument", "instruments.symbol")],
        },
        Related { label: "Audit log", table: "audit", asked: &[("kind", "'order'"), ("subject", "orders.public_id")] },
    ],
    exact: &[Exact { sql: "orders.public_id", spelling: Spelling::Lower }],
};
