//! How are the amplitudes of a block changed in place?
//!
//! A block is a run of chunks. Kernels see it as units, each as many neighbouring amplitudes as a register has lanes:
//! the low bits of an amplitude's index number the lane, the others the unit. Bits of the unit number that a gate acts
//! on are addresses; bits of the lane number are shuffles within the register.

#![expect(
    unsafe_code,
    reason = "registers are loaded and stored at addresses that the sweep bounds once, not each time"
)]

use std::array::from_fn;

use super::lanes::{Kernel, Lanes};
use super::real::Real;

/// The widest matrix that is applied in registers has this many targets.
pub(super) const MAX_REGISTER_TARGETS: usize = 4;

/// Lanes of the widest register.
pub(super) const MAX_LANES: usize = 16;

/// Which units to go through: those whose bits in `fixed` are those of `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sweep {
    pub(super) fixed: usize,
    pub(super) value: usize,
}

/// Where a unit's real parts are in its block; the imaginary ones are a chunk further.
#[inline(always)]
pub(super) fn address<T: Real>(unit: usize, lane_bits: usize) -> usize {
    let below = T::CHUNK_BITS - lane_bits;
    let part = unit & ((1 << below) - 1);
    (unit >> below) * 2 * T::CHUNK + (part << lane_bits)
}

/// The distance between two units whose numbers differ in the bits of `unit_bits`.
pub(super) fn offset<T: Real>(unit_bits: usize, lane_bits: usize) -> usize {
    address::<T>(unit_bits, lane_bits)
}

impl Sweep {
    /// Makes sure that the bits of the offsets are 0 in all units gone through, so that they lead to other units.
    #[inline(always)]
    pub(super) fn assert_free<T: Real, V: Lanes<T>>(self, offsets: &[usize]) {
        let free = address::<T>(self.fixed & !self.value, V::BITS);
        assert!(offsets.iter().all(|offset| offset & !free == 0));
    }

    /// Calls `act` with the number and address of each unit; all numbers are below `units`.
    #[inline(always)]
    pub(super) fn each<T: Real, V: Lanes<T>>(
        self,
        units: usize,
        mut act: impl FnMut(usize, usize),
    ) {
        assert!(self.fixed < units && self.value & !self.fixed == 0);
        let mut unit = 0;
        while unit < units {
            act(unit | self.value, address::<T>(unit | self.value, V::BITS));
            // counts in the bits that are not fixed: a carry runs through those that are
            unit = ((unit | self.fixed) + 1) & !self.fixed;
        }
    }
}

#[inline(always)]
pub(super) fn units<T: Real, V: Lanes<T>>(block: &[T]) -> usize {
    block.len() / (2 * V::COUNT)
}

/// Real and imaginary parts.
pub(super) type Parts<V> = (V, V);

/// # Safety
/// `at` is the address of a unit of the block.
#[inline(always)]
pub(super) unsafe fn load<T: Real, V: Lanes<T>>(at: *const T) -> Parts<V> {
    // SAFETY: a unit is `COUNT` real parts and, a chunk further, as many imaginary ones.
    unsafe { (V::load(at), V::load(at.add(T::CHUNK))) }
}

/// # Safety
/// `at` is the address of a unit of the block.
#[inline(always)]
unsafe fn store<T: Real, V: Lanes<T>>(at: *mut T, parts: Parts<V>) {
    // SAFETY: a unit is `COUNT` real parts and, a chunk further, as many imaginary ones.
    unsafe {
        parts.0.store(at);
        parts.1.store(at.add(T::CHUNK));
    }
}

#[inline(always)]
fn product<T, V: Lanes<T>>(a: Parts<V>, b: Parts<V>) -> Parts<V> {
    (a.1.neg_mul_add(b.1, a.0.mul(b.0)), a.1.mul_add(b.0, a.0.mul(b.1)))
}

