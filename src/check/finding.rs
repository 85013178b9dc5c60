//! What a rule found, before its place is looked up in the file.

use crate::project::{Field, Place, Workflow};
use crate::report::{Problem, Severity};

/// One thing that a rule found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Whether it nodes the work.
    pub severity: Severity,
    /// The task that cannot be turned into a component because of it, by its index.
    pub task: Option<usize>,
    pub spot: Spot,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    pub help: Option<String>,
    /// What is said beside the place.
    pub label: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Spot {
    /// A value (or, by [`Place::name`], a key) of the workflow.
    Place(Place),
    /// The first line of a value that takes many.
    FirstLine(Place),
    File,
    /// In another file: a problem that was found earlier.
    Elsewhere(Box<Problem>),
}

impl Finding {
    pub fn error(spot: Spot, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { severity: Severity::Error, task: None, spot, message, help: None, label: None }
    }

    pub fn warning(spot: Spot, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(spot, message) }
    }

    pub fn note(spot: Spot, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(spot, message) }
    }

    /// An error at the value of a field.
    pub fn at(field: &Field, message: impl Into<String>) -> Self {
        Self::error(Spot::Place(field.place.clone()), message)
    }

    /// An error in another file.
    pub fn elsewhere(problem: Problem) -> Self {
        Self::error(Spot::Elsewhere(Box::new(problem)), String::new())
    }

    /// Names the task that is spoilt by it.
    #[must_use]
    pub fn of(mut self, task: usize) -> Self {
        self.task = Some(task);
        self
    }

    #[must_use]
    pub fn advise(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same as a warning: it spoils no task.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { severity: Severity::Warning, task: None, ..self }
    }

    /// Says something beside the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The problem that it is, with its place in the file.
    pub fn into_problem(self, rule: &'static str, workflow: &Workflow) -> Problem {
        let span = match self.spot {
            Spot::Elsewhere(problem) => return *problem,
            Spot::File => None,
            Spot::Place(place) => workflow.span(&place),
            Spot::FirstLine(place) => workflow.span(&place).map(|span| {
                let text = workflow.source.text.get(span.clone()).unwrap_or_default();
                span.start..span.start + text.lines().next().unwrap_or_default().trim_end().len()
            }),
        };
        Problem {
            severity: self.severity,
            rule,
            message: self.message,
            help: self.help,
            source: workflow.source.clone(),
            span,
            label: self.label,
        }
    }
}
