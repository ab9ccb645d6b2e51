//! What does a name stand for, here?

use quantum_program::{Function, built_in};

use super::{Lowered, Lowering, library};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::Name;
use crate::syntax::names::Symbol;

/// Numbers are positions in the tables of the lowering.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Binding {
    /// Not asked for yet.
    Unresolved,
    Unknown,
    /// Declared wrongly: already reported, and no reason for a second diagnostic.
    Broken,
    Qubits {
        first: u32,
        count: u32,
    },
    /// An alias, by its number.
    QubitList(u32),
    Bits {
        first: u32,
        count: u32,
    },
    BitList(u32),
    Variable(u32),
    Array(u32),
    BuiltInGate(u32),
    /// Of a library, made of built-in gates.
    LibraryGate(u32),
    Gate(u32),
    Opaque,
    Subroutine(u32),
    Number(f64),
    Function(Builtin),
}

/// A function of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    OfOne(Function),
    Mod,
    Pow,
    RotateLeft,
    RotateRight,
    SizeOf,
}

/// What each name stands for, and what it stood for outside of the scopes that are open.
#[derive(Debug)]
pub(super) struct Scopes {
    bindings: Vec<Binding>,
    /// For each name the serial number of the scope that declared it last.
    declared_in: Vec<u32>,
    /// For each name declared in a scope, what it stood for before, and by which scope.
    hidden: Vec<(Symbol, Binding, u32)>,
    /// Where each open scope begins in `hidden`, and its serial number.
    starts: Vec<(usize, u32)>,
    serial: u32,
}

impl Scopes {
    pub(super) fn new(names: usize) -> Self {
        Self {
            bindings: vec![Binding::Unresolved; names],
            declared_in: vec![0; names],
            hidden: Vec::new(),
            starts: Vec::new(),
            serial: 0,
        }
    }

    pub(super) fn binding(&self, symbol: Symbol) -> Binding {
        self.bindings[symbol.index()]
    }

    pub(super) fn is_subroutine(&self, symbol: Symbol) -> bool {
        matches!(self.bindings[symbol.index()], Binding::Subroutine(_))
    }

    /// Whether what the name stands for is declared outside of all scopes that can be seen.
    pub(super) fn is_declared_globally(&self, symbol: Symbol) -> bool {
        self.declared_in[symbol.index()] == 0
    }

    pub(super) fn is_global(&self) -> bool {
        self.starts.is_empty()
    }

    pub(super) fn enter(&mut self) {
        self.serial += 1;
        self.starts.push((self.hidden.len(), self.serial));
    }

    pub(super) fn leave(&mut self) {
        let Some((start, _)) = self.starts.pop() else {
            return;
        };
        for (symbol, binding, scope) in self.hidden.drain(start..).rev() {
            self.bindings[symbol.index()] = binding;
            self.declared_in[symbol.index()] = scope;
        }
    }

    pub(super) fn unwind(&mut self) {
        while !self.starts.is_empty() {
            self.leave();
        }
    }

    pub(super) fn bind(&mut self, symbol: Symbol, binding: Binding) {
        let place = &mut self.bindings[symbol.index()];
        if let Some((_, serial)) = self.starts.last() {
            let scope = &mut self.declared_in[symbol.index()];
            self.hidden.push((symbol, *place, *scope));
            *scope = *serial;
        }
        *place = binding;
    }

    /// Whether the innermost scope has declared the name.
    fn is_declared_here(&self, symbol: Symbol) -> bool {
        match self.starts.last() {
            Some((_, serial)) => self.declared_in[symbol.index()] == *serial,
            None => !matches!(
                self.bindings[symbol.index()],
                Binding::Unresolved
                    | Binding::Unknown
                    | Binding::BuiltInGate(_)
                    | Binding::LibraryGate(_)
                    | Binding::Number(_)
                    | Binding::Function(_)
            ),
        }
    }

    /// Hides what the open scopes declare, as the body of a gate or subroutine sees only what is global.
    pub(super) fn enter_global(&mut self) -> usize {
        let locals = self.hidden.len();
        for at in (0..locals).rev() {
            self.swap(at);
        }
        self.enter();
        locals
    }

    /// Shows again the locals that [`Self::enter_global`] counted.
    pub(super) fn leave_global(&mut self, locals: usize) {
        self.leave();
        for at in 0..locals {
            self.swap(at);
        }
    }

    fn swap(&mut self, at: usize) {
        let (symbol, outer, scope) = &mut self.hidden[at];
        std::mem::swap(&mut self.bindings[symbol.index()], outer);
        std::mem::swap(&mut self.declared_in[symbol.index()], scope);
    }
}

/// How much there was when a scope began: what is declared in it goes with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    variables: usize,
    arrays: usize,
    qubit_aliases: usize,
    bit_aliases: usize,
}

impl<'a> Lowering<'a> {
    pub(super) fn enter_scope(&mut self) {
        self.mark();
        self.scopes.enter();
    }

    pub(super) fn leave_scope(&mut self) {
        self.scopes.leave();
        self.release();
    }

    /// Gives what [`Self::leave_global`] needs.
    pub(super) fn enter_global(&mut self, span: Span) -> Lowered<usize> {
        self.charge(self.scopes.hidden.len(), span)?;
        self.mark();
        Ok(self.scopes.enter_global())
    }

    pub(super) fn leave_global(&mut self, locals: usize) {
        self.scopes.leave_global(locals);
        self.release();
    }

    fn mark(&mut self) {
        self.marks.push(Mark {
            variables: self.variables.count(),
            arrays: self.arrays.count(),
            qubit_aliases: self.qubits.alias_count(),
            bit_aliases: self.bits.alias_count(),
        });
    }

