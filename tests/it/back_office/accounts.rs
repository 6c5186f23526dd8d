//! Acts on accounts and orders through their forms, and what their owners see of it.

use crate::support::form::Form;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use tradefloor::domain::{Money, Role};
use tradefloor::store::accounts::{self, Account};

pub(super) fn account(server: &Server, name: &str) -> Account {
    let user = server.person(name).id;
    server.looks(move |conn| accounts::of_user(conn, user))
}

/// An administrator who is in, bob, and the address of bob's account.
async fn with_bob() -> (Server, Visitor, Visitor, String) {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    let bob = server.staff("bob", Role::Trader).await;
    let path = format!("/admin/accounts/{}", account(&server, "bob").public_id);
    (server, boss, bob, path)
}

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

/// Buys for bob and says where the order is looked at.
async fn bought(bob: &Visitor, shares: &str) -> String {
    let receipt = bob.buy("AAPL", shares).await;
    receipt.assert_done();
    receipt.location().to_owned()
}

#[tokio::test]
async fn cash_is_looked_at_before_it_is_adjusted_and_then_adjusted_once() {
    let (server, boss, bob, path) = with_bob().await;
    let act = format!("{path}/adjust-cash");
    let mut form = boss.fill(&act, &act, &[("amount", "250.50"), ("reason", "won the quiz")]).await;
    form.fields.push(("look".to_owned(), "1".to_owned()));
    let look = boss.send(&form).await;
    look.assert_is(200).assert_says("Cash changes from $10,000.00 to $10,250.50.");
    assert_eq!(look.select_attribute("input[name=reason]", "value").as_deref(), Some("won the quiz"));
    assert_eq!(account(&server, "bob").cash, dollars("10000"));
    let form = Form::in_page(&look, &act);
    let (first, second) = tokio::join!(boss.send(&form), boss.send(&form));
    first.assert_redirects_to(&path);
    second.assert_redirects_to(&path);
    let after = account(&server, "bob");
    assert_eq!((after.cash, after.contributed), (dollars("10250.50"), dollars("10250.50")));
    let wallet = bob.get("/wallet").await;
    wallet.assert_says("Adjusted by an administrator").assert_says("won the quiz");
    let line = &server.record()[0];
    assert_eq!((line.act.as_str(), line.reason.as_str()), ("adjust_cash", "won the quiz"));
    assert_eq!((line.was.get("cash"), line.became.get("cash")), (Some("10000.00"), Some("10250.50")));
    assert_sound(server.database());
}

#[tokio::test]
async fn what_cannot_be_adjusted_comes_back_with_a_sentence_and_what_was_typed() {
    let (server, boss, _bob, path) = with_bob().await;
    let recorded = server.record().len();
    let act = format!("{path}/adjust-cash");
    for (direction, amount, sentence) in [
        ("take", "10000.01", "The account has $10,000.00 in cash. You can remove up to that amount."),
        ("give", "-5", "Enter a number above zero."),
        ("give", "1,5", "Enter a plain number"),
        ("give", "92233720368547758.07", "You can add up to $92,233,720,368,537,758.07."),
        ("sideways", "5", "Choose whether to add or remove cash."),
    ] {
        let answer = boss.acts(&act, &[("direction", direction), ("amount", amount)]).await;
        answer.assert_is(422).assert_says(sentence);
        assert_eq!(answer.select_attribute("input[name=amount]", "value").as_deref(), Some(amount));
        assert!(answer.select_text("#amount-error, #direction-error").is_some(), "{amount} is told beside its field");
    }
    boss.get(&act).await.assert_says("an account can hold at most $92,233,720,368,547,758.07");
    let act = format!("{path}/adjust-shares");
    for (direction, symbol, quantity, cost, sentence) in [
        ("give", "NONE.1", "1", "1", "NONE.1 has never been listed here."),
        ("give", "AAPL", "0", "1", "Enter a number above zero."),
        ("give", "AAPL", "1", "", "Enter a number."),
        ("give", "AAPL", "1", "-1", "Enter a cost of zero or more."),
        ("take", "AAPL", "1", "", "This account holds no AAPL."),
    ] {
        let typed = [("direction", direction), ("symbol", symbol), ("quantity", quantity), ("cost", cost)];
        boss.acts(&act, &typed).await.assert_is(422).assert_says(sentence);
    }
    assert_eq!((account(&server, "bob").entries, server.record().len()), (1, recorded));
}

