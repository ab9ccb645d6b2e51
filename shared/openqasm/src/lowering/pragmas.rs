//! Which noise, matrices and results do the pragmas of Braket ask for?

use quantum_program::{
    BinaryOperator, Factor, GradientTerm, NoiseKind, Observable, Parameter, Pauli, ResultType,
    Value,
};

use super::evaluation::Cell;
use super::names::Binding;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, List, Name, Operand};
use crate::syntax::pragma_tree::{FactorText, Matrix, Pragma, ResultRequest, TermText};

impl<'a> Lowering<'a> {
    pub(super) fn pragma(&mut self, number: u32, span: Span) -> Lowered<()> {
        let document = self.document;
        match &document.arenas.pragmas[number as usize] {
            Pragma::Unitary { matrix, targets } => self.unitary(matrix, *targets, span),
            Pragma::Noise { name, parameters, operators, targets } => {
                self.noise(*name, *parameters, operators, *targets, span)
            }
            Pragma::Result(request) => {
                let result = self.result(request, span)?;
                self.builder.result(result);
                Ok(())
            }
        }
    }

    fn unitary(&mut self, matrix: &Matrix, targets: List<Operand>, span: Span) -> Lowered<()> {
        let unitary = self.unitary_matrix(matrix)?;
        let qubits = self.distinct_targets(targets, span)?;
        check_size(unitary.qubits(), qubits.len(), span)?;
        self.step(span)?;
        let pushed = self.builder.unitary(unitary, &qubits);
        self.full(span, pushed)
    }

    fn noise(
        &mut self,
        name: Span,
        parameters: List<Expression>,
        operators: &[Matrix],
        targets: List<Operand>,
        span: Span,
    ) -> Lowered<()> {
        let Some(kind) = NoiseKind::named(self.text(name)) else {
            return Err(Fault::new(
                Code::Pragma,
                name,
                "this noise channel is not known",
                "write `bit_flip`, `phase_flip`, `pauli_channel`, `depolarizing`, `two_qubit_depolarizing`, `two_qubit_dephasing`, `amplitude_damping`, `generalized_amplitude_damping`, `phase_damping` or `kraus`",
            ));
        };
        let probabilities = self.probabilities(kind, parameters, span)?;
        let kraus = match kind {
            NoiseKind::Kraus => self.kraus_matrices(operators, span)?,
            _ => Vec::new(),
        };
        let qubits = self.distinct_targets(targets, span)?;
        let wanted = match kind.targets() {
            Some(targets) => targets,
            None => kraus.first().map_or(0, |operator| operator.qubits()),
        };
        if wanted == 0 {
            return Err(Fault::new(
                Code::Pragma,
                span,
                "`kraus` needs its operators",
                "write the matrices in the parentheses: `kraus([[…]], [[…]])`",
            ));
        }
        // a channel on one qubit acts on each of several by itself, as gates do
        if wanted == 1 {
            for qubit in qubits {
                self.step(span)?;
                let pushed = self.builder.noise(kind, &probabilities, kraus.clone(), &[qubit]);
                self.full(span, pushed)?;
            }
            return Ok(());
        }
        check_size(wanted, qubits.len(), span)?;
        let pushed = self.builder.noise(kind, &probabilities, kraus, &qubits);
        self.full(span, pushed)
    }

    fn probabilities(
        &mut self,
        kind: NoiseKind,
        parameters: List<Expression>,
        span: Span,
    ) -> Lowered<Vec<Parameter>> {
        let document = self.document;
        if parameters.len() != kind.parameters() {
            return Err(Fault::new(
                Code::Arity,
                span,
                format!(
                    "`{}` takes {} probabilities, not {}",
                    kind.name(),
                    kind.parameters(),
                    parameters.len()
                ),
                "write them in the parentheses, separated by commas",
            ));
        }
        let mut probabilities = Vec::with_capacity(parameters.len());
        let mut sum = 0.0;
        for parameter in parameters.of(&document.arenas.expressions) {
            let cell = self.cell(*parameter)?;
            let span = self.span_of(*parameter);
            let parameter = self.as_parameter(cell, span)?;
            if let Parameter::Known(value) = parameter {
                sum += value;
                if !(0.0..=kind.largest()).contains(&value) {
                    return Err(out_of_range(kind, span));
                }
            }
            probabilities.push(parameter);
        }
        if kind == NoiseKind::PauliChannel && sum > 1.0 + 1e-9 {
            return Err(out_of_range(kind, span));
        }
        Ok(probabilities)
    }

