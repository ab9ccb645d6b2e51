//! What do the declarations of a program make known?

use super::operands::mixed;
use super::values::{Value, undefined};
use super::{BitRegister, Global, Lowered, Lowering};
use crate::diagnostics::{Fault, Span};
use crate::limits::{MAX_INPUTS, MAX_QUBITS};
use crate::program::{Input, InputKind, TermKind};
use crate::scalar::Scalar;
use crate::syntax::ast::{BaseType, ClassicalType, Expression};

/// Words that cannot be given a new meaning.
const RESERVED: &[&str] = &[
    "pi", "π", "tau", "τ", "euler", "ℇ", "true", "false", "measure", "reset", "barrier", "gate",
    "qubit", "bit", "qreg", "creg", "input", "output", "const", "include", "ctrl", "negctrl",
    "inv", "pow", "if", "else", "for", "while", "def", "box", "let", "int", "uint", "float",
    "angle", "bool", "OPENQASM", "U", "gphase",
];

impl<'a> Lowering<'a> {
    pub(super) fn input(&mut self, kind: &ClassicalType, name: Span) -> Lowered<()> {
        self.declare_broken(name)?;
        if self.body.inputs.len() >= MAX_INPUTS {
            return Err(Fault::new(
                name,
                format!("the program has more than {MAX_INPUTS} inputs"),
                "use fewer inputs, and calculate other values from them",
            ));
        }
        let kind = self.input_kind(kind)?;
        let index = u32::try_from(self.body.inputs.len()).unwrap_or(u32::MAX);
        let text = name.text(self.source).to_owned();
        self.body.inputs.push(Input { name: text, kind });
        let value = self.term(name, TermKind::Input(index))?;
        self.define_name(name, Global::Value(value));
        Ok(())
    }

    pub(super) fn constant(
        &mut self,
        kind: &ClassicalType,
        name: Span,
        expression: &Expression,
    ) -> Lowered<()> {
        self.declare_broken(name)?;
        let target = self.input_kind(kind)?;
        let value = match self.value(expression)? {
            Value::Known(value) => Value::Known(cast(target, value, expression.span)?),
            open if matches!(target, InputKind::Float | InputKind::Angle) => open,
            Value::Open(_) => {
                return Err(Fault::new(
                    expression.span,
                    "only a `const float` or `const angle` may depend on an input",
                    "use the input itself where the value is needed",
                ));
            }
        };
        self.define_name(name, Global::Value(value));
        Ok(())
    }

    pub(super) fn qubits(&mut self, name: Span, size: Option<&Expression>) -> Lowered<()> {
        self.declare_broken(name)?;
        let count = self.size(name, size)?;
        if !self.physical.is_empty() {
            return Err(mixed(name));
        }
        let first = self.body.qubits.len();
        if count > MAX_QUBITS - first {
            return Err(Fault::new(
                name,
                format!("the program has more than {MAX_QUBITS} qubits"),
                "declare only the qubits that are used",
            ));
        }
        self.body.qubits.extend(first..first + count);
        self.touched.resize(first + count, false);
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.define_name(name, Global::Qubits { first: narrow(first), count: narrow(count) });
        Ok(())
    }

    pub(super) fn declare_bits(
        &mut self,
        name: Span,
        size: Option<&Expression>,
        initial: Option<&Expression>,
    ) -> Lowered<()> {
        self.declare_broken(name)?;
        let count = self.size(name, size)?;
        if let Some(initial) = initial {
            self.check_initial(initial, count)?;
        }
        let bits = self.add_bits(name, count)?;
        let register = self.registers.len();
        self.registers.push(BitRegister { bits });
        self.define_name(name, Global::Bits { register });
        Ok(())
    }

    fn check_initial(&mut self, initial: &Expression, count: usize) -> Lowered<()> {
        let fits = match self.value(initial)? {
            Value::Known(Scalar::Bits { width, .. }) => usize::from(width) == count,
            Value::Known(Scalar::Int(0 | 1) | Scalar::Bool(_)) => count == 1,
            _ => false,
        };
        if fits {
            return Ok(());
        }
        Err(Fault::new(
            initial.span,
            format!("this is not a value for {count} bits"),
            "write as many 0 and 1 in quotes as there are bits, for example `bit[2] b = \"00\";`",
        ))
    }

