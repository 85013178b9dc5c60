//! Filling in files that are Liquid templates.

/// A template of PELATO's own or of a pack, filled in.
///
/// # Errors
/// When it is not text, or not a template; in words.
pub fn render(bytes: &[u8], values: &liquid::Object) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
    let parser = liquid::ParserBuilder::with_stdlib().build().map_err(|error| error.to_string())?;
    let template = parser.parse(text).map_err(|error| error.to_string())?;
    template.render(values).map(String::into_bytes).map_err(|error| error.to_string())
}
