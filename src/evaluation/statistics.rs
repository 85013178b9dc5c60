//! Means and their confidence intervals.

use std::fmt;

/// The summary of a time that was measured several times, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How often it was measured; nothing for a published figure that does not say.
    pub count: Option<usize>,
    pub mean: f64,
    /// Half of the 95 % confidence interval: the true mean is within `mean ± interval`. None for a single run.
    pub interval: Option<f64>,
}

impl Summary {
    /// Of what was measured; nothing if that is nothing.
    pub fn of(times: &[f64]) -> Option<Self> {
        if times.is_empty() {
            return None;
        }
        let count = times.len();
        let mean = times.iter().sum::<f64>() / count as f64;
        let squares: f64 = times.iter().map(|time| (time - mean).powi(2)).sum();
        let interval = (count > 1).then(|| {
            let deviation = (squares / (count - 1) as f64).sqrt();
            students_t(count - 1) * deviation / (count as f64).sqrt()
        });
        Some(Self { count: Some(count), mean, interval })
    }

    /// A mean that was published without an interval.
    pub fn published(mean: f64) -> Self {
        Self { count: None, mean, interval: None }
    }

    /// The upper end of the confidence interval.
    pub fn high(&self) -> f64 {
        self.mean + self.interval.unwrap_or(0.0)
    }

    /// The lower end of the confidence interval; not negative.
    pub fn low(&self) -> f64 {
        (self.mean - self.interval.unwrap_or(0.0)).max(0.0)
    }
}

impl fmt::Display for Summary {
    /// `51.20 ± 0.31`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count.is_none() {
            // As published: it has no further digits.
            return write!(f, "{}", self.mean);
        }
        let decimals = decimals(self.mean);
        write!(f, "{:.decimals$}", self.mean)?;
        match self.interval {
            Some(interval) => write!(f, " ± {interval:.decimals$}"),
            None => Ok(()),
        }
    }
}

/// A time for display, with about three significant digits.
pub fn seconds(time: f64) -> String {
    format!("{time:.*}", decimals(time))
}

fn decimals(time: f64) -> usize {
    match time {
        time if time >= 100.0 => 1,
        time if time >= 1.0 || time == 0.0 => 2,
        time if time >= 0.1 => 3,
        _ => 4,
    }
}

/// The 97.5 % quantile of Student's t, for 1 to 30 degrees of freedom.
const T: [f64; 30] = [
    12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157,
    2.228_139, 2.200_985, 2.178_813, 2.160_369, 2.144_787, 2.131_450, 2.119_905, 2.109_816, 2.100_922,
    2.093_024, 2.085_963, 2.079_614, 2.073_873, 2.068_658, 2.063_899, 2.059_539, 2.055_529, 2.051_831,
    2.048_407, 2.045_230, 2.042_272,
];
/// The same of the normal distribution, which is Student's t with infinite degrees of freedom.
const Z: f64 = 1.959_963_985;

/// The 97.5 % quantile of Student's t.
fn students_t(freedom: usize) -> f64 {
    match freedom.checked_sub(1).and_then(|index| T.get(index)) {
        Some(t) => *t,
        // Its series in 1/freedom; from 31 on, two terms are correct to five digits.
        None => {
            let freedom = freedom.max(1) as f64;
            let first = (Z.powi(3) + Z) / 4.0;
            let second = (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0;
            Z + first / freedom + second / freedom.powi(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-4 * b.abs().max(1.0)
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, t) in
            [(1, 12.7062), (2, 4.3027), (4, 2.7764), (30, 2.0423), (31, 2.0395), (40, 2.0211), (120, 1.9799)]
        {
            assert!(near(students_t(freedom), t), "{freedom}: {}", students_t(freedom));
        }
        assert!(near(students_t(1_000_000), 1.95996));
        assert!((1..200).all(|freedom| students_t(freedom) > students_t(freedom + 1)));
    }

    #[test]
    fn a_known_sample() {
        // R: t.test(c(2.1, 2.5, 2.3, 2.7, 2.4)): mean 2.4, 95 % from 2.122356 to 2.677644.
        let summary = Summary::of(&[2.1, 2.5, 2.3, 2.7, 2.4]).unwrap();
        assert_eq!(summary.count, Some(5));
        assert!(near(summary.mean, 2.4));
        assert!(near(summary.low(), 2.122_356) && near(summary.high(), 2.677_645), "{summary:?}");
    }

    #[test]
    fn shown_with_the_digits_that_count() {
        let shown = |times: &[f64]| Summary::of(times).unwrap().to_string();
        assert_eq!(shown(&[543.46]), "543.5");
        assert_eq!(shown(&[26.0, 27.0]), "26.50 ± 6.35");
        assert_eq!(shown(&[0.019, 0.0191]), "0.0190 ± 0.0006");
        assert_eq!(Summary::published(0.019).to_string(), "0.019");
        assert_eq!([seconds(0.0), seconds(0.307)], ["0.00", "0.307"]);
    }

    #[test]
    fn few_runs_say_little() {
        assert_eq!(Summary::of(&[]), None);
        let one = Summary::of(&[3.0]).unwrap();
        assert_eq!((one.mean, one.interval, one.low(), one.high()), (3.0, None, 3.0, 3.0));
        let two = Summary::of(&[1.0, 3.0]).unwrap();
        assert!(near(two.interval.unwrap(), 12.7062) && two.low() == 0.0);
        assert_eq!(Summary::of(&[4.0; 7]).unwrap().interval, Some(0.0));
    }
}
