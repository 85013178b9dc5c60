//! `placement`: how the replicas of a component are spread over hosts.

/// How a component is spread over the hosts of its targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placement {
    /// So many replicas in each target, on hosts that the platform chooses.
    #[default]
    PerTarget,
    /// So many replicas on every host of each target: a host that is lost is not missed.
    EveryHost,
}

impl Placement {
    /// As they are written in a workflow.
    pub const NAMES: [&str; 2] = ["per-target", "every-host"];
}

impl std::fmt::Display for Placement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(Self::NAMES[*self as usize])
    }
}

impl std::str::FromStr for Placement {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::PerTarget, Self::EveryHost];
        all.into_iter().find(|placement| placement.to_string() == text).ok_or(())
    }
}
