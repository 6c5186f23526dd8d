//! What can be done about accounts: cash and shares put right, trading stopped and allowed, a new beginning.

use super::prospect::{beside_fields, comes_to, words};
use super::{AT_ONCE, About, Act, Doing, Fact, Field, Foreseen, Many, Outcome, Sheet};
use crate::domain::{AccountId, Instruction, Money, PublicId, Quantity, SubjectKind, Symbol};
use crate::store::accounts::{self, Account};
use crate::store::users;
use crate::store::{Conn, StoreError};
use crate::trading::{Intervention, InterventionRefusal, Prospect};
use crate::web::error::PageError;
use crate::web::field_errors::FieldErrors;
use crate::web::form_data::Fields;
use crate::web::format::Dollars as _;
use crate::web::house::House;
use crate::web::moments::day_words;

/// In the order shown.
pub(super) static ACTS: &[&dyn Act] = &[&ADJUST_CASH, &ADJUST_SHARES, &FREEZE, &UNFREEZE, &RESET];

/// Something staff can do about an account, as an intervention of the desk.
struct AccountAct {
    name: &'static str,
    label: &'static str,
    many: Many,
    /// The button's words before the name of the account's owner.
    button: &'static str,
    /// What is said before that name once it is done.
    done: &'static str,
    serious: bool,
    /// What is asked besides the reason.
    fields: fn(&Fields) -> Vec<Field>,
    /// What is meant by what was typed.
    read: fn(&Fields) -> Result<Intervention, FieldErrors>,
    /// What will happen, whatever is typed.
    consequence: &'static str,
}

static ADJUST_CASH: AccountAct = AccountAct {
    name: "adjust-cash",
    label: "Adjust cash",
    many: Many("Adjust cash in", "account", ""),
    button: "Adjust the cash of",
    done: "Adjusted the cash of",
    serious: false,
    fields: cash_fields,
    read: read_cash,
    consequence: "A ledger entry adds or removes the cash. It counts as a deposit or a withdrawal, not as a gain or a loss. The owner sees your reason in the wallet.",
};

static ADJUST_SHARES: AccountAct = AccountAct {
    name: "adjust-shares",
    label: "Adjust shares",
    many: Many("Adjust shares in", "account", ""),
    button: "Adjust the shares of",
    done: "Adjusted the shares of",
    serious: false,
    fields: share_fields,
    read: read_shares,
    consequence: "A ledger entry adds the shares at the cost you enter, or removes them with that much of their cost. It is not a gain or a loss. The owner sees your reason in the wallet.",
};

static FREEZE: AccountAct = AccountAct {
    name: "freeze",
    label: "Freeze",
    many: Many("Freeze", "account", ""),
    button: "Freeze the account of",
    done: "Froze the account of",
    serious: true,
    fields: |_| Vec::new(),
    read: |_| Ok(Intervention::Freeze),
    consequence: "The owner can no longer trade, add money or withdraw, and sees your reason. Cash and shares stay in the account.",
};

static UNFREEZE: AccountAct = AccountAct {
    name: "unfreeze",
    label: "Unfreeze",
    many: Many("Unfreeze", "account", ""),
    button: "Unfreeze the account of",
    done: "Unfroze the account of",
    serious: false,
    fields: |_| Vec::new(),
    read: |_| Ok(Intervention::Unfreeze),
    consequence: "The owner can trade, add money and withdraw again.",
};

static RESET: AccountAct = AccountAct {
    name: "reset",
    label: "Reset",
    many: Many("Reset", "account", ""),
    button: "Reset the account of",
    done: "Reset the account of",
    serious: true,
    fields: |_| Vec::new(),
    read: |_| Ok(Intervention::Reset),
    consequence: "All shares are removed and the account starts over with its opening balance. Gains and net deposits start over too. Earlier activity can still be viewed.",
};

impl Act for AccountAct {
    fn about(&self) -> About {
        About {
            in_bulk: Some(AT_ONCE),
            many: self.many,
            is_foreseen: !(self.fields)(&Fields::default()).is_empty(),
            ..About::of(SubjectKind::Account, self.name, self.label)
        }
    }

