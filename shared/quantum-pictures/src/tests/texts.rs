//! Is text from outside made harmless, and are numbers written short?

use crate::angles::{angle, duration, number};
use crate::text::{columns, escaped, grouped, shortened, shortened_within};

#[test]
fn what_would_end_a_text_is_escaped() {
    assert_eq!(escaped(r#"<a b="c">&'"#), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    assert_eq!(escaped("a\u{0}\u{1b}\u{202e}\u{feff}b"), "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b");
}

#[test]
fn long_text_is_cut_at_the_end_and_outcomes_in_the_middle() {
    assert_eq!(shortened("abcdef", 6), "abcdef");
    assert_eq!(shortened("abcdefg", 6), "abcde…");
    assert_eq!(shortened_within("0123456789", 5), "01…89");
    assert_eq!(shortened_within("0123456789", 4), "01…9");
}

#[test]
fn wide_characters_take_two_columns() {
    assert_eq!(columns("aθ"), 2);
    assert_eq!(columns("量子"), 4);
}

#[test]
fn angles_are_written_as_parts_of_pi() {
    use std::f64::consts::PI;
    for (radians, text) in [
        (PI, "π"),
        (-PI, "-π"),
        (PI / 2.0, "π/2"),
        (-3.0 * PI / 4.0, "-3π/4"),
        (2.0 * PI, "2π"),
        (0.0, "0"),
        (0.1, "0.1"),
        (1e-9, "1.00e-9"),
        (-0.00001, "-1.00e-5"),
    ] {
        assert_eq!(angle(radians), text);
    }
    assert_eq!(number(f64::NAN), "NaN");
    assert_eq!(number(12.5), "12.5");
}

#[test]
fn durations_have_the_unit_that_makes_them_short() {
    assert_eq!(duration(1e-7), "100 ns");
    assert_eq!(duration(2.5e-3), "2.5 ms");
}

#[test]
fn large_numbers_are_grouped_by_thousands() {
    assert_eq!(grouped(999), "999");
    assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
}
