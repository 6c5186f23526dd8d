//! A program that a test started: its output is drained and kept for the failure message, and it ends with the test.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The lines that are kept, newest last.
const KEPT_LINES: usize = 400;
/// The bytes of one line that are kept together; a longer line is shown as several.
const LONGEST_LINE: u64 = 4_096;
/// The ports that neither the system's services have nor the system gives to connections, on Linux and elsewhere.
const BELOW_THOSE_OF_CONNECTIONS: std::ops::Range<u16> = 12_000..32_000;
/// How often a wait looks whether the program has ended meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Where a line was printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Standard,
    Error,
}

#[derive(Default)]
struct Output {
    lines: Mutex<VecDeque<(Stream, String)>>,
    grown: Condvar,
}

impl Output {
    fn drain(self: &Arc<Self>, stream: Stream, source: impl Read + Send + 'static) {
        let output = Arc::clone(self);
        thread::spawn(move || {
            let mut source = BufReader::new(source);
            let mut line = Vec::new();
            while source.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let mut lines = output.lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == KEPT_LINES {
                    lines.pop_front();
                }
                lines.push_back((stream, String::from_utf8_lossy(&line).trim_end().to_owned()));
                drop(lines);
                output.grown.notify_all();
                line.clear();
            }
        });
    }
}

/// A running program. Dropping it kills and reaps it, and prints what it said when the test is failing.
pub(crate) struct Process {
    name: String,
    child: Child,
    output: Arc<Output>,
}

impl Process {
    /// Starts `command` without standard input.
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let output = Arc::new(Output::default());
        output.drain(Stream::Standard, child.stdout.take().expect("standard output is piped"));
        output.drain(Stream::Error, child.stderr.take().expect("standard error is piped"));
        Self { name, child, output }
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of standard output in which `find` finds something.
    ///
    /// # Panics
    /// When none comes within `patience`, or the program ends first; the message shows what it said.
    pub(crate) fn wait_for_line<T>(&mut self, patience: Duration, find: impl Fn(&str) -> Option<T>) -> T {
        self.line_or_end(patience, find).unwrap_or_else(|ended| panic!("{ended}"))
    }

    /// Waits for a line of standard output in which `find` finds something; where the program ends first, what it said.
    ///
    /// # Panics
    /// When neither comes within `patience`.
    pub(crate) fn line_or_end<T>(&mut self, patience: Duration, find: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let deadline = Instant::now() + patience;
        loop {
            let ended = self.child.try_wait().expect("a child can be asked whether it ended");
            let lines = self.output.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let mut standard = lines.iter().filter(|(stream, _)| *stream == Stream::Standard);
            if let Some(found) = standard.find_map(|(_, line)| find(line)) {
                return Ok(found);
            }
            let (lines, _) = self.output.grown.wait_timeout(lines, LOOK_AGAIN).unwrap_or_else(PoisonError::into_inner);
            drop(lines);
            if let Some(status) = ended {
                return Err(format!("{} ended ({status}) before it was ready; it said:\n{}", self.name, self.said()));
            }
            assert!(Instant::now() < deadline, "{} was not ready in time; it said:\n{}", self.name, self.said());
        }
    }

    /// What it printed lately, both streams as they came.
    pub(crate) fn said(&self) -> String {
        let lines = self.output.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().flat_map(|(_, line)| ["  ", line, "\n"]).collect()
    }

    /// Ends it at once, as a power cut would, and reaps it.
    pub(crate) fn kill(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }

    /// Asks it to stop (`SIGTERM`) and waits until it has.
    ///
    /// # Panics
    /// When it is still running after `patience`.
    pub(crate) fn stop(&mut self, patience: Duration) -> ExitStatus {
        signal("TERM", self.id());
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked whether it ended") {
                return status;
            }
            assert!(Instant::now() < deadline, "{} does not stop when asked; it said:\n{}", self.name, self.said());
            thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("{} said:\n{}", self.name, self.said());
        }
    }
}

/// Sends a signal by its name, without the `SIG`, to one process.
pub(crate) fn signal(name: &str, process: u32) {
    let script = format!("kill -s {name} {process} 2>/dev/null");
    let _already_gone = Command::new("sh").args(["-c", &script]).status();
}

/// A port that is free at this moment, and that no connection is given by the system, which would take it while a server
/// that listens there is stopped for a while.
pub(crate) fn free_port() -> u16 {
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut ports = std::iter::repeat_with(|| rand::random_range(BELOW_THOSE_OF_CONNECTIONS)).take(100);
    ports.find(free).expect("one of a hundred ports is free")
}