#[tokio::test]
async fn shares_are_given_and_taken_at_a_stated_cost() {
    let (server, boss, bob, path) = with_bob().await;
    let act = format!("{path}/adjust-shares");
    let given = [("direction", "give"), ("symbol", "aapl"), ("quantity", "2.5"), ("cost", "500")];
    boss.acts(&act, &given).await.assert_redirects_to(&path);
    let taken = [("direction", "take"), ("symbol", "AAPL"), ("quantity", "0.5"), ("cost", "")];
    boss.acts(&act, &taken).await.assert_redirects_to(&path);
    bob.get("/wallet")
        .await
        .assert_says("2.5 AAPL added by an administrator")
        .assert_says("0.5 AAPL removed by an administrator");
    let account = account(&server, "bob");
    assert_eq!((account.cash, account.contributed), (dollars("10000"), dollars("10400")));
    assert_sound(server.database());
}

#[tokio::test]
async fn thirty_students_are_funded_at_once() {
    let (server, boss, _bob, _) = with_bob().await;
    let mut ids = vec![account(&server, "bob").public_id.to_string()];
    for number in 1..30 {
        let name = format!("student{number}");
        let _student = server.staff(&name, Role::Trader).await;
        ids.push(account(&server, &name).public_id.to_string());
    }
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let mut chosen = vec![("_token", token.as_str()), ("act", "adjust-cash")];
    chosen.extend(ids.iter().map(|id| ("id", id.as_str())));
    let preview = boss.post("/admin/accounts/bulk", &chosen).await;
    preview.assert_is(200).assert_says("30 of 30 will be changed");
    let said = preview.select_all(".consequence");
    assert!(said.len() == 1 && said[0].starts_with("A ledger entry adds or removes the cash."), "said once: {said:?}");
    assert_eq!(preview.select_all("tbody .second"), [""; 0], "and not again for each");
    assert_eq!(preview.select_text("main form .actions button").as_deref(), Some("Adjust cash in 30 accounts"));
    let mut form = Form::in_page(&preview, "/admin/accounts/bulk");
    form.fill("amount", "1500");
    form.fill("reason", "the spring game");
    let mut look = Form { action: form.action.clone(), fields: form.fields.clone() };
    look.fields.push(("look".to_owned(), "1".to_owned()));
    let looked = boss.send(&look).await;
    looked.assert_is(200).assert_says("Cash changes from $10,000.00 to $11,500.00.");
    assert_eq!(account(&server, "student7").cash, dollars("10000"));
    let form = Form::in_page(&looked, "/admin/accounts/bulk");
    boss.send(&form).await.assert_is(200).assert_says("Done for 30 of 30");
    boss.send(&form).await.assert_is(200).assert_says("already done");
    for name in ["bob", "student1", "student29"] {
        assert_eq!(account(&server, name).cash, dollars("11500"));
    }
    assert_eq!(server.record().iter().filter(|line| line.reason == "the spring game").count(), 30);
    assert_sound(server.database());
}

#[tokio::test]
async fn a_selection_of_which_some_cannot_is_told_so_one_by_one() {
    let (server, boss, _bob, path) = with_bob().await;
    boss.acts(&format!("{path}/adjust-cash"), &[("direction", "take"), ("amount", "9990")]).await.assert_done();
    let ids = ["bob", "boss"].map(|name| account(&server, name).public_id.to_string());
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let chosen = [("_token", token.as_str()), ("act", "adjust-cash"), ("id", &ids[0]), ("id", &ids[1])];
    let mut form = Form::in_page(&boss.post("/admin/accounts/bulk", &chosen).await, "/admin/accounts/bulk");
    for (name, value) in [("direction", "take"), ("amount", "100"), ("reason", "a fine"), ("look", "1")] {
        form.fields.retain(|(field, _)| field != name);
        form.fields.push((name.to_owned(), value.to_owned()));
    }
    let looked = boss.send(&form).await;
    looked.assert_is(200).assert_says("1 of 2 will be changed").assert_says("The account has $10.00 in cash.");
    let done = boss.send(&Form::in_page(&looked, "/admin/accounts/bulk")).await;
    done.assert_is(200).assert_says("Done for 1 of 1");
    assert_eq!(account(&server, "bob").cash, dollars("10"));
    assert_sound(server.database());
}

#[tokio::test]
async fn a_frozen_account_says_so_on_its_pages_and_refuses() {
    let (server, boss, bob, path) = with_bob().await;
    boss.acts(&format!("{path}/freeze"), &[("reason", "lent out the password")]).await.assert_redirects_to(&path);
    let told = "Your account has been frozen since";
    for page in ["/portfolio", "/wallet", "/trade", "/stocks/AAPL"] {
        bob.get(page).await.assert_is(200).assert_says(told).assert_says("lent out the password");
    }
    for (page, buttons) in [("/wallet", 2), ("/trade", 2), ("/stocks/AAPL", 2)] {
        let idle = bob.get(page).await.select_all("main form button[disabled]").len();
        assert_eq!(idle, buttons, "{page} offers what is refused");
    }
    bob.buy("AAPL", "1").await.assert_is(422).assert_says(told);
    bob.deposit("5").await.assert_is(422).assert_says(told);
    bob.withdraw("5").await.assert_is(422).assert_says(told);
    boss.get(&format!("{path}/freeze")).await.assert_says("The account is already frozen.");
    boss.acts(&format!("{path}/unfreeze"), &[]).await.assert_redirects_to(&path);
    bob.buy("AAPL", "1").await.assert_done();
    assert!(!bob.get("/wallet").await.text.contains(told));
    assert_sound(server.database());
}

