//! `/rates/live` keeps the promises of `docs/live-rates.md`, as a client sees them.

mod client;
mod misunderstood;

use crate::support::live_floor::{LiveFloor as Floor, PATIENCE};
use client::symbols;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tradefloor::domain::{At, Halt, Instrument, InstrumentId, TradingStatus};
use tradefloor::market::Listed;
use tradefloor::web::live::LiveLimits;

#[actix_web::test]
async fn the_first_message_is_a_snapshot_of_everything_with_nulls_where_nothing_is_quoted() {
    let floor = Floor::open();
    floor.post(1, 123_400);
    let mut client = floor.client("").await;
    let mut snapshot = client.any().await;
    if snapshot["sequence"] == 0 {
        snapshot = client.message("changes").await;
    } else {
        assert_eq!(symbols(&snapshot), ["ACME", "BOLT", "CRUX"]);
        assert_eq!(snapshot["rates"][1]["bid"], Value::Null);
        assert_eq!(snapshot["watching"], "everything");
    }
    let rate = snapshot["rates"][0].clone();
    assert_eq!(
        rate,
        json!({
            "symbol": "ACME", "bid": "12.33", "ask": "12.35", "last": "12.34", "previous_close": "10.00",
            "change": "+2.34", "change_percent": "+23.40", "volume": 300, "time": "2026-05-28T20:26:40Z",
            "received_ms": rate["received_ms"], "listed": true, "halted": null,
        })
    );
    assert!(rate["received_ms"].as_u64() <= snapshot["clock_ms"].as_u64());
    assert_eq!(snapshot["feed"]["name"], "simulated");
    assert_eq!(snapshot["feed"]["state"], "live");
    floor.close().await;
}

#[actix_web::test]
async fn a_halt_is_a_change_of_its_rate_and_the_list_that_changes_is_shown_whole() {
    let floor = Floor::open();
    for id in 1..=3 {
        floor.post(id, 100_000 + id * 100);
    }
    let (mut everything, mut two) = (floor.client("").await, floor.client("?symbols=ACME,CRUX").await);
    let settled = |message: &Value| message["sequence"] == 3;
    for client in [&mut everything, &mut two] {
        while !settled(&client.any().await) {}
    }
    let acme = floor.market.board().rates()[0].instrument.clone();
    let because = "News is \"pending\"";
    let halt = Halt { since: At::from_micros(0), because: because.to_owned() };
    floor.market.revise(&acme, &TradingStatus { delisted: false, halt: Some(Arc::new(halt)) });
    for client in [&mut everything, &mut two] {
        let changes = client.message("changes").await;
        assert_eq!(symbols(&changes), ["ACME"]);
        assert_eq!((&changes["rates"][0]["halted"], &changes["rates"][0]["last"]), (&json!(because), &json!("10.01")));
    }
    floor.market.revise(&acme, &TradingStatus { delisted: true, halt: None });
    assert_eq!(symbols(&everything.message("snapshot").await), ["BOLT", "CRUX"]);
    let own = two.message("snapshot").await;
    assert_eq!(symbols(&own), ["ACME", "CRUX"], "whoever asks for it by name goes on seeing it");
    assert_eq!((&own["rates"][0]["listed"], &own["rates"][1]["listed"]), (&json!(false), &json!(true)));
    floor.post(1, 200_000);
    assert_eq!(symbols(&two.message("changes").await), ["ACME"]);

    let instrument = Instrument { id: InstrumentId(9), symbol: "DUNE".parse().unwrap(), ..acme.as_ref().clone() };
    floor.market.list(&Listed::untraded(instrument));
    let shown = everything.message("snapshot").await;
    assert_eq!((symbols(&shown), &shown["rates"][2]["last"]), (vec!["BOLT", "CRUX", "DUNE"], &Value::Null));
    floor.post(9, 300_000);
    assert_eq!(symbols(&everything.message("changes").await), ["DUNE"]);
    floor.close().await;
}

#[actix_web::test]
async fn changes_follow_in_sequence_and_tell_what_they_follow() {
    let floor = Floor::open();
    let mut client = floor.client("").await;
    let mut sequence = client.message("snapshot").await["sequence"].as_u64().unwrap();
    for last in 1..=20 {
        floor.post(2, 10_000 * last);
        let message = client.any().await;
        if message["type"] == "changes" {
            assert_eq!(message["previous"].as_u64(), Some(sequence));
        }
        sequence = message["sequence"].as_u64().unwrap();
        assert_eq!(sequence, u64::try_from(last).unwrap());
        let bolt = message["rates"].as_array().unwrap().iter().find(|rate| rate["symbol"] == "BOLT").unwrap().clone();
        assert_eq!(bolt["last"], format!("{last}.00"));
    }
    floor.close().await;
}

