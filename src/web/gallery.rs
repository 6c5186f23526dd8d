//! Every page, with something on it and with nothing yet, held against what all pages promise.

use super::error_page::ErrorPage;
use super::field_errors::FieldErrors;
use super::format::Gain;
use super::history::HistoryPage;
use super::home::HomePage;
use super::keyset::Lines;
use super::layout::{Layout, Theme};
use super::orders::{Executed, OrderPage, OrderRow, OrdersPage};
use super::portfolio::PortfolioPage;
use super::rates::{RateColumn, RatesPage};
use super::refusals::frozen_words;
use super::register::RegisterPage;
use super::sample::{self, LONG_NAME, money, price, shares, symbol};
use super::settings::{SessionRow, SettingsPage, browser_words};
use super::sign_in::SignInPage;
use super::stock::StockPage;
use super::ticket::Ticket;
use super::trade::{ReviewPage, TradePage};
use super::wallet::{CashForm, LedgerRow, WalletPage};
use super::welcome::WelcomePage;
use crate::domain::{EntryKind, Money, OrderSize, OrderState, Side, TradingStatus};
use askama::Template;
use scraper::{Html, Selector};
use std::time::Duration;

fn front_pages() -> Vec<(&'static str, String)> {
    let home = |rates| HomePage {
        layout: sample::signed_out("/"),
        rates,
        opening_balance: money("10000.00"),
        instruments: 50,
    };
    let register = |username: &str, errors| RegisterPage {
        layout: sample::signed_out("/register"),
        username: username.to_owned(),
        next: "/stocks/AAPL?x=1&y=\"><script>".to_owned(),
        errors,
        opening_balance: money("10000.00"),
    };
    let sign_in = |errors, wait| SignInPage {
        layout: sample::signed_out("/login"),
        username: "ada".to_owned(),
        next: String::new(),
        errors,
        wait,
        sent: false,
    };
    let mut wrong = FieldErrors::one("username", "That username is taken.");
    wrong.add("password", "A password needs at least 10 characters.");
    let mut refused = FieldErrors::default();
    refused.refuse("That name and password do not belong together.");
    let welcome = WelcomePage {
        layout: Layout { acting_until: Some(sample::now()), ..sample::signed_in("/welcome") },
        next: "/wallet".to_owned(),
        errors: FieldErrors::one("new_password", "A password needs at least 10 characters."),
    };
    vec![
        ("home", home(sample::rates().into_iter().take(6).collect()).render().unwrap()),
        ("home-empty", home(Vec::new()).render().unwrap()),
        ("register", register("", FieldErrors::default()).render().unwrap()),
        ("register-wrong", register("<script>alert(1)</script>", wrong).render().unwrap()),
        ("sign-in", sign_in(FieldErrors::default(), None).render().unwrap()),
        ("sign-in-refused", sign_in(refused, None).render().unwrap()),
        ("sign-in-throttled", sign_in(FieldErrors::default(), Some(Duration::from_secs(90))).render().unwrap()),
        ("welcome", welcome.render().unwrap()),
        ("error", ErrorPage::new(sample::signed_in("/nowhere"), 404, "01JABCDEF").render().unwrap()),
        ("error-ours", ErrorPage::new(sample::signed_out("/"), 500, "01JABCDEF").saying(LONG_NAME).render().unwrap()),
    ]
}

fn portfolio(full: bool) -> String {
    let history = sample::walk(price("20000.00"), price("24318.77"), 5);
    PortfolioPage {
        layout: if full { sample::crowded("/portfolio") } else { sample::signed_in("/portfolio") },
        frozen: full.then(|| frozen_words(&sample::frozen())),
        epochs: sample::epochs(full),
        total: money(if full { "24318.77" } else { "10000.00" }),
        cash: money(if full { "9819.09" } else { "10000.00" }),
        invested: money(if full { "14499.68" } else { "0.00" }),
        cost: money(if full { "14330.62" } else { "0.00" }),
        day: Gain { amount: money(if full { "51.05" } else { "0.00" }), base: money("24267.72") },
        total_return: Gain { amount: money(if full { "-681.23" } else { "0.00" }), base: money("25000.00") },
        unrealised: Gain { amount: money(if full { "199.06" } else { "0.00" }), base: money("14300.62") },
        realised: money(if full { "-880.29" } else { "0.00" }),
        holdings: if full { sample::holdings() } else { Vec::new() },
        allocation: if full { sample::slices() } else { Vec::new() },
        history: if full {
            history.iter().map(|value| (sample::now(), Money::from_cents(value.units() / 100))).collect()
        } else {
            Vec::new()
        },
        fills: if full { sample::fills() } else { Vec::new() },
    }
    .render()
    .unwrap()
}