#[tokio::test]
async fn a_reset_gives_back_what_the_account_was_opened_with() {
    let (server, boss, _bob, _) = with_bob().await;
    boss.acts("/admin/users/new/create", &[("username", "student"), ("opening", "1000")]).await.assert_is(200);
    let path = format!("/admin/accounts/{}", account(&server, "student").public_id);
    for _ in 0..2 {
        let act = format!("{path}/adjust-cash");
        boss.acts(&act, &[("direction", "give"), ("amount", "25")]).await.assert_redirects_to(&path);
        boss.get(&format!("{path}/reset")).await.assert_says("from $1,025.00 to $1,000.00");
        boss.acts(&format!("{path}/reset"), &[]).await.assert_redirects_to(&path);
        let anew = account(&server, "student");
        assert_eq!((anew.cash, anew.contributed), (dollars("1000"), dollars("1000")));
    }
    assert_sound(server.database());
}

#[tokio::test]
async fn whoever_acts_on_an_account_is_told_of_an_order_that_was_reversed_meanwhile_and_the_other_way_round() {
    let (server, boss, bob, path) = with_bob().await;
    let other = server.administrator("other").await;
    let (first, second) = (bought(&bob, "1").await, bought(&bob, "1").await);
    let act = format!("{path}/adjust-cash");
    let cash = boss.fill(&act, &act, &[("amount", "5"), ("reason", "made up for")]).await;
    let undo = |receipt: &str| format!("/admin{receipt}/reverse");
    let reverse = boss.fill(&undo(&second), &undo(&second), &[("reason", "a slip")]).await;
    other.acts(&undo(&first), &[("reason", "a wrong price")]).await.assert_done();
    let told = boss.send(&cash).await;
    told.assert_is(409).assert_says("other reversed an order of bob").assert_says("a wrong price");
    let again = Form::in_page(&told, &act);
    boss.send(&again).await.assert_redirects_to(&path);
    boss.send(&reverse).await.assert_is(409).assert_says("boss adjusted the cash");
    assert_sound(server.database());
}

#[tokio::test]
async fn after_a_reset_the_pages_show_what_came_since_and_lead_to_what_was_before() {
    let (server, boss, bob, path) = with_bob().await;
    let old = bought(&bob, "2").await;
    let form = boss.get(&format!("{path}/reset")).await;
    form.assert_says("AAPL changes from 2 shares").assert_says("This is reset 1 of this account.");
    boss.acts(&format!("{path}/reset"), &[("reason", "a new term")]).await.assert_redirects_to(&path);
    assert_eq!(account(&server, "bob").cash, dollars("10000"));
    for page in ["/orders", "/history", "/wallet"] {
        let now = bob.get(page).await;
        now.assert_is(200).assert_says("Your account was reset on");
        assert!(!now.text.contains(&old), "{page} shows an order of the past");
        let before = bob.get(&format!("{page}?epoch=1")).await;
        before.assert_is(200).assert_says("This page shows activity before your account was reset on");
        assert!(before.text.contains(&old), "{page} lost an order of the past");
        let of_one = bob.get(&format!("{page}?epoch=1&symbol=AAPL")).await;
        assert!(of_one.text.contains(&old), "{page} lost an order of the past in one stock");
    }
    bob.get("/wallet").await.assert_says("Reset to the opening balance").assert_says("a new term");
    let receipt = bob.get(&old).await;
    receipt.assert_is(200).assert_says("This order is from before your account was reset on");
    assert_eq!(receipt.select_attribute("main .notice a", "href").as_deref(), Some("/orders?epoch=1"));
    let portfolio = bob.get("/portfolio").await;
    portfolio.assert_says("Three steps to your first share");
    let new = bought(&bob, "1").await;
    assert!(!bob.get(&new).await.text.contains("from epoch"));
    let file = bob.get("/history.csv").await;
    let epochs: Vec<_> = file.text.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(epochs, ["2", "1"]);
    assert!(bob.get("/orders").await.text.contains(&new));
    assert!(!bob.get("/orders?epoch=1").await.text.contains(&new));
    assert_sound(server.database());
}

