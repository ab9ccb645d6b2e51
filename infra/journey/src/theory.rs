//! Whether counts are what the program must give, within five standard deviations.

use serde_json::Value;

use crate::{
    Off,
    http::{ensure, random},
};

const SIGMAS: f64 = 5.0;

/// An angle that makes both outcomes likely.
pub(crate) fn random_theta() -> f64 {
    let [a, b] = random::<2>();
    let share = f64::from(u16::from_be_bytes([a, b])) / f64::from(u16::MAX);
    ((0.6 + 1.9 * share) * 1e6).round() / 1e6
}

/// All 1 with probability sin²(theta/2), else all 0.
pub(crate) fn check(result: &Value, qubits: usize, theta: f64, shots: u32) -> Result<(), Off> {
    let count = |bit: &str| result["counts"][bit.repeat(qubits)].as_f64().unwrap_or_default();
    let (zeros, ones) = (count("0"), count("1"));
    let shots = f64::from(shots);
    ensure((zeros + ones - shots).abs() < 0.5, || {
        format!("the counts are not all 0 or all 1: {}", result["counts"])
    })?;
    let share = (theta / 2.0).sin().powi(2);
    let sigma = (shots * share * (1.0 - share)).sqrt();
    let off = (ones - shots * share) / sigma;
    println!("    all 1: {ones} of {shots}, theory {:.1}, {off:+.2} sigma", shots * share);
    ensure(off.abs() <= SIGMAS, || format!("the counts are {off:.1} sigma away from theory"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_near_theory_pass_and_others_do_not() {
        let half = std::f64::consts::FRAC_PI_2;
        assert!(check(&json!({"counts": {"000": 510, "111": 490}}), 3, half, 1000).is_ok());
        assert!(check(&json!({"counts": {"000": 600, "111": 400}}), 3, half, 1000).is_err());
        assert!(check(&json!({"counts": {"000": 500, "110": 500}}), 3, half, 1000).is_err());
        assert!((0..100).all(|_| (0.6..=2.5).contains(&random_theta())));
    }
}
