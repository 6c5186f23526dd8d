//! Whole rows as they are stored: what checking the books and moving them to another place stand on.
//!
//! Nothing in them is parsed, so that a row which breaks a rule can still be read, and named.

mod walks;

pub use walks::{
    accounts_with_user, candle_count, codes_with_user, entries_by_account, fill_with_reversal, fill_without_order,
    fills_by_order, last_ids, orders_with_fill, reversals_with_entry, sessions_with_user, user_without_account,
    valuations_with_account, watches_with_user,
};

use super::conn::Conn;
use super::error::StoreError;
use super::schema;
use diesel::prelude::*;

/// A row of a table that can be gone through from one end to the other, and written elsewhere as it is.
pub trait Stored: Sized {
    /// The table's name.
    const TABLE: &'static str;
    /// What rows are told apart and ordered by.
    type Key: Clone;

    /// A key before all others.
    fn before_all() -> Self::Key;

    /// Its place in the order.
    fn key(&self) -> Self::Key;

    /// Up to `limit` rows in order, after the one with the key `after`.
    ///
    /// # Errors
    /// When the database fails.
    fn following(conn: &mut Conn, after: &Self::Key, limit: i64) -> Result<Vec<Self>, StoreError>;

    /// Writes rows as they are, ids included.
    ///
    /// # Errors
    /// When the database fails, or refuses one of them.
    fn write(conn: &mut Conn, rows: &[Self]) -> Result<(), StoreError>;
}

/// That two columns lie after a pair. Compared as a pair, which an index on both can answer.
macro_rules! after_pair {
    ($table:ident, $first:ident, $second:ident, $pair:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>(concat!(
            "(",
            stringify!($table),
            ".",
            stringify!($first),
            ", ",
            stringify!($table),
            ".",
            stringify!($second),
            ") > ("
        ))
        .bind::<diesel::sql_types::BigInt, _>($pair.0)
        .sql(", ")
        .bind::<diesel::sql_types::BigInt, _>($pair.1)
        .sql(")")
    };
}
use after_pair;

