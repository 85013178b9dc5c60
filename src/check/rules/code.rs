use std::collections::HashSet;

use super::{Context, Finding, Rule};
use crate::check::Entry;
use crate::check::code::{CodeError, LanguageError};

/// One kind of trouble with a task's code, by the name of its rule.
pub struct Code(&'static str);

/// A way that leaves `tasks/`.
pub const PATH: Code = Code("code-path");
/// Nothing where the code should be.
pub const MISSING: Code = Code("code-missing");
/// Files that cannot be read, or have no place in a component.
pub const FILES: Code = Code("code-files");
/// No language pack, or one too many.
pub const LANGUAGE: Code = Code("language");
/// Sources without what their pack asks for.
pub const REQUIRES: Code = Code("code-requires");

impl Rule for Code {
    fn id(&self) -> &'static str {
        self.0
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut told = HashSet::new();
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(Err(error)) = entry.code.as_ref().map(|outcome| outcome.as_ref().as_ref()) else {
                continue;
            };
            // One mistake that is not the task's own is told once, whatever the number of tasks it spoils.
            let first = match error {
                CodeError::Project { message, .. } => told.insert(message.clone()),
                CodeError::Language(LanguageError::Broken(problem)) => {
                    told.insert(problem.source.name.clone())
                }
                _ => true,
            };
            if error.rule() == self.0 && first {
                found.extend(finding(entry, error));
            }
        }
        found
    }
}

fn finding(entry: &Entry<'_>, error: &CodeError) -> Option<Finding> {
    let code = entry.task.code.as_ref()?;
    Some(match error {
        CodeError::Language(LanguageError::Broken(problem)) => {
            Finding::elsewhere((**problem).clone()).of(entry.index)
        }
        CodeError::Language(_) => {
            let field = entry.task.language.as_ref().unwrap_or(code);
            entry.wrong(field, error.message()).advise(error.help())
        }
        _ => entry.wrong(code, error.message()).advise(error.help()),
    })
}