    fn open<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Sheet>> {
        Box::pin(async move {
            let Some(owned) = owned(house, id).await? else { return Ok(None) };
            let (mut sentences, mut refused) = (vec![self.consequence.to_owned()], None);
            if !self.about().is_foreseen
                && let Ok(intervention) = (self.read)(typed)
            {
                match house.desk.foresee(owned.account.id, intervention).await? {
                    Ok(prospect) => sentences.extend(comes_to(&prospect)),
                    Err(refusal) => refused = Some(words(&refusal).1),
                }
            }
            Ok(Some(Sheet {
                facts: owned.facts(),
                consequence: sentences.join(" "),
                fields: (self.fields)(typed),
                button: format!("{} {}", self.button, owned.owner),
                serious: self.serious,
                refused,
                name: owned.owner,
            }))
        })
    }

    fn foresee<'a>(&'a self, house: &'a House, id: &'a str, typed: &'a Fields) -> Doing<'a, Option<Foreseen>> {
        Box::pin(async move {
            let Some(owned) = owned(house, id).await? else { return Ok(None) };
            let intervention = match (self.read)(typed) {
                Ok(intervention) => intervention,
                Err(errors) => return Ok(Some(Err(errors))),
            };
            let foreseen = house.desk.foresee(owned.account.id, intervention).await?;
            Ok(Some(
                foreseen
                    .map(|prospect| comes_to(&prospect).join(" "))
                    .map_err(|refusal| owned.explain(&refusal, self.name == ADJUST_CASH.name)),
            ))
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
            let Some(owned) = owned(house, id).await? else { return Ok(Outcome::NotFound) };
            let intervention = match (self.read)(typed) {
                Ok(intervention) => intervention,
                Err(errors) => return Ok(Outcome::Wrong(errors)),
            };
            let acted = house.desk.intervene(owned.account.id, intervention, instruction).await?;
            let done = |prospect: Prospect| {
                let did = format!("{} {}.", self.done, owned.owner);
                Outcome::done([vec![did], comes_to(&prospect)].concat().join(" "))
            };
            Ok(Outcome::of(acted, done, |refusal| {
                Outcome::Wrong(owned.explain(&refusal, self.name == ADJUST_CASH.name))
            }))
        })
    }
}

fn directions(typed: &Fields, given: &str, taken: &str) -> Field {
    let choices = vec![("give".to_owned(), given.to_owned()), ("take".to_owned(), taken.to_owned())];
    let chosen = if typed.get("direction") == "take" { "take" } else { "give" };
    Field::choice("direction", "Direction", choices, chosen)
}

fn cash_fields(typed: &Fields) -> Vec<Field> {
    vec![
        directions(typed, "Add cash", "Remove cash"),
        Field::amount(
            "amount",
            "Amount in dollars",
            format!(
                "Above zero. You can remove up to the current cash; an account can hold at most {}.",
                Money::MAX.dollars()
            ),
            typed.get("amount"),
        ),
    ]
}

fn read_cash(typed: &Fields) -> Result<Intervention, FieldErrors> {
    let mut errors = FieldErrors::default();
    match Money::parse_positive(typed.get("amount")) {
        Ok(amount) if typed.get("direction") == "give" => return Ok(Intervention::AdjustCash { change: amount }),
        Ok(amount) if typed.get("direction") == "take" => {
            // What is above zero has an opposite.
            let change = amount.checked_neg().unwrap_or(Money::ZERO);
            return Ok(Intervention::AdjustCash { change });
        }
        Ok(_) => errors.add("direction", "Choose whether to add or remove cash."),
        Err(wrong) => errors.add("amount", &wrong),
    }
    Err(errors)
}

fn share_fields(typed: &Fields) -> Vec<Field> {
    let cost =
        "The total cost, not per share. When you remove shares you can leave this empty to use their average cost.";
    vec![
        directions(typed, "Add shares", "Remove shares"),
        Field { longest: 8, ..Field::line("symbol", "Symbol", "For example AAPL.", typed.get("symbol")) },
        Field::amount("quantity", "Shares", "Up to 9 decimals.", typed.get("quantity")),
        Field::amount("cost", "Cost in dollars", cost, typed.get("cost")),
    ]
}

