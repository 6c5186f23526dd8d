//! What can be done about instruments.

use super::{AT_ONCE, About, Act, Doing, Fact, Field, Many, Outcome, Sheet};
use crate::domain::instrument::{LONGEST_NAME, is_a_name};
use crate::domain::{Instruction, Listing, SubjectKind, Symbol};
use crate::operations::{OperationActed, OperationRefusal, Operations, parse_price};
use crate::store::StoreError;
use crate::store::instruments::{InstrumentStanding, standing_of};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::Fields;
use crate::web::format::Show;
use crate::web::house::House;
use crate::web::refusals::{delisted_sentence, halted_sentence};
use futures_util::future::LocalBoxFuture;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] = &[&Create, &Edit, &HALT, &RESUME, &DELIST, &Relist];

/// Lists a new instrument.
struct Create;
/// Gives an instrument another name or sector.
struct Edit;
/// Puts an instrument on the list again.
struct Relist;

/// An act that asks for nothing but a reason.
struct Plain {
    name: &'static str,
    label: &'static str,
    many: Many,
    serious: bool,
    /// What will happen.
    consequence: &'static str,
    /// Why there is nothing to do.
    done_already: fn(&InstrumentStanding) -> Option<&'static str>,
    perform: for<'a> fn(&'a Operations, &'a Symbol, Instruction) -> Asked<'a>,
    /// What is said once it is done.
    done: fn(&Symbol) -> String,
}

type Asked<'a> = LocalBoxFuture<'a, Result<OperationActed<()>, StoreError>>;

static HALT: Plain = Plain {
    name: "halt",
    label: "Halt trading",
    many: Many("Halt trading in", "instrument", ""),
    serious: false,
    consequence: "Orders are refused until trading resumes. Traders see your reason exactly as you write it; quotes continue.",
    done_already: |standing| standing.status.halt.as_ref().map(|_| "Trading is already halted."),
    perform: |operations, symbol, instruction| Box::pin(operations.halt(symbol, instruction)),
    done: |symbol| format!("Trading in {symbol} is halted."),
};

static RESUME: Plain = Plain {
    name: "resume",
    label: "Resume trading",
    many: Many("Resume trading in", "instrument", ""),
    serious: false,
    consequence: "Orders are accepted again.",
    done_already: |standing| standing.status.halt.is_none().then_some("Trading is not halted."),
    perform: |operations, symbol, instruction| Box::pin(operations.resume_trading(symbol, instruction)),
    done: |symbol| format!("Trading in {symbol} has resumed."),
};

static DELIST: Plain = Plain {
    name: "delist",
    label: "Delist",
    many: Many("Delist", "instrument", ""),
    serious: true,
    consequence: "It is removed from Rates and can no longer be bought. Its holders still see the price and can sell.",
    done_already: |standing| (!standing.listed).then_some("It is not listed."),
    perform: |operations, symbol, instruction| Box::pin(operations.delist(symbol, instruction)),
    done: |symbol| format!("{symbol} is delisted."),
};

impl Act for Plain {
    fn about(&self) -> About {
        About { in_bulk: Some(AT_ONCE), many: self.many, ..About::of(SubjectKind::Instrument, self.name, self.label) }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let symbol = &standing.instrument.symbol;
            let (consequence, button) = (self.consequence.to_owned(), format!("{}: {symbol}", self.label));
            let refused = (self.done_already)(&standing).map(str::to_owned);
            Ok(Some(Sheet { consequence, button, serious: self.serious, refused, ..sheet(house, &standing) }))
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
            let Ok(symbol) = id.parse::<Symbol>() else { return Ok(Outcome::NotFound) };
            let acted = (self.perform)(&house.operations, &symbol, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done((self.done)(&symbol)), explain))
        })
    }
}

impl Act for Create {
    fn about(&self) -> About {
        About { makes_new: true, ..About::of(SubjectKind::Instrument, "create", "Add an instrument") }
    }

