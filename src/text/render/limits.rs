//! How much a template may be and do. Each limit is far above what any pack does.

use liquid_core::{Error, Runtime, ValueView};

/// Bytes of a template.
pub const MOST_TEXT: usize = 256 << 10;
/// Bytes that come out.
pub const MOST_OUTPUT: usize = 16 << 20;
/// Bytes of a text that a template is given or makes.
pub const MOST_VALUE: usize = 16 << 10;
/// Bytes of a list that a template is given.
pub const MOST_INPUT: usize = 1 << 20;
/// Blanks in a row.
pub const MOST_BLANKS: usize = 1000;
/// Digits of a number: what fits into 64 bits.
pub const MOST_DIGITS: usize = 18;
/// Branches and conditions of all blocks together.
pub const MOST_LINKS: usize = 500;
/// The largest number that a filter is given.
const MOST_NUMBER: u64 = 1 << 31;
/// Blocks or indices inside each other.
pub const DEEPEST: usize = 50;
/// The supply of steps, about as many bytes as are looked at.
const MOST_STEPS: usize = 32 << 20;
/// Beside its text, for each element of a list.
const ELEMENT: usize = 16;

/// The steps that have been taken, kept with the state of a template that is being filled in.
#[derive(Default)]
struct Steps(usize);

/// Takes steps out of the supply.
///
/// # Errors
/// When it is used up.
pub fn take(runtime: &dyn Runtime, steps: usize) -> Result<(), Error> {
    let mut taken = runtime.registers().get_mut::<Steps>();
    taken.0 = taken.0.saturating_add(steps);
    if taken.0 > MOST_STEPS {
        return Err(Error::with_msg("its loops and filters do more than a template may: use smaller ranges"));
    }
    Ok(())
}

/// Sees that a value that was made is not too large.
///
/// # Errors
/// When it is.
pub fn check(value: &dyn ValueView) -> Result<(), Error> {
    match size(value) > MOST_VALUE {
        true => Err(Error::with_msg(format!("it makes a value of more than {} KiB", MOST_VALUE >> 10))),
        false => Ok(()),
    }
}

/// Sees that a filter can count with a number.
///
/// # Errors
/// When it is too large.
pub fn countable(value: &dyn ValueView) -> Result<(), Error> {
    let number = value.as_scalar().and_then(|scalar| scalar.to_integer());
    match number.is_some_and(|number| number.unsigned_abs() > MOST_NUMBER) {
        true => Err(Error::with_msg(format!("a filter is given a number above {MOST_NUMBER}"))),
        false => Ok(()),
    }
}

/// Roughly how many bytes a value has.
pub fn size(value: &dyn ValueView) -> usize {
    if let Some(array) = value.as_array() {
        array.values().map(|item| size(item) + ELEMENT).sum()
    } else if let Some(object) = value.as_object() {
        object.iter().map(|(name, item)| name.len() + size(item) + ELEMENT).sum()
    } else {
        value.to_kstr().len()
    }
}
