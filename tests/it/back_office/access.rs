//! Who may come: proved over the table of routes, as everybody there is.

use crate::support::answer::Answer;
use crate::support::{Server, Visitor};
use http::Method;
use std::time::Duration;
use tradefloor::domain::{At, Role};
use tradefloor::store::audit::AuditLine;
use tradefloor::web::routes::{Access, Entry, back_office};

/// Everybody there is, and what they see of the back office.
struct People {
    stranger: Visitor,
    trader: Visitor,
    support: Visitor,
    support_in: Visitor,
    admin: Visitor,
    admin_in: Visitor,
}

impl People {
    async fn gather(server: &Server) -> Self {
        let people = Self {
            stranger: Visitor::new(server),
            trader: server.staff("trader", Role::Trader).await,
            support: server.staff("support", Role::Support).await,
            support_in: server.staff("support.in", Role::Support).await,
            admin: server.staff("admin", Role::Admin).await,
            admin_in: server.administrator("admin.in").await,
        };
        people.support_in.opens_back_office().await.assert_redirects_to("/admin");
        people
    }
}

/// An address of the table: about the trader, where it is about anything.
fn address(entry: &Entry, trader: &str) -> String {
    entry.path.replace("{table:[a-z]+}", "users").replace("{id}", trader).replace("{act:[a-z-]+}", "disable")
}

async fn asks(visitor: &Visitor, entry: &Entry, path: &str) -> Answer {
    if entry.method == "GET" {
        return visitor.get(path).await;
    }
    let token = visitor.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let fields = [("_token", token.as_str()), ("reason", "a test of access"), ("key", "k"), ("seen", "1000000")];
    visitor.post(path, &fields).await
}

/// What an answer says of who asked, without the number of the request and what differs for each of them.
fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.select_text("main h1").unwrap_or_default())
}

#[tokio::test]
async fn every_address_lets_in_whom_it_says_and_nobody_else() {
    let server = Server::start();
    let people = People::gather(&server).await;
    let trader = server.person("trader").id.to_string();
    let nowhere = refusal(&people.trader.get("/nowhere").await);
    assert_eq!(nowhere, (404, "Page not found".to_owned()));
    let recorded = server.record().len();
    for entry in back_office() {
        let path = address(&entry, &trader);
        let what = format!("{} {path}", entry.method);
        let looks = entry.access != Access::Admin;
        asks(&people.stranger, &entry, &path).await.assert_redirects_to("/login");
        assert_eq!(refusal(&asks(&people.trader, &entry, &path).await), nowhere, "{what} for a trader");
        if entry.access == Access::StaffDoor {
            continue;
        }
        if looks {
            asks(&people.support, &entry, &path).await.assert_redirects_to("/admin/grant");
            let seen = asks(&people.support_in, &entry, &path).await;
            assert_ne!(seen.status, 403, "{what} for support");
        } else {
            for support in [&people.support, &people.support_in] {
                asks(support, &entry, &path).await.assert_is(403).assert_says("only administrators can make changes");
            }
        }
        asks(&people.admin, &entry, &path).await.assert_redirects_to("/admin/grant");
    }
    assert_eq!(server.record().len(), recorded, "those who may not have done nothing");
    let disable = format!("/admin/users/{trader}/disable");
    people.admin_in.acts(&disable, &[]).await.assert_redirects_to(&format!("/admin/users/{trader}"));
    assert_eq!(server.record().len(), recorded + 1);
}

#[tokio::test]
async fn by_no_method_does_a_trader_learn_that_there_is_a_back_office() {
    let server = Server::start();
    let (trader, admin) = (server.staff("trader", Role::Trader).await, server.administrator("boss").await);
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let method: Method = method.parse().expect("a method");
        for path in ["/admin", "/admin/grant", "/admin/close", "/admin/users/1/disable", "/admin/users/bulk"] {
            let nowhere = trader.ask(method.clone(), "/nowhere").form(&[]).send().await;
            let answer = trader.ask(method.clone(), path).form(&[]).send().await;
            assert_eq!((answer.status, answer.header("allow")), (nowhere.status, ""), "{method} {path}");
            assert_eq!(answer.select_text("main h1"), nowhere.select_text("main h1"), "{method} {path}");
        }
    }
    let answer = admin.ask(Method::DELETE, "/admin/grant").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, POST, HEAD"));
}

