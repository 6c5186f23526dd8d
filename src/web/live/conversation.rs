//! What is said with one client: a task that reads its requests and answers them, waits with it while it is slow,
//! and says goodbye.
//!
//! While something sent to it waits to be taken nothing more is read, so that a client that asks without reading
//! only fills its own end of the line.

use super::Floor;
use super::decoder::{Broken, Decoder, Heard};
use super::line::{Desk, Ending, Line};
use super::request::{Code, Refusal, Request, Watching};
use super::room::Rooms;
use super::seats::Seat;
use super::sever::end_writing;
use actix_web::web::Bytes;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a closed line may take to go.
const GOODBYE: Duration = Duration::from_secs(1);
/// The most that is read at once, in bytes: of the stack, not of the line.
const AT_ONCE: usize = 4_096;
/// How often that is done before others have their turn.
const READS: usize = 16;

type Going = Result<(), Ending>;

/// One client's side of it.
pub(super) struct Conversation {
    floor: Arc<Floor>,
    line: Arc<Line>,
    decoder: Decoder,
    /// What was read and could not be answered yet.
    unread: Bytes,
    second: Instant,
    messages: u32,
    malformed: u32,
    _seat: Seat,
}

impl Conversation {
    /// With whoever is at the other end of `stream`, has said `early` already and watches `watching`.
    pub(super) fn new(
        floor: Arc<Floor>,
        rooms: &Rooms,
        stream: std::net::TcpStream,
        early: Bytes,
        (watching, seat): (Watching, Seat),
    ) -> std::io::Result<Self> {
        let line = Arc::new(Line::new(TcpStream::from_std(stream)?, watching));
        rooms.enter(&line);
        let decoder = Decoder::new(floor.limits.message_bytes);
        let second = Instant::now();
        Ok(Self { floor, line, decoder, unread: early, second, messages: 0, malformed: 0, _seat: seat })
    }

    /// Goes on until either side ends it. `passed_over` is told first.
    pub(super) async fn run(mut self, passed_over: Option<Refusal>) {
        if let Some(refusal) = passed_over {
            self.line.tell(&refusal.text());
        }
        self.begin(None);
        if self.floor.stop.is_cancelled() {
            self.line.end(Ending::going_away());
        }
        let ending = loop {
            match self.line.ending().map_or_else(|| self.listen(), Err) {
                Ok(()) => {}
                Err(ending) => break ending,
            }
            if self.line.is_waiting() {
                self.wait().await;
            } else {
                tokio::select! {
                    biased;
                    () = self.line.woken.notified() => {}
                    _ = self.line.stream.readable() => {}
                }
            }
        };
        self.end(ending).await;
    }

    /// Waits until the client takes more of what was sent. When it has taken all, it is shown what it has missed.
    async fn wait(&self) {
        tokio::select! {
            biased;
            () = self.line.woken.notified() => {}
            _ = self.line.stream.writable() => {}
        }
        if self.line.flush() {
            let frame = self.floor.hub.newest();
            self.line.show(&frame, &self.floor.limits, Instant::now(), &mut Desk::default());
        }
    }

