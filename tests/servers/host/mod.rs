//! The embedded host with a real NATS server and a real PostgreSQL.

mod keyvalue;
mod nats;
mod postgres;
