//! Which number does a name have, so that no later step compares texts?

use std::hash::{BuildHasher, Hasher, RandomState};

/// A name of the program; equal names have equal numbers, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Symbol(pub(crate) u32);

impl Symbol {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Numbers names by an open hash table that grows with them.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    text: String,
    /// Where each name ends in `text`, and its hash.
    entries: Vec<(u32, u32)>,
    /// Numbers of names plus one, 0 where free; a power of two of them.
    slots: Vec<u32>,
    /// Different each time, so that no text can be written whose names all fall into one slot.
    seed: u64,
}

impl Names {
    pub(crate) fn new() -> Self {
        let seed = RandomState::new().build_hasher().finish();
        Self { text: String::new(), entries: Vec::new(), slots: vec![0; 64], seed }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        let end = self.entries[symbol.index()].0 as usize;
        let start = match symbol.0 {
            0 => 0,
            number => self.entries[number as usize - 1].0 as usize,
        };
        &self.text[start..end]
    }

    pub(crate) fn number(&mut self, name: &str) -> Symbol {
        let hash = hash(self.seed, name.as_bytes());
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Some(number) = self.slots[slot].checked_sub(1) else {
                return self.add(name, hash, slot);
            };
            let symbol = Symbol(number);
            if self.entries[number as usize].1 == hash && self.text(symbol) == name {
                return symbol;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn add(&mut self, name: &str, hash: u32, slot: usize) -> Symbol {
        self.text.push_str(name);
        let number = narrow(self.entries.len());
        self.entries.push((narrow(self.text.len()), hash));
        self.slots[slot] = number + 1;
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        Symbol(number)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0; mask + 1];
        for (number, (_, hash)) in (1..).zip(&self.entries) {
            let mut slot = *hash as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = number;
        }
        self.slots = slots;
    }
}

/// Names are shorter in all than a source text, whose length fits.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Mixes eight bytes at a time; both halves of a product together depend on all bits of its factors.
fn hash(seed: u64, name: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = seed ^ name.len() as u64;
    for chunk in name.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let product = u128::from(mixed ^ u64::from_le_bytes(word)) * u128::from(FACTOR ^ seed | 1);
        mixed = product as u64 ^ (product >> 64) as u64;
    }
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_have_equal_numbers_and_keep_their_text() {
        let mut names = Names::new();
        let all: Vec<String> = (0..1_000).map(|number| format!("name_{number}")).collect();
        let first: Vec<Symbol> = all.iter().map(|name| names.number(name)).collect();
        let again: Vec<Symbol> = all.iter().map(|name| names.number(name)).collect();
        assert_eq!(first, again);
        assert_eq!(names.len(), 1_000);
        assert!(all.iter().zip(&first).all(|(name, symbol)| names.text(*symbol) == name));
    }

    #[test]
    fn names_that_differ_only_in_length_or_beyond_eight_bytes_are_told_apart() {
        let mut names = Names::new();
        let symbols: Vec<Symbol> =
            ["a", "a\0", "abcdefgh", "abcdefghi", "abcdefghj"].map(|n| names.number(n)).into();
        assert_eq!(symbols, (0..5).map(Symbol).collect::<Vec<_>>());
    }
}