    /// Reads and answers until there is nothing to read for now, or something waits to be taken.
    fn listen(&mut self) -> Going {
        let mut buffer = [0; AT_ONCE];
        for _ in 0..READS {
            if !self.unread.is_empty() {
                let unread = std::mem::take(&mut self.unread);
                let answered = self.answer_all(&unread)?;
                self.unread = unread.slice(answered..);
            }
            if self.line.is_waiting() {
                return Ok(());
            }
            match self.line.stream.try_read(&mut buffer) {
                Ok(0) => return Err(Ending::Gone),
                Ok(read) => {
                    let said = buffer.get(..read).unwrap_or_default();
                    let answered = self.answer_all(said)?;
                    self.unread = Bytes::copy_from_slice(said.get(answered..).unwrap_or_default());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(Ending::Gone),
            }
        }
        Ok(())
    }

    /// Answers what is said in `bytes` while answers are taken; how much of it that was.
    fn answer_all(&mut self, bytes: &[u8]) -> Result<usize, Ending> {
        let mut left = bytes;
        while !self.line.is_waiting() {
            match self.decoder.next(&mut left) {
                Ok(Some(heard)) => self.hear(heard)?,
                Ok(None) => break,
                Err(broken) => return self.broken(broken).map(|()| bytes.len()),
            }
        }
        Ok(bytes.len() - left.len())
    }

    fn hear(&mut self, heard: Heard) -> Going {
        let now = Instant::now();
        self.line.heard(now);
        if now.saturating_duration_since(self.second) >= Duration::from_secs(1) {
            (self.second, self.messages) = (now, 0);
        }
        self.messages += 1;
        let most = self.floor.limits.messages_per_second;
        if self.messages > most {
            return self.refuse(Code::TooManyMessages, 1008, &format!("At most {most} messages a second."));
        }
        match heard {
            Heard::Text(text) => self.asked(&text),
            Heard::Ping(payload) => {
                self.line.pong(&payload);
                Ok(())
            }
            Heard::Pong => Ok(()),
            Heard::Close(code) => Err(Ending::Answer(code)),
        }
    }

    fn asked(&mut self, text: &str) -> Going {
        let floor = &self.floor;
        let (watching, passed_over) = match Request::parse(text) {
            Ok(request) => self.line.watching(|now| now.after(request, &floor.board, floor.limits.symbols)),
            Err(refusal) => (Err(refusal), None),
        };
        if let Some(refusal) = passed_over {
            self.line.tell(&refusal.text());
        }
        match watching {
            Ok(watching) => self.begin(Some(watching)),
            Err(refusal) => {
                self.line.tell(&refusal.text());
                self.malformed += u32::from(refusal.code != Code::TooManySymbols);
                if self.malformed >= floor.limits.malformed_messages {
                    let reason = format!("{} messages could not be understood.", self.malformed);
                    return Err(Ending::Close(1008, reason));
                }
            }
        }
        Ok(())
    }

    fn begin(&self, watching: Option<Watching>) {
        self.line.begin(watching, &self.floor.hub.newest(), &mut Desk::default());
    }

    fn broken(&self, broken: Broken) -> Going {
        match broken {
            Broken::TooLarge => {
                let sentence = format!("A message is at most {} bytes.", self.floor.limits.message_bytes);
                self.refuse(Code::TooLarge, 1009, &sentence)
            }
            Broken::NotText => self.refuse(Code::NotText, 1003, "Messages are text, not binary."),
            Broken::NotUtf8 => self.refuse(Code::NotUtf8, 1007, "Messages are UTF-8 text."),
            Broken::Protocol(sentence) => Err(Ending::Close(1002, sentence.to_owned())),
        }
    }

    /// Says why, then closes.
    fn refuse(&self, code: Code, close: u16, sentence: &str) -> Going {
        self.line.tell(&Refusal::new(code, sentence).text());
        Err(Ending::Close(close, sentence.to_owned()))
    }

    /// Ends the line: in words where they can still be read, by force where it stays regardless.
    async fn end(self, ending: Ending) {
        // From here on no room writes to it.
        self.line.end(ending.clone());
        let (code, reason) = match &ending {
            Ending::Close(code, reason) => (Some(*code), reason.as_str()),
            Ending::Answer(code) => (*code, ""),
            Ending::Cut | Ending::Gone => {
                self.sever(&ending);
                return;
            }
        };
        self.line.goodbye(code, reason);
        let goodbye = async {
            while self.line.is_waiting() {
                if self.line.stream.writable().await.is_err() {
                    return;
                }
                self.line.flush();
            }
            if !matches!(ending, Ending::Answer(_)) {
                // Closing while the client still speaks would take our last words from it.
                end_writing(&self.line.stream);
                while self.line.stream.readable().await.is_ok() && self.is_speaking() {}
            }
        };
        if timeout(GOODBYE, goodbye).await.is_err() {
            self.sever(&Ending::Cut);
        }
    }

    /// Throws away what a client says that has been told goodbye; false once it has nothing more to say.
    fn is_speaking(&self) -> bool {
        match self.line.stream.try_read(&mut [0; AT_ONCE]) {
            Ok(read) => read > 0,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        }
    }

    /// Has the system forget at once what the client has not taken.
    fn sever(&self, ending: &Ending) {
        if *ending == Ending::Cut {
            // An error means that it is already down.
            let _ = self.line.stream.set_zero_linger();
        }
    }
}