    fn open<'a>(&'a self, house: &'a House, _: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let refused = house.operations.is_recording().then(|| OperationRefusal::Recording.to_string());
            let fields = vec![
                Field {
                    longest: 8,
                    ..Field::line("symbol", "Symbol", "1 to 8 letters, digits, dots and hyphens.", typed.get("symbol"))
                },
                Field::line("name", "Name", "The name of the company or fund.", typed.get("name")),
                sector_field(typed.get("sector")),
                Field::amount("price", "Price", "The first price in dollars, for example 25.00.", typed.get("price")),
            ];
            Ok(Some(Sheet {
                name: "Instruments".to_owned(),
                facts: Vec::new(),
                consequence:
                    "It trades at this price immediately, appears on everyone's rates and stays listed after a \
                              restart. Its chart starts now."
                        .to_owned(),
                fields,
                button: "Add the instrument".to_owned(),
                serious: false,
                refused,
            }))
        })
    }

    fn perform<'a>(
        &'a self,
        house: &'a House,
        _: &'a str,
        typed: &'a Fields,
        instruction: Instruction,
    ) -> Doing<'a, Outcome> {
        Box::pin(async move {
            let mut errors = FieldErrors::default();
            let symbol = beside("symbol", typed.get("symbol").parse::<Symbol>(), &mut errors);
            let named = names(typed, &mut errors);
            let price = beside("price", parse_price(typed.get("price")), &mut errors);
            let (Some(symbol), Some((name, sector)), Some(starting_price)) = (symbol, named, price) else {
                return Ok(Outcome::Wrong(errors));
            };
            let listing = Listing { symbol: symbol.clone(), name, sector, starting_price };
            let acted = house.operations.create(listing, instruction).await?;
            let done = |()| Outcome::Done {
                say: format!("{symbol} is listed and trading."),
                href: Some(format!("/admin/instruments/{symbol}")),
            };
            Ok(Outcome::of(acted, done, |refusal| match refusal {
                OperationRefusal::SymbolTaken => Outcome::wrong("symbol", &refusal),
                other => explain(other),
            }))
        })
    }
}

impl Act for Edit {
    fn about(&self) -> About {
        About::of(SubjectKind::Instrument, "edit", "Edit")
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let was = &standing.instrument;
            // A sector may be emptied, so that whether it was typed is told by the form's key.
            let fresh = typed.get("key").is_empty();
            let (name, sector) =
                if fresh { (was.name.as_str(), was.sector.as_str()) } else { (typed.get("name"), typed.get("sector")) };
            let fields =
                vec![Field::line("name", "Name", "The name of the company or fund.", name), sector_field(sector)];
            let consequence = "Everyone sees the change on the next page they open, and an instruments file does not undo it. \
                               In a new sector, its price moves with that sector from now on.";
            let (consequence, button) = (consequence.to_owned(), format!("Change {}", was.symbol));
            Ok(Some(Sheet { consequence, fields, button, ..sheet(house, &standing) }))
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
            let Ok(symbol) = id.parse::<Symbol>() else { return Ok(Outcome::NotFound) };
            let mut errors = FieldErrors::default();
            let Some(named) = names(typed, &mut errors) else { return Ok(Outcome::Wrong(errors)) };
            let acted = house.operations.edit(&symbol, named, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("{symbol} has been updated.")), explain))
        })
    }
}

