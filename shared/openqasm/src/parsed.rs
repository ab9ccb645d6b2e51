//! How does a source text become a program, and what else is known of it then?

use std::collections::BTreeMap;
use std::sync::Arc;

use quantum_program::{Input, InputValue, Program, Value};

use crate::diagnostics::{Code, Diagnostics, Fault, Faults, Span};
use crate::limits::MAX_SOURCE_BYTES;
use crate::lowering;
use crate::syntax::ast::Document;
use crate::syntax::parser;

/// A program that has been understood. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Parsed {
    source: Arc<str>,
    /// To be lowered again for other inputs, if there are any.
    document: Option<Arc<Document>>,
    program: Arc<Program>,
    warnings: Arc<Diagnostics>,
}

/// Reads an OpenQASM 3 or 2 program, its inputs still being open.
///
/// The diagnostics are as many as could be found, up to [`crate::MAX_DIAGNOSTICS`].
pub fn parse(source: &str) -> Result<Parsed, Diagnostics> {
    read(source, None)
}

/// Reads a program for these values of its inputs, which may then be sizes of registers and ends of loops too.
pub fn parse_with(
    source: &str,
    inputs: &BTreeMap<String, InputValue>,
) -> Result<Parsed, Diagnostics> {
    read(source, Some(inputs))
}

fn read(
    source: &str,
    inputs: Option<&BTreeMap<String, InputValue>>,
) -> Result<Parsed, Diagnostics> {
    let mut faults = Faults::default();
    if source.len() > MAX_SOURCE_BYTES {
        faults.push(Fault::new(
            Code::Limit,
            Span::default(),
            format!("the program has more than {MAX_SOURCE_BYTES} bytes"),
            "split it into several programs, or repeat gates with loops and custom gates",
        ));
        return Err(refused(faults, ""));
    }
    let source: Arc<str> = source.into();
    let document = parser::document(&source, &mut faults);
    let values = match inputs {
        None => None,
        Some(_) if faults.has_errors() => None,
        Some(inputs) => {
            let declared = lowering::inputs(&source, &document, &mut faults);
            accepted(&declared, inputs, &mut faults)
        }
    };
    let program = lowering::lower(&source, &document, values.as_deref(), &mut faults);
    let warnings = faults.locate(&source)?;
    Ok(Parsed {
        source,
        document: (!program.inputs().is_empty()).then(|| Arc::new(document)),
        program: Arc::new(program),
        warnings: Arc::new(warnings),
    })
}

fn accepted(
    program: &Program,
    inputs: &BTreeMap<String, InputValue>,
    faults: &mut Faults,
) -> Option<Vec<Value>> {
    match program.accept(inputs) {
        Ok(values) => Some(values),
        Err(error) => {
            faults.push(Fault::new(
                Code::InputValue,
                Span::default(),
                error.to_string(),
                "give each declared input a value of its type",
            ));
            None
        }
    }
}

impl Parsed {
    /// With its inputs still open, unless it has been read for certain values of them.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// What its writer may have meant otherwise.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// In the order of their declaration.
    pub fn inputs(&self) -> &[Input] {
        self.program.inputs()
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// The program for these values of its inputs: branches and loops that depend on nothing else are carried out.
    ///
    /// The inputs stay declared, so that the same values are given to the result too. What asks for a gradient keeps
    /// its inputs open.
    pub fn lower_with(
        &self,
        inputs: &BTreeMap<String, InputValue>,
    ) -> Result<Program, Diagnostics> {
        let mut faults = Faults::default();
        let Some(values) = accepted(&self.program, inputs, &mut faults) else {
            return Err(refused(faults, &self.source));
        };
        let Some(document) = &self.document else {
            return Ok(Program::clone(&self.program));
        };
        let has_gradient =
            self.program.results().iter().any(|result| {
                matches!(result, quantum_program::ResultType::AdjointGradient { .. })
            });
        let values = (!has_gradient).then_some(values.as_slice());
        let program = lowering::lower(&self.source, document, values, &mut faults);
        faults.locate(&self.source)?;
        Ok(program)
    }
}

fn refused(faults: Faults, source: &str) -> Diagnostics {
    match faults.locate(source) {
        Ok(diagnostics) | Err(diagnostics) => diagnostics,
    }
}
