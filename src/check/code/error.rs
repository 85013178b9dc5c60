//! Why a task's code cannot be used.

use crate::report::Problem;
use crate::text::{list, quoted};

/// Why a task's code cannot be used.
#[derive(Debug, Clone)]
pub enum CodeError {
    /// It is not the way of something below `tasks/`.
    Outside {
        /// The path as written.
        text: String,
        why: &'static str,
    },
    /// Nothing is there.
    Missing {
        /// The path as written.
        text: String,
        help: String,
    },
    /// The folder has no file that counts.
    Empty {
        /// The folder as shown.
        shown: String,
    },
    /// The system would not let us.
    Unreadable {
        /// The file or folder as shown.
        shown: String,
        words: String,
    },
    /// A file that has no place in a component.
    Odd {
        /// The file as shown.
        shown: String,
        what: &'static str,
        help: &'static str,
    },
    /// More, or larger files than anybody means.
    TooMuch {
        /// The folder or file as shown.
        shown: String,
        /// What there is too much of.
        what: String,
    },
    /// No pack, or the wrong one.
    Language(LanguageError),
    /// The pack asks for something that the sources do not have.
    Requires {
        /// The file, or the folder, as shown.
        shown: String,
        /// What is missing, in the pack's words.
        message: String,
        /// What to do, in the pack's words.
        help: String,
    },
    /// The whole project has this fault: said once.
    Project { message: String, help: &'static str },
}

/// Why a task has no language pack.
#[derive(Debug, Clone)]
pub enum LanguageError {
    /// No pack has that ending, or those of a folder's files.
    UnknownEnding {
        /// The file or folder as shown.
        shown: String,
        known: Vec<String>,
    },
    /// Several packs fit.
    Several {
        /// The file or folder as shown.
        shown: String,
        packs: Vec<String>,
    },
    /// No pack has the name that `language` says.
    UnknownName {
        message: String,
        /// The nearest name.
        help: String,
    },
    /// The named pack has another ending.
    Contradiction {
        /// The file or folder as shown.
        shown: String,
        pack: String,
        endings: Vec<String>,
        /// The pack that would fit.
        fits: Option<String>,
    },
    /// The pack's manifest is wrong.
    Broken(Box<Problem>),
}

impl CodeError {
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Outside { .. } => "code-path",
            Self::Missing { .. } | Self::Empty { .. } => "code-missing",
            Self::Unreadable { .. } | Self::Odd { .. } | Self::TooMuch { .. } | Self::Project { .. } => {
                "code-files"
            }
            Self::Language(_) => "language",
            Self::Requires { .. } => "code-requires",
        }
    }

    pub fn message(&self) -> String {
        match self {
            Self::Outside { text, why } => format!("{} {why}", quoted(text)),
            Self::Missing { text, .. } => {
                format!("there is no {}", quoted(&format!("tasks/{}", text.trim_start_matches("./"))))
            }
            Self::Empty { shown } => format!("the folder {} has no files in it", quoted(shown)),
            Self::Unreadable { shown, words } => format!("{} cannot be read: {words}", quoted(shown)),
            Self::Odd { shown, what, .. } => format!("{} is {what}", quoted(shown)),
            Self::TooMuch { shown, what } => format!("{} has {what}", quoted(shown)),
            Self::Language(error) => error.message(),
            Self::Requires { shown, message, .. } => format!("{message} in {}", quoted(shown)),
            Self::Project { message, .. } => message.clone(),
        }
    }

    pub fn help(&self) -> String {
        match self {
            Self::Outside { .. } => {
                "write the path below `tasks/`, such as `convert.go` or `convert`".to_owned()
            }
            Self::Missing { help, .. } | Self::Requires { help, .. } => help.clone(),
            Self::Empty { .. } => {
                "put the function's source file there (hidden files do not count)".to_owned()
            }
            Self::Unreadable { .. } => "check that you have read permission".to_owned(),
            Self::Odd { help, .. } | Self::Project { help, .. } => (*help).to_owned(),
            Self::TooMuch { .. } => {
                "name the folder that has only the function's sources, and keep data elsewhere".to_owned()
            }
            Self::Language(error) => error.help(),
        }
    }
}

impl LanguageError {
    fn message(&self) -> String {
        match self {
            Self::UnknownEnding { shown, .. } => format!("no language pack compiles {}", quoted(shown)),
            Self::Several { shown, packs } => {
                format!("several language packs could compile {}: {}", quoted(shown), list(packs))
            }
            Self::UnknownName { message, .. } => message.clone(),
            Self::Contradiction { shown, pack, .. } => {
                format!("the language is {}, but {} is in another language", quoted(pack), quoted(shown))
            }
            Self::Broken(problem) => problem.message.clone(),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::UnknownEnding { known, .. } => format!("the known file extensions are {}", list(known)),
            Self::Several { packs, .. } => {
                let first = packs.first().map(String::as_str).unwrap_or_default();
                format!("choose one: add `language: {first}` to the task")
            }
            Self::UnknownName { help, .. } => help.clone(),
            Self::Contradiction { pack, endings, fits, .. } => match fits {
                Some(fits) => {
                    format!("write `language: {fits}`, or remove the line: the file extension decides")
                }
                None => format!("files of {} end with {}", quoted(pack), list(endings)),
            },
            Self::Broken(problem) => problem.help.clone().unwrap_or_default(),
        }
    }
}
