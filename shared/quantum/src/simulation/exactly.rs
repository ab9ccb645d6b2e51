//! What does a run without shots give: exact distributions and result types?

use std::collections::BTreeMap;

use quantum_kernels::random::Random;
use quantum_kernels::tableau::Tableau;
use quantum_program::{Memory, ResultType};

use super::Simulation;
use crate::clifford;
use crate::limits::MAX_EXACT_OUTCOMES;
use crate::machine::Machine;
use crate::outcome::{Measurements, Method, Outcome};
use crate::progress::Meter;
use crate::results::{Exact, Finish, ResultValue, beside_types, exact, exact_of_tableau};
use crate::run::SimulationError;
use crate::stabilizer::{self, Stabilizer};
use crate::ways::{Arrived, Goers};

/// Probabilities below this are what rounding leaves of nothing.
const NEGLIGIBLE: f64 = 1e-14;

impl Simulation<'_> {
    pub(super) fn exactly<M: Exact + Finish>(
        &self,
        machine: M,
        meter: &mut Meter<'_>,
    ) -> Result<Outcome, SimulationError> {
        let program = self.circuit.program();
        if program.results().is_empty() {
            return self.distribution(machine, meter);
        }
        if self.schedule.collapses(program) {
            let noun = "result types of a program that acts on measured qubits";
            return Err(SimulationError::NeedsShots { noun });
        }
        let mut results = Vec::new();
        self.ways().follow(
            machine,
            Goers::Share(1.0),
            &mut Random::from_seed(self.run.seed),
            meter,
            |arrived, meter| {
                results = self.results(arrived.machine, meter)?;
                Ok(())
            },
        )?;
        Ok(self.outcome_of(BTreeMap::new(), results))
    }

    fn results<M: Exact + Finish>(
        &self,
        machine: &mut M,
        meter: &mut Meter<'_>,
    ) -> Result<Vec<ResultValue>, SimulationError> {
        let program = self.circuit.program();
        let values = exact(program, machine, &self.position(), meter)?;
        program
            .results()
            .iter()
            .zip(values)
            .filter_map(|(result, value)| match (result, value) {
                (_, Some(value)) => Some(Ok(value)),
                (ResultType::AdjointGradient { terms, inputs }, None) => {
                    Some(machine.gradient(self.circuit, &self.schedule, (terms, inputs), meter))
                }
                _ => None,
            })
            .collect()
    }

    /// The distribution of the recorded bits, over all ways the program may go.
    fn distribution<M: Machine>(
        &self,
        machine: M,
        meter: &mut Meter<'_>,
    ) -> Result<Outcome, SimulationError> {
        let mut found: BTreeMap<String, f64> = BTreeMap::new();
        self.ways().follow(
            machine,
            Goers::Share(1.0),
            &mut Random::from_seed(self.run.seed),
            meter,
            |arrived, _| self.add_way(arrived, &mut found),
        )?;
        found.retain(|_, probability| *probability > NEGLIGIBLE);
        Ok(self.outcome_of(found, Vec::new()))
    }

    fn add_way<M: Machine>(
        &self,
        arrived: Arrived<'_, M>,
        found: &mut BTreeMap<String, f64>,
    ) -> Result<(), SimulationError> {
        let Goers::Share(share) = arrived.goers else {
            return Ok(());
        };
        let mut positions: Vec<usize> =
            arrived.pending.iter().filter_map(|(_, position)| *position).collect();
        positions.sort_unstable();
        positions.dedup();
        let pending: BTreeMap<u32, Option<usize>> = arrived.pending.iter().copied().collect();
        for (value, probability) in arrived.machine.distribution(&positions, MAX_EXACT_OUTCOMES)? {
            let measured = |position: usize| {
                positions.binary_search(&position).is_ok_and(|place| value[place])
            };
            let digit = |bit: u32| match pending.get(&bit) {
                Some(position) => position.is_some_and(measured),
                None => arrived.values.bit(bit),
            };
            let recorded = self.circuit.program().recorded().iter();
            let text = recorded.map(|one| if digit(one.bit) { '1' } else { '0' }).collect();
            *found.entry(text).or_default() += share * probability;
            if found.len() > MAX_EXACT_OUTCOMES {
                return Err(SimulationError::TooManyOutcomes);
            }
        }
        Ok(())
    }

    pub(super) fn exactly_on_tableau(
        &self,
        meter: &mut Meter<'_>,
    ) -> Result<Outcome, SimulationError> {
        let program = self.circuit.program();
        let width = self.schedule.width();
        if program.results().is_empty() {
            return self.distribution(Stabilizer::zero(width)?, meter);
        }
        if self.schedule.has_choices() {
            return Err(SimulationError::NeedsShots { noun: "result types" });
        }
        let mut tableau =
            Tableau::zero(width).map_err(|error| stabilizer::failed(&error, width))?;
        clifford::run(self.circuit, &self.schedule, &mut tableau);
        let results = exact_of_tableau(program, &mut tableau, &self.position())?;
        let results = results.ok_or(SimulationError::TooManyQubits { qubits: width })?;
        Ok(self.outcome_of(BTreeMap::new(), results))
    }

    fn outcome_of(
        &self,
        probabilities: BTreeMap<String, f64>,
        results: Vec<ResultValue>,
    ) -> Outcome {
        Outcome {
            measured_qubits: self.measured_qubits(),
            counts: BTreeMap::new(),
            probabilities,
            measurements: Measurements::new(self.circuit.program().recorded().len(), 0),
            results: beside_types(self.circuit.program(), results),
            outputs: BTreeMap::new(),
            method: Method::StateVector,
        }
    }

    pub(super) fn measured_qubits(&self) -> Vec<usize> {
        let program = self.circuit.program();
        program.recorded().iter().map(|one| program.known_as(one.qubit)).collect()
    }
}
