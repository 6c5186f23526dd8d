//! Who may import whom, and which library belongs where.

use super::source::Source;

/// Each layer under the law, and the rest of the house it may name. What is not listed wires the house together.
const LAW: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("clock", &["domain"]),
    ("store", &["domain"]),
    ("accounts", &["domain", "store", "clock"]),
    ("market", &["domain", "clock"]),
    ("trading", &["domain", "store", "clock", "market"]),
    ("portfolio", &["domain", "store", "clock", "market"]),
    ("operations", &["domain", "store", "clock", "market"]),
    ("books", &["domain", "store"]),
    ("web", &["domain", "store", "clock", "accounts", "market", "trading", "portfolio", "operations", "config"]),
    ("api", &["domain", "store", "clock", "accounts", "market", "trading", "portfolio", "operations", "config"]),
];

/// The one part of the market that saves what happened.
const RECORDER: &str = "src/market/recorder/";

/// A library, told by how its words begin, and the layers that may name it.
const LIBRARIES: [(&str, &[&str]); 4] = [
    ("diesel", &["domain", "store"]),
    ("actix", &["web", "api", "app", "telemetry"]),
    ("askama", &["web", "api"]),
    (
        "tokio",
        &[
            "store",
            "accounts",
            "trading",
            "market",
            "portfolio",
            "operations",
            "web",
            "api",
            "app",
            "clock",
            "cli",
            "telemetry",
        ],
    ),
];

/// What reads the world or the clock, which the domain does neither.
const IMPURE: [(&str, &str); 8] = [
    ("std", "fs"),
    ("std", "net"),
    ("std", "env"),
    ("std", "process"),
    ("std", "thread"),
    ("time", "SystemTime"),
    ("time", "Instant"),
    ("Timestamp", "now"),
];

/// Modules of the house that a file names and may not.
pub(super) fn imports(source: &Source) -> Vec<String> {
    let modules = source.modules();
    let Some(layer) = modules.first() else { return Vec::new() };
    let Some((_, allowed)) = LAW.iter().find(|(name, _)| name == layer) else { return Vec::new() };
    let may = |named: &str| {
        named == *layer || allowed.contains(&named) || (named == "store" && source.path.starts_with(RECORDER))
    };
    let complaint = |named: String| format!("{}: {layer} may not name {named}", source.path);
    named_from_the_root(source).into_iter().filter(|named| !may(named)).map(complaint).collect()
}

/// Libraries that a file names outside their layers, and what is not pure in the domain.
pub(super) fn libraries(source: &Source) -> Vec<String> {
    let modules = source.modules();
    let Some(layer) = modules.first() else { return Vec::new() };
    let tokens = source.tokens();
    let strange = LIBRARIES.iter().filter(|(library, layers)| {
        !layers.contains(layer)
            && tokens.iter().any(|token| token == library || token.starts_with(&format!("{library}_")))
    });
    let strange = strange.map(|(library, _)| format!("{}: {layer} may not name {library}", source.path));
    let impure = IMPURE.iter().filter(|(from, name)| *layer == "domain" && leads(&tokens, from, name));
    strange.chain(impure.map(|(from, name)| format!("{}: {from}::{name} is not pure", source.path))).collect()
}

/// The modules that follow `crate::`, or enough `super::` to reach the root, also inside `{…}`.
fn named_from_the_root(source: &Source) -> Vec<String> {
    let tokens = source.tokens();
    let depth = source.modules().len();
    let mut named = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let after = tokens.get(index + 1..).unwrap_or_default();
        match token.as_str() {
            "crate" if starts_with(after, "::") => named.extend(heads(&after[1..])),
            "super" if !starts_at(&tokens, index, "::") => {
                let climbs = tokens[index..].chunks(2).take_while(|pair| *pair == ["super", "::"]).count();
                if climbs == depth {
                    let of_the_house = |name: &String| LAW.iter().any(|(layer, _)| layer == name);
                    named.extend(heads(&tokens[index + 2 * climbs..]).into_iter().filter(of_the_house));
                }
            }
            _ => {}
        }
    }
    named
}

fn starts_with(tokens: &[String], sign: &str) -> bool {
    tokens.first().is_some_and(|token| token == sign)
}

