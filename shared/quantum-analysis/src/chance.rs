//! How many ways may a program go where chance decides before its end, and what do all ways share?

use quantum_program::{Noise, NoiseKind, Program};

/// Outcomes at the end are no ways: they are drawn from one state.
pub(crate) struct Chance {
    /// By measurements and resets; saturating.
    pub(crate) ways: u64,
    /// By noise channels; saturating.
    pub(crate) noise_ways: u64,
    gates: usize,
    /// Gates before the first choice.
    first: Option<usize>,
    /// For each qubit, the gates before a measurement that may turn out to be the last one.
    pending: Vec<Option<usize>>,
    measured: Vec<u32>,
}

impl Chance {
    pub(crate) fn new(program: &Program) -> Self {
        Self {
            ways: 1,
            noise_ways: 1,
            gates: 0,
            first: None,
            pending: vec![None; program.qubit_count()],
            measured: Vec::new(),
        }
    }

    pub(crate) fn shared_gates(&self) -> usize {
        self.first.unwrap_or(self.gates)
    }

    pub(crate) fn gate(&mut self) {
        self.gates += 1;
    }

    /// In a loop there is no telling how often.
    pub(crate) fn measure(&mut self, qubit: u32, is_repeated: bool) {
        if is_repeated {
            self.choose(self.gates, u64::MAX);
        } else if self.pending[qubit as usize].replace(self.gates).is_none() {
            self.measured.push(qubit);
        }
    }

    pub(crate) fn reset(&mut self, is_repeated: bool) {
        self.choose(self.gates, if is_repeated { u64::MAX } else { 2 });
    }

    pub(crate) fn noise(&mut self, program: &Program, noise: &Noise) {
        let operators = match noise.kind {
            NoiseKind::Kraus => program.kraus(noise).len(),
            NoiseKind::GeneralizedAmplitudeDamping => 4,
            kind => kind.pauli_mixture(&[0.0; 3]).map_or(2, |mixture| mixture.len() + 1),
        };
        self.noise_ways = self.noise_ways.saturating_mul(operators.max(1) as u64);
        self.choose(self.gates, 1);
    }

    /// After its measurement the qubit goes on: the outcome is a choice.
    pub(crate) fn act(&mut self, qubit: u32) {
        if let Some(gates) = self.pending[qubit as usize].take() {
            self.choose(gates, 2);
        }
    }

    /// What has been measured is looked at.
    pub(crate) fn decides(&mut self) {
        for qubit in std::mem::take(&mut self.measured) {
            self.act(qubit);
        }
    }

    fn choose(&mut self, gates: usize, ways: u64) {
        self.ways = self.ways.saturating_mul(ways);
        self.first = Some(self.first.map_or(gates, |first| first.min(gates)));
    }
}
