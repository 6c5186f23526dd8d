//! Nobody sees, moves or breaks what is somebody else's, and nobody is sent to another site.

use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use http::HeaderValue;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tradefloor::web::routes::{Access, pages};

async fn trader(server: &Server, name: &str) -> Visitor {
    let visitor = Visitor::new(server);
    let _welcomed = visitor.register(name).await;
    visitor
}

/// Buys and gives the address of the receipt.
async fn bought(trader: &Visitor, symbol: &str, shares: &str) -> String {
    let done = trader.buy(symbol, shares).await;
    done.assert_done();
    done.location().to_owned()
}

fn id(receipt: &str) -> &str {
    receipt.rsplit('/').next().unwrap_or_default()
}

#[tokio::test]
async fn a_receipt_is_for_its_owner_alone() {
    let server = Server::start();
    let (ada, bob) = (trader(&server, "ada").await, trader(&server, "bob").await);
    let receipt = bought(&ada, "AAPL", "2").await;
    ada.get(&receipt).await.assert_is(200).assert_says("AAPL");
    bob.get(&receipt).await.assert_is(404).assert_says("Page not found");
    Visitor::new(&server).get(&receipt).await.assert_redirects_to("/login");
    // It answers as an order that does not exist, whatever the spelling of the id.
    let nobodys = bob.get("/orders/00000000-0000-4000-8000-000000000000").await;
    nobodys.assert_is(404);
    let upper = format!("/orders/{}", id(&receipt).to_uppercase());
    let plain = format!("/orders/{}", id(&receipt).replace('-', ""));
    for spelling in [&*upper, &*plain, "/orders/1", "/orders/-1", "/orders/%00"] {
        let answer = bob.get(spelling).await;
        answer.assert_is(404);
        assert_eq!(
            answer.main_text().split("request number").next(),
            nobodys.main_text().split("request number").next()
        );
    }
}

#[tokio::test]
async fn no_page_or_file_of_one_person_shows_anything_of_another() {
    let server = Server::start();
    let (ada, bob) = (trader(&server, "ada-secret").await, trader(&server, "bob").await);
    let receipt = bought(&ada, "KO", "3.141592653").await;
    ada.deposit("4321.09").await.assert_done();
    ada.submit("/stocks/KO", "/rates/watch", &[("watched", "1")]).await.assert_done();
    let own = bought(&bob, "AAPL", "1").await;
    for entry in pages().iter().filter(|entry| entry.method == "GET") {
        let path = entry.path.replace("{symbol}", "KO").replace("{id}", id(&own));
        for query in ["", "?before=999999", "?symbol=KO", "?watched=1&account=1&user=1", "?user=ada-secret&id=1"] {
            let path = format!("{path}{query}");
            let text = bob.get(&path).await.text;
            for secret in ["ada-secret", id(&receipt), "3.141592653", "4,321.09", "4321.09"] {
                let asked_for = query.contains(secret);
                assert!(asked_for || !text.contains(secret), "{path} shows {secret}");
            }
        }
    }
    let rows = |text: String| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let history = rows(bob.get("/history.csv").await.text);
    assert!(history.len() == 1 && history[0].starts_with(id(&own)), "{history:?}");
    assert_eq!(rows(bob.get("/wallet.csv").await.text).len(), 2);
    assert_eq!(rows(ada.get("/wallet.csv").await.text).len(), 3);
    assert_eq!(ada.get("/rates?watched=1").await.select_all("tbody tr").len(), 1);
    assert!(!bob.get("/rates?watched=1").await.text.contains("/stocks/KO\""));
}

#[tokio::test]
async fn one_form_key_in_two_accounts_is_two_orders_and_two_deposits() {
    let server = Server::start();
    let (ada, bob) = (trader(&server, "ada").await, trader(&server, "bob").await);
    let ticket = ada.ticket("buy", "AAPL", "shares", "1").await;
    let first = ada.send(&ticket).await;
    first.assert_done();
    let mut copied = bob.ticket("buy", "AAPL", "shares", "1").await;
    copied.fill("key", ticket.value("key"));
    let second = bob.send(&copied).await;
    second.assert_done();
    assert_ne!(first.location(), second.location());
    bob.get(second.location()).await.assert_is(200);
    assert_eq!(bob.get("/history.csv").await.text.lines().count(), 2);

    let deposit = ada.fill("/wallet", "/wallet/deposit", &[("amount", "5.00")]).await;
    ada.send(&deposit).await.assert_done();
    let mut copied = bob.fill("/wallet", "/wallet/deposit", &[("amount", "7.00")]).await;
    copied.fill("key", deposit.value("key"));
    bob.send(&copied).await.assert_done();
    // The same form again is the same deposit; the key of a deposit does not take money out.
    bob.send(&copied).await.assert_done();
    let ledger = bob.get("/wallet.csv").await.text;
    assert_eq!(ledger.matches(",7.00,").count(), 1, "{ledger}");
    let mut turned = bob.fill("/wallet", "/wallet/withdraw", &[("amount", "7.00")]).await;
    turned.fill("key", deposit.value("key"));
    bob.send(&turned).await.assert_is(422);
}