fn starts_at(tokens: &[String], index: usize, before: &str) -> bool {
    index > 0 && tokens[index - 1] == before
}

/// The first words of a path, or of each path of a group.
fn heads(tokens: &[String]) -> Vec<String> {
    if !starts_with(tokens, "{") {
        return tokens.first().cloned().into_iter().collect();
    }
    let (mut depth, mut heads) = (0_u32, Vec::new());
    for pair in tokens.windows(2) {
        let [sign, next] = pair else { continue };
        match sign.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && ["{", ","].contains(&sign.as_str()) && next != "}" {
            heads.push(next.clone());
        }
    }
    heads
}

/// Whether `from::name` occurs, alone or as part of a group.
fn leads(tokens: &[String], from: &str, name: &str) -> bool {
    let starts = tokens.windows(2).enumerate().filter(|(_, pair)| pair[0] == from && pair[1] == "::");
    starts.into_iter().any(|(index, _)| heads(&tokens[index + 2..]).iter().any(|head| head == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guilt(path: &str, text: &str) -> String {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        let mut complaints = imports(&source);
        complaints.extend(libraries(&source));
        complaints.join("; ")
    }

    #[test]
    fn a_layer_that_reaches_up_is_found() {
        assert_eq!(
            guilt("src/domain/money.rs", "use crate::store::Store;"),
            "src/domain/money.rs: domain may not name store"
        );
        assert_eq!(
            guilt("src/store/users.rs", "fn f() { crate::accounts::g() }"),
            "src/store/users.rs: store may not name accounts"
        );
        assert_eq!(
            guilt("src/trading/desk.rs", "use crate::{domain::{At, Money}, web::{Page}, market};"),
            "src/trading/desk.rs: trading may not name web"
        );
        assert_eq!(
            guilt("src/portfolio.rs", "use super::trading;"),
            "src/portfolio.rs: portfolio may not name trading"
        );
        assert_eq!(
            guilt("src/accounts/roles.rs", "use super::super::web::page;"),
            "src/accounts/roles.rs: accounts may not name web"
        );
        assert_eq!(guilt("src/web/wallet.rs", "use crate::app::App;"), "src/web/wallet.rs: web may not name app");
    }

    #[test]
    fn only_the_recorder_of_the_market_saves() {
        assert_eq!(
            guilt("src/market/hub.rs", "use crate::store::Store;"),
            "src/market/hub.rs: market may not name store"
        );
        assert_eq!(guilt("src/market/recorder/mod.rs", "use crate::store::Store;"), "");
    }

    #[test]
    fn a_library_outside_its_layers_is_found() {
        assert_eq!(guilt("src/web/wallet.rs", "use diesel::prelude::*;"), "src/web/wallet.rs: web may not name diesel");
        assert_eq!(guilt("src/market/hub.rs", "use actix_web::web;"), "src/market/hub.rs: market may not name actix");
        assert_eq!(guilt("src/app.rs", "diesel_migrations::run();"), "src/app.rs: app may not name diesel");
        assert_eq!(guilt("src/domain/time.rs", "use tokio::time;"), "src/domain/time.rs: domain may not name tokio");
    }

    #[test]
    fn a_domain_that_is_not_pure_is_found() {
        assert_eq!(guilt("src/domain/a.rs", "use std::{fmt, fs};"), "src/domain/a.rs: std::fs is not pure");
        assert_eq!(
            guilt("src/domain/a.rs", "std::time::SystemTime::now()"),
            "src/domain/a.rs: time::SystemTime is not pure"
        );
        assert_eq!(guilt("src/domain/a.rs", "Timestamp::now()"), "src/domain/a.rs: Timestamp::now is not pure");
    }

    #[test]
    fn what_is_lawful_passes() {
        assert_eq!(
            guilt(
                "src/domain/a.rs",
                "use crate::domain::Money; use diesel::sql_types::BigInt; use std::time::Duration;"
            ),
            ""
        );
        assert_eq!(
            guilt("src/trading/desk.rs", "use crate::{clock::Clock, domain, market, store::{self, Store}};"),
            ""
        );
        assert_eq!(guilt("src/web/mod.rs", "// crate::app is not named here\nmod tests { use super::*; }"), "");
        assert_eq!(guilt("src/app.rs", "use crate::{web, store, config};"), "");
    }
}
