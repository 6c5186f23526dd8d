//! A client of the live rates.

use crate::support::live_floor::{LiveFloor as Floor, PATIENCE};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

impl Floor {
    pub(super) async fn client(&self, query: &str) -> Client {
        self.try_client(query, None).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(super) async fn try_client(&self, query: &str, origin: Option<&str>) -> Result<Client, Error> {
        let mut request = format!("ws://{}/rates/live{query}", self.address).into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Client { socket })
    }

    /// Why a client is refused before the upgrade: the status and the sentence.
    pub(super) async fn refusal(&self, query: &str, origin: Option<&str>) -> (u16, String) {
        match self.try_client(query, origin).await {
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                (response.status().as_u16(), String::from_utf8(body).unwrap())
            }
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("the socket was opened"),
        }
    }
}

pub(super) struct Client {
    pub(super) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub(super) async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.socket.next()).await.expect("the server said nothing")
    }

    /// The next message, whatever its type.
    pub(super) async fn any(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?} instead of a message"),
            }
        }
    }

    /// The next message of a type, past others.
    pub(super) async fn message(&mut self, kind: &str) -> Value {
        loop {
            let message = self.any().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    pub(super) async fn error(&mut self) -> String {
        let error = self.message("error").await;
        assert!(error["message"].as_str().unwrap().ends_with('.'), "{error}");
        error["code"].as_str().unwrap().to_owned()
    }

    /// The close frame, past all messages: its code and its reason.
    pub(super) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(Some(CloseFrame { code, reason })))) => {
                    return (code.into(), reason.as_str().to_owned());
                }
                Some(Ok(Message::Close(None))) => panic!("a close without a code"),
                Some(Ok(_)) => {}
                other => panic!("{other:?} instead of a close"),
            }
        }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        self.raw(Message::text(message.to_string())).await;
    }

    pub(super) async fn raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }
}

pub(super) fn symbols(message: &Value) -> Vec<&str> {
    message["rates"].as_array().unwrap().iter().map(|rate| rate["symbol"].as_str().unwrap()).collect()
}
