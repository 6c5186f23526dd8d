//! `/admin/{table}`: rows of any table, sorted, searched, filtered and paged.

use super::address::{SIZES, first_day, last_day};
use super::cells::{self, is_number};
use super::{Address, Shown, ShownCell, in_words, named};
use crate::store::browse::{self, By, Column, Listing, Order, Place, Sort, Table};
use crate::web::admin::{Office, Staff, acts};
use crate::web::error::PageError;
use crate::web::form_data::Query;
use crate::web::format::Show;
use crate::web::house::House;
use crate::web::layout::Layout;
use crate::web::page;
use actix_web::{HttpResponse, web};
use askama::Template;

/// Pages beside the list of a table: the table, the page and its label.
const BESIDE: [(&str, &str, &str); 1] = [("users", "/admin/users/roster", "Add several people")];

/// A list.
#[derive(Debug, Template)]
#[template(path = "admin/list.html")]
pub struct ListPage {
    /// The frame of all pages.
    pub layout: Layout,
    /// The frame of the back office.
    pub office: Office,
    /// What it is a list of.
    pub table: &'static Table,
    /// What it was asked.
    pub address: Address,
    /// The heads of its columns.
    pub heads: Vec<Head>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What it can be asked for.
    pub fields: Vec<Field>,
    /// What it is asked for, each with the address that no longer asks for it.
    pub chips: Vec<(String, String)>,
    /// What it holds.
    pub listing: Listing,
    /// What can be done to a selection: names and labels.
    pub in_bulk: Vec<(&'static str, &'static str)>,
    /// What makes new rows: addresses and labels.
    pub makes_new: Vec<(String, &'static str)>,
}

/// The head of a column.
#[derive(Debug)]
pub struct Head {
    /// Its words.
    pub label: &'static str,
    /// Its name in addresses.
    pub name: &'static str,
    /// Whether it stands to the right.
    pub is_number: bool,
    /// Whether only a wide page has room for it.
    pub is_wide: bool,
    /// The address that sorts by it, or turns the order round.
    pub href: String,
    /// How the rows are sorted by it, as `aria-sort` says it.
    pub sorted: &'static str,
}

/// A row.
#[derive(Debug)]
pub struct Row {
    /// What it is called in addresses.
    pub identity: String,
    /// Its address.
    pub href: String,
    /// What it is called by.
    pub lead: ShownCell,
    /// Its other cells.
    pub cells: Vec<ShownCell>,
}

/// Something to ask for.
#[derive(Debug)]
pub struct Field {
    /// Its name in addresses.
    pub name: String,
    /// What it asks.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// How it is filled in.
    pub control: Control,
    /// What is wrong with what was typed.
    pub wrong: Option<&'static str>,
}

/// How a field is filled in.
#[derive(Debug)]
pub enum Control {
    /// One of these words: as it is sent, and as people read it, with how many rows it leaves.
    Choice(Vec<(String, String)>),
    /// A day.
    Day,
    /// A text, and what to type.
    Line(&'static str),
}

impl ListPage {
    /// How many rows pass, in words: `1,234 orders`, `12 of the newest 10,000 orders`, `10,000 further orders`.
    #[must_use]
    pub fn count(&self) -> String {
        let (one, many) = self.table.words;
        let passing = shown(self.listing.passing);
        let words = if self.listing.passing == 1 { one } else { many };
        match (self.address.further, self.more()) {
            (false, false) => format!("{passing} {words}"),
            (true, false) => format!("{passing} more {words}"),
            (_, true) if self.listing.passing >= self.listing.window.size => {
                format!("{} {many}", in_words(&self.window_words()))
            }
            (_, true) => format!("{passing} of {} {many}", self.window_words()),
        }
    }

    /// What there is besides the rows that were counted, when these are not all.
    #[must_use]
    pub fn besides(&self) -> Option<&'static str> {
        let looked = self.address.is_filtered() || self.address.question.sort.is_some();
        match (self.address.further, self.more()) {
            (_, true) if looked => Some("There are more, which were not searched or sorted."),
            (_, true) => Some("There are more."),
            (true, false) => Some("There are no more."),
            (false, false) => None,
        }
    }

    /// Whether there are more rows after those that were looked at.
    fn more(&self) -> bool {
        self.listing.window.beyond.is_some()
    }