    fn targets(&mut self, targets: List<Operand>) -> Lowered<Vec<u32>> {
        let document = self.document;
        let mut qubits = Vec::new();
        for operand in targets.of(&document.arenas.operands) {
            qubits.extend(self.picked_qubits(operand)?.iter());
        }
        for qubit in &qubits {
            self.qubits.touch(*qubit);
        }
        Ok(qubits)
    }

    fn distinct_targets(&mut self, targets: List<Operand>, span: Span) -> Lowered<Vec<u32>> {
        let qubits = self.targets(targets)?;
        match super::picked::repeated(&qubits) {
            None => Ok(qubits),
            Some(_) => Err(Fault::new(
                Code::RepeatedQubit,
                span,
                "one qubit is named twice",
                "name different qubits",
            )),
        }
    }

    fn optional_targets(
        &mut self,
        targets: Option<List<Operand>>,
        span: Span,
    ) -> Lowered<Option<Vec<u32>>> {
        targets.map(|targets| self.distinct_targets(targets, span)).transpose()
    }

    fn result(&mut self, request: &ResultRequest, span: Span) -> Lowered<ResultType> {
        Ok(match request {
            ResultRequest::StateVector => ResultType::StateVector,
            ResultRequest::Amplitude(states) => {
                ResultType::Amplitude { states: self.states(states)? }
            }
            ResultRequest::Probability(targets) => {
                ResultType::Probability { targets: self.optional_targets(*targets, span)? }
            }
            ResultRequest::DensityMatrix(targets) => {
                ResultType::DensityMatrix { targets: self.optional_targets(*targets, span)? }
            }
            ResultRequest::Expectation(factors) => {
                ResultType::Expectation(self.observable(factors, span)?)
            }
            ResultRequest::Variance(factors) => {
                ResultType::Variance(self.observable(factors, span)?)
            }
            ResultRequest::Sample(factors) => ResultType::Sample(self.observable(factors, span)?),
            ResultRequest::AdjointGradient { terms, inputs } => {
                let mut all = Vec::with_capacity(terms.len());
                for term in terms {
                    all.push(self.gradient_term(term, span)?);
                }
                ResultType::AdjointGradient { terms: all, inputs: self.gradient_inputs(*inputs)? }
            }
        })
    }

