//! This machine's clock against those of the registry and of the platform.

use super::finding::Finding;
use super::machine::Machine;

/// So many seconds do no harm; more make certificates and tokens invalid.
const TOLERATED: f64 = 5.0;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let registry = async { machine.registry().await?.ok()?.ahead };
    let platform = async { machine.connected().await?.ok()?.clock().await };
    let (registry, platform) = tokio::join!(registry, platform);
    let registry =
        registry.map(|ahead| tell("the registry's (its header `Date`)", ahead, machine.wants_registry()));
    let platform = platform.map(|clock| tell(&clock.whose, clock.ahead, machine.wants_platform()));
    let found: Vec<_> = registry.into_iter().chain(platform).collect();
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
