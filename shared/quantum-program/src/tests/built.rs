//! Is what a builder makes well formed?

use std::sync::Arc;

use crate::{
    BinaryOperator, Builder, Dependence, Expression, Full, Input, InputKind, Instruction, Language,
    MAX_BITS, MAX_INPUTS, MAX_INSTRUCTIONS, MAX_OPERANDS, MAX_QUBITS, MAX_VARIABLES, Type,
    Undefined, Value, Variable,
};

fn builder() -> Builder {
    Builder::new(Language::OpenQasm3, "".into())
}

#[test]
fn blocks_know_where_they_end() {
    let mut builder = builder();
    builder.bit_register(None, 1).expect("room");
    let bit = builder.expression(Expression::Bit(0), 0).expect("a bit");
    builder.begin_while(bit).expect("room");
    builder.begin_if(bit).expect("room");
    assert_eq!(builder.break_loop(), Ok(true));
    builder.begin_else().expect("room");
    assert_eq!(builder.continue_loop(), Ok(true));
    builder.end_block().expect("room");
    builder.end_block().expect("room");
    assert_eq!(builder.break_loop(), Ok(false));
    let program = builder.finish(Vec::new()).expect("room");
    assert_eq!(
        program.instructions(),
        [
            Instruction::While { condition: bit, end: 6 },
            Instruction::If { condition: bit, otherwise: 3 },
            Instruction::Break { start: 0 },
            Instruction::Else { end: 5 },
            Instruction::Continue { start: 0 },
            Instruction::EndIf,
            Instruction::EndWhile { start: 0 },
        ]
    );
    assert!(program.has_feedback());
}

#[test]
fn what_is_left_open_is_closed_at_the_end() {
    let mut builder = builder();
    builder.begin_box(true).expect("room");
    let program = builder.finish(Vec::new()).expect("room");
    assert_eq!(
        program.instructions(),
        [Instruction::BeginBox { verbatim: true }, Instruction::EndBox]
    );
}

#[test]
fn an_expression_is_evaluated_as_soon_as_it_can_be() {
    let mut builder = builder();
    builder.input(Input { name: "x".to_owned(), kind: InputKind::Float }).expect("room");
    let two = builder.expression(Expression::Known(Value::whole(2)), 0).expect("known");
    let four = builder.expression(Expression::Binary(BinaryOperator::Add, two, two), 0);
    let four = four.expect("known");
    let input = builder.expression(Expression::Input(0), 0).expect("an input");
    let both = builder.expression(Expression::Binary(BinaryOperator::Add, four, input), 0);
    let both = both.expect("open");
    let program = builder.program();
    assert_eq!(program.expression(four), Expression::Known(Value::whole(4)));
    assert_eq!(program.dependence(four), Dependence::Nothing);
    assert_eq!(program.dependence(both), Dependence::Inputs);
}

#[test]
fn an_expression_of_a_run_is_not_nested_without_end() {
    let mut builder = builder();
    let variable = Variable { name: "n".into(), kind: Type::Float, initial: Value::Float(0.0) };
    builder.variable(variable).expect("room");
    let mut last = builder.expression(Expression::Variable(0), 0).expect("a variable");
    let too_deep = (0..1_000).find_map(|_| {
        match builder.expression(Expression::Binary(BinaryOperator::Add, last, last), 0) {
            Ok(next) => {
                last = next;
                None
            }
            Err(reason) => Some(reason),
        }
    });
    assert_eq!(too_deep, Some(Undefined::TooDeep));
}

#[test]
fn limits_are_met_by_name() {
    let mut builder = builder();
    let too_many = u32::try_from(MAX_QUBITS + 1).expect("a number");
    assert_eq!(builder.qubit_register("q".into(), too_many), Err(Full::Qubits));
    let too_many = u32::try_from(MAX_BITS + 1).expect("a number");
    assert_eq!(builder.bit_register(None, too_many), Err(Full::Bits));
    let input = |number: usize| Input { name: format!("i{number}"), kind: InputKind::Bool };
    let full = (0..=MAX_INPUTS).find_map(|number| builder.input(input(number)).err());
    assert_eq!(full, Some(Full::Inputs));
    let variable = || Variable { name: "v".into(), kind: Type::Bool, initial: Value::Bool(false) };
    let full = (0..=MAX_VARIABLES).find_map(|_| builder.variable(variable()).err());
    assert_eq!(full, Some(Full::Variables));
    assert_eq!(builder.qubit_register("q".into(), 2), Ok(0));
    assert_eq!(builder.qubit_register("r".into(), 2), Ok(2));
    assert_eq!(builder.program().qubit_count(), 4);
}

#[test]
fn a_program_is_not_written_out_without_end() {
    let mut builder = builder();
    builder.qubit_register("q".into(), 1).expect("room");
    let full = (0..=MAX_INSTRUCTIONS).find_map(|_| builder.reset(0).err());
    assert_eq!(full, Some(Full::Instructions));
    let qubits = vec![0; MAX_OPERANDS / 2];
    let mut builder = Builder::new(Language::OpenQasm3, "".into());
    builder.qubit_register("q".into(), 1).expect("room");
    assert_eq!(builder.barrier(&qubits), Ok(()));
    assert_eq!(builder.barrier(&qubits), Ok(()));
    assert_eq!(builder.barrier(&[0]), Err(Full::Operands));
}

#[test]
fn the_place_of_an_expression_is_told_in_lines_and_characters() {
    let mut builder = Builder::new(Language::OpenQasm3, Arc::from("a;\nθ + x"));
    let input = Input { name: "x".into(), kind: InputKind::Float };
    builder.input(input).expect("room");
    let x = builder.expression(Expression::Input(0), 8).expect("an input");
    assert_eq!(builder.program().place(x), (2, 5));
}
