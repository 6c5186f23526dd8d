//! The record of what staff did.

use super::references::USER;
use crate::store::browse::table::{Column, Exact, Filter, Join, Kind, Order, Part, Place, Related, Spelling, Table};

pub(super) static AUDIT: Table = Table {
    name: "audit",
    title: "Audit log",
    words: ("action", "actions"),
    heading: "Audit log entry {id}",
    about: "What staff did, newest first. Entries cannot be changed or removed.",
    base: "audit_entries",
    only: "",
    joins: &[
        Join { name: "actors", sql: "LEFT JOIN users AS actors ON actors.id = audit_entries.actor_id" },
        Join { name: "persons", sql: "LEFT JOIN users AS persons ON persons.id = audit_entries.person_id" },
    ],
    key: &[Part::number("audit_entries.id")],
    order: Order::Descending,
    identity: &[Part::number("audit_entries.id")],
    columns: &[
        Column::new(Kind::Number, "id", "Entry", "audit_entries.id").at(Place::Lead).grows(),
        Column::new(Kind::At, "at", "When", "audit_entries.at").grows(),
        Column::new(Kind::Text, "actor", "By", "actors.username")
            .to("users", "actors.id")
            .sorted_by("actors.username_key")
            .searched(),
        Column::new(Kind::Word, "act", "Action", "audit_entries.act").sorted_by(ACTION).searched_as(ACTION),
        Column::new(Kind::Word, "kind", "Type", "audit_entries.subject_kind").searched(),
        Column::new(Kind::Code, "subject", "Item", "audit_entries.subject_id")
            .to("", SUBJECT)
            .sorted_by(SUBJECT_IN_ORDER)
            .searched(),
        Column::new(Kind::Text, "person", "Affected user", "persons.username")
            .to("users", "persons.id")
            .sorted_by("persons.username_key")
            .searched(),
        Column::new(Kind::Text, "reason", "Reason", "audit_entries.reason")
            .sorted_by("lower(audit_entries.reason)")
            .searched(),
        Column::new(Kind::Code, "address", "IP address", "audit_entries.address").at(Place::Wide).searched(),
        Column::new(Kind::Details, "was", "Before", "audit_entries.was").at(Place::Detail),
        Column::new(Kind::Details, "became", "After", "audit_entries.became").at(Place::Detail),
        Column::new(Kind::Code, "key", "Request key", "audit_entries.request_key").at(Place::Detail),
        Column::new(Kind::Hash, "hash", "Hash", "audit_entries.hash").at(Place::Detail),
    ],
    filters: &[
        Filter::row("actor", "By", "audit_entries.actor_id", &USER)
            .by_index_far_apart(&[Part::number("audit_entries.id")]),
        Filter::row("person", "Affected user", "audit_entries.person_id", &USER)
            .by_index_far_apart(&[Part::number("audit_entries.id")]),
        Filter::word("act", "Action", "audit_entries.act"),
        Filter::word("kind", "Type", "audit_entries.subject_kind").by_index_with("subject"),
        Filter::text("subject", "Item", "audit_entries.subject_id").by_index_with("kind"),
        Filter::days("at", "Date", "audit_entries.at").growing(),
    ],
    related: &[
        Related {
            label: "All actions on this item",
            table: "audit",
            asked: &[("kind", "audit_entries.subject_kind"), ("subject", "audit_entries.subject_id")],
        },
        Related {
            label: "All actions affecting this user",
            table: "audit",
            asked: &[("person", "audit_entries.person_id")],
        },
        Related {
            label: "All actions by the same person",
            table: "audit",
            asked: &[("actor", "audit_entries.actor_id")],
        },
    ],
    exact: &[Exact { sql: "audit_entries.id", spelling: Spelling::Number }],
};

macro_rules! called {
    ($($act:literal => $words:literal),*) => {
        /// Acts that people call something else than their word in the record says.
        pub const CALLED: &[(&str, &str)] = &[$(($act, $words)),*];

        /// An act as people call it.
        const ACTION: &str = concat!(
            "CASE audit_entries.act ",
            $("WHEN '", $act, "' THEN '", $words, "' ",)*
            "ELSE replace(audit_entries.act, '_', ' ') END"
        );
    };
}
called! {
    "grant" => "back office opened",
    "grant_refused" => "wrong password",
    "act_as" => "started viewing as",
    "act_as_end" => "stopped viewing as",
    "create_user" => "add user",
    "create_instrument" => "add instrument",
    "reverse_fill" => "reverse order"
}

/// The address of what an act was done to, below the back office's own. A session may be over, so its user's stands for it.
const SUBJECT: &str = "CASE WHEN audit_entries.subject_kind = 'market' THEN 'market' \
    WHEN audit_entries.subject_kind = 'session' THEN 'users/' || CAST(audit_entries.person_id AS TEXT) \
    ELSE audit_entries.subject_kind || 's/' || audit_entries.subject_id END";

/// What an act was done to, so that the numbers of people, as texts, come one after the other.
const SUBJECT_IN_ORDER: &str = "CASE WHEN audit_entries.subject_kind = 'user' \
    THEN substr('0000000000000000000', length(audit_entries.subject_id) + 1) || audit_entries.subject_id \
    ELSE audit_entries.subject_id END";
