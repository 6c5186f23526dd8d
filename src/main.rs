//! The `tradefloor` binary: hands its command line to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tradefloor::cli::run(std::env::args_os())
}
