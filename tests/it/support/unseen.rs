//! Failures of the store that end a test on the spot.

use tradefloor::store::{OpenError, StoreError};

/// What looking at a database fails with in a test: it is never seen, because the test is over.
#[derive(Debug)]
pub(crate) struct Unseen;

impl From<OpenError> for Unseen {
    fn from(error: OpenError) -> Self {
        panic!("{error}")
    }
}

impl From<StoreError> for Unseen {
    fn from(error: StoreError) -> Self {
        panic!("{error}")
    }
}
