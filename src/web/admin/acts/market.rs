//! What can be done about the market as a whole.

use super::instruments::explain;
use super::prices::{cut_short, foreseen, percent_field};
use super::{About, Act, Doing, Fact, Field, Foreseen, Outcome, Sheet};
use crate::domain::{Instruction, SubjectKind};
use crate::market::Speed;
use crate::operations::{Move, OperationActed, OperationRefusal, Operations, Shock, Shocked};
use crate::store::StoreError;
use crate::web::admin::market::{clock_words, speed_words};
use crate::web::form_data::Fields;
use crate::web::house::House;
use futures_util::future::LocalBoxFuture;
use std::collections::BTreeSet;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] = &[&PAUSE, &RESUME, &STEP, &SetSpeed, &ShockMany];

/// What the one market is called in addresses.
const MARKET: &str = "market";

/// Lets the clock run at another speed.
struct SetSpeed;
/// Moves many prices at once.
struct ShockMany;

/// An act that asks for nothing but a reason.
struct Plain {
    name: &'static str,
    label: &'static str,
    serious: bool,
    consequence: &'static str,
    /// Whether it is done to a paused market, and why not to another.
    when_paused: bool,
    otherwise: &'static str,
    perform: for<'a> fn(&'a Operations, Instruction) -> Asked<'a>,
    done: &'static str,
}

type Asked<'a> = LocalBoxFuture<'a, Result<OperationActed<()>, StoreError>>;

static PAUSE: Plain = Plain {
    name: "pause",
    label: "Pause",
    serious: false,
    consequence: "The market's clock and prices stop, and all orders are refused. Everyone sees that trading is paused. This lasts until you resume the market or the server restarts.",
    when_paused: false,
    otherwise: "The market is already paused.",
    perform: |operations, instruction| Box::pin(operations.pause(instruction)),
    done: "The market is paused.",
};

static RESUME: Plain = Plain {
    name: "resume",
    label: "Resume",
    serious: false,
    consequence: "The market's clock runs again at the speed it had before the pause.",
    when_paused: true,
    otherwise: "The market is not paused.",
    perform: |operations, instruction| Box::pin(operations.resume(instruction)),
    done: "The market is running again.",
};

static STEP: Plain = Plain {
    name: "step",
    label: "Step",
    serious: false,
    consequence: "The clock moves forward one step: one minute in a simulated market, or to the opening when it is closed; on a tape, to the next recorded moment.",
    when_paused: true,
    otherwise: "Only a paused market can be stepped. Pause it first.",
    perform: |operations, instruction| Box::pin(operations.step(instruction)),
    done: "The market has moved one step.",
};

impl Act for Plain {
    fn about(&self) -> About {
        About::of(SubjectKind::Market, self.name, self.label)
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let paused = house.market.speed() == Speed::Paused;
            let over = self.name == STEP.name && house.market.is_over();
            let refused = if paused == self.when_paused {
                over.then(|| OperationRefusal::Over.to_string())
            } else {
                Some(self.otherwise.to_owned())
            };
            let (consequence, button) = (self.consequence.to_owned(), format!("{} the market", self.label));
            Ok(sheet(house, id).map(|sheet| Sheet { consequence, button, serious: self.serious, refused, ..sheet }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        _: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            if id != MARKET {
                return Ok(Outcome::NotFound);
            }
            let acted = (self.perform)(&house.operations, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(self.done), explain))
        })
    }
}

