//! The values the house trades in, and the rules that hold without a clock, a database or a network.
//!
//! Everything here is pure: text is parsed once into one of these types, and past that point no bare
//! integer or string carries meaning. Arithmetic is checked; what does not fit is a refusal, never a wrap.

mod columns;
mod unseen;

pub mod amount;
pub mod audit;
pub mod candle;
pub mod code;
pub mod hexadecimal;
pub mod ids;
pub mod instruction;
pub mod instrument;
pub mod ledger;
pub mod money;
pub mod notional;
pub mod order;
pub mod position;
pub mod price;
pub mod quantity;
pub mod quote;
pub mod spreadsheet;
pub mod symbol;
pub mod time;
pub mod user;

pub use amount::AmountError;
pub use audit::{Act, AuditEntry, Details, Subject, SubjectKind};
pub use candle::{Candle, Recorded, Timeframe};
pub use code::SignInCode;
pub use hexadecimal::hexadecimal;
pub use ids::{AccountId, InstrumentId, OrderId, PublicId, UserId};
pub use instruction::{Author, Instruction, NotAReason, Reason};
pub use instrument::{Halt, Instrument, Listing, NotTraded, Origin, TradingStatus};
pub use ledger::{ChainHash, Entry, EntryKind};
pub use money::Money;
pub use notional::Notional;
pub use order::{OrderKey, OrderSize, OrderState, Side};
pub use position::Position;
pub use price::Price;
pub use quantity::Quantity;
pub use quote::Quote;
pub use symbol::Symbol;
pub use time::At;
pub use user::{NewPassword, NotAUsername, Role, Username};
