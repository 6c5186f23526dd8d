//! What a table can be asked for, and how the rows are found.

use super::table::Part;

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
