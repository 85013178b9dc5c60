//! This machine's clock against those of the registry and of the NATS server.

use super::finding::Finding;
use super::machine::Machine;
use crate::project::settings::JETSTREAM_DOMAIN;

/// So many seconds do no harm; more make certificates and tokens invalid.
const TOLERATED: f64 = 5.0;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let registry = async { machine.registry().await?.ok()?.ahead };
    let lattice = async {
        let lattice = machine.lattice().await?.ok()?;
        lattice.ahead(machine.settings.text(JETSTREAM_DOMAIN)).await
    };
    let (registry, lattice) = tokio::join!(registry, lattice);
    let compared = [
        ("the registry's (its header `Date`)", registry, machine.wants_registry()),
        ("the NATS server's (what JetStream says)", lattice, machine.wants_lattice()),
    ];
    let known = compared.into_iter().filter_map(|(whose, ahead, needed)| Some((whose, ahead?, needed)));
    let found: Vec<_> = known.map(|(whose, ahead, needed)| tell(whose, ahead, needed)).collect();
    match found.is_empty() {
        true => vec![Finding::note("not compared: no server reported its time")],
        false => found,
    }
}

fn tell(whose: &str, ahead: f64, needed: bool) -> Finding {
    if ahead.abs() <= TOLERATED {
        return Finding::ok(format!("it agrees with {whose}"));
    }
    let (seconds, how) = (ahead.abs().round(), if ahead > 0.0 { "ahead of" } else { "behind" });
    let remedy = "set the clocks, preferably by a time service such as systemd-timesyncd or chrony: certificates and tokens \
                  are valid for a limited time only";
    Finding::lacking(needed, format!("it is {seconds} s {how} {whose}"), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn a_few_seconds_do_no_harm() {
        assert_eq!(tell("x", -4.9, true).state, State::Ok);
        let late = tell("x", -3600.2, true);
        assert_eq!((late.state, late.found.as_str()), (State::Problem, "it is 3600 s behind x"));
        assert_eq!(tell("x", 6.0, false).state, State::Note);
    }
}