#[actix_web::test]
async fn a_client_with_its_own_symbols_hears_of_no_others_and_can_change_its_mind() {
    let floor = Floor::open();
    let mut client = floor.client("?symbols=acme,CRUX").await;
    let snapshot = client.any().await;
    assert_eq!((symbols(&snapshot), &snapshot["watching"]), (vec!["ACME", "CRUX"], &json!(["ACME", "CRUX"])));

    floor.post(2, 20_000);
    floor.post(3, 30_000);
    assert_eq!(symbols(&client.message("changes").await).last(), Some(&"CRUX"));

    client.send(&json!({"type": "subscribe", "symbols": ["BOLT"]})).await;
    assert_eq!(symbols(&client.message("snapshot").await), ["ACME", "BOLT", "CRUX"]);
    client.send(&json!({"type": "unsubscribe", "symbols": ["ACME", "CRUX"]})).await;
    let snapshot = client.message("snapshot").await;
    assert_eq!((symbols(&snapshot), &snapshot["rates"][0]["last"]), (vec!["BOLT"], &json!("2.00")));
    client.send(&json!({"type": "unsubscribe"})).await;
    assert_eq!(symbols(&client.message("snapshot").await), Vec::<&str>::new());
    client.send(&json!({"type": "subscribe"})).await;
    assert_eq!(client.message("snapshot").await["watching"], "everything");
    client.send(&json!({"type": "unsubscribe", "symbols": ["BOLT"]})).await;
    assert_eq!(symbols(&client.message("snapshot").await), ["ACME", "CRUX"]);
    floor.close().await;
}

#[actix_web::test]
async fn an_unknown_symbol_is_named_and_the_known_ones_are_served() {
    let floor = Floor::open();
    let mut client = floor.client("?symbols=NOPE,ACME").await;
    let error = client.any().await;
    assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("unknown_symbol")));
    assert_eq!(error["message"], "\u{201c}NOPE\u{201d} is not traded here.");
    assert_eq!(symbols(&client.any().await), ["ACME"]);
    for _ in 0..5 {
        client.send(&json!({"type": "subscribe", "symbols": ["<b>\"\u{0}", "BOLT"]})).await;
        assert_eq!(client.error().await, "unknown_symbol");
    }
    assert_eq!(symbols(&client.message("snapshot").await), ["ACME", "BOLT"]);
    floor.close().await;
}

#[actix_web::test]
async fn too_many_symbols_are_refused_and_the_watch_stays_as_it_was() {
    let floor = Floor::with(LiveLimits { symbols: 1, ..LiveLimits::default() }, 3);
    let (status, sentence) = floor.refusal("?symbols=ACME,BOLT", None).await;
    assert_eq!(status, 400, "{sentence}");
    assert_eq!(floor.refusal("?symbols=ACME&symbols=BOLT", None).await.0, 400);
    let mut client = floor.client("?symbols=ACME").await;
    for _ in 0..5 {
        client.send(&json!({"type": "subscribe", "symbols": ["BOLT"]})).await;
        assert_eq!(client.error().await, "too_many_symbols");
    }
    floor.post(1, 10_000);
    assert_eq!(symbols(&client.message("changes").await).last(), Some(&"ACME"));
    floor.close().await;
}

#[actix_web::test]
async fn a_silent_market_is_a_heartbeat_with_the_state_of_the_feed() {
    let limits = LiveLimits { heartbeat: Duration::from_millis(20), ..LiveLimits::default() };
    let floor = Floor::with(limits, 3);
    floor.post(1, 10_000);
    let mut client = floor.client("").await;
    let heartbeat = client.message("heartbeat").await;
    assert_eq!((&heartbeat["feed"]["state"], &heartbeat["sequence"]), (&json!("live"), &json!(1)));
    assert!(heartbeat["feed"]["quote_age_ms"].is_u64() && heartbeat["rates"].is_null());
    floor.close().await;
}

#[actix_web::test]
async fn a_client_that_does_not_answer_pings_is_closed() {
    let (ping, silence) = (Duration::from_millis(20), Duration::from_millis(200));
    let floor = Floor::with(LiveLimits { ping, silence, messages_per_second: 10_000, ..LiveLimits::default() }, 3);
    // A client whose library answers pings stays; one that never speaks again does not.
    let mut answering = floor.client("").await;
    let mut mute = floor.raw_client(0).await;
    let answer = async {
        loop {
            answering.next().await;
        }
    };
    tokio::select! { () = floor.sockets_are(1) => {}, () = answer => {} }
    let mut heard = Vec::new();
    timeout(PATIENCE, mute.read_to_end(&mut heard)).await.unwrap().unwrap();
    let reason = String::from_utf8_lossy(&heard).into_owned();
    assert!(reason.contains("No answer to pings"), "{reason}");
    floor.close().await;
}

