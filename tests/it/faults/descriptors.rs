//! The server may not open any more files or connections.

use super::crowd::{Crowd, Stays, generous};
use super::machine::limit;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use std::net::TcpStream;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_file_descriptors_it_serves_whom_it_has_and_takes_more_when_there_are_some() {
    let server = Server::with(generous);
    let crowd = Crowd::gather(&server, 2).await;
    // Until what follows an answer is over: the log is folded in, and connections lie idle to be used again.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let held = std::fs::read_dir(format!("/proc/{}/fd", server.process_id())).unwrap().count();
    limit(&server, "nofile", &(held + 4).to_string());
    let address = server.address().trim_start_matches("http://");
    // The system takes these on for the server, which cannot open them.
    let strangers: Vec<_> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
    crowd.visitor().deposit("1.00").await.assert_done();
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
