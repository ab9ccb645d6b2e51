//! Which two-bit operations take in the one-bit operations around them?
//!
//! A controlled flip alone is cheap, a matrix on two bits dear; but a matrix takes in up to four one-bit operations,
//! before and after it on both bits, for nothing. Each of these lies between two such operations and needs but one.

use super::items::{Action, Item};
use crate::vector::operations::{MAX_POSITIONS, TOLERANCE};

/// Costs of matrices on one bit, in the units of `fusion`.
const ONE_BIT: f32 = 1.0;
const ONE_BIT_REAL: f32 = 0.5;

/// One-bit operations after one another on the same bit.
#[derive(Debug, Clone, Copy)]
struct Run {
    work: f32,
    is_taken: bool,
}

/// A two-bit operation, and the runs before and after it on each bit.
struct Host {
    item: usize,
    /// What its matrix takes more work than the operation.
    extra_work: f32,
    /// What it has to spare for being dense.
    is_diagonal: bool,
    runs: [Option<usize>; 4],
}

/// What lies open on a bit: the last host there with the place of the run after it, and the run since.
#[derive(Clone, Copy, Default)]
struct Wire {
    host: Option<(usize, usize)>,
    run: Option<usize>,
}

/// Calls `mark` with the operations that had better be matrices. `extra_work` is what that costs for an operation that fits.
pub(super) fn each_host(
    items: &[Item<'_>],
    numbers: &[usize],
    extra_work: impl Fn(&Item<'_>) -> Option<f32>,
    mut mark: impl FnMut(usize),
) {
    let mut runs: Vec<Run> = Vec::new();
    let mut hosts: Vec<Host> = Vec::new();
    let mut wires = [Wire::default(); MAX_POSITIONS];
    for number in numbers {
        let item = &items[*number];
        let support = item.support();
        let bit = support.trailing_zeros() as usize;
        match (support.count_ones(), extra_work(item)) {
            (1, _) => add_to_run(item, &mut wires[bit], &mut runs, &mut hosts),
            (2, Some(extra_work)) => {
                let mut host = Host {
                    item: *number,
                    extra_work,
                    is_diagonal: item.action == Action::Diagonal,
                    runs: [None; 4],
                };
                for (side, bit) in [bit, support.ilog2() as usize].into_iter().enumerate() {
                    let place = 2 * side;
                    host.runs[place] = wires[bit].run;
                    wires[bit] = Wire { host: Some((hosts.len(), place + 1)), run: None };
                }
                hosts.push(host);
            }
            _ => {
                let mut rest = support;
                while rest != 0 {
                    wires[rest.trailing_zeros() as usize] = Wire::default();
                    rest &= rest - 1;
                }
            }
        }
    }
    // those that take in most first
    for least in [4, 3, 2, 1] {
        for host in &hosts {
            let free = || host.runs.iter().flatten().filter(|run| !runs[**run].is_taken);
            let gain: f32 = free().map(|run| runs[*run].work).sum();
            // a diagonal operation that others of its kind are next to is best done with them
            let is_fit = !host.is_diagonal || host.runs.iter().all(Option::is_some);
            if is_fit && free().count() >= least && gain > host.extra_work {
                mark(host.item);
                for run in host.runs.iter().flatten() {
                    runs[*run].is_taken = true;
                }
            }
        }
    }
}

fn add_to_run(item: &Item<'_>, wire: &mut Wire, runs: &mut Vec<Run>, hosts: &mut [Host]) {
    let is_real = item.entries.iter().all(|entry| entry.im.abs() <= TOLERANCE);
    let work = if is_real { ONE_BIT_REAL } else { ONE_BIT };
    if let Some(run) = wire.run {
        runs[run].work = runs[run].work.max(work);
        return;
    }
    runs.push(Run { work, is_taken: false });
    let run = runs.len() - 1;
    wire.run = Some(run);
    if let Some((host, place)) = wire.host {
        hosts[host].runs[place] = Some(run);
    }
}