fn wallet(full: bool) -> String {
    let entry = |sequence, kind, shares, cash: &str, balance: &str| LedgerRow {
        sequence,
        at: sample::minutes_ago(u64::try_from(60 * (9 - sequence)).unwrap()),
        kind,
        order: if matches!(kind, EntryKind::Buy | EntryKind::Sell) { Some(sample::id()) } else { None },
        shares,
        came: kind == EntryKind::Adjustment,
        cash: money(cash),
        balance: money(balance),
        memo: if [2, 6].contains(&sequence) { LONG_NAME.to_owned() } else { String::new() },
    };
    let form = |amount: &str, errors| CashForm { amount: amount.to_owned(), key: sample::key(), errors };
    let entries = vec![
        entry(7, EntryKind::Adjustment, Some((shares("3"), symbol("AAPL"))), "0.00", "9834.09"),
        entry(6, EntryKind::Adjustment, None, "15.00", "9834.09"),
        entry(5, EntryKind::Sell, Some((shares("2.5"), symbol("MSFT"))), "1230.00", "9819.09"),
        entry(4, EntryKind::Buy, Some((shares("1000.123456789"), symbol("LONG.NAM"))), "-1300.00", "8589.09"),
        entry(3, EntryKind::Withdrawal, None, "-110.91", "9889.09"),
        entry(2, EntryKind::Deposit, None, "1000000.00", "1010000.00"),
        entry(1, EntryKind::Opening, None, "10000.00", "10000.00"),
    ];
    WalletPage {
        layout: if full { sample::crowded("/wallet") } else { sample::signed_in("/wallet") },
        frozen: full.then(|| frozen_words(&sample::frozen())),
        epochs: sample::epochs(full),
        balance: money(if full { "9834.09" } else { "0.00" }),
        deposit: if full {
            form("1,5", FieldErrors::one("amount", "Enter a plain number, for example 1250 or 1,250.50."))
        } else {
            form("", FieldErrors::default())
        },
        withdrawal: form("", FieldErrors::default()),
        least: money("0.01"),
        most: money("1000000.00"),
        entries: if full { entries } else { Vec::new() },
        newest: !full,
        older: if full { Some(1) } else { None },
    }
    .render()
    .unwrap()
}

fn market_pages() -> Vec<(&'static str, String)> {
    let rates = |layout, rates, query: &str, watched_only| RatesPage {
        layout,
        rates,
        total: 11,
        query: query.to_owned(),
        watched_only,
        sort: Some(RateColumn::Change),
        descending: true,
    };
    let stock = |layout, quoted: bool, mine: bool| {
        let row = sample::rates().into_iter().next().unwrap();
        StockPage {
            layout,
            symbol: row.symbol,
            name: if mine { row.name } else { LONG_NAME.to_owned() },
            sector: row.sector,
            status: TradingStatus { delisted: !quoted, halt: (!mine).then(sample::halt) },
            quote: row.quote.filter(|_| quoted),
            quote_age: Some(Duration::from_secs(2)),
            day_range: Some((price("265.12"), price("269.01"))),
            year_range: Some((price("169.21"), price("280.00"))),
            chart: sample::chart(quoted),
            watched: mine,
            holding: sample::holdings().into_iter().next().filter(|_| mine),
            ticket: Some(sample::ticket(true)).filter(|_| mine),
            fills: if mine { sample::fills() } else { Vec::new() },
        }
        .render()
        .unwrap()
    };
    vec![
        ("rates", rates(sample::signed_in("/rates"), sample::rates(), "", false).render().unwrap()),
        ("rates-signed-out", rates(sample::signed_out("/rates"), sample::rates(), "", false).render().unwrap()),
        ("rates-none", rates(sample::crowded("/rates"), Vec::new(), "<script>", false).render().unwrap()),
        ("rates-unwatched", rates(sample::signed_in("/rates"), Vec::new(), "", true).render().unwrap()),
        ("stock", stock(sample::signed_in("/stocks/AAPL"), true, true)),
        ("stock-signed-out", stock(sample::signed_out("/stocks/AAPL"), true, false)),
        ("stock-unquoted", stock(sample::signed_in("/stocks/AAPL"), false, false)),
    ]
}