    /// What was looked at, when that is not all: `the newest 10,000`.
    #[must_use]
    pub fn window_words(&self) -> String {
        let window = &self.listing.window;
        let size = shown(window.size);
        if self.address.further {
            return format!("the next {size}");
        }
        let which = match (self.table.order, window.turned) {
            (Order::Descending, false) => "newest",
            (Order::Descending, true) => "oldest",
            (Order::Ascending, false) => "first",
            (Order::Ascending, true) => "last",
        };
        format!("the {which} {size}")
    }

    /// Where rows are that were not looked at.
    #[must_use]
    pub fn onward(&self) -> &'static str {
        let back = self.table.order == Order::Descending && !self.listing.window.turned;
        if back { "further back" } else { "further on" }
    }

    /// What an empty list says.
    #[must_use]
    pub fn nothing(&self) -> String {
        let many = self.table.words.1;
        match (self.address.is_filtered(), self.address.further, self.more()) {
            (true, _, true) => format!("No matches among {} {many}.", self.window_words()),
            (true, true, false) => format!("No matches {}.", self.onward()),
            (true, false, false) => format!("No {many} match."),
            (false, false, _) if self.address.is_first() => format!("There are no {many} yet."),
            (false, _, _) => "There are no more.".to_owned(),
        }
    }

    /// The numbers of rows that a page can have, each with its address.
    #[must_use]
    pub fn sizes(&self) -> Vec<(usize, String)> {
        SIZES.iter().map(|size| (*size, self.address.sized(*size))).collect()
    }

    /// Whether rows can be selected.
    #[must_use]
    pub fn selects(&self) -> bool {
        !self.in_bulk.is_empty() && !self.rows.is_empty()
    }

    /// What is asked for that does not exist.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let missing = self.listing.referred.iter().filter(|(_, found)| found.is_none());
        missing
            .map(|(filter, _)| format!("{}: nothing found for “{}”.", filter.label, self.address.asked(filter.name)))
            .collect()
    }

    /// The address of the row that is called exactly what was searched for, and what it is called.
    #[must_use]
    pub fn exact(&self) -> Option<(String, &str)> {
        let exact = self.listing.exact.as_ref()?;
        Some((format!("/admin/{}/{}", self.table.name, cells::path(&exact.identity)), exact.label.as_str()))
    }
}

