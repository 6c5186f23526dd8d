//! How a question is put to the database.
//!
//! No table has an index for every column, because whoever trades would pay for each of them. So a question is put to a
//! window: the first [`WINDOW`] rows, in the order of the table, among those that an index finds. What no
//! index helps with, sorting included, is done among these, and takes the same time whatever else the table holds.

use super::question::{Key, Question, Referred, WINDOW, WINDOW_FAR_APART, Wanted};
use super::statement::{Statement, Value};
use super::table::{By, Column, Filter, Join, Kind, Order, Part, Reach, Table};

/// A condition on rows.
#[derive(Debug)]
enum Condition {
    /// Something has a value.
    Is(&'static str, Value),
    /// A filter's own words for something are this.
    Says(&'static Filter, String),
    /// Something is at least, or less than.
    Within(&'static str, Option<i64>, Option<i64>),
    /// Some column contains a text, without regard to case.
    Contains(&'static Table, String),
    /// What is asked for does not exist.
    Never,
}

/// A question, sorted by how its parts are answered.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: &'static Table,
    /// What the rows of the window are in the order of.
    pub(super) key: &'static [Part],
    /// What an index answers.
    inner: Vec<Condition>,
    /// What each row of the window is looked at for, with the filter that asks for it.
    outer: Vec<(Option<&'static Filter>, Condition)>,
    /// The most rows that are looked at.
    pub(super) window: usize,
    /// Whether the table is gone through from its end, because that is what it is sorted by turned round.
    pub(super) turned: bool,
    /// Moments that grow with the key, and within which rows are asked for.
    pub(super) growing: Option<Growing>,
}

/// Moments that grow with the key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growing {
    /// What they are, in SQL.
    pub(super) value: &'static str,
    /// From which on rows are asked for, in microseconds.
    pub(super) from: Option<i64>,
    /// Before which.
    pub(super) until: Option<i64>,
}

/// Which rows of those that an index finds.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Range<'a> {
    /// From this one on.
    pub(super) from: Option<&'a Key>,
    /// From the one after this one on.
    pub(super) after: Option<&'a Key>,
    /// Up to the one before this one.
    pub(super) until: Option<&'a Key>,
}

impl Plan {
    /// Sorts a question whose references have been looked up.
    pub(super) fn of(question: &Question, referred: &[(&'static Filter, Option<Referred>)]) -> Self {
        let table = question.table;
        let asked = |name: &str| question.filters.iter().any(|(filter, _)| filter.name == name);
        let (mut inner, mut outer, mut key, mut growing) = (Vec::new(), Vec::new(), None, None);
        let mut window = WINDOW;
        for (filter, wanted) in &question.filters {
            let condition = match (&filter.by, wanted) {
                (By::Word | By::Flag(..) | By::Text, Wanted::Word(word)) => Condition::Says(filter, word.clone()),
                (By::Days, Wanted::Between(from, until)) => Condition::Within(
                    filter.value,
                    from.map(crate::domain::At::micros),
                    until.map(crate::domain::At::micros),
                ),
                (By::Row(_), Wanted::Called(_)) => {
                    let found = referred.iter().find(|(of, _)| std::ptr::eq(*of, *filter));
                    match found.and_then(|(_, row)| row.as_ref()) {
                        Some(row) => Condition::Is(filter.value, Value::Number(row.id)),
                        None => Condition::Never,
                    }
                }
                _ => Condition::Never,
            };
            match (filter.reach, key) {
                (Reach::Index(order), None) => {
                    key = Some(order);
                    inner.push(condition);
                }
                (Reach::IndexFarApart(order), None) => {
                    (key, window) = (Some(order), WINDOW_FAR_APART);
                    inner.push(condition);
                }
                (Reach::IndexWith(other), _) if asked(other) => inner.push(condition),
                (Reach::Key, _) => inner.push(condition),
                (Reach::Growing, _) => {
                    if let Condition::Within(value, from, until) = condition {
                        growing = Some(Growing { value, from, until });
                    }
                    outer.push((Some(*filter), condition));
                }
                _ => outer.push((Some(*filter), condition)),
            }
        }
        if !question.search.is_empty() {
            outer.push((None, Condition::Contains(table, question.search.clone())));
        }
        let key = key.unwrap_or(table.key);
        let turned = question
            .sort
            .is_some_and(|sort| follows(sort.column, key) && sort.descending != (table.order == Order::Descending));
        Self { table, key, inner, outer, window, turned, growing }
    }

    /// Whether each row of the window has to be looked at to know which pass.
    pub(super) fn looks(&self) -> bool {
        !self.outer.is_empty()
    }

    /// Whether rows with a higher key come first.
    pub(super) fn descends(&self) -> bool {
        (self.table.order == Order::Descending) != self.turned
    }

    /// Adds `FROM`, the first `limit` rows of a range under the base table's own name, and the tables that are joined to
    /// it for the conditions and for `texts`.
    pub(super) fn from<'t>(
        &self,
        query: &mut Statement,
        range: Range<'_>,
        limit: usize,
        texts: impl IntoIterator<Item = &'t str>,
    ) {
        query.sql(" FROM (SELECT * FROM ").sql(self.table.base);
        self.within(query, range);
        self.in_order(query);
        // The bound keeps either engine from taking the window apart and going through the table in another order.
        query.sql(" LIMIT ").digits(limit).sql(") AS ").sql(self.table.base);
        let texts: Vec<&str> = texts.into_iter().chain(self.outer_texts()).collect();
        joined(query, self.table, &texts);
    }

    /// Adds `WHERE` and what an index answers.
    pub(super) fn within(&self, query: &mut Statement, range: Range<'_>) {
        query.sql(" WHERE ");
        self.found_by_index(query);
        let (onward, back) = if self.descends() { (" < ", " > ") } else { (" > ", " < ") };
        let or_equal = if self.descends() { " <= " } else { " >= " };
        for (key, sign) in [(range.from, or_equal), (range.after, onward), (range.until, back)] {
            if let Some(key) = key {
                query.sql(" AND ");
                self.compare(query, sign, key);
            }
        }
    }

    /// Adds what an index answers. A key tells rows apart among these alone.
    pub(super) fn found_by_index(&self, query: &mut Statement) {
        query.sql(self.table.only_or_all());
        for condition in &self.inner {
            query.sql(" AND ");
            condition.write(query);
        }
    }

    /// Adds the conditions that each row is looked at for, after `WHERE`; those of filters only where `counts` says so.
    pub(super) fn passing(&self, query: &mut Statement, counts: impl Fn(&'static Filter) -> bool) {
        query.sql(" WHERE 1 = 1");
        for (filter, condition) in &self.outer {
            if filter.is_none_or(&counts) {
                query.sql(" AND ");
                condition.write(query);
            }
        }
    }

    /// Adds a comparison of the key with `key`.
    pub(super) fn compare(&self, query: &mut Statement, sign: &'static str, key: &Key) {
        let bracketed = self.key.len() > 1;
        query.sql(if bracketed { "(" } else { "" });
        query.each(", ", self.key, write_part);
        query.sql(if bracketed { ")" } else { "" }).sql(sign).sql(if bracketed { "(" } else { "" });
        query.each(", ", &key.0, |query, value| {
            query.bind(value);
        });
        query.sql(if bracketed { ")" } else { "" });
    }

    /// Adds `ORDER BY` and the key.
    pub(super) fn in_order(&self, query: &mut Statement) {
        query.sql(" ORDER BY ").each(", ", self.key, |query, part| {
            write_part(query, part);
            query.sql(self.direction());
        });
    }

    /// The direction of the key, in SQL.
    pub(super) fn direction(&self) -> &'static str {
        if self.descends() { " DESC" } else { " ASC" }
    }

    fn outer_texts(&self) -> Vec<&'static str> {
        let mut texts = Vec::new();
        for (_, condition) in &self.outer {
            match condition {
                Condition::Is(sql, _) | Condition::Within(sql, ..) => texts.push(*sql),
                Condition::Says(filter, _) => texts.push(filter.value),
                Condition::Contains(table, _) => texts.extend(searched(table).map(|column| column.value)),
                Condition::Never => {}
            }
        }
        texts
    }
}

impl Condition {
    fn write(&self, query: &mut Statement) {
        match self {
            Self::Is(sql, value) => {
                query.sql(sql).sql(" = ").bind(value);
            }
            Self::Says(filter, word) => {
                write_words_of(query, filter);
                query.sql(" = ").bind(&Value::Text(word.clone()));
            }
            Self::Within(sql, from, until) => {
                query.sql("(1 = 1");
                for (sign, bound) in [(" >= ", from), (" < ", until)] {
                    if let Some(bound) = bound {
                        query.sql(" AND ").sql(sql).sql(sign).bind(&Value::Number(*bound));
                    }
                }
                query.sql(")");
            }
            Self::Contains(table, text) => {
                query.sql("(1 = 0");
                for column in searched(table) {
                    // Words of ours are read without what joins them.
                    let (text, open, close) = match column.kind {
                        Kind::Word => (&text.replace('_', " "), "replace(", ", '_', ' ')"),
                        _ => (text, "", ""),
                    };
                    let value = |query: &mut Statement| {
                        let value = column.searched_as.unwrap_or(column.value);
                        query.sql(open).sql("CAST(").sql(value).sql(" AS TEXT)").sql(close);
                    };
                    query.sql(" OR ").in_small(text, value).sql(" LIKE ");
                    let pattern = Value::Text(pattern(text));
                    query.in_small(text, |query| {
                        query.bind(&pattern);
                    });
                    query.sql(" ESCAPE '!'");
                }
                query.sql(")");
            }
            Self::Never => {
                query.sql("1 = 0");
            }
        }
    }
}

/// Adds the tables that `texts` name, each after those that it is joined to.
pub(super) fn joined(query: &mut Statement, table: &Table, texts: &[&str]) {
    let mut needed: Vec<&Join> = Vec::new();
    // What a join refers to stands before it.
    for join in table.joins.iter().rev() {
        if texts.iter().copied().chain(needed.iter().map(|join| join.sql)).any(|text| names(text, join.name)) {
            needed.push(join);
        }
    }
    for join in needed.into_iter().rev() {
        query.sql(" ").sql(join.sql);
    }
}

/// Whether rows in the order of `key` are in the order of `column`.
fn follows(column: &Column, key: &[Part]) -> bool {
    let sorted_by = column.sorted_by.unwrap_or(column.value);
    column.grows || key.first().is_some_and(|part| part.sql == sorted_by)
}

/// Whether `sql` names a column of `table`.
fn names(sql: &str, table: &str) -> bool {
    sql.match_indices(table).any(|(place, _)| {
        let before = sql.get(..place).and_then(|before| before.chars().next_back());
        let after = sql.get(place + table.len()..).unwrap_or_default();
        after.starts_with('.') && !before.is_some_and(|sign| sign.is_ascii_alphanumeric() || sign == '_')
    })
}

fn searched(table: &'static Table) -> impl Iterator<Item = &'static Column> {
    table.columns.iter().filter(|column| column.searched)
}

/// Adds a key's column the way it is compared and sorted.
pub(super) fn write_part(query: &mut Statement, part: &Part) {
    query.sql(part.sql);
    if part.text {
        query.by_byte();
    }
}

/// Adds the words that a filter has for a row: what stands there, or `yes` or `no`.
pub(super) fn write_words_of(query: &mut Statement, filter: &Filter) {
    match filter.by {
        By::Flag(..) => query.sql("CASE WHEN ").sql(filter.value).sql(" THEN 'yes' ELSE 'no' END"),
        By::Word | By::Text | By::Days | By::Row(_) => query.sql(filter.value),
    };
}

/// Adds what rows are sorted by. What is absent comes before everything that is there, on either engine.
pub(super) fn write_sorting(query: &mut Statement, column: &Column) {
    let value = column.sorted_by.unwrap_or(column.value);
    if sorts_as_text(column) {
        query.sql("COALESCE(CAST(").sql(value).sql(" AS TEXT), '')").by_byte();
    } else if column.kind == Kind::Flag {
        query.sql("CAST(CASE WHEN ").sql(value).sql(" THEN 1 ELSE 0 END AS BIGINT)");
    } else {
        query.sql("COALESCE(").sql(value).sql(", -9223372036854775807)");
    }
}

/// Whether what rows are sorted by is a text.
pub(super) fn sorts_as_text(column: &Column) -> bool {
    matches!(column.kind, Kind::Text | Kind::Code | Kind::Word | Kind::Hash | Kind::Details)
}

/// A pattern that a text fits when it contains `text`, whose own signs stand for themselves.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_by_its_whole_name_before_a_dot() {
        assert!(names("users.id", "users") && names("lower(users.name)", "users"));
        assert!(!names("superusers.id", "users") && !names("users_of.id", "users") && !names("users", "users"));
    }

    #[test]
    fn what_people_search_for_stands_for_itself() {
        assert_eq!(pattern("50%_Off!"), "%50!%!_Off!!%");
    }
}
