//! The PostgreSQL database of the components.

mod calls;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::TryStreamExt;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres::{Client, Row};

use super::HostError;
use crate::postgres::{self, PostgresError, Server};
use values::Parameter;

/// How many connections are kept: while one waits for the disk, others can hand over their rows.
const CONNECTIONS: usize = 4;

/// The database. The connection is opened when the first component needs it.
pub(super) struct Databases {
    server: Option<Server>,
    database: OnceCell<Arc<Database>>,
}

pub(super) struct Database {
    server: Server,
    /// Where connections are served: not on the threads that run functions.
    runtime: Handle,
    connections: Vec<Mutex<Option<Arc<Client>>>>,
    turn: AtomicUsize,
}

/// What came of a statement.
pub(super) struct Ran {
    rows: Vec<Row>,
    /// How many rows it inserted, changed or returned.
    affected: u64,
}

impl Databases {
    /// The one at this server, if there is one.
    pub fn at(server: Option<Server>) -> Self {
        Self { server, database: OnceCell::new() }
    }

    /// The database, for a component that needs it, and this table in it.
    pub async fn open(&self, component: &str, table: Option<&str>) -> Result<Arc<Database>, HostError> {
        let Some(server) = &self.server else {
            return Err(HostError::NoDatabase { component: component.to_owned() });
        };
        let opened = self.database.get_or_try_init(|| async {
            let database = Database::new(server.clone());
            // Connect now, so that a wrong password is reported before the first message arrives.
            database.client().await?;
            Ok::<_, PostgresError>(Arc::new(database))
        });
        let database = opened.await?;
        match table {
            Some(table) if !database.has_table(table).await? => {
                let (component, server) = (component.to_owned(), database.server.to_string());
                Err(HostError::NoTable { component, table: table.to_owned(), server })
            }
            _ => Ok(Arc::clone(database)),
        }
    }
}

impl Database {
    fn new(server: Server) -> Self {
        let connections = (0..CONNECTIONS).map(|_| Mutex::default()).collect();
        Self { server, runtime: Handle::current(), connections, turn: AtomicUsize::new(0) }
    }

    /// A connection; one that was lost is replaced.
    async fn client(&self) -> Result<Arc<Client>, PostgresError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        let mut connection = self.connections[turn].lock().await;
        if let Some(client) = connection.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let server = self.server.clone();
        let connecting = self.runtime.spawn(async move { server.connect().await });
        let client = match connecting.await {
            Ok(connected) => Arc::new(connected?),
            // Fails only when the host ends.
            Err(cause) => {
                let server = self.server.to_string();
                return Err(PostgresError::Unreachable { server, message: cause.to_string() });
            }
        };
        *connection = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Whether there is a table of this name, with its schema's in front or not, that this user can see.
    async fn has_table(&self, table: &str) -> Result<bool, PostgresError> {
        let client = self.client().await?;
        let found =
            client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&postgres::identifier(table)]).await;
        match found.and_then(|row| row.try_get(0)) {
            Ok(found) => Ok(found),
            // Such as the right to look into its schema: there is none for this user.
            Err(error) if error.as_db_error().is_some() => Ok(false),
            Err(error) => {
                let server = self.server.to_string();
                Err(PostgresError::Unreachable { server, message: postgres::words(&error) })
            }
        }
    }

    async fn run(&self, statement: &str, parameters: Vec<Parameter>) -> Result<Ran, String> {
        let client = self.client().await.map_err(|error| error.to_string())?;
        let parameters = parameters.into_iter().map(Parameter::typed);
        let run = async {
            let mut rows = std::pin::pin!(client.query_typed_raw(statement, parameters).await?);
            let mut all = Vec::new();
            while let Some(row) = rows.try_next().await? {
                all.push(row);
            }
            Ok(Ran { rows: all, affected: rows.rows_affected().unwrap_or_default() })
        };
        run.await.map_err(|error: tokio_postgres::Error| self.complaint(&error))
    }

    /// Runs statements without parameters.
    async fn run_batch(&self, statements: &str) -> Result<(), String> {
        let client = self.client().await.map_err(|error| error.to_string())?;
        client.batch_execute(statements).await.map_err(|error| self.complaint(&error))
    }

    fn complaint(&self, error: &tokio_postgres::Error) -> String {
        match error.as_db_error() {
            Some(_) => postgres::words(error),
            None => format!("the connection to {} was lost: {}", self.server, postgres::words(error)),
        }
    }
}
