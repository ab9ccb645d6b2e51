//! Does what ships do something that only one of its crates, or none, may do?

use std::collections::BTreeSet;

use syn::{
    Expr, ExprMethodCall, ExprStruct, Field, FnArg, Pat, Signature, Type, spanned::Spanned,
    visit::Visit,
};

use super::source::{Kind, Named, Source, Token, line};

/// Crates that are told everything, so that nothing depends on when or where they run.
const PURE: [&str; 7] = [
    "shared/domain/",
    "shared/openqasm/",
    "shared/quantum/",
    "shared/quantum-analysis/",
    "shared/quantum-kernels/",
    "shared/quantum-pictures/",
    "shared/quantum-program/",
];
const OUTSIDE: [&str; 8] = ["env", "fs", "io", "net", "os", "process", "thread_local", "tokio"];

const TIMES: [&str; 6] = ["SystemTime", "Instant", "OffsetDateTime", "UtcDateTime", "Utc", "Local"];
const RANDOM_CRATES: [&str; 5] = ["fastrand", "getrandom", "rand", "rand_core", "oorandom"];
const RANDOM_IDS: [&str; 5] = ["new_v4", "now_v1", "now_v6", "now_v7", "now_local"];

/// Names of a stranger's program are hashed with a key that the stranger cannot know; no answer depends on it.
const HASHED_BY_CHANCE: &str = "shared/openqasm/src/syntax/names.rs";

/// What a function is told, and what the runtime says for the log.
const TOLD: [&str; 2] = ["shared/environment/", "shared/telemetry/"];

/// Attributes that make an item's address.
const ATTRIBUTES: [&str; 6] = ["pk", "sk", "gsi1pk", "gsi1sk", "due_pk", "due_sk"];

const MONEY: [&str; 10] =
    ["amount", "balance", "bill", "charge", "cost", "dollars", "fee", "micros", "price", "tariff"];

/// Where a charge is made, and where it is written with the end of its job.
const CHARGED: &str = "shared/domain/src/settlement.rs";
const SETTLED: &str = "shared/store/src/jobs.rs";

const UNBOUNDED: [&str; 3] =
    ["execute_statement", "batch_execute_statement", "execute_transaction"];

/// What goes into a function's binary.
pub(super) fn ships(source: &Source) -> bool {
    source.is_under("functions/") || source.is_under("shared/")
}

/// `domain` and the quantum engine are told everything.
pub(super) fn pure(sources: &[Source]) -> Vec<String> {
    let within = |source: &&Source| {
        PURE.iter().any(|home| source.is_under(home)) && !source.path.contains("/tests/")
    };
    let mut faults = Vec::new();
    for source in sources.iter().filter(within) {
        for name in source.names() {
            let outside = match &name.segments[..] {
                [first, second, ..] if first == "std" => OUTSIDE.contains(&second.as_str()),
                [first, ..] => OUTSIDE.contains(&first.as_str()),
                [] => false,
            };
            if outside {
                let what = format!("reaches outside with {}", name.segments.join("::"));
                faults.push(source.fault(name.line, &what));
            }
        }
        for word in ["async", "await"] {
            let lines = source.lines_of(std::slice::from_ref(&word));
            faults.extend(lines.map(|at| source.fault(at, &format!("waits ({word})"))));
        }
    }
    faults
}

/// Time and randomness come from `shared/clock`.
pub(super) fn time_and_randomness(sources: &[Source]) -> Vec<String> {
    let within = |source: &&Source| ships(source) && !source.is_under("shared/clock/");
    let mut faults = Vec::new();
    for source in sources.iter().filter(within) {
        for name in source.names() {
            let what = if reads_time(&name) {
                "reads the time"
            } else if is_random(&name) && !source.is_under(HASHED_BY_CHANCE) {
                "reads random bytes"
            } else {
                continue;
            };
            faults.push(source.fault(
                name.line,
                &format!("{what} with {}: ask shared/clock", name.segments.join("::")),
            ));
        }
    }
    faults
}

