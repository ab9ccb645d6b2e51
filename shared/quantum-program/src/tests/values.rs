//! Are values turned and reckoned with as OpenQASM has it?

use std::f64::consts::{PI, TAU};

use proptest::prelude::*;

use crate::operators::{binary, call, element, unary};
use crate::{BinaryOperator as Op, Complex, Function, Type, UnaryOperator, Undefined, Value};

fn uint(value: u64, bits: u8) -> Value {
    Value::Uint { value, bits }
}

fn int(value: i64, bits: u8) -> Value {
    Value::Int { value, bits }
}

fn bits(value: u64, width: u8) -> Value {
    Value::Bits { value, width }
}

#[test]
fn casts_wrap_around_cut_off_and_take_bit_patterns() {
    let table = [
        (Value::Float(-2.7), Type::Int { bits: 8 }, Ok(int(-2, 8))),
        (Value::whole(300), Type::Uint { bits: 8 }, Ok(uint(44, 8))),
        (Value::whole(-1), Type::Uint { bits: 4 }, Ok(uint(15, 4))),
        (uint(255, 8), Type::Int { bits: 8 }, Ok(int(-1, 8))),
        (bits(0b101, 3), Type::Uint { bits: 8 }, Ok(uint(5, 8))),
        (Value::Bool(true), Type::Float, Ok(Value::Float(1.0))),
        (Value::Float(0.5), Type::Bool, Ok(Value::Bool(true))),
        (Value::whole(6), Type::Bits { width: 3 }, Ok(bits(6, 3))),
        (bits(6, 3), Type::Bits { width: 4 }, Err(Undefined::WrongType)),
        (Value::Float(1e30), Type::Int { bits: 64 }, Err(Undefined::Overflow)),
        (Value::Float(1.0), Type::Duration, Err(Undefined::WrongType)),
        (Value::Complex(Complex::new(1.0, 1.0)), Type::Float, Err(Undefined::WrongType)),
    ];
    for (value, kind, expected) in table {
        assert_eq!(value.cast(kind), expected, "{value:?} as {kind:?}");
    }
}

#[test]
fn an_angle_is_kept_as_a_share_of_a_turn() {
    let angle = |radians: f64, bits| Value::Float(radians).cast(Type::Angle { bits });
    assert_eq!(angle(PI, 4), Ok(Value::Angle { turns: 8, bits: 4 }));
    assert_eq!(angle(-PI / 2.0, 4), Ok(Value::Angle { turns: 12, bits: 4 }));
    assert_eq!(angle(TAU - 1e-9, 4), Ok(Value::Angle { turns: 0, bits: 4 }));
    let half = Value::Angle { turns: 8, bits: 4 };
    assert_eq!(binary(Op::Add, half, half), Ok(Value::Angle { turns: 0, bits: 4 }));
    assert_eq!(binary(Op::Divide, half, Value::whole(2)), Ok(Value::Angle { turns: 4, bits: 4 }));
    assert_eq!(binary(Op::Divide, half, Value::Angle { turns: 4, bits: 4 }), Ok(uint(2, 4)));
}

#[test]
fn whole_numbers_stay_whole_and_say_when_they_cannot() {
    let table = [
        (Op::Divide, Value::whole(7), Value::whole(2), Ok(Value::whole(3))),
        (Op::Divide, Value::whole(-7), Value::whole(2), Ok(Value::whole(-3))),
        (Op::RealDivide, Value::whole(7), Value::whole(2), Ok(Value::Float(3.5))),
        (Op::Remainder, Value::whole(-7), Value::whole(4), Ok(Value::whole(-3))),
        (Op::Power, Value::whole(2), Value::whole(10), Ok(Value::whole(1024))),
        (Op::Power, Value::whole(2), Value::whole(-1), Ok(Value::Float(0.5))),
        (Op::Power, Value::whole(2), Value::whole(64), Err(Undefined::Overflow)),
        (Op::Divide, Value::whole(1), Value::whole(0), Err(Undefined::DivisionByZero)),
        (Op::Add, Value::whole(i64::MAX), Value::whole(1), Err(Undefined::Overflow)),
        (Op::Add, uint(250, 8), uint(10, 8), Ok(uint(4, 8))),
        (Op::Multiply, Value::whole(3), Value::Float(0.5), Ok(Value::Float(1.5))),
        (Op::Divide, Value::Float(1.0), Value::Float(0.0), Err(Undefined::DivisionByZero)),
        (Op::Power, Value::Float(-1.0), Value::Float(0.5), Err(Undefined::NotFinite)),
    ];
    for (operator, left, right, expected) in table {
        assert_eq!(binary(operator, left, right), expected, "{left:?} {operator:?} {right:?}");
    }
}

