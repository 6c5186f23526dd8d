//! Acts on instruments, and what traders then find: through the real server, and after it was killed.

use crate::support::form::Form;
use crate::support::sound::assert_sound;
use crate::support::{Engine, Server, Visitor};
use std::time::Duration;
use tempfile::NamedTempFile;
use tradefloor::domain::Symbol;
use tradefloor::store::audit::AuditLine;
use tradefloor::store::instruments::{InstrumentStanding, standing_of};

const LOOK_AGAIN: Duration = Duration::from_millis(100);

pub(super) async fn with_bob() -> (Server, Visitor, Visitor) {
    on(Server::start()).await
}

async fn on(server: Server) -> (Server, Visitor, Visitor) {
    let boss = server.administrator("boss").await;
    let bob = Visitor::new(&server);
    bob.register("bob").await.assert_done();
    (server, boss, bob)
}

pub(super) fn path(symbol: &str, act: &str) -> String {
    format!("/admin/instruments/{symbol}/{act}")
}

pub(super) async fn act(boss: &Visitor, symbol: &str, act: &str, fields: &[(&str, &str)]) {
    let to = format!("/admin/instruments/{symbol}");
    boss.acts(&path(symbol, act), fields).await.assert_redirects_to(&to);
}

fn standing(server: &Server, symbol: &str) -> InstrumentStanding {
    let symbol: Symbol = symbol.parse().unwrap();
    server.looks(move |conn| standing_of(conn, &symbol)).expect("such an instrument")
}

/// The newest entry of the record that is not about who comes in.
pub(super) fn newest(server: &Server) -> AuditLine {
    server.record().into_iter().find(|line| !line.act.as_str().starts_with("grant")).expect("an act")
}

async fn on_rates(visitor: &Visitor, symbol: &str) -> bool {
    visitor.get("/rates").await.select_text(&format!("tr[data-symbol='{symbol}']")).is_some()
}

/// The last price as the page of a stock shows it.
pub(super) async fn last(visitor: &Visitor, symbol: &str) -> f64 {
    let shown = visitor.get(&format!("/stocks/{symbol}")).await.select_text("[data-field=last]").expect("a price");
    shown.replace(',', "").parse().expect("a number")
}

#[tokio::test]
async fn a_halt_refuses_orders_with_its_reason_is_seen_everywhere_survives_a_kill_and_ends() {
    let (mut server, mut boss, mut bob) = with_bob().await;
    bob.buy("AAPL", "2").await.assert_done();
    let reason = [("reason", "News is \"pending\" <b>now</b>")];
    act(&boss, "AAPL", "halt", &reason).await;
    let refused = bob.buy("AAPL", "1").await;
    refused.assert_is(422).assert_says("Trading in AAPL is halted: News is \"pending\" <b>now</b>.");
    bob.sell("AAPL", "1").await.assert_is(422).assert_says("Trading in AAPL is halted");
    bob.buy("MSFT", "1").await.assert_done();
    for page in ["/rates", "/stocks/AAPL", "/portfolio"] {
        let badge = bob.get(page).await.select_text("[data-symbol=AAPL] [data-halt]:not([hidden])").expect(page);
        assert!(badge.contains("Halted") && badge.contains("News is \"pending\" <b>now</b>"), "{page}: {badge}");
    }
    bob.get("/trade?symbol=AAPL").await.assert_says("Trading in AAPL is halted: News is");
    boss.get(&path("AAPL", "halt")).await.assert_is(200).assert_says("Trading is already halted");

    server.restart();
    boss.moves_to(&server);
    bob.moves_to(&server);
    bob.buy("AAPL", "1").await.assert_is(422).assert_says("Trading in AAPL is halted");
    boss.get("/admin/market").await.assert_is(200).assert_says("News is \"pending\" <b>now</b>");
    act(&boss, "AAPL", "resume", &[]).await;
    bob.buy("AAPL", "1").await.assert_done();
    assert!(bob.get("/rates").await.select_text("[data-symbol=AAPL] [data-halt]:not([hidden])").is_none());
    let line = newest(&server);
    assert_eq!((line.act.as_str(), line.subject.as_str()), ("resume_instrument", "AAPL"));
    assert_eq!((line.was.get("trading"), line.became.get("trading")), (Some("halted"), Some("open")));
    assert_sound(server.database());
}

