//! Which outcomes does a final state give, drawn or exactly?

use std::collections::BTreeMap;

use super::SimulationError;
use super::plan::Plan;
use super::state::State;
use crate::limits::MAX_EXACT_OUTCOMES;
use crate::outcome::Measurements;
use crate::random::Random;

/// Probabilities below this are what rounding leaves of nothing.
const NEGLIGIBLE: f64 = 1e-14;
/// Amplitudes whose share is below this cannot add up to anything.
const INVISIBLE: f64 = 1e-28;

/// Draws all shots in one pass over the state: the draws are sorted and met in order.
pub(super) fn sample(
    state: &State,
    plan: &Plan,
    width: usize,
    shots: u32,
    random: &mut Random,
) -> Measurements {
    let mut measurements = Measurements::new(width, shots as usize);
    let mut draws: Vec<(f64, u32)> = (0..shots).map(|shot| (random.unit(), shot)).collect();
    draws.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut draws = draws.into_iter().peekable();
    let mut record = |shot: u32, index: usize| {
        plan.record(index, |bit, value| measurements.set(shot as usize, bit, value));
    };
    let (mut passed, mut last) = (0.0, 0);
    for (index, amplitude) in state.amplitudes().iter().enumerate() {
        let probability = amplitude.norm_squared();
        if probability <= 0.0 {
            continue;
        }
        passed += probability;
        last = index;
        while let Some((_, shot)) = draws.next_if(|(draw, _)| *draw < passed) {
            record(shot, index);
        }
    }
    // rounding may leave the sum a little under the largest draw
    for (_, shot) in draws {
        record(shot, last);
    }
    measurements
}

pub(super) fn exact(
    state: &State,
    plan: &Plan,
    width: usize,
) -> Result<BTreeMap<String, f64>, SimulationError> {
    let shown = plan.shown();
    let mut by_index: BTreeMap<usize, f64> = BTreeMap::new();
    for (index, amplitude) in state.amplitudes().iter().enumerate() {
        let probability = amplitude.norm_squared();
        if probability > INVISIBLE {
            *by_index.entry(index & shown).or_default() += probability;
            if by_index.len() > MAX_EXACT_OUTCOMES {
                return Err(SimulationError::TooManyOutcomes);
            }
        }
    }
    let visible = by_index.into_iter().filter(|(_, probability)| *probability > NEGLIGIBLE);
    let named = visible.map(|(index, probability)| (text(plan, width, index), probability));
    Ok(named.collect())
}

fn text(plan: &Plan, width: usize, index: usize) -> String {
    let mut digits = vec![b'0'; width];
    plan.record(index, |bit, value| digits[bit] = if value { b'1' } else { b'0' });
    digits.into_iter().map(char::from).collect()
}
