//! What kinds of classical values are there, and how is one kind turned into another?

use std::f64::consts::TAU;

use crate::complex::Complex;
use crate::operators::Undefined;

/// A classical value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Bool(bool),
    /// Signed, of `bits` bits, sign included: what does not fit wraps around.
    Int {
        value: i64,
        bits: u8,
    },
    /// Unsigned, of `bits` bits.
    Uint {
        value: u64,
        bits: u8,
    },
    Float(f64),
    /// `turns` / 2^`bits` of a full turn.
    Angle {
        turns: u64,
        bits: u8,
    },
    Complex(Complex),
    /// Element `i` of the register is bit `i` of `value`.
    Bits {
        value: u64,
        width: u8,
    },
    /// Seconds.
    Duration(f64),
}

/// What kind of value a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    Bool,
    Int { bits: u8 },
    Uint { bits: u8 },
    Float,
    Angle { bits: u8 },
    Complex,
    Bits { width: u8 },
    Duration,
}

impl Value {
    /// A whole number as it is written in a program.
    pub const fn whole(value: i64) -> Self {
        Self::Int { value, bits: 64 }
    }

    pub fn kind(self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int { bits, .. } => Type::Int { bits },
            Self::Uint { bits, .. } => Type::Uint { bits },
            Self::Float(_) => Type::Float,
            Self::Angle { bits, .. } => Type::Angle { bits },
            Self::Complex(_) => Type::Complex,
            Self::Bits { width, .. } => Type::Bits { width },
            Self::Duration(_) => Type::Duration,
        }
    }

    /// As a real number: an angle in radians, a duration in seconds.
    pub fn as_float(self) -> Result<f64, Undefined> {
        match self {
            Self::Bool(value) => Ok(f64::from(u8::from(value))),
            Self::Int { value, .. } => Ok(value as f64),
            Self::Uint { value, .. } => Ok(value as f64),
            Self::Float(value) | Self::Duration(value) => Ok(value),
            Self::Angle { turns, bits } => Ok(radians(turns, bits)),
            Self::Complex(value) if value.im.abs() <= 0.0 => Ok(value.re),
            Self::Complex(_) => Err(Undefined::WrongType),
            Self::Bits { value, .. } => Ok(value as f64),
        }
    }

    pub fn as_complex(self) -> Result<Complex, Undefined> {
        match self {
            Self::Complex(value) => Ok(value),
            other => Ok(Complex::real(other.as_float()?)),
        }
    }

    /// Whether it is anything but zero.
    pub fn as_bool(self) -> bool {
        match self {
            Self::Bool(value) => value,
            Self::Int { value, .. } => value != 0,
            Self::Uint { value, .. } | Self::Bits { value, .. } => value != 0,
            Self::Angle { turns, .. } => turns != 0,
            Self::Float(value) | Self::Duration(value) => value.abs() > 0.0,
            Self::Complex(value) => value.norm_squared() > 0.0,
        }
    }

    /// As a whole number; a fraction is cut off.
    pub fn as_int(self) -> Result<i64, Undefined> {
        match self {
            Self::Bool(value) => Ok(i64::from(value)),
            Self::Int { value, .. } => Ok(value),
            Self::Uint { value, .. } | Self::Bits { value, .. } => {
                i64::try_from(value).map_err(|_| Undefined::Overflow)
            }
            Self::Float(value) if value.trunc().abs() < 9.2e18 => Ok(value.trunc() as i64),
            Self::Float(_) => Err(Undefined::Overflow),
            Self::Angle { .. } | Self::Complex(_) | Self::Duration(_) => Err(Undefined::WrongType),
        }
    }

    /// As a declaration or a cast to `kind` turns it.
    pub fn cast(self, kind: Type) -> Result<Self, Undefined> {
        match kind {
            Type::Bool => Ok(Self::Bool(self.as_bool())),
            Type::Int { bits } => Ok(Self::Int { value: wrap_signed(self.pattern()?, bits), bits }),
            Type::Uint { bits } => Ok(Self::Uint { value: wrap(self.pattern()?, bits), bits }),
            Type::Float => finite(self.as_float()?).map(Self::Float),
            Type::Angle { bits } => self.to_angle(bits),
            Type::Complex => self.as_complex().map(Self::Complex),
            Type::Bits { width } => self.to_bits(width),
            Type::Duration => match self {
                Self::Duration(_) => Ok(self),
                _ => Err(Undefined::WrongType),
            },
        }
    }

    /// The bits of a whole number as two's complement.
    fn pattern(self) -> Result<u64, Undefined> {
        match self {
            Self::Uint { value, .. } | Self::Bits { value, .. } => Ok(value),
            Self::Float(value) if (9.2e18..1.8e19).contains(&value) => Ok(value as u64),
            other => other.as_int().map(i64::cast_unsigned),
        }
    }

    fn to_angle(self, bits: u8) -> Result<Self, Undefined> {
        match self {
            Self::Angle { turns, bits: from } => {
                let turns = if bits >= from {
                    turns << (bits - from).min(63)
                } else {
                    turns >> (from - bits)
                };
                Ok(Self::Angle { turns: wrap(turns, bits), bits })
            }
            Self::Bits { value, width } if width == bits => Ok(Self::Angle { turns: value, bits }),
            Self::Float(value) => Ok(Self::Angle { turns: turns(finite(value)?, bits), bits }),
            Self::Int { .. } | Self::Uint { .. } => {
                Ok(Self::Angle { turns: turns(self.as_float()?, bits), bits })
            }
            _ => Err(Undefined::WrongType),
        }
    }

    fn to_bits(self, width: u8) -> Result<Self, Undefined> {
        let value = match self {
            Self::Bits { value, width: from } if from == width => value,
            Self::Angle { turns, bits } if bits == width => turns,
            Self::Bool(value) => u64::from(value),
            Self::Int { .. } | Self::Uint { .. } => self.pattern()?,
            _ => return Err(Undefined::WrongType),
        };
        Ok(Self::Bits { value: wrap(value, width), width })
    }
}

/// The lowest `bits` bits.
pub(crate) fn wrap(value: u64, bits: u8) -> u64 {
    if bits >= 64 { value } else { value & ((1 << bits) - 1) }
}

pub(crate) fn wrap_signed(value: u64, bits: u8) -> i64 {
    let unused = 64_u32.saturating_sub(u32::from(bits)).min(63);
    (value << unused).cast_signed() >> unused
}

fn radians(turns: u64, bits: u8) -> f64 {
    turns as f64 / 2_f64.powi(i32::from(bits)) * TAU
}

fn turns(radians: f64, bits: u8) -> u64 {
    let share = (radians / TAU).rem_euclid(1.0);
    let steps = 2_f64.powi(i32::from(bits));
    let nearest = (share * steps).round();
    if nearest >= steps { 0 } else { nearest as u64 }
}

pub(crate) fn finite(value: f64) -> Result<f64, Undefined> {
    if value.is_finite() { Ok(value) } else { Err(Undefined::NotFinite) }
}
