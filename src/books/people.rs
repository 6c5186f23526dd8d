//! The tables around the books: people, sessions, instruments, stars, values over time.

use super::walk::Walk;
use super::{BooksError, Check, ensure};
use crate::domain::{Origin, PublicId, Role, Symbol, Username};
use crate::store::Conn;
use crate::store::rows::{
    CodeRow, InstrumentRow, Stored as _, UserRow, codes_with_user, sessions_with_user, valuations_with_account,
    watches_with_user,
};
use std::collections::BTreeSet;

/// Checks every table that no money is in, and finds out which instruments there are.
///
/// # Errors
/// The first row that breaks a rule.
pub(super) fn check(conn: &mut Conn) -> Result<BTreeSet<i64>, BooksError> {
    let mut users = Walk::new(UserRow::before_all(), UserRow::key, UserRow::following);
    while let Some(user) = users.next(conn)? {
        check_user(&user)?;
    }
    let mut instruments = BTreeSet::new();
    let mut listed = Walk::new(InstrumentRow::before_all(), InstrumentRow::key, InstrumentRow::following);
    while let Some(instrument) = listed.next(conn)? {
        check_instrument(&instrument)?;
        instruments.insert(instrument.id);
    }
    let mut sessions = Walk::new(String::new(), |(row, _)| row.key(), sessions_with_user);
    while let Some((session, user)) = sessions.next(conn)? {
        let row = || "sessions: one".to_owned();
        ensure(user.is_some(), row, || format!("there is no user {}", session.user_id))?;
        ensure(is_hash(&session.key_hash), row, || "its key is no hash".to_owned())?;
        let together = session.acting_as.is_some() == session.acting_until.is_some();
        ensure(together, row, || "it acts as somebody without an end, or the other way round".to_owned())?;
    }
    let mut codes = Walk::new(i64::MIN, |(row, _): &(CodeRow, _)| row.key(), codes_with_user);
    while let Some((code, user)) = codes.next(conn)? {
        check_code(&code, user.as_ref())?;
    }
    let mut watches = Walk::new((i64::MIN, i64::MIN), |(row, _)| row.key(), watches_with_user);
    while let Some((watch, user)) = watches.next(conn)? {
        let row = || format!("watches row ({}, {})", watch.user_id, watch.instrument_id);
        ensure(user.is_some(), row, || format!("there is no user {}", watch.user_id))?;
        let there = instruments.contains(&watch.instrument_id);
        ensure(there, row, || format!("there is no instrument {}", watch.instrument_id))?;
    }
    let mut valuations = Walk::new((i64::MIN, i64::MIN), |(row, _)| row.key(), valuations_with_account);
    while let Some((valuation, account)) = valuations.next(conn)? {
        let row = || format!("valuations row ({}, {})", valuation.account_id, valuation.at);
        ensure(account.is_some(), row, || format!("there is no account {}", valuation.account_id))?;
    }
    Ok(instruments)
}

fn check_user(user: &UserRow) -> Check {
    let row = || format!("users row {}", user.id);
    let name = user.username.parse::<Username>();
    let key = name.as_ref().map(Username::key).unwrap_or_default();
    ensure(name.is_ok_and(|name| name.as_str() == user.username), row, || {
        format!("{:?} is no username", user.username)
    })?;
    ensure(user.username_key == key, row, || {
        format!("its key is {:?} and that of its name {key:?}", user.username_key)
    })?;
    ensure(user.role.parse::<Role>().is_ok(), row, || format!("{:?} is no role", user.role))?;
    let forgotten = user.closed_at.is_none() || user.password_hash.is_empty();
    ensure(forgotten, row, || "the person has left, and a password is still kept".to_owned())
}

fn check_code(code: &CodeRow, user: Option<&UserRow>) -> Check {
    let row = || format!("sign_in_codes row {}", code.user_id);
    ensure(user.is_some(), row, || format!("there is no user {}", code.user_id))?;
    ensure(is_hash(&code.code_hash), row, || "what is kept of the code is no hash".to_owned())?;
    let needed = user.is_some_and(|user| user.password_hash.is_empty() && user.closed_at.is_none());
    ensure(needed, row, || "the person has a password, or has left".to_owned())
}

/// SHA-256 in hexadecimal.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn check_instrument(instrument: &InstrumentRow) -> Check {
    let row = || format!("instruments row {}", instrument.id);
    let symbol = instrument.symbol.parse::<Symbol>();
    ensure(symbol.is_ok_and(|symbol| symbol.as_str() == instrument.symbol), row, || {
        format!("{:?} is no symbol", instrument.symbol)
    })?;
    check_public_id(&instrument.public_id, row)?;
    for price in [instrument.last_price, instrument.previous_close].into_iter().flatten() {
        ensure(price > 0, row, || format!("a price is {price}"))?;
    }
    ensure(instrument.origin.parse::<Origin>().is_ok(), row, || format!("{:?} is no origin", instrument.origin))?;
    let explained = instrument.halted_at.is_some() == instrument.halted_because.is_some();
    ensure(explained, row, || "it is halted without a reason, or has a reason without being halted".to_owned())?;
    let off = !(instrument.listed && instrument.delisted_at.is_some());
    ensure(off, row, || "it is delisted and on the list".to_owned())
}

/// A public id is one, and written as it always is.
pub(super) fn check_public_id(id: &str, row: impl FnOnce() -> String) -> Check {
    let canonical = id.parse::<PublicId>().is_ok_and(|parsed| parsed.as_str() == id);
    ensure(canonical, row, || format!("{id:?} is no public id"))
}