macro_rules! row {
    ($(#[$doc:meta])* $name:ident in $table:ident by $key:tt { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
        #[diesel(table_name = schema::$table)]
        pub struct $name {
            $(#[doc = concat!("The column `", stringify!($field), "`.")] pub $field: $type),+
        }

        impl Stored for $name {
            const TABLE: &'static str = stringify!($table);

            row!(@key $table $key);

            fn write(conn: &mut Conn, rows: &[Self]) -> Result<(), StoreError> {
                let batch = diesel::insert_into(schema::$table::table).values(rows);
                match conn {
                    Conn::Sqlite(conn) => batch.execute(conn)?,
                    Conn::Postgres(conn) => batch.execute(conn)?,
                };
                Ok(())
            }
        }
    };
    (@key $table:ident (text $key:ident)) => {
        type Key = String;

        fn before_all() -> String {
            String::new()
        }

        fn key(&self) -> String {
            self.$key.clone()
        }

        fn following(conn: &mut Conn, after: &String, limit: i64) -> Result<Vec<Self>, StoreError> {
            let later = schema::$table::table.filter(schema::$table::$key.gt(after)).order(schema::$table::$key);
            Ok(later.limit(limit).select(Self::as_select()).load(conn)?)
        }
    };
    (@key $table:ident ($key:ident)) => {
        type Key = i64;

        fn before_all() -> i64 {
            i64::MIN
        }

        fn key(&self) -> i64 {
            self.$key
        }

        fn following(conn: &mut Conn, after: &i64, limit: i64) -> Result<Vec<Self>, StoreError> {
            let later = schema::$table::table.filter(schema::$table::$key.gt(after)).order(schema::$table::$key);
            Ok(later.limit(limit).select(Self::as_select()).load(conn)?)
        }
    };
    (@key $table:ident ($first:ident, $second:ident, $third:ident)) => {
        type Key = (i64, i64, i64);

        fn before_all() -> (i64, i64, i64) {
            (i64::MIN, i64::MIN, i64::MIN)
        }

        fn key(&self) -> (i64, i64, i64) {
            (self.$first, self.$second, self.$third)
        }

        fn following(conn: &mut Conn, after: &(i64, i64, i64), limit: i64) -> Result<Vec<Self>, StoreError> {
            let order = (schema::$table::$first, schema::$table::$second, schema::$table::$third);
            let later = diesel::dsl::sql::<diesel::sql_types::Bool>(concat!(
                "(", stringify!($first), ", ", stringify!($second), ", ", stringify!($third), ") > ("
            ))
            .bind::<diesel::sql_types::BigInt, _>(after.0)
            .sql(", ")
            .bind::<diesel::sql_types::BigInt, _>(after.1)
            .sql(", ")
            .bind::<diesel::sql_types::BigInt, _>(after.2)
            .sql(")");
            let later = schema::$table::table.filter(later).order(order);
            Ok(later.limit(limit).select(Self::as_select()).load(conn)?)
        }
    };
    (@key $table:ident ($first:ident, $second:ident)) => {
        type Key = (i64, i64);

        fn before_all() -> (i64, i64) {
            (i64::MIN, i64::MIN)
        }

        fn key(&self) -> (i64, i64) {
            (self.$first, self.$second)
        }

        fn following(conn: &mut Conn, after: &(i64, i64), limit: i64) -> Result<Vec<Self>, StoreError> {
            let order = (schema::$table::$first, schema::$table::$second);
            let later = schema::$table::table.filter(after_pair!($table, $first, $second, after)).order(order);
            Ok(later.limit(limit).select(Self::as_select()).load(conn)?)
        }
    };
}

row!(
    /// A person.
    UserRow in users by (id) {
        id: i64,
        username: String,
        username_key: String,
        password_hash: String,
        password_version: i64,
        role: String,
        created_at: i64,
        closed_at: Option<i64>,
        disabled_at: Option<i64>,
        disabled_because: Option<String>,
    }
);
row!(
    /// A browser's session.
    SessionRow in sessions by (text key_hash) {
        key_hash: String,
        user_id: i64,
        password_version: i64,
        state: String,
        created_at: i64,
        seen_at: i64,
        expires_at: i64,
        granted_until: Option<i64>,
        acting_as: Option<i64>,
        acting_until: Option<i64>,
    }
);
row!(
    /// What somebody signs in with before they have a password.
    CodeRow in sign_in_codes by (user_id) {
        user_id: i64,
        code_hash: String,
        created_at: i64,
        expires_at: i64,
    }
);
row!(
    /// Something that is or was traded.
    InstrumentRow in instruments by (id) {
        id: i64,
        public_id: String,
        symbol: String,
        name: String,
        sector: String,
        listed: bool,
        last_price: Option<i64>,
        previous_close: Option<i64>,
        priced_at: Option<i64>,
        origin: String,
        edited_at: Option<i64>,
        delisted_at: Option<i64>,
        halted_at: Option<i64>,
        halted_because: Option<String>,
    }
);
row!(
    /// An account.
    AccountRow in accounts by (id) {
        id: i64,
        public_id: String,
        user_id: i64,
        cash: i64,
        contributed: i64,
        entries: i64,
        head: Vec<u8>,
        opened_at: i64,
        frozen_at: Option<i64>,
        frozen_because: Option<String>,
        epoch: i64,
        epoch_start: i64,
    }
);
row!(
    /// Where an account began anew.
    EpochRow in epochs by (account_id, epoch) {
        account_id: i64,
        epoch: i64,
        start: i64,
        after_order: i64,
        began_at: i64,
    }
);
row!(
    /// What an account holds of one instrument.
    HoldingRow in holdings by (account_id, instrument_id) {
        account_id: i64,
        instrument_id: i64,
        quantity: i64,
        cost: i64,
        realised: i64,
        day: i64,
        day_quantity: i64,
        day_paid: i64,
    }
);
row!(
    /// An order.
    OrderRow in orders by (id) {
        id: i64,
        public_id: String,
        account_id: i64,
        order_key: String,
        instrument_id: i64,
        side: String,
        shares: Option<i64>,
        dollars: Option<i64>,
        state: String,
        placed_at: i64,
    }
);
row!(
    /// The execution of an order.
    FillRow in fills by (id) {
        id: i64,
        order_id: i64,
        account_id: i64,
        instrument_id: i64,
        side: String,
        quantity: i64,
        price: i64,
        cash: i64,
        gain: Option<i64>,
        bid: i64,
        ask: i64,
        last: i64,
        quoted_at: i64,
        filled_at: i64,
        balance: i64,
    }
);
row!(
    /// A line of the ledger.
    EntryRow in ledger_entries by (id) {
        id: i64,
        account_id: i64,
        sequence: i64,
        kind: String,
        cash: i64,
        balance: i64,
        instrument_id: Option<i64>,
        quantity: i64,
        cost: i64,
        order_id: Option<i64>,
        at: i64,
        memo: String,
        hash: Vec<u8>,
        request_key: Option<String>,
    }
);
row!(
    /// That an order's execution was undone.
    ReversalRow in reversals by (order_id) {
        order_id: i64,
        entry_id: i64,
        reversed_at: i64,
    }
);
row!(
    /// What an account was worth at one moment.
    ValuationRow in valuations by (account_id, at) {
        account_id: i64,
        at: i64,
        value: i64,
    }
);
row!(
    /// An instrument that somebody has starred.
    WatchRow in watches by (user_id, instrument_id) {
        user_id: i64,
        instrument_id: i64,
    }
);
row!(
    /// What the price of an instrument did in a span of time.
    CandleRow in candles by (instrument_id, timeframe, start) {
        instrument_id: i64,
        timeframe: i64,
        start: i64,
        open: i64,
        high: i64,
        low: i64,
        close: i64,
        volume: i64,
    }
);
row!(
    /// An entry of the record of what staff did.
    AuditRow in audit_entries by (id) {
        id: i64,
        at: i64,
        actor_id: Option<i64>,
        address: String,
        act: String,
        subject_kind: String,
        subject_id: String,
        person_id: Option<i64>,
        was: String,
        became: String,
        reason: String,
        request_key: Option<String>,
        hash: Vec<u8>,
    }
);
