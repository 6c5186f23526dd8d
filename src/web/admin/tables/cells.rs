//! What stands in a cell, for people and for files.

use super::in_words;
use crate::domain::{At, Details, Money, Price, Quantity, hexadecimal, spreadsheet};
use crate::store::browse::{Cell, Column, Kind, Place, Record};
use crate::web::admin::words;
use crate::web::format::{Change, Html, Show};
use crate::web::moments::ShowTime;

/// Signs of a long identifier that a list shows, at its beginning and at its end.
const SHOWN_SIGNS: (usize, usize) = (4, 6);

/// A cell as a page shows it.
#[derive(Debug, Clone)]
pub struct ShownCell {
    /// The head of its column.
    pub label: &'static str,
    /// Whether it is a number, which stands to the right.
    pub is_number: bool,
    /// Whether only a wide page has room for it.
    pub is_wide: bool,
    /// What stands there.
    pub shown: Shown,
    /// Where it leads.
    pub href: Option<String>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// A text of somebody's.
    Text(String),
    /// A number, or a moment.
    Html(Html),
    /// An identifier, shortened and whole.
    Code(String, String),
    /// A word of ours, for people and as it is stored.
    Word(String, String),
    /// Fields with their values.
    Details(Vec<(String, String)>),
}

impl ShownCell {
    /// The cells of `record`, whose columns are `columns`. In a list identifiers are short and moments told in words.
    pub(super) fn all(columns: &[&'static Column], record: Record, now: At, in_list: bool) -> Vec<Self> {
        let cells = columns.iter().zip(record.cells).zip(record.links);
        let shown = cells.map(|((column, cell), leads)| Self {
            label: column.label,
            is_number: is_number(column.kind),
            is_wide: column.place == Place::Wide,
            shown: shown(column.kind, cell, now, in_list),
            href: column.link.zip(leads).map(|(link, identity)| match link.table {
                "" => format!("/admin/{}", path(&identity)),
                table => format!("/admin/{table}/{}", path(&identity)),
            }),
        });
        shown.collect()
    }

    /// What stands there, as plain text: what a row is called.
    #[must_use]
    pub fn plain(&self) -> String {
        match &self.shown {
            Shown::Nothing => "nothing".to_owned(),
            Shown::Text(text) | Shown::Code(text, _) | Shown::Word(text, _) => text.clone(),
            Shown::Html(html) => html.0.split('<').filter_map(|part| part.split('>').next_back()).collect(),
            Shown::Details(_) => String::new(),
        }
    }
}

/// Whether a column stands to the right.
pub(super) fn is_number(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Money | Kind::Change | Kind::Price | Kind::Quantity | Kind::Shares | Kind::Count | Kind::Number
    )
}

/// `identity` as part of a path; what it is joined by stays.
pub(super) fn path(identity: &str) -> String {
    identity.split('/').map(crate::web::format::query_value).collect::<Vec<_>>().join("/")
}

fn shown(kind: Kind, cell: Cell, now: At, in_list: bool) -> Shown {
    match cell {
        Cell::Nothing => Shown::Nothing,
        Cell::Flag(flag) => {
            let word = if flag { "yes" } else { "no" };
            Shown::Word(in_words(word), word.to_owned())
        }
        Cell::Bytes(bytes) => code(&hexadecimal(&bytes), in_list),
        Cell::Text(text) if text.is_empty() => Shown::Nothing,
        Cell::Text(text) => match kind {
            Kind::Code => code(&text, in_list),
            Kind::Word => Shown::Word(in_words(&text), text),
            Kind::Details => match text.parse::<Details>() {
                Ok(details) if details.is_empty() => Shown::Nothing,
                Ok(details) => Shown::Details(
                    details
                        .fields()
                        .map(|(field, text)| (words::field_words(field).to_owned(), words::value(field, text)))
                        .collect(),
                ),
                Err(_) => Shown::Text(text),
            },
            _ => Shown::Text(text),
        },
        Cell::Number(number) => Shown::Html(match kind {
            Kind::Money => Money::from_cents(number).show(),
            Kind::Change => Money::from_cents(number).signed(),
            Kind::Price => Price::from_units(number).show(),
            Kind::Quantity => Quantity::from_units(number).show(),
            Kind::Shares => signed(number),
            Kind::Count => number.show(),
            Kind::At if in_list => At::from_micros(number).ago(&now),
            Kind::At => At::from_micros(number).moment(),
            Kind::Day => day(At::from_micros(number)),
            Kind::DayNumber => day(At::from_micros(number.saturating_mul(DAY))),
            _ => Html(number.to_string()),
        }),
    }
}

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

fn day(at: At) -> Html {
    let day = at.timestamp();
    Html(format!(r#"<time datetime="{}">{}</time>"#, day.strftime("%Y-%m-%d"), day.strftime("%-d %b %Y")))
}

fn signed(units: i64) -> Html {
    let plain = Quantity::from_units(units).show();
    if units > 0 { Html(format!("+{}", plain.0)) } else { plain }
}

fn code(text: &str, in_list: bool) -> Shown {
    let (first, last) = SHOWN_SIGNS;
    let signs = text.chars().count();
    if !in_list || signs <= 16 {
        return Shown::Code(text.to_owned(), text.to_owned());
    }
    let head = text.chars().take(first);
    let short = head.chain(['…']).chain(text.chars().skip(signs.saturating_sub(last))).collect();
    Shown::Code(short, text.to_owned())
}

/// A cell as a file has it: numbers plain, moments in RFC 3339, and no text of anybody's that a spreadsheet would run.
pub(super) fn in_file(kind: Kind, cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Bytes(bytes) => hexadecimal(bytes),
        Cell::Text(text) => spreadsheet::inert(text),
        Cell::Number(number) => match kind {
            Kind::Money | Kind::Change => Money::from_cents(*number).to_string(),
            Kind::Price => Price::from_units(*number).to_string(),
            Kind::Quantity | Kind::Shares => Quantity::from_units(*number).to_string(),
            Kind::At => At::from_micros(*number).to_string(),
            Kind::Day => date(At::from_micros(*number)),
            Kind::DayNumber => date(At::from_micros(number.saturating_mul(DAY))),
            _ => number.to_string(),
        },
    }
}

fn date(at: At) -> String {
    at.timestamp().strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_has_a_text_that_a_spreadsheet_would_run() {
        assert_eq!(in_file(Kind::Text, &Cell::Text("=1+1".to_owned())), "'=1+1");
        assert_eq!(in_file(Kind::Text, &Cell::Text("a=b".to_owned())), "a=b");
        assert_eq!(in_file(Kind::Change, &Cell::Number(-40)), "-0.40", "a number is no formula");
    }

    #[test]
    fn a_long_identifier_is_short_in_a_list_and_whole_beside_its_row() {
        let text = "01900000-aaaa-7000-8000-0123456789ab".to_owned();
        let cell = Cell::Text(text.clone());
        assert_eq!(
            shown(Kind::Code, cell.clone(), At::EARLIEST, true),
            Shown::Code("0190…6789ab".to_owned(), text.clone())
        );
        assert_eq!(shown(Kind::Code, cell, At::EARLIEST, false), Shown::Code(text.clone(), text));
    }
}
