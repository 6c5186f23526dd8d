//! The lists of the back office, over the real server: what they show, how they are asked, and what they lead to.

use crate::support::answer::Answer;
use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use std::collections::BTreeSet;
use tradefloor::domain::Role;

const TABLES: [&str; 9] =
    ["users", "accounts", "ledger", "holdings", "orders", "instruments", "sessions", "candles", "audit"];

/// A name that a page, and one that a spreadsheet, would run.
const HOSTILE: &str = "symbol,name,sector,price\nEVIL,<script>alert(1)</script>,\"A & B\",10.00\n\
    FORM,=HYPERLINK(1),Formulas,20.00\nGOOD,Good,Goods,30.00\n";

/// A market of three with strange names, some people who traded there, and whoever runs it.
async fn office() -> (Server, Visitor) {
    let place = crate::support::Place::on(crate::support::Engine::of_this_run());
    let file = place.directory().join("instruments.csv");
    std::fs::write(&file, HOSTILE).unwrap();
    let server = Server::in_place(place, |settings| {
        settings.set("--instruments", &file.to_string_lossy());
    });
    let boss = server.administrator("boss").await;
    for name in ["ada", "bob", "carla"] {
        let trader = Visitor::new(&server);
        trader.register(name).await.assert_done();
        for symbol in ["EVIL", "FORM", "GOOD"] {
            trader.buy(symbol, "1.5").await.assert_done();
        }
        trader.sell("GOOD", "1").await.assert_done();
        trader.deposit("12.34").await.assert_done();
    }
    (server, boss)
}

