//! The wallet's ledger however long it is: every line once, in order, on its pages and in its file.

use crate::support::books::assert_balanced;
use crate::support::{Server, Visitor};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::{QueryableByName, RunQueryDsl as _, SqliteConnection};
use tradefloor::domain::{AccountId, EntryKind, Money};
use tradefloor::store::{Store, StoreError, StorePlan, accounts, ledger};

/// Lines of the long ledger, its opening included.
const LINES: i64 = 100_000;
/// Lines on a page of the wallet.
const PAGE: i64 = 50;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Adds entries to the books of the first account until there are [`LINES`], through the store itself.
async fn lengthen(server: &Server) {
    let database = server.database().clone();
    let plan = StorePlan { database, readers: 1, writers: 1, waiting_writes: 8, writes_per_commit: 8 };
    let store = tokio::task::spawn_blocking(move || Store::open(&plan)).await.unwrap().unwrap();
    let lengthened: Result<(), StoreError> = store
        .write(tradefloor::store::Lock::House, |conn| {
            let mut account = accounts::get(conn, AccountId(1))?;
            for sequence in account.entries + 1..=LINES {
                let (kind, cents) =
                    if sequence % 3 == 0 { (EntryKind::Withdrawal, -sequence) } else { (EntryKind::Deposit, sequence) };
                let movement = ledger::Movement {
                    kind,
                    cash: Money::from_cents(cents),
                    shares: None,
                    at: account.opened_at,
                    memo: String::new(),
                    request: None,
                };
                account = ledger::append(conn, &account, movement)?.expect("the balance fits");
            }
            Ok(())
        })
        .await;
    lengthened.unwrap();
    tokio::task::spawn_blocking(move || store.close()).await.unwrap();
}

/// What the file must hold, as the database writes it.
fn ledger_lines(server: &Server) -> Vec<String> {
    let mut conn = SqliteConnection::establish(server.file().to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA query_only = ON; PRAGMA busy_timeout = 5000").unwrap();
    let lines: Vec<Line> = diesel::sql_query(
        "SELECT sequence || ',' || kind || ',,0,' || printf('%s%d.%02d', iif(cash < 0, '-', ''), abs(cash) / 100, abs(cash) % 100)
                || ',' || printf('%d.%02d', balance / 100, balance % 100) || ',,' || memo || ',1' AS line
         FROM ledger_entries ORDER BY sequence DESC",
    )
    .load(&mut conn)
    .unwrap();
    lines.into_iter().map(|row| row.line).collect()
}

#[tokio::test]
async fn what_can_be_taken_out_is_stated_as_it_is_ruled() {
    let server = Server::with(|settings| {
        settings.set("--opening-balance", "3000.00").set("--funding-max", "1000.00");
    });
    let ada = Visitor::new(&server);
    ada.register("ada").await.assert_done();
    let hint = async || ada.get("/wallet").await.select_text("#withdraw-amount-hint").unwrap_or_default();
    assert_eq!(hint().await, "Up to 1,000.00 dollars at a time.");
    ada.withdraw("1000.00").await.assert_done();
    ada.withdraw("1000.00").await.assert_done();
    ada.withdraw("0.01").await.assert_done();
    assert_eq!(hint().await, "Up to 999.99 dollars.");
}

#[tokio::test]
async fn a_hundred_thousand_lines_are_paged_and_downloaded_each_once_and_in_order() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    visitor.register("ada").await.assert_done();
    lengthen(&server).await;
    assert_eq!(assert_balanced(server.database()).entries, usize::try_from(LINES).unwrap());

    let file = visitor.get("/wallet.csv").await;
    file.assert_is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"wallet.csv\"");
    let mut lines = file.text.lines();
    assert_eq!(lines.next(), Some("entry,time,kind,symbol,shares,cash,balance,order,memo,epoch"));
    let without_time = |line: &str| {
        let (sequence, rest) = line.split_once(',').unwrap();
        format!("{sequence},{}", rest.split_once(',').unwrap().1)
    };
    let downloaded: Vec<_> = lines.map(without_time).collect();
    assert!(downloaded == ledger_lines(&server), "the file is not the ledger");

    // The newest, the middle and the oldest pages, each by the link of the one before.
    for (before, pages) in [(LINES + 1, 4), (50_000, 3), (PAGE * 3, 3)] {
        let mut address = if before > LINES { "/wallet".to_owned() } else { format!("/wallet?before={before}") };
        let mut expected = before - 1;
        for _ in 0..pages {
            let page = visitor.get(&address).await;
            page.assert_is(200);
            let changes = page.select_all("tbody td.number.main");
            let wanted: Vec<_> = (1..=expected).rev().take(50).map(change_of).collect();
            assert_eq!(changes, wanted, "{address}");
            expected -= i64::try_from(changes.len()).unwrap();
            match page.select_attribute("a[href*='before=']", "href") {
                Some(older) => address = older,
                None => assert_eq!(expected, 0, "{address} is the last page"),
            }
        }
    }
}

/// How the wallet shows the change of one line.
fn change_of(sequence: i64) -> String {
    let cents = match sequence {
        1 => 1_000_000,
        _ if sequence % 3 == 0 => -sequence,
        _ => sequence,
    };
    let whole = cents.abs() / 100;
    let whole = if whole >= 1_000 { format!("{},{:03}", whole / 1_000, whole % 1_000) } else { whole.to_string() };
    format!("{}{whole}.{:02}", if cents < 0 { '\u{2212}' } else { '+' }, cents.abs() % 100)
}
