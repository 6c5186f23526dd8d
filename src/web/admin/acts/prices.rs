//! What can be done about the price of an instrument of a simulated market.

use super::instruments::{explain, instrument, sheet, wrong};
use super::{Act, Doing, Field, Foreseen, Outcome, Sheet};
use crate::domain::{Instruction, SubjectKind, Symbol};
use crate::operations::{Move, OperationRefusal, Shock, Shocked, parse_price};
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
    fn kind(&self) -> SubjectKind {
        SubjectKind::Instrument
    }

    fn name(&self) -> &'static str {
        "set-price"
    }

    fn label(&self) -> &'static str {
        "Set price"
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let fields =
                vec![Field::amount("price", "Price", "In dollars, from 0.01 to 1,000,000.", typed.get("price"))];
            let consequence =
                "It is traded at this price from now on, and moves on from there. Everybody sees it at once.";
            let button = format!("Set the price of {}", standing.instrument.symbol);
            let refused = house.operations.is_recording().then(|| OperationRefusal::Recording.to_string());
            let consequence = consequence.to_owned();
            Ok(Some(Sheet { consequence, fields, button, serious: true, refused, ..sheet(house, &standing) }))
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
                Err(no_price) => return Ok(wrong("price", &no_price)),
            };
            let acted = house.operations.set_price(&symbol, price, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("{symbol} stands at {}.", price.show())), explain))
        })
    }
}

impl Act for ShockOne {
    fn kind(&self) -> SubjectKind {
        SubjectKind::Instrument
    }

    fn name(&self) -> &'static str {
        "shock"
    }

    fn label(&self) -> &'static str {
        "Shock price"
    }

    fn in_bulk(&self) -> bool {
        true
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(standing) = instrument(house, id).await? else { return Ok(None) };
            let fields = vec![percent_field(typed.get("percent"))];
            let consequence = "Its price jumps by this part of itself at once, and moves on from there.".to_owned();
            let button = format!("Shock {}", standing.instrument.symbol);
            let refused = house.operations.is_recording().then(|| OperationRefusal::Recording.to_string());
            Ok(Some(Sheet { consequence, fields, button, serious: true, refused, ..sheet(house, &standing) }))
        })
    }

    fn is_foreseen(&self) -> bool {
        true
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
                Err(no_shock) => return Ok(wrong("percent", &no_shock)),
            };
            let acted = house.operations.shock(&Shocked::One(symbol.clone()), by, instruction).await?;
            Ok(Outcome::of(acted, |()| Outcome::done(format!("{symbol} has moved by {by}.")), explain))
        })
    }
}

/// By how much prices move.
pub(super) fn percent_field(typed: &str) -> Field {
    Field::amount("percent", "Percent", "Such as -12.5 or 20, from -90 to 900.", typed)
}

/// What a shock of these prices would come to, for a form that has what was typed.
pub(super) fn foreseen(house: &House, which: &Shocked, typed: &Fields) -> Foreseen {
    let by = typed.get("percent").parse::<Shock>().map_err(|no_shock| {
        let mut errors = FieldErrors::default();
        errors.add("percent", &no_shock);
        errors
    })?;
    let moves = house.operations.foresee(which, by);
    let shown = moves
        .iter()
        .take(SHOWN)
        .map(|Move { symbol, from, to, .. }| format!("{symbol} would go from {} to {}.", from.show(), to.show()));
    let shown = shown.collect::<Vec<_>>().join(" ");
    Ok(match moves.len().saturating_sub(SHOWN) {
        0 if shown.is_empty() => "No price would move.".to_owned(),
        0 => shown,
        more => format!("{shown} And {more} more."),
    })
}

/// How many prices a foreseen shock names.
const SHOWN: usize = 5;