    fn release(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.variables.truncate(mark.variables);
            self.arrays.truncate(mark.arrays);
            self.qubits.truncate_aliases(mark.qubit_aliases);
            self.bits.truncate_aliases(mark.bit_aliases);
        }
    }

    pub(super) fn resolve(&mut self, symbol: Symbol) -> Binding {
        match self.scopes.bindings[symbol.index()] {
            Binding::Unresolved => {
                let binding = self.standard(symbol);
                self.scopes.bindings[symbol.index()] = binding;
                binding
            }
            binding => binding,
        }
    }

    /// What the language, its libraries and Braket give the name.
    fn standard(&mut self, symbol: Symbol) -> Binding {
        let document = self.document;
        let name = document.names.text(symbol);
        if let Some(binding) = constant_or_function(name) {
            return binding;
        }
        if let Some(gate) = built_in(name) {
            return self.gates.add_built_in(gate, &mut self.builder, name);
        }
        library::number(name).map_or(Binding::Unknown, Binding::LibraryGate)
    }

    pub(super) fn name_text(&self, symbol: Symbol) -> &'a str {
        self.document.names.text(symbol)
    }

    /// Takes the name, so that a declaration that goes wrong is complained of once only.
    pub(super) fn declare(&mut self, name: Name) -> Lowered<()> {
        let text = self.name_text(name.symbol);
        if self.scopes.is_declared_here(name.symbol) {
            return Err(Fault::new(
                Code::DuplicateName,
                name.span,
                format!("`{text}` is declared twice"),
                "choose another name for one of the two",
            ));
        }
        if matches!(text, "pi" | "π") {
            return Err(Fault::new(
                Code::DuplicateName,
                name.span,
                format!("`{text}` is a constant of the language and cannot be declared"),
                "choose another name",
            ));
        }
        self.scopes.bind(name.symbol, Binding::Broken);
        Ok(())
    }

    /// After [`Self::declare`].
    pub(super) fn define(&mut self, name: Name, binding: Binding) {
        self.scopes.bindings[name.symbol.index()] = binding;
    }

    pub(super) fn unknown(&self, symbol: Symbol, span: Span, wanted: &str) -> Box<Fault> {
        let name = self.name_text(symbol);
        Fault::new(
            Code::UnknownName,
            span,
            format!("`{name}` is not declared"),
            match self.similar_name(name) {
                Some(meant) => {
                    format!("write `{meant}` if that is meant, or declare `{name}` first")
                }
                None => format!("declare it first, for example `{};`", wanted.replace("{}", name)),
            },
        )
    }

    fn is_standard(&self, symbol: Symbol) -> bool {
        matches!(
            self.scopes.bindings[symbol.index()],
            Binding::BuiltInGate(_)
                | Binding::LibraryGate(_)
                | Binding::Number(_)
                | Binding::Function(_)
        )
    }

    pub(super) fn wrong_kind(&mut self, symbol: Symbol, span: Span, wanted: &str) -> Box<Fault> {
        let name = self.name_text(symbol);
        let is = match self.resolve(symbol) {
            Binding::Qubits { .. } | Binding::QubitList(_) => "stands for qubits",
            Binding::Bits { .. } | Binding::BitList(_) => "stands for bits",
            Binding::Variable(_) => "is a variable",
            Binding::Array(_) => "is an array",
            Binding::BuiltInGate(_)
            | Binding::LibraryGate(_)
            | Binding::Gate(_)
            | Binding::Opaque => "is a gate",
            Binding::Subroutine(_) => "is a subroutine",
            Binding::Number(_) => "is a constant",
            Binding::Function(_) => "is a function",
            Binding::Broken => return Fault::known(span),
            Binding::Unresolved | Binding::Unknown => "is not declared",
        };
        if self.is_standard(symbol) {
            return Fault::new(
                Code::UnknownName,
                span,
                format!("`{name}` is not declared: it only {is} of the language"),
                format!("declare `{name}`, or write the name of {wanted}"),
            );
        }
        Fault::new(
            Code::WrongKind,
            span,
            format!("`{name}` {is}, and {wanted} is needed here"),
            format!("write the name of {wanted}"),
        )
    }
}

fn constant_or_function(name: &str) -> Option<Binding> {
    use std::f64::consts::{E, PI, TAU};
    let of_one = |function| Binding::Function(Builtin::OfOne(function));
    Some(match name {
        "pi" | "π" => Binding::Number(PI),
        "tau" | "τ" => Binding::Number(TAU),
        "euler" | "ℇ" => Binding::Number(E),
        "sin" => of_one(Function::Sin),
        "cos" => of_one(Function::Cos),
        "tan" => of_one(Function::Tan),
        "arcsin" | "asin" => of_one(Function::Arcsin),
        "arccos" | "acos" => of_one(Function::Arccos),
        "arctan" | "atan" => of_one(Function::Arctan),
        "exp" => of_one(Function::Exp),
        "ln" | "log" => of_one(Function::Ln),
        "sqrt" => of_one(Function::Sqrt),
        "abs" => of_one(Function::Abs),
        "floor" => of_one(Function::Floor),
        "ceiling" => of_one(Function::Ceiling),
        "real" => of_one(Function::Real),
        "imag" => of_one(Function::Imaginary),
        "popcount" => of_one(Function::PopCount),
        "mod" => Binding::Function(Builtin::Mod),
        "pow" => Binding::Function(Builtin::Pow),
        "rotl" => Binding::Function(Builtin::RotateLeft),
        "rotr" => Binding::Function(Builtin::RotateRight),
        "sizeof" => Binding::Function(Builtin::SizeOf),
        _ => return None,
    })
}
