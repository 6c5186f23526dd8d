//! Acts on prices and on the market's clock: of one instrument, of many, of all.

use super::instruments::{act, last, newest, path, with_bob};
use crate::support::form::Form;
use crate::support::sound::assert_sound;

#[tokio::test]
async fn a_price_that_is_set_or_shocked_is_traded_at_at_once_and_on_record_before_and_after() {
    let (mut server, boss, mut bob) = with_bob().await;
    act(&boss, "AAPL", "set-price", &[("price", "10.00")]).await;
    assert!((last(&bob, "AAPL").await - 10.0).abs() < 0.5);
    let line = newest(&server);
    assert_eq!((line.act.as_str(), line.became.get("AAPL")), ("set_price", Some("10.00")));
    assert_ne!(line.was.get("AAPL"), line.became.get("AAPL"));
    act(&boss, "AAPL", "shock", &[("percent", "-50")]).await;
    assert!((last(&bob, "AAPL").await - 5.0).abs() < 0.5);
    let line = newest(&server);
    assert_eq!((line.act.as_str(), line.became.get("by")), ("shock_prices", Some("-50.00 %")));
    for (name, fields) in [
        ("set-price", [("price", "0.009")]),
        ("set-price", [("price", "1e9")]),
        ("shock", [("percent", "-100")]),
        ("shock", [("percent", "0")]),
    ] {
        boss.acts(&path("AAPL", name), &fields).await.assert_is(422);
    }
    server.restart();
    bob.moves_to(&server);
    assert!((last(&bob, "AAPL").await - 5.0).abs() < 1.0, "a price that was set is saved with its entry");
    bob.buy("AAPL", "1").await.assert_done();
    assert_sound(server.database());
}

#[tokio::test]
async fn a_shock_that_meets_a_bound_says_so_before_and_after_and_on_record() {
    let (server, boss, _bob) = with_bob().await;
    boss.acts("/admin/market/market/pause", &[]).await.assert_redirects_to("/admin/market");
    let look = [("price", "900000"), ("look", "1")];
    let seen = boss.acts(&path("AAPL", "set-price"), &look).await;
    seen.assert_is(200).assert_says("AAPL would go from").assert_says("to 900,000.00.");
    act(&boss, "AAPL", "set-price", &[("price", "900000")]).await;
    let by = [("percent", "900")];
    let seen = boss.acts(&path("AAPL", "shock"), &[("percent", "900"), ("look", "1")]).await;
    seen.assert_is(200).assert_says("to 1,000,000.00. It stops at the limit");
    act(&boss, "AAPL", "shock", &by).await;
    let said = boss.get("/admin/instruments/AAPL").await;
    said.assert_says("AAPL went from 900,000.00 to 1,000,000.00. It stops at the limit");
    assert_eq!(newest(&server).became.get("stopped at a bound"), Some("1"));
    act(&boss, "AAPL", "set-price", &[("price", "900000")]).await;
    let many = [("which", "all"), ("percent", "20")];
    boss.acts("/admin/market/market/shock", &many).await.assert_redirects_to("/admin/market");
    boss.get("/admin/market")
        .await
        .assert_says("1 of 52 stop at the limit: prices stay between 0.01 and 1,000,000.00.");
    assert_eq!(newest(&server).became.get("stopped at a bound"), Some("1"));
}

#[tokio::test]
async fn whoever_sets_one_price_is_told_that_all_were_moved_meanwhile() {
    let (server, boss, bob) = with_bob().await;
    let other = server.administrator("other").await;
    let forms = ["IBM", "XOM"].map(|symbol| path(symbol, "set-price"));
    let mut filled = Vec::new();
    for form in &forms {
        filled.push(boss.fill(form, form, &[("price", "77.00"), ("reason", "a correction")]).await);
    }
    let shock = [("which", "sector:Technology"), ("percent", "-20"), ("reason", "a crash")];
    other.acts("/admin/market/market/shock", &shock).await.assert_redirects_to("/admin/market");
    let told = boss.send(&filled[0]).await;
    told.assert_is(409).assert_says("Someone else made a change").assert_says("a crash").assert_says("IBM:");
    assert!(!told.main_text().contains("AAPL:"), "what became of other prices is not told");
    boss.send(&filled[1]).await.assert_redirects_to("/admin/instruments/XOM");
    boss.send(&Form::in_page(&told, &forms[0])).await.assert_redirects_to("/admin/instruments/IBM");
    assert!((last(&bob, "IBM").await - 77.0).abs() < 2.0);
}

#[tokio::test]
async fn the_whole_market_is_shocked_paused_stepped_and_sped_up() {
    let (server, boss, bob) = with_bob().await;
    let market = |act: &str| format!("/admin/market/market/{act}");
    let did = async |act: &str, fields: &[(&str, &str)]| {
        boss.acts(&market(act), fields).await.assert_redirects_to("/admin/market");
    };
    did("pause", &[]).await;
    boss.get("/admin/market").await.assert_says("SpeedPaused").assert_says("Step");
    boss.get(&market("pause")).await.assert_is(200).assert_says("The market is already paused");
    let badge = bob.get("/rates").await.select_attribute("[data-badge]", "data-state");
    assert_eq!(badge.as_deref(), Some("paused"));
    act(&boss, "MSFT", "set-price", &[("price", "55.00")]).await;
    bob.buy("MSFT", "1").await.assert_is(422).assert_says("Trading is paused. You can place orders when it resumes.");
    let (apple, ibm) = (last(&bob, "AAPL").await, last(&bob, "IBM").await);
    let recorded = server.record().len();
    let looked = [("which", "all"), ("percent", "-20"), ("look", "1")];
    let seen = boss.acts(&market("shock"), &looked).await;
    seen.assert_is(200).assert_says("AAPL would go from").assert_says("47 more would move.");
    assert_eq!((server.record().len(), last(&bob, "AAPL").await.to_bits()), (recorded, apple.to_bits()));
    did("shock", &[("which", "all"), ("percent", "-20")]).await;
    assert!((last(&bob, "AAPL").await / apple - 0.8).abs() < 0.02);
    did("shock", &[("which", "sector:Technology"), ("percent", "100")]).await;
    assert!((last(&bob, "AAPL").await / apple - 1.6).abs() < 0.04);
    assert!(last(&bob, "IBM").await > ibm, "it is in that sector");
    boss.acts(&market("shock"), &[("which", "sector:Nonsense"), ("percent", "5")]).await.assert_is(422);
    let time = async || boss.get("/admin/market").await.select_text("dl.facts div:nth-child(2) dd").unwrap();
    let before = time().await;
    did("step", &[]).await;
    assert_ne!(time().await, before, "whoever asked for a step finds it made");
    did("speed", &[("speed", "20")]).await;
    boss.get("/admin/market").await.assert_says("20× real time");
    boss.get(&market("step")).await.assert_is(200).assert_says("Only a paused market can be stepped");
    boss.acts(&market("speed"), &[("speed", "fast")]).await.assert_is(422).assert_says("Enter a number from 0.1");
    did("pause", &[]).await;
    did("resume", &[]).await;
    boss.get("/admin/market").await.assert_says("20× real time");
    let acts: Vec<_> = server.record().iter().rev().map(|line| line.act.as_str()).collect();
    let said = [
        "pause_market",
        "set_price",
        "shock_prices",
        "shock_prices",
        "step_market",
        "set_speed",
        "pause_market",
        "resume_market",
    ];
    assert!(acts.ends_with(&said), "{acts:?}");
    boss.get("/admin/market/other/pause").await.assert_is(404);
    assert_sound(server.database());
}
