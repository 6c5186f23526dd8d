//! The address of a list: what it asks for, and how it differs from the address of another.

use crate::domain::At;
use crate::store::browse::{self, After, By, Filter, Key, Listing, Question, Sort, Table, Value, Wanted};
use crate::web::form_data::Fields;
use crate::web::format::query_value;
use jiff::civil::Date;

/// How many rows a page can have.
pub(super) const SIZES: [usize; 4] = [25, 50, 100, 200];
/// How many it has unless it is said.
const USUAL: usize = 50;
/// Names in an address that no filter has.
#[cfg(test)]
const TAKEN: [&str; 8] = ["q", "sort", "dir", "size", "from", "after", "value", "further"];
/// The longest text that is looked for.
const LONGEST: usize = 200;

/// What an address asks for. Whatever it says that makes no sense is told, or not heard.
#[derive(Debug, Clone)]
pub struct Address {
    /// Of which table.
    pub table: &'static Table,
    /// The question.
    pub question: Question,
    /// Whether the reader has left the first rows behind and asked for further ones.
    pub further: bool,
    /// What could not be read, and is not asked for.
    pub unread: Vec<Unread>,
    /// Every field that is asked for something, with what was typed; the order of rows and their number are not among them.
    asked: Vec<(String, String)>,
}

/// What could not be read.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The name of a field.
    pub name: String,
    /// What was typed there.
    pub typed: String,
    /// What is wrong with it.
    pub sentence: &'static str,
}

impl Address {
    /// Reads it.
    #[must_use]
    pub fn of(table: &'static Table, query: &Fields) -> Self {
        let typed = |name: &str| query.get(name).trim().chars().take(LONGEST).collect::<String>();
        let (mut asked, mut filters, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        let search = typed("q");
        if !search.is_empty() {
            asked.push(("q".to_owned(), search.clone()));
        }
        for filter in table.filters {
            if !matches!(filter.by, By::Days) {
                let text = typed(filter.name);
                filters.extend(Wanted::of(filter, &text).map(|wanted| (filter, wanted)));
                asked.extend((!text.is_empty()).then(|| (filter.name.to_owned(), text)));
                continue;
            }
            let mut day = |name: String| {
                let text = typed(&name);
                let day = text.parse::<Date>().ok();
                if day.is_none() && !text.is_empty() {
                    unread.push(Unread {
                        name: name.clone(),
                        typed: text.clone(),
                        sentence: "Enter the date as YYYY-MM-DD.",
                    });
                }
                asked.extend(day.is_some().then(|| (name.clone(), text.clone())));
                day
            };
            let (first, mut last) = (day(first_day(filter)), day(last_day(filter)));
            if first > last && last.is_some() {
                let name = last_day(filter);
                asked.retain(|(asked, _)| *asked != name);
                let sentence = "This day is before the first one. Choose the same day or a later one.";
                unread.push(Unread { typed: typed(&name), name, sentence });
                last = None;
            }
            let bounds =
                (first.and_then(At::midnight), last.and_then(|day| day.tomorrow().ok()).and_then(At::midnight));
            if bounds != (None, None) {
                filters.push((filter, Wanted::Between(bounds.0, bounds.1)));
            }
        }
        let size = query.get("size").parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(USUAL);
        let column = table.column(query.get("sort")).filter(|column| column.is_listed());
        let sort = column.map(|column| Sort { column, descending: query.get("dir") == "desc" });
        let mut question = Question { table, search, filters, sort, size, from: None, after: None };
        let place = |name: &str| Some(query.get(name)).filter(|text| !text.is_empty());
        let key = |name: &str| place(name).and_then(|text| Key::read(browse::key_columns(&question), text));
        let from = key("from");
        let value = sort.map(|sort| browse::sorting_value(sort, query.get("value")));
        let after = match (key("after"), value) {
            (Some(key), None) => Some(After { key, value: None }),
            (Some(key), Some(Some(value))) => Some(After { key, value: Some(value) }),
            _ => None,
        };
        (question.from, question.after) = (from, after);
        let further = question.from.is_some() && !query.get("further").is_empty();
        Self { table, question, further, unread, asked }
    }

    /// What stands in the field `name`: as it was typed, whether it could be read or not.
    #[must_use]
    pub fn typed(&self, name: &str) -> &str {
        let unread = self.unread.iter().find(|unread| unread.name == name);
        unread.map_or_else(|| self.asked(name), |unread| unread.typed.as_str())
    }

    /// What is asked for as `name`, as it was typed; empty where nothing is.
    #[must_use]
    pub fn asked(&self, name: &str) -> &str {
        self.asked.iter().find(|(asked, _)| asked == name).map_or("", |(_, text)| text.as_str())
    }

    /// Whether these are the first rows of all that fit.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.question.after.is_none() && !self.further
    }