fn reads_time(name: &Named) -> bool {
    name.segments
        .windows(2)
        .any(|pair| TIMES.contains(&pair[0].as_str()) && pair[1].starts_with("now"))
        || (name.segments[0] == "std" && name.segments.ends_with(&["UNIX_EPOCH".to_owned()]))
}

fn is_random(name: &Named) -> bool {
    let (first, last) = (&name.segments[0], &name.segments[name.segments.len() - 1]);
    RANDOM_CRATES.contains(&first.as_str())
        || RANDOM_IDS.contains(&last.as_str())
        || name.segments.iter().any(|segment| segment == "RandomState")
}

/// What a function is told comes from `shared/environment`.
pub(super) fn environment(sources: &[Source]) -> Vec<String> {
    let within = |source: &&Source| ships(source) && !TOLD.iter().any(|home| source.is_under(home));
    let mut faults = Vec::new();
    for source in sources.iter().filter(within) {
        let reads = source.names().into_iter().filter(|name| {
            name.segments.windows(2).any(|pair| pair[0] == "env" && pair[1].starts_with("var"))
        });
        faults.extend(reads.map(|name| {
            source.fault(name.line, &format!("reads {}: ask shared/environment", name.written))
        }));
    }
    faults
}

/// What is told goes to the log, as one line of JSON.
pub(super) fn printing(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| ships(source)) {
        for word in ["print", "println", "eprint", "eprintln", "dbg"] {
            let lines = source.lines_of(&[word, "!"]).collect::<Vec<_>>();
            faults.extend(lines.into_iter().map(|at| {
                source.fault(at, &format!("prints with {word}!: write a line of the log"))
            }));
        }
    }
    faults
}

/// Where an item lies is known to `shared/store` alone; the beginnings of its keys are read from its source.
pub(super) fn keys_of_the_table(sources: &[Source]) -> Vec<String> {
    let (store, others): (Vec<&Source>, Vec<&Source>) =
        sources.iter().filter(|one| ships(one)).partition(|one| one.is_under("shared/store/"));
    let beginnings: BTreeSet<String> = store
        .iter()
        .flat_map(|source| source.texts())
        .filter_map(|text| text.text.split_once('#').map(|(start, _)| start.to_owned()))
        .filter(|start| !start.is_empty() && start.chars().all(|each| each.is_ascii_lowercase()))
        .collect();
    let is_key = |text: &str| {
        ATTRIBUTES.contains(&text)
            || text.split_once('#').is_some_and(|(start, _)| beginnings.contains(start))
            || text.contains("}#{")
    };
    let mut faults = Vec::new();
    for source in others {
        let keys = source.texts().filter(|text| is_key(&text.text));
        faults.extend(keys.map(|text| {
            source
                .fault(text.line, &format!("spells {:?}: only shared/store knows keys", text.text))
        }));
    }
    faults
}

/// Where `domain` knows money there is no floating point; elsewhere none has the name of an amount or meets one.
pub(super) fn money_in_floats(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| ships(source)) {
        if source.is_under("shared/domain/") && source.tokens.iter().any(|it| it.is("Money")) {
            let floats =
                source.tokens.iter().filter(|it| is_float(it) && !source.is_of_tests(it.line));
            faults.extend(floats.map(|token| {
                let what = format!("has the float {} beside money", token.text);
                source.fault(token.line, &what)
            }));
        }
        let mut found = Floats { source, faults: Vec::new() };
        found.visit_file(&source.syntax);
        faults.extend(found.faults);
        for float in ["f32", "f64"] {
            let sequence = [".", "micros", "(", ")", "as", float];
            let lines: Vec<usize> = source.lines_of(&sequence).collect();
            let what = format!("turns an amount into {float}");
            faults.extend(lines.into_iter().map(|at| source.fault(at, &what)));
        }
    }
    faults
}

fn is_float(token: &Token) -> bool {
    match token.kind {
        Kind::Word => ["f32", "f64", "as_f64"].contains(&token.text.as_str()),
        Kind::Number => !token.text.starts_with("0x") && token.text.contains('.'),
        _ => false,
    }
}

struct Floats<'s> {
    source: &'s Source,
    faults: Vec<String>,
}

