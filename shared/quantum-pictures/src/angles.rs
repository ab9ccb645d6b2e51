//! How is a number written short, an angle as a part of π?

use std::f64::consts::PI;

const DENOMINATORS: [i64; 11] = [1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64];
const MOST_NUMERATOR: f64 = 64.0;

/// `π/2`, `-3π/4`, or as [`number`] has it.
pub(crate) fn angle(radians: f64) -> String {
    for denominator in DENOMINATORS {
        let numerator = radians / PI * denominator as f64;
        let nearest = numerator.round();
        let is_part = (numerator - nearest).abs() < 1e-9 && nearest.abs() <= MOST_NUMERATOR;
        if is_part && nearest.abs() >= 1.0 {
            return part(nearest as i64, denominator);
        }
    }
    number(radians)
}

fn part(numerator: i64, denominator: i64) -> String {
    let times = match numerator {
        1 => "π".to_owned(),
        -1 => "-π".to_owned(),
        _ => format!("{numerator}π"),
    };
    if denominator == 1 { times } else { format!("{times}/{denominator}") }
}

/// Four digits after the point at most.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{value:.2e}");
    }
    let fixed = format!("{value:.4}");
    let trimmed = fixed.trim_end_matches('0').trim_end_matches('.');
    if trimmed == "-0" { "0".to_owned() } else { trimmed.to_owned() }
}

/// With the unit that makes it short.
pub(crate) fn duration(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];
    let unit = units.into_iter().find(|(size, _)| seconds.abs() >= *size);
    let (size, name) = unit.unwrap_or((1e-9, "ns"));
    format!("{} {name}", number(seconds / size))
}
