//! Bytes of any kind after the upgrade.

use super::LiveFloor;
use super::socket::{Said, Socket, frame};
use crate::support::live_floor::PATIENCE;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tradefloor::web::live::LiveLimits;

/// Sockets in a wave, which is how many are open at once, and waves.
const SOCKETS: usize = 40;
const WAVES: u64 = 5;

#[actix_web::test]
async fn whatever_strangers_send_the_others_live_on() {
    let floor = LiveFloor::with(LiveLimits { sockets_per_address: 100, ..LiveLimits::default() }, 3);
    let mut bystander = Socket::open(&floor).await;
    for wave in 0..WAVES {
        let mut strangers = Vec::new();
        for number in 0..SOCKETS {
            strangers.push((number, Socket::open(&floor).await));
        }
        for (number, socket) in &mut strangers {
            let mut random = ChaCha12Rng::seed_from_u64(wave * 1_000 + u64::try_from(*number).unwrap());
            socket.send(&noise(&mut random), random.random_range(1..=200)).await;
        }
        floor.post(1, 10_000 + i64::try_from(wave).unwrap() * 100);
        for (_, mut socket) in strangers {
            let _already_gone = socket.stream.shutdown().await;
            let mut rest = Vec::new();
            let _reset = timeout(PATIENCE, socket.stream.read_to_end(&mut rest)).await.expect("the connection ends");
        }
        let price = format!("\"last\":\"{}.0{wave}\"", 1);
        loop {
            match bystander.next().await {
                Some(Said::Text(text)) if text.contains(&price) => break,
                Some(_) => {}
                None => panic!("the bystander was closed in wave {wave}"),
            }
        }
    }
    assert!(bystander.is_there().await);
    floor.sockets_are(1).await;
    floor.close().await;
}

/// Random bytes, or frames of random kinds and lengths, or frames that are well made and carry random bytes.
fn noise(random: &mut ChaCha12Rng) -> Vec<u8> {
    let mut bytes = Vec::new();
    let style = random.random_range(0..3);
    while bytes.len() < 2_000 {
        let mut payload = vec![0; random.random_range(0..300)];
        random.fill_bytes(&mut payload);
        match style {
            0 => bytes.extend(payload),
            1 => bytes.extend(frame(random.random(), payload)),
            _ => bytes.extend(frame([0x81, 0x01, 0x80, 0x89, 0x8a][random.random_range(0..5)], payload)),
        }
    }
    bytes
}
