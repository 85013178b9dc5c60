//! Problems in what a person wrote: each one points at its place and says how to mend it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use serde::{Serialize, Serializer};

/// The most bytes of a file that are shown around a problem.
const LARGEST_SNIPPET: usize = 2000;

/// A text file that problems point into.
#[derive(Debug)]
pub struct Source {
    /// The path as shown to people: relative to the project where possible, with forward slashes.
    pub name: String,
    pub text: String,
}

impl Source {
    /// A source that problems can share.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let start_of_line = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[start_of_line..].chars().count() + 1)
    }
}

/// Whether a problem stops the work or only deserves a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; nothing has to be done.
    Note,
    /// Allowed, but probably not meant.
    Warning,
    /// Must be mended before anything is generated.
    Error,
}

/// One problem, at one place.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Whether it stops the work.
    pub severity: Severity,
    /// The rule that found it, as documented in `docs/reference/checks.md`.
    pub rule: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    pub help: Option<String>,
    pub source: Arc<Source>,
    /// The bytes of the file that it points at; none where the whole file is meant.
    pub span: Option<Range<usize>>,
    /// What is said beside the place.
    pub label: Option<String>,
}

impl Serialize for Problem {
    /// As programs read it: with the place in numbers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Place<'a> {
            severity: Severity,
            rule: &'a str,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            help: Option<&'a str>,
            file: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            line: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            column: Option<usize>,
        }
        let (line, column) = self.position().unzip();
        let Self { severity, rule, message, help, source, .. } = self;
        let (severity, help, file) = (*severity, help.as_deref(), source.name.as_str());
        Place { severity, rule, message, help, file, line, column }.serialize(serializer)
    }
}

impl Problem {
    /// An error about a whole file; narrow it down with [`Problem::at`].
    pub fn error(rule: &'static str, source: &Arc<Source>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            rule,
            message: message.into(),
            help: None,
            source: Arc::clone(source),
            span: None,
            label: None,
        }
    }

    /// A warning about a whole file.
    pub fn warning(rule: &'static str, source: &Arc<Source>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, source, message) }
    }

    /// A note about a whole file.
    pub fn note(rule: &'static str, source: &Arc<Source>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(rule, source, message) }
    }

    /// Points at bytes of the file.
    #[must_use]
    pub fn at(mut self, span: Option<Range<usize>>) -> Self {
        self.span = span;
        self
    }

    /// Says what to do. (Not called `help`: the trait `Diagnostic` has a method of that name.)
    #[must_use]
    pub fn advise(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says something beside the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Line and column (from 1) of the place, where there is one.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.span.as_ref().map(|span| self.source.position(span.start))
    }

    /// The place, if its lines and those beside them can be shown: nobody reads a line of 100 KB.
    fn snippet(&self) -> Option<&Range<usize>> {
        let span = self.span.as_ref()?;
        let text = self.source.text.as_bytes();
        let (before, rest) = text.split_at(span.start.min(text.len()));
        let (inside, after) = rest.split_at(span.len().min(rest.len()));
        let first = before.rsplitn(3, |byte| *byte == b'\n').take(2).map(<[u8]>::len).sum::<usize>();
        let last = after.splitn(3, |byte| *byte == b'\n').take(2).map(<[u8]>::len).sum::<usize>();
        (first + inside.len() + last <= LARGEST_SNIPPET).then_some(span)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With a snippet, that names the file; without one, the sentence has to.
        match (self.snippet(), self.position()) {
            (Some(_), _) => f.write_str(&self.message),
            (None, Some((line, column))) => {
                write!(f, "{}:{line}:{column}: {}", self.source.name, self.message)
            }
            (None, None) => write!(f, "{}: {}", self.source.name, self.message),
        }
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.rule))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet().map(|_| self.source.as_ref() as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.snippet()?;
        let label = LabeledSpan::new(self.label.clone(), span.start, span.len());
        Some(Box::new(std::iter::once(label)))
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// Every problem found in one go.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// In the order they were found; [`Report::sort`] puts them in the order of the file.
    pub problems: Vec<Problem>,
}

impl Report {
    pub fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// How many problems stop the work.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many problems only deserve a look.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }

    /// Orders the problems by file and place; those at one place keep their order.
    pub fn sort(&mut self) {
        fn key(problem: &Problem) -> (&str, Option<usize>) {
            (&problem.source.name, problem.span.as_ref().map(|span| span.start))
        }
        self.problems.sort_by(|a, b| key(a).cmp(&key(b)));
    }
}

/// A report with errors, as the error that ends a command.
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(.0))]
pub struct Rejected(pub Report);

fn summary(report: &Report) -> String {
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match report.warnings() {
        0 => plural(report.errors(), "error"),
        n => format!("{}, {}", plural(report.errors(), "error"), plural(n, "warning")),
    }
}

impl Diagnostic for Rejected {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        None
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let problems = self.0.problems.iter();
        Some(Box::new(problems.map(|problem| problem as &dyn Diagnostic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("f", "aé\nbc");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(3), (1, 3));
        assert_eq!(source.position(4), (2, 1));
        assert_eq!(source.position(2), (1, 2), "inside a character: its start");
        assert_eq!(source.position(999), (2, 3));
    }

    #[test]
    fn the_summary_counts() {
        let source = Source::new("f", "");
        let mut report = Report::default();
        report.push(Problem::error("a", &source, "x"));
        assert_eq!(Rejected(report.clone()).to_string(), "1 error");
        report.push(Problem::warning("a", &source, "y"));
        report.push(Problem::error("a", &source, "z"));
        assert_eq!(Rejected(report).to_string(), "2 errors, 1 warning");
    }
}
