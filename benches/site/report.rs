//! Figures as a table for people.

use crate::kind::Round;
use std::fmt::Write as _;
use std::time::Duration;

/// What a server did, round by round.
pub(crate) struct Rounds {
    /// Which.
    pub(crate) name: &'static str,
    /// Its rounds.
    pub(crate) rounds: Vec<Round>,
}

impl Rounds {
    /// None yet.
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, rounds: Vec::new() }
    }

    fn rates(&self) -> impl Iterator<Item = f64> {
        self.rounds.iter().map(|round| round.rate)
    }

    fn time(&self, of: impl Fn(&Round) -> Duration) -> Duration {
        let mut times: Vec<_> = self.rounds.iter().map(of).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

/// One load over one number of connections; the first of `servers` is what the others are measured by.
pub(crate) fn table(load: &str, connections: usize, servers: &[Rounds]) -> String {
    let mut text = format!(
        "\n{load}, {connections} connection{}\n{:<8}{:>11}{:>11}{:>11}{:>13}{:>10}\n",
        if connections == 1 { "" } else { "s" },
        "",
        "a second",
        "median",
        "99 %",
        "server CPU",
        "ratio"
    );
    for server in servers {
        let ratio = servers
            .first()
            .map_or(0.0, |floor| middle(server.rates().zip(floor.rates()).map(|(rate, floor)| rate / floor).collect()));
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "{:<8}{:>11.0}{:>11}{:>11}{:>13}{:>9.1}%",
            server.name,
            middle(server.rates().collect()),
            microseconds(server.time(|round| round.median)),
            microseconds(server.time(|round| round.slow)),
            microseconds(server.time(|round| round.processor)),
            ratio * 100.0
        );
    }
    text.trim_end().to_owned()
}

pub(crate) fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

pub(crate) fn microseconds(time: Duration) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6)
}
