//! What is the product of small matrices on different bits?

use super::items::{Action, Bits, Item};
use crate::vector::complex::Complex;
use crate::vector::kernels::Sweep;

/// A square matrix, column after column: so a column is a small state, and bits of a row number are its positions.
pub(super) type Columns = [Complex<f64>];

/// A factor of a product.
#[derive(Clone, Copy)]
pub(super) enum Factor<'a> {
    Item(&'a Item<'a>),
    /// The bits of its row numbers, the lowest first.
    Columns(&'a Columns, &'a Bits),
}

/// Multiplies by a factor from the left; `bits` are those of the matrix, and those of the factor are among them.
pub(super) fn multiply(matrix: &mut Columns, bits: &Bits, factor: Factor<'_>) {
    let row_bit = |bit: usize| bits.iter().position(|other| other == bit).unwrap_or(0);
    let row_mask = |mask: usize| {
        let numbered = bits.iter().enumerate().filter(|(_, bit)| mask >> bit & 1 == 1);
        numbered.fold(0, |mask, (at, _)| mask | 1 << at)
    };
    let (targets, controls) = match factor {
        Factor::Columns(_, targets) => (targets, Sweep { fixed: 0, value: 0 }),
        Factor::Item(item) => {
            let Sweep { fixed, value } = item.controls;
            (&item.targets, Sweep { fixed: row_mask(fixed), value: row_mask(value) })
        }
    };
    let mut places = [0; MAX_ROWS];
    let size = 1 << targets.len();
    for (at, bit) in targets.iter().enumerate() {
        let place = 1 << row_bit(bit);
        for row in 0..1 << at {
            places[1 << at | row] = places[row] | place;
        }
    }
    let places = &places[..size];
    match factor {
        Factor::Columns(columns, _) => {
            dense(matrix, places, controls, |row, column| columns[column * size + row]);
        }
        Factor::Item(item) => match item.action {
            Action::Dense => {
                dense(matrix, places, controls, |row, column| item.entries[row * size + column]);
            }
            Action::Flip => exchange(matrix, places, controls, [0, 1]),
            Action::Swap => exchange(matrix, places, controls, [1, 2]),
            Action::Diagonal => each_group(matrix, places, controls, |matrix, base| {
                for (place, entry) in places.iter().zip(item.entries) {
                    matrix[base | place] *= *entry;
                }
            }),
        },
    }
}

/// Rows of the largest matrix that is fused.
const MAX_ROWS: usize = 1 << super::fusion::MAX_FUSED;

fn dense(
    matrix: &mut Columns,
    places: &[usize],
    controls: Sweep,
    entry: impl Fn(usize, usize) -> Complex<f64>,
) {
    match places.len() {
        2 => rows::<2>(matrix, places, controls, entry),
        4 => rows::<4>(matrix, places, controls, entry),
        8 => rows::<8>(matrix, places, controls, entry),
        _ => rows::<MAX_ROWS>(matrix, places, controls, entry),
    }
}

fn rows<const ROWS: usize>(
    matrix: &mut Columns,
    places: &[usize],
    controls: Sweep,
    entry: impl Fn(usize, usize) -> Complex<f64>,
) {
    let factor: [[Complex<f64>; ROWS]; ROWS] =
        std::array::from_fn(|row| std::array::from_fn(|column| entry(row, column)));
    each_group(matrix, places, controls, |matrix, base| {
        let old: [Complex<f64>; ROWS] = std::array::from_fn(|row| matrix[base | places[row]]);
        for (place, factors) in places.iter().zip(&factor) {
            let products = factors.iter().zip(&old).map(|(factor, old)| *factor * *old);
            matrix[base | place] = products.fold(Complex::ZERO, |sum, product| sum + product);
        }
    });
}

fn exchange(matrix: &mut Columns, places: &[usize], controls: Sweep, rows: [usize; 2]) {
    let [first, second] = rows.map(|row| places[row]);
    each_group(matrix, places, controls, |matrix, base| matrix.swap(base | first, base | second));
}

/// Calls `act` with each place whose target bits are 0 and whose controls have their values.
fn each_group(
    matrix: &mut Columns,
    places: &[usize],
    controls: Sweep,
    mut act: impl FnMut(&mut Columns, usize),
) {
    let fixed = controls.fixed | places.last().copied().unwrap_or(0);
    let mut base = 0;
    while base < matrix.len() {
        act(matrix, base | controls.value);
        base = ((base | fixed) + 1) & !fixed;
    }
}
