//! Rows of any table: cells whose type is told by the first letter of their column's name.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::row::{Field as _, NamedRow, Row};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// A whole number, in the unit of its column.
    Number(i64),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Cells(pub(super) Vec<Cell>);

impl Cell {
    /// The number; nothing for anything else.
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text; nothing for anything else.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<DB> QueryableByName<DB> for Cells
where
    DB: Backend,
    i64: FromSql<BigInt, DB>,
    String: FromSql<Text, DB>,
    bool: FromSql<Bool, DB>,
    Vec<u8>: FromSql<Binary, DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let mut cells = Vec::with_capacity(row.field_count());
        for place in 0..row.field_count() {
            let field = Row::get(row, place).ok_or("a row has fewer columns than it says")?;
            let kind = field.field_name().and_then(|name| name.chars().next());
            let value = field.value();
            let cell = match kind {
                Some('n') => {
                    <Option<i64> as FromSql<Nullable<BigInt>, DB>>::from_nullable_sql(value)?.map(Cell::Number)
                }
                Some('t') => <Option<String> as FromSql<Nullable<Text>, DB>>::from_nullable_sql(value)?.map(Cell::Text),
                Some('f') => <Option<bool> as FromSql<Nullable<Bool>, DB>>::from_nullable_sql(value)?.map(Cell::Flag),
                Some('b') => {
                    <Option<Vec<u8>> as FromSql<Nullable<Binary>, DB>>::from_nullable_sql(value)?.map(Cell::Bytes)
                }
                _ => return Err("a column has no type in its name".into()),
            };
            cells.push(cell.unwrap_or(Cell::Nothing));
        }
        Ok(Self(cells))
    }
}
