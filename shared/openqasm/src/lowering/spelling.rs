//! Which name was meant by one that is not known?

use super::names::Binding;
use super::{Lowering, library};
use crate::syntax::names::Symbol;

/// Letters that may be wrong, missing or too many.
const MOST_CHANGES: usize = 2;
/// Longer names are not compared.
const LONGEST_COMPARED: usize = 32;
/// Names looked through; the others are not proposed.
const MOST_COMPARED: usize = 1_000;

/// The gates one mostly means.
const GATES: &[&str] = &[
    "h",
    "x",
    "y",
    "z",
    "s",
    "t",
    "sdg",
    "tdg",
    "si",
    "ti",
    "v",
    "vi",
    "sx",
    "sxdg",
    "id",
    "rx",
    "ry",
    "rz",
    "p",
    "phase",
    "phaseshift",
    "u1",
    "u2",
    "u3",
    "cx",
    "cy",
    "cz",
    "ch",
    "cp",
    "crx",
    "cry",
    "crz",
    "cu",
    "cu1",
    "cu3",
    "csx",
    "cnot",
    "ccx",
    "ccnot",
    "ccz",
    "swap",
    "cswap",
    "iswap",
    "pswap",
    "xx",
    "yy",
    "zz",
    "xy",
    "rxx",
    "ryy",
    "rzz",
    "ecr",
    "gphase",
    "gpi",
    "gpi2",
    "prx",
    "ms",
    "cphaseshift",
    "cphaseshift00",
    "cphaseshift01",
    "cphaseshift10",
];

impl Lowering<'_> {
    /// A gate with a name like that one.
    pub(super) fn similar_gate(&self, name: &str) -> Option<String> {
        let lower = name.to_lowercase();
        let mut names = self.declared(|binding| matches!(binding, Binding::Gate(_)));
        names.extend_from_slice(GATES);
        for name in library::names() {
            names.push(name);
        }
        nearest(&lower, &names)
    }

    /// A declared value, register or array with a name like that one.
    pub(super) fn similar_name(&self, name: &str) -> Option<String> {
        let is_thing = |binding| {
            matches!(
                binding,
                Binding::Variable(_)
                    | Binding::Array(_)
                    | Binding::Qubits { .. }
                    | Binding::QubitList(_)
                    | Binding::Bits { .. }
                    | Binding::BitList(_)
            )
        };
        nearest(name, &self.declared(is_thing))
    }

    fn declared(&self, is_wanted: impl Fn(Binding) -> bool) -> Vec<&str> {
        let count = self.document.names.len().min(MOST_COMPARED);
        (0..super::narrow(count))
            .map(Symbol)
            .filter(|symbol| is_wanted(self.scopes.binding(*symbol)))
            .map(|symbol| self.name_text(symbol))
            .collect()
    }
}

fn nearest(name: &str, known: &[&str]) -> Option<String> {
    if name.len() > LONGEST_COMPARED {
        return None;
    }
    // of a short name nearly every letter would be another
    let most = MOST_CHANGES.min(name.chars().count() / 2);
    known
        .iter()
        .copied()
        .filter(|other| other.len() <= LONGEST_COMPARED && *other != name)
        .map(|other| (changes(name, other), other))
        .filter(|(changes, _)| *changes <= most)
        .min()
        .map(|(_, other)| other.to_owned())
}

/// How many letters have to be changed, added or removed, or neighbours exchanged.
fn changes(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
