//! The servers side by side, and the people who load them.

use crate::kind::{Kind, Load, Round};
use crate::load::{Script, run_together};
use crate::report::Rounds;
use crate::server::Server;
use crate::trader::{Trader, word};
use crate::{floor, memory, process};
use std::path::Path;
use std::time::Duration;

/// As many people as there are connections at the most.
const TRADERS: usize = 64;
/// How long each server is warmed up before its first round.
const WARM_UP: Duration = Duration::from_millis(300);

/// A site and the people on it.
struct Site {
    name: &'static str,
    server: Server,
    traders: Vec<Trader>,
}

/// The floor and one site, or two.
pub(crate) struct Setting {
    floor: Server,
    sites: Vec<Site>,
}

/// A server in its turn: what it is called, and what it is asked.
struct Turn<'a> {
    name: &'static str,
    server: &'a Server,
    scripts: Vec<Script>,
}

impl Setting {
    /// Starts everything, and has everybody sign up and buy.
    pub(crate) async fn build(site: &Path, beside: Option<&Path>, directory: &Path) -> anyhow::Result<Self> {
        let mut sites = Vec::new();
        for (name, binary) in [("site", Some(site)), ("beside", beside)] {
            let Some(binary) = binary else { continue };
            let home = directory.join(name);
            std::fs::create_dir(&home)?;
            let server = process::Site::new(binary, &home).start()?;
            let mut traders = Vec::with_capacity(TRADERS);
            for number in 0..TRADERS {
                let trader = Trader::register(server.address, &format!("trader-{number}")).await?;
                trader.furnish(server.address).await?;
                traders.push(trader);
            }
            sites.push(Site { name, server, traders });
        }
        let file = directory.join("portfolio.html");
        if let Some(Site { server, traders, .. }) = sites.first()
            && let Some(trader) = traders.first()
        {
            let page = trader.page(server.address).await?;
            println!("The portfolio page has {} bytes.", page.len());
            std::fs::write(&file, page)?;
        }
        Ok(Self { floor: floor::start(&file)?, sites })
    }

    /// Puts `load` on every server in turn, `rounds` times, for `seconds` each.
    pub(crate) async fn measure(
        &self,
        load: &Load,
        connections: usize,
        rounds: u32,
        seconds: Duration,
    ) -> anyhow::Result<Vec<Rounds>> {
        let mut turns = self.turns(load.kind, connections);
        let mut measured: Vec<Rounds> = turns.iter().map(|turn| Rounds::new(turn.name)).collect();
        for turn in &mut turns {
            run_together(turn.server.address, &mut turn.scripts, WARM_UP).await?;
        }
        for _ in 0..rounds {
            for (turn, measured) in turns.iter_mut().zip(&mut measured) {
                measured.rounds.push(round(turn, seconds).await?);
            }
        }
        Ok(measured)
    }

    /// What the sites take after the load, in a sentence.
    pub(crate) fn memory(&self) -> anyhow::Result<String> {
        let mut sentences = Vec::new();
        for Site { name, server, .. } in &self.sites {
            let (resident, share) = memory::of(server.id())?;
            sentences
                .push(format!("Memory of the {name} after it: {resident} MiB resident, {share} MiB proportional."));
        }
        Ok(sentences.join("\n"))
    }

    fn turns(&self, kind: Kind, connections: usize) -> Vec<Turn<'_>> {
        let everybody = |site: &Site, script: &dyn Fn(&Trader) -> Script| {
            site.traders.iter().take(connections).map(script).collect::<Vec<_>>()
        };
        let on_floor: &dyn Fn(&Trader) -> Script = match kind {
            Kind::Page => &|trader| trader.look("/page", false),
            Kind::CompressedPage => &|trader| trader.look("/compressed/page", true),
            Kind::Buy => &|trader| trader.buy("/form"),
            Kind::Word => &|_| word("/word"),
        };
        let on_site: &dyn Fn(&Trader) -> Script = match kind {
            Kind::Page => &|trader| trader.look("/portfolio", false),
            Kind::CompressedPage => &|trader| trader.look("/portfolio", true),
            Kind::Buy => &|trader| trader.buy("/trade"),
            Kind::Word => &|_| word("/health/live"),
        };
        let scripts = self.sites.first().map(|site| everybody(site, on_floor)).unwrap_or_default();
        let floor = Turn { name: "floor", server: &self.floor, scripts };
        let sites = self.sites.iter().map(|site| Turn {
            name: site.name,
            server: &site.server,
            scripts: everybody(site, on_site),
        });
        std::iter::once(floor).chain(sites).collect()
    }
}

async fn round(turn: &mut Turn<'_>, seconds: Duration) -> anyhow::Result<Round> {
    let before = turn.server.processor()?;
    let (times, took) = run_together(turn.server.address, &mut turn.scripts, seconds).await?;
    let processor = turn.server.processor()?.saturating_sub(before);
    Ok(Round {
        rate: f64::from(times.total()) / took.as_secs_f64(),
        median: times.quantile(0.5),
        slow: times.quantile(0.99),
        processor: processor / times.total().max(1),
    })
}
