//! How are complex numbers reckoned with?

use std::ops::{Add, Mul, MulAssign, Neg, Sub};

#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(C)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

pub const ZERO: Complex = Complex::new(0.0, 0.0);
pub const ONE: Complex = Complex::new(1.0, 0.0);
pub const IMAGINARY: Complex = Complex::new(0.0, 1.0);

impl Complex {
    pub const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    pub const fn real(re: f64) -> Self {
        Self { re, im: 0.0 }
    }

    /// e^{i·phase}
    pub fn from_phase(phase: f64) -> Self {
        let (im, re) = phase.sin_cos();
        Self { re, im }
    }

    pub fn phase(self) -> f64 {
        self.im.atan2(self.re)
    }

    pub fn conjugate(self) -> Self {
        Self { re: self.re, im: -self.im }
    }

    pub fn norm_squared(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    pub fn norm(self) -> f64 {
        self.re.hypot(self.im)
    }

    pub fn scaled(self, by: f64) -> Self {
        Self { re: self.re * by, im: self.im * by }
    }

    pub fn reciprocal(self) -> Self {
        self.conjugate().scaled(1.0 / self.norm_squared())
    }

    pub fn square_root(self) -> Self {
        Self::from_phase(self.phase() / 2.0).scaled(self.norm().sqrt())
    }

    pub fn is_close(self, other: Self) -> bool {
        (self - other).norm_squared() < 1e-24
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl MulAssign for Complex {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl Neg for Complex {
    type Output = Self;

    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}
