//! What a page has at hand: shortcuts of the ticket, words in its title, a way on from a symbol that nobody lists.

use crate::support::answer::selector;
use crate::support::browser::PHONE;
use crate::support::trader::PASSWORD;
use crate::support::{Browser, Server, Visitor};
use fantoccini::key::Key;

async fn holder(server: &Server) -> Visitor {
    let ada = Visitor::new(server);
    ada.register("ada").await.assert_done();
    ada.buy("AAPL", "2.5").await.assert_done();
    ada
}

#[tokio::test]
async fn all_shares_are_sold_and_all_cash_is_spent_by_a_link_that_fills_in_the_ticket() {
    let server = Server::start();
    let ada = holder(&server).await;
    for page in ["/stocks/AAPL", "/trade?symbol=aapl"] {
        let shown = ada.get(page).await;
        let links = shown.select_all(".shortcuts a");
        assert_eq!(links.first().map(String::as_str), Some("Sell all 2.5"), "{page}");
        assert!(links.get(1).is_some_and(|link| link.starts_with("Buy with all cash ($9,")), "{page}: {links:?}");
        let sell = shown.select_attribute(".shortcuts a", "href").expect("a link");
        let filled = ada.get(sell.trim_end_matches("#ticket")).await;
        let field = |css: &str| filled.select_attribute(css, "value");
        assert_eq!(field("#amount").as_deref(), Some("2.5"), "{sell}");
        assert_eq!(field("input[name=side][checked]").as_deref(), Some("sell"), "{sell}");
        assert_eq!(field("input[name=by][checked]").as_deref(), Some("shares"), "{sell}");
    }
    ada.sell("AAPL", "2.5").await.assert_done();
    let none = ada.get("/stocks/AAPL").await;
    assert_eq!(none.select_all(".shortcuts a").len(), 1, "there is nothing to sell");
    assert!(ada.get("/trade").await.select_all(".shortcuts a").is_empty());
}

#[tokio::test]
async fn a_symbol_that_nobody_lists_is_named_and_leads_to_those_that_are() {
    let server = Server::start();
    let answer = Visitor::new(&server).get("/stocks/nope").await;
    answer.assert_is(404).assert_says("NOPE is not listed here.");
    assert_eq!(answer.select_attribute(".error-page .actions a", "href").as_deref(), Some("/rates"));
}

#[tokio::test]
async fn a_title_says_what_the_page_is_of_and_a_public_page_describes_itself() {
    let server = Server::start();
    let ada = holder(&server).await;
    let title = ada.get("/stocks/AAPL").await.select_text("title").unwrap_or_default();
    let (price, rest) = title.trim_start_matches("AAPL ").split_once(' ').expect("a price and a name");
    assert!(price.parse::<f64>().is_ok() && rest == "· Apple Inc. · Tradefloor", "{title}");
    let order = ada.get("/orders").await.select_attribute(r#"main a[href^="/orders/"]"#, "href").expect("an order");
    let receipt = ada.get(&order).await;
    let heading = receipt.select_text("h1").unwrap_or_default();
    assert!(heading.starts_with("Bought 2.5 AAPL at ") && !heading.ends_with('.'), "{heading}");
    for page in ["/", "/register", "/rates", "/stocks/AAPL"] {
        let shown = Visitor::new(&server).get(page).await;
        let described = shown.select_attribute("meta[name=description]", "content");
        assert!(described.is_some_and(|words| words.len() > 40), "{page}");
    }
}

#[tokio::test]
async fn a_star_without_scripts_comes_back_to_its_row() {
    let server = Server::start();
    let ada = holder(&server).await;
    let page = ada.get("/rates?sort=last&order=desc").await;
    let back = page.select_attribute("tr[data-symbol=NVDA] input[name=back]", "value").expect("a way back");
    assert_eq!(back, "/rates?sort=last&order=desc#row-NVDA");
    assert_eq!(page.html().select(&selector("#row-NVDA")).count(), 1);
    let token = page.select_attribute("input[name=_token]", "value").expect("a token");
    let fields = [("_token", token.as_str()), ("symbol", "NVDA"), ("watched", "1"), ("back", &back)];
    assert_eq!(ada.post("/rates/watch", &fields).await.assert_is(303).location(), back);
}

#[tokio::test]
async fn on_a_phone_buying_is_one_tap_away_while_the_chart_is_looked_at() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.width(PHONE).await;
    browser.open(&server.url("/stocks/AAPL")).await;
    let seen = "const bar = document.querySelector('.trade-bar').getBoundingClientRect();
                return bar.height > 0 && bar.bottom <= window.innerHeight + 1";
    assert_eq!(browser.run(seen).await, true, "the bar is in sight");
    browser.click(".trade-bar a:first-child").await;
    let below = "return document.getElementById('ticket').getBoundingClientRect().top < window.innerHeight - 100";
    assert_eq!(browser.run(below).await, true, "the ticket is in sight");
}

