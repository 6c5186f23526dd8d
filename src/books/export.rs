//! One account's books to take away: its ledger, its orders and its holdings as CSV files in a zip.

use super::{BooksError, Disagreement, Progress, Watch};
use crate::domain::{AccountId, Instrument, InstrumentId, OrderId, PublicId, Username, hexadecimal, spreadsheet};
use crate::store::accounts::Account;
use crate::store::epochs::Epoch;
use crate::store::ledger::LedgerLine;
use crate::store::orders::OrderLine;
use crate::store::{
    Conn, Database, Draft, FileError, accounts, epochs, holdings, instruments, ledger, orders, transfer, users,
};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Rows read and written at a time.
const PIECE: i64 = 500;

const LEDGER: [&str; 12] =
    ["entry", "time", "kind", "symbol", "shares", "cost", "cash", "balance", "order", "memo", "hash", "epoch"];
const ORDERS: [&str; 19] = [
    "order",
    "placed",
    "side",
    "symbol",
    "asked_shares",
    "asked_dollars",
    "state",
    "filled",
    "shares",
    "price",
    "cash",
    "gain",
    "bid",
    "ask",
    "last",
    "balance",
    "reversed",
    "reversed_because",
    "epoch",
];
const HOLDINGS: [&str; 5] = ["symbol", "name", "shares", "cost", "realised"];

type Archive = ZipWriter<BufWriter<File>>;

/// Writes the books of the account that belongs to the person called `name`, or has it for its public id, to a new
/// zip `file`. Numbers are plain: dollars, shares, RFC 3339.
///
/// # Errors
/// When there is no such account, or the file cannot be written; then there is no file.
pub fn export(database: &Database, name: &str, file: &Path, watch: Watch<'_>) -> Result<(), BooksError> {
    let draft = Draft::of(file)?;
    transfer::look(database, |conn| {
        let account = find(conn, name)?;
        let archive = OpenOptions::new().write(true).open(draft.path()).map_err(|cause| unwritable(file, cause))?;
        let epochs = epochs::of_account(conn, &account)?;
        let archive = ZipWriter::new(BufWriter::new(archive));
        let mut sheet = Sheet { archive, file, watch, done: 0, account, epochs };
        sheet.ledger(conn)?;
        sheet.orders(conn)?;
        sheet.holdings(conn)?;
        let archive = sheet.archive.finish().map_err(|error| unwritable(file, error.into()))?;
        archive.into_inner().map_err(|error| unwritable(file, error.into_error()))?;
        Ok::<_, BooksError>(())
    })?;
    Ok(draft.publish()?)
}

/// The account that is meant. No name is as long as a public id.
fn find(conn: &mut Conn, name: &str) -> Result<Account, BooksError> {
    let nobody = || BooksError::NoAccount(name.to_owned());
    if let Ok(id) = name.parse::<PublicId>() {
        return accounts::by_public_id(conn, &id)?.ok_or_else(nobody);
    }
    let username: Username = name.parse().map_err(|_| nobody())?;
    let user = users::by_name(conn, &username)?.ok_or_else(nobody)?;
    Ok(accounts::of_user(conn, user.id)?)
}

struct Sheet<'a> {
    archive: Archive,
    file: &'a Path,
    watch: Watch<'a>,
    done: u64,
    account: Account,
    epochs: Vec<Epoch>,
}

