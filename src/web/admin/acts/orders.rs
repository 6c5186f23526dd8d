//! What can be done about orders: an execution undone by entries against it.

use super::accounts::{Owned, owned_by_id};
use super::prospect::{comes_to, words};
use super::{About, Act, Doing, Fact, Many, Outcome, Sheet};
use crate::domain::{Instruction, PublicId, SubjectKind};
use crate::store::orders::{self, OrderLine};
use crate::trading::{Intervention, Prospect};
use crate::web::error::PageError;
use crate::web::form_data::Fields;
use crate::web::format::fill_sentence;
use crate::web::house::House;
use crate::web::moments::day_words;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] = &[&Reverse];

/// Undoes what an order did.
struct Reverse;

impl Act for Reverse {
    fn about(&self) -> About {
        About {
            in_bulk: Some(1),
            many: Many("Reverse", "order", ""),
            ..About::of(SubjectKind::Order, "reverse", "Reverse")
        }
    }

    // The purchase behind a sale can be undone once the sale is.
    fn open<'a>(&'a self, house: &'a House, id: &'a str, _: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some((line, owned)) = order(house, id).await? else { return Ok(None) };
            let foreseen = house.desk.foresee(line.account, Intervention::Reverse { order: line.public_id.clone() });
            let (consequence, refused) = match foreseen.await? {
                Ok(prospect) => (consequence(&prospect), None),
                Err(refusal) => (String::new(), Some(words(&refusal).1)),
            };
            let mut facts = vec![Fact::new("Order", &what(&line)), Fact::new("Filled on", &day_words(line.filled_at))];
            facts.extend(owned.facts());
            Ok(Some(Sheet {
                name: format!("{}: {}", owned.owner, what(&line)),
                facts,
                consequence,
                fields: Vec::new(),
                button: format!("Reverse this order of {}", owned.owner),
                serious: false,
                refused,
            }))
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
            let Some((line, _)) = order(house, id).await? else { return Ok(Outcome::NotFound) };
            let reverse = Intervention::Reverse { order: line.public_id.clone() };
            let acted = house.desk.intervene(line.account, reverse, instruction).await?;
            let done =
                |prospect: Prospect| Outcome::done(format!("The order is reversed. {}", comes_to(&prospect).join(" ")));
            Ok(Outcome::of(acted, done, |refusal| Outcome::refused(&words(&refusal).1)))
        })
    }
}

fn what(line: &OrderLine) -> String {
    fill_sentence(line.side, line.quantity, &line.symbol, line.price, line.cash)
}

fn consequence(prospect: &Prospect) -> String {
    let moves = comes_to(prospect).join(" ");
    format!("A ledger entry undoes the order. The owner sees your reason on the order. {moves}")
}

/// The order with this public id, and whose it is.
async fn order(house: &House, id: &str) -> Result<Option<(OrderLine, Owned)>, PageError> {
    let Ok(id) = id.parse::<PublicId>() else { return Ok(None) };
    let found: Option<OrderLine> = house.store.read(move |conn| orders::named(conn, &id)).await?;
    let Some(line) = found else { return Ok(None) };
    let owned = owned_by_id(house, line.account).await?;
    Ok(Some((line, owned)))
}