#[test]
fn bits_are_shifted_and_joined_within_their_width() {
    assert_eq!(binary(Op::ShiftLeft, bits(0b110, 3), Value::whole(1)), Ok(bits(0b100, 3)));
    assert_eq!(binary(Op::ShiftRight, int(-8, 8), Value::whole(1)), Ok(int(-4, 8)));
    assert_eq!(binary(Op::ShiftLeft, uint(1, 8), Value::whole(99)), Ok(uint(0, 8)));
    assert_eq!(binary(Op::BitXor, bits(0b110, 3), bits(0b011, 3)), Ok(bits(0b101, 3)));
    assert_eq!(binary(Op::ShiftLeft, uint(1, 8), Value::whole(-1)), Err(Undefined::OutOfRange));
    assert_eq!(unary(UnaryOperator::Complement, bits(0b101, 3)), Ok(bits(0b010, 3)));
    assert_eq!(call(Function::PopCount, bits(0b101, 3)), Ok(uint(2, 64)));
}

#[test]
fn an_element_is_a_bit_and_negative_numbers_count_from_the_end() {
    let register = bits(0b0010, 4);
    assert_eq!(element(register, Value::whole(1)), Ok(Value::Bool(true)));
    assert_eq!(element(register, Value::whole(-3)), Ok(Value::Bool(true)));
    assert_eq!(element(register, Value::whole(4)), Err(Undefined::OutOfRange));
    assert_eq!(element(register, Value::whole(-5)), Err(Undefined::OutOfRange));
}

#[test]
fn durations_are_added_to_durations_and_multiplied_by_numbers() {
    let second = Value::Duration(1.0);
    assert_eq!(binary(Op::Add, second, second), Ok(Value::Duration(2.0)));
    assert_eq!(binary(Op::Multiply, Value::whole(3), second), Ok(Value::Duration(3.0)));
    assert_eq!(binary(Op::Divide, second, Value::Duration(4.0)), Ok(Value::Float(0.25)));
    assert_eq!(binary(Op::Add, second, Value::whole(1)), Err(Undefined::WrongType));
}

#[test]
fn complex_numbers_are_reckoned_with_and_only_compared_for_equality() {
    let i = Value::Complex(Complex::new(0.0, 1.0));
    let squared = binary(Op::Multiply, i, i).and_then(Value::as_complex).expect("a number");
    assert!((squared + Complex::real(1.0)).norm() < 1e-15);
    assert_eq!(call(Function::Imaginary, i), Ok(Value::Float(1.0)));
    assert_eq!(binary(Op::Equal, i, i), Ok(Value::Bool(true)));
    assert_eq!(binary(Op::Less, i, i), Err(Undefined::WrongType));
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (any::<i64>(), 1..=64_u8).prop_map(|(value, bits)| {
            Value::whole(value).cast(Type::Int { bits }).expect("whole")
        }),
        (any::<i64>(), 1..=64_u8).prop_map(|(value, bits)| {
            Value::whole(value).cast(Type::Uint { bits }).expect("whole")
        }),
        any::<f64>().prop_map(Value::Float),
        (any::<i64>(), 1..=64_u8).prop_map(|(value, width)| {
            Value::whole(value).cast(Type::Bits { width }).expect("whole")
        }),
        (-10.0..10.0, 1..=64_u8).prop_map(|(value, bits)| {
            Value::Float(value).cast(Type::Angle { bits }).expect("an angle")
        }),
        (any::<f64>(), any::<f64>()).prop_map(|(re, im)| Value::Complex(Complex::new(re, im))),
        any::<f64>().prop_map(Value::Duration),
    ]
}

const OPERATORS: [Op; 20] = [
    Op::Add,
    Op::Subtract,
    Op::Multiply,
    Op::Divide,
    Op::RealDivide,
    Op::Remainder,
    Op::Power,
    Op::And,
    Op::Or,
    Op::BitAnd,
    Op::BitOr,
    Op::BitXor,
    Op::ShiftLeft,
    Op::ShiftRight,
    Op::Equal,
    Op::NotEqual,
    Op::Less,
    Op::LessEqual,
    Op::Greater,
    Op::GreaterEqual,
];

proptest! {
    #[test]
    fn no_values_make_an_operator_panic_and_what_comes_out_fits_its_width(
        left in any_value(), right in any_value(), width in 1..=64_u8,
    ) {
        for operator in OPERATORS {
            match binary(operator, left, right) {
                Ok(Value::Uint { value, bits } | Value::Bits { value, width: bits }) => {
                    prop_assert!(bits == 64 || value >> bits == 0);
                }
                Ok(Value::Angle { turns, bits }) => {
                    prop_assert!(bits == 64 || turns >> bits == 0);
                }
                _ => {}
            }
        }
        for kind in [
            Type::Bool,
            Type::Int { bits: width },
            Type::Uint { bits: width },
            Type::Float,
            Type::Angle { bits: width },
            Type::Complex,
            Type::Bits { width },
            Type::Duration,
        ] {
            if let Ok(value) = left.cast(kind) {
                prop_assert_eq!(value.kind(), kind);
            }
        }
        let _ = (element(left, right), unary(UnaryOperator::Negate, left));
        let _ = (unary(UnaryOperator::Complement, left), call(Function::Abs, left));
    }
}
