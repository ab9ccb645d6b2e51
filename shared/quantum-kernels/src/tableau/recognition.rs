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
    std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            (0..SIDE).fold([0.0, 0.0], |sum, inner| {
                let (from, power) = pauli.column(inner);
                let [re, im] = turned(matrix[row * SIDE + from], power);
                let [re2, im2] = matrix[column * SIDE + inner];
                [sum[0] + re * re2 + im * im2, sum[1] + im * re2 - re * im2]
            })
        })
    })
}

/// The signed product of Paulis that a matrix is.
fn product_of<const SIDE: usize>(matrix: &[[Complex; SIDE]; SIDE]) -> Option<Product> {
    let candidates = (0..SIDE * SIDE)
        .flat_map(|bits| [false, true].map(|negative| Product::new(bits as u8, negative)));
    candidates.into_iter().find(|&candidate| is(matrix, candidate))
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

    /// The row of the entry in a column, and its power of i.
    fn column(&self, column: usize) -> (usize, u32) {
        let power = 2 * (self.signs & column).count_ones() + (self.flips & self.signs).count_ones();
        (column ^ self.flips, power)
    }
}