    /// Whether anything is asked for but all rows.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.asked.is_empty()
    }

    /// The names of what is asked for.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().map(|(name, _)| name.as_str())
    }

    /// The address that asks for `text` as `name`, or no longer when it is empty, and is otherwise the same.
    #[must_use]
    pub fn asking(&self, name: &str, text: &str) -> String {
        let kept = self.asked.iter().filter(|(asked, _)| asked != name);
        let mut fields: Vec<(&str, &str)> = kept.map(|(name, text)| (name.as_str(), text.as_str())).collect();
        if !text.is_empty() {
            fields.push((name, text));
        }
        self.written("", &fields, self.question.sort, &[])
    }

    /// The address of the same rows in another order, or in the order of the table.
    #[must_use]
    pub fn sorted(&self, sort: Option<Sort>) -> String {
        self.written("", &self.fields(), sort, &[])
    }

    /// The address with another number of rows on a page.
    #[must_use]
    pub fn sized(&self, size: usize) -> String {
        let other = Self { question: Question { size, ..self.question.clone() }, ..self.clone() };
        other.written("", &other.fields(), other.question.sort, &[])
    }

    /// The address of the file with all rows that pass.
    #[must_use]
    pub fn file(&self) -> String {
        let of_file = Self { question: Question { size: USUAL, ..self.question.clone() }, ..self.clone() };
        of_file.written(".csv", &of_file.fields(), None, &[])
    }

    /// The address of the first page.
    #[must_use]
    pub fn first(&self) -> String {
        self.sorted(self.question.sort)
    }

    /// The address of the next page of the rows that were looked at, if there is one.
    #[must_use]
    pub fn next(&self, listing: &Listing) -> Option<String> {
        let after = listing.next.as_ref()?;
        let from = listing.window.from.as_ref().map(Key::written).unwrap_or_default();
        let mut place = vec![("from", from), ("after", after.key.written())];
        match &after.value {
            Some(Value::Number(number)) => place.push(("value", number.to_string())),
            Some(Value::Text(text)) => place.push(("value", text.clone())),
            None => {}
        }
        if self.further {
            place.push(("further", "yes".to_owned()));
        }
        Some(self.written("", &self.fields(), self.question.sort, &place))
    }

    /// The address of the same among rows that were not looked at, if there are more.
    #[must_use]
    pub fn further(&self, listing: &Listing) -> Option<String> {
        let beyond = listing.window.beyond.as_ref()?;
        let place = [("from", beyond.written()), ("further", "yes".to_owned())];
        Some(self.written("", &self.fields(), self.question.sort, &place))
    }

    /// How many rows a page has, where that is not the usual number: the form of the filters keeps it.
    #[must_use]
    pub fn unusual_size(&self) -> Option<usize> {
        Some(self.question.size).filter(|size| *size != USUAL)
    }

    /// Whether the highest comes first of what rows are sorted by.
    #[must_use]
    pub fn falls(&self) -> bool {
        self.question.sort.is_some_and(|sort| sort.descending)
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.asked.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }

    fn written(&self, ending: &str, fields: &[(&str, &str)], sort: Option<Sort>, place: &[(&str, String)]) -> String {
        let size = self.unusual_size().map(|size| ("size", size.to_string()));
        let rest: Vec<(&str, String)> = order(sort).into_iter().chain(size).chain(place.iter().cloned()).collect();
        let rest = rest.iter().map(|(name, text)| (*name, text.as_str()));
        let mut address = format!("/admin/{}{ending}", self.table.name);
        for (place, (name, text)) in fields.iter().copied().chain(rest).enumerate() {
            address.push(if place == 0 { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            address.push_str(&query_value(text));
        }
        address
    }
}

/// Under which name a filter is asked for its first day.
pub(super) fn first_day(filter: &Filter) -> String {
    format!("{}-from", filter.name)
}

/// Under which name a filter is asked for its last day.
pub(super) fn last_day(filter: &Filter) -> String {
    format!("{}-to", filter.name)
}

fn order(sort: Option<Sort>) -> Vec<(&'static str, String)> {
    let Some(sort) = sort else { return Vec::new() };
    vec![("sort", sort.column.name.to_owned()), ("dir", if sort.descending { "desc" } else { "asc" }.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_an_address_means_one_thing() {
        for table in browse::ALL {
            let mut names: Vec<String> = TAKEN.iter().map(ToString::to_string).collect();
            for filter in table.filters {
                names.extend(match filter.by {
                    By::Days => vec![first_day(filter), last_day(filter)],
                    _ => vec![filter.name.to_owned()],
                });
            }
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{}", table.name);
        }
    }
}
