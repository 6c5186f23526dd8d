//! What an intervention comes to, and why it is not made, in words.

use crate::trading::{InterventionRefusal, Prospect, Shares};
use crate::web::field_errors::FieldErrors;
use crate::web::format::{Dollars as _, Show as _};
use crate::web::moments::day_words;

/// Of how many instruments it is told one by one what becomes of their shares.
const MOST_TOLD: usize = 5;

/// What an intervention comes to, in sentences; none where nothing moves.
pub(super) fn comes_to(prospect: &Prospect) -> Vec<String> {
    let Prospect { before, after } = prospect;
    let mut sentences = Vec::new();
    if before.cash != after.cash {
        sentences.push(format!("Cash changes from {} to {}.", before.cash.dollars(), after.cash.dollars()));
    }
    let mut moved: Vec<String> =
        before.shares.iter().zip(&after.shares).filter_map(|(was, is)| shares_come_to(was, is)).collect();
    let more = moved.len().saturating_sub(MOST_TOLD);
    moved.truncate(MOST_TOLD);
    sentences.extend(moved);
    if more > 0 {
        sentences.push(format!("The same happens for {more} more instruments."));
    }
    if before.epoch != after.epoch {
        sentences.push(format!("This is reset {} of this account.", after.epoch - 1));
    }
    sentences
}

/// What becomes of the shares of one instrument; nothing where they stay as they are.
fn shares_come_to(was: &Shares, is: &Shares) -> Option<String> {
    let (was, is, symbol) = (was.position, is.position, &was.symbol);
    let mut sentences = Vec::new();
    if (was.quantity, was.cost) != (is.quantity, is.cost) {
        sentences.push(format!(
            "{symbol} changes from {} shares (cost {}) to {} (cost {}).",
            was.quantity.show(),
            was.cost.dollars(),
            is.quantity.show(),
            is.cost.dollars()
        ));
    }
    if was.realised != is.realised {
        let (was, is) = (was.realised.dollars(), is.realised.dollars());
        sentences.push(format!("The realised gain in {symbol} changes from {was} to {is}."));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Why an intervention was not made, beside the field it is about.
pub(super) fn beside_fields(refusal: &InterventionRefusal) -> FieldErrors {
    let mut errors = FieldErrors::default();
    match words(refusal) {
        (Some(field), sentence) => errors.add(field, &sentence),
        (None, sentence) => errors.refuse(&sentence),
    }
    errors
}

/// Why an intervention was not made and what would work, with the field it is about, if it is about one.
pub(super) fn words(refusal: &InterventionRefusal) -> (Option<&'static str>, String) {
    match refusal {
        InterventionRefusal::Nothing => (None, "That would change nothing.".to_owned()),
        InterventionRefusal::TooLarge => {
            (None, "That is more than an account can hold. Enter a smaller amount.".to_owned())
        }
        InterventionRefusal::NotEnoughCash { cash } => {
            (Some("amount"), format!("The account has {} in cash. You can remove up to that amount.", cash.dollars()))
        }
        InterventionRefusal::UnknownSymbol { symbol } => {
            (Some("symbol"), format!("{symbol} has never been listed here."))
        }
        InterventionRefusal::NotEnoughShares { symbol, held } if held.is_zero() => {
            (Some("quantity"), format!("This account holds no {symbol}."))
        }
        InterventionRefusal::NotEnoughShares { symbol, held } => {
            (Some("quantity"), format!("This account holds {} {symbol}. You can remove up to that many.", held.show()))
        }
        InterventionRefusal::NotSoMuchCost { cost } => (
            Some("cost"),
            format!("The total cost of the shares is {}. You can remove up to that amount.", cost.dollars()),
        ),
        InterventionRefusal::NotTheWholeCost { cost } => (
            Some("cost"),
            format!("When you remove all shares, you must also remove their whole cost: {}.", cost.dollars()),
        ),
        InterventionRefusal::Frozen => (None, "The account is already frozen.".to_owned()),
        InterventionRefusal::NotFrozen => (None, "The account is not frozen.".to_owned()),
        InterventionRefusal::UnknownOrder => (None, "There is no such order.".to_owned()),
        InterventionRefusal::Reversed { at } => {
            (None, format!("The order was already reversed on {}.", day_words(*at)))
        }
        InterventionRefusal::Past => (
            None,
            "The order is from before the account was reset, which already undid it. There is nothing left to reverse."
                .to_owned(),
        ),
        InterventionRefusal::SharesGone { symbol, bought, held } => (
            None,
            format!(
                "The order bought {} {symbol}, but only {} are left because shares have been sold or removed since. Reverse the sale first, or add the missing shares.",
                bought.show(),
                held.show()
            ),
        ),
        InterventionRefusal::CashGone { proceeds, cash } => (
            None,
            format!(
                "The order brought in {}, but only {} is left in cash because cash has been spent or withdrawn since. Reverse a purchase first, or add the missing cash.",
                proceeds.dollars(),
                cash.dollars()
            ),
        ),
    }
}
