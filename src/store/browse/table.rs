//! How a table is described: once, for its list, its filters, its rows one by one and its file.
//!
//! Everything in a description is text of this program; what people type is only ever bound. A description names its
//! base table, in whose order the table is gone through, and joins others to it. Whatever names a joined table has it
//! joined; what nobody names is not.

/// A table of the back office.
#[derive(Debug)]
pub struct Table {
    /// Its name in addresses: `orders`.
    pub name: &'static str,
    /// As a heading: `Orders and fills`.
    pub title: &'static str,
    /// One row, and several: `order`, `orders`.
    pub words: (&'static str, &'static str),
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
        Self { name, label, value, kind, place, sorted_by: None, link: None, searched: false }
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

/// Something to ask a table for.
#[derive(Debug)]
pub struct Filter {
    /// Its name in addresses.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What is compared, in SQL.
    pub value: &'static str,
    /// What it is compared with.
    pub by: By,
    /// How it is found.
    pub reach: Reach,
}

/// What a filter compares with.
#[derive(Debug)]
pub enum By {
    /// One of the words that occur, which are counted.
    Word,
    /// Yes or no, which are counted; how people call the two.
    Flag(&'static str, &'static str),
    /// Exactly what is typed.
    Text,
    /// Days, from one to another.
    Days,
    /// A row of another table, by what people call it.
    Row(&'static Reference),
}

/// How the rows are found that a filter asks for.
#[derive(Debug, Clone, Copy)]
pub enum Reach {
    /// By looking at each.
    Looking,
    /// By an index, which has them in the order of this key.
    Index(&'static [Part]),
    /// By an index likewise, whose rows were written long after one another and lie far apart.
    IndexFarApart(&'static [Part]),
    /// By an index, when the filter of this name is asked for too.
    IndexWith(&'static str),
    /// By the table's own order, whose first column this is.
    Key,
    /// By the table's own order, with which this grows: rows that were written later have later moments.
    Growing,
}

impl Filter {
    /// For one of the words that occur.
    #[must_use]
    pub const fn word(name: &'static str, label: &'static str, value: &'static str) -> Self {
        Self { name, label, value, by: By::Word, reach: Reach::Looking }
    }

    /// For yes or no.
    #[must_use]
    pub const fn flag(
        name: &'static str,
        label: &'static str,
        value: &'static str,
        yes: &'static str,
        no: &'static str,
    ) -> Self {
        Self { name, label, value, by: By::Flag(yes, no), reach: Reach::Looking }
    }

    /// For a text, exactly as it is stored.
    #[must_use]
    pub const fn text(name: &'static str, label: &'static str, value: &'static str) -> Self {
        Self { name, label, value, by: By::Text, reach: Reach::Looking }
    }

    /// For days of a moment.
    #[must_use]
    pub const fn days(name: &'static str, label: &'static str, value: &'static str) -> Self {
        Self { name, label, value, by: By::Days, reach: Reach::Looking }
    }

    /// For what refers to a row of another table.
    #[must_use]
    pub const fn row(
        name: &'static str,
        label: &'static str,
        value: &'static str,
        reference: &'static Reference,
    ) -> Self {
        Self { name, label, value, by: By::Row(reference), reach: Reach::Looking }
    }

    /// Is found by an index that has this key.
    #[must_use]
    pub const fn by_index(mut self, key: &'static [Part]) -> Self {
        self.reach = Reach::Index(key);
        self
    }

    /// Is found by an index that has this key, and whose rows lie far apart.
    #[must_use]
    pub const fn by_index_far_apart(mut self, key: &'static [Part]) -> Self {
        self.reach = Reach::IndexFarApart(key);
        self
    }

    /// Is what the table is in the order of.
    #[must_use]
    pub const fn by_key(mut self) -> Self {
        self.reach = Reach::Key;
        self
    }

    /// Grows with what the table is in the order of.
    #[must_use]
    pub const fn growing(mut self) -> Self {
        self.reach = Reach::Growing;
        self
    }

    /// Is found by an index together with the filter `other`.
    #[must_use]
    pub const fn by_index_with(mut self, other: &'static str) -> Self {
        self.reach = Reach::IndexWith(other);
        self
    }
}

/// How people call the rows of a table that others refer to.
#[derive(Debug)]
pub struct Reference {
    /// The name of the table.
    pub table: &'static str,
    /// The table in SQL, with what is joined to it.
    pub from: &'static str,
    /// The number that others know a row by.
    pub id: &'static str,
    /// What the row is called in addresses.
    pub identity: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it may be asked for by, in the order tried.
    pub asked_by: &'static [Exact],
    /// What to type, such as `Username or account id`.
    pub hint: &'static str,
}

/// Something a row is found by at once.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    /// What is compared.
    pub sql: &'static str,
    /// How it is spelled.
    pub spelling: Spelling,
}

/// How something is spelled where it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// In small letters.
    Lower,
    /// In capitals.
    Upper,
    /// As a number.
    Number,
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
