//! The embedded host, with real triggers around small functions, each of which does one thing, good or bad.

mod call;
mod flow;
mod http;
mod limits;
mod replace;
