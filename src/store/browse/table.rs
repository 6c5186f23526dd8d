//! How a table is described: once, for its list, its filters, its rows one by one and its file.
//!
//! Everything in a description is text of this program; what people type is only ever bound. A description names its
//! base table, in whose order the table is gone through, and joins others to it. Whatever names a joined table has it
//! joined; what nobody names is not.

pub use super::filter::{By, Exact, Filter, Reach, Reference, Spelling};

/// A table of the back office.
#[derive(Debug)]
pub struct Table {
    /// Its name in addresses: `orders`.
    pub name: &'static str,
    /// As a heading: `Orders and fills`.
    pub title: &'static str,
    /// One row, and several: `order`, `orders`.
    pub words: (&'static str, &'static str),
    /// What one row is called above everything about it; a column's name in braces is what stands there.
    pub heading: &'static str,
    /// What it holds, in a sentence.
    pub about: &'static str,
    /// The base table.
    pub base: &'static str,
    /// What holds for every row that is shown; may be empty.
    pub only: &'static str,
    /// What is joined to the base table.
    pub joins: &'static [Join],
    /// The columns of the base table that rows are gone through by; an index must have this order.
    pub key: &'static [Part],
    /// Which way they are gone through.
    pub order: Order,
    /// What a row is called in addresses; an index must find it.
    pub identity: &'static [Part],
    /// What is shown, in this order.
    pub columns: &'static [Column],
    /// What can be asked for.
    pub filters: &'static [Filter],
    /// Rows of other tables that belong to one of this.
    pub related: &'static [Related],
    /// What a search finds at once, however many rows there are; an index must find each.
    pub exact: &'static [Exact],
}

/// A table joined to the base table, at the most one row of it for each of those.
#[derive(Debug)]
pub struct Join {
    /// The name that columns are known by.
    pub name: &'static str,
    /// `LEFT JOIN users ON users.id = accounts.user_id`.
    pub sql: &'static str,
}

/// Which way a table is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// From the lowest key to the highest.
    Ascending,
    /// From the highest key, which is the newest, to the lowest.
    Descending,
}

/// One column of a key.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// `orders.id`.
    pub sql: &'static str,
    /// Whether it is a text rather than a number.
    pub text: bool,
}

impl Part {
    /// A number.
    #[must_use]
    pub const fn number(sql: &'static str) -> Self {
        Self { sql, text: false }
    }

    /// A text.
    #[must_use]
    pub const fn text(sql: &'static str) -> Self {
        Self { sql, text: true }
    }
}

/// What a column holds, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words of people, or a name.
    Text,
    /// An identifier that nobody reads aloud.
    Code,
    /// One of a few words of ours.
    Word,
    /// An amount in cents.
    Money,
    /// A change in cents, with its sign.
    Change,
    /// A price in ten-thousandths of a dollar.
    Price,
    /// Shares in billionths.
    Quantity,
    /// A change in shares, in billionths.
    Shares,
    /// How many.
    Count,
    /// A number that names something.
    Number,
    /// A moment in microseconds.
    At,
    /// The UTC day that begins at a moment.
    Day,
    /// The UTC day with this number since 1970.
    DayNumber,
    /// Yes or no.
    Flag,
    /// Bytes.
    Hash,
    /// Fields with their values, as the record keeps them.
    Details,
}

/// Where a column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the list as what a row is called by; leads to the row.
    Lead,
    /// In the list.
    List,
    /// In the list where there is room.
    Wide,
    /// Beside one row, and in the file.
    Detail,
    /// Beside one row alone, because finding it costs a look at other rows.
    Sought,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in addresses and files.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it is, in SQL.
    pub value: &'static str,
    /// What that is.
    pub kind: Kind,
    /// Where it is shown.
    pub place: Place,
    /// What rows are sorted by instead of it.
    pub sorted_by: Option<&'static str>,
    /// The table and the row that it leads to.
    pub link: Option<Link>,
    /// Whether a search looks here.
    pub searched: bool,
    /// What a search looks at instead of it.
    pub searched_as: Option<&'static str>,
    /// Whether it grows with every key that the table is gone through by: numbers of rows, and when they were written.
    pub grows: bool,
}

/// Where a column leads.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The name of a table; when it is empty, `identity` begins with the name and a slash.
    pub table: &'static str,
    /// What its row is called there, in SQL.
    pub identity: &'static str,
}

impl Column {
    /// A column of the list.
    #[must_use]
    pub const fn new(kind: Kind, name: &'static str, label: &'static str, value: &'static str) -> Self {
        let place = Place::List;
        let (sorted_by, link, searched_as) = (None, None, None);
        Self { name, label, value, kind, place, sorted_by, link, searched: false, searched_as, grows: false }
    }

    /// Leads to the row of `table` that is called `identity` there.
    #[must_use]
    pub const fn to(mut self, table: &'static str, identity: &'static str) -> Self {
        self.link = Some(Link { table, identity });
        self
    }

    /// Is shown in this place.
    #[must_use]
    pub const fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Is looked at by a search.
    #[must_use]
    pub const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }

    /// Is looked at by a search as something else: as people read it.
    #[must_use]
    pub const fn searched_as(mut self, sql: &'static str) -> Self {
        self.searched_as = Some(sql);
        self.searched()
    }

    /// Grows with every key that the table is gone through by, so that the table turned round is sorted by it.
    #[must_use]
    pub const fn grows(mut self) -> Self {
        self.grows = true;
        self
    }

    /// Is sorted by something else.
    #[must_use]
    pub const fn sorted_by(mut self, sql: &'static str) -> Self {
        self.sorted_by = Some(sql);
        self
    }

    /// Whether the list shows it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        matches!(self.place, Place::Lead | Place::List | Place::Wide)
    }
}

/// Rows of another table that belong to a row.
#[derive(Debug)]
pub struct Related {
    /// What they are called: `Orders`.
    pub label: &'static str,
    /// The name of their table.
    pub table: &'static str,
    /// The filters of that table which find them, and what each is asked for, in SQL.
    pub asked: &'static [(&'static str, &'static str)],
}

impl Table {
    /// The condition that every row fulfils.
    pub(super) fn only_or_all(&self) -> &'static str {
        if self.only.is_empty() { "1 = 1" } else { self.only }
    }

    /// The column that sorts and files know by this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The filter that addresses know by this name.
    #[must_use]
    pub fn filter(&self, name: &str) -> Option<&'static Filter> {
        self.filters.iter().find(|filter| filter.name == name)
    }
}
