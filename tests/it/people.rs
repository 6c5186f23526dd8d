//! Who people are here: signing up, signing in, staying signed in, and leaving.

use crate::support::answer::Answer;
use crate::support::trader::PASSWORD;
use crate::support::{Server, Visitor};
use futures_util::future::join_all;
use http::Method;
use std::time::Duration;

const OTHER_PASSWORD: &str = "amber-lantern-meadow-58";

/// Sends the sign-up form as it is typed.
async fn sign_up(server: &Server, name: &str, password: &str) -> (Visitor, Answer) {
    let visitor = Visitor::new(server);
    let answer = visitor.submit("/register", "/register", &[("username", name), ("password", password)]).await;
    (visitor, answer)
}

async fn registered(server: &Server, name: &str) -> Visitor {
    let visitor = Visitor::new(server);
    let _welcomed = visitor.register(name).await;
    visitor
}

async fn signed_in(server: &Server, name: &str) -> Visitor {
    let visitor = Visitor::new(server);
    visitor.sign_in(name).await.assert_redirects_to("/portfolio");
    visitor
}

async fn is_signed_in(visitor: &Visitor) -> bool {
    visitor.get("/settings").await.status == 200
}

/// A page without what differs for every visitor: the form's token and what was typed as a name.
fn alike(page: &Answer, name: &str) -> String {
    let token = page.select_attribute("input[name=_token]", "value").expect("a form has a token");
    page.text.replace(&token, "TOKEN").replace(&format!("value=\"{name}\""), "value=\"NAME\"")
}

