//! Which rows are looked at.

use super::cells::Cell;
use super::plan::{Growing, Plan, Range};
use super::question::Key;
use super::record;
use super::statement::{Statement, Value};
use crate::store::Conn;
use crate::store::error::StoreError;

/// How much earlier than a row before it a row may say that it was written, in microseconds: writers side by side.
const DISORDER: i64 = 60_000_000;

/// The rows that were looked at.
#[derive(Debug)]
pub struct Window {
    /// The most that these can be.
    pub size: usize,
    /// The first of them.
    pub from: Option<Key>,
    /// Where those begin that were not looked at, if there are more that could be asked for.
    pub beyond: Option<Key>,
    /// Whether there are such rows before the first.
    pub before: bool,
}

impl Window {
    /// The window that begins with the row `asked`, or with the first that could be asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn find(conn: &mut Conn, plan: &Plan, asked: Option<&Key>) -> Result<Self, StoreError> {
        let first = beginning(conn, plan)?;
        let Some(asked) = asked else {
            let beyond = if first.is_some() { beyond(conn, plan, first.as_ref(), plan.window)? } else { None };
            return Ok(Self { size: plan.window, from: first, beyond, before: false });
        };
        let from = key_at(conn, plan, Range { from: Some(asked), ..Range::default() }, 0)?;
        let beyond = if from.is_some() { beyond(conn, plan, from.as_ref(), plan.window)? } else { None };
        Ok(Self { size: plan.window, before: first.is_some() && first != from, from, beyond })
    }
}

/// The first row that could be asked for.
///
/// # Errors
/// When the database fails.
pub(super) fn beginning(conn: &mut Conn, plan: &Plan) -> Result<Option<Key>, StoreError> {
    let first = key_at(conn, plan, Range::default(), 0)?;
    match (plan.growing, plan.key) {
        (Some(Growing { value, until: Some(until), .. }), [part]) if plan.descends() && !part.text => {
            let Some(Value::Number(highest)) = first.and_then(|key| key.0.into_iter().next()) else { return Ok(None) };
            latest_before(conn, plan, value, until.saturating_add(DISORDER), highest)
        }
        _ => Ok(first),
    }
}

/// The first row that is not among `count` ones that begin with `from`, when any from there on could be asked for.
///
/// # Errors
/// When the database fails.
pub(super) fn beyond(
    conn: &mut Conn,
    plan: &Plan,
    from: Option<&Key>,
    count: usize,
) -> Result<Option<Key>, StoreError> {
    let Some(key) = key_at(conn, plan, Range { from, ..Range::default() }, count)? else { return Ok(None) };
    if let (Some(Growing { value, from: Some(bound), .. }), [part], [Value::Number(number)]) =
        (plan.growing, plan.key, key.0.as_slice())
        && plan.descends()
        && !part.text
    {
        let here = latest(conn, plan, value, *number)?;
        if here.is_some_and(|(_, at)| at < bound.saturating_sub(DISORDER)) {
            return Ok(None);
        }
    }
    Ok(Some(key))
}

/// The row with the highest key whose `value` is below `bound`, found by halving: a few dozen looks at an index.
fn latest_before(
    conn: &mut Conn,
    plan: &Plan,
    value: &'static str,
    bound: i64,
    highest: i64,
) -> Result<Option<Key>, StoreError> {
    let (mut low, mut high, mut found) = (0, highest, None);
    while low < high || (low == high && found.is_none()) {
        let middle = low.midpoint(high).max(low.saturating_add(1)).min(high);
        match latest(conn, plan, value, middle)? {
            Some((number, at)) if at < bound => {
                found = Some(number);
                if middle == high {
                    break;
                }
                low = middle;
            }
            Some((number, _)) => high = number.saturating_sub(1),
            None if middle == high => break,
            None => low = middle,
        }
    }
    Ok(found.map(|number| Key(vec![Value::Number(number)])))
}

/// The key and the `value` of the row with the highest key that is not above `most`.
fn latest(conn: &mut Conn, plan: &Plan, value: &'static str, most: i64) -> Result<Option<(i64, i64)>, StoreError> {
    let most = Key(vec![Value::Number(most)]);
    let mut query = Statement::default();
    query.sql("SELECT ").each(", ", plan.key.iter().map(|part| part.sql).chain([value]), |query, sql| {
        query.sql(sql).sql(" AS n");
    });
    query.sql(" FROM ").sql(plan.table.base);
    plan.within(&mut query, Range { from: Some(&most), ..Range::default() });
    plan.in_order(&mut query);
    query.sql(" LIMIT 1");
    let Some(row) = query.load(conn)?.into_iter().next() else { return Ok(None) };
    let mut numbers = row.0.iter().map(Cell::number);
    Ok(numbers.next().flatten().zip(numbers.next().flatten()))
}

/// The key of the row that `skipped` others of the range come before.
pub(super) fn key_at(
    conn: &mut Conn,
    plan: &Plan,
    range: Range<'_>,
    skipped: usize,
) -> Result<Option<Key>, StoreError> {
    let mut query = Statement::default();
    query.sql("SELECT ").each(", ", plan.key, |query, part| {
        query.sql(part.sql).sql(if part.text { " AS t" } else { " AS n" });
    });
    query.sql(" FROM ").sql(plan.table.base);
    plan.within(&mut query, range);
    plan.in_order(&mut query);
    query.sql(" LIMIT 1 OFFSET ").digits(skipped);
    let found = query.load(conn)?.into_iter().next();
    found.map(|row| row.0.into_iter().map(record::value).collect::<Result<_, _>>().map(Key)).transpose()
}
