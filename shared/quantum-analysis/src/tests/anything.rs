//! Which programs may there be? Any: steps and blocks of every kind, in any order.

use proptest::prelude::*;
use quantum_program::{
    BinaryOperator, Expression, ExpressionId, NoiseKind, Program, Type, Value, Variable,
};

use super::programs::Written;

const QUBITS: u32 = 6;
const KINDS: u8 = 20;
const GATES: [(&str, usize, usize); 12] = [
    ("h", 0, 1),
    ("t", 0, 1),
    ("rx", 1, 1),
    ("u", 3, 1),
    ("cx", 0, 2),
    ("inv @ s", 0, 1),
    ("swap", 0, 2),
    ("ms", 2, 2),
    ("cp", 1, 2),
    ("ccx", 0, 3),
    ("ctrl @ gphase", 1, 1),
    ("gphase", 1, 0),
];

pub(super) fn anything() -> impl Strategy<Value = Program> {
    let step = (0..KINDS, 0..GATES.len(), 0..QUBITS, 0..9_u8);
    proptest::collection::vec(step, 0..80).prop_map(|steps| {
        let mut written = Written::on(QUBITS).with(|builder| {
            let variable = Variable {
                name: "n".to_owned(),
                kind: Type::Int { bits: 32 },
                initial: Value::whole(0),
            };
            builder.variable(variable).expect("room");
        });
        let conditions = conditions(&mut written);
        for (kind, gate, qubit, eighths) in steps {
            let condition = conditions[usize::from(eighths) % conditions.len()];
            written = step_of(written, kind, GATES[gate], qubit, f64::from(eighths), condition);
        }
        written.finish()
    })
}

/// Of a run, and known ones.
fn conditions(written: &mut Written) -> Vec<ExpressionId> {
    let bit = written.expression(Expression::Bit(1));
    let variable = written.expression(Expression::Variable(0));
    let both = written.expression(Expression::Binary(BinaryOperator::And, bit, variable));
    let bits = written.expression(Expression::Bits { first: 0, width: 6 });
    let known =
        [true, false].map(|value| written.expression(Expression::Known(Value::Bool(value))));
    [vec![bit, variable, both, bits], known.to_vec()].concat()
}

fn step_of(
    written: Written,
    kind: u8,
    gate: (&str, usize, usize),
    qubit: u32,
    eighths: f64,
    condition: ExpressionId,
) -> Written {
    let next = |step: u32| (qubit + step) % QUBITS;
    let all: Vec<u32> = (0..QUBITS).collect();
    match kind {
        0 => written.measure(qubit, next(1)),
        1 => written.reset(qubit),
        2 => written.barrier(&all[..=qubit as usize]),
        3 => written.noise(NoiseKind::BitFlip, 0.1, &[qubit]),
        4 => written.noise(NoiseKind::TwoQubitDephasing, 0.1, &[qubit, next(1)]),
        5 => written.with(|builder| builder.begin_if(condition).expect("room")),
        6 => written.with(|builder| builder.begin_while(condition).expect("room")),
        7 => written.with(|builder| builder.begin_box(qubit == 0).expect("room")),
        8 | 9 => written.with(|builder| builder.end_block().expect("room")),
        10 => written.with(|builder| builder.assign(0, condition).expect("room")),
        11 => written.with(|builder| builder.assign_bit(qubit, condition).expect("room")),
        12 => written.with(|builder| builder.delay(1e-6, &[qubit]).expect("room")),
        13 if qubit == 0 => written.with(|builder| builder.end().expect("room")),
        14 => written.with(|builder| {
            builder.break_loop().expect("room");
        }),
        15 => written
            .with(|builder| builder.begin_if(condition).expect("room"))
            .gate("x", &[], &[qubit])
            .with(|builder| builder.begin_else().expect("room"))
            .gate("y", &[], &[next(2)])
            .with(|builder| builder.end_block().expect("room")),
        _ => {
            let (name, angles, width) = gate;
            let angles = vec![eighths * std::f64::consts::FRAC_PI_8; angles];
            let qubits: Vec<u32> = (0..).map(next).take(width).collect();
            written.gate(name, &angles, &qubits)
        }
    }
}