/// The list.
///
/// # Errors
/// When there is no such table, or the store fails.
pub async fn show(
    staff: Staff,
    house: web::Data<House>,
    name: web::Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, PageError> {
    let table = named(&name)?;
    let address = Address::of(table, &query);
    let question = address.question.clone();
    let mut listing = house.store.read(move |conn| browse::list(conn, &question)).await?;
    let layout = staff.layout();
    let columns: Vec<&'static Column> = table.columns.iter().filter(|column| column.is_listed()).collect();
    let records = std::mem::take(&mut listing.rows);
    let rows = records.into_iter().filter_map(|record| {
        let identity = record.identity.clone();
        let mut cells = ShownCell::all(&columns, record, layout.now, true);
        let place = columns.iter().position(|column| column.place == Place::Lead)?;
        let lead = (place < cells.len()).then(|| cells.remove(place))?;
        Some(Row { href: format!("/admin/{}/{}", table.name, cells::path(&identity)), identity, lead, cells })
    });
    let office = staff.office();
    let acts = if office.may_change { acts::on(table.name) } else { Vec::new() };
    let in_bulk = acts
        .iter()
        .filter(|act| act.about().in_bulk.is_some() && !act.about().makes_new)
        .map(|act| (act.about().name, act.about().label));
    let makes_new = acts
        .iter()
        .filter(|act| act.about().makes_new && !(table.name == "instruments" && house.operations.is_recording()));
    let makes_new = makes_new.map(|act| (format!("/admin/{}/new/{}", table.name, act.about().name), act.about().label));
    let beside = BESIDE.iter().filter(|(beside, _, _)| office.may_change && *beside == table.name);
    let beside = beside.map(|(_, page, label)| ((*page).to_owned(), *label));
    page::show(&ListPage {
        rows: rows.collect(),
        heads: heads(&columns, &address),
        fields: fields(table, &address, &listing),
        chips: chips(table, &address, &listing),
        in_bulk: in_bulk.collect(),
        makes_new: makes_new.chain(beside).collect(),
        layout,
        office,
        table,
        address,
        listing,
    })
}

fn heads(columns: &[&'static Column], address: &Address) -> Vec<Head> {
    let sort = address.question.sort;
    // What rows are called by stands first in the table, wherever its column is described.
    let (lead, others): (Vec<&&Column>, Vec<&&Column>) = columns.iter().partition(|column| column.place == Place::Lead);
    let ordered = lead.into_iter().chain(others);
    let head = ordered.map(|column: &&'static Column| {
        let by_it = sort.filter(|sort| std::ptr::eq(sort.column, *column));
        let falls_first = is_number(column.kind)
            || matches!(column.kind, browse::Kind::At | browse::Kind::Day | browse::Kind::DayNumber);
        let descending = by_it.map_or(falls_first, |sort| !sort.descending);
        Head {
            label: column.label,
            name: column.name,
            is_number: is_number(column.kind),
            is_wide: column.place == Place::Wide,
            href: address.sorted(Some(Sort { column, descending })),
            sorted: match by_it {
                None => "none",
                Some(Sort { descending: false, .. }) => "ascending",
                Some(_) => "descending",
            },
        }
    });
    head.collect()
}

fn fields(table: &'static Table, address: &Address, listing: &Listing) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |name: String, label: String, control: Control| {
        let wrong = address.unread.iter().find(|unread| unread.name == name).map(|unread| unread.sentence);
        fields.push(Field { value: address.typed(&name).to_owned(), name, label, control, wrong });
    };
    for filter in table.filters {
        match &filter.by {
            By::Row(reference) => add(filter.name.to_owned(), filter.label.to_owned(), Control::Line(reference.hint)),
            By::Text => add(filter.name.to_owned(), filter.label.to_owned(), Control::Line("Exact text")),
            By::Word | By::Flag(..) => {
                let counted = listing.counts.iter().find(|counted| std::ptr::eq(counted.filter, filter));
                let mut words: Vec<(String, usize)> = counted.map(|counted| counted.words.clone()).unwrap_or_default();
                let asked = address.asked(filter.name);
                if !asked.is_empty() && words.iter().all(|(word, _)| word != asked) {
                    words.push((asked.to_owned(), 0));
                }
                let choices = words.into_iter().filter(|(word, _)| !word.is_empty()).map(|(word, count)| {
                    let label = format!("{} ({})", word_of(&filter.by, &word), shown(count));
                    (word, label)
                });
                add(filter.name.to_owned(), filter.label.to_owned(), Control::Choice(choices.collect()));
            }
            By::Days => {
                add(first_day(filter), format!("{} from", filter.label), Control::Day);
                add(last_day(filter), format!("{} to", filter.label), Control::Day);
            }
        }
    }
    fields
}

/// What is asked for, each with the address that no longer asks for it.
fn chips(table: &'static Table, address: &Address, listing: &Listing) -> Vec<(String, String)> {
    let asked = address.names().map(|name| {
        let text = address.asked(name);
        let days = |filter: &browse::Filter, ending: &str| matches!(filter.by, By::Days) && name.ends_with(ending);
        let filter = table.filters.iter().find(|filter| {
            filter.name == name
                || (days(filter, "-from") && first_day(filter) == name)
                || (days(filter, "-to") && last_day(filter) == name)
        });
        let words = match filter {
            None => format!("“{text}”"),
            Some(filter) => match &filter.by {
                By::Days => {
                    format!("{} {} {text}", filter.label, if name == first_day(filter) { "from" } else { "to" })
                }
                By::Row(_) => {
                    let found = listing.referred.iter().find(|(of, _)| std::ptr::eq(*of, filter));
                    let label = found.and_then(|(_, row)| row.as_ref()).map_or(text, |row| row.label.as_str());
                    format!("{}: {label}", filter.label)
                }
                by => format!("{}: {}", filter.label, word_of(by, text)),
            },
        };
        (words, address.asking(name, ""))
    });
    let mut chips: Vec<(String, String)> = asked.collect();
    if let Some(sort) = address.question.sort {
        let way = if sort.descending { "descending" } else { "ascending" };
        chips.push((format!("Sorted by {}, {way}", sort.column.label.to_lowercase()), address.sorted(None)));
    }
    chips
}

/// How people call a word that a filter is asked for.
fn word_of(by: &By, word: &str) -> String {
    match (by, word) {
        (By::Flag(yes, _), "yes") => (*yes).to_owned(),
        (By::Flag(_, no), "no") => (*no).to_owned(),
        (By::Text, _) => word.to_owned(),
        _ => in_words(word),
    }
}

fn shown(count: usize) -> String {
    i64::try_from(count).unwrap_or(i64::MAX).show().0
}