/// A matrix on some unit bits (2^… = ROWS) and some lane bits (2^… = SHUFFLES).
///
/// Row r of the result is the sum over columns c and shuffles s of coefficient (r, c, s) times unit c shuffled by s.
/// (a + b·i)·(x + y·i) takes three products in place of four: a·x, b·y and (a + b)·(x + y), from which the others
/// follow by additions, and many machines add beside multiplying. So the coefficients are a, b and a + b of each entry,
/// or a alone if the matrix is REAL: numbers without shuffles, and registers of them with.
pub(super) struct Dense<'a, T, const ROWS: usize, const SHUFFLES: usize, const REAL: bool> {
    pub(super) block: &'a mut [T],
    pub(super) sweep: Sweep,
    /// Distance of each row's unit from that of row 0.
    pub(super) offsets: [usize; ROWS],
    /// Which bits of the lane number each shuffle flips; the first flips none.
    pub(super) patterns: [usize; SHUFFLES],
    pub(super) coefficients: &'a [T],
}

/// Columns up to which two units are changed at once, so that a coefficient that was loaded is used twice.
const MAX_COLUMNS_OF_TWO: usize = 4;

impl<T: Real, const ROWS: usize, const SHUFFLES: usize, const REAL: bool> Kernel<T>
    for Dense<'_, T, ROWS, SHUFFLES, REAL>
{
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let free = !self.sweep.fixed & (units::<T, V>(self.block) - 1);
        if free == 0 || ROWS * SHUFFLES > MAX_COLUMNS_OF_TWO {
            return self.change::<V, 1>([0]);
        }
        self.change::<V, 2>([0, free & free.wrapping_neg()])
    }
}

impl<T: Real, const ROWS: usize, const SHUFFLES: usize, const REAL: bool>
    Dense<'_, T, ROWS, SHUFFLES, REAL>
{
    /// `at_once` are the numbers of the units that are changed together with each of the sweep.
    #[inline(always)]
    fn change<V: Lanes<T>, const UNITS: usize>(self, at_once: [usize; UNITS]) {
        let width = if SHUFFLES == 1 { 1 } else { V::COUNT };
        let parts = if REAL { 1 } else { 3 };
        assert!(self.coefficients.len() >= ROWS * ROWS * SHUFFLES * parts * width);
        let coefficients = self.coefficients.as_ptr();
        let coefficient = |number: usize, part: usize| -> V {
            // SAFETY: `number` is below ROWS · ROWS · SHUFFLES, and `part` below `parts`.
            unsafe {
                let at = coefficients.add((number * parts + part) * width);
                if SHUFFLES == 1 { V::splat(*at) } else { V::load(at) }
            }
        };
        let shuffles: [V::Shuffle; SHUFFLES] =
            from_fn(|s| V::shuffle(|lane| lane ^ self.patterns[s]));
        let offsets: [[usize; UNITS]; ROWS] =
            from_fn(|row| from_fn(|unit| self.offsets[row] + address::<T>(at_once[unit], V::BITS)));
        let Sweep { fixed, value } = self.sweep;
        let sweep = Sweep { fixed: fixed | at_once[UNITS - 1], value };
        sweep.assert_free::<T, V>(offsets.as_flattened());
        let start = self.block.as_mut_ptr();
        sweep.each::<T, V>(units::<T, V>(self.block), |_, at| {
            let old: [[[Factor<V>; UNITS]; SHUFFLES]; ROWS] = from_fn(|row| {
                let units: [Parts<V>; UNITS] = from_fn(|unit| {
                    // SAFETY: the offsets' bits are free, so that unit + offset is another unit.
                    unsafe { load(start.add(at + offsets[row][unit])) }
                });
                from_fn(|s| {
                    units.map(|(x, y)| match s {
                        0 => Factor::new(x, y),
                        _ => Factor::new(x.shuffled(shuffles[s]), y.shuffled(shuffles[s])),
                    })
                })
            });
            for (row, offsets) in offsets.iter().enumerate() {
                let first = row * ROWS * SHUFFLES;
                let mut sums: [[V; 3]; UNITS] = from_fn(|unit| {
                    Factor::products::<T, REAL>(&old[0][0][unit], |part| coefficient(first, part))
                });
                for number in 1..ROWS * SHUFFLES {
                    let old = &old[number / SHUFFLES][number % SHUFFLES];
                    for (old, sums) in old.iter().zip(&mut sums) {
                        let coefficient = |part| coefficient(first + number, part);
                        old.add_products::<T, REAL>(sums, coefficient);
                    }
                }
                for (offset, [ax, by, all]) in offsets.iter().zip(sums) {
                    let new = if REAL { (ax, by) } else { (ax.sub(by), all.sub(ax.add(by))) };
                    // SAFETY: as for the loads.
                    unsafe { store(start.add(at + offset), new) };
                }
            }
        });
    }
}

