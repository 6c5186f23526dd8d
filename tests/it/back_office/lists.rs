//! Lists of the back office as people use them: what a search takes words for, what is said of rows that were not looked
//! at, and that whoever leaves a list for a moment finds it again as it was.

use crate::support::answer::Answer;
use crate::support::form::Form;
use crate::support::sound::assert_sound;
use crate::support::{Engine, Place, Server, Visitor};
use tradefloor::domain::Role;
use tradefloor::store::{accounts, sessions};

const ACCENTED: &str = "symbol,name,sector,price\nALFA,Ångström Öl,Chemie,10.00\nBETA,angle iron,Steel,20.00\n\
    GAMA,Zebra,Zoos,30.00\n";

async fn office() -> (Server, Visitor) {
    let place = Place::on(Engine::of_this_run());
    let file = place.directory().join("instruments.csv");
    std::fs::write(&file, ACCENTED).unwrap();
    let server = Server::in_place(place, |settings| {
        settings.set("--instruments", &file.to_string_lossy());
    });
    let boss = server.administrator("boss").await;
    (server, boss)
}

fn rows(list: &Answer) -> Vec<String> {
    list.assert_is(200).select_all("table.browse tbody th")
}

#[tokio::test]
async fn a_search_takes_words_and_letters_as_people_read_them() {
    let (server, boss) = office().await;
    let ada = server.staff("ada", Role::Trader).await;
    ada.buy("ALFA", "1").await.assert_done();
    ada.deposit("5.00").await.assert_done();
    let id = server.person("ada").id;
    boss.acts(&format!("/admin/users/{id}/disable"), &[]).await.assert_is(303);
    for found in
        ["orders?q=BUY", "orders?q=filled", "ledger?q=Deposit", "audit?q=Disable%20user", "audit?q=disable_user"]
    {
        assert!(!rows(&boss.get(&format!("/admin/{found}")).await).is_empty(), "{found}");
    }
    for name in ["%C3%85NGSTR%C3%96M", "%C3%A5ngstr%C3%B6m", "%C3%B6L"] {
        assert_eq!(rows(&boss.get(&format!("/admin/instruments?q={name}")).await), ["ALFA"], "{name}");
    }
    assert_eq!(rows(&boss.get("/admin/instruments?sort=name&dir=asc").await), ["BETA", "GAMA", "ALFA"]);
}

#[tokio::test]
async fn rows_that_are_added_meanwhile_make_no_page_a_further_one() {
    let (server, boss) = office().await;
    for number in 0..30 {
        server.staff(&format!("somebody-{number}"), Role::Trader).await;
    }
    let next = boss.get("/admin/users?size=25").await.select_attribute(".pager a[rel=next]", "href");
    server.staff("newcomer", Role::Trader).await;
    let second = boss.get(&next.expect("there is a second page")).await;
    assert_eq!(second.select_text(".browse-head p").as_deref(), Some("31 users"));
    assert_eq!(rows(&second).len(), 6);
    assert!(second.select_text(".pager a").is_some_and(|text| text == "Back to the start"));
    let further = boss.get("/admin/users?from=0&further=yes").await;
    further.assert_is(200).assert_says("There are no more.");
    boss.get("/admin/users?from=9&further=yes").await.assert_says("9 more users. There are no more.");
}

#[tokio::test]
async fn what_could_not_be_read_is_no_filter() {
    let (_server, boss) = office().await;
    let list = boss.get("/admin/users?created-from=yesterday").await;
    list.assert_is(200).assert_says("Enter the date as YYYY-MM-DD.").assert_says("1 user");
    assert!(list.select_all(".chip").is_empty());
    assert_eq!(list.select_attribute("#f-created-from", "value").as_deref(), Some("yesterday"));
}

#[tokio::test]
async fn a_detour_over_a_selection_leads_back_to_the_list_as_it_was() {
    let (server, boss) = office().await;
    server.staff("ada", Role::Trader).await;
    let list = "/admin/users?q=a&sort=username&dir=desc&size=25";
    let page = boss.get(list).await;
    let token = page.select_attribute("form[data-selection] input[name=_token]", "value").expect("a form");
    let back = page.select_attribute("form[data-selection] input[name=back]", "value").expect("where it is");
    assert_eq!(back, list);
    let ada = server.person("ada").id.to_string();
    let choose = |act: &'static str, back: &str, id: &str| {
        [("_token", token.clone()), ("act", act.to_owned()), ("back", back.to_owned()), ("id", id.to_owned())]
    };
    let send = async |fields: [(&str, String); 4]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        boss.post("/admin/users/bulk", &fields).await
    };
    send(choose("", list, &ada)).await.assert_redirects_to(list);
    for elsewhere in ["//evil.example", "https://evil.example", "/portfolio", "/admin/users/../close", ""] {
        send(choose("", elsewhere, &ada)).await.assert_redirects_to("/admin/users");
    }
    let preview = send(choose("disable", list, &ada)).await;
    assert_eq!(preview.select_attribute(".crumb a", "href").as_deref(), Some(list));
    let mut form = Form::in_page(&preview, "/admin/users/bulk");
    form.fill("reason", "away");
    let done = boss.send(&form).await;
    assert_eq!(done.assert_is(200).select_attribute(".actions a", "href").as_deref(), Some(list));
    assert!(server.person("ada").disabled_at.is_some());
    send(choose("disable", list, "77777")).await.assert_is(200).assert_says("It no longer exists.");
}

