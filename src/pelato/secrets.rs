//! Who receives a secret of the user where the project's `.env` decides: only whom the user has allowed.

use std::sync::Arc;

use crate::project::settings::{Consent, Disclosure, ENV_FILE};
use crate::trust::{self, Answer, Grant, Request, Store};

/// What asks the user, and remembers what they allow.
pub(super) fn consent(store: Store, person: Arc<dyn trust::Consent>) -> Consent {
    Consent::new(move |found| {
        let request = request(found);
        // A store that cannot be read allows nothing.
        let known = store.allows(&request.grants).unwrap_or(false);
        known
            || match person.ask(&request) {
                Answer::Always => {
                    // If it cannot be remembered, the same is asked the next time.
                    let _ = store.allow(&request.grants);
                    true
                }
                Answer::Once => true,
                Answer::No | Answer::Nobody | Answer::Cancelled => false,
            }
    })
}

fn request(found: &Disclosure) -> Request {
    let address = found.terms();
    let grants = found.protected().map(|setting| Grant::Secret { setting, address: address.clone() });
    let rows = found.protected().map(|setting| [setting, address.clone()]);
    Request {
        grants: grants.collect(),
        what: format!("this use of {ENV_FILE}"),
        look: format!("look at {ENV_FILE}"),
        rows: std::iter::once(["SETTING".to_owned(), "MAY BE USED FOR".to_owned()]).chain(rows).collect(),
        warnings: vec![found.to_string()],
        question: format!("Allow {ENV_FILE} of this project to decide that?"),
    }
}
