//! Orders and history show as many lines as are chosen, and go on where a page ends.

use crate::support::{Server, Visitor};

/// More than the second of the choices, so that it has a next page too.
const ORDERS: usize = 53;

/// How many lines a page shows, what it says was chosen, and where the older ones are.
async fn shown(visitor: &Visitor, address: &str) -> (usize, String, Option<String>) {
    let page = visitor.get(address).await;
    page.assert_is(200);
    let chosen = page.select_text("select[name=lines] option[selected]").expect("a choice");
    (page.select_all("tbody tr").len(), chosen, page.select_attribute("a[href*='before=']", "href"))
}

#[tokio::test]
async fn a_page_has_as_many_lines_as_are_chosen_and_so_have_those_after_it() {
    let server = Server::start();
    let ada = Visitor::new(&server);
    ada.register("ada").await.assert_done();
    for _ in 0..ORDERS {
        ada.buy("AAPL", "0.01").await.assert_done();
    }
    for list in ["/orders", "/history"] {
        for usual in ["", "?lines=20", "?lines=7", "?lines=-1", "?lines=100000", "?lines=50x"] {
            let (lines, chosen, older) = shown(&ada, &format!("{list}{usual}")).await;
            assert_eq!((lines, chosen.as_str(), older.is_some()), (20, "20", true), "{list}{usual}");
        }
        let (lines, chosen, older) = shown(&ada, &format!("{list}?lines=50")).await;
        assert_eq!((lines, chosen.as_str()), (50, "50"), "{list}");
        let (lines, chosen, oldest) = shown(&ada, &older.expect("older lines")).await;
        assert_eq!((lines, chosen.as_str(), oldest), (ORDERS - 50, "50", None), "{list}");
        let (lines, chosen, older) = shown(&ada, &format!("{list}?lines=100")).await;
        assert_eq!((lines, chosen.as_str(), older), (ORDERS, "100", None), "{list}");
    }
}
