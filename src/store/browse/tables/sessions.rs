//! Sessions: where people are signed in. What a session remembers is not shown: its forms' token is part of that.

use super::references::USER;
use crate::store::browse::table::{Column, Filter, Join, Kind, Order, Part, Place, Related, Table};

pub(super) static SESSIONS: Table = Table {
    name: "sessions",
    title: "Sessions",
    words: ("session", "sessions"),
    heading: "Session of {user}",
    about: "Where people are signed in, latest to expire first.",
    base: "sessions",
    only: "",
    joins: &[
        Join { name: "users", sql: "LEFT JOIN users ON users.id = sessions.user_id" },
        Join { name: "others", sql: "LEFT JOIN users AS others ON others.id = sessions.acting_as" },
    ],
    key: &[Part::number("sessions.expires_at"), Part::text("sessions.key_hash")],
    order: Order::Descending,
    identity: &[Part::text("sessions.key_hash")],
    columns: &[
        Column::new(Kind::Code, "id", "Session", "sessions.key_hash").at(Place::Lead),
        Column::new(Kind::Text, "user", "User", "users.username")
            .to("users", "users.id")
            .sorted_by("users.username_key")
            .searched(),
        Column::new(Kind::Word, "role", "Role", "users.role"),
        Column::new(Kind::At, "created", "Signed in", "sessions.created_at"),
        Column::new(Kind::At, "seen", "Last used", "sessions.seen_at"),
        Column::new(Kind::At, "expires", "Expires", "sessions.expires_at"),
        Column::new(Kind::At, "granted", "Back office open until", "sessions.granted_until").at(Place::Wide),
        Column::new(Kind::Text, "acting_as", "Viewing as", "others.username")
            .to("users", "others.id")
            .sorted_by("others.username_key")
            .at(Place::Detail),
        Column::new(Kind::At, "acting_until", "Viewing until", "sessions.acting_until").at(Place::Detail),
        Column::new(Kind::Flag, "current", "Signed in with the current password", CURRENT).at(Place::Detail),
    ],
    filters: &[
        Filter::row("user", "User", "sessions.user_id", &USER)
            .by_index(&[Part::number("sessions.seen_at"), Part::text("sessions.key_hash")]),
        Filter::word("role", "Role", "users.role"),
        Filter::flag("current", "Password", CURRENT, "Current", "Earlier"),
        Filter::days("seen", "Last used", "sessions.seen_at"),
    ],
    related: &[
        Related { label: "All sessions of this user", table: "sessions", asked: &[("user", "users.id")] },
        Related {
            label: "Audit log of this session",
            table: "audit",
            asked: &[("kind", "'session'"), ("subject", "sessions.key_hash")],
        },
        Related { label: "Actions by this user", table: "audit", asked: &[("actor", "users.id")] },
        Related { label: "Actions affecting this user", table: "audit", asked: &[("person", "users.id")] },
    ],
    exact: &[],
};

/// Whether the password that began the session is still the user's; others count as over.
const CURRENT: &str = "sessions.password_version = users.password_version";