fn read_shares(typed: &Fields) -> Result<Intervention, FieldErrors> {
    let mut errors = FieldErrors::default();
    let gives = typed.get("direction") == "give";
    if !gives && typed.get("direction") != "take" {
        errors.add("direction", "Choose whether to add or remove shares.");
    }
    let symbol = typed.get("symbol").parse::<Symbol>();
    if let Err(wrong) = &symbol {
        errors.add("symbol", wrong);
    }
    let quantity = Quantity::parse_positive(typed.get("quantity"));
    if let Err(wrong) = &quantity {
        errors.add("quantity", wrong);
    }
    let part = !gives && typed.get("cost").trim().is_empty();
    let cost = if part { Ok(None) } else { typed.get("cost").parse::<Money>().map(Some) };
    match &cost {
        Err(wrong) => errors.add("cost", wrong),
        Ok(Some(cost)) if cost.is_negative() => errors.add("cost", "Enter a cost of zero or more."),
        Ok(_) => {}
    }
    match (symbol, quantity, cost) {
        (Ok(symbol), Ok(quantity), Ok(cost)) if errors.is_empty() => Ok(match (gives, cost) {
            (true, cost) => Intervention::GiveShares { symbol, quantity, cost: cost.unwrap_or(Money::ZERO) },
            (false, cost) => Intervention::TakeShares { symbol, quantity, cost },
        }),
        _ => Err(errors),
    }
}

/// An account and what its owner is called.
pub(super) struct Owned {
    pub(super) account: Account,
    pub(super) owner: String,
}

impl Owned {
    pub(super) fn read(conn: &mut Conn, account: Account) -> Result<Self, StoreError> {
        let user = users::find(conn, account.user_id)?;
        Ok(Self { account, owner: user.map_or_else(|| "nobody".to_owned(), |user| user.username.to_string()) })
    }

    /// Why an intervention was not made, beside the field it is about; `cash_alone` when it moves nothing but cash.
    fn explain(&self, refusal: &InterventionRefusal, cash_alone: bool) -> FieldErrors {
        let Account { cash, contributed, .. } = self.account;
        match refusal {
            InterventionRefusal::TooLarge if cash_alone => {
                let room = Money::MAX.checked_sub(cash.max(contributed)).unwrap_or(Money::ZERO);
                let room = room.dollars();
                FieldErrors::one("amount", &format!("That is more than an account can hold. You can add up to {room}."))
            }
            other => beside_fields(other),
        }
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        let Account { cash, contributed, epoch, .. } = &self.account;
        let mut facts = vec![
            Fact::new("Owner", &self.owner),
            Fact::new("Cash", &cash.dollars()),
            Fact::new("Net deposits", &contributed.dollars()),
        ];
        if *epoch > 1 {
            facts.push(Fact::new("Resets", &(epoch - 1)));
        }
        if let Some(frozen) = self.account.frozen() {
            facts.push(Fact::new(format!("Frozen since {}", day_words(frozen.at)), &frozen.because));
        }
        facts
    }
}

/// The account with this public id.
async fn owned(house: &House, id: &str) -> Result<Option<Owned>, PageError> {
    let Ok(id) = id.parse::<PublicId>() else { return Ok(None) };
    let found = house.store.read(move |conn| {
        let account = accounts::by_public_id(conn, &id)?;
        account.map(|account| Owned::read(conn, account)).transpose()
    });
    Ok(found.await.map_err(|error: StoreError| error)?)
}

/// The account with this id.
pub(super) async fn owned_by_id(house: &House, id: AccountId) -> Result<Owned, PageError> {
    let found = house.store.read(move |conn| {
        let account = accounts::get(conn, id)?;
        Owned::read(conn, account)
    });
    Ok(found.await.map_err(|error: StoreError| error)?)
}