impl Floats<'_> {
    fn check(&mut self, name: &str, kind: &Type) {
        let float = ["f32", "f64"].iter().find(|float| mentions(kind, float));
        let money = name
            .split('_')
            .any(|word| MONEY.contains(&word.trim_end_matches('s')) || MONEY.contains(&word));
        if let Some(float) = float.filter(|_| money) {
            let what = format!("holds {name} in {float}");
            self.faults.push(self.source.fault(line(kind), &what));
        }
    }
}

impl<'a> Visit<'a> for Floats<'_> {
    fn visit_field(&mut self, field: &'a Field) {
        if let Some(name) = &field.ident {
            self.check(&name.to_string(), &field.ty);
        }
        syn::visit::visit_field(self, field);
    }

    fn visit_signature(&mut self, signature: &'a Signature) {
        for input in &signature.inputs {
            if let FnArg::Typed(typed) = input
                && let Pat::Ident(name) = &*typed.pat
            {
                self.check(&name.ident.to_string(), &typed.ty);
            }
        }
        if let syn::ReturnType::Type(_, kind) = &signature.output {
            self.check(&signature.ident.to_string(), kind);
        }
    }
}

fn mentions(kind: &Type, word: &str) -> bool {
    struct Words<'w>(&'w str, bool);
    impl<'a> Visit<'a> for Words<'_> {
        fn visit_ident(&mut self, ident: &'a proc_macro2::Ident) {
            self.1 |= ident == self.0;
        }
    }
    let mut words = Words(word, false);
    words.visit_type(kind);
    words.1
}

/// The table is read by key or by a bounded query.
pub(super) fn scans(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| ships(source)) {
        let mut calls = Calls { source, faults: Vec::new() };
        calls.visit_file(&source.syntax);
        faults.extend(calls.faults);
        // What macros hold is not parsed.
        let lines: BTreeSet<usize> = source.lines_of(&[".", "scan", "(", ")"]).collect();
        faults.extend(lines.into_iter().map(|at| source.fault(at, "scans the table")));
    }
    faults
}

struct Calls<'s> {
    source: &'s Source,
    faults: Vec<String>,
}

impl<'a> Visit<'a> for Calls<'_> {
    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let name = call.method.to_string();
        if UNBOUNDED.contains(&name.as_str()) {
            let what = format!("reads by {name}, which nothing bounds");
            self.faults.push(self.source.fault(line(&call.method), &what));
        }
        if name == "send" || name == "into_paginator" {
            let mut before = Vec::new();
            let mut receiver = &*call.receiver;
            while let Expr::MethodCall(inner) = receiver {
                before.push((inner.method.to_string(), inner.args.len()));
                receiver = &inner.receiver;
            }
            let has = |name: &str| before.iter().any(|(method, _)| method == name);
            if before.contains(&("query".to_owned(), 0)) && !(has("limit") || has("set_limit")) {
                self.faults
                    .push(self.source.fault(call.span().start().line, "queries without a limit"));
            }
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

/// The end of a job and its charge are one write, which one function makes.
pub(super) fn settling(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| ships(source)) {
        let mut charges = Charges { source, faults: Vec::new() };
        if !source.is_under(CHARGED) {
            charges.visit_file(&source.syntax);
        }
        faults.extend(charges.faults);
        if source.is_under("shared/domain/") || source.is_under(SETTLED) {
            continue;
        }
        let settle = |name: &Named| name.segments.join("::").ends_with("settlement::settle");
        let settles = source.names().into_iter().filter(settle);
        faults.extend(settles.map(|name| {
            source.fault(name.line, "decides how a job is settled: ask store::jobs::settle")
        }));
    }
    faults
}

struct Charges<'s> {
    source: &'s Source,
    faults: Vec<String>,
}

impl<'a> Visit<'a> for Charges<'_> {
    fn visit_expr_struct(&mut self, made: &'a ExprStruct) {
        if made.path.segments.last().is_some_and(|last| last.ident == "Charge") {
            let what = format!("makes a charge, which {CHARGED} does");
            self.faults.push(self.source.fault(line(&made.path), &what));
        }
        syn::visit::visit_expr_struct(self, made);
    }
}
