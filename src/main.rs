//! The command `pelato`: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    pelato::cli::main(std::env::args_os())
}
