//! Values on their way to the database and back.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::host::bindings::postgres::PgValue;

/// A parameter as it goes over the wire: its type, and its bytes unless it is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    kind: Type,
    bytes: Option<Vec<u8>>,
}

impl Parameter {
    /// Converts a component's value; returns the kind of value as the error, if this host does not support it.
    pub fn of(value: PgValue) -> Result<Self, String> {
        let with = |kind, bytes: Vec<u8>| Ok(Self { kind, bytes: Some(bytes) });
        match value {
            PgValue::Null => Ok(Self { kind: Type::UNKNOWN, bytes: None }),
            PgValue::Text(text) => with(Type::TEXT, text.into()),
            PgValue::Varchar((limit, bytes)) => match limit {
                Some(limit) if bytes.len() as u64 > u64::from(limit) => {
                    Err(format!("a text of {} bytes where {limit} are allowed", bytes.len()))
                }
                _ => with(Type::VARCHAR, bytes),
            },
            PgValue::Json(json) => with(Type::JSON, json.into()),
            // The first byte is the version of the format.
            PgValue::Jsonb(json) => with(Type::JSONB, [&[1], json.as_bytes()].concat()),
            PgValue::Bytea(bytes) => with(Type::BYTEA, bytes),
            PgValue::Bool(truth) | PgValue::Boolean(truth) => with(Type::BOOL, vec![u8::from(truth)]),
            PgValue::SmallInt(number) | PgValue::Int2(number) => {
                with(Type::INT2, number.to_be_bytes().into())
            }
            PgValue::Integer(number) | PgValue::Int(number) | PgValue::Int4(number) => {
                with(Type::INT4, number.to_be_bytes().into())
            }
            PgValue::BigInt(number) | PgValue::Int8(number) => with(Type::INT8, number.to_be_bytes().into()),
            PgValue::Double(number) | PgValue::Float8(number) => {
                with(Type::FLOAT8, composed(number).to_be_bytes().into())
            }
            other => {
                let name = format!("{other:?}");
                let name = name.split(['(', ' ']).next().unwrap_or_default().trim_start_matches("PgValue::");
                Err(format!(
                    "this host does not support values of the type {name}: only texts, JSON, bytes, integers, float8 and \
                     booleans"
                ))
            }
        }
    }

    /// With its type beside it, as the client wants it.
    pub fn typed(self) -> (Self, Type) {
        let kind = self.kind.clone();
        (self, kind)
    }

    /// As it may be shown.
    pub fn shown(&self) -> Vec<u8> {
        let bytes = self.bytes.clone().unwrap_or_else(|| b"NULL".to_vec());
        if self.kind == Type::JSONB { bytes.into_iter().skip(1).collect() } else { bytes }
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.bytes {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column's bytes, whatever its type is.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The columns of a row, with their names.
pub(super) fn columns(row: &Row) -> Result<Vec<(String, PgValue)>, String> {
    let column = |(index, column): (usize, &tokio_postgres::Column)| {
        let raw: Option<Raw<'_>> = row.try_get(index).map_err(|error| error.to_string())?;
        let value = match raw {
            None => PgValue::Null,
            Some(Raw(bytes)) => value(column.type_(), bytes).ok_or_else(|| {
                let (name, kind) = (column.name(), column.type_());
                format!("this host cannot read the column {name} of type {kind}: cast it to text")
            })?,
        };
        Ok((column.name().to_owned(), value))
    };
    row.columns().iter().enumerate().map(column).collect()
}

fn value(kind: &Type, bytes: &[u8]) -> Option<PgValue> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(match *kind {
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::UNKNOWN => PgValue::Text(text(bytes)?),
        Type::NAME => PgValue::Name(text(bytes)?),
        Type::JSON => PgValue::Json(text(bytes)?),
        Type::JSONB => PgValue::Jsonb(text(bytes.get(1..)?)?),
        Type::BYTEA => PgValue::Bytea(bytes.to_vec()),
        Type::BOOL => PgValue::Bool(bytes == [1]),
        Type::INT2 => PgValue::Int2(i16::from_be_bytes(bytes.try_into().ok()?)),
        Type::INT4 => PgValue::Int4(i32::from_be_bytes(bytes.try_into().ok()?)),
        Type::INT8 => PgValue::Int8(i64::from_be_bytes(bytes.try_into().ok()?)),
        Type::FLOAT8 => PgValue::Float8(decomposed(f64::from_be_bytes(bytes.try_into().ok()?))),
        _ => return None,
    })
}

/// A number of its mantissa, exponent and sign.
fn composed((mantissa, exponent, sign): (u64, i16, i8)) -> f64 {
    // In two steps, because the smallest powers underflow to zero.
    let half = i32::from(exponent) / 2;
    f64::from(sign) * mantissa as f64 * 2_f64.powi(half) * 2_f64.powi(i32::from(exponent) - half)
}

/// The mantissa, exponent and sign of a number.
fn decomposed(number: f64) -> (u64, i16, i8) {
    let bits = number.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    // Subnormal numbers have no leading one.
    let mantissa = if exponent == 0 { fraction << 1 } else { fraction | (1 << 52) };
    let exponent = i16::try_from(exponent).unwrap_or_default() - 1075;
    (mantissa, exponent, if number.is_sign_negative() { -1 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_goes_with_its_version() {
        let parameter = Parameter::of(PgValue::Jsonb("{}".into())).unwrap();
        assert_eq!(parameter.bytes.as_deref(), Some(&b"\x01{}"[..]));
        assert_eq!(parameter.shown(), b"{}");
        assert_eq!(Parameter::of(PgValue::Null).unwrap().shown(), b"NULL");
    }

    #[test]
    fn what_is_not_taken_is_named() {
        let error = Parameter::of(PgValue::Uuid("a".into())).unwrap_err();
        assert!(error.starts_with("this host does not support values of the type"), "{error}");
        assert!(error.to_lowercase().contains("uuid"), "{error}");
        assert!(Parameter::of(PgValue::Varchar((Some(1), b"ab".to_vec()))).is_err());
    }

    proptest! {
        #[test]
        fn numbers_come_back_as_they_went(number in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
            prop_assert_eq!(composed(decomposed(number)).to_bits(), number.to_bits());
        }

        #[test]
        fn texts_and_whole_numbers_come_back(text in ".{0,20}", number in any::<i64>()) {
            let sent = Parameter::of(PgValue::Text(text.clone())).unwrap();
            let Some(PgValue::Text(back)) = value(&sent.kind, &sent.bytes.unwrap()) else { panic!() };
            prop_assert_eq!(back, text);
            let sent = Parameter::of(PgValue::Int8(number)).unwrap();
            let Some(PgValue::Int8(back)) = value(&sent.kind, &sent.bytes.unwrap()) else { panic!() };
            prop_assert_eq!(back, number);
        }
    }
}
