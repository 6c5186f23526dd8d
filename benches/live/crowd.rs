//! The crowd of clients, seen from the process that leads the benchmark.

use crate::Arguments;
use crate::process::{pinned, processor};
use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// Clients in a process of their own. Dropping it ends them.
pub(crate) struct Crowd {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

/// Who is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gathered {
    /// How many.
    pub(crate) there: usize,
    /// After how many milliseconds.
    pub(crate) after: u64,
    /// How often one was refused or not answered.
    pub(crate) refused: u64,
}

/// What they saw in a while.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watched {
    /// Frames in all, at all of them.
    pub(crate) frames: u64,
    /// How often a state of the market did not reach one of them.
    pub(crate) missed: u64,
    /// How often one had to be shown all of it again.
    pub(crate) snapshots: u64,
    /// From the server's making of a frame to its arrival, in microseconds: half, 99 %, all.
    pub(crate) delay: [u64; 3],
}

impl Crowd {
    /// `count` clients of `path` at `address`, who come back when `back_within` says so.
    pub(crate) fn come(
        arguments: &Arguments,
        address: SocketAddr,
        path: &str,
        count: usize,
        back_within: Option<u64>,
    ) -> anyhow::Result<Self> {
        let mut command = pinned(processor(arguments, 1), &std::env::current_exe()?);
        command.args(["--as", "client", "--path", path, "--sockets"]).arg(count.to_string());
        command.arg("--address").arg(address.to_string());
        if let Some(limit) = back_within {
            command.arg("--back-within").arg(limit.to_string());
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let answers = BufReader::new(child.stdout.take().context("piped")?).lines();
        Ok(Self { orders: child.stdin.take(), answers, child })
    }

    /// Waits until everybody is there, or for `seconds`.
    pub(crate) fn gather(&mut self, seconds: u64) -> anyhow::Result<Gathered> {
        self.order(&format!("gather {seconds}"))?;
        let [there, after, refused] = self.numbers()?;
        Ok(Gathered { there: usize::try_from(there)?, after, refused })
    }

    /// Has them count for `seconds`; [`Crowd::watched`] tells what.
    pub(crate) fn measure(&mut self, seconds: u64) -> anyhow::Result<()> {
        self.order(&format!("measure {seconds}"))
    }

    /// What they have counted.
    pub(crate) fn watched(&mut self) -> anyhow::Result<Watched> {
        let [frames, missed, snapshots, half, most, all] = self.numbers()?;
        Ok(Watched { frames, missed, snapshots, delay: [half, most, all] })
    }

    fn order(&mut self, order: &str) -> anyhow::Result<()> {
        writeln!(self.orders.as_mut().context("the clients are gone")?, "{order}")?;
        Ok(())
    }

    fn numbers<const COUNT: usize>(&mut self) -> anyhow::Result<[u64; COUNT]> {
        let Some(line) = self.answers.next() else { bail!("the clients are gone") };
        let numbers: Result<Vec<u64>, _> = line?.split(' ').map(str::parse).collect();
        numbers?.try_into().ok().context("the clients said something else")
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
