//! Why something is built again.

use std::fmt;

use serde::Serialize;

/// Why a step of a build has to be done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// It has not been built, or what was remembered of it cannot be read.
    NotBuilt,
    /// Something that it is made from differs.
    Ingredient {
        /// What: a file, or the likes of `the version of go`.
        name: String,
        /// In which way.
        change: WhatChanged,
        /// How many more differ.
        others: usize,
    },
    /// What was built is not there any more.
    Missing {
        /// The file's name.
        file: String,
    },
    /// What is there is not what was built.
    Altered {
        /// The file's name.
        file: String,
    },
    /// The function will be compiled, and then differs.
    Function,
}

/// In which way something differs that a step is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhatChanged {
    /// It has another content or value.
    Changed,
    /// It was not there before.
    New,
    /// It is not there any more.
    Gone,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBuilt => f.write_str("not built yet"),
            Self::Ingredient { name, change, others } => {
                let change = match change {
                    WhatChanged::Changed => "changed",
                    WhatChanged::New => "is new",
                    WhatChanged::Gone => "was removed",
                };
                write!(f, "{name} {change}")?;
                if *others > 0 { write!(f, ", and {others} more") } else { Ok(()) }
            }
            Self::Missing { file } => write!(f, "{file} is missing"),
            Self::Altered { file } => write!(f, "{file} differs from the one that was built"),
            Self::Function => f.write_str("the function changes"),
        }
    }
}
