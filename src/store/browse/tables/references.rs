//! What people call the rows that others refer to.

use crate::store::browse::table::{Exact, Reference, Spelling};

/// A person.
pub(super) static USER: Reference = Reference {
    table: "users",
    from: "users",
    id: "users.id",
    identity: "users.id",
    label: "users.username",
    asked_by: &[
        Exact { sql: "users.username_key", spelling: Spelling::Lower },
        Exact { sql: "users.id", spelling: Spelling::Number },
    ],
    hint: "Name or number",
};

/// An account, also by the name of who owns it.
pub(super) static ACCOUNT: Reference = Reference {
    table: "accounts",
    from: "accounts JOIN users ON users.id = accounts.user_id",
    id: "accounts.id",
    identity: "accounts.public_id",
    label: "users.username",
    asked_by: &[
        Exact { sql: "accounts.public_id", spelling: Spelling::Lower },
        Exact { sql: "users.username_key", spelling: Spelling::Lower },
    ],
    hint: "Owner or ID",
};

/// Something that is traded.
pub(super) static INSTRUMENT: Reference = Reference {
    table: "instruments",
    from: "instruments",
    id: "instruments.id",
    identity: "instruments.symbol",
    label: "instruments.symbol",
    asked_by: &[Exact { sql: "instruments.symbol", spelling: Spelling::Upper }],
    hint: "Symbol",
};

/// An order.
pub(super) static ORDER: Reference = Reference {
    table: "orders",
    from: "orders",
    id: "orders.id",
    identity: "orders.public_id",
    label: "orders.public_id",
    asked_by: &[Exact { sql: "orders.public_id", spelling: Spelling::Lower }],
    hint: "Order ID",
};
