//! A roster: who is to be added, as people write such lists, each line read into a person or a sentence about it.

use super::{LARGEST_ROSTER, Newcomer};
use crate::domain::{AmountError, Money, Role, Username};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;

/// What holds for everybody on a roster unless their line says otherwise, and the most it may say.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// What accounts begin with.
    pub opening: Money,
    /// The most that one may begin with.
    pub most: Money,
}

/// A list of people to be added, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    rows: Vec<Row>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the text, from 1.
    pub line: u64,
    /// The name as it is written.
    pub name: String,
    /// Who that is, or what is wrong with the line.
    pub person: Result<Newcomer, RowFault>,
}

/// What is wrong with a line. Displays as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] crate::domain::NotAUsername),
    /// The same name stands on an earlier line, in some spelling.
    #[error("Line {0} has the same username.")]
    Doubled(u64),
    /// Somebody is called that already.
    #[error("That username is taken.")]
    Taken,
    /// The second column is no role.
    #[error("The role must be trader, support or admin, or empty for trader.")]
    Role,
    /// The third column is no amount.
    #[error("The opening balance is not valid. {0}")]
    Opening(AmountError),
    /// The third column is out of bounds.
    #[error("Enter an opening balance from 0 to {0} dollars.")]
    OutOfBounds(Money),
    /// There are more columns than mean anything.
    #[error("A line can have three columns at most: username, role, opening balance.")]
    TooMuch,
    /// It has another sign between its columns than the lines before.
    #[error(
        "This line separates its columns with {here}, other lines with {others}. Use the same separator on every line."
    )]
    OtherSign {
        /// What stands between the columns of this line.
        here: &'static str,
        /// What stands there on others.
        others: &'static str,
    },
    /// It is no text that can be taken apart.
    #[error("This line cannot be read.")]
    Unreadable,
}

/// Why a text is no roster at all. Displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RosterFault {
    /// Nobody is on it.
    #[error("The list is empty. Enter one username per line.")]
    Empty,
    /// More people than are added at once.
    #[error("You can add up to 500 people at a time. Split the list.")]
    TooLong,
    /// A prefix or a number that makes no names.
    #[error("Choose a number from 1 to 500.")]
    Number,
}

impl Roster {
    /// Reads a text with a person on each line: a username, then perhaps a role and an opening balance, with commas,
    /// semicolons or tabs between them: the same sign on every line. A first line that begins with `username`, `user` or
    /// `name` is a heading.
    ///
    /// # Errors
    /// When nobody or too many are on it. What is wrong with a line is said of the line.
    pub fn read(text: &str, terms: Terms) -> Result<Self, RosterFault> {
        // Forms send both signs of a line's end, which would be counted late.
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        let sign = delimiter(&text);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(sign)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        for record in reader.records() {
            let (line, row) = match record {
                Ok(record) => (record.position().map_or(0, csv::Position::line), Ok(record)),
                Err(error) => (error.position().map_or(0, csv::Position::line), Err(RowFault::Unreadable)),
            };
            let name = row.as_ref().ok().and_then(|row| row.get(0)).unwrap_or_default().to_owned();
            let blank = row.as_ref().is_ok_and(|row| row.iter().all(str::is_empty));
            if blank || (rows.is_empty() && is_a_heading(&name)) {
                continue;
            }
            let person = row.and_then(|row| person(&row, sign, terms));
            rows.push(Row { line, name, person });
            if rows.len() > LARGEST_ROSTER {
                return Err(RosterFault::TooLong);
            }
        }
        Self::of(rows)
    }

    /// As many people as `number` says, called `prefix` and a number each, all of the same length: `student01`.
    ///
    /// # Errors
    /// When the number is out of bounds. A prefix that makes no names is said of each line.
    pub fn numbered(prefix: &str, number: usize, terms: Terms) -> Result<Self, RosterFault> {
        if number == 0 || number > LARGEST_ROSTER {
            return Err(RosterFault::Number);
        }
        let width = number.to_string().len().max(2);
        let rows = (1_u64..).take(number).map(|line| {
            let name = format!("{}{line:0width$}", prefix.trim());
            let username = name.parse::<Username>().map_err(RowFault::from);
            let person = username.map(|username| Newcomer { username, role: Role::Trader, opening: terms.opening });
            Row { line, name, person }
        });
        Self::of(rows.collect())
    }