#[actix_web::test]
async fn a_client_that_stops_reading_is_cut_and_its_seat_is_free() {
    let limits = LiveLimits { unread: Duration::from_millis(300), ..LiveLimits::default() };
    let floor = Floor::with(limits, 5_000);
    let mut deaf = floor.raw_client(4_096).await;
    let mut reading = floor.client("?symbols=ACME").await;
    floor.sockets_are(2).await;
    let mut last = 10_000;
    let cut = async {
        while floor.gate.sockets() == 2 {
            last += 100;
            for id in 1..=5_000 {
                floor.post(id, last);
            }
            reading.message("changes").await;
        }
    };
    timeout(PATIENCE, cut).await.unwrap();
    floor.post(1, last + 100);
    reading.message("changes").await;
    floor.sockets_are(1).await;
    // What it had not read is all it ever gets: the connection is down, not merely forgotten.
    let drained = async {
        let mut bytes = vec![0; 65_536];
        while deaf.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
    };
    timeout(PATIENCE, drained).await.unwrap();
    floor.close().await;
}

#[actix_web::test]
async fn a_slow_client_skips_to_the_newest_state() {
    // However long the rounds take on a busy machine, this client is only slow, not gone.
    let (unread, silence) = (Duration::from_mins(5), Duration::from_mins(5));
    let floor = Floor::with(LiveLimits { unread, silence, ..LiveLimits::default() }, 5_000);
    let mut slow = floor.client("").await;
    let mut quick = floor.client("?symbols=ACME").await;
    slow.message("snapshot").await;
    for round in 1..=120 {
        for id in 1..=5_000 {
            floor.post(id, 10_000 + round * 100);
        }
        quick.message("changes").await;
    }
    let newest = floor.market.board().sequence();
    let (mut messages, mut snapshots) = (0, 0);
    loop {
        let message = slow.any().await;
        messages += 1;
        snapshots += u32::from(message["type"] == "snapshot");
        if message["sequence"].as_u64() == Some(newest) {
            break;
        }
    }
    assert!(snapshots > 0 && messages < 120, "{messages} messages, {snapshots} snapshots");
    floor.close().await;
}

#[actix_web::test]
async fn a_foreign_page_is_refused_and_our_own_is_not() {
    let floor = Floor::open();
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        let (status, sentence) = floor.refusal("", Some(origin)).await;
        assert_eq!((status, sentence.as_str()), (403, "Pages of another site cannot open live rates here.\n"));
    }
    let own = format!("http://{}", floor.address);
    floor.try_client("", Some(&own)).await.unwrap_or_else(|error| panic!("{error}"));
    floor.close().await;
}

#[actix_web::test]
async fn sockets_are_capped_for_one_address_and_for_all_and_a_closed_one_makes_room() {
    let floor = Floor::with(LiveLimits { sockets_per_address: 2, ..LiveLimits::default() }, 3);
    let (first, _second) = (floor.client("").await, floor.client("").await);
    assert_eq!(floor.refusal("", None).await.0, 429);
    drop(first);
    floor.sockets_are(1).await;
    let mut third = floor.client("").await;
    third.raw(Message::Close(None)).await;
    floor.sockets_are(1).await;
    floor.close().await;

    let full = Floor::with(LiveLimits { sockets: 1, ..LiveLimits::default() }, 3);
    let _first = full.client("").await;
    let (status, sentence) = full.refusal("", None).await;
    assert_eq!((status, sentence.as_str()), (503, "Live rates are full; try again in a moment.\n"));
    full.close().await;
}

#[actix_web::test]
async fn what_is_no_websocket_is_told_so() {
    let floor = Floor::open();
    let mut stream = TcpStream::connect(&floor.address).await.unwrap();
    stream.write_all(b"GET /rates/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 426 ") && answer.contains("upgrade: websocket"), "{answer}");
    floor.sockets_are(0).await;
    floor.close().await;
}

#[actix_web::test]
async fn a_stopping_server_says_goodbye_to_every_socket_and_takes_no_more() {
    let floor = Floor::open();
    let mut clients =
        vec![floor.client("").await, floor.client("?symbols=ACME").await, floor.client("?symbols=").await];
    floor.stop.cancel();
    for client in &mut clients {
        assert_eq!(client.closed().await, (1001, "The server is stopping; come back in a moment.".to_owned()));
    }
    assert_eq!(floor.refusal("", None).await.0, 503);
    floor.sockets_are(0).await;
    floor.stop_in_order().await;
}

#[actix_web::test]
async fn a_client_that_says_goodbye_is_answered_in_kind() {
    let floor = Floor::open();
    let mut client = floor.client("").await;
    let goodbye = CloseFrame { code: 1000.into(), reason: "done".into() };
    client.raw(Message::Close(Some(goodbye))).await;
    assert_eq!(client.closed().await.0, 1000);
    floor.sockets_are(0).await;
    floor.close().await;
}
