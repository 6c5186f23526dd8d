//! Accounts.

use super::references::USER;
use crate::store::browse::table::{Column, Exact, Filter, Join, Kind, Order, Part, Place, Related, Spelling, Table};

pub(super) static ACCOUNTS: Table = Table {
    name: "accounts",
    title: "Accounts",
    words: ("account", "accounts"),
    heading: "Account of {owner}",
    about: "Accounts with their cash, newest first.",
    base: "accounts",
    only: "",
    joins: &[Join { name: "users", sql: "LEFT JOIN users ON users.id = accounts.user_id" }],
    key: &[Part::number("accounts.id")],
    order: Order::Descending,
    identity: &[Part::text("accounts.public_id")],
    columns: &[
        Column::new(Kind::Code, "id", "Account", "accounts.public_id").at(Place::Lead).searched(),
        Column::new(Kind::Text, "owner", "Owner", "users.username")
            .to("users", "users.id")
            .sorted_by("users.username_key")
            .searched(),
        Column::new(Kind::Money, "cash", "Cash", "accounts.cash"),
        Column::new(Kind::Money, "contributed", "Net deposits", "accounts.contributed"),
        Column::new(Kind::Count, "entries", "Ledger entries", "accounts.entries").at(Place::Wide),
        Column::new(Kind::At, "opened", "Opened", "accounts.opened_at").grows(),
        Column::new(Kind::At, "frozen", "Frozen", "accounts.frozen_at"),
        Column::new(Kind::Text, "frozen_because", "Reason for freezing", "accounts.frozen_because").at(Place::Detail),
        Column::new(Kind::Count, "epoch", "Times opened", "accounts.epoch").at(Place::Detail),
        Column::new(Kind::Number, "epoch_start", "First entry since last opened", "accounts.epoch_start")
            .at(Place::Detail),
        Column::new(Kind::Number, "number", "Number", "accounts.id").at(Place::Detail),
        Column::new(Kind::Hash, "head", "Hash of the latest entry", "accounts.head").at(Place::Detail),
    ],
    filters: &[
        Filter::row("user", "Owner", "accounts.user_id", &USER).by_index(&[Part::number("accounts.id")]),
        Filter::flag("cash", "Cash", "accounts.cash > 0", "Has cash", "No cash"),
        Filter::flag("frozen", "Frozen", "accounts.frozen_at IS NOT NULL", "Frozen", "Not frozen"),
        Filter::flag("anew", "Resets", "accounts.epoch > 1", "Reset", "Never reset"),
        Filter::days("opened", "Opened", "accounts.opened_at").growing(),
    ],
    related: &[
        Related { label: "Ledger", table: "ledger", asked: &[("account", "accounts.public_id")] },
        Related { label: "Holdings", table: "holdings", asked: &[("account", "accounts.public_id")] },
        Related { label: "Orders", table: "orders", asked: &[("account", "accounts.public_id")] },
        Related {
            label: "Audit log",
            table: "audit",
            asked: &[("kind", "'account'"), ("subject", "accounts.public_id")],
        },
    ],
    exact: &[Exact { sql: "accounts.public_id", spelling: Spelling::Lower }],
};