    fn size(&mut self, name: Span, size: Option<&Expression>) -> Lowered<usize> {
        let Some(size) = size else {
            return Ok(1);
        };
        let count = self.whole(size, "the size of a register")?;
        usize::try_from(count).ok().filter(|count| *count > 0).ok_or_else(|| {
            let name = name.text(self.source);
            Fault::new(
                size.span,
                format!("the register `{name}` cannot have {count} elements"),
                "give it a size of at least 1",
            )
        })
    }

    fn input_kind(&mut self, kind: &ClassicalType) -> Lowered<InputKind> {
        let width = match &kind.width {
            Some(width) => Some((self.whole(width, "the width of a type")?, width.span)),
            None => None,
        };
        let bits = |widest: i64, usual: u32| match width {
            None => Ok(usual),
            Some((bits, span)) => {
                let fits = u32::try_from(bits).ok().filter(|_| (1..=widest).contains(&bits));
                fits.ok_or_else(|| {
                    Fault::new(
                        span,
                        format!("this type cannot have {bits} bits"),
                        format!("use a width from 1 to {widest}"),
                    )
                })
            }
        };
        match kind.base {
            BaseType::Int => Ok(InputKind::Int { bits: bits(64, 64)? }),
            BaseType::Uint => Ok(InputKind::Uint { bits: bits(64, 64)? }),
            BaseType::Float => bits(64, 64).map(|_| InputKind::Float),
            BaseType::Angle => bits(64, 64).map(|_| InputKind::Angle),
            BaseType::Bit => Ok(InputKind::Bits { width: bits(64, 1)? }),
            BaseType::Bool if width.is_none() => Ok(InputKind::Bool),
            BaseType::Bool => Err(Fault::new(kind.span, "a `bool` has no width", "write `bool`")),
        }
    }

    /// Takes the name, so that a declaration that goes wrong is complained of once only.
    pub(super) fn declare_broken(&mut self, name: Span) -> Lowered<()> {
        let text = name.text(self.source);
        if RESERVED.contains(&text) {
            return Err(Fault::new(
                name,
                format!("`{text}` has a meaning of its own and cannot be declared"),
                "choose another name",
            ));
        }
        if self.globals.contains_key(text) {
            return Err(Fault::new(
                name,
                format!("`{text}` is declared twice"),
                "choose another name for one of the two",
            ));
        }
        self.define_name(name, Global::Broken);
        Ok(())
    }

    pub(super) fn define_name(&mut self, name: Span, global: Global) {
        self.globals.insert(name.text(self.source), global);
    }
}

fn cast(target: InputKind, value: Scalar, span: Span) -> Lowered<Scalar> {
    let wrong = |reason| undefined(span, reason);
    match (target, value) {
        (InputKind::Float | InputKind::Angle, _) => {
            value.as_float().map(Scalar::Float).map_err(wrong)
        }
        (InputKind::Bool, _) => Ok(value.to_bool()),
        (InputKind::Bits { width }, Scalar::Bits { width: actual, .. })
            if u32::from(actual) == width =>
        {
            Ok(value)
        }
        (InputKind::Bits { .. }, _) => Err(Fault::new(
            span,
            "this is not a text of bits of the declared width",
            "write as many 0 and 1 in quotes as the width says",
        )),
        (InputKind::Int { bits }, _) => whole(value.truncate().map_err(wrong)?, bits, true, span),
        (InputKind::Uint { bits }, _) => whole(value.truncate().map_err(wrong)?, bits, false, span),
    }
}

fn whole(value: i64, bits: u32, signed: bool, span: Span) -> Lowered<Scalar> {
    if fits(value, bits, signed) {
        return Ok(Scalar::Int(value));
    }
    Err(Fault::new(
        span,
        format!("{value} does not fit in the {bits} bits of the declared type"),
        "use a wider type or another value",
    ))
}

/// Whether a whole number is one of a type of that many bits, 1 to 64.
pub(crate) fn fits(value: i64, bits: u32, signed: bool) -> bool {
    let magnitude = if signed { bits - 1 } else { bits };
    let reaches = |value: i64| magnitude >= 63 || value >> magnitude == 0;
    if value >= 0 { reaches(value) } else { signed && reaches(!value) }
}