    fn of(mut rows: Vec<Row>) -> Result<Self, RosterFault> {
        if rows.is_empty() {
            return Err(RosterFault::Empty);
        }
        let mut first = HashMap::new();
        for row in &mut rows {
            let Ok(person) = &row.person else { continue };
            let line = *first.entry(person.username.key()).or_insert(row.line);
            if line != row.line {
                row.person = Err(RowFault::Doubled(line));
            }
        }
        Ok(Self { rows })
    }

    /// Its lines.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The names on lines with nothing wrong.
    #[must_use]
    pub fn names(&self) -> Vec<Username> {
        self.rows.iter().filter_map(|row| row.person.as_ref().ok()).map(|person| person.username.clone()).collect()
    }

    /// Says of lines whose names are among `keys` that they are taken; see [`Username::key`].
    pub fn mark_taken(&mut self, keys: &[String]) {
        for row in &mut self.rows {
            if row.person.as_ref().is_ok_and(|person| keys.contains(&person.username.key())) {
                row.person = Err(RowFault::Taken);
            }
        }
    }

    /// How many lines have something wrong.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.rows.iter().filter(|row| row.person.is_err()).count()
    }

    /// Everybody on it, when nothing is wrong with any line.
    #[must_use]
    pub fn people(&self) -> Option<Vec<Newcomer>> {
        self.rows.iter().map(|row| row.person.clone().ok()).collect()
    }

    /// The people on it as a text that is read as the same roster.
    #[must_use]
    pub fn to_text(&self) -> String {
        let people = self.rows.iter().filter_map(|row| row.person.as_ref().ok());
        people.fold(String::new(), |text, Newcomer { username, role, opening }| {
            format!("{text}{username},{role},{opening}\n")
        })
    }
}

/// What spreadsheets put between columns.
const SIGNS: [u8; 3] = [b',', b';', b'\t'];
/// What people write above a column of names.
const HEADINGS: [&str; 4] = ["username", "user name", "user", "name"];

/// What stands between columns, whichever comes first: on the first line that has any, because names alone have none.
fn delimiter(text: &str) -> u8 {
    text.bytes().find(|sign| SIGNS.contains(sign)).unwrap_or(b',')
}

fn is_a_heading(first: &str) -> bool {
    HEADINGS.iter().any(|heading| first.eq_ignore_ascii_case(heading))
}

const fn sign_words(sign: u8) -> &'static str {
    match sign {
        b';' => "semicolons",
        b'\t' => "tabs",
        _ => "commas",
    }
}

fn person(row: &StringRecord, sign: u8, terms: Terms) -> Result<Newcomer, RowFault> {
    let column = |place| row.get(place).unwrap_or_default();
    let other = column(0).bytes().find(|other| *other != sign && SIGNS.contains(other));
    if let Some(other) = other.filter(|_| row.len() == 1) {
        return Err(RowFault::OtherSign { here: sign_words(other), others: sign_words(sign) });
    }
    if row.iter().skip(3).any(|more| !more.is_empty()) {
        return Err(RowFault::TooMuch);
    }
    let username = column(0).parse::<Username>()?;
    let role = match column(1) {
        "" => Role::Trader,
        word => word.to_ascii_lowercase().parse().map_err(|_| RowFault::Role)?,
    };
    let opening = match column(2) {
        "" => terms.opening,
        amount => amount.parse::<Money>().map_err(RowFault::Opening)?,
    };
    if opening.is_negative() || opening > terms.most {
        return Err(RowFault::OutOfBounds(terms.most));
    }
    Ok(Newcomer { username, role, opening })
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