impl Sheet<'_> {
    fn ledger(&mut self, conn: &mut Conn) -> Result<(), BooksError> {
        let epochs = self.epochs.clone();
        self.write("ledger.csv", &LEDGER, 0, |account, after| {
            let lines = ledger::oldest(conn, account, after, PIECE)?;
            let last = lines.last().map(|line| line.sequence);
            Ok((last, lines.into_iter().map(|line| entry(line, &epochs)).collect()))
        })
    }

    fn orders(&mut self, conn: &mut Conn) -> Result<(), BooksError> {
        let epochs = self.epochs.clone();
        self.write("orders.csv", &ORDERS, OrderId(i64::MIN), |account, after| {
            let lines = orders::oldest(conn, account, after, PIECE)?;
            Ok((lines.last().map(|line| line.id), lines.iter().map(|line| order(line, &epochs)).collect()))
        })
    }

    fn holdings(&mut self, conn: &mut Conn) -> Result<(), BooksError> {
        let known = instruments::all(conn)?.into_iter().map(|standing| standing.instrument);
        let known: HashMap<InstrumentId, Instrument> = known.map(|instrument| (instrument.id, instrument)).collect();
        let mut held = Some(holdings::of_account(conn, self.account.id)?);
        self.write("holdings.csv", &HOLDINGS, (), |_, ()| {
            let mut rows = Vec::new();
            for holding in held.take().unwrap_or_default() {
                let instrument = known.get(&holding.instrument_id).ok_or_else(|| Disagreement {
                    row: format!("holdings row ({}, {})", holding.account_id, holding.instrument_id),
                    why: format!("there is no instrument {}", holding.instrument_id),
                })?;
                rows.push(vec![
                    spreadsheet::inert(instrument.symbol.as_str()),
                    spreadsheet::inert(&instrument.name),
                    holding.quantity.to_string(),
                    holding.cost.to_string(),
                    holding.realised.to_string(),
                ]);
            }
            Ok((None, rows))
        })
    }

    /// Writes one file: its heads, then what `piece` reads, piece after piece, until it knows no key to go on from.
    fn write<K>(
        &mut self,
        name: &str,
        heads: &[&str],
        first: K,
        mut piece: impl FnMut(AccountId, K) -> Result<(Option<K>, Vec<Vec<String>>), BooksError>,
    ) -> Result<(), BooksError> {
        let file = self.file;
        let failed = |error: io::Error| unwritable(file, error);
        let options = SimpleFileOptions::default().large_file(true).unix_permissions(0o600);
        self.archive.start_file(name, options).map_err(|error| failed(error.into()))?;
        let mut writer = csv::Writer::from_writer(&mut self.archive);
        writer.write_record(heads).map_err(|error| failed(error.into()))?;
        let mut next = Some(first);
        while let Some(after) = next {
            let (last, rows) = piece(self.account.id, after)?;
            next = last;
            for row in rows {
                writer.write_record(row).map_err(|error| failed(error.into()))?;
                self.done += 1;
            }
            let total = u64::try_from(self.account.entries).unwrap_or(0).saturating_mul(2).max(self.done);
            (self.watch)(Progress { doing: "exporting", done: self.done, total });
        }
        writer.flush().map_err(failed)
    }
}

fn entry(line: LedgerLine, epochs: &[Epoch]) -> Vec<String> {
    let hash = hexadecimal(&line.hash.0);
    vec![
        line.sequence.to_string(),
        line.at.to_string(),
        line.kind.to_string(),
        line.symbol.map(|symbol| spreadsheet::inert(symbol.as_str())).unwrap_or_default(),
        line.quantity.to_string(),
        line.cost.to_string(),
        line.cash.to_string(),
        line.balance.to_string(),
        shown(line.order),
        spreadsheet::inert(&line.memo),
        hash,
        epochs::of_entry(epochs, line.sequence).to_string(),
    ]
}

fn order(line: &OrderLine, epochs: &[Epoch]) -> Vec<String> {
    vec![
        line.public_id.to_string(),
        line.placed_at.to_string(),
        line.side.to_string(),
        spreadsheet::inert(line.symbol.as_str()),
        shown(line.shares),
        shown(line.dollars),
        line.state.to_string(),
        line.filled_at.to_string(),
        line.quantity.to_string(),
        line.price.to_string(),
        line.cash.to_string(),
        shown(line.gain),
        line.bid.to_string(),
        line.ask.to_string(),
        line.last.to_string(),
        line.balance.to_string(),
        shown(line.reversed_at),
        line.reversed_because.as_deref().map(spreadsheet::inert).unwrap_or_default(),
        epochs::of_order(epochs, line.id).to_string(),
    ]
}

fn shown(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn unwritable(file: &Path, cause: io::Error) -> BooksError {
    FileError::Unwritable { file: file.to_owned(), cause }.into()
}
