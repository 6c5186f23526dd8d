//! The tables as Diesel sees them. Kept by hand, in step with the migrations; every whole number is a
//! `BigInt`, because a narrower column type would truncate silently on SQLite.

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        username_key -> Text,
        password_hash -> Text,
        password_version -> BigInt,
        role -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        disabled_because -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (key_hash) {
        key_hash -> Text,
        user_id -> BigInt,
        password_version -> BigInt,
        state -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        granted_until -> Nullable<BigInt>,
        acting_as -> Nullable<BigInt>,
        acting_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    sign_in_codes (user_id) {
        user_id -> BigInt,
        code_hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    instruments (id) {
        id -> BigInt,
        public_id -> Text,
        symbol -> Text,
        name -> Text,
        sector -> Text,
        listed -> Bool,
        last_price -> Nullable<BigInt>,
        previous_close -> Nullable<BigInt>,
        priced_at -> Nullable<BigInt>,
        origin -> Text,
        edited_at -> Nullable<BigInt>,
        delisted_at -> Nullable<BigInt>,
        halted_at -> Nullable<BigInt>,
        halted_because -> Nullable<Text>,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        public_id -> Text,
        user_id -> BigInt,
        cash -> BigInt,
        contributed -> BigInt,
        entries -> BigInt,
        head -> Binary,
        opened_at -> BigInt,
        frozen_at -> Nullable<BigInt>,
        frozen_because -> Nullable<Text>,
        epoch -> BigInt,
        epoch_start -> BigInt,
    }
}

diesel::table! {
    epochs (account_id, epoch) {
        account_id -> BigInt,
        epoch -> BigInt,
        start -> BigInt,
        after_order -> BigInt,
        began_at -> BigInt,
    }
}

diesel::table! {
    holdings (account_id, instrument_id) {
        account_id -> BigInt,
        instrument_id -> BigInt,
        quantity -> BigInt,
        cost -> BigInt,
        realised -> BigInt,
        day -> BigInt,
        day_quantity -> BigInt,
        day_paid -> BigInt,
    }
}

diesel::table! {
    orders (id) {
        id -> BigInt,
        public_id -> Text,
        account_id -> BigInt,
        order_key -> Text,
        instrument_id -> BigInt,
        side -> Text,
        shares -> Nullable<BigInt>,
        dollars -> Nullable<BigInt>,
        state -> Text,
        placed_at -> BigInt,
    }
}

diesel::table! {
    fills (id) {
        id -> BigInt,
        order_id -> BigInt,
        account_id -> BigInt,
        instrument_id -> BigInt,
        side -> Text,
        quantity -> BigInt,
        price -> BigInt,
        cash -> BigInt,
        gain -> Nullable<BigInt>,
        bid -> BigInt,
        ask -> BigInt,
        last -> BigInt,
        quoted_at -> BigInt,
        filled_at -> BigInt,
        balance -> BigInt,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> BigInt,
        account_id -> BigInt,
        sequence -> BigInt,
        kind -> Text,
        cash -> BigInt,
        balance -> BigInt,
        instrument_id -> Nullable<BigInt>,
        quantity -> BigInt,
        cost -> BigInt,
        order_id -> Nullable<BigInt>,
        at -> BigInt,
        memo -> Text,
        hash -> Binary,
        request_key -> Nullable<Text>,
    }
}

diesel::table! {
    reversals (order_id) {
        order_id -> BigInt,
        entry_id -> BigInt,
        reversed_at -> BigInt,
    }
}

diesel::table! {
    valuations (account_id, at) {
        account_id -> BigInt,
        at -> BigInt,
        value -> BigInt,
    }
}

diesel::table! {
    watches (user_id, instrument_id) {
        user_id -> BigInt,
        instrument_id -> BigInt,
    }
}

diesel::table! {
    candles (instrument_id, timeframe, start) {
        instrument_id -> BigInt,
        timeframe -> BigInt,
        start -> BigInt,
        open -> BigInt,
        high -> BigInt,
        low -> BigInt,
        close -> BigInt,
        volume -> BigInt,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> BigInt,
        at -> BigInt,
        actor_id -> Nullable<BigInt>,
        address -> Text,
        act -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        person_id -> Nullable<BigInt>,
        was -> Text,
        became -> Text,
        reason -> Text,
        request_key -> Nullable<Text>,
        hash -> Binary,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        entries -> BigInt,
        hash -> Binary,
    }
}

diesel::joinable!(fills -> orders (order_id));
diesel::joinable!(fills -> instruments (instrument_id));
diesel::joinable!(orders -> instruments (instrument_id));
diesel::joinable!(ledger_entries -> instruments (instrument_id));
diesel::joinable!(ledger_entries -> orders (order_id));
diesel::joinable!(sessions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    sign_in_codes,
    instruments,
    accounts,
    epochs,
    holdings,
    orders,
    fills,
    ledger_entries,
    reversals,
    valuations,
    watches,
    candles,
    audit_entries,
    audit_head,
);
