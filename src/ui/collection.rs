//! Language packs and templates, as tables or JSON.

use super::{Ui, json, table};
use crate::catalog::{Collection, Unit};

impl Ui {
    pub fn collection<T: Unit>(&self, collection: &Collection<T>) {
        let units = json::Collection::new(collection);
        if self.json() {
            self.result_json(&units);
        } else {
            self.result(table(["NAME", "FROM", "SUMMARY"], &units.rows()));
        }
        collection.broken().iter().for_each(|broken| self.found(&broken.problem));
    }

    /// One unit, with details of its kind.
    pub fn unit<T: Unit>(&self, unit: &T, folder: String, details: &[[String; 2]]) {
        if self.json() {
            return self.result_json(&json::Shown::new(unit, folder, details));
        }
        let row = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
        let mut rows =
            vec![row("summary", unit.summary()), row("from", &format!("{}, {folder}", unit.origin()))];
        rows.extend_from_slice(details);
        self.result(table([T::KIND, unit.name()], &rows));
    }
}
