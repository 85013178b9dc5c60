//! What components may call: `wasmcloud:postgres/query`.

use std::sync::Arc;

use super::Database;
use super::values::{Parameter, columns};
use crate::host::bindings::postgres::{self, PgValue, QueryError, ResultRowEntry};
use crate::host::bindings::query;
use crate::host::observe::Stored;
use crate::host::state::State;

type Rows = Vec<Vec<ResultRowEntry>>;

impl postgres::Host for State {}

impl query::Host for State {
    async fn query(
        &mut self,
        statement: String,
        values: Vec<PgValue>,
    ) -> wasmtime::Result<Result<Rows, QueryError>> {
        let parameters = match values.into_iter().map(Parameter::of).collect::<Result<Vec<_>, _>>() {
            Ok(parameters) => parameters,
            Err(message) => return Ok(Err(QueryError::InvalidParams(message))),
        };
        let database = match self.database() {
            Ok(database) => database,
            Err(error) => return Ok(Err(error)),
        };
        let stored = place(&statement).map(|place| Stored {
            place,
            body: parameters.first().map(Parameter::shown).unwrap_or_default().into(),
        });
        let ran = match self.while_waiting(database.run(&statement, parameters)).await {
            Ok(ran) => ran,
            Err(message) => return Ok(Err(QueryError::Unexpected(message))),
        };
        if let Some(stored) = stored.filter(|_| ran.affected > 0) {
            self.record.store(stored);
        }
        let entry = |(column_name, value)| ResultRowEntry { column_name, value };
        let row = |row| Ok(columns(row)?.into_iter().map(entry).collect());
        Ok(ran.rows.iter().map(row).collect::<Result<_, _>>().map_err(QueryError::Unexpected))
    }

    async fn query_batch(&mut self, statements: String) -> wasmtime::Result<Result<(), QueryError>> {
        let database = match self.database() {
            Ok(database) => database,
            Err(error) => return Ok(Err(error)),
        };
        let ran = self.while_waiting(database.run_batch(&statements)).await;
        Ok(ran.map_err(QueryError::Unexpected))
    }
}

impl State {
    fn database(&self) -> Result<Arc<Database>, QueryError> {
        let database = self.link.as_ref().and_then(|link| link.resources.database.clone());
        database.ok_or_else(|| QueryError::Unexpected("this component has no database".to_owned()))
    }
}

/// Where a statement puts something, without quotes; nowhere if it inserts nothing.
fn place(statement: &str) -> Option<String> {
    let (verb, rest) = statement.trim_start().split_at_checked("INSERT INTO ".len())?;
    let table = rest.split(['(', ' ']).next().unwrap_or_default();
    verb.eq_ignore_ascii_case("INSERT INTO ").then(|| table.replace('"', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_table() {
        assert_eq!(place("insert into readings(data) VALUES (1)").as_deref(), Some("readings"));
        assert_eq!(
            place(r#"INSERT INTO "house"."readings" ("data") VALUES ($1)"#).as_deref(),
            Some("house.readings")
        );
        for other in ["SELECT 1", "", "INSERT", "UPDATE a SET b = 1", "insertion ä"] {
            assert_eq!(place(other), None, "{other}");
        }
    }
}
