//! What this user allows projects to do, and a key of this user's: kept in a folder of the user's own, where no project
//! can write.
//!
//! [`Store`] remembers grants: a language pack or a task by the digest of its content, a folder of the user's own by its
//! identity, a secret setting by the address that it may be sent to. [`Consent`] is how a person is asked.

mod consent;
mod error;
mod file;
mod grant;
mod identity;
mod key;
mod store;

pub use consent::{AllowAll, AllowNothing, Answer, Consent, Request, Row};
pub use error::TrustError;
pub use grant::{Entry, Grant};
pub use identity::Identity;
pub use key::Key;
pub use store::Store;
