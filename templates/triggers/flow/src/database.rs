//! Rows of a database: each result is one.

use serde_json::value::RawValue;

use crate::Platform;
use crate::deliver::{Destination, Failure};
use crate::setting::required;

/// The setting with the table's name, after its schema's if it has one.
pub const TABLE: &str = "table";
/// The setting with the column that results go to.
pub const COLUMN: &str = "column";
/// The setting with what happens to a row that exists already: `none`, `ignore` or `update:COLUMN`.
pub const ON_CONFLICT: &str = "on_conflict";

/// A database.
pub trait Database {
    /// Runs a statement with `value` in place of `$1`.
    ///
    /// # Errors
    /// Why the platform or the database failed.
    fn run(&self, statement: &str, value: &str) -> Result<(), String>;
}

/// The rows that the results of a task become.
pub(crate) struct Rows<'a, D> {
    database: &'a D,
    table: String,
    statement: String,
}

impl<'a, D: Database> Rows<'a, D> {
    /// As the task's settings say.
    pub(crate) fn of(platform: &impl Platform, database: &'a D) -> Result<Self, Failure> {
        let table = required(platform, TABLE)?;
        let column = required(platform, COLUMN)?;
        let on_conflict = required(platform, ON_CONFLICT)?;
        let statement = insert(&table, &column, &on_conflict)?;
        Ok(Self { database, table, statement })
    }
}

impl<D: Database> Destination for Rows<'_, D> {
    fn take(&self, _: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let value = json(&result)?;
        match self.database.run(&self.statement, &value) {
            Ok(()) => Ok(result),
            Err(cause) => Err(Failure::Store(format!("storing in \"{}\" failed: {cause}", self.table))),
        }
    }
}

/// The statement that makes a row. The value travels beside it, and names are quoted: neither can become a part of it.
///
/// The value is sent as a string and converted to JSON by the database, for two reasons. It keeps every digit of a
/// number. And the database converts JSON to the column's type when it stores it: `json`, `jsonb` or `text`.
fn insert(table: &str, column: &str, on_conflict: &str) -> Result<String, Failure> {
    let table: Vec<_> = table.split('.').map(quoted).collect();
    let (table, column) = (table.join("."), quoted(column));
    let conflict = match on_conflict {
        "none" => String::new(),
        "ignore" => " ON CONFLICT DO NOTHING".to_owned(),
        other => match other.strip_prefix("update:") {
            Some(key) => format!(" ON CONFLICT ({}) DO UPDATE SET {column} = EXCLUDED.{column}", quoted(key)),
            None => {
                return Err(Failure::Setting(format!(
                    "the setting \"{ON_CONFLICT}\" is not valid: \"{other}\" is not \"none\", \"ignore\" or \"update:COLUMN\""
                )));
            }
        },
    };
    Ok(format!("INSERT INTO {table} ({column}) VALUES ($1::text::json){conflict}"))
}

/// A name in quotes: nothing in it has a special meaning.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A result as JSON: unchanged if it is valid JSON, else as a JSON string.
fn json(result: &[u8]) -> Result<String, Failure> {
    let text = core::str::from_utf8(result)
        .map_err(|_| Failure::Output("the result is not valid UTF-8".to_owned()))?;
    match serde_json::from_str::<&RawValue>(text) {
        Ok(json) => Ok(json.get().to_owned()),
        Err(_) => serde_json::to_string(text).map_err(|cause| Failure::Output(cause.to_string())),
    }
}
