//! Which Clifford gate is it, by what it makes of the Paulis X and Z of its qubits?

/// A Pauli matrix other than the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pauli {
    X,
    Y,
    Z,
}

impl Pauli {
    pub(super) fn has_x(self) -> bool {
        self != Self::Z
    }

    pub(super) fn has_z(self) -> bool {
        self != Self::X
    }
}

/// A signed product of Paulis of at most two qubits. Bit 2k says X of qubit k, bit 2k + 1 says Z, both say Y; the top bit is a minus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Product(u8);

const MINUS: u8 = 0x80;
const X_BITS: u8 = 0b0101;

impl Product {
    pub(super) const fn new(bits: u8, negative: bool) -> Self {
        Self(bits & !MINUS | if negative { MINUS } else { 0 })
    }

    /// `text` as in `"-XZ"`: a letter of `I`, `X`, `Y`, `Z` for each qubit, after a minus if there is one.
    const fn parse(text: &str) -> Self {
        let text = text.as_bytes();
        let negative = text[0] == b'-';
        let mut at = negative as usize;
        let (mut bits, mut place) = (0, 0);
        while at < text.len() {
            bits |= match text[at] {
                b'I' => 0,
                b'X' => 1,
                b'Z' => 2,
                b'Y' => 3,
                _ => panic!("a Pauli is I, X, Y or Z"),
            } << place;
            place += 2;
            at += 1;
        }
        Self::new(bits, negative)
    }

    pub(super) const fn bits(self) -> u8 {
        self.0 & !MINUS
    }

    pub(super) const fn is_negative(self) -> bool {
        self.0 & MINUS != 0
    }

    /// The power of i in front when the product is written with X before Z on every qubit, as Y = iXZ.
    pub(super) const fn power_of_i(self) -> u32 {
        2 * self.is_negative() as u32 + both(self.bits())
    }

    const fn commutes_with(self, other: Self) -> bool {
        let (a, b) = (self.bits(), other.bits());
        (((a >> 1) & b ^ (b >> 1) & a) & X_BITS).count_ones() & 1 == 0
    }
}

const fn both(bits: u8) -> u32 {
    ((bits >> 1) & bits & X_BITS).count_ones()
}

/// What a gate makes of its qubits' Paulis: entry 2k is what becomes of X of qubit k, entry 2k + 1 of its Z. Always a Clifford gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action<const ENTRIES: usize>([Product; ENTRIES]);

/// One of the 24 Clifford gates of one qubit, global phase aside.
pub type OneQubit = Action<2>;
/// One of the 11 520 Clifford gates of two qubits, global phase aside.
pub type TwoQubit = Action<4>;

impl<const ENTRIES: usize> Action<ENTRIES> {
    /// `images` as in `["XX", "ZI", "IX", "ZZ"]` for `cx`: what becomes of X and Z of the first qubit, then of the second.
    ///
    /// # Panics
    /// On anything that no gate does.
    pub const fn of(images: [&str; ENTRIES]) -> Self {
        let mut products = [Product(0); ENTRIES];
        let mut entry = 0;
        while entry < ENTRIES {
            products[entry] = Product::parse(images[entry]);
            entry += 1;
        }
        match Self::new(products) {
            Some(action) => action,
            None => panic!("no gate does this"),
        }
    }

    /// None unless X and Z of a qubit still anticommute and everything else still commutes, which is what makes it a gate.
    pub(super) const fn new(products: [Product; ENTRIES]) -> Option<Self> {
        let mut first = 0;
        while first < ENTRIES {
            let mut second = 0;
            while second < ENTRIES {
                if products[first].commutes_with(products[second]) == (first ^ 1 == second) {
                    return None;
                }
                second += 1;
            }
            first += 1;
        }
        Some(Self(products))
    }

    pub(super) fn images(self) -> [Product; ENTRIES] {
        self.0
    }

    /// What the gate makes of a product of its qubits' Paulis.
    fn image_of(self, product: Product) -> Product {
        let (mut bits, mut power) = (0, product.power_of_i());
        for (entry, image) in self.0.into_iter().enumerate() {
            if product.bits() >> entry & 1 == 1 {
                power +=
                    image.power_of_i() + 2 * ((bits >> 1) & image.bits() & X_BITS).count_ones();
                bits ^= image.bits();
            }
        }
        Product::new(bits, (power + 3 * both(bits)) & 2 != 0)
    }

    /// This gate, and after it `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self(self.0.map(|image| next.image_of(image)))
    }

    #[must_use]
    pub fn inverse(self) -> Self {
        let unsigned = std::array::from_fn(|entry| {
            let bits = (0..ENTRIES).fold(0, |bits, other| {
                bits | (self.0[other ^ 1].bits() >> (entry ^ 1) & 1) << other
            });
            Product(bits)
        });
        // what the gate makes of its own inverse's image is the Pauli it began with, up to the sign to be found
        Self(
            unsigned
                .map(|product| Product::new(product.bits(), self.image_of(product).is_negative())),
        )
    }
}

impl OneQubit {
    pub const IDENTITY: Self = Self::of(["X", "Z"]);
    pub const X: Self = Self::of(["X", "-Z"]);
    pub const Y: Self = Self::of(["-X", "-Z"]);
    pub const Z: Self = Self::of(["-X", "Z"]);
    pub const H: Self = Self::of(["Z", "X"]);
    pub const S: Self = Self::of(["Y", "Z"]);
    pub const SDG: Self = Self::of(["-Y", "Z"]);
    /// The square root of X: OpenQASM's `sx`, Braket's `v`.
    pub const SX: Self = Self::of(["X", "-Y"]);
    pub const SXDG: Self = Self::of(["X", "Y"]);

    /// All 24, the identity first.
    pub fn all() -> Vec<Self> {
        let signed = |bits| [Product::new(bits, false), Product::new(bits, true)];
        let products: Vec<Product> = [1, 2, 3].into_iter().flat_map(signed).collect();
        products
            .iter()
            .flat_map(|&x| products.iter().filter_map(move |&z| Self::new([x, z])))
            .collect()
    }
}

impl From<Pauli> for OneQubit {
    fn from(pauli: Pauli) -> Self {
        match pauli {
            Pauli::X => Self::X,
            Pauli::Y => Self::Y,
            Pauli::Z => Self::Z,
        }
    }
}

impl TwoQubit {
    pub const CX: Self = Self::of(["XX", "ZI", "IX", "ZZ"]);
    pub const CY: Self = Self::of(["XY", "ZI", "ZX", "ZZ"]);
    pub const CZ: Self = Self::of(["XZ", "ZI", "ZX", "IZ"]);
    pub const SWAP: Self = Self::of(["IX", "IZ", "XI", "ZI"]);
    pub const ISWAP: Self = Self::of(["ZY", "IZ", "YZ", "ZI"]);
    /// The echoed cross-resonance gate.
    pub const ECR: Self = Self::of(["-YX", "-ZI", "IX", "ZY"]);
}
