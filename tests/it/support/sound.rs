//! Books that two witnesses call sound: the audit of the tests, which shares nothing with the house, and the house's own
//! `tradefloor verify`.

use super::books::{Audited, assert_balanced};
use super::place::argument;
use super::server::command;
use tradefloor::store::Database;

/// Expects that the audit and the real command both find nothing to say against the books in `database`, which a
/// server may be using.
#[track_caller]
pub(crate) fn assert_sound(database: &Database) -> Audited {
    let audited = assert_balanced(database);
    let directory = tempfile::tempdir().expect("a directory to run in");
    let mut verify = command(directory.path());
    let ended = verify.args(["verify", "--database"]).arg(argument(database)).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains(" agree ("), "{database} is not verified: {ended:?}");
    audited
}
