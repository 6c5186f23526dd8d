//! What a client must not send, in size, kind or number, and what is said to it then.

use super::client::symbols;
use crate::support::live_floor::{LiveFloor as Floor, PATIENCE};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

#[actix_web::test]
async fn the_third_message_that_cannot_be_understood_closes_the_socket() {
    let floor = Floor::open();
    for (text, code) in [
        ("not json", "malformed"),
        ("[]", "malformed"),
        ("{}", "malformed"),
        ("{\"type\":\"subscribe\",\"symbols\":\"ACME\"}", "malformed"),
        ("{\"type\":\"buy\"}", "unknown_type"),
    ] {
        let mut client = floor.client("").await;
        for _ in 0..3 {
            client.raw(Message::text(text)).await;
            assert_eq!(client.error().await, code, "{text}");
        }
        assert_eq!(client.closed().await, (1008, "3 messages could not be understood.".to_owned()));
    }
    floor.sockets_are(0).await;
    floor.close().await;
}

#[actix_web::test]
async fn a_message_that_is_too_large_is_refused_with_a_reason_whole_or_in_fragments() {
    let floor = Floor::open();
    for size in [4_097, 60_000, 3_000_000] {
        let mut client = floor.client("").await;
        // The server may close before all of it is sent.
        let _ = client.socket.feed(Message::text("x".repeat(size))).await;
        let (mut sink, mut stream) = client.socket.split();
        let flush = async {
            let _ = sink.flush().await;
            std::future::pending::<()>().await;
        };
        let read = async {
            let mut seen = Vec::new();
            while let Some(Ok(message)) = stream.next().await {
                seen.push(message);
            }
            seen
        };
        let seen = tokio::select! { seen = timeout(PATIENCE, read) => seen.unwrap(), () = flush => Vec::new() };
        let error = seen.iter().any(|m| matches!(m, Message::Text(text) if text.contains("too_large")));
        let close = seen.iter().any(|m| matches!(m, Message::Close(Some(close)) if u16::from(close.code) == 1009));
        assert!(error && close, "{size} bytes: {seen:?}");
    }
    let mut client = floor.client("").await;
    let fragment = |code, last| Message::Frame(Frame::message("y".repeat(3_000), OpCode::Data(code), last));
    client.raw(fragment(Data::Text, false)).await;
    client.raw(fragment(Data::Continue, true)).await;
    assert_eq!(client.error().await, "too_large");
    assert_eq!(client.closed().await.0, 1009);
    floor.close().await;
}

#[actix_web::test]
async fn a_message_in_fragments_is_one_message() {
    let floor = Floor::open();
    let mut client = floor.client("?symbols=").await;
    assert_eq!(symbols(&client.message("snapshot").await), Vec::<&str>::new());
    let text = json!({"type": "subscribe", "symbols": ["ACME"]}).to_string();
    let (head, tail) = text.split_at(9);
    client.raw(Message::Frame(Frame::message(head.to_owned(), OpCode::Data(Data::Text), false))).await;
    client.raw(Message::Ping("between".into())).await;
    client.raw(Message::Frame(Frame::message(tail.to_owned(), OpCode::Data(Data::Continue), true))).await;
    assert_eq!(symbols(&client.message("snapshot").await), ["ACME"]);
    floor.close().await;
}

#[actix_web::test]
async fn large_messages_that_arrive_together_are_each_answered() {
    let floor = Floor::open();
    let mut client = floor.client("?symbols=").await;
    client.message("snapshot").await;
    let text = json!({"type": "subscribe", "symbols": ["ACME"], "padding": "x".repeat(4_000)}).to_string();
    for _ in 0..19 {
        client.socket.feed(Message::text(text.clone())).await.unwrap();
    }
    client.socket.flush().await.unwrap();
    for _ in 0..19 {
        assert_eq!(symbols(&client.message("snapshot").await), ["ACME"]);
    }
    floor.close().await;
}

#[actix_web::test]
async fn binary_bad_text_and_bad_frames_are_each_closed_with_their_code() {
    let floor = Floor::open();
    let mut client = floor.client("").await;
    client.raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(client.error().await, "not_text");
    assert_eq!(client.closed().await.0, 1003);

    let mut client = floor.client("").await;
    client.raw(Message::Frame(Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true))).await;
    assert_eq!(client.error().await, "not_utf8");
    assert_eq!(client.closed().await.0, 1007);

    let mut client = floor.client("").await;
    let mut frame = Frame::message("reserved", OpCode::Data(Data::Text), true);
    frame.header_mut().rsv1 = true;
    client.raw(Message::Frame(frame)).await;
    assert_eq!(client.closed().await.0, 1002);

    let mut client = floor.client("").await;
    client.raw(Message::Frame(Frame::message("nothing to continue", OpCode::Data(Data::Continue), true))).await;
    assert_eq!(client.closed().await.0, 1002);
    floor.sockets_are(0).await;
    floor.close().await;
}

#[actix_web::test]
async fn too_many_messages_a_second_close_the_socket() {
    let floor = Floor::open();
    let mut client = floor.client("").await;
    for _ in 0..60 {
        let subscribe = json!({"type": "subscribe", "symbols": ["ACME"]}).to_string();
        if client.socket.send(Message::text(subscribe)).await.is_err() {
            break;
        }
    }
    assert_eq!(client.error().await, "too_many_messages");
    assert_eq!(client.closed().await, (1008, "At most 20 messages a second.".to_owned()));
    floor.close().await;
}
