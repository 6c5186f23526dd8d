//! People.

use crate::store::browse::table::{Column, Exact, Filter, Join, Kind, Order, Part, Place, Related, Spelling, Table};

pub(super) static USERS: Table = Table {
    name: "users",
    title: "Users",
    words: ("user", "users"),
    heading: "{username}",
    about: "Everyone who has ever had an account, newest first.",
    base: "users",
    only: "",
    joins: &[Join { name: "codes", sql: "LEFT JOIN sign_in_codes AS codes ON codes.user_id = users.id" }],
    key: &[Part::number("users.id")],
    order: Order::Descending,
    identity: &[Part::number("users.id")],
    columns: &[
        Column::new(Kind::Text, "username", "Username", "users.username")
            .at(Place::Lead)
            .sorted_by("users.username_key")
            .searched(),
        Column::new(Kind::Number, "id", "Number", "users.id").grows(),
        Column::new(Kind::Word, "role", "Role", "users.role"),
        Column::new(Kind::Money, "cash", "Cash", CASH).to("accounts", ACCOUNT),
        Column::new(Kind::At, "created", "Signed up", "users.created_at").grows(),
        Column::new(Kind::At, "disabled", "Disabled", "users.disabled_at"),
        Column::new(Kind::At, "left", "Deleted", "users.closed_at"),
        Column::new(Kind::Code, "account", "Account", ACCOUNT).to("accounts", ACCOUNT).at(Place::Sought),
        Column::new(Kind::Text, "disabled_because", "Reason for disabling", "users.disabled_because").at(Place::Detail),
        Column::new(Kind::At, "code", "Sign-in code expires", "codes.expires_at").at(Place::Detail),
        Column::new(Kind::Count, "password", "Password version", "users.password_version").at(Place::Detail),
    ],
    filters: &[
        Filter::word("role", "Role", "users.role"),
        Filter::flag("disabled", "Disabled", "users.disabled_at IS NOT NULL", "Disabled", "Not disabled"),
        Filter::flag("code", "Code", "codes.user_id IS NOT NULL", "Has a code", "No code"),
        Filter::flag("left", "Status", "users.closed_at IS NOT NULL", "Deleted", "Not deleted"),
        Filter::days("created", "Signed up", "users.created_at").growing(),
    ],
    related: &[
        Related { label: "Accounts", table: "accounts", asked: &[("user", "users.id")] },
        Related { label: "Ledger of their account", table: "ledger", asked: &[("account", ACCOUNT)] },
        Related { label: "Holdings of their account", table: "holdings", asked: &[("account", ACCOUNT)] },
        Related { label: "Orders of their account", table: "orders", asked: &[("account", ACCOUNT)] },
        Related { label: "Sessions", table: "sessions", asked: &[("user", "users.id")] },
        Related { label: "Actions affecting this user", table: "audit", asked: &[("person", "users.id")] },
        Related { label: "Actions by this user", table: "audit", asked: &[("actor", "users.id")] },
    ],
    exact: &[
        Exact { sql: "users.username_key", spelling: Spelling::Lower },
        Exact { sql: "users.id", spelling: Spelling::Number },
    ],
};

/// Of the account that somebody opened first.
macro_rules! of_the_account {
    ($column:literal) => {
        concat!(
            "(SELECT accounts.",
            $column,
            " FROM accounts WHERE accounts.user_id = users.id ORDER BY accounts.id LIMIT 1)"
        )
    };
}

const ACCOUNT: &str = of_the_account!("public_id");
const CASH: &str = of_the_account!("cash");
