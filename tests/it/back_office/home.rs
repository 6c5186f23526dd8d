//! The first page of the back office: what runs and what the day was like.

use crate::support::Server;
use tradefloor::domain::Role;

#[tokio::test]
async fn the_first_page_says_what_runs_and_what_the_day_was_like() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let bob = server.staff("bob", Role::Trader).await;
    bob.buy_for("AAPL", "1000.00").await.assert_done();
    bob.buy("AAPL", "1000000").await.assert_is(422);
    bob.sell("MSFT", "1").await.assert_is(422);
    // Whoever is refused when they look at an order is refused it, too.
    let mut looked = bob.ticket("sell", "MSFT", "shares", "1").await;
    "/trade/review".clone_into(&mut looked.action);
    bob.send(&looked).await.assert_is(422);
    let home = boss.get("/admin").await;
    home.assert_is(200);
    let figures = home.select_all(".office-figures dd");
    assert_eq!((&*figures[0], &*figures[1], &*figures[3]), ("2", "1", "3"), "{figures:?}");
    assert!(figures[2].starts_with("$999.") || figures[2] == "$1,000.00", "{figures:?}");
    let facts = home.select_all("main .facts > div");
    for fact in [
        "Refused: not enough cash1",
        "Refused: not enough shares2",
        "SpeedReal time (1×)",
        "Live connections0 of 10,000",
    ] {
        assert!(facts.iter().any(|said| said == fact), "{fact} is not among {facts:?}");
    }
    let version = format!("Tradefloor{}, for less than a minute", env!("CARGO_PKG_VERSION"));
    assert!(facts.iter().any(|said| said == &version), "{facts:?}");
    assert!(facts.iter().any(|said| said == "Sessions2"), "{facts:?}");
    home.assert_says("boss opened the back office");
    assert!(home.select_all(".office-tasks a").contains(&"Add several people".to_owned()));
}

#[tokio::test]
async fn the_latest_acts_name_people_and_say_numbers_as_people_read_them() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let _bob = server.staff("bob", Role::Trader).await;
    let account = super::accounts::account(&server, "bob").public_id;
    let path = format!("/admin/accounts/{account}");
    boss.acts(&format!("{path}/adjust-cash"), &[("amount", "1234.50")]).await.assert_done();
    let take = [("direction", "take"), ("amount", "0.02"), ("reason", "a rounding")];
    boss.acts(&format!("{path}/adjust-cash"), &take).await.assert_done();
    boss.acts(&format!("{path}/reset"), &[("reason", "a new term")]).await.assert_done();
    let id = server.person("bob").id;
    boss.acts(&format!("/admin/users/{id}/act-as"), &[]).await.assert_done();
    boss.submit("/portfolio", "/stop-acting", &[]).await.assert_done();
    let home = boss.get("/admin").await;
    let latest = home.select_all(".record li");
    for (place, words) in [
        (0, "boss stopped viewing the site as bob"),
        (1, "boss started viewing the site as bob"),
        (2, "boss reset the account of bob"),
        (3, "boss adjusted the cash of bob"),
        (3, "cash: $11,234.50 → $11,234.48"),
        (5, "boss opened the back office"),
    ] {
        assert!(latest[place].contains(words), "{words} is not in {latest:?}");
    }
    let until = &latest[1];
    assert!(until.contains(" UTC") && !until.contains('Z'), "{until}");
    let hrefs = home.html();
    let hrefs: Vec<_> =
        hrefs.select(&crate::support::answer::selector(".record a")).filter_map(|a| a.attr("href")).collect();
    assert_eq!(hrefs[2], path, "{hrefs:?}");
}

#[tokio::test]
async fn what_was_done_to_many_at_once_is_told_once() {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let roster = "/admin/users/roster";
    let fields = [("by", "number"), ("prefix", "pupil"), ("number", "40")];
    let review = boss.submit(roster, roster, &fields).await;
    let mut form = crate::support::form::Form::in_page(&review, roster);
    form.fill("reason", "class 7b");
    boss.send(&form).await.assert_is(200);
    let latest = boss.get("/admin").await.select_all(".record li");
    assert!(latest[0].starts_with("boss added 40 users") && latest[0].contains("class 7b"), "{latest:?}");
    assert!(latest[1].starts_with("boss opened the back office"), "{latest:?}");
}

#[tokio::test]
async fn a_slow_clock_is_not_called_real_time() {
    let server = Server::with(|settings| {
        settings.set("--speed", "0.5");
    });
    let boss = server.administrator("boss").await;
    for page in ["/admin", "/admin/market"] {
        boss.get(page).await.assert_is(200).assert_says("Speed0.5× real time");
    }
}

#[tokio::test]
async fn support_sees_it_without_what_only_administrators_do() {
    let server = Server::start();
    let support = server.staff("helper", Role::Support).await;
    support.opens_back_office().await.assert_done();
    let home = support.get("/admin").await;
    home.assert_is(200).assert_says("Queued writes");
    assert!(home.select_all(".office-tasks a").is_empty());
}
