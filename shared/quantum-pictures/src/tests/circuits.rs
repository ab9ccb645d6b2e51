//! Does a diagram show what a program does, whatever the program?

use proptest::prelude::*;
use quantum_program::{
    Base, BinaryOperator, Builder, Expression, Language, NewGate, NoiseKind, Parameter, Program,
    ResultType, Type, Unitary, Value, Variable, Wire,
};

use super::anything::anything;
use super::programs::{Written, ghz};
use crate::canvas::width;
use crate::circuit_svg::{GAP, SMALL, bound_circuit_svg, circuit_svg, widths};
use crate::diagram::{Diagram, Mark, Shape};
use crate::layout::laid_out;
use crate::limits::{MAX_DRAWN_COLUMNS, MAX_DRAWN_QUBITS};

fn diagram(program: &Program) -> Diagram {
    let known = |parameter| match parameter {
        Parameter::Known(value) => Some(value),
        Parameter::Expression(_) => None,
    };
    laid_out(program, &known)
}

fn columns(program: &Program) -> Vec<usize> {
    diagram(program).items.iter().map(|item| item.column).collect()
}

#[test]
fn steps_on_different_qubits_share_a_column() {
    let program = Written::on(3)
        .gate("h", &[], &[0])
        .gate("h", &[], &[2])
        .gate("cx", &[], &[0, 1])
        .gate("x", &[], &[2])
        .finish();
    assert_eq!(columns(&program), [0, 0, 1, 1]);
}

#[test]
fn a_gate_keeps_the_wires_it_crosses_free() {
    let program = Written::on(3).gate("cx", &[], &[0, 2]).gate("h", &[], &[1]).finish();
    assert_eq!(columns(&program), [0, 1]);
}

#[test]
fn wires_are_named_as_in_the_program() {
    let svg = circuit_svg(&Written::on(2).gate("h", &[], &[0]).finish());
    assert!(svg.contains(">q[0]<") && svg.contains(">q[1]<") && svg.contains(">c<"));
    let placed = circuit_svg(&Written::on_device(&[7, 3]).gate("cz", &[], &[0, 1]).finish());
    assert!(placed.contains(">$7<") && placed.contains(">$3<"));
}

