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
    bob.sell("MSFT", "1").await.assert_is(422);
    let home = boss.get("/admin").await;
    home.assert_is(200);
    let figures = home.select_all(".office-figures dd");
    assert_eq!((&*figures[0], &*figures[1], &*figures[3]), ("2", "1", "3"), "{figures:?}");
    assert!(figures[2].starts_with("$999.") || figures[2] == "$1,000.00", "{figures:?}");
    let facts = home.select_all("main .facts > div");
    for fact in
        ["Refused: not enough cash1", "Refused: not enough shares2", "Speedreal time", "Live connections0 of 10,000"]
    {
        assert!(facts.iter().any(|said| said == fact), "{fact} is not among {facts:?}");
    }
    let version = format!("Tradefloor{}, for less than a minute", env!("CARGO_PKG_VERSION"));
    assert!(facts.iter().any(|said| said == &version), "{facts:?}");
    assert!(facts.iter().any(|said| said == "Sessions2"), "{facts:?}");
    home.assert_says("boss opened the back office");
    assert!(home.select_all(".office-tasks a").contains(&"Make accounts".to_owned()));
}

#[tokio::test]
async fn support_sees_it_without_what_only_administrators_do() {
    let server = Server::start();
    let support = server.staff("helper", Role::Support).await;
    support.opens_back_office().await.assert_done();
    let home = support.get("/admin").await;
    home.assert_is(200).assert_says("What runs");
    assert!(home.select_all(".office-tasks a").is_empty());
}
