//! Which neighbouring operations become one matrix?
//!
//! Operations are taken in order. Each joins the group, or makes a new one with groups that nothing follows, where
//! that costs least; groups stay in an order in which operations that do not commute keep theirs.

use super::absorption;
use super::items::{Action, Bits, Item};
use super::matrices::{Columns, Factor, multiply};
use crate::vector::complex::Complex;
use crate::vector::operations::MAX_POSITIONS;

/// Bits of the widest matrix made of several operations.
pub(super) const MAX_FUSED: usize = 4;
/// Measured work of matrices on so many bits, in units of a matrix on one.
const DENSE_COST: [f32; MAX_FUSED + 1] = [0.0, 1.0, 1.6, 3.7, 12.0];
/// A wide matrix, for each of its rows.
const WIDE_COST: f32 = 4.0;
const FLIP_COST: f32 = 0.6;
const DIAGONAL_COST: f32 = 1.1;

pub(super) struct Fusion<'a> {
    items: &'a [Item<'a>],
    /// Bits of the index that run within a block: only what acts on no others can be fused.
    local: usize,
    groups: Vec<Group>,
    /// Entries of all matrices.
    entries: Vec<Complex<f64>>,
    /// For each bit, one more than the number of the last group that acts on it in any way, and that changes it.
    last: [u32; MAX_POSITIONS],
    last_change: [u32; MAX_POSITIONS],
    /// One more than the number of the last cluster.
    last_cluster: u32,
    members: Vec<Member>,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    support: usize,
    content: Content,
    work: f32,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    /// Merged into another group.
    Gone,
    Single(u32),
    Matrix {
        first_entry: u32,
    },
    /// Diagonal operations; its last member.
    Cluster {
        last: u32,
    },
}

/// A member of a cluster, and one more than the number of the one before it.
#[derive(Debug, Clone, Copy)]
struct Member {
    item: u32,
    before: u32,
}

