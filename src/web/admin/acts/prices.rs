//! What can be done about the price of an instrument of a simulated market.

use super::instruments::{explain, instrument, sheet};
use super::{AT_ONCE, About, Act, Doing, Field, Foreseen, Many, Outcome, Sheet};
use crate::domain::{Instruction, Price, SubjectKind, Symbol};
use crate::operations::{HIGHEST_PRICE, Move, OperationRefusal, Shock, Shocked, parse_price};
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::Fields;
use crate::web::format::Show;
use crate::web::house::House;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] = &[&SetPrice, &ShockOne];

/// Sets the price of an instrument.
struct SetPrice;
/// Moves the price of an instrument by a part of itself.
struct ShockOne;

impl Act for SetPrice {
    fn about(&self) -> About {
        About { is_foreseen: true, ..About::of(SubjectKind::Instrument, "set-price", "Set price") }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let fields =
                vec![Field::amount("price", "Price", "In dollars, from 0.01 to 1,000,000.", typed.get("price"))];
            let consequence = "It trades at this price immediately and moves on from there. Everyone sees it at once.";
            let button = format!("Set the price of {}", standing.instrument.symbol);
            let refused = house.operations.is_recording().then(|| OperationRefusal::Recording.to_string());
            let consequence = consequence.to_owned();
            Ok(Some(Sheet { consequence, fields, button, serious: false, refused, ..sheet(house, &standing) }))
        })
    }

    fn foresee<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Foreseen>> {
        Box::pin(async move {
            let Ok(symbol) = id.parse::<Symbol>() else { return Ok(None) };
            let price = parse_price(typed.get("price")).map_err(|no_price| FieldErrors::one("price", &no_price));
            Ok(Some(price.map(|price| would_go(&house.operations.foresee_price(&symbol, price)))))
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
            let price = match parse_price(typed.get("price")) {
                Ok(price) => price,
                Err(no_price) => return Ok(Outcome::wrong("price", &no_price)),
            };
            let acted = house.operations.set_price(&symbol, price, instruction).await?;
            Ok(Outcome::of(acted, |_| Outcome::done(format!("{symbol} is now at {}.", price.show())), explain))
        })
    }
}

impl Act for ShockOne {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: Many("Shock", "price", ""),
            is_foreseen: true,
            ..About::of(SubjectKind::Instrument, "shock", "Shock price")
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let fields = vec![percent_field(typed.get("percent"))];
            let consequence = "The price moves by this percentage immediately and continues from there.".to_owned();
            let button = format!("Shock {}", standing.instrument.symbol);
            let refused = house.operations.is_recording().then(|| OperationRefusal::Recording.to_string());
            Ok(Some(Sheet { consequence, fields, button, serious: false, refused, ..sheet(house, &standing) }))
        })
    }

    fn foresee<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Foreseen>> {
        Box::pin(async move {
            let Ok(symbol) = id.parse::<Symbol>() else { return Ok(None) };
            Ok(Some(foreseen(house, &Shocked::One(symbol), typed)))
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
            let by = match typed.get("percent").parse::<Shock>() {
                Ok(by) => by,
                Err(no_shock) => return Ok(Outcome::wrong("percent", &no_shock)),
            };
            let acted = house.operations.shock(&Shocked::One(symbol.clone()), by, instruction).await?;
            Ok(Outcome::of(acted, |moves| Outcome::done(went(&moves, by)), explain))
        })
    }
}

/// By how much prices move.
pub(super) fn percent_field(typed: &str) -> Field {
    Field::amount("percent", "Percent", "From -90 to 900, for example -12.5 or 20.", typed)
}

/// What a shock of these prices would come to, for a form that has what was typed.
pub(super) fn foreseen(house: &House, which: &Shocked, typed: &Fields) -> Foreseen {
    let by = typed.get("percent").parse::<Shock>().map_err(|no_shock| FieldErrors::one("percent", &no_shock))?;
    Ok(would_go(&house.operations.foresee(which, by)))
}

/// Where prices would go from and to: the first of them, how many more, and how many would be stopped by a bound.
fn would_go(moves: &[Move]) -> String {
    let shown = moves
        .iter()
        .take(SHOWN)
        .map(|Move { symbol, from, to, .. }| format!("{symbol} would go from {} to {}.", from.show(), to.show()));
    let mut said: Vec<String> = shown.collect();
    match moves.len().saturating_sub(SHOWN) {
        0 if said.is_empty() => said.push("No price would move.".to_owned()),
        0 => {}
        more => said.push(format!("{more} more would move.")),
    }
    said.extend(cut_short(moves));
    said.join(" ")
}

/// Where the price of one instrument went.
fn went(moves: &[Move], by: Shock) -> String {
    let said = moves.iter().map(|Move { symbol, from, to, cut_short, .. }| {
        let by = if *cut_short { String::new() } else { format!(", by {by}") };
        format!("{symbol} went from {} to {}{by}.", from.show(), to.show())
    });
    said.chain(cut_short(moves)).collect::<Vec<_>>().join(" ")
}

/// That bounds kept prices from moving so far, if any were kept.
pub(super) fn cut_short(moves: &[Move]) -> Option<String> {
    let bounds = format!("between {} and {}", Price::LOWEST.show(), HIGHEST_PRICE.show());
    match (moves.iter().filter(|one| one.cut_short).count(), moves.len()) {
        (0, _) => None,
        (_, 1) => Some(format!("It stops at the limit: prices stay {bounds}.")),
        (count, of) => Some(format!("{count} of {of} stop at the limit: prices stay {bounds}.")),
    }
}

/// How many prices a foreseen shock names.
const SHOWN: usize = 5;
