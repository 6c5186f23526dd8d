//! The `tradefloor` binary: hands its command line to the library.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A request makes and drops some hundred small things, which took the system's allocator a fifth of its time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    tradefloor::cli::run(std::env::args_os())
}
