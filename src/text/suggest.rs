//! "did you mean": the nearest of the names that would have been right.

/// The candidate most like `wrong`, if one is near enough to be worth a guess.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&wrong, &candidate.to_lowercase());
            (distance, candidate)
        })
        // A third of the letters may differ: `proccesor_nats` is a slip, `cron` is another wish.
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help that names the nearest candidate, else lists all of them.
pub fn help<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(wrong, candidates.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let names: Vec<_> = candidates.into_iter().map(|n| format!("`{n}`")).collect();
            match names.as_slice() {
                [] => "there is none to choose from".to_owned(),
                [only] => format!("expected {only}"),
                _ => format!("expected one of {}", names.join(", ")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_wishes_are_not() {
        let names = ["processor_nats", "http_producer_nats"];
        assert_eq!(nearest("proccesor_nats", names), Some("processor_nats"));
        assert_eq!(nearest("Processor_NATS", names), Some("processor_nats"));
        assert_eq!(nearest("cron", names), None);
        assert_eq!(help("processor_nat", names), "did you mean `processor_nats`?");
        assert_eq!(help("cron", names), "expected one of `processor_nats`, `http_producer_nats`");
    }
}