fn order_pages() -> Vec<(&'static str, String)> {
    let mut wrong = FieldErrors::one("amount", "Use at most 9 decimals.");
    wrong.refuse("That costs $1,872.20 and you have $940.00. You can buy up to 5.");
    let review = |side| ReviewPage {
        layout: sample::signed_in("/trade/review"),
        side,
        symbol: symbol("AAPL"),
        name: LONG_NAME.to_owned(),
        size: if side == Side::Buy { OrderSize::Shares(shares("10")) } else { OrderSize::Dollars(money("500.00")) },
        price: price("187.22"),
        quoted: sample::minutes_ago(0),
        quote_age: Duration::from_secs(2),
        quantity: shares("10"),
        total: money("1872.20"),
        cash_after: money("8127.80"),
        shares_after: shares("30"),
        gain: if side == Side::Sell { Some(money("-12.40")) } else { None },
        key: sample::key(),
    };
    let receipt = |fill, fresh| OrderPage {
        layout: sample::signed_in("/orders/7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        id: sample::id(),
        size: OrderSize::Dollars(money("500.00")),
        state: OrderState::Filled,
        fill,
        cash_after: money("8127.80"),
        past: None,
        fresh,
    };
    let orders = |orders, query: &str| OrdersPage {
        layout: sample::signed_in("/orders"),
        orders,
        symbol: query.to_owned(),
        side: Some(Side::Buy).filter(|_| !query.is_empty()),
        epochs: sample::epochs(query.is_empty()),
        lines: Lines::asked(""),
        newest: query.is_empty(),
        older: Some(17),
    };
    let rows: Vec<OrderRow> = sample::fills()
        .into_iter()
        .map(|fill| OrderRow {
            id: sample::id(),
            at: fill.at,
            side: fill.side,
            symbol: fill.symbol,
            size: OrderSize::Shares(fill.quantity),
            state: OrderState::Filled,
            reversed: fill.reversed,
            executed: Some(Executed { quantity: fill.quantity, price: fill.price, total: fill.total }),
        })
        .collect();
    let history = |fills, symbol: &str, error: Option<&str>| HistoryPage {
        layout: sample::signed_in("/history"),
        fills,
        symbol: symbol.to_owned(),
        side: None,
        from: String::new(),
        to: String::new(),
        epochs: sample::epochs(error.is_none()),
        lines: Lines::asked("50"),
        errors: error.map_or_else(FieldErrors::default, |sentence| FieldErrors::one("from", sentence)),
        newest: true,
        older: None,
    };
    let trade = |ticket| TradePage { layout: sample::signed_in("/trade"), ticket };
    let blank = Ticket { symbol: String::new(), amount: String::new(), ..sample::ticket(false) };
    let refused = Ticket { errors: wrong, symbol: "<script>".to_owned(), ..sample::ticket(false) };
    let mut receipts = sample::fills().into_iter();
    vec![
        ("trade", trade(sample::ticket(false)).render().unwrap()),
        ("trade-blank", trade(blank).render().unwrap()),
        ("trade-refused", trade(refused).render().unwrap()),
        ("review", review(Side::Buy).render().unwrap()),
        ("review-sell", review(Side::Sell).render().unwrap()),
        ("receipt", receipt(receipts.next().unwrap(), true).render().unwrap()),
        ("receipt-sell", receipt(receipts.next().unwrap(), false).render().unwrap()),
        ("orders", orders(rows, "").render().unwrap()),
        ("orders-filtered", orders(Vec::new(), "<script>").render().unwrap()),
        ("history", history(sample::fills(), "", None).render().unwrap()),
        ("history-wrong", history(Vec::new(), "", Some("Enter the date as YYYY-MM-DD.")).render().unwrap()),
    ]
}

fn settings(others: bool) -> String {
    let session = |agent: &str, minutes, current| SessionRow {
        browser: browser_words(agent),
        address: "2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned(),
        signed_in: sample::minutes_ago(9_000),
        last_seen: sample::minutes_ago(minutes),
        current,
    };
    let mut layout = sample::signed_in("/settings");
    layout.theme = Theme::Light;
    SettingsPage {
        layout,
        member_since: sample::minutes_ago(90_000),
        password_errors: if others {
            FieldErrors::one("current_password", "That is not your password.")
        } else {
            FieldErrors::default()
        },
        delete_errors: FieldErrors::default(),
        sessions: [
            session("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", 0, true),
            session("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", 75, false),
        ]
        .into_iter()
        .filter(|session| others || session.current)
        .collect(),
    }
    .render()
    .unwrap()
}

pub(super) fn pages() -> Vec<(&'static str, String)> {
    let mut pages = front_pages();
    pages.extend([
        ("portfolio", portfolio(true)),
        ("portfolio-empty", portfolio(false)),
        ("wallet", wallet(true)),
        ("wallet-empty", wallet(false)),
        ("settings", settings(true)),
        ("settings-alone", settings(false)),
    ]);
    pages.extend(market_pages());
    pages.extend(order_pages());
    pages
}

fn count(document: &Html, selector: &str) -> usize {
    document.select(&Selector::parse(selector).unwrap()).count()
}

#[test]
fn no_page_carries_an_inline_style_or_script_or_an_unescaped_name() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        assert_eq!(count(&document, "[style], style, script:not([src]), [onclick], [onsubmit]"), 0, "{name}");
        assert!(!html.contains("<script>"), "{name}");
    }
}

