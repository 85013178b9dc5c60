//! Celsius to Kelvin.

/// Takes `{"Data":CELSIUS,…}` and gives the same in kelvin.
pub fn exec_task(arg: &str) -> Result<String, String> {
    let key = "\"Data\":";
    let at = arg.find(key).ok_or("a reading has Data")? + key.len();
    let end = arg[at..].find([',', '}']).ok_or("a reading is an object")? + at;
    let celsius: f64 = arg[at..end].trim().parse().map_err(|error| format!("Data: {error}"))?;
    Ok(format!("{}{}{}", &arg[..at], celsius + 273.15, &arg[end..]))
}

#[cfg(test)]
mod tests {
    use super::exec_task;

    #[test]
    fn converts() {
        assert_eq!(exec_task(r#"{"Data":0,"Name":"a"}"#).as_deref(), Ok(r#"{"Data":273.15,"Name":"a"}"#));
    }

    #[test]
    fn refuses_what_is_no_reading() {
        assert_eq!(exec_task("{}"), Err("a reading has Data".to_owned()));
        assert_eq!(exec_task(r#"{"Data":warm}"#), Err("Data: invalid float literal".to_owned()));
    }
}