#[tokio::test]
async fn a_name_is_3_to_32_letters_digits_and_three_signs() {
    let server = Server::start();
    for name in ["abc", "A-b_c.9", "...", &"x".repeat(32)] {
        let (visitor, answer) = sign_up(&server, name, PASSWORD).await;
        answer.assert_redirects_to("/portfolio");
        visitor.get("/portfolio").await.assert_is(200).assert_says(name);
    }
    let wrong = [
        "",
        "ab",
        &"x".repeat(33),
        "a b c",
        "na\u{ef}ve",
        "\u{430}dmin",
        "ad\u{200d}min",
        "admin\u{202e}",
        "abc\0",
        "a/b/c",
        "<b>x</b>",
        "\u{1f600}\u{1f600}\u{1f600}",
        "\u{ff41}\u{ff42}\u{ff43}",
        "a\r\nb",
    ];
    for name in wrong {
        let (visitor, answer) = sign_up(&server, name, PASSWORD).await;
        let said = answer.assert_is(422).select_text("#username-error").unwrap_or_default();
        assert!(!said.is_empty() && !said.contains("3 to 32"), "{name:?} is answered by what was known before: {said}");
        assert!(!is_signed_in(&visitor).await, "{name:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_name_and_password_is_told_at_once() {
    let server = Server::start();
    let (_, answer) = sign_up(&server, "two words", "short").await;
    answer.assert_is(422).assert_says("A username cannot contain spaces.");
    answer.assert_says("A password needs at least 10 characters.");
}

#[tokio::test]
async fn a_name_is_taken_in_every_spelling() {
    let server = Server::start();
    let _ada = registered(&server, "Ada.Lovelace").await;
    for name in ["Ada.Lovelace", "ada.lovelace", "ADA.LOVELACE", "  ada.LOVELACE "] {
        sign_up(&server, name, OTHER_PASSWORD).await.1.assert_is(422).assert_says("That username is taken");
    }
    Visitor::new(&server).sign_in("aDA.lOVELACE").await.assert_redirects_to("/portfolio");
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let server = Server::start();
    let visitors: Vec<_> = (0..8).map(|_| Visitor::new(&server)).collect();
    let filled = visitors.iter().enumerate().map(|(number, visitor)| async move {
        let password = format!("{PASSWORD}-{number}");
        visitor.fill("/register", "/register", &[("username", "only-one"), ("password", &password)]).await
    });
    let forms = join_all(filled).await;
    let answers = join_all(visitors.iter().zip(&forms).map(|(visitor, form)| visitor.send(form))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 422].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_password_has_10_to_72_bytes_and_is_not_an_obvious_one() {
    let server = Server::start();
    for (password, reason) in [
        ("", "at least 10"),
        ("short-one", "at least 10"),
        (&*"long-".repeat(15), "72 characters at most"),
        (&*"\u{1f433}".repeat(19), "72 characters at most"),
        ("with\0a-nul-inside", "NUL"),
        ("GRACE.HOPPER", "must not be the username"),
        ("1234567890", "too easy to guess"),
        ("qwertyuiop", "too easy to guess"),
        ("aaaaaaaaaaaaaaaa", "too easy to guess"),
    ] {
        let (visitor, answer) = sign_up(&server, "Grace.Hopper", password).await;
        answer.assert_is(422).assert_says(reason);
        assert_eq!(answer.select_attribute("input[name=username]", "value").as_deref(), Some("Grace.Hopper"));
        let repeated = answer.select_attribute("input[name=password]", "value").unwrap_or_default();
        assert!(repeated.is_empty(), "a password is shown again");
        assert!(!is_signed_in(&visitor).await, "{password:?}");
    }
}

#[tokio::test]
async fn spaces_accents_and_emoji_count_in_a_password_to_its_last_byte() {
    let server = Server::start();
    let longest = format!("{}{}", "violet kettle \u{1f433} ", "harbour \u{e9}tude ".repeat(3));
    let longest = format!("{longest}{}", "z".repeat(72 - longest.len()));
    for (name, password) in [("spaces", "  two words and two spaces  "), ("longest", &longest)] {
        sign_up(&server, name, password).await.1.assert_redirects_to("/portfolio");
        Visitor::new(&server).sign_in_with(name, password).await.assert_redirects_to("/portfolio");
        let almost = &password[..password.len() - 1];
        for wrong in [almost.to_owned(), format!("{almost}\0"), format!("{password}x"), password.to_uppercase()] {
            Visitor::new(&server).sign_in_with(name, &wrong).await.assert_is(422);
        }
    }
}

#[tokio::test]
async fn an_unknown_name_is_answered_as_a_wrong_password_is() {
    let server = Server::start();
    let _known = registered(&server, "somebody").await;
    let wrong = Visitor::new(&server).sign_in_with("somebody", OTHER_PASSWORD).await;
    wrong.assert_is(422).assert_says("The username or the password is wrong.");
    for name in ["nobody-1", "no such name at all", "x"] {
        let unknown = Visitor::new(&server).sign_in_with(name, OTHER_PASSWORD).await;
        unknown.assert_is(422);
        assert_eq!(alike(&unknown, name), alike(&wrong, "somebody"), "{name:?}");
        let names = |answer: &Answer| {
            let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        assert_eq!(names(&unknown), names(&wrong));
    }
}

#[tokio::test]
async fn too_many_tries_for_one_name_are_told_to_wait() {
    let server = Server::with(|settings| {
        settings.set("--tries-per-name", "3");
    });
    let _known = registered(&server, "target").await;
    for name in ["target", "no-such-target"] {
        for spelling in [name.to_owned(), name.to_uppercase(), format!(" {name}")] {
            Visitor::new(&server).sign_in_with(&spelling, OTHER_PASSWORD).await.assert_is(422);
        }
        let refused = Visitor::new(&server).sign_in(name).await;
        refused.assert_is(429).assert_says("Too many attempts. Wait");
        let wait: u64 = refused.header("retry-after").parse().expect("the wait is told in seconds");
        assert!((1..=31).contains(&wait), "{wait}");
    }
    // Others are not made to wait for it.
    sign_up(&server, "bystander", PASSWORD).await.1.assert_redirects_to("/portfolio");
}

#[tokio::test]
async fn too_many_tries_from_one_address_are_told_to_wait() {
    let server = Server::with(|settings| {
        settings.set("--tries-per-address", "4");
    });
    let refused = |answer: &Answer| {
        answer.assert_is(429).assert_says("Wait");
        let wait: u64 = answer.header("retry-after").parse().expect("the wait is told in seconds");
        assert!((1..=2).contains(&wait), "{wait}");
    };
    let visitor = Visitor::new(&server);
    let form = visitor.fill("/login", "/login", &[("username", "nobody"), ("password", OTHER_PASSWORD)]).await;
    let answers = join_all((0..12).map(|_| visitor.send(&form))).await;
    assert!(answers.iter().filter(|answer| answer.status == 422).count() >= 4);
    refused(answers.iter().find(|answer| answer.status == 429).expect("the flood is turned away"));
    // Signing up counts as well, and claiming another address in a header does not help.
    let form = visitor.fill("/register", "/register", &[("username", "newcomer"), ("password", PASSWORD)]).await;
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answers = join_all((1..=12).map(|last| {
        let claimed = format!("203.0.113.{last}");
        visitor.ask(Method::POST, "/register").header("x-forwarded-for", &claimed).form(&fields).send()
    }))
    .await;
    let turned_away = answers.iter().find(|answer| answer.status == 429).expect("the flood is turned away");
    refused(turned_away);
    let typed = turned_away.select_attribute("main input[name=username]", "value");
    assert_eq!(typed.as_deref(), Some("newcomer"), "what was typed is kept");
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_is_the_one_the_proxy_wrote() {
    let server = Server::with(|settings| {
        settings.switch("--trust-proxy").set("--tries-per-address", "4").set("--tries-per-name", "1000");
    });
    let visitor = Visitor::new(&server);
    let form = visitor.fill("/login", "/login", &[("username", "nobody"), ("password", OTHER_PASSWORD)]).await;
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (visitor, fields) = (&visitor, &fields);
    let flood = |addresses: Vec<String>| async move {
        let asked = addresses
            .iter()
            .map(|address| visitor.ask(Method::POST, "/login").header("x-forwarded-for", address).form(fields).send());
        join_all(asked).await.iter().filter(|answer| answer.status == 429).count()
    };
    // Who writes the first entry is anybody; the last one is the proxy's.
    assert!(flood((0..12).map(|n| format!("198.51.100.{n}, 203.0.113.7")).collect()).await > 0);
    // One household holds a whole /64 of IPv6.
    assert!(flood((0..12).map(|n| format!("2001:db8:1:2::{n:x}")).collect()).await > 0);
    // Different households are different.
    let apart = (0..4).flat_map(|n| [format!("192.0.2.{n}"), format!("2001:db8:{n}::1")]).collect();
    assert_eq!(flood(apart).await, 0);
}

#[tokio::test]
async fn a_session_is_new_at_every_sign_in_and_dead_after_sign_out() {
    let server = Server::start();
    let ada = registered(&server, "ada").await;
    let first = ada.cookie("tradefloor-session").expect("a session");
    ada.sign_out().await.assert_redirects_to("/");
    assert_eq!(ada.cookie("tradefloor-session"), None);
    assert!(!is_signed_in(&ada).await);
    ada.set_cookie("tradefloor-session", &first);
    assert!(!is_signed_in(&ada).await, "a session that was ended goes on");

    // Signing in with an old cookie in hand does not revive it.
    ada.sign_in("ada").await.assert_redirects_to("/portfolio");
    let second = ada.cookie("tradefloor-session").expect("a session");
    assert_ne!(first, second);
    ada.set_cookie("tradefloor-session", &first);
    assert!(!is_signed_in(&ada).await);

    // Nor does signing in as someone else leave the former session behind.
    ada.set_cookie("tradefloor-session", &second);
    let form = ada.fill("/settings", "/logout", &[]).await;
    let fields = [("_token", form.value("_token")), ("username", "ada"), ("password", PASSWORD)];
    ada.post("/login", &fields).await.assert_redirects_to("/portfolio");
    assert_ne!(ada.cookie("tradefloor-session"), Some(second.clone()));
    assert!(is_signed_in(&ada).await);
    ada.set_cookie("tradefloor-session", &second);
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn a_visitor_cannot_choose_their_session() {
    let server = Server::start();
    let _ada = registered(&server, "ada").await;
    let mallory = registered(&server, "mallory").await;
    let planted = mallory.cookie("tradefloor-session").expect("a session");
    // Mallory's own session, planted in Ada's browser, is replaced when she signs in.
    let victim = Visitor::new(&server);
    let form = victim.fill("/login", "/login", &[("username", "ada"), ("password", PASSWORD)]).await;
    victim.set_cookie("tradefloor-session", &planted);
    let answer = victim.send(&form).await;
    if answer.status == 303 {
        assert_ne!(victim.cookie("tradefloor-session"), Some(planted));
    } else {
        answer.assert_is(403);
    }
    mallory.get("/portfolio").await.assert_says("mallory");
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used() {
    let server = Server::with(|settings| {
        settings.set("--session-idle", "1s");
    });
    let ada = registered(&server, "ada").await;
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    ada.get("/portfolio").await.assert_redirects_to("/login");
}

#[tokio::test]
async fn a_session_that_is_used_goes_on_and_yet_ends_at_its_longest() {
    let server = Server::with(|settings| {
        settings.set("--session-idle", "2s").set("--session-max", "8s");
    });
    let ada = registered(&server, "ada").await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ada.get("/portfolio").await.assert_is(200);
    }
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let used = ada.get("/portfolio").await;
        if used.status != 200 {
            used.assert_redirects_to("/login");
            return;
        }
    }
    panic!("it goes on for as long as it is used");
}

#[tokio::test]
async fn a_new_password_signs_out_everywhere_else_but_not_here() {
    let server = Server::start();
    let here = registered(&server, "ada").await;
    let (there, bystander) = (signed_in(&server, "ada").await, registered(&server, "bob").await);
    let before = here.cookie("tradefloor-session").expect("a session");
    let change = |current, new| {
        let fields = [("current_password", current), ("new_password", new)];
        let here = here.clone();
        async move { here.submit("/settings", "/settings/password", &fields).await }
    };
    change(OTHER_PASSWORD, OTHER_PASSWORD).await.assert_is(422).assert_says("That is not your current password.");
    change(PASSWORD, "1234567890").await.assert_is(422).assert_says("too easy to guess");
    assert!(is_signed_in(&there).await);
    change(PASSWORD, OTHER_PASSWORD).await.assert_redirects_to("/settings");
    assert!(is_signed_in(&here).await && is_signed_in(&bystander).await);
    assert!(!is_signed_in(&there).await);
    // The session goes on under a new key.
    let replayed = Visitor::new(&server);
    replayed.set_cookie("tradefloor-session", &before);
    assert!(!is_signed_in(&replayed).await);
    Visitor::new(&server).sign_in("ada").await.assert_is(422);
    Visitor::new(&server).sign_in_with("ada", OTHER_PASSWORD).await.assert_redirects_to("/portfolio");
}

#[tokio::test]
async fn others_can_be_signed_out() {
    let server = Server::start();
    let here = registered(&server, "ada").await;
    let (there, bystander) = (signed_in(&server, "ada").await, registered(&server, "bob").await);
    let done = here.submit("/settings", "/settings/sign-out-others", &[]).await;
    here.follow(&done).await.assert_says("You have been signed out on one other device.");
    assert!(is_signed_in(&here).await && is_signed_in(&bystander).await);
    assert!(!is_signed_in(&there).await);
}

#[tokio::test]
async fn who_leaves_is_forgotten_and_their_name_is_free() {
    let server = Server::start();
    let ada = registered(&server, "Ada.Leaves").await;
    let elsewhere = signed_in(&server, "ada.leaves").await;
    ada.buy("AAPL", "1").await.assert_done();
    let wrong = ada.submit("/settings", "/settings/delete", &[("password", OTHER_PASSWORD)]).await;
    wrong.assert_is(422).assert_says("Nothing was deleted.");
    ada.submit("/settings", "/settings/delete", &[("password", PASSWORD)]).await.assert_redirects_to("/");
    assert!(!is_signed_in(&ada).await && !is_signed_in(&elsewhere).await);
    let refused = Visitor::new(&server).sign_in("Ada.Leaves").await;
    refused.assert_is(422).assert_says("The username or the password is wrong.");
    for page in ["/", "/rates", "/stocks/AAPL", "/login", "/register"] {
        let text = ada.get(page).await.text.to_lowercase();
        assert!(!text.contains("ada.leaves"), "{page}");
    }
    // The next of that name begins with nothing of theirs.
    let (next, welcomed) = sign_up(&server, "ada.leaves", OTHER_PASSWORD).await;
    welcomed.assert_redirects_to("/portfolio");
    let ledger = next.get("/wallet.csv").await.text;
    assert_eq!(ledger.lines().count(), 2, "{ledger}");
    assert_eq!(next.get("/history.csv").await.text.lines().count(), 1);
}

#[tokio::test]
async fn a_flood_of_sign_ins_does_not_keep_pages_from_answering() {
    let server = Server::with(|settings| {
        settings.set("--password-cost", "9").set("--tries-per-address", "100000");
    });
    let visitor = Visitor::new(&server);
    let form = visitor.fill("/login", "/login", &[("password", OTHER_PASSWORD)]).await;
    let flood = (0..200).map(|number| {
        let (visitor, mut form) = (visitor.clone(), form.clone());
        form.fill("username", &format!("guess-{number}"));
        tokio::spawn(async move { visitor.send(&form).await })
    });
    let flood: Vec<_> = flood.collect();
    let reader = Visitor::new(&server);
    for page in ["/", "/rates", "/stocks/AAPL", "/login", "/health/live"] {
        reader.get(page).await.assert_is(200);
    }
    assert!(flood.iter().any(|guess| !guess.is_finished()), "the flood was over before the pages were read");
    for guess in flood {
        let answer = guess.await.expect("a guess is answered");
        let status = answer.status.as_u16();
        assert!([422, 503].contains(&status), "{}: {}", status, answer.main_text());
        assert_eq!(status == 503, !answer.header("retry-after").is_empty());
    }
    sign_up(&server, "afterwards", PASSWORD).await.1.assert_redirects_to("/portfolio");
}