impl Act for Relist {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: Many("List", "instrument", " again"),
            ..About::of(SubjectKind::Instrument, "list", "List again")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let symbol = &standing.instrument.symbol;
            let known = house.market.board().find(symbol).is_some();
            let hint = match standing.last_price {
                Some(last) => format!("The first price. Leave it empty to use the last price, {}.", last.show()),
                None => "The first price.".to_owned(),
            };
            let fields =
                if known { Vec::new() } else { vec![Field::amount("price", "Price", hint, typed.get("price"))] };
            let refused = if standing.listed {
                Some("It is already listed.".to_owned())
            } else {
                (!known && house.operations.is_recording()).then(|| OperationRefusal::Recording.to_string())
            };
            let consequence =
                "It is back on everyone's rates and can be bought again, also after a restart.".to_owned();
            let button = format!("List {symbol} again");
            Ok(Some(Sheet { consequence, fields, button, refused, ..sheet(house, &standing) }))
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
            let Ok(symbol) = id.parse::<Symbol>() else { return Ok(Outcome::NotFound) };
            let price = match typed.get("price").trim() {
                "" => None,
                text => match parse_price(text) {
                    Ok(price) => Some(price),
                    Err(no_price) => return Ok(Outcome::wrong("price", &no_price)),
                },
            };
            let acted = house.operations.list(&symbol, price, instruction).await?;
            Ok(Outcome::of(
                acted,
                |()| Outcome::done(format!("{symbol} is listed again.")),
                |refusal| match refusal {
                    OperationRefusal::PriceNeeded => Outcome::wrong("price", &refusal),
                    other => explain(other),
                },
            ))
        })
    }
}

/// The instrument of this symbol as the books have it.
pub(super) async fn instrument(house: &House, id: &str) -> Result<Option<InstrumentStanding>, PageError> {
    let Ok(symbol) = id.parse::<Symbol>() else { return Ok(None) };
    Ok(house.store.read(move |conn| standing_of(conn, &symbol)).await?)
}

/// The beginning of every form about an instrument.
pub(super) fn sheet(house: &House, standing: &InstrumentStanding) -> Sheet {
    let InstrumentStanding { instrument, listed, status, .. } = standing;
    let mut facts = vec![Fact::new("Name", &instrument.name)];
    if !instrument.sector.is_empty() {
        facts.push(Fact::new("Sector", &instrument.sector));
    }
    if let Some(quoted) = house.market.board().quote(instrument.id) {
        facts.push(Fact::new("Price now", &quoted.quote.last.show()));
    }
    if let Some(halt) = &status.halt {
        facts.push(Fact::new("Halted", &halted_sentence(&instrument.symbol, &halt.because)));
    }
    if status.delisted {
        facts.push(Fact::new("Delisted", &delisted_sentence(&instrument.symbol)));
    } else if !listed {
        facts.push(Fact::new("Not listed", "Not listed here."));
    }
    Sheet {
        name: instrument.symbol.to_string(),
        facts,
        consequence: String::new(),
        fields: Vec::new(),
        button: String::new(),
        serious: false,
        refused: None,
    }
}

fn sector_field(typed: &str) -> Field {
    let hint = "For example Technology; prices in a sector move together. Optional.";
    Field { longest: LONGEST, ..Field::line("sector", "Sector", hint, typed) }
}

/// The longest name or sector, as a form has it.
const LONGEST: u32 = 100;

/// The name and the sector that were typed.
fn names(typed: &Fields, errors: &mut FieldErrors) -> Option<(String, String)> {
    let (name, sector) = (typed.text("name"), typed.text("sector"));
    let (name, sector) = (name.trim(), sector.trim());
    let rule = format!("Use at most {LONGEST_NAME} printable characters.");
    if name.is_empty() {
        errors.add("name", "Enter a name.");
    } else if !is_a_name(name) {
        errors.add("name", &rule);
    }
    if !is_a_name(sector) {
        errors.add("sector", &rule);
    }
    let sound = errors.get("name").is_none() && errors.get("sector").is_none();
    sound.then(|| (name.to_owned(), sector.to_owned()))
}

/// What was read of a field, with what is wrong beside it.
fn beside<T, E: ToString>(field: &'static str, read: Result<T, E>, errors: &mut FieldErrors) -> Option<T> {
    read.map_err(|problem| errors.add(field, &problem)).ok()
}

/// Why something was not done about the market.
pub(super) fn explain(refusal: OperationRefusal) -> Outcome {
    match refusal {
        OperationRefusal::Unknown => Outcome::NotFound,
        other => Outcome::refused(&other),
    }
}
