//! Filters whose work is counted and whose result has a limit.

use std::fmt;

use liquid_core::parser::FilterArguments;
use liquid_core::{Error, Expression, Filter, FilterReflection, ParseFilter, Runtime, Value, ValueView};

use super::limits;

/// Looking at so many bytes is one step.
const BYTES: usize = 16;

/// A filter of Liquid with limits.
#[derive(Clone)]
pub struct Bounded(Box<dyn ParseFilter>);

impl Bounded {
    pub fn new(filter: impl Into<Box<dyn ParseFilter>>) -> Self {
        Self(filter.into())
    }
}

impl ParseFilter for Bounded {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>, Error> {
        let positional: Vec<_> = arguments.positional.collect();
        let keyword: Vec<_> = arguments.keyword.collect();
        let all = positional.iter().chain(keyword.iter().map(|(_, value)| value)).cloned().collect();
        let inner = self.0.parse(FilterArguments {
            positional: Box::new(positional.into_iter()),
            keyword: Box::new(keyword.into_iter()),
        })?;
        Ok(Box::new(Counted { inner, arguments: all }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

#[derive(Debug)]
struct Counted {
    inner: Box<dyn Filter>,
    arguments: Vec<Expression>,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Filter for Counted {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value, Error> {
        let mut given = 1;
        for argument in &self.arguments {
            let argument = argument.evaluate(runtime)?;
            limits::countable(argument.as_view())?;
            given += limits::size(argument.as_view());
        }
        // The most that one does: to put an argument in place of each byte.
        let work = limits::size(input).saturating_add(1).saturating_mul(given);
        limits::take(runtime, work / BYTES + 1)?;
        let result = self.inner.evaluate(input, runtime)?;
        limits::check(&result)?;
        Ok(result)
    }
}
