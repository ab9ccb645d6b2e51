//! Are the kernels, whatever their instructions, what matrix multiplication says?

mod branches;
mod oracle;
mod paths;
mod plans;
mod readings;

use std::ops::ControlFlow;

use super::*;
use crate::random::Random;

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn state<T: Real>(positions: usize, threads: usize, path: Path) -> State<T> {
    State::new(positions, Settings { threads, path }).expect("memory")
}

fn amplitudes<T: Real>(state: &State<T>) -> Vec<Complex<f64>> {
    let mut amplitudes = vec![Complex::ZERO; 1 << state.positions()];
    state.copy_amplitudes(0, &mut amplitudes).expect("within range");
    amplitudes
}

#[track_caller]
fn assert_close(left: &[Complex<f64>], right: &[Complex<f64>], tolerance: f64) {
    assert_eq!(left.len(), right.len());
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        assert!(left.is_close(*right, tolerance), "at {index}: {left:?} and {right:?}");
    }
}

/// A unitary matrix of 2^k rows, row after row: random rows made orthonormal, twice for the sake of rounding.
fn unitary(targets: usize, random: &mut Random) -> Vec<Complex<f64>> {
    let size = 1 << targets;
    let mut part = || random.unit() - 0.5;
    let mut rows: Vec<Vec<Complex<f64>>> = Vec::new();
    for _ in 0..size {
        let mut row: Vec<_> = (0..size).map(|_| Complex::new(part(), part())).collect();
        for other in rows.iter().chain(&rows) {
            let products = other.iter().zip(&row).map(|(a, b)| a.conjugate() * *b);
            let overlap = products.fold(Complex::ZERO, |sum, product| sum + product);
            for (entry, part) in row.iter_mut().zip(other) {
                *entry = *entry - overlap * *part;
            }
        }
        let norm: f64 = row.iter().map(|entry| entry.norm_squared()).sum();
        row.iter_mut().for_each(|entry| *entry = *entry * norm.sqrt().recip());
        rows.push(row);
    }
    rows.concat()
}

fn below(bound: usize, random: &mut Random) -> usize {
    (random.unit() * bound as f64) as usize
}

/// So many different positions.
fn choose(count: usize, positions: usize, random: &mut Random) -> Vec<usize> {
    let mut left: Vec<usize> = (0..positions).collect();
    (0..count).map(|_| left.swap_remove(below(left.len(), random))).collect()
}

/// Gates of all kinds on random positions.
fn mixture(positions: usize, count: usize, seed: u64) -> Operations {
    let mut random = Random::from_seed(seed);
    let mut operations = Operations::new(positions);
    for _ in 0..count {
        let most = positions.min(5);
        let wires = choose(1 + below(most, &mut random), positions, &mut random);
        let target_count = below(wires.len() + 1, &mut random);
        let (targets, controls) = wires.split_at(target_count);
        let controls: Vec<Control> = controls
            .iter()
            .map(|position| Control { position: *position, value: random.unit() < 0.7 })
            .collect();
        let phase = |random: &mut Random| Complex::from_angle(random.unit() * 6.0);
        let kind = below(4, &mut random);
        if targets.is_empty() || kind == 0 {
            let entries: Vec<_> = (0..1 << target_count).map(|_| phase(&mut random)).collect();
            operations.diagonal(targets, &controls, &entries).expect("a valid operation");
        } else if kind == 1 {
            let images = choose(1 << target_count, 1 << target_count, &mut random);
            operations.permutation(targets, &controls, &images).expect("a valid operation");
        } else {
            let matrix = unitary(target_count, &mut random);
            operations.dense(targets, &controls, &matrix).expect("a valid operation");
        }
    }
    operations
}

/// Rotations, controlled flips and phases on one or two random positions, as most circuits have them.
fn everyday(positions: usize, count: usize, seed: u64) -> Operations {
    let flip = [Complex::ZERO, Complex::ONE, Complex::ONE, Complex::ZERO];
    let mut random = Random::from_seed(seed);
    let mut operations = Operations::new(positions);
    for _ in 0..count {
        let wires = choose(2, positions, &mut random);
        let angle = random.unit() * 6.0;
        let (sin, cos) = angle.sin_cos();
        let real = |re| Complex::new(re, 0.0);
        let controls = [Control::on(wires[0]), Control::on(wires[1])];
        let added = match below(5, &mut random) {
            0 => operations.dense(&wires[..1], &[], &[cos, -sin, sin, cos].map(real)),
            1 => operations.dense(&wires[..1], &[], &unitary(1, &mut random)),
            2 => operations.dense(&wires[..1], &controls[1..], &flip),
            3 => operations.phase(&controls[..1], Complex::from_angle(angle)),
            _ => operations.phase(&controls, Complex::from_angle(angle)),
        };
        added.expect("a valid operation");
    }
    operations
}