/// What is to be done to a block.
pub(super) enum Fused<'f> {
    Single(&'f Item<'f>),
    Matrix(&'f Columns, Bits),
    Cluster(&'f mut dyn Iterator<Item = &'f Item<'f>>),
}

/// Where an operation is best done.
#[derive(Clone, Copy)]
enum Choice {
    Alone,
    Join(u32),
    /// Groups that nothing follows, and the operation after them.
    Combine([Option<u32>; 2]),
}

impl<'a> Fusion<'a> {
    pub(super) fn new(items: &'a [Item<'a>]) -> Self {
        Self {
            items,
            local: 0,
            groups: Vec::with_capacity(items.len()),
            entries: Vec::with_capacity(8 * items.len()),
            last: [0; MAX_POSITIONS],
            last_change: [0; MAX_POSITIONS],
            last_cluster: 0,
            members: Vec::new(),
        }
    }

    /// Begins a new pass, without any groups.
    pub(super) fn begin(&mut self, local: usize) {
        self.local = local;
        self.groups.clear();
        self.entries.clear();
        self.members.clear();
        self.last.fill(0);
        self.last_change.fill(0);
        self.last_cluster = 0;
    }

    /// Calls `act` with all that is to be done, in order.
    pub(super) fn each(&self, mut act: impl FnMut(Fused<'_>)) {
        for group in &self.groups {
            match group.content {
                Content::Gone => {}
                Content::Single(item) => act(Fused::Single(&self.items[item as usize])),
                Content::Matrix { .. } => {
                    act(Fused::Matrix(self.columns(group), Bits::of(group.support)));
                }
                Content::Cluster { last } => {
                    let mut next = last;
                    act(Fused::Cluster(&mut std::iter::from_fn(|| {
                        let member = self.members.get(next.checked_sub(1)? as usize)?;
                        next = member.before;
                        Some(&self.items[member.item as usize])
                    })));
                }
            }
        }
    }

    /// Adds operations in order.
    pub(super) fn add_all(&mut self, numbers: &[usize]) {
        let items = self.items;
        let extra_work = |item: &Item<'_>| {
            self.is_small(item.support()).then(|| dense_work(item.support()) - work(item))
        };
        let mut is_host = vec![false; numbers.last().map_or(0, |last| last + 1)];
        absorption::each_host(items, numbers, extra_work, |number| is_host[number] = true);
        numbers.iter().for_each(|number| self.add(*number, is_host[*number]));
    }

    fn add(&mut self, number: usize, is_host: bool) {
        let item = &self.items[number];
        let (changed, looked_at) = (item.changed(), item.looked_at());
        let after = self.latest(&self.last, changed).max(self.latest(&self.last_change, looked_at));
        let support = item.support();
        let is_small = self.is_small(support);
        if item.action == Action::Diagonal && !is_host {
            return self.add_diagonal(number, after, is_small);
        }
        // what will take in others is a matrix from the first
        let alone = if is_host { dense_work(support) } else { work(item) };
        let choice = if is_small { self.choose(item, after, alone) } else { Choice::Alone };
        let group = match choice {
            Choice::Alone => self.push(support, Content::Single(number as u32), alone),
            Choice::Join(group) => {
                self.join(group, number);
                group
            }
            Choice::Combine(groups) => self.combine(groups, number),
        };
        let support = self.groups[group as usize].support;
        self.note(group, support, changed);
    }

    /// `alone` is the work of the operation in a group of its own.
    fn choose(&self, item: &Item<'_>, after: u32, alone: f32) -> Choice {
        let support = item.support();
        let mut best = (Choice::Alone, alone);
        let mut consider = |choice: Choice, work: f32| {
            if work < best.1 {
                best = (choice, work);
            }
        };
        if let Some(group) = self.fusable(after) {
            let whole = self.groups[group as usize].support | support;
            if whole.count_ones() as usize <= MAX_FUSED {
                let added = dense_work(whole) - self.groups[group as usize].work;
                consider(Choice::Join(group), added);
            }
        }
        let mut open: [Option<u32>; 2] = [None; 2];
        let mut rest = support;
        while rest != 0 {
            let group = self.fusable(self.last[rest.trailing_zeros() as usize]);
            rest &= rest - 1;
            let Some(group) = group.filter(|group| self.is_open(*group)) else { continue };
            match open {
                [None, _] => open[0] = Some(group),
                [Some(first), None] if first != group => open[1] = Some(group),
                _ => {}
            }
        }
        for groups in [[open[0], None], [open[1], None], open] {
            let mut chosen = groups.iter().flatten().map(|group| &self.groups[*group as usize]);
            let whole = chosen.clone().fold(support, |whole, group| whole | group.support);
            if groups[0].is_some() && whole.count_ones() as usize <= MAX_FUSED {
                let saved: f32 = chosen.by_ref().map(|group| group.work).sum();
                consider(Choice::Combine(groups), dense_work(whole) - saved);
            }
        }
        best.0
    }

    /// A group, given as one more than its number, that can be part of a matrix.
    fn fusable(&self, group: u32) -> Option<u32> {
        let number = group.checked_sub(1)?;
        let group = &self.groups[number as usize];
        let is_matrix = match group.content {
            Content::Gone | Content::Cluster { .. } => false,
            Content::Single(_) | Content::Matrix { .. } => true,
        };
        (is_matrix && self.is_small(group.support)).then_some(number)
    }

    fn is_small(&self, support: usize) -> bool {
        support.count_ones() as usize <= MAX_FUSED && support & !self.local == 0
    }

    /// Nothing acts on its bits after it.
    fn is_open(&self, group: u32) -> bool {
        let mut rest = self.groups[group as usize].support;
        while rest != 0 {
            if self.last[rest.trailing_zeros() as usize] != group + 1 {
                return false;
            }
            rest &= rest - 1;
        }
        true
    }

    fn latest(&self, last: &[u32; MAX_POSITIONS], bits: usize) -> u32 {
        let (mut latest, mut rest) = (0, bits);
        while rest != 0 {
            latest = latest.max(last[rest.trailing_zeros() as usize]);
            rest &= rest - 1;
        }
        latest
    }

    fn push(&mut self, support: usize, content: Content, work: f32) -> u32 {
        self.groups.push(Group { support, content, work });
        self.groups.len() as u32 - 1
    }

    fn note(&mut self, group: u32, support: usize, changed: usize) {
        let mut rest = support;
        while rest != 0 {
            let bit = rest.trailing_zeros() as usize;
            self.last[bit] = self.last[bit].max(group + 1);
            if changed >> bit & 1 == 1 {
                self.last_change[bit] = self.last_change[bit].max(group + 1);
            }
            rest &= rest - 1;
        }
    }

    /// Makes the operation the last factor of a group's matrix.
    fn join(&mut self, group: u32, number: usize) {
        let Group { support, content, .. } = self.groups[group as usize];
        let item = &self.items[number];
        let whole = support | item.support();
        if let (Content::Matrix { first_entry }, true) = (content, whole == support) {
            let bits = Bits::of(support);
            let size = 1 << bits.len();
            let matrix = &mut self.entries[first_entry as usize..][..size * size];
            return multiply(matrix, &bits, Factor::Item(item));
        }
        self.groups[group as usize] = self.product(whole, [Some(group), None], number);
    }

    /// A new group at the end in place of the others.
    fn combine(&mut self, groups: [Option<u32>; 2], number: usize) -> u32 {
        let item = &self.items[number];
        let supports = groups.iter().flatten().map(|group| self.groups[*group as usize].support);
        let whole = supports.fold(item.support(), |whole, support| whole | support);
        let product = self.product(whole, groups, number);
        self.groups.push(product);
        let combined = self.groups.len() as u32 - 1;
        for group in groups.into_iter().flatten() {
            self.groups[group as usize].content = Content::Gone;
            // what the group changed, the new one changes
            let support = self.groups[group as usize].support;
            self.note(combined, support, support);
        }
        combined
    }

    /// The matrix of the operation after the groups.
    fn product(&mut self, support: usize, groups: [Option<u32>; 2], number: usize) -> Group {
        let bits = Bits::of(support);
        let size = 1 << bits.len();
        let first = self.entries.len();
        self.entries.resize(first + size * size, Complex::ZERO);
        let (before, matrix) = self.entries.split_at_mut(first);
        for diagonal in 0..size {
            matrix[diagonal * (size + 1)] = Complex::ONE;
        }
        for group in groups.into_iter().flatten() {
            let group = &self.groups[group as usize];
            match group.content {
                Content::Single(item) => {
                    multiply(matrix, &bits, Factor::Item(&self.items[item as usize]));
                }
                Content::Matrix { first_entry } => {
                    let inner = Bits::of(group.support);
                    let length = 1 << (2 * inner.len());
                    let columns = &before[first_entry as usize..][..length];
                    multiply(matrix, &bits, Factor::Columns(columns, &inner));
                }
                Content::Gone | Content::Cluster { .. } => {}
            }
        }
        multiply(matrix, &bits, Factor::Item(&self.items[number]));
        let content = Content::Matrix { first_entry: first as u32 };
        Group { support, content, work: dense_work(support) }
    }

    fn add_diagonal(&mut self, number: usize, after: u32, is_small: bool) {
        let support = self.items[number].support();
        let host = self.fusable(after).filter(|_| is_small);
        if let Some(group) = host {
            let group_support = self.groups[group as usize].support;
            let is_matrix = matches!(self.groups[group as usize].content, Content::Matrix { .. });
            let is_dense = matches!(self.groups[group as usize].content, Content::Single(item)
                if self.items[item as usize].action == Action::Dense
                    && self.items[item as usize].controls.fixed == 0);
            if support & !group_support == 0 && (is_matrix || is_dense) {
                self.join(group, number);
                return self.note(group, support, 0);
            }
        }
        if self.last_cluster <= after {
            let group = self.push(0, Content::Cluster { last: 0 }, DIAGONAL_COST);
            self.last_cluster = group + 1;
        }
        let cluster = self.last_cluster - 1;
        if let Content::Cluster { last } = &mut self.groups[cluster as usize].content {
            self.members.push(Member { item: number as u32, before: *last });
            *last = self.members.len() as u32;
        }
        self.groups[cluster as usize].support |= support;
        self.note(cluster, support, 0);
    }

    fn columns(&self, group: &Group) -> &Columns {
        match group.content {
            Content::Matrix { first_entry } => {
                &self.entries[first_entry as usize..][..1 << (2 * group.support.count_ones())]
            }
            _ => &[],
        }
    }
}

fn dense_work(support: usize) -> f32 {
    DENSE_COST[support.count_ones() as usize]
}

/// Of an operation that is done on its own.
fn work(item: &Item<'_>) -> f32 {
    let whole = match (item.action, item.targets.len()) {
        (Action::Diagonal, _) => DIAGONAL_COST,
        (Action::Flip, _) => FLIP_COST,
        (Action::Swap, _) => FLIP_COST / 2.0,
        (Action::Dense, count) if count < DENSE_COST.len() => DENSE_COST[count],
        (Action::Dense, count) => WIDE_COST * (1_u32 << count) as f32,
    };
    whole / (1_u64 << item.controls.fixed.count_ones()) as f32
}