#[tokio::test]
async fn a_class_s_trades_are_undone_at_once() {
    let (server, boss) = office().await;
    let mut fields = vec![("act".to_owned(), "reverse".to_owned())];
    for name in ["ada", "bob"] {
        let trader = server.staff(name, Role::Trader).await;
        let bought = trader.buy("ALFA", "2").await;
        bought.assert_done();
        fields.push(("id".to_owned(), bought.location().rsplit('/').next().unwrap_or_default().to_owned()));
    }
    let list = boss.get("/admin/orders").await;
    fields.push(("_token".to_owned(), list.select_attribute("input[name=_token]", "value").expect("a form")));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let preview = boss.post("/admin/orders/bulk", &fields).await;
    preview.assert_is(200).assert_says("2 of 2 will be changed").assert_says("ada").assert_says("bob");
    let mut form = Form::in_page(&preview, "/admin/orders/bulk");
    form.fill("reason", "the lesson begins anew");
    boss.send(&form).await.assert_is(200).assert_says("Done for 2 of 2");
    assert!(rows(&boss.get("/admin/holdings?held=yes").await).is_empty());
    assert_sound(server.database());
}

#[tokio::test]
async fn a_row_says_whose_it_is_and_leads_to_what_is_behind_it() {
    let (server, boss) = office().await;
    let ada = server.staff("ada", Role::Trader).await;
    let bought = ada.buy("ALFA", "5").await;
    bought.assert_done();
    let id = server.person("ada").id;
    let account = server.looks(move |conn| accounts::of_user(conn, id));
    let (account, cash) = (account.public_id.to_string(), account.cash);
    let heading = async |path: &str| boss.get(path).await.assert_is(200).select_text("h1").unwrap_or_default();
    assert_eq!(heading(&format!("/admin/accounts/{account}")).await, "Account of ada");
    assert_eq!(heading(&format!("/admin/holdings/{account}.ALFA")).await, "ALFA of ada");
    assert_eq!(heading(&format!("/admin{}", bought.location())).await, "Buy 5 ALFA of ada");
    assert_eq!(heading(&format!("/admin/users/{id}")).await, "ada");

    let person = boss.get(&format!("/admin/users/{id}")).await;
    let related = person.select_all(".related a");
    for label in ["Ledger of their account", "Holdings of their account", "Orders of their account"] {
        assert!(related.contains(&label.to_owned()), "{related:?}");
    }
    // Between nine and ten thousand, which pages group.
    person.assert_says(&format!("9,{}", &cash.to_string()[1..])).assert_says(&account);

    let adjust = format!("/admin/accounts/{account}/adjust-cash");
    let form = boss.fill(&adjust, &adjust, &[("amount", "7.00"), ("reason", "won the quiz")]).await;
    boss.send(&form).await.assert_redirects_to(&format!("/admin/accounts/{account}"));
    let entries = boss.get("/admin/ledger?kind=adjustment").await;
    let entry = entries.select_attribute("table.browse tbody th a", "href").expect("an adjustment");
    let act = boss.get(&entry).await.select_attribute(".facts a[href^='/admin/audit/']", "href");
    boss.get(&act.expect("an adjustment leads to the act")).await.assert_is(200).assert_says("Adjust cash");
}

#[tokio::test]
async fn what_is_on_record_of_a_session_that_is_over_leads_to_its_user() {
    let (server, boss) = office().await;
    let ada = server.staff("ada", Role::Trader).await;
    ada.get("/portfolio").await.assert_is(200);
    let id = server.person("ada").id;
    let session = server.looks(move |conn| sessions::of_user(conn, id, 1)).remove(0).key_hash;
    boss.acts(&format!("/admin/sessions/{session}/end"), &[]).await.assert_redirects_to("/admin/sessions");
    let list = boss.get("/admin/audit?act=end_session").await;
    let links: Vec<String> = list
        .html()
        .select(&crate::support::answer::selector("table.browse tbody td a"))
        .filter_map(|link| link.attr("href"))
        .map(str::to_owned)
        .collect();
    assert!(links.contains(&format!("/admin/users/{id}")), "{links:?}");
    for link in links {
        boss.get(&link).await.assert_is(200);
    }
}

#[tokio::test]
async fn a_file_is_whole_when_thousands_of_rows_that_are_not_asked_for_lie_between_two_that_are() {
    let (server, boss) = office().await;
    let ada = server.staff("ada", Role::Trader).await;
    ada.get("/portfolio").await.assert_is(200);
    let (ada, boss_id) = (server.person("ada").id, server.person("boss").id);
    server.changes(move |conn| {
        let own = sessions::of_user(conn, ada, 1)?.pop().expect("a session of ada");
        let later = |number: u32| own.expires_at.plus(std::time::Duration::from_secs(number.into()));
        for number in 0..5_000 {
            let (key_hash, expires_at) = (format!("{number:064x}"), later(number));
            sessions::insert(conn, &sessions::Session { key_hash, expires_at, user_id: boss_id, ..own.clone() })?;
        }
        let last = sessions::Session { key_hash: "f".repeat(64), expires_at: later(9_000), ..own };
        sessions::insert(conn, &last)
    });
    let file = boss.get("/admin/sessions.csv?q=ada").await;
    let lines: Vec<&str> = file.assert_is(200).text.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].starts_with("ffff") && lines[2].contains(",ada,"), "{lines:?}");
}