/// What the rows of a list are called by, which leads to each.
fn rows(list: &Answer) -> Vec<String> {
    let html = list.assert_is(200).html();
    let links = crate::support::answer::selector("table.browse tbody th a");
    html.select(&links).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_table_is_listed_sorted_by_each_head_and_leads_to_each_row() {
    let (_server, boss) = office().await;
    for table in TABLES {
        let path = format!("/admin/{table}");
        let list = boss.get(&path).await;
        let all: BTreeSet<String> = rows(&list).into_iter().collect();
        assert!(["candles", "audit"].contains(&table) || all.len() >= 3, "{table} has {} rows", all.len());
        let html = list.html();
        let heads: Vec<String> = html
            .select(&crate::support::answer::selector("table.browse thead th a"))
            .filter_map(|link| link.attr("href"))
            .map(str::to_owned)
            .collect();
        for head in heads {
            let sorted = boss.get(&head).await;
            assert_eq!(rows(&sorted).into_iter().collect::<BTreeSet<_>>(), all, "{head}");
            let turned = sorted.select_attribute("th[aria-sort=ascending] a, th[aria-sort=descending] a", "href");
            let turned = boss.get(&turned.expect("the head that rows are sorted by turns them round")).await;
            assert_eq!(rows(&turned).into_iter().collect::<BTreeSet<_>>(), all, "{head}, turned round");
        }
        for row in all {
            boss.get(&row).await.assert_is(200);
        }
    }
}

#[tokio::test]
async fn everything_a_row_leads_to_is_there() {
    let (_server, boss) = office().await;
    for table in TABLES {
        let Some(row) = rows(&boss.get(&format!("/admin/{table}")).await).into_iter().next() else { continue };
        let one = boss.get(&row).await;
        let html = one.html();
        let links = crate::support::answer::selector(".browse-one a, .crumb a, .page-head a");
        for href in html.select(&links).filter_map(|link| link.attr("href")) {
            boss.get(href).await.assert_is(200);
        }
    }
}

#[tokio::test]
async fn pages_lead_from_one_to_the_next_through_every_row_once() {
    let (server, boss) = office().await;
    for number in 0..30 {
        server.staff(&format!("late-{number}"), Role::Trader).await.get("/portfolio").await.assert_is(200);
    }
    let mut added = 0;
    for first in ["/admin/users?size=25", "/admin/users?size=25&sort=username&dir=desc", "/admin/ledger?size=25"] {
        let mut next = Some(first.to_owned());
        let (mut seen, mut pages) = (Vec::new(), 0);
        while let Some(path) = next {
            let page = boss.get(&path).await;
            seen.extend(rows(&page));
            next = page.select_attribute(".pager a[rel=next]", "href");
            pages += 1;
            added += 1;
            server.staff(&format!("new-{added}"), Role::Trader).await.get("/rates").await.assert_is(200);
        }
        assert!(pages > 1);
        let unique: BTreeSet<_> = seen.iter().collect();
        assert_eq!(unique.len(), seen.len(), "{first} shows a row twice");
        assert!(seen.len() >= 34, "{first} shows {}", seen.len());
    }
}

#[tokio::test]
async fn a_filter_is_counted_shown_and_taken_away() {
    let (_server, boss) = office().await;
    let all = boss.get("/admin/orders").await;
    all.assert_says("12 orders");
    let option = all.select_all("#f-side option");
    assert_eq!(option, ["Any", "Buy (9)", "Sell (3)"]);
    let some = boss.get("/admin/orders?side=sell&account=ADA").await;
    some.assert_says("1 order");
    assert_eq!(rows(&some).len(), 1);
    assert_eq!(some.select_all(".chip"), ["Account: ada×, remove", "Side: Sell×, remove"]);
    let less = some.select_attribute(".chip + .chip", "href").unwrap_or_default();
    assert_eq!(rows(&boss.get(&less).await).len(), 4, "{less}");
    boss.get("/admin/orders?account=nobody").await.assert_says("nothing found for “nobody”");
    boss.get("/admin/orders?q=nothing-of-the-kind").await.assert_says("No orders match");
    boss.get("/admin/orders?placed-from=yesterday").await.assert_is(200).assert_says("Enter the date as YYYY-MM-DD.");
}

#[tokio::test]
async fn a_reversed_order_is_counted_and_found_as_what_it_says_it_is() {
    let (_server, boss) = office().await;
    let sale = rows(&boss.get("/admin/orders?account=ada&side=sell").await).pop().expect("one sale of ada");
    boss.acts(&format!("{sale}/reverse"), &[("reason", "a wrong price")]).await.assert_done();
    let all = boss.get("/admin/orders").await;
    assert_eq!(all.select_all("#f-state option"), ["Any", "Filled (11)", "Reversed (1)"]);
    assert_eq!(rows(&boss.get("/admin/orders?state=reversed").await), [sale]);
    boss.get("/admin/orders?state=filled").await.assert_says("11 orders");
}

#[tokio::test]
async fn an_action_is_found_by_what_people_call_it() {
    let (_server, boss) = office().await;
    let found = boss.get("/admin/audit?q=back+office+opened").await;
    let words = found.assert_is(200).select_all("[data-word=grant]");
    assert!(!words.is_empty() && words.iter().all(|word| word == "Back office opened"), "{words:?}");
    assert_eq!(boss.get("/admin/audit?act=grant").await.select_all(".chip"), ["Action: Back office opened×, remove"]);
    let called = tradefloor::store::browse::CALLED;
    assert!(called.iter().all(|(act, _)| act.parse::<tradefloor::domain::Act>().is_ok()), "each is an act");
}

#[tokio::test]
async fn a_file_has_the_rows_of_its_list_and_the_support_may_have_it_too() {
    let (server, boss) = office().await;
    let support = server.staff("helper", Role::Support).await;
    support.opens_back_office().await.assert_redirects_to("/admin");
    for table in TABLES {
        for filter in ["", "?q=a", "?account=ada&side=buy&kind=buy"] {
            let list = boss.get(&format!("/admin/{table}{filter}")).await;
            let file = list.select_attribute("a[download]", "href").expect("a list leads to its file");
            let expected = rows(&list).len();
            let file = support.get(&file).await;
            file.assert_is(200);
            assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
            assert!(file.header("content-disposition").contains(&format!("{table}.csv")));
            let mut reader = csv::Reader::from_reader(file.text.as_bytes());
            let columns = reader.headers().expect("a file has heads").len();
            let records: Vec<_> = reader.records().map(|record| record.expect("a record")).collect();
            assert!(records.iter().all(|record| record.len() == columns));
            // Somebody else's sign-in may have come in between.
            assert!(records.len().abs_diff(expected) <= 1, "{table}{filter}: {} and {expected}", records.len());
        }
    }
}

#[tokio::test]
async fn strange_names_are_shown_as_they_are_and_do_nothing() {
    let (_server, boss) = office().await;
    for path in ["/admin/instruments", "/admin/instruments/EVIL", "/admin/holdings"] {
        let page = boss.get(path).await;
        page.assert_says("<script>alert(1)</script>");
        assert!(!page.text.contains("<script>alert"), "{path}");
    }
    boss.get("/admin/instruments?q=%3Cscript%3E").await.assert_says("1 instrument");
    let searched = boss.get("/admin/users?q=%22%3E%3Cscript%3Ealert(2)%3C/script%3E").await;
    assert!(!searched.text.contains("<script>alert"));
    let file = boss.get("/admin/instruments.csv").await;
    assert!(file.text.contains("FORM,'=HYPERLINK(1),Formulas"), "{}", file.text);
}

#[tokio::test]
async fn garbage_in_an_address_is_never_our_failure() {
    let (_server, boss) = office().await;
    let garbage = ["", "%00", "%27%3B--", "-1", "99999999999999999999", "a.b.c", "%F0%9F%A6%80", "....", "2026-13-45"];
    let names = [
        "q",
        "sort",
        "order",
        "size",
        "from",
        "after",
        "value",
        "user",
        "account",
        "instrument",
        "side",
        "kind",
        "role",
        "created-from",
        "created-to",
        "at-from",
        "day-to",
        "subject",
        "actor",
        "listed",
    ];
    let places = ["", "&sort=id&after=1&from=9", "&sort=symbol&dir=desc&after=AAPL&value="];
    for table in TABLES {
        for bad in garbage {
            for (name, rest) in names.into_iter().zip(places.into_iter().cycle()) {
                boss.get(&format!("/admin/{table}?{name}={bad}{rest}")).await.assert_is(200);
            }
            let all: Vec<String> = names.iter().map(|name| format!("{name}={bad}")).collect();
            boss.get(&format!("/admin/{table}.csv?{}", all.join("&"))).await.assert_is(200);
            if !bad.is_empty() {
                boss.get(&format!("/admin/{table}/{bad}")).await.assert_is(404);
            }
        }
        let long = "x".repeat(2_000);
        boss.get(&format!("/admin/{table}?q={long}")).await.assert_is(200);
    }
    boss.get("/admin/nothing").await.assert_is(404);
    boss.get("/admin/nothing.csv").await.assert_is(404);
    boss.get("/admin/nothing/1").await.assert_is(404);
}

#[tokio::test]
async fn a_selection_is_reviewed_before_anything_is_done_to_it() {
    let (server, boss) = office().await;
    let (ada, bob) = (server.person("ada").id.to_string(), server.person("bob").id.to_string());
    let list = boss.get("/admin/users").await;
    let token = list.select_attribute("form[data-selection] input[name=_token]", "value").expect("a form");
    assert!(list.select_all("#act option").len() > 1);
    let fields = [("_token", token.as_str()), ("act", "disable"), ("id", ada.as_str()), ("id", bob.as_str())];
    boss.post("/admin/users/bulk", &fields).await.assert_is(200).assert_says("2 of 2 will be changed");
    assert!(server.person("ada").disabled_at.is_none(), "nothing was done yet");
    let support = server.staff("helper", Role::Support).await;
    support.opens_back_office().await.assert_redirects_to("/admin");
    let list = support.get("/admin/users").await;
    assert!(list.select_attribute("table.browse input", "name").is_none(), "who may not change selects nothing");
    let one = support.get(&format!("/admin/users/{ada}")).await;
    assert!(!one.text.contains("/disable\""), "and is offered nothing");
}

#[tokio::test]
async fn what_cannot_be_done_now_is_not_offered() {
    let (server, boss) = office().await;
    let path = format!("/admin/users/{}", server.person("ada").id);
    let offered = |page: &Answer| page.select_all(".page-head .actions a");
    let before = offered(&boss.get(&path).await);
    assert!(before.contains(&"Disable".to_owned()) && !before.contains(&"Enable".to_owned()), "{before:?}");
    boss.acts(&format!("{path}/disable"), &[]).await.assert_redirects_to(&path);
    let after = offered(&boss.get(&path).await);
    assert!(!after.contains(&"Disable".to_owned()) && after.contains(&"Enable".to_owned()), "{after:?}");
}

#[tokio::test]
async fn no_page_or_file_shows_what_would_let_anybody_in() {
    let (_server, boss) = office().await;
    let token = boss.get("/admin/sessions").await.select_attribute("input[name=_token]", "value").expect("a form");
    let session = rows(&boss.get("/admin/sessions?user=boss").await).remove(0);
    for path in ["/admin/sessions.csv", "/admin/users.csv", "/admin/users/1", &session] {
        let page = boss.get(path).await;
        let hidden = page.text.matches(&token).count();
        let in_forms = page.text.matches("name=\"_token\"").count();
        assert_eq!(hidden, in_forms, "{path}");
        assert!(!page.text.contains("$2b$") && !page.text.contains(PASSWORD), "{path}");
    }
}