#[tokio::test]
async fn the_menu_closes_behind_whoever_walks_on_by_keys() {
    let server = Server::start();
    let browser = Browser::start().await;
    browser.open(&server.url("/register")).await;
    browser.submit(r#"form[action="/register"]"#, &[("username", "ada"), ("password", PASSWORD)]).await;
    browser.wait_for("details[data-menu]").await;
    browser.click("details[data-menu] summary").await;
    for _ in 0..2 {
        let focused = browser.wait_for("details[data-menu][open] :focus").await;
        focused.send_keys(&Key::Tab).await.expect("a key is pressed");
    }
    assert_eq!(browser.count("details[data-menu][open]").await, 1, "it is open while something in it is focused");
    let last = browser.wait_for("details[data-menu] :focus").await;
    last.send_keys(&Key::Tab).await.expect("a key is pressed");
    browser.wait_for("details[data-menu]:not([open])").await;
}

#[tokio::test]
async fn large_numbers_are_whole_on_any_screen() {
    let server = Server::with(|settings| {
        settings.set("--opening-balance", "9999999.99").set("--funding-max", "90000000.00");
        settings.set("--funding-total-max", "100000000.00");
    });
    let browser = Browser::start().await;
    browser.open(&server.url("/register")).await;
    browser.submit(r#"form[action="/register"]"#, &[("username", "ada"), ("password", PASSWORD)]).await;
    browser.wait_for("details[data-menu]").await;
    let ada = Visitor::new(&server);
    ada.sign_in("ada").await.assert_done();
    ada.deposit("90000000.00").await.assert_done();
    for symbol in ["AAPL", "MSFT", "AMZN"] {
        ada.buy_for(symbol, "2345678.91").await.assert_done();
    }
    let torn = "const torn = [];
                for (const figure of document.querySelectorAll('.figure, .worth-rest dd > span, .holdings [data-field]')) {
                    const text = document.createRange();
                    text.selectNodeContents(figure);
                    const lines = new Set([...text.getClientRects()].map((box) => Math.round(box.bottom / 12)));
                    const card = figure.closest('.card').getBoundingClientRect();
                    const beyond = text.getBoundingClientRect().right > card.right + 1;
                    if (figure.children.length === 0 && (lines.size > 1 || beyond)) torn.push(figure.textContent);
                }
                return torn.join(' ')";
    for page in ["/wallet", "/portfolio"] {
        browser.open(&server.url(page)).await;
        for width in [320, PHONE, 1024, 1280] {
            browser.width(width).await;
            assert_eq!(browser.run(torn).await, "", "{page}, {width} pixels wide");
            let hidden = "return [...document.querySelectorAll('.holdings')].map((table) => table.offsetWidth - table.parentElement.clientWidth).join()";
            let hidden = browser.run(hidden).await;
            assert!(
                ["", "0"].contains(&hidden.as_str().unwrap_or_default()),
                "{hidden} pixels of {page} are out of sight at {width}"
            );
            browser.assert_no_sideways_scroll(page).await;
        }
    }
}

#[tokio::test]
async fn what_flashes_is_the_number_and_not_its_column() {
    let server = Server::start();
    let ada = holder(&server).await;
    for page in ["/", "/stocks/AAPL", "/portfolio", "/rates"] {
        let visitor = if page == "/" { &Visitor::new(&server) } else { &ada };
        let shown = visitor.get(page).await;
        let wide = ["td[data-field=last]", "dd[data-field=bid]", "dd[data-field=value]", "dd[data-field=invested]"];
        for css in wide {
            assert_eq!(shown.html().select(&selector(css)).count(), 0, "{css} of {page}");
        }
    }
}
