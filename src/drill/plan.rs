//! What a drill will do: pure data.

use std::time::Duration;

use super::DrillError;
use crate::measurement::record::due;

/// No drill has more probes: each is kept in mind.
const MOST: u64 = 10_000_000;
/// The first probe has to come out within this time, if not within a shorter one that is given.
const WARM_UP: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Probes a second.
    pub rate: f64,
    /// How and when a host is stopped.
    pub course: Course,
    /// A probe that needs longer is late.
    pub late: Duration,
    /// How long to wait for the last probes, once all are sent.
    pub grace: Duration,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    Fault {
        /// What causes it; nothing if a person does.
        command: Option<String>,
        /// How long probes are sent before.
        before: Duration,
        /// How long all messages have to have come through again, until it ends.
        settle: Duration,
        /// How long it is waited for that; and for a sign of the fault, if a person causes it.
        timeout: Duration,
    },
    /// Nothing but probes.
    Calm { duration: Duration },
}

impl Plan {
    /// Whether a host is stopped.
    pub fn has_fault(&self) -> bool {
        matches!(self.course, Course::Fault { .. })
    }

    /// Whether the plan can be carried out.
    ///
    /// # Errors
    /// When it has too many probes.
    pub fn check(&self) -> Result<(), DrillError> {
        let longest = match &self.course {
            Course::Calm { duration } => *duration,
            // Waiting for a sign, then for calm.
            Course::Fault { before, timeout, .. } => *before + *timeout * 2,
        };
        let probes = (longest.as_secs_f64() * self.rate).ceil() as u64;
        if probes > MOST { Err(DrillError::TooMany { probes, most: MOST }) } else { Ok(()) }
    }

    /// When a probe is due, counted from the first one.
    pub fn due(&self, number: usize) -> Duration {
        due(self.rate, number)
    }

    /// How long the first probe may take to come out.
    pub fn warm_up(&self) -> Duration {
        match &self.course {
            Course::Fault { timeout, .. } => WARM_UP.min(*timeout),
            Course::Calm { .. } => WARM_UP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(rate: f64, seconds: u64) -> Plan {
        let course = Course::Calm { duration: Duration::from_secs(seconds) };
        Plan { rate, course, late: Duration::from_secs(1), grace: Duration::from_secs(5) }
    }

    #[test]
    fn the_pace_does_not_drift() {
        let plan = plan(3.0, 1);
        assert_eq!(plan.due(0), Duration::ZERO);
        assert_eq!(plan.due(3_000_000), Duration::from_secs(1_000_000));
        assert_eq!(plan.due(1).as_millis(), 333);
    }

    #[test]
    fn there_is_an_end_to_probes() {
        assert!(plan(10_000.0, 1000).check().is_ok());
        let refused = plan(10_000.0, 1001).check().unwrap_err();
        assert_eq!(refused.to_string(), "the drill would send 10010000 probes; the maximum is 10000000");
        let course = Course::Fault {
            command: None,
            before: Duration::from_secs(1),
            settle: Duration::from_secs(1),
            timeout: Duration::from_secs(500),
        };
        let plan = Plan { course, ..plan(10_000.0, 0) };
        assert_eq!(plan.warm_up(), WARM_UP);
        assert!(plan.check().is_err());
    }
}