#[test]
fn every_page_has_one_heading_a_way_to_its_content_and_the_word_on_its_prices() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        assert_eq!(count(&document, "h1"), 1, "{name}");
        assert_eq!(count(&document, "a.skip[href='#main']"), 1, "{name}");
        assert!(html.contains("Simulated prices") || html.contains("Recorded prices"), "{name}");
    }
}

#[test]
fn every_table_has_a_caption_and_scoped_heads() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        assert_eq!(count(&document, "table"), count(&document, "table > caption"), "{name}");
        assert_eq!(count(&document, "th:not([scope])"), 0, "{name}");
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        let forms = count(&document, "form[method=post]");
        assert_eq!(count(&document, "form[method=post] input[name=_token]"), forms, "{name}");
    }
}

#[test]
fn every_field_has_a_label_and_every_description_it_refers_to_exists() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        let mut ids: Vec<&str> =
            document.select(&Selector::parse("[id]").unwrap()).filter_map(|element| element.attr("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: an id stands twice");
        for field in document
            .select(&Selector::parse("input:not([type=hidden]):not([type=radio]):not([hidden]), select").unwrap())
        {
            let id = field.attr("id").unwrap_or_default();
            assert_eq!(count(&document, &format!("label[for='{id}']")), 1, "{name}: {id}");
            for described in field.attr("aria-describedby").unwrap_or_default().split_whitespace() {
                assert!(ids.contains(&described), "{name}: {described}");
            }
        }
        for link in document.select(&Selector::parse(".summary a").unwrap()) {
            let target = link.attr("href").unwrap_or_default().trim_start_matches('#');
            assert!(ids.contains(&target), "{name}: {target}");
        }
    }
}

#[test]
fn passwords_are_never_given_back() {
    for (name, html) in pages() {
        assert_eq!(count(&Html::parse_document(&html), "input[type=password][value]"), 0, "{name}");
    }
}