/// What is on record once it has `count` entries, newest first: of what nobody waits for, an entry comes a little later.
async fn recorded(server: &Server, count: usize) -> Vec<AuditLine> {
    for _ in 0..200 {
        let record = server.record();
        if record.len() >= count {
            return record;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there are not {count} entries: {:?}", server.record());
}

#[tokio::test]
async fn what_is_tried_with_the_names_of_staff_is_on_record() {
    let server = Server::start();
    let _boss = server.staff("boss", Role::Admin).await;
    let _bob = server.staff("bob", Role::Trader).await;
    let stranger = Visitor::new(&server);
    for name in ["bob", "nobody", "BOSS"] {
        stranger.sign_in_with(name, "not the password").await.assert_is(422);
    }
    let record = recorded(&server, 1).await;
    let [line] = &record[..] else { panic!("only of staff: {record:?}") };
    let id = server.person("boss").id.to_string();
    assert_eq!((line.act.as_str(), &line.actor, &line.subject), ("sign_in_refused", &None, &id));
    assert_eq!(line.became.get("because"), Some("a wrong password"));
    let boss = Visitor::new(&server);
    boss.sign_in("boss").await.assert_done();
    boss.opens_back_office().await.assert_done();
    boss.get("/admin").await.assert_says("Someone could not sign in as");
    assert_eq!(recorded(&server, 3).await.len(), 3);
}

#[tokio::test]
async fn the_door_asks_for_the_password_and_leads_where_staff_were_going() {
    let server = Server::start();
    let admin = server.staff("boss", Role::Admin).await;
    let asked = admin.get("/admin/users/1/disable?x=1").await;
    asked.assert_redirects_to("/admin/grant");
    let form = admin.fill(asked.location(), "/admin/grant", &[("password", "not her password")]).await;
    admin.send(&form).await.assert_is(422).assert_says("That is not your password");
    admin.get("/admin").await.assert_redirects_to("/admin/grant");
    let mut form = form;
    form.fill("password", crate::support::trader::PASSWORD);
    assert_eq!(admin.send(&form).await.location(), "/admin/users/1/disable?x=1");
    admin.get("/admin").await.assert_is(200).assert_says("Open for 15 min");
    let acts: Vec<_> = server.record().iter().map(|line| line.act.as_str()).collect();
    assert_eq!(acts, ["grant", "grant_refused"]);
    for elsewhere in ["https://evil.example/admin", "//evil.example", "/portfolio"] {
        let form = admin.fill("/admin/grant", "/admin/grant", &[("next", elsewhere)]).await;
        let mut form = form;
        form.fill("password", crate::support::trader::PASSWORD);
        admin.send(&form).await.assert_redirects_to("/admin");
    }
}

#[tokio::test]
async fn the_address_with_a_slash_at_its_end_leads_staff_on() {
    let server = Server::start();
    let (trader, support) = (server.staff("trader", Role::Trader).await, server.staff("helper", Role::Support).await);
    support.get("/admin/").await.assert_redirects_to("/admin");
    assert_eq!(refusal(&trader.get("/admin/").await), refusal(&trader.get("/nowhere").await));
}

#[tokio::test]
async fn the_back_office_closes_by_itself_by_hand_and_with_the_role() {
    let server = Server::start();
    let admin = server.administrator("boss").await;
    server.lets_grants_of("boss", At::from_micros(1));
    admin.get("/admin").await.assert_redirects_to("/admin/grant");
    admin.opens_back_office().await.assert_redirects_to("/admin");
    admin.submit("/admin", "/admin/close", &[]).await.assert_redirects_to("/portfolio");
    admin.get("/admin").await.assert_redirects_to("/admin/grant");
    admin.opens_back_office().await.assert_redirects_to("/admin");
    server.makes("boss", Role::Trader);
    admin.get("/admin").await.assert_is(404);
}

#[tokio::test]
async fn the_back_office_is_open_in_one_browser_alone() {
    let server = Server::start();
    let admin = server.administrator("boss").await;
    let elsewhere = Visitor::new(&server);
    elsewhere.sign_in("boss").await.assert_done();
    elsewhere.get("/admin").await.assert_redirects_to("/admin/grant");
    admin.get("/admin").await.assert_is(200);
}

#[tokio::test]
async fn a_sign_in_of_the_staff_is_on_record_and_a_traders_is_not() {
    let server = Server::start();
    let _staff = server.staff("helper", Role::Support).await;
    let _trader = server.staff("trader", Role::Trader).await;
    for name in ["helper", "trader"] {
        Visitor::new(&server).sign_in(name).await.assert_done();
    }
    let record = server.record();
    assert_eq!(record.len(), 1, "{record:?}");
    assert_eq!((record[0].act.as_str(), record[0].actor.as_ref().unwrap().as_str()), ("sign_in", "helper"));
}
