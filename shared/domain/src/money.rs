//! How an amount of money is held, added and written.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Neg},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

const MICROS_PER_DOLLAR: i64 = 1_000_000;

/// US dollars in whole millionths; stored as that integer.
///
/// Sums saturate: a total beyond nine trillion dollars is a defect elsewhere.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

/// Characters of the longest amount, `-9223372036854.775808`.
pub const MAX_AMOUNT: usize = 21;

/// The only currency the hub bills in.
pub const CURRENCY: &str = "USD";

impl Money {
    pub const ZERO: Self = Self(0);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn times(self, quantity: u64) -> Self {
        let quantity =
            if quantity > i64::MAX.cast_unsigned() { i64::MAX } else { quantity.cast_signed() };
        Self(self.0.saturating_mul(quantity))
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// At least cents, at most millionths: `0.30`, `12.00145`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let (dollars, rest) = (micros / 1_000_000, micros % 1_000_000);
        let digits = format!("{rest:06}");
        let kept = digits.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{dollars}.{}", &digits[..kept])
    }
}

/// The text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is a decimal such as 0.30 with at most six digits after the point")]
pub struct BadAmount;

impl FromStr for Money {
    type Err = BadAmount;
    fn from_str(text: &str) -> Result<Self, BadAmount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if text.len() > MAX_AMOUNT || !plain(whole) || !plain(fraction) || fraction.len() > 6 {
            return Err(BadAmount);
        }
        let dollars: i64 = whole.parse().map_err(|_| BadAmount)?;
        let micros: i64 = format!("{fraction:0<6}").parse().map_err(|_| BadAmount)?;
        let total = dollars
            .checked_mul(MICROS_PER_DOLLAR)
            .and_then(|amount| amount.checked_add(micros))
            .ok_or(BadAmount)?;
        Ok(Self(if negative { -total } else { total }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, micros: i64, written: &str) {
        let amount: Money = text.parse().expect("an amount");
        assert_eq!(amount, Money::from_micros(micros), "{text}");
        assert_eq!(amount.to_string(), written, "{text}");
    }

    #[test]
    fn amounts_are_read_and_written_exactly() {
        check("0.30", 300_000, "0.30");
        check("0.00145", 1_450, "0.00145");
        check("12", 12_000_000, "12.00");
        check("-1.5", -1_500_000, "-1.50");
        check("0", 0, "0.00");
        check("0.000001", 1, "0.000001");
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.0000001",
            "1e3",
            "+1",
            "1,0",
            " 1",
            "9999999999999999999",
            "--1",
            "NaN",
            "0000000000000000000001",
        ] {
            assert_eq!(text.parse::<Money>(), Err(BadAmount), "{text}");
        }
    }

    #[test]
    fn sums_and_products_saturate() {
        let most = Money::from_micros(i64::MAX);
        assert_eq!(most + Money::from_micros(1), most);
        assert_eq!(most.times(2), most);
        assert_eq!(-Money::from_micros(i64::MIN), most);
        assert_eq!(Money::from_micros(1).times(u64::MAX), most);
    }
}