    fn states(&mut self, spans: &[Span]) -> Lowered<Vec<String>> {
        let width = self.builder.program().qubit_count();
        let mut states = Vec::with_capacity(spans.len());
        for span in spans {
            let text = self.text(*span).trim_matches(['"', '\'']);
            if text.len() != width || !text.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
                return Err(Fault::new(
                    Code::Size,
                    *span,
                    format!("this is not a basis state of {width} qubits"),
                    "write a 0 or 1 for each qubit, the first one first",
                ));
            }
            states.push(text.to_owned());
        }
        Ok(states)
    }

    fn observable(&mut self, factors: &[FactorText], span: Span) -> Lowered<Observable> {
        if let [FactorText::Letter { name, operand }] = factors {
            let pauli = self.letter(*name);
            let Some(operand) = operand else {
                return Ok(Observable::OnEach(pauli));
            };
            let qubits = self.picked_qubits(operand)?;
            // as on Braket, a register is measured qubit by qubit, and so are all others
            if qubits.len() > 1 {
                return Ok(Observable::OnEach(pauli));
            }
        }
        let mut product = Vec::with_capacity(factors.len());
        for factor in factors {
            product.push(self.factor(factor, span)?);
        }
        let all: Vec<u32> =
            product.iter().flat_map(|factor| factor.targets().iter().copied()).collect();
        if super::picked::repeated(&all).is_some() {
            return Err(Fault::new(
                Code::RepeatedQubit,
                span,
                "one qubit is named twice by this observable",
                "name different qubits in its factors",
            ));
        }
        Ok(Observable::Product(product))
    }

    fn letter(&self, name: Span) -> Pauli {
        match self.text(name) {
            "x" => Pauli::X,
            "y" => Pauli::Y,
            "z" => Pauli::Z,
            "h" => Pauli::H,
            _ => Pauli::I,
        }
    }

    fn factor(&mut self, factor: &FactorText, span: Span) -> Lowered<Factor> {
        let missing = || {
            Fault::new(
                Code::Pragma,
                span,
                "this observable does not say which qubits it is of",
                "write them, for example `z(q[0])`",
            )
        };
        match factor {
            FactorText::Letter { name, operand } => {
                let operand = operand.as_ref().ok_or_else(missing)?;
                let qubits = self.picked_qubits(operand)?;
                if qubits.len() != 1 {
                    return Err(Fault::new(
                        Code::Size,
                        operand.span,
                        "a factor of an observable is of one qubit",
                        "name one qubit, for example `z(q[0])`",
                    ));
                }
                self.qubits.touch(qubits.at(0));
                Ok(Factor::Pauli(self.letter(*name), qubits.at(0)))
            }
            FactorText::Hermitian { matrix, targets } => {
                let hermitian = self.hermitian_matrix(matrix)?;
                let targets = targets.ok_or_else(missing)?;
                let qubits = self.distinct_targets(targets, span)?;
                check_size(hermitian.qubits(), qubits.len(), span)?;
                Ok(Factor::Hermitian(hermitian, qubits))
            }
        }
    }

    fn gradient_term(&mut self, term: &TermText, span: Span) -> Lowered<GradientTerm> {
        let mut coefficient = Cell::Known(Value::Float(1.0));
        if let Some(written) = term.coefficient {
            coefficient = self.cell(written)?;
        }
        if term.is_negative {
            let minus = Cell::Known(Value::Float(-1.0));
            coefficient = self.combine(BinaryOperator::Multiply, coefficient, minus, span)?;
        }
        let coefficient = self.as_parameter(coefficient, span)?;
        let observable = self.observable(&term.factors, span)?;
        Ok(GradientTerm { coefficient, observable })
    }

    fn gradient_inputs(&mut self, names: Option<List<Name>>) -> Lowered<Vec<u32>> {
        let document = self.document;
        let inputs = self.builder.program().inputs();
        let Some(names) = names else {
            return Ok((0..narrow(inputs.len())).collect());
        };
        let mut numbers = Vec::with_capacity(names.len());
        for name in names.of(&document.arenas.names) {
            let text = self.name_text(name.symbol);
            let inputs = self.builder.program().inputs();
            let Some(number) = inputs.iter().position(|input| input.name == text) else {
                return Err(match self.resolve(name.symbol) {
                    Binding::Unknown => self.unknown(name.symbol, name.span, "input float {}"),
                    _ => self.wrong_kind(name.symbol, name.span, "an input"),
                });
            };
            numbers.push(narrow(number));
        }
        Ok(numbers)
    }
}

fn check_size(wanted: usize, found: usize, span: Span) -> Lowered<()> {
    if wanted == found {
        return Ok(());
    }
    Err(Fault::new(
        Code::Size,
        span,
        format!("the matrix acts on {wanted} qubits, not {found}"),
        "name as many qubits as the matrix is for",
    ))
}

fn out_of_range(kind: NoiseKind, span: Span) -> Box<Fault> {
    Fault::new(
        Code::Probability,
        span,
        format!("a probability of `{}` is from 0 to {}", kind.name(), kind.largest()),
        "write a probability in that range; those of a `pauli_channel` make at most 1 together",
    )
}