#[test]
fn controls_are_dots_and_targets_have_their_signs() {
    let svg = circuit_svg(&ghz(3).finish());
    assert_eq!(svg.matches(r#"class="dot""#).count(), 2);
    assert_eq!(svg.matches(r#"class="ring""#).count(), 2);
    assert!(svg.contains(">H<"));
    let phases = circuit_svg(&Written::on(2).gate("cz", &[], &[0, 1]).finish());
    assert_eq!(phases.matches(r#"class="dot""#).count(), 2);
    let raised = circuit_svg(&Written::on(2).gate("inv @ cx", &[], &[0, 1]).finish());
    assert!(raised.contains(">X†<"));
}

#[test]
fn a_controlled_phase_stands_on_a_control() {
    let lone = circuit_svg(&Written::on(1).gate("ctrl @ gphase", &[0.5], &[0]).finish());
    assert!(lone.contains(">phase<") && lone.contains(">0.5<"));
    let controls = |on_one: [bool; 2]| {
        let written = Written::on(2).with(|builder| {
            let wires = [Wire::new(0).control(on_one[0]), Wire::new(1).control(on_one[1])];
            let gate = NewGate {
                base: Base::GlobalPhase,
                name: builder.gate_name("gphase"),
                controls: &wires,
                targets: &[],
                parameters: &[Parameter::Known(0.5)],
                powers: &[],
            };
            builder.gate(&gate).expect("room");
        });
        let mut items = diagram(&written.finish()).items;
        match items.remove(0).shape {
            Shape::Gate { controls, targets, mark: Mark::Box { label, .. } } => {
                (controls[0].row, controls[0].on_one, targets, label)
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(controls([true, true]), (0, true, vec![1], "phase".to_owned()));
    assert_eq!(controls([true, false]), (1, false, vec![0], "phase".to_owned()));
    assert_eq!(controls([false, false]), (1, false, vec![0], "phase on 0".to_owned()));
}

#[test]
fn a_frame_is_at_least_as_wide_as_its_label() {
    let mut written = Written::on(1);
    let mut condition = written.expression(Expression::Bit(0));
    for _ in 0..20 {
        let and = Expression::Binary(BinaryOperator::And, condition, condition);
        condition = written.expression(and);
    }
    let program = written
        .with(|builder| builder.begin_if(condition).expect("room"))
        .gate("x", &[], &[0])
        .finish();
    let found = diagram(&program);
    assert_eq!(found.frames[0].label.chars().count(), 2 * crate::MAX_LABEL, "it is shortened");
    let inside: f64 = widths(&found).iter().map(|column| column + GAP).sum();
    assert!(inside > width(&found.frames[0].label) * SMALL);
}

#[test]
fn angles_are_shown_as_written_or_as_given() {
    let written = || {
        let (written, angle) = Written::on(1).input("theta");
        written.turned("rx", &[angle], &[0])
    };
    assert!(circuit_svg(&written().finish()).contains(">theta<"));
    let bound = written().bound(&[("theta", std::f64::consts::FRAC_PI_2)]);
    assert!(bound_circuit_svg(&bound).contains(">π/2<"));
}

#[test]
fn a_measurement_goes_down_to_its_register() {
    let program = Written::on(2).measure(0, 0).measure(1, 1).finish();
    let found = diagram(&program);
    let registers: Vec<_> = found
        .items
        .iter()
        .map(|item| match item.shape {
            Shape::Measure { register, .. } => register,
            _ => None,
        })
        .collect();
    assert_eq!(registers, [Some((2, 0)), Some((2, 1))]);
    assert_eq!(columns(&program), [0, 1], "the lines do not run into one another");
}

#[test]
fn a_block_has_a_frame_with_its_condition() {
    let program = Written::on(2)
        .measure(0, 0)
        .if_bit(0, |written| written.gate("x", &[], &[1]))
        .gate("h", &[], &[0])
        .finish();
    let found = diagram(&program);
    assert_eq!((found.frames[0].from, found.frames[0].to), (1, 3));
    assert_eq!(found.frames[0].label, "if c[0]");
    let after = found.items.last().map(|item| item.column);
    assert_eq!(after, Some(4), "what follows stands behind the frame");
}

#[test]
fn a_condition_names_registers_and_their_parts() {
    let label = |first, width| {
        let mut written = Written::on(4);
        let condition = written.expression(Expression::Bits { first, width });
        let begun = written.with(|builder| builder.begin_if(condition).expect("room"));
        diagram(&begun.finish()).frames.remove(0).label
    };
    assert_eq!([label(0, 4), label(2, 1), label(1, 3)], ["if c", "if c[2]", "if c[1:3]"]);
}

#[test]
fn both_branches_have_a_frame() {
    let mut written = Written::on(1);
    let condition = written.expression(Expression::Bit(0));
    let program = written
        .with(|builder| builder.begin_if(condition).expect("room"))
        .gate("x", &[], &[0])
        .with(|builder| builder.begin_else().expect("room"))
        .gate("y", &[], &[0])
        .with(|builder| builder.end_block().expect("room"))
        .finish();
    let labels: Vec<_> = diagram(&program).frames.into_iter().map(|frame| frame.label).collect();
    assert_eq!(labels, ["if c", "else"]);
}

#[test]
fn classical_steps_stand_on_wires_of_their_own() {
    let mut written = Written::on(1).with(|builder| {
        let variable = Variable {
            name: "n".to_owned(),
            kind: Type::Int { bits: 32 },
            initial: Value::whole(0),
        };
        builder.variable(variable).expect("room");
    });
    let n = written.expression(Expression::Variable(0));
    let one = written.expression(Expression::Known(Value::whole(1)));
    let sum = written.expression(Expression::Binary(BinaryOperator::Add, n, one));
    let program = written.with(|builder| builder.assign(0, sum).expect("room")).finish();
    let svg = circuit_svg(&program);
    assert!(svg.contains(">values<") && svg.contains(">n = n + 1<"), "{svg}");
}

#[test]
fn everything_else_has_a_sign_too() {
    let zero = Unitary::new(1, vec![quantum_program::ONE; 4]);
    let program = Written::on(2)
        .reset(0)
        .barrier(&[0, 1])
        .noise(NoiseKind::BitFlip, 0.1, &[0])
        .unitary(zero, &[1])
        .gate("swap", &[], &[0, 1])
        .gate("inv @ s", &[], &[0])
        .with(|builder| {
            builder.delay(1e-7, &[0]).expect("room");
            builder.end().expect("room");
        })
        .result(ResultType::StateVector)
        .finish();
    let svg = circuit_svg(&program);
    for sign in ["|0⟩", "bit_flip", "matrix", "S†", "delay", "100 ns", "end"] {
        assert!(svg.contains(&format!(">{sign}<")), "{sign}");
    }
}

#[test]
fn a_huge_program_has_a_small_picture_that_says_what_is_missing() {
    let wide = circuit_svg(&ghz(1000).finish());
    assert!(wide.contains("936 more qubits are not drawn") && wide.len() < 200_000);
    let long = (0..5000).fold(Written::on(1), |written, _| written.gate("h", &[], &[0])).finish();
    let found = diagram(&long);
    assert_eq!((found.columns, found.items.len()), (MAX_DRAWN_COLUMNS, MAX_DRAWN_COLUMNS));
    assert_eq!(found.notes, ["4\u{202f}850 steps are not drawn"]);
    assert_eq!(diagram(&ghz(1000).finish()).wires.len(), MAX_DRAWN_QUBITS + 1);
}

#[test]
fn a_picture_has_so_many_steps_and_no_more() {
    let program = (0..64 * 100)
        .fold(Written::on(64), |written, step| written.gate("h", &[], &[step % 64]))
        .finish();
    assert_eq!(diagram(&program).items.len(), crate::MAX_DRAWN_STEPS);
    assert!(circuit_svg(&program).len() < 1_000_000);
}

#[test]
fn deep_nesting_is_drawn_up_to_a_depth() {
    let mut written = Written::on(1);
    let condition = written.expression(Expression::Bit(0));
    for _ in 0..1000 {
        written = written.with(|builder| builder.begin_while(condition).expect("room"));
    }
    let program = written.gate("x", &[], &[0]).finish();
    let found = diagram(&program);
    assert_eq!(found.frames.len(), crate::MAX_DRAWN_NESTING);
    assert!(circuit_svg(&program).len() < 20_000);
}

#[test]
fn many_blocks_in_a_row_end_at_the_last_column() {
    let program = (0..1000)
        .fold(Written::on(1), |written, _| {
            written.if_bit(0, |written| written.gate("x", &[], &[0]))
        })
        .finish();
    let found = diagram(&program);
    assert!(found.frames.iter().all(|frame| frame.from <= frame.to && frame.to < found.columns));
    assert!(circuit_svg(&program).contains("steps are not drawn"));
}

#[test]
fn names_from_outside_are_escaped_and_shortened() {
    let hostile = "<script>alert(1)</script>".repeat(100);
    let program = Written::on(1)
        .with(|builder| {
            builder.bit_register(Some(hostile.clone()), 1).expect("room");
            builder.qubit_register(hostile.clone(), 1).expect("room");
        })
        .finish();
    let svg = circuit_svg(&program);
    assert!(!svg.contains("<script") && svg.len() < 10_000, "{svg}");
}

#[test]
fn a_program_of_nothing_is_drawn() {
    let nothing = Written::on(0).with(|builder| builder.end().expect("room")).finish();
    assert!(circuit_svg(&nothing).starts_with("<svg"));
    let mut without_wires = Builder::new(Language::OpenQasm3, "".into());
    for _ in 0..1000 {
        without_wires.end().expect("room");
    }
    let program = without_wires.finish(Vec::new()).expect("room");
    assert_eq!(diagram(&program).items.len(), MAX_DRAWN_COLUMNS);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_program_is_drawn_without_overlaps(program in anything()) {
        let found = diagram(&program);
        let rows = found.wires.len();
        let mut taken = std::collections::BTreeSet::new();
        for item in &found.items {
            prop_assert!(item.column < found.columns);
            let (low, high) = item.shape.span(rows);
            for row in low..=high {
                prop_assert!(taken.insert((item.column, row)), "{:?}", item);
            }
        }
        for frame in &found.frames {
            prop_assert!(frame.from <= frame.to && frame.to < found.columns);
        }
        let svg = circuit_svg(&program);
        prop_assert!(svg.ends_with("</svg>\n"));
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