/// An amplitude x + y·i in each lane, ready to be multiplied.
#[derive(Clone, Copy)]
struct Factor<V> {
    x: V,
    y: V,
    sum: V,
}

impl<V: Copy> Factor<V> {
    #[inline(always)]
    fn new<T>(x: V, y: V) -> Self
    where
        V: Lanes<T>,
    {
        Self { x, y, sum: x.add(y) }
    }

    /// a·x, b·y and (a + b)·(x + y), or a·x, a·y and anything for a real factor.
    #[inline(always)]
    fn products<T, const REAL: bool>(&self, coefficient: impl Fn(usize) -> V) -> [V; 3]
    where
        V: Lanes<T>,
    {
        let a = coefficient(0);
        match REAL {
            true => [a.mul(self.x), a.mul(self.y), a],
            false => [a.mul(self.x), coefficient(1).mul(self.y), coefficient(2).mul(self.sum)],
        }
    }

    #[inline(always)]
    fn add_products<T, const REAL: bool>(&self, sums: &mut [V; 3], coefficient: impl Fn(usize) -> V)
    where
        V: Lanes<T>,
    {
        let a = coefficient(0);
        sums[0] = a.mul_add(self.x, sums[0]);
        if REAL {
            sums[1] = a.mul_add(self.y, sums[1]);
            return;
        }
        sums[1] = coefficient(1).mul_add(self.y, sums[1]);
        sums[2] = coefficient(2).mul_add(self.sum, sums[2]);
    }
}

/// Units at two distances from those of the sweep change places, in the chosen lanes.
pub(super) struct Exchange<'a, T> {
    pub(super) block: &'a mut [T],
    pub(super) sweep: Sweep,
    pub(super) offsets: [usize; 2],
    pub(super) lanes: usize,
}

impl<T: Real> Kernel<T> for Exchange<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let units = units::<T, V>(self.block);
        let [first, second] = self.offsets;
        self.sweep.assert_free::<T, V>(&self.offsets);
        let start = self.block.as_mut_ptr();
        let mask = V::mask(self.lanes);
        self.sweep.each::<T, V>(units, |_, at| {
            // SAFETY: the offsets' bits are free, so that unit + offset is another unit.
            unsafe {
                let a: Parts<V> = load(start.add(at + first));
                let b: Parts<V> = load(start.add(at + second));
                let mixed =
                    |a: Parts<V>, b: Parts<V>| (a.0.or_where(mask, b.0), a.1.or_where(mask, b.1));
                store(start.add(at + first), mixed(a, b));
                store(start.add(at + second), mixed(b, a));
            }
        });
    }
}

/// The lanes of each unit change places.
pub(super) struct Rearrange<'a, T> {
    pub(super) block: &'a mut [T],
    pub(super) sweep: Sweep,
    /// The lane that each lane takes.
    pub(super) sources: [u8; MAX_LANES],
}

impl<T: Real> Kernel<T> for Rearrange<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let units = units::<T, V>(self.block);
        let start = self.block.as_mut_ptr();
        let shuffle = V::shuffle(|lane| usize::from(self.sources[lane]));
        self.sweep.each::<T, V>(units, |_, at| {
            // SAFETY: the sweep's units are in the block.
            unsafe {
                let (re, im): Parts<V> = load(start.add(at));
                store(start.add(at), (re.shuffled(shuffle), im.shuffled(shuffle)));
            }
        });
    }
}

/// Each unit is multiplied by an entry of a table: entries are registers of real, then of imaginary parts.
pub(super) struct Scale<'a, T> {
    pub(super) block: &'a mut [T],
    pub(super) sweep: Sweep,
    /// For each unit of the block, the number of its entry.
    pub(super) entries: &'a [u16],
    pub(super) table: &'a [T],
}

impl<T: Real> Kernel<T> for Scale<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let units = units::<T, V>(self.block);
        let entries = &self.entries[..units];
        let size = self.table.len() / (2 * V::COUNT);
        assert!(size.is_power_of_two());
        let (start, table) = (self.block.as_mut_ptr(), self.table.as_ptr());
        self.sweep.each::<T, V>(units, |unit, at| {
            // SAFETY: the sweep's units are below `units`, and the number of the entry is below `size`.
            unsafe {
                let number = usize::from(*entries.get_unchecked(unit)) & (size - 1);
                let entry = table.add(number * 2 * V::COUNT);
                let factor = (V::load(entry), V::load(entry.add(V::COUNT)));
                store(start.add(at), product(factor, load(start.add(at))));
            }
        });
    }
}