#[tokio::test]
async fn a_form_of_one_person_is_nothing_in_the_hands_of_another() {
    let server = Server::start();
    let (ada, bob) = (trader(&server, "ada").await, trader(&server, "bob").await);
    for (page, action) in
        [("/wallet", "/wallet/deposit"), ("/trade", "/trade/review"), ("/settings", "/settings/delete")]
    {
        let fields = [("amount", "1"), ("symbol", "AAPL"), ("side", "buy"), ("by", "shares"), ("password", PASSWORD)];
        let form = ada.fill(page, action, &fields).await;
        bob.send(&form).await.assert_is(403).assert_says("That form has expired");
    }
    // A form that was opened before signing out is not worth anything after signing in again.
    let old = ada.fill("/wallet", "/wallet/deposit", &[("amount", "1")]).await;
    ada.sign_out().await.assert_done();
    ada.sign_in("ada").await.assert_done();
    ada.send(&old).await.assert_is(403);
}

#[tokio::test]
async fn every_page_for_members_asks_others_to_sign_in_and_then_goes_on_there() {
    let server = Server::with(|settings| {
        settings.set("--tries-per-name", "1000");
    });
    let ada = trader(&server, "ada").await;
    let receipt = bought(&ada, "AAPL", "1").await;
    for entry in pages().iter().filter(|entry| entry.method == "GET" && entry.access == Access::SignedIn) {
        let path = entry.path.replace("{symbol}", "AAPL").replace("{id}", id(&receipt));
        let wanted = format!("{path}?symbol=AAPL&note=a%20b%26c");
        let visitor = Visitor::new(&server);
        let sent = visitor.get(&wanted).await;
        sent.assert_redirects_to("/login");
        let page = visitor.follow(&sent).await;
        assert_eq!(page.select_attribute("input[name=next]", "value").as_deref(), Some(&*wanted));
        let fields = [("username", "ada"), ("password", PASSWORD)];
        let done = visitor.submit(sent.location(), "/login", &fields).await;
        done.assert_is(303);
        assert_eq!(done.location(), wanted);
    }
}

#[tokio::test]
async fn after_a_form_nobody_is_sent_to_another_site() {
    let server = Server::with(|settings| {
        settings.set("--tries-per-name", "1000").set("--tries-per-address", "1000");
    });
    let ada = trader(&server, "ada").await;
    let long = format!("/{}", "a".repeat(2_000));
    let foreign = [
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\n/evil.example",
        "/ok\r\nSet-Cookie: session=x",
        "/ok\r\n\r\n<script>",
        "https:evil.example",
        "https://evil.example",
        "HTTPS://EVIL.EXAMPLE/",
        "http:/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        ":80//evil.example",
        "?//evil.example",
        "",
        "\0//evil.example",
        "/\u{2215}evil.example",
        "\u{ff0f}\u{ff0f}evil.example",
        &long,
    ];
    let visitor = Visitor::new(&server);
    for next in foreign {
        let fields = [("username", "ada"), ("password", PASSWORD), ("next", next)];
        let done = visitor.submit("/login", "/login", &fields).await;
        done.assert_is(303);
        assert_eq!(done.location(), "/portfolio", "{next:?}");
        visitor.forget_cookies();

        let back = ada.submit("/settings", "/theme", &[("theme", "dark"), ("back", next)]).await;
        assert_eq!(back.location(), "/", "{next:?}");
        let starred = ada.submit("/stocks/AAPL", "/rates/watch", &[("watched", "1"), ("back", next)]).await;
        assert_eq!(starred.location(), "/rates", "{next:?}");
    }
    // What arrives encoded is decoded once and no more.
    for (query, landing) in [
        ("%2F%2Fevil.example", "/portfolio"),
        ("%2F%5Cevil.example", "/portfolio"),
        ("%09//evil.example", "/portfolio"),
        ("/%252F/evil.example", "/%2F/evil.example"),
        ("/%255Cevil.example", "/%5Cevil.example"),
        ("/wallet&next=//evil.example", "/wallet"),
        ("//evil.example&next=/wallet", "/portfolio"),
    ] {
        let fields = [("username", "ada"), ("password", PASSWORD)];
        let done = visitor.submit(&format!("/login?next={query}"), "/login", &fields).await;
        done.assert_is(303);
        assert_eq!(done.location(), landing, "{query:?}");
        visitor.forget_cookies();
    }
}

#[tokio::test]
async fn behind_a_proxy_one_visitors_live_rates_do_not_use_up_anothers() {
    let server = Server::with(|settings| {
        settings.switch("--trust-proxy").set("--sockets-per-address", "1");
    });
    let mut open = Vec::new();
    for (forwarded, welcome) in
        [("192.0.2.1", true), ("192.0.2.1", false), ("192.0.2.2, 192.0.2.1", false), ("192.0.2.2", true)]
    {
        let url = server.url("/rates/live").replace("http://", "ws://");
        let mut request = url.into_client_request().expect("an address");
        request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static(forwarded));
        let socket = connect_async(request).await;
        assert_eq!(socket.is_ok(), welcome, "{forwarded}");
        open.extend(socket.ok());
    }
}