#[tokio::test]
async fn what_is_too_long_for_a_notice_is_said_as_far_as_it_goes() {
    let (server, boss, _bob, path) = with_bob().await;
    let account = account(&server, "bob").public_id;
    let page = boss.get("/rates").await.html();
    let rows = crate::support::answer::selector("tr[data-symbol]");
    for symbol in page.select(&rows).filter_map(|row| row.attr("data-symbol")).take(40) {
        let fields = [("direction", "give"), ("symbol", symbol), ("quantity", "1.123456789"), ("cost", "123.45")];
        boss.acts(&format!("/admin/accounts/{account}/adjust-shares"), &fields).await.assert_done();
    }
    let reset = format!("{path}/reset");
    let form = boss.fill(&reset, &reset, &[("reason", "a new term")]).await;
    boss.send(&form).await.assert_redirects_to(&path);
    let again = boss.send(&form).await;
    let set = again.headers.get_all("set-cookie").iter().map(http::HeaderValue::len).max();
    assert!(set.is_some_and(|length| length <= 4_096), "a browser drops a cookie of {set:?} bytes");
    boss.follow(&again).await.assert_says("This was already done");
}

#[tokio::test]
async fn a_reversed_order_says_so_wherever_it_is_shown() {
    let (server, boss, bob, _) = with_bob().await;
    let order = bought(&bob, "2").await;
    let id = order.rsplit('/').next().unwrap();
    let act = format!("/admin/orders/{id}/reverse");
    boss.get(&act).await.assert_is(200).assert_says("to $10,000.00.").assert_says("AAPL changes from 2 shares (cost");
    let stale = boss.fill(&act, &act, &[("reason", "a second thought")]).await;
    boss.acts(&act, &[("reason", "a wrong price")]).await.assert_redirects_to(&format!("/admin/orders/{id}"));
    bob.get(&order).await.assert_says("This order was reversed on").assert_says("a wrong price");
    for page in ["/orders", "/history", "/portfolio"] {
        bob.get(page).await.assert_says("Reversed").assert_says("a wrong price");
    }
    for page in ["/admin/orders", &order.replace("/orders/", "/admin/orders/")] {
        let shown = boss.get(page).await;
        let words = shown.assert_is(200).select_all(".word");
        assert!(words.contains(&"Reversed".to_owned()) && !words.contains(&"Filled".to_owned()), "{page}: {words:?}");
    }
    bob.get("/wallet")
        .await
        .assert_says("Purchase of 2 AAPL reversed by an administrator")
        .assert_says("a wrong price");
    assert_eq!(account(&server, "bob").cash, dollars("10000"));
    boss.get(&act).await.assert_says("already");
    boss.send(&stale).await.assert_is(409).assert_says("boss reversed an order of bob");
    boss.get("/admin/orders/7c9e6679-7425-40de-944b-e07fc1f90ae7/reverse").await.assert_is(404);
    assert_sound(server.database());
}

#[tokio::test]
async fn an_order_whose_shares_are_gone_is_not_reversed_and_the_sentence_says_what_would_work() {
    let (_server, boss, bob, _) = with_bob().await;
    let order = bought(&bob, "2").await;
    bob.sell("AAPL", "0.5").await.assert_done();
    let act = format!("/admin/orders/{}/reverse", order.rsplit('/').next().unwrap());
    let form = boss.get(&act).await;
    form.assert_says("The order bought 2 AAPL, but only 1.5 are left").assert_says("Reverse the sale first");
}

#[tokio::test]
async fn whoever_adjusts_after_another_is_told_of_it_first() {
    let (server, boss, _bob, path) = with_bob().await;
    let other = server.administrator("other").await;
    let act = format!("{path}/adjust-cash");
    let form = boss.fill(&act, &act, &[("amount", "5"), ("reason", "mine")]).await;
    other.acts(&act, &[("amount", "7"), ("reason", "theirs")]).await.assert_redirects_to(&path);
    let told = boss.send(&form).await;
    told.assert_is(409).assert_says("other adjusted the cash").assert_says("theirs");
    assert_eq!(told.select_attribute("input[name=amount]", "value").as_deref(), Some("5"));
    assert_eq!(account(&server, "bob").cash, dollars("10007"));
}

#[tokio::test]
async fn no_reason_of_the_staff_runs_in_the_owners_spreadsheet() {
    let (_server, boss, bob, path) = with_bob().await;
    let reason = "=HYPERLINK(\"https://evil.example\",\"your prize\")";
    let fields = [("amount", "5"), ("reason", reason)];
    boss.acts(&format!("{path}/adjust-cash"), &fields).await.assert_redirects_to(&path);
    let file = bob.get("/wallet.csv").await.text;
    let rows: Vec<_> = csv::Reader::from_reader(file.as_bytes()).into_records().map(Result::unwrap).collect();
    assert_eq!(&rows[0][8], format!("'{reason}"));
    assert_eq!((&rows[1][8], &rows[0][5]), ("", "5.00"), "numbers stay numbers");
    bob.get("/wallet").await.assert_says(reason);
}
