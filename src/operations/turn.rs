//! Whose turn it is to change books and board, and what the board has yet to be told of.

use super::OperationActed;
use crate::domain::OrderKey;
use crate::store::StoreError;
use crate::store::audit::Acted;
use std::collections::VecDeque;

/// How many acts that were not confirmed are remembered.
const REMEMBERED: usize = 100;

/// Held by whoever changes books and board, so that both change in one order.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// The keys of acts that may be on record without the board having been told of them, oldest first.
    untold: VecDeque<OrderKey>,
}

impl Turn {
    /// Whether the board is to be told now of the act under `key`, of which `acted` is what became: when it came on
    /// record just now, and when it had come on record without anybody having been told so.
    pub(super) fn is_due<T>(&mut self, key: &OrderKey, acted: &Result<OperationActed<T>, StoreError>) -> bool {
        let was_untold = self.untold.contains(key);
        self.untold.retain(|other| other != key);
        match acted {
            Ok(Acted::Done(_)) => true,
            Ok(Acted::Repeated(_)) => was_untold,
            Ok(Acted::Overtaken(_) | Acted::Closed | Acted::Refused(_)) => false,
            Err(StoreError::Unconfirmed) => {
                self.remember(key.clone());
                false
            }
            Err(_) => {
                if was_untold {
                    self.remember(key.clone());
                }
                false
            }
        }
    }

    /// Remembers that the board was not told of the act under `key`, which may be on record.
    pub(super) fn remember(&mut self, key: OrderKey) {
        if self.untold.len() == REMEMBERED {
            self.untold.pop_front();
        }
        self.untold.push_back(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Act, Details, SubjectKind};
    use crate::operations::OperationRefusal;
    use crate::store::audit::AuditLine;

    type Told = Result<OperationActed<()>, StoreError>;

    fn repeated() -> OperationActed<()> {
        Acted::Repeated(Box::new(AuditLine {
            number: 1,
            at: crate::domain::At::EARLIEST,
            actor: None,
            act: Act::PauseMarket,
            kind: SubjectKind::Market,
            subject: String::new(),
            person: None,
            reason: String::new(),
            was: Details::default(),
            became: Details::default(),
        }))
    }

    #[test]
    fn the_board_is_told_once_of_an_act_that_was_not_confirmed_and_is_sent_again() {
        let mut turn = Turn::default();
        let key: OrderKey = "one".parse().unwrap();
        assert!(turn.is_due(&key, &Told::Ok(Acted::Done(()))));
        assert!(!turn.is_due(&key, &Ok(repeated())), "it was told when it was done");
        assert!(!turn.is_due(&key, &Told::Err(StoreError::Unconfirmed)));
        assert!(!turn.is_due(&key, &Told::Err(StoreError::Busy)), "nothing is known of it yet");
        assert!(turn.is_due(&key, &Ok(repeated())));
        assert!(!turn.is_due(&key, &Ok(repeated())));
        assert!(!turn.is_due(&key, &Told::Ok(Acted::Refused(OperationRefusal::NothingToDo))));
    }
}
