//! `{% assign name = value %}`, whose values are counted.

use std::io::Write;

use liquid_core::model::KString;
use liquid_core::parser::FilterChain;
use liquid_core::{Error, Language, ParseTag, Renderable, Runtime, TagReflection, TagTokenIter};

use super::limits;

#[derive(Debug, Clone, Copy)]
pub struct Assign;

impl TagReflection for Assign {
    fn tag(&self) -> &'static str {
        "assign"
    }

    fn description(&self) -> &'static str {
        "gives a value a name"
    }
}

impl ParseTag for Assign {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>, Error> {
        let name = arguments.expect_next("a name is expected")?.expect_identifier().into_result()?;
        arguments
            .expect_next("`=` is expected")?
            .expect_str("=")
            .into_result_custom_msg("`=` is expected")?;
        let value =
            arguments.expect_next("a value is expected")?.expect_filter_chain(options).into_result()?;
        arguments.expect_nothing()?;
        Ok(Box::new(Assigned { name: KString::from_ref(name), value }))
    }

    fn reflection(&self) -> &dyn TagReflection {
        self
    }
}

#[derive(Debug)]
struct Assigned {
    name: KString,
    value: FilterChain,
}

impl Renderable for Assigned {
    fn render_to(&self, _: &mut dyn Write, runtime: &dyn Runtime) -> Result<(), Error> {
        let value = self.value.evaluate(runtime)?.into_owned();
        limits::take(runtime, limits::size(&value))?;
        limits::check(&value)?;
        runtime.set_global(self.name.clone(), value);
        Ok(())
    }
}
