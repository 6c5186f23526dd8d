//! What the desk refuses, in words: why, and what would work.

use super::field_errors::FieldErrors;
use super::format::{Dollars as _, Show as _, fill_sentence};
use super::moments::{age_words, day_words, opening};
use crate::domain::{Quantity, Symbol};
use crate::store::accounts::Frozen;
use crate::trading::{FundingRefusal, Refusal};

/// Says beside the right field of a ticket why an order was not placed.
pub(super) fn explain(refusal: &Refusal, errors: &mut FieldErrors) {
    match refusal {
        Refusal::UnknownSymbol { symbol } => {
            errors.add("symbol", &format!("{symbol} is not listed here. Choose a symbol from Rates."));
        }
        Refusal::Halted { symbol, because } => errors.refuse(&halted_sentence(symbol, because)),
        Refusal::Delisted { symbol } => errors.refuse(&delisted_sentence(symbol)),
        Refusal::NoQuote { symbol } => {
            errors.add("symbol", &format!("{symbol} has no price yet. You can trade it once it has a quote."));
        }
        Refusal::StaleQuote { symbol, age } => {
            let age = age_words(*age);
            errors.refuse(&format!(
                "The latest price of {symbol} is too old ({age}). You can trade it again when a new quote arrives."
            ));
        }
        Refusal::MarketPaused => errors.refuse(MARKET_PAUSED),
        Refusal::MarketClosed { opens, zone } => {
            errors.refuse(&format!("The market is closed. It opens on {}.", opening(*opens, zone)));
        }
        Refusal::MarketEnded => errors.refuse("The recording has ended, so trading is over."),
        Refusal::NotEnoughCash { cost, cash, affordable, .. } => {
            let (cost, cash) = (cost.dollars(), cash.dollars());
            errors.add("amount", &format!("That costs {cost} and you have {cash}. {}", advice(*affordable)));
        }
        Refusal::NotEnoughShares { symbol, held, .. } if held.is_zero() => {
            errors.add("amount", &format!("You do not own any {symbol} to sell."));
        }
        Refusal::NotEnoughShares { symbol, asked, held } => {
            let (asked, held) = (asked.show(), held.show());
            errors.add(
                "amount",
                &format!("You own {held} {symbol}, which is less than {asked}. You can sell up to {held}."),
            );
        }
        Refusal::Frozen(frozen) => errors.refuse(&frozen_words(frozen)),
        Refusal::TooSmall => {
            errors
                .add("amount", "That is less than a cent or the smallest fraction of a share. Enter a larger amount.");
        }
        Refusal::TooLarge => errors.add("amount", "That is more than an account can hold. Enter a smaller amount."),
        Refusal::KeyUsed { order } => {
            let done = fill_sentence(order.side, order.quantity, &order.symbol, order.price, order.cash);
            errors.refuse(&format!("This order was already placed: {done} Submit it again to place another."));
        }
    }
}

/// Why nobody can trade anything for now.
pub(super) const MARKET_PAUSED: &str = "Trading is paused. You can place orders when it resumes.";

/// Why nobody can trade an instrument for now. The reason is somebody's own words, with or without a full stop.
pub(super) fn halted_sentence(symbol: &Symbol, because: &str) -> String {
    let stop = if because.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("Trading in {symbol} is halted: {because}{stop}")
}

/// What can be done with an instrument that has been delisted.
pub(super) fn delisted_sentence(symbol: &Symbol) -> String {
    format!("{symbol} is no longer listed. You can sell your shares but no longer buy more.")
}

/// Says beside the amount why money was not moved.
pub(super) fn explain_funding(refusal: &FundingRefusal, added: bool, errors: &mut FieldErrors) {
    match refusal {
        FundingRefusal::TooSmall => errors.add("amount", "Enter an amount above zero."),
        FundingRefusal::Frozen(frozen) => errors.refuse(&frozen_words(frozen)),
        FundingRefusal::TooMuchAtOnce { most } => {
            errors.add(
                "amount",
                &format!("You can {} up to {} at a time.", if added { "add" } else { "withdraw" }, most.dollars()),
            );
        }
        FundingRefusal::TooMuchInAll { room, most } => {
            let (room, most) = (room.dollars(), most.dollars());
            errors
                .add("amount", &format!("You can add {most} to an account in total. You can still add up to {room}."));
        }
        FundingRefusal::NotEnoughCash { cash } => {
            errors.add("amount", &format!("You have {}. You can withdraw up to that amount.", cash.dollars()));
        }
        FundingRefusal::KeyUsed => {
            errors.refuse("This form was already submitted with different details. Nothing more was done. Submit it again to go ahead.");
        }
    }
}

/// That the account is frozen, since when, and why.
pub(super) fn frozen_words(frozen: &Frozen) -> String {
    let (since, because) = (day_words(frozen.at), &frozen.because);
    format!("Your account has been frozen since {since}, so you cannot trade, add money or withdraw. Reason: {because}")
}

/// What could be bought instead: whole shares where that is at least one.
fn advice(affordable: Quantity) -> String {
    let whole = Quantity::from_units(affordable.units() - affordable.units() % Quantity::ONE.units());
    match (whole.is_zero(), affordable.is_zero()) {
        (false, _) => format!("You can buy up to {}.", whole.show()),
        (true, false) => format!("You can buy up to {} of a share.", affordable.show()),
        (true, true) => "Add money to your wallet first.".to_owned(),
    }
}
