//! Axes: the positions of their ticks, and the labels.

/// The approximate number of ticks of an axis.
const MARKS: f64 = 5.0;

/// An axis from 0 to its last tick, in round steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The divisor for values before they are shown.
    unit: f64,
    /// Between two marks, as shown.
    step: f64,
    steps: u32,
    pub label: &'static str,
}

impl Scale {
    /// For times up to a number of seconds.
    pub fn seconds(longest: f64) -> Self {
        // Less than a microsecond has not been measured.
        let longest = longest.max(1e-6);
        if longest < 1.0 {
            Self::new(longest, 0.001, "milliseconds", 0.0)
        } else {
            Self::new(longest, 1.0, "seconds", 0.0)
        }
    }

    /// For a number of tasks: ticks are whole numbers.
    pub fn tasks(most: u64) -> Self {
        Self::new(most.max(1) as f64, 1.0, "number of tasks", 1.0)
    }

    fn new(largest: f64, unit: f64, label: &'static str, least: f64) -> Self {
        let largest = largest / unit;
        let rough = largest / MARKS;
        let power = 10f64.powf(rough.log10().floor());
        let whole = |step: &f64| least == 0.0 || step.fract() == 0.0;
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .iter()
            .map(|nice| nice * power)
            .find(|step| *step >= rough * (1.0 - 1e-9) && whole(step))
            .unwrap_or(1.0)
            .max(least);
        let steps = (largest / step - 1e-9).ceil().max(1.0) as u32;
        Self { unit, step, steps, label }
    }

    /// Where a value is, from 0 to 1.
    pub fn at(&self, value: f64) -> f64 {
        value / (self.unit * self.step * f64::from(self.steps))
    }

    /// The ticks: the position of each, from 0 to 1, and its number.
    pub fn marks(&self) -> Vec<(f64, String)> {
        let decimals = (0..9).find(|decimals| is_whole(self.step * 10f64.powi(*decimals))).unwrap_or(9);
        let mark = |index: u32| {
            let value = self.step * f64::from(index);
            (f64::from(index) / f64::from(self.steps), format!("{value:.*}", decimals as usize))
        };
        (0..=self.steps).map(mark).collect()
    }
}

/// A logarithmic time axis, on which both latencies and outages fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Decades {
    /// The powers of ten, in seconds, at its ends.
    from: i32,
    to: i32,
}

impl Decades {
    /// The least and most that it shows, in seconds: a microsecond to eleven days.
    const ENDS: (i32, i32) = (-6, 6);

    /// For times from the shortest to the longest, in seconds.
    pub fn of(shortest: f64, longest: f64) -> Self {
        let (least, most) = Self::ENDS;
        // Zero has no logarithm.
        let power = |seconds: f64| seconds.max(1e-6).log10();
        let from = (power(shortest).floor() as i32).clamp(least, most - 1);
        let to = (power(longest).ceil() as i32).clamp(from + 1, most);
        Self { from, to }
    }

    /// The position of a time, from 0 to 1, clamped to the ends.
    pub fn at(&self, seconds: f64) -> f64 {
        let power = seconds.max(1e-9).log10() - f64::from(self.from);
        (power / f64::from(self.to - self.from)).clamp(0.0, 1.0)
    }

    /// The ticks: the position of each, from 0 to 1, and its time.
    pub fn marks(&self) -> Vec<(f64, String)> {
        let mark = |power: i32| {
            let (power_of_unit, unit) = match power {
                ..-3 => (-6, "µs"),
                -3..0 => (-3, "ms"),
                _ => (0, "s"),
            };
            let at = f64::from(power - self.from) / f64::from(self.to - self.from);
            (at, format!("{} {unit}", 10i64.pow(power.abs_diff(power_of_unit))))
        };
        (self.from..=self.to).map(mark).collect()
    }
}

fn is_whole(number: f64) -> bool {
    (number - number.round()).abs() < 1e-6 * number.abs().max(1e-3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(scale: &Scale) -> String {
        scale.marks().into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn marks_are_round_numbers() {
        for (longest, label, marks) in [
            (543.5, "seconds", "0 200 400 600"),
            (181.3, "seconds", "0 50 100 150 200"),
            (10.0, "seconds", "0 2 4 6 8 10"),
            (10.1, "seconds", "0.0 2.5 5.0 7.5 10.0 12.5"),
            (1.0, "seconds", "0.0 0.2 0.4 0.6 0.8 1.0"),
            (0.307, "milliseconds", "0 100 200 300 400"),
            (0.0031, "milliseconds", "0 1 2 3 4"),
            (0.0, "milliseconds", "0.0000 0.0002 0.0004 0.0006 0.0008 0.0010"),
            (1e9, "seconds", "0 200000000 400000000 600000000 800000000 1000000000"),
        ] {
            let scale = Scale::seconds(longest);
            assert_eq!((scale.label, shown(&scale).as_str()), (label, marks), "{longest}");
        }
    }

    #[test]
    fn tasks_are_whole() {
        for (most, marks) in [
            (0, "0 1"),
            (1, "0 1"),
            (2, "0 1 2"),
            (5, "0 1 2 3 4 5"),
            (7, "0 2 4 6 8"),
            (20, "0 5 10 15 20"),
            (12, "0 5 10 15"),
            (1_000_000, "0 200000 400000 600000 800000 1000000"),
        ] {
            assert_eq!(shown(&Scale::tasks(most)), marks, "{most}");
        }
    }

    #[test]
    fn decades_have_round_times() {
        let shown = |shortest, longest| {
            let scale = Decades::of(shortest, longest);
            let labels: Vec<_> = scale.marks().into_iter().map(|(_, label)| label).collect();
            labels.join(", ")
        };
        assert_eq!(shown(0.0004, 2.5), "100 µs, 1 ms, 10 ms, 100 ms, 1 s, 10 s");
        assert_eq!(shown(0.001, 0.001), "1 ms, 10 ms");
        assert_eq!(shown(0.0, 0.0), "1 µs, 10 µs");
        assert_eq!(shown(1e300, f64::INFINITY), "100000 s, 1000000 s");
        let scale = Decades::of(0.001, 10.0);
        assert_eq!([scale.at(0.001), scale.at(0.1), scale.at(10.0), scale.at(0.0)], [0.0, 0.5, 1.0, 0.0]);
    }

    #[test]
    fn all_values_fit_on_few_marks() {
        for index in 0..2000 {
            let largest = 1e-7 * 1.02f64.powi(index);
            let scale = Scale::seconds(largest);
            assert!(scale.at(largest) <= 1.0 + 1e-9, "{largest}: {scale:?}");
            let number = scale.marks().len();
            assert!((3..=7).contains(&number), "{largest}: {number} marks");
        }
    }
}
