//! How are noise, matrices and results written as pragmas of Braket?

use std::fmt::Write as _;

use quantum_program::{
    Factor, GradientTerm, Noise, NoiseKind, Observable, Operands, Parameter, ResultType, Unitary,
};

use super::Printer;
use super::expressions::complex;

impl Printer<'_> {
    pub(super) fn unitary(&mut self, number: u32, targets: Operands) {
        let qubits: Vec<u32> = self.program.qubits(targets).collect();
        let line = format!(
            "#pragma braket unitary({}) {}",
            matrix(self.program.unitary(number)),
            self.names(&qubits)
        );
        self.line(&line);
    }

    pub(super) fn noise(&mut self, noise: &Noise) {
        let values: Vec<String> = match noise.kind {
            NoiseKind::Kraus => {
                self.program.kraus(noise).iter().map(|operator| matrix(operator)).collect()
            }
            _ => {
                let parameters = self.program.noise_parameters(noise);
                parameters.iter().map(|parameter| self.parameter(*parameter)).collect()
            }
        };
        let qubits: Vec<u32> = self.program.noise_targets(noise).collect();
        let line = format!(
            "#pragma braket noise {}({}) {}",
            noise.kind.name(),
            values.join(", "),
            self.names(&qubits)
        );
        self.line(&line);
    }

    pub(super) fn results(&mut self) {
        for result in self.program.results() {
            let text = self.result(result);
            self.line(&format!("#pragma braket result {text}"));
        }
    }

    fn result(&self, result: &ResultType) -> String {
        match result {
            ResultType::StateVector => "state_vector".to_owned(),
            ResultType::Amplitude { states } => {
                let states: Vec<String> =
                    states.iter().map(|state| format!("\"{state}\"")).collect();
                format!("amplitude {}", states.join(", "))
            }
            ResultType::Probability { targets } => self.of_targets("probability", targets),
            ResultType::DensityMatrix { targets } => self.of_targets("density_matrix", targets),
            ResultType::Expectation(observable) => {
                format!("expectation {}", self.observable(observable))
            }
            ResultType::Variance(observable) => format!("variance {}", self.observable(observable)),
            ResultType::Sample(observable) => format!("sample {}", self.observable(observable)),
            ResultType::AdjointGradient { terms, inputs } => self.gradient(terms, inputs),
        }
    }

    fn of_targets(&self, word: &str, targets: &Option<Vec<u32>>) -> String {
        match targets {
            Some(targets) => format!("{word} {}", self.names(targets)),
            None => format!("{word} all"),
        }
    }

    fn observable(&self, observable: &Observable) -> String {
        match observable {
            Observable::OnEach(pauli) => format!("{} all", pauli.letter()),
            Observable::Product(factors) => {
                let factors: Vec<String> =
                    factors.iter().map(|factor| self.factor(factor)).collect();
                factors.join(" @ ")
            }
        }
    }

    fn factor(&self, factor: &Factor) -> String {
        match factor {
            Factor::Pauli(pauli, qubit) => {
                format!("{}({})", pauli.letter(), self.names(&[*qubit]))
            }
            Factor::Hermitian(hermitian, targets) => {
                format!("hermitian({}) {}", matrix(hermitian), self.names(targets))
            }
        }
    }

    fn gradient(&self, terms: &[GradientTerm], inputs: &[u32]) -> String {
        let mut sum = String::new();
        for term in terms {
            if !sum.is_empty() {
                sum.push_str(" + ");
            }
            if !matches!(term.coefficient, Parameter::Known(value) if (value - 1.0).abs() <= 0.0) {
                // a string takes any text
                let _ = write!(sum, "({}) * ", self.parameter(term.coefficient));
            }
            sum.push_str(&self.observable(&term.observable));
        }
        let inputs: Vec<&str> = inputs
            .iter()
            .map(|number| self.program.inputs()[*number as usize].name.as_str())
            .collect();
        format!("adjoint_gradient expectation({sum}) {}", inputs.join(", "))
    }

    fn names(&self, qubits: &[u32]) -> String {
        let labels: Vec<&str> =
            qubits.iter().map(|qubit| self.labels.qubits[*qubit as usize].as_str()).collect();
        labels.join(", ")
    }
}

fn matrix(unitary: &Unitary) -> String {
    let size = 1 << unitary.qubits();
    let rows: Vec<String> = unitary
        .entries()
        .chunks(size)
        .map(|row| {
            let entries: Vec<String> = row.iter().map(|entry| complex(*entry)).collect();
            format!("[{}]", entries.join(", "))
        })
        .collect();
    format!("[{}]", rows.join(", "))
}
