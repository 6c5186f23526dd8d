//! Entries of the ledger: what moved cash and shares.

use super::references::{ACCOUNT, INSTRUMENT, ORDER};
use crate::store::browse::table::{Column, Exact, Filter, Join, Kind, Order, Part, Place, Related, Spelling, Table};

pub(super) static LEDGER: Table = Table {
    name: "ledger",
    title: "Ledger",
    words: ("entry", "entries"),
    heading: "Entry {id} of {account}",
    about: "Every movement of cash or shares, newest first. Entries are never changed.",
    base: "ledger_entries",
    only: "",
    joins: &[
        Join { name: "accounts", sql: "LEFT JOIN accounts ON accounts.id = ledger_entries.account_id" },
        Join { name: "users", sql: "LEFT JOIN users ON users.id = accounts.user_id" },
        Join { name: "instruments", sql: "LEFT JOIN instruments ON instruments.id = ledger_entries.instrument_id" },
        Join { name: "orders", sql: "LEFT JOIN orders ON orders.id = ledger_entries.order_id" },
    ],
    key: &[Part::number("ledger_entries.id")],
    order: Order::Descending,
    identity: &[Part::number("ledger_entries.id")],
    columns: &[
        Column::new(Kind::Number, "id", "Entry", "ledger_entries.id").at(Place::Lead).grows(),
        Column::new(Kind::At, "at", "When", "ledger_entries.at").grows(),
        Column::new(Kind::Text, "account", "Owner", "users.username")
            .to("accounts", "accounts.public_id")
            .sorted_by("users.username_key")
            .searched(),
        Column::new(Kind::Word, "kind", "Kind", "ledger_entries.kind").searched(),
        Column::new(Kind::Change, "cash", "Cash", "ledger_entries.cash"),
        Column::new(Kind::Money, "balance", "Balance", "ledger_entries.balance"),
        Column::new(Kind::Text, "symbol", "Symbol", "instruments.symbol")
            .to("instruments", "instruments.symbol")
            .searched(),
        Column::new(Kind::Shares, "shares", "Shares", "NULLIF(ledger_entries.quantity, 0)"),
        Column::new(Kind::Change, "cost", "Cost of shares", "NULLIF(ledger_entries.cost, 0)").at(Place::Wide),
        Column::new(Kind::Text, "memo", "Note", "ledger_entries.memo")
            .at(Place::Wide)
            .sorted_by("lower(ledger_entries.memo)")
            .searched(),
        Column::new(Kind::Code, "order", "Order", "orders.public_id")
            .to("orders", "orders.public_id")
            .at(Place::Detail),
        Column::new(Kind::Number, "act", "Audit log entry", ACT).to("audit", ACT).at(Place::Sought),
        Column::new(Kind::Number, "sequence", "Number within the account", "ledger_entries.sequence").at(Place::Detail),
        Column::new(Kind::Code, "key", "Request key", "ledger_entries.request_key").at(Place::Detail),
        Column::new(Kind::Hash, "hash", "Hash", "ledger_entries.hash").at(Place::Detail),
    ],
    filters: &[
        Filter::row("account", "Account", "ledger_entries.account_id", &ACCOUNT)
            .by_index_far_apart(&[Part::number("ledger_entries.sequence")]),
        Filter::word("kind", "Kind", "ledger_entries.kind"),
        Filter::row("instrument", "Instrument", "ledger_entries.instrument_id", &INSTRUMENT),
        Filter::row("order", "Order", "ledger_entries.order_id", &ORDER),
        Filter::days("at", "Date", "ledger_entries.at").growing(),
    ],
    related: &[
        Related { label: "All entries of this account", table: "ledger", asked: &[("account", "accounts.public_id")] },
        Related { label: "Orders of this account", table: "orders", asked: &[("account", "accounts.public_id")] },
        Related { label: "Holdings of this account", table: "holdings", asked: &[("account", "accounts.public_id")] },
    ],
    exact: &[Exact { sql: "ledger_entries.id", spelling: Spelling::Number }],
};

/// What staff did that the entry is of: it was written at the same moment.
const ACT: &str = "(SELECT MAX(audit_entries.id) FROM audit_entries WHERE ledger_entries.kind IN ('adjustment', 'opening') \
    AND audit_entries.at = ledger_entries.at \
    AND ((audit_entries.subject_kind = 'account' AND audit_entries.subject_id = accounts.public_id) \
    OR (audit_entries.subject_kind = 'order' AND audit_entries.subject_id = orders.public_id)))";
