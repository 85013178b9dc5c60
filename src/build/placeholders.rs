//! The words of a pack's commands and environment, with what their placeholders stand for.

use std::collections::BTreeMap;

/// Values by placeholder, such as `output` for `{output}`.
#[derive(Debug, Clone, Default)]
pub struct Fill(Vec<(String, String)>);

impl Fill {
    /// With these values, and `{home}`: the folder that the caller's environment says.
    pub fn new<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let home = std::env::var("HOME").unwrap_or_default();
        Self::with_home(values, home)
    }

    /// With these values and this `{home}`.
    pub fn with_home<'a>(values: impl IntoIterator<Item = (&'a str, String)>, home: String) -> Self {
        let values = values.into_iter().chain([("home", home)]);
        Self(values.map(|(name, value)| (format!("{{{name}}}"), value)).collect())
    }

    pub fn word(&self, word: &str) -> String {
        self.0.iter().fold(word.to_owned(), |word, (placeholder, value)| word.replace(placeholder, value))
    }

    /// A command line.
    pub fn words(&self, words: &[String]) -> Vec<String> {
        words.iter().map(|word| self.word(word)).collect()
    }

    pub fn env<'a>(
        &'a self,
        env: &'a BTreeMap<String, String>,
    ) -> impl Iterator<Item = (String, String)> + 'a {
        env.iter().map(|(name, value)| (name.clone(), self.word(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_anywhere_in_a_word_and_others_stay() {
        let fill = Fill::with_home([("output", "/o".to_owned()), ("work", "/w".to_owned())], "/h".to_owned());
        assert_eq!(fill.word("--emit=link={output}"), "--emit=link=/o");
        assert_eq!(fill.word("{home}/x={work}"), "/h/x=/w");
        assert_eq!(fill.word("{dir} ${output"), "{dir} ${output");
    }
}
