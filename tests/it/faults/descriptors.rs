//! The server may not open any more files or connections.

use super::crowd::{Crowd, Stays, generous};
use super::machine::limit;
use crate::support::answer::Answer;
use crate::support::form::Form;
use crate::support::raw::Raw;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use std::net::TcpStream;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_file_descriptors_it_serves_whom_it_has_and_takes_more_when_there_are_some() {
    let server = Server::with(generous);
    let crowd = Crowd::gather(&server, 2).await;
    let mut regular = Regular::of(&server, crowd.visitor()).await;
    regular.deposits("1").assert_done();
    // Until what follows an answer is over: the log is folded in.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let held = std::fs::read_dir(format!("/proc/{}/fd", server.process_id())).unwrap().count();
    limit(&server, "nofile", &(held + 4).to_string());
    let address = server.address().trim_start_matches("http://");
    // The system takes these on for the server, which cannot open them.
    let strangers: Vec<_> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
    regular.deposits("2").assert_done();
    let work = crowd.works(1, Stays::Yes);
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(strangers);
    limit(&server, "nofile", "1024");
    work.ends().await;
    let newcomer = Visitor::new(&server);
    newcomer.register("newcomer").await.assert_done();
    newcomer.buy("AAPL", "1").await.assert_done();
    crowd.finds_what_it_was_told().await;
    assert!(!crowd.told().receipts.is_empty() && crowd.told().later == (0, 0), "{:?}", crowd.told());
    assert!(server.said().contains("Too many open files"), "it was short of them: {}", server.said());
    assert_sound(server.database());
}

/// Somebody whose connection the server has, and who asks for no other: a client with a pool may open one while the
/// one that it has comes back.
struct Regular {
    line: Raw,
    cookie: String,
    deposit: Form,
}

impl Regular {
    async fn of(server: &Server, visitor: &Visitor) -> Self {
        let deposit = visitor.fill("/wallet", "/wallet/deposit", &[("amount", "1.00")]).await;
        let session = visitor.cookie("tradefloor-session").unwrap();
        Self { line: Raw::at(server.address()), cookie: format!("tradefloor-session={session}"), deposit }
    }

    /// Adds money under this key.
    fn deposits(&mut self, key: &str) -> Answer {
        self.deposit.fill("key", key);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.deposit.fields).finish();
        let (host, cookie, length) = (self.line.host(), &self.cookie, body.len());
        let request = format!(
            "POST /wallet/deposit HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.line.exchange("a deposit", request.as_bytes(), false).unwrap()
    }
}
