//! The append-only account book, and the hash that chains its lines.

use super::order::words;
use super::{AccountId, At, InstrumentId, Money, OrderId, Quantity};
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Binary;
use sha2::{Digest, Sha256};

words!(
    /// Why cash or shares moved.
    EntryKind {
        /// The balance an account begins with.
        Opening = "opening",
        /// Money added by the account's owner.
        Deposit = "deposit",
        /// Money taken out by the account's owner.
        Withdrawal = "withdrawal",
        /// Cash paid for shares.
        Buy = "buy",
        /// Cash received for shares.
        Sell = "sell",
        /// What the house put right: cash, or shares with what they cost, or both where an order is undone.
        Adjustment = "adjustment",
    }
);

/// SHA-256 over an entry and the hash of the entry before it; the first entry of an account follows [`ChainHash::START`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct ChainHash(pub [u8; 32]);

impl<DB> ToSql<Binary, DB> for ChainHash
where
    DB: Backend,
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}

impl<DB> FromSql<Binary, DB> for ChainHash
where
    DB: Backend,
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let bytes = Vec::<u8>::from_sql(bytes)?;
        let hash = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| "a ledger hash is not 32 bytes long")?;
        Ok(Self(hash))
    }
}

impl ChainHash {
    /// What the first entry of an account chains to.
    pub const START: Self = Self([0; 32]);
}

/// One line of an account's ledger. Never changed and never removed: a correction is another line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose book.
    pub account: AccountId,
    /// 1 for an account's first entry, then one more each.
    pub sequence: i64,
    /// Why.
    pub kind: EntryKind,
    /// The change in cash.
    pub cash: Money,
    /// Cash after the change.
    pub balance: Money,
    /// What the shares are of, where shares moved.
    pub instrument: Option<InstrumentId>,
    /// The change in shares of `instrument`.
    pub quantity: Quantity,
    /// The change in what those shares cost.
    pub cost: Money,
    /// The order that caused it, if one did.
    pub order: Option<OrderId>,
    /// When.
    pub at: At,
    /// A remark for people; may be empty.
    pub memo: String,
}

impl Entry {
    /// The hash of this entry after `previous`: each field in the order declared, as fixed-width
    /// big-endian numbers, with the texts preceded by their length and absent ids written as zero.
    #[must_use]
    pub fn chain(&self, previous: ChainHash) -> ChainHash {
        let mut hasher = Sha256::new();
        hasher.update(previous.0);
        let mut number = |value: i64| hasher.update(value.to_be_bytes());
        number(self.account.0);
        number(self.sequence);
        number(self.cash.cents());
        number(self.balance.cents());
        number(self.instrument.map_or(0, |id| id.0));
        number(self.quantity.units());
        number(self.cost.cents());
        number(self.order.map_or(0, |id| id.0));
        number(self.at.micros());
        for text in [self.kind.as_str(), &self.memo] {
            hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        ChainHash(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            account: AccountId(7),
            sequence: 1,
            kind: EntryKind::Opening,
            cash: Money::from_cents(1_000_000),
            balance: Money::from_cents(1_000_000),
            instrument: None,
            quantity: Quantity::ZERO,
            cost: Money::ZERO,
            order: None,
            at: At::from_micros(1_700_000_000_000_000),
            memo: String::new(),
        }
    }

    #[test]
    fn changing_any_field_changes_the_hash() {
        let original = entry().chain(ChainHash::START);
        let changed = [
            Entry { account: AccountId(8), ..entry() },
            Entry { sequence: 2, ..entry() },
            Entry { kind: EntryKind::Deposit, ..entry() },
            Entry { cash: Money::from_cents(1), ..entry() },
            Entry { balance: Money::from_cents(1), ..entry() },
            Entry { instrument: Some(InstrumentId(1)), ..entry() },
            Entry { quantity: Quantity::ONE, ..entry() },
            Entry { cost: Money::from_cents(1), ..entry() },
            Entry { order: Some(OrderId(1)), ..entry() },
            Entry { at: At::from_micros(0), ..entry() },
            Entry { memo: "x".to_owned(), ..entry() },
        ];
        for (index, entry) in changed.iter().enumerate() {
            assert_ne!(entry.chain(ChainHash::START), original, "field {index}");
        }
        assert_ne!(entry().chain(original), original);
    }
}