/// A matrix too wide for registers: the rows are gathered, multiplied as many at once as a register has lanes, and put back.
pub(super) struct Wide<'a, T> {
    pub(super) block: &'a mut [T],
    /// Bits of an amplitude's index that are targets or controls, and the values of the controls.
    pub(super) fixed: usize,
    pub(super) value: usize,
    /// For each row, how far its number is from that of row 0 in the block; at least as many as the widest register.
    pub(super) places: &'a [usize],
    /// Column after column, each its real, then its imaginary parts.
    pub(super) matrix: &'a [T],
    /// Four times as many numbers as the matrix has rows.
    pub(super) rows: &'a mut [T],
}

impl<T: Real> Kernel<T> for Wide<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let rows = self.places.len();
        assert!(rows.is_power_of_two() && rows >= V::COUNT);
        let (old, new) = self.rows[..4 * rows].split_at_mut(2 * rows);
        let amplitudes = self.block.len() / 2;
        let mut base = 0;
        while base < amplitudes {
            let first = place::<T>(base | self.value);
            for (place, parts) in self.places.iter().zip(old.chunks_exact_mut(2)) {
                parts[0] = self.block[first + place];
                parts[1] = self.block[first + place + T::CHUNK];
            }
            match rows / V::COUNT {
                1 => times_columns::<T, V, 1>(self.matrix, old, new, rows),
                _ => times_columns::<T, V, 2>(self.matrix, old, new, rows),
            }
            let (re, im) = new.split_at(rows);
            for (place, (re, im)) in self.places.iter().zip(re.iter().zip(im)) {
                self.block[first + place] = *re;
                self.block[first + place + T::CHUNK] = *im;
            }
            base = ((base | self.fixed) + 1) & !self.fixed;
        }
    }
}

/// The matrix times `old`, which holds real and imaginary parts in turn; `new` gets all real, then all imaginary ones.
#[inline(always)]
fn times_columns<T: Real, V: Lanes<T>, const AT_ONCE: usize>(
    matrix: &[T],
    old: &[T],
    new: &mut [T],
    rows: usize,
) {
    let zero = V::splat(T::default());
    for first in (0..rows).step_by(AT_ONCE * V::COUNT) {
        // products are summed apart by the part of the factor, so that sums depend less on one another
        let mut sums = [[zero; 4]; AT_ONCE];
        for (column, factor) in matrix.chunks_exact(2 * rows).zip(old.chunks_exact(2)) {
            let (x, y) = (V::splat(factor[0]), V::splat(factor[1]));
            let (re, im) = column.split_at(rows);
            let re = re[first..][..AT_ONCE * V::COUNT].chunks_exact(V::COUNT);
            let im = im[first..][..AT_ONCE * V::COUNT].chunks_exact(V::COUNT);
            for (sums, (re, im)) in sums.iter_mut().zip(re.zip(im)) {
                // SAFETY: both parts have as many numbers as a register.
                let (a, b) = unsafe { (V::load(re.as_ptr()), V::load(im.as_ptr())) };
                sums[0] = a.mul_add(x, sums[0]);
                sums[1] = b.mul_add(y, sums[1]);
                sums[2] = a.mul_add(y, sums[2]);
                sums[3] = b.mul_add(x, sums[3]);
            }
        }
        let (re, im) = new.split_at_mut(rows);
        let re = re[first..][..AT_ONCE * V::COUNT].chunks_exact_mut(V::COUNT);
        let im = im[first..][..AT_ONCE * V::COUNT].chunks_exact_mut(V::COUNT);
        for (sums, (re, im)) in sums.iter().zip(re.zip(im)) {
            // SAFETY: both parts have as many numbers as a register.
            unsafe {
                sums[0].sub(sums[1]).store(re.as_mut_ptr());
                sums[2].add(sums[3]).store(im.as_mut_ptr());
            }
        }
    }
}

/// Where the real part of an amplitude is; the imaginary one is a chunk further.
pub(super) fn place<T: Real>(index: usize) -> usize {
    index / T::CHUNK * 2 * T::CHUNK + index % T::CHUNK
}
