//! Many people at once: looked at first, then all of them or nobody, and each with a card.

use crate::support::answer::Answer;
use crate::support::form::Form;
use crate::support::sound::assert_sound;
use crate::support::staff::cards;
use crate::support::{Server, Visitor};
use futures_util::future::join_all;
use std::collections::BTreeSet;
use tradefloor::domain::UserId;
use tradefloor::store::users;

const ROSTER: &str = "/admin/users/roster";

async fn opened() -> (Server, Visitor) {
    let server = Server::start();
    let boss = server.administrator("boss").await;
    (server, boss)
}

/// Asks what would be done.
async fn reviews(boss: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let token = boss.get(ROSTER).await.select_attribute("main input[name=_token]", "value").expect("a form");
    let fields: Vec<_> = [("_token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    boss.post(ROSTER, &fields).await
}

/// Fills in the form of a review.
fn confirmed(review: &Answer, reason: &str) -> Form {
    let mut form = Form::in_page(review, ROSTER);
    assert_eq!(form.value("step"), "do", "{}", review.main_text());
    form.fill("reason", reason);
    form
}

fn people(server: &Server) -> usize {
    server.looks(|conn| users::list(conn, UserId(0), 1_000)).len()
}

#[tokio::test]
async fn a_class_of_thirty_is_made_from_a_prefix_and_a_number() {
    let (server, boss) = opened().await;
    let review = reviews(&boss, &[("by", "number"), ("prefix", "student"), ("number", "30"), ("opening", "500")]).await;
    review
        .assert_is(200)
        .assert_says("30 people will be added")
        .assert_says("student30")
        .assert_says("opening balance $500.00");
    assert_eq!(people(&server), 1, "looking adds nobody");
    let form = confirmed(&review, "class 7b");
    let shown = boss.send(&form).await;
    shown.assert_is(200).assert_says("30 people were added.").assert_says("shown once");
    let cards = cards(&shown);
    assert_eq!(cards.len(), 30);
    assert_eq!(cards.iter().map(|(_, code)| code).collect::<BTreeSet<_>>().len(), 30, "each has a code of their own");
    assert_eq!((&*cards[0].0, &*cards[29].0), ("student01", "student30"));
    let copied = shown.select_text("textarea").expect("the same as text");
    assert!(cards.iter().all(|(name, code)| copied.contains(&format!("{name} {code}"))), "{copied}");
    assert_eq!(server.record().iter().filter(|line| line.reason == "class 7b").count(), 30);
    for (name, code) in [&cards[0], &cards[29]] {
        let student = Visitor::new(&server);
        student.sign_in_with(name, code).await.assert_done();
        student.submit("/welcome", "/welcome", &[("new_password", "amber-lantern-meadow-58")]).await.assert_done();
        student.get("/wallet").await.assert_says("$500.00");
    }
    assert_sound(server.database());
}

#[tokio::test]
async fn sent_twice_a_class_is_made_once_and_the_codes_are_not_shown_again() {
    let (server, boss) = opened().await;
    let review = reviews(&boss, &[("by", "number"), ("prefix", "pupil"), ("number", "5")]).await;
    let form = confirmed(&review, "once and no more");
    let (one, other) = tokio::join!(boss.send(&form), boss.send(&form));
    let (shown, repeated) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(cards(&shown).len(), 5);
    repeated.assert_redirects_to("/admin/users");
    let again = boss.send(&form).await;
    again.assert_redirects_to("/admin/users");
    let listed = boss.follow(&again).await;
    listed.assert_says("codes are shown only once").assert_says("5 users").assert_says("Has a code");
    assert!(!listed.select_all(".browse th a").contains(&"boss".to_owned()), "who is in is not among them");
    assert_eq!(people(&server), 6);
    assert_eq!(server.record().iter().filter(|line| line.reason == "once and no more").count(), 5);
}

#[tokio::test]
async fn of_many_copies_at_once_one_makes_the_class_and_all_others_lead_to_it() {
    let (server, boss) = opened().await;
    for prefix in ["ann", "ben", "cat", "dan", "eve"] {
        let review = reviews(&boss, &[("by", "number"), ("prefix", prefix), ("number", "5")]).await;
        let form = confirmed(&review, prefix);
        let answers = join_all((0..8).map(|_| boss.send(&form))).await;
        let (made, led): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(made.iter().map(|shown| cards(shown).len()).collect::<Vec<_>>(), [5], "{prefix}");
        for answer in led {
            answer.assert_redirects_to("/admin/users");
        }
    }
    assert_eq!(people(&server), 26);
}

#[tokio::test]
async fn a_form_that_made_a_class_makes_no_other_one_and_says_so() {
    let (server, boss) = opened().await;
    let review = reviews(&boss, &[("by", "number"), ("prefix", "pupil"), ("number", "2")]).await;
    let mut form = confirmed(&review, "class 7b");
    boss.send(&form).await.assert_is(200);
    form.fill("text", "eve\nmallory\n");
    let refused = boss.send(&form).await;
    refused.assert_is(422).assert_says("This form was already used for other people. No one was added this time.");
    assert_eq!(people(&server), 3);
    boss.send(&confirmed(&refused, "class 7c")).await.assert_is(200).assert_says("2 people were added.");
}

#[tokio::test]
async fn before_cards_are_made_it_is_said_what_address_they_will_name() {
    let (server, boss) = opened().await;
    let asked = [("by", "number"), ("prefix", "pupil"), ("number", "2")];
    let review = reviews(&boss, &asked).await;
    review.assert_says(&format!("The cards will show {}", server.address())).assert_says("--public-url");
    let known = Server::with(|settings| {
        settings.set("--public-url", "https://market.example");
    });
    // Over plain HTTP such a place sets cookies that no browser sends back; what a visitor of these tests does.
    let boss = known.administrator("boss").await;
    let review = reviews(&boss, &asked).await;
    review.assert_is(200).assert_says("2 people will be added");
    assert!(!review.text.contains("The cards will show"));
}

#[tokio::test]
async fn a_list_is_all_or_nothing_and_tells_of_each_line_what_is_wrong() {
    let (server, boss) = opened().await;
    let list = "username,role,opening balance\nann\nbo\nboss\ncyd,teacher\ndan,,-5\nANN\neve,support,12.50\n";
    let review = reviews(&boss, &[("by", "list"), ("text", list)]).await;
    review.assert_is(422).assert_says("5 of 7 lines need to be corrected");
    let faults = review.select_all("td.fault");
    for (fault, expected) in faults.iter().zip([
        "A username needs at least 3 characters.",
        "That username is taken.",
        "The role must be trader, support or admin",
        "Enter an opening balance from 0 to $10,000,000.00.",
        "Line 2 has the same username.",
    ]) {
        assert!(fault.starts_with(expected), "{fault} is not {expected}");
    }
    assert_eq!(faults.len(), 5, "{faults:?}");
    let kept = review.select_text("textarea#text").expect("the list is kept");
    assert!(kept.contains("cyd,teacher"), "{kept}");
    // Nor is it done past the review.
    let past =
        reviews(&boss, &[("step", "do"), ("by", "list"), ("text", list), ("key", "k1"), ("reason", "pushed")]).await;
    past.assert_is(422);
    assert_eq!(people(&server), 1);
    let review = reviews(&boss, &[("by", "list"), ("text", "ann;;\r\neve;support;12.50\r\n"), ("opening", "7")]).await;
    let form = confirmed(&review, "the two of them");
    assert_eq!(cards(&boss.send(&form).await).len(), 2);
    let roles: Vec<_> = ["ann", "eve"].map(|name| server.person(name).role.to_string()).into();
    assert_eq!(roles, ["trader", "support"]);
    assert_sound(server.database());
}

#[tokio::test]
async fn a_name_that_is_taken_meanwhile_stops_everybody() {
    let (server, boss) = opened().await;
    let review = reviews(&boss, &[("by", "number"), ("prefix", "late"), ("number", "3")]).await;
    let form = confirmed(&review, "too late");
    let _quicker = Visitor::new(&server).register("Late02").await;
    let stopped = boss.send(&form).await;
    stopped.assert_is(422).assert_says("1 of 3 lines need to be corrected").assert_says("That username is taken.");
    assert_eq!(people(&server), 2);
    assert!(server.record().iter().all(|line| line.reason != "too late"));
}

#[tokio::test]
async fn without_a_reason_or_with_nobody_nothing_is_done() {
    let (server, boss) = opened().await;
    let review = reviews(&boss, &[("by", "number"), ("prefix", "calm"), ("number", "2")]).await;
    let refused = boss.send(&confirmed(&review, "x")).await;
    refused.assert_is(422).assert_says("Enter a reason");
    for (fields, sentence) in [
        ([("by", "number"), ("prefix", "calm"), ("number", "0")], "Choose a number from 1 to 500."),
        ([("by", "number"), ("prefix", "calm"), ("number", "501")], "Choose a number from 1 to 500."),
        ([("by", "number"), ("prefix", "no such name"), ("number", "2")], "A username cannot contain spaces."),
        ([("by", "list"), ("text", ""), ("opening", "")], "The list is empty."),
        ([("by", "list"), ("text", "ann"), ("opening", "a lot")], "fix the following"),
    ] {
        reviews(&boss, &fields).await.assert_is(422).assert_says(sentence);
    }
    assert_eq!(people(&server), 1);
    // The same, with a reason, is done.
    assert_eq!(cards(&boss.send(&confirmed(&refused, "for calm")).await).len(), 2);
}

#[tokio::test]
async fn five_hundred_fit_and_no_more() {
    let (server, boss) = opened().await;
    let list = |many: usize| {
        (0..many)
            .fold(String::new(), |list, number| format!("{list}pupil.of.the.year.2026.no{number:03},trader,10000.00\n"))
    };
    let (fit, too_many) = (list(500), list(501));
    reviews(&boss, &[("by", "list"), ("text", &too_many)])
        .await
        .assert_is(422)
        .assert_says("You can add up to 500 people");
    reviews(&boss, &[("by", "list"), ("text", &"x".repeat(300_000))]).await.assert_is(413);
    let review = reviews(&boss, &[("by", "list"), ("text", &fit)]).await;
    assert_eq!(cards(&boss.send(&confirmed(&review, "a whole school")).await).len(), 500);
    assert_sound(server.database());
}
