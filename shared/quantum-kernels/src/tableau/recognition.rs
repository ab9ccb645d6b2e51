//! Is a unitary matrix a Clifford gate, and which?

use super::clifford::{OneQubit, Product, TwoQubit};

/// How far an entry may be from the Clifford gate's, global phase aside.
const TOLERANCE: f64 = 1e-9;

/// Real and imaginary part.
type Complex = [f64; 2];

impl OneQubit {
    /// The gate that a matrix (row by row) is up to a global phase, or None if it is no Clifford gate or no unitary.
    pub fn of_matrix(matrix: &[Complex; 4]) -> Option<Self> {
        Self::new(images::<2, 2>(matrix)?)
    }
}

impl TwoQubit {
    /// As for one qubit; the first qubit is the high bit of a row's or column's number.
    pub fn of_matrix(matrix: &[Complex; 16]) -> Option<Self> {
        Self::new(images::<4, 4>(matrix)?)
    }
}

/// U·P·U† for the generators P = X, Z of each qubit.
fn images<const SIDE: usize, const ENTRIES: usize>(
    matrix: &[Complex],
) -> Option<[Product; ENTRIES]> {
    let mut images = [Product::new(0, false); ENTRIES];
    product_of(&conjugated::<SIDE>(matrix, 0)).filter(|identity| *identity == images[0])?;
    for (entry, image) in images.iter_mut().enumerate() {
        *image = product_of(&conjugated::<SIDE>(matrix, 1 << entry))?;
    }
    Some(images)
}

/// U·P·U† of the product of Paulis with these bits.
fn conjugated<const SIDE: usize>(matrix: &[Complex], bits: u8) -> [[Complex; SIDE]; SIDE] {
    let pauli = Monomial::new(bits, SIDE);
    let mut moved = [[[0.0, 0.0]; SIDE]; SIDE];
    for column in 0..SIDE {
        let (from, power) = pauli.column(column);
        for (row, moved) in moved.iter_mut().enumerate() {
            moved[column] = turned(matrix[row * SIDE + from], power);
        }
    }
    moved.map(|left| {
        std::array::from_fn(|column| {
            let right = &matrix[column * SIDE..][..SIDE];
            left.iter().zip(right).fold([0.0, 0.0], |sum, ([re, im], [re2, im2])| {
                [sum[0] + re * re2 + im * im2, sum[1] + im * re2 - re * im2]
            })
        })
    })
}

/// The signed product of Paulis that a matrix is.
fn product_of<const SIDE: usize>(matrix: &[[Complex; SIDE]; SIDE]) -> Option<Product> {
    let size = |&row: &usize| matrix[row][0][0].abs() + matrix[row][0][1].abs();
    // the first column says which qubits are flipped, the columns of one bit which have a sign
    let flips = (0..SIDE).max_by(|one, other| size(one).total_cmp(&size(other)))?;
    let first = matrix[flips][0];
    let signs = (0..SIDE.ilog2())
        .map(|bit| 1 << bit)
        .filter(|bit| along(first, matrix[flips ^ bit][*bit]) < 0.0)
        .sum();
    let monomial = Monomial { flips, signs };
    let negative = along(turned([1.0, 0.0], monomial.column(0).1), first) < 0.0;
    let product = Product::new(monomial.bits(SIDE), negative);
    is(matrix, product).then_some(product)
}

/// The inner product of two numbers as vectors: negative where they point apart.
fn along(one: Complex, other: Complex) -> f64 {
    one[0] * other[0] + one[1] * other[1]
}

fn is<const SIDE: usize>(matrix: &[[Complex; SIDE]; SIDE], product: Product) -> bool {
    let pauli = Monomial::new(product.bits(), SIDE);
    let sign = if product.is_negative() { 2 } else { 0 };
    (0..SIDE).all(|column| {
        let (at, power) = pauli.column(column);
        (0..SIDE).all(|row| {
            let expected = if row == at { turned([1.0, 0.0], power + sign) } else { [0.0, 0.0] };
            let [re, im] = matrix[row][column];
            (re - expected[0]).abs() <= TOLERANCE && (im - expected[1]).abs() <= TOLERANCE
        })
    })
}

/// i^power · value.
fn turned([re, im]: Complex, power: u32) -> Complex {
    match power % 4 {
        0 => [re, im],
        1 => [-im, re],
        2 => [-re, -im],
        _ => [im, -re],
    }
}

/// A product of Paulis as a matrix with one entry, a power of i, in each column.
struct Monomial {
    flips: usize,
    signs: usize,
}

impl Monomial {
    fn new(bits: u8, side: usize) -> Self {
        let [x0, z0, x1, z1] = [0, 1, 2, 3].map(|bit| usize::from(bits >> bit & 1));
        match side {
            2 => Self { flips: x0, signs: z0 },
            _ => Self { flips: x0 << 1 | x1, signs: z0 << 1 | z1 },
        }
    }

    fn bits(&self, side: usize) -> u8 {
        let [x, z] = [self.flips as u8, self.signs as u8];
        match side {
            2 => x | z << 1,
            _ => x >> 1 | (z >> 1) << 1 | (x & 1) << 2 | (z & 1) << 3,
        }
    }

    /// The row of the entry in a column, and its power of i.
    fn column(&self, column: usize) -> (usize, u32) {
        let power = 2 * (self.signs & column).count_ones() + (self.flips & self.signs).count_ones();
        (column ^ self.flips, power)
    }
}