#[tokio::test]
async fn a_new_instrument_trades_at_its_price_at_once_is_charted_and_stays_after_a_kill() {
    let (mut server, mut boss, mut bob) = with_bob().await;
    let new = "/admin/instruments/new/create";
    let fields = [("symbol", "dune"), ("name", "Dune & Sons"), ("sector", "Energy"), ("price", "50.00")];
    boss.acts(new, &fields).await.assert_redirects_to("/admin/instruments/DUNE");
    while bob.get("/stocks/DUNE").await.select_text("[data-field=last]").is_none() {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    assert!((last(&bob, "DUNE").await - 50.0).abs() < 1.0);
    assert!(on_rates(&bob, "DUNE").await);
    bob.buy("DUNE", "3").await.assert_done();
    let candles =
        async |visitor: &Visitor| visitor.get("/stocks/DUNE/candles?range=1D").await.text.matches("\"time\"").count();
    while candles(&bob).await == 0 {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let line = newest(&server);
    assert_eq!((line.act.as_str(), line.subject.as_str()), ("create_instrument", "DUNE"));
    assert_eq!((line.became.get("name"), line.became.get("price")), (Some("Dune & Sons"), Some("50.00")));
    let again = boss.acts(new, &fields).await;
    again.assert_is(422).assert_says("There is already an instrument with that symbol");
    assert_eq!(again.select_attribute("input[name=name]", "value").as_deref(), Some("Dune & Sons"));

    server.restart();
    boss.moves_to(&server);
    bob.moves_to(&server);
    bob.sell("DUNE", "1").await.assert_done();
    assert!((last(&bob, "DUNE").await - 50.0).abs() < 5.0, "it goes on from where it was");
    assert_sound(server.database());
}

#[tokio::test]
async fn what_is_wrong_with_a_new_instrument_is_said_beside_each_field_and_nothing_is_done() {
    let (server, boss, _bob) = with_bob().await;
    let recorded = server.record().len();
    let fields = [("symbol", "NO SUCH"), ("name", " "), ("sector", "Ener\u{202e}gy"), ("price", "0.001")];
    let wrong = boss.acts("/admin/instruments/new/create", &fields).await;
    wrong.assert_is(422).assert_says("A symbol is").assert_says("Enter a name.");
    wrong.assert_says("printable characters").assert_says("Enter a price between $0.01");
    for price in ["1000000.01", "12.345", "ten", ""] {
        let fields = [("symbol", "DUNE"), ("name", "Dune"), ("price", price)];
        boss.acts("/admin/instruments/new/create", &fields).await.assert_is(422);
    }
    assert_eq!(server.record().len(), recorded);
}

#[tokio::test]
async fn what_is_delisted_is_off_the_rates_and_can_be_sold_but_not_bought_until_it_is_listed_again() {
    let (mut server, mut boss, mut bob) = with_bob().await;
    bob.buy("IBM", "3").await.assert_done();
    act(&boss, "IBM", "delist", &[]).await;
    for _ in 0..2 {
        assert!(!on_rates(&bob, "IBM").await);
        bob.get("/").await.assert_redirects_to("/portfolio");
        bob.get("/stocks/IBM").await.assert_is(200).assert_says("Delisted");
        bob.get("/portfolio").await.assert_says("International Business Machines").assert_says("Delisted");
        let refused = bob.buy("IBM", "1").await;
        refused.assert_is(422).assert_says("IBM is no longer listed. You can sell your shares but no longer buy more.");
        bob.sell("IBM", "1").await.assert_done();
        // What the back office decided is so after a kill, though the file of instruments names it.
        server.restart();
        boss.moves_to(&server);
        bob.moves_to(&server);
    }
    assert!(!standing(&server, "IBM").listed);
    act(&boss, "IBM", "list", &[]).await;
    assert!(on_rates(&bob, "IBM").await);
    bob.buy("IBM", "1").await.assert_done();
    let line = newest(&server);
    assert_eq!((line.was.get("listed"), line.became.get("listed")), (Some("no"), Some("yes")));
    assert_sound(server.database());
}

#[tokio::test]
async fn another_name_and_sector_stay_after_a_restart_whatever_the_file_says() {
    let (mut server, mut boss, mut bob) = with_bob().await;
    act(&boss, "IBM", "edit", &[("name", "Big Blue"), ("sector", "")]).await;
    for _ in 0..2 {
        let row = bob.get("/rates").await.select_text("tr[data-symbol=IBM]").unwrap();
        assert!(row.contains("Big Blue") && !row.contains("Technology"), "{row}");
        server.restart();
        boss.moves_to(&server);
        bob.moves_to(&server);
    }
    let line = newest(&server);
    assert_eq!(line.was.get("name"), Some("International Business Machines Corporation"));
    assert_eq!((line.became.get("name"), line.became.get("sector")), (Some("Big Blue"), Some("")));
    boss.acts(&path("IBM", "edit"), &[]).await.assert_is(422).assert_says("That is already the case");
}

#[tokio::test]
async fn the_second_of_two_who_edit_one_instrument_is_told_and_loses_nothing_typed() {
    let (server, boss, _bob) = with_bob().await;
    let other = server.administrator("other").await;
    let edit = path("IBM", "edit");
    let form = boss.fill(&edit, &edit, &[("name", "Blue"), ("sector", ""), ("reason", "shorter")]).await;
    act(&other, "IBM", "halt", &[("reason", "an audit")]).await;
    act(&other, "AAPL", "halt", &[("reason", "something else")]).await;
    let told = boss.send(&form).await;
    told.assert_is(409)
        .assert_says("Someone else made a change")
        .assert_says("other halted trading")
        .assert_says("an audit");
    assert!(!told.main_text().contains("something else"), "what was done to another instrument is not told");
    for (field, typed) in [("name", "Blue"), ("sector", ""), ("reason", "shorter")] {
        assert_eq!(told.select_attribute(&format!("input[name={field}]"), "value").as_deref(), Some(typed));
    }
    boss.send(&Form::in_page(&told, &edit)).await.assert_redirects_to("/admin/instruments/IBM");
    assert_eq!(standing(&server, "IBM").instrument.name, "Blue");
}

#[tokio::test]
async fn a_symbol_in_small_letters_leads_to_the_page_of_the_instrument() {
    let (_server, boss, _bob) = with_bob().await;
    boss.get("/admin/instruments/aapl").await.assert_redirects_to("/admin/instruments/AAPL");
    boss.get("/admin/instruments/nosuch").await.assert_is(404);
    boss.get("/admin/instruments/NOSUCH").await.assert_is(404);
}

#[tokio::test]
async fn a_selection_is_halted_for_one_reason_and_each_has_its_entry() {
    let (server, boss, bob) = with_bob().await;
    act(&boss, "MSFT", "halt", &[]).await;
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let chosen = [("_token", token.as_str()), ("act", "halt"), ("id", "AAPL"), ("id", "MSFT"), ("id", "IBM")];
    let preview = boss.post("/admin/instruments/bulk", &chosen).await;
    preview.assert_is(200).assert_says("2 of 3 will be changed").assert_says("Trading is already halted");
    bob.buy("AAPL", "1").await.assert_done();
    let mut form = Form::in_page(&preview, "/admin/instruments/bulk");
    form.fill("reason", "fire drill");
    boss.send(&form).await.assert_is(200).assert_says("Done for 2 of 2");
    bob.buy("AAPL", "1").await.assert_is(422).assert_says("halted: fire drill.");
    bob.buy("IBM", "1").await.assert_is(422);
    let halted = server.record().iter().filter(|line| line.reason == "fire drill").count();
    assert_eq!(halted, 2);
}

#[tokio::test]
async fn a_recording_can_be_halted_and_paused_and_neither_added_to_nor_moved() {
    let tape = tempfile::NamedTempFile::new().unwrap();
    let rows = "2013-10-04T14:30:00Z,SPY,168,168,168,168,100,167.99,168.01\n\
                2013-10-04T20:30:00Z,SPY,168,168,168,168,100,167.99,168.01\n";
    std::fs::write(tape.path(), format!("time,symbol,open,high,low,close,volume,bid,ask\n{rows}")).unwrap();
    let server = Server::with(|settings| {
        settings.replay(tape.path(), "1");
    });
    let (_server, boss, bob) = on(server).await;
    for act in ["/admin/instruments/new/create", "/admin/instruments/SPY/set-price", "/admin/market/market/shock"] {
        let sheet = boss.get(act).await;
        sheet.assert_is(200).assert_says("This market replays a recording, so");
        assert!(sheet.select_text("main form button.bad").is_none());
    }
    act(&boss, "SPY", "halt", &[]).await;
    bob.buy("SPY", "1").await.assert_is(422).assert_says("Trading in SPY is halted: because of a test.");
    act(&boss, "SPY", "resume", &[]).await;
    bob.buy("SPY", "1").await.assert_done();
    act(&boss, "SPY", "delist", &[]).await;
    bob.buy("SPY", "1").await.assert_is(422).assert_says("no longer listed");
    bob.sell("SPY", "1").await.assert_done();
}

/// A market where bob bought BOLT, opened again with a file that names ACME alone.
async fn with_a_file_that_no_longer_names_what_bob_holds() -> (Server, Visitor, Visitor, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "symbol,name,sector,price\nACME,Acme,Tools,10\nBOLT,Bolt,Tools,20\n").unwrap();
    let server = Server::with(|settings| {
        settings.set("--instruments", &file.path().to_string_lossy());
    });
    let (mut server, mut boss, mut bob) = on(server).await;
    bob.buy("BOLT", "1").await.assert_done();
    std::fs::write(file.path(), "symbol,name,sector,price\nACME,Acme,Tools,10\n").unwrap();
    assert_eq!(server.stop().code(), Some(0));
    server.restart();
    boss.moves_to(&server);
    bob.moves_to(&server);
    assert!(!on_rates(&bob, "BOLT").await);
    (server, boss, bob, file)
}

#[tokio::test]
async fn what_the_market_does_not_know_any_more_stays_in_the_portfolio_of_who_holds_it() {
    let (server, _boss, bob, _file) = with_a_file_that_no_longer_names_what_bob_holds().await;
    let portfolio = bob.get("/portfolio").await;
    portfolio.assert_says("Not listed here.").assert_says("No price is known for BOLT.");
    assert_eq!(portfolio.select_text("tr[data-symbol=BOLT] .instrument").as_deref(), Some("BOLTBolt"));
    assert_eq!(portfolio.select_text("tr[data-symbol=BOLT] a"), None, "nothing leads to what is not there");
    assert_sound(server.database());
}

#[tokio::test]
async fn what_a_file_no_longer_names_is_listed_again_on_the_word_of_the_back_office() {
    let (mut server, mut boss, mut bob, _file) = with_a_file_that_no_longer_names_what_bob_holds().await;
    act(&boss, "BOLT", "list", &[]).await;
    for _ in 0..2 {
        while !on_rates(&bob, "BOLT").await {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        bob.sell("BOLT", "0.1").await.assert_done();
        server.restart();
        boss.moves_to(&server);
        bob.moves_to(&server);
    }
    assert_sound(server.database());
}

#[tokio::test]
async fn one_server_follows_what_another_on_the_same_books_has_done() {
    let first = Server::on(Engine::Postgres);
    let second = Server::beside(&first, |_| {});
    let boss = first.administrator("boss").await;
    let bob = Visitor::new(&second);
    bob.register("bob").await.assert_done();
    act(&boss, "AAPL", "halt", &[("reason", "seen by both")]).await;
    let new = [("symbol", "DUNE"), ("name", "Dune"), ("sector", ""), ("price", "50.00")];
    boss.acts("/admin/instruments/new/create", &new).await.assert_redirects_to("/admin/instruments/DUNE");
    while !on_rates(&bob, "DUNE").await {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bob.buy("AAPL", "1").await.assert_is(422).assert_says("Trading in AAPL is halted: seen by both.");
    assert_sound(first.database());
}
