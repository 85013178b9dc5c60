//! `{% for item in list %}`, whose steps are counted.

use std::collections::HashMap;
use std::io::Write;

use liquid_core::model::{KString, KStringRef, Scalar, Value, ValueCow, ValueView};
use liquid_core::parser::{BlockElement, TryMatchToken};
use liquid_core::runtime::{Interrupt, InterruptRegister, StackFrame};
use liquid_core::{
    BlockReflection, Error, Expression, Language, ParseBlock, Renderable, Runtime, TagBlock, TagTokenIter,
    Template,
};

use super::limits;

#[derive(Debug, Clone, Copy)]
pub struct For {
    /// What is charged for each step.
    pub cost: usize,
}

impl BlockReflection for For {
    fn start_tag(&self) -> &'static str {
        "for"
    }

    fn end_tag(&self) -> &'static str {
        "endfor"
    }

    fn description(&self) -> &'static str {
        "repeats for each item of a list or each number of a range"
    }
}

impl ParseBlock for For {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>, Error> {
        let name = arguments.expect_next("a name is expected")?.expect_identifier().into_result()?;
        let name = KString::from_ref(name);
        arguments
            .expect_next("`in` is expected")?
            .expect_str("in")
            .into_result_custom_msg("`in` is expected")?;
        let over = match arguments.expect_next("a list or a range is expected")?.expect_value() {
            TryMatchToken::Matches(list) => Over::List(list),
            TryMatchToken::Fails(token) => {
                let (first, last) = token.expect_range().into_result()?;
                Over::Range(first, last)
            }
        };
        let (nothing, without) = (Template::new(Vec::new()), Template::new(Vec::new()));
        let (limit, offset, reversed) = (None, None, false);
        let mut repeat =
            Repeat { cost: self.cost, name, over, limit, offset, reversed, body: nothing, without };
        while let Some(token) = arguments.next() {
            let attribute = match token.as_str() {
                "reversed" => {
                    repeat.reversed = true;
                    continue;
                }
                "limit" => &mut repeat.limit,
                "offset" => &mut repeat.offset,
                _ => {
                    let message = "`limit:`, `offset:` or `reversed` is expected";
                    return Err(token.raise_custom_error(message));
                }
            };
            arguments
                .expect_next("`:` is expected")?
                .expect_str(":")
                .into_result_custom_msg("`:` is expected")?;
            *attribute = Some(arguments.expect_next("a number is expected")?.expect_value().into_result()?);
        }
        let mut body = Vec::new();
        while let Some(element) = block.next()? {
            match element {
                BlockElement::Tag(tag) if tag.name() == "else" => {
                    repeat.without = Template::new(block.parse_all(options)?);
                    break;
                }
                BlockElement::Tag(tag) => body.push(tag.parse(&mut block, options)?),
                other => body.push(other.parse(&mut block, options)?),
            }
        }
        repeat.body = Template::new(body);
        block.assert_empty();
        Ok(Box::new(repeat))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

#[derive(Debug)]
struct Repeat {
    cost: usize,
    name: KString,
    over: Over,
    limit: Option<Expression>,
    offset: Option<Expression>,
    reversed: bool,
    body: Template,
    /// For a list without items.
    without: Template,
}

#[derive(Debug)]
enum Over {
    List(Expression),
    Range(Expression, Expression),
}

impl Repeat {
    /// The items, after as many steps were taken as they are.
    fn items<'r>(&'r self, runtime: &'r dyn Runtime) -> Result<Vec<Value>, Error> {
        let offset = self.offset.as_ref().map(|offset| number(offset, runtime)).transpose()?.unwrap_or(0);
        let limit = self.limit.as_ref().map(|limit| number(limit, runtime)).transpose()?;
        let part = |length: i128| {
            let skipped = i128::from(offset).clamp(0, length);
            let taken = limit.map_or(i128::MAX, i128::from).clamp(0, length - skipped);
            let steps = usize::try_from(taken).unwrap_or(usize::MAX).saturating_mul(self.cost.max(1));
            limits::take(runtime, steps)?;
            Ok::<_, Error>((skipped, taken))
        };
        let mut items: Vec<Value> = match &self.over {
            Over::Range(first, last) => {
                let (first, last) = (number(first, runtime)?, number(last, runtime)?);
                let (skipped, taken) = part((i128::from(last) - i128::from(first) + 1).max(0))?;
                let from = i128::from(first) + skipped;
                (from..from + taken).filter_map(|n| i64::try_from(n).ok()).map(Value::scalar).collect()
            }
            Over::List(list) => {
                let list = list.evaluate(runtime)?;
                let all = listed(&list)?;
                let (skipped, taken) = part(all.len() as i128)?;
                let bounds = |n: i128| usize::try_from(n).unwrap_or(usize::MAX);
                all.into_iter().skip(bounds(skipped)).take(bounds(taken)).map(ValueView::to_value).collect()
            }
        };
        if self.reversed {
            items.reverse();
        }
        Ok(items)
    }
}

fn number(expression: &Expression, runtime: &dyn Runtime) -> Result<i64, Error> {
    let value = expression.evaluate(runtime)?;
    let number = value.as_scalar().and_then(|scalar| scalar.to_integer());
    number.ok_or_else(|| Error::with_msg(format!("`{expression}` is not a whole number")))
}

fn listed<'v>(list: &'v ValueCow<'_>) -> Result<Vec<&'v dyn ValueView>, Error> {
    match (list.as_array(), list.is_nil()) {
        (Some(array), _) => Ok(array.values().collect()),
        (None, true) => Ok(Vec::new()),
        (None, false) => Err(Error::with_msg(format!("`{}` is not a list", list.source()))),
    }
}

impl Renderable for Repeat {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<(), Error> {
        let items = self.items(runtime)?;
        if items.is_empty() {
            return self.without.render_to(writer, runtime);
        }
        let outer = runtime.try_get(&[Scalar::new("forloop")]).map(ValueCow::into_owned);
        for (index, item) in items.iter().enumerate() {
            let position = position(index, items.len(), outer.clone());
            let mut values = HashMap::<KStringRef<'_>, &dyn ValueView>::new();
            values.insert("forloop".into(), &position);
            values.insert(self.name.as_ref(), item);
            let frame = StackFrame::new(runtime, &values);
            self.body.render_to(writer, &frame)?;
            let interrupt = frame.registers().get_mut::<InterruptRegister>().reset();
            if matches!(interrupt, Some(Interrupt::Break)) {
                break;
            }
        }
        Ok(())
    }
}

/// What `forloop` is in the body.
fn position(index: usize, length: usize, outer: Option<Value>) -> Value {
    let count = |number: usize| Value::scalar(i64::try_from(number).unwrap_or(i64::MAX));
    let fields = [
        ("length", count(length)),
        ("index0", count(index)),
        ("index", count(index + 1)),
        ("rindex0", count(length - index - 1)),
        ("rindex", count(length - index)),
        ("first", Value::scalar(index == 0)),
        ("last", Value::scalar(index + 1 == length)),
        ("parentloop", outer.unwrap_or(Value::Nil)),
    ];
    Value::Object(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