impl Act for SetSpeed {
    fn about(&self) -> About {
        About::of(SubjectKind::Market, "speed", "Set speed")
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let hint = "A multiple of real time from 0.1 to 100000, or max.";
            let fields = vec![Field::line("speed", "Speed", hint, typed.get("speed"))];
            let consequence = "The market's clock runs at this speed until you change it again or the server restarts. A paused market resumes.".to_owned();
            let button = "Set the speed".to_owned();
            Ok(sheet(house, id).map(|sheet| Sheet { consequence, fields, button, ..sheet }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            if id != MARKET {
                return Ok(Outcome::NotFound);
            }
            let to = match typed.get("speed").trim().parse::<Speed>() {
                Ok(Speed::Paused) => return Ok(Outcome::wrong("speed", "To stop the clock, pause the market.")),
                Ok(to) => to,
                Err(_) => {
                    return Ok(Outcome::wrong(
                        "speed",
                        "Enter a number from 0.1 to 100000, for example 10 or 2.5, or max.",
                    ));
                }
            };
            let acted = house.operations.set_speed(to, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("The market now runs at speed {to}.")), explain))
        })
    }
}

impl Act for ShockMany {
    fn about(&self) -> About {
        About { is_foreseen: true, ..About::of(SubjectKind::Market, "shock", "Shock prices") }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let roster = house.market.board().roster();
            let listed = roster.all().iter().filter(|traded| !traded.status.delisted);
            let sectors: BTreeSet<&str> =
                listed.map(|traded| traded.instrument.sector.as_str()).filter(|sector| !sector.is_empty()).collect();
            let one = |sector: &str| (format!("{SECTOR}{sector}"), format!("{sector} sector"));
            let which = [(ALL.to_owned(), "All prices".to_owned())].into_iter().chain(sectors.into_iter().map(one));
            let chosen = if typed.get("which").is_empty() { ALL } else { typed.get("which") };
            let fields = vec![
                Field::choice("which", "Which prices", which.collect(), chosen),
                percent_field(typed.get("percent")),
            ];
            let consequence =
                "Each of these prices moves by this percentage immediately and continues from there. Everyone sees it."
                    .to_owned();
            let refused = house.operations.is_recording().then(|| OperationRefusal::Recording.to_string());
            let button = "Shock these prices".to_owned();
            Ok(sheet(house, id).map(|sheet| Sheet { consequence, fields, button, serious: false, refused, ..sheet }))
        })
    }

    fn foresee<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Foreseen>> {
        Box::pin(async move { Ok(shocked(typed).filter(|_| id == MARKET).map(|which| foreseen(house, &which, typed))) })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        id: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            if id != MARKET {
                return Ok(Outcome::NotFound);
            }
            let Some(which) = shocked(typed) else {
                return Ok(Outcome::wrong("which", "Choose all prices or one of the sectors."));
            };
            let by = match typed.get("percent").parse::<Shock>() {
                Ok(by) => by,
                Err(no_shock) => return Ok(Outcome::wrong("percent", &no_shock)),
            };
            let acted = house.operations.shock(&which, by, instruction).await?;
            let done = |moves: Vec<Move>| match cut_short(&moves) {
                None => format!("Prices have moved by {by}: {which}."),
                Some(bounded) => format!("Prices have moved by {by}: {which}. {bounded}"),
            };
            Ok(Outcome::of(acted, |moves| Outcome::done(done(moves)), explain))
        })
    }
}

/// The choices of a shock: everything, or a sector behind this.
const ALL: &str = "all";
const SECTOR: &str = "sector:";

/// Which prices were chosen.
fn shocked(typed: &Fields) -> Option<Shocked> {
    match typed.get("which") {
        ALL => Some(Shocked::All),
        chosen => chosen.strip_prefix(SECTOR).map(|sector| Shocked::Sector(sector.to_owned())),
    }
}

/// The beginning of every form about the market.
fn sheet(house: &House, id: &str) -> Option<Sheet> {
    (id == MARKET).then(|| Sheet {
        name: "The market".to_owned(),
        facts: vec![
            Fact::new("Speed", &speed_words(house.market.speed())),
            Fact::new("Market time", &clock_words(house)),
        ],
        consequence: String::new(),
        fields: Vec::new(),
        button: String::new(),
        serious: false,
        refused: None,
    })
}
