//! The settings of wasmCloud 1.x, managed by wadm.

use super::keys::{Key, Kind, Role};

keys! {
    /// Name of the lattice.
    LATTICE: Token = Some("default");
    /// NATS server of the topics, as the hosts reach it.
    HOSTS_NATS_URL: NatsUrl [Secret] = Some("nats://127.0.0.1:4222");
    /// Image of the messaging provider, or `builtin` for the one in the hosts.
    MESSAGING_PROVIDER: Image = Some("ghcr.io/wasmcloud/messaging-nats:0.27.0");
    /// Image of the HTTP provider, or `builtin` for the one in the hosts.
    HTTP_PROVIDER: Image = Some("ghcr.io/wasmcloud/http-server:0.27.0");
    /// Image of the provider of key-value buckets.
    KEYVALUE_PROVIDER: Image = Some("ghcr.io/wasmcloud/keyvalue-nats:0.3.1");
    /// Image of the provider of PostgreSQL databases.
    POSTGRES_PROVIDER: Image = Some("ghcr.io/wasmcloud/sqldb-postgres:0.9.0");
    /// Name of the configuration in the lattice that contains the database's address, user and password.
    POSTGRES_CONFIG: Configuration = Some("postgres");
    /// Address on which the HTTP provider listens on its hosts.
    HTTP_ADDRESS: IpAddress = Some("0.0.0.0");
}
