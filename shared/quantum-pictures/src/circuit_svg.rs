//! How is a circuit diagram drawn as SVG?

use quantum_program::{Circuit, Expression, Parameter, Program};

use crate::canvas::{Canvas, LETTER, LINE_HEIGHT, at, width};
use crate::diagram::{Control, Diagram, Frame, Item, Mark, Shape};
use crate::layout::laid_out;

const MARGIN: f64 = 16.0;
const ROW: f64 = 40.0;
const BOX: f64 = 30.0;
const DOT: f64 = 4.0;
const RING: f64 = 9.0;
const CROSS: f64 = 5.0;
/// Between neighbouring columns.
pub(crate) const GAP: f64 = 10.0;
const NARROW: f64 = 8.0;
/// Letters of the second line in a box are smaller.
pub(crate) const SMALL: f64 = 10.0 / 12.0;
const FRAME_STEP: f64 = 16.0;

/// Wires, gates, measurements and blocks, with inputs by their names.
pub fn circuit_svg(program: &Program) -> String {
    let known = |parameter| match parameter {
        Parameter::Known(value) => Some(value),
        Parameter::Expression(id) => match program.expression(id) {
            Expression::Known(value) => value.as_float().ok(),
            _ => None,
        },
    };
    drawn(&laid_out(program, &known))
}

/// The same with the angles that the inputs give.
pub fn bound_circuit_svg(circuit: &Circuit) -> String {
    drawn(&laid_out(circuit.program(), &|parameter| circuit.settled(parameter)))
}

fn drawn(diagram: &Diagram) -> String {
    let mut drawing = Drawing::new(diagram);
    drawing.frames();
    drawing.wires();
    for item in &diagram.items {
        drawing.item(item);
    }
    drawing.finish()
}

struct Drawing<'a> {
    diagram: &'a Diagram,
    canvas: Canvas,
    /// Where the columns begin, and where the last one ends.
    edges: Vec<f64>,
    top: f64,
}

impl<'a> Drawing<'a> {
    fn new(diagram: &'a Diagram) -> Self {
        let labels = diagram.wires.iter().map(|wire| width(&wire.label)).fold(0.0, f64::max);
        let mut edges = vec![MARGIN + labels + GAP];
        for column in widths(diagram) {
            let edge = edges[edges.len() - 1];
            edges.push(edge + column + GAP);
        }
        let nesting = diagram.frames.iter().map(|frame| frame.depth + 1).max().unwrap_or(0);
        let top = MARGIN + nesting as f64 * FRAME_STEP;
        Self { diagram, canvas: Canvas::new(), edges, top }
    }

    fn y(&self, row: usize) -> f64 {
        self.top + (row as f64 + 0.5) * ROW
    }

    fn x(&self, column: usize) -> f64 {
        f64::midpoint(self.edges[column], self.edges[column + 1])
    }

    fn right(&self) -> f64 {
        self.edges[self.edges.len() - 1] + GAP
    }

    fn bottom(&self) -> f64 {
        self.top + self.diagram.wires.len() as f64 * ROW
    }

    fn wires(&mut self) {
        let (left, right) = (self.edges[0] - GAP / 2.0, self.right());
        for (row, wire) in self.diagram.wires.iter().enumerate() {
            let y = self.y(row);
            self.canvas.text("end", at(self.edges[0] - GAP, y + 4.0), &wire.label);
            let offsets: &[f64] = if wire.is_quantum { &[0.0] } else { &[-1.5, 1.5] };
            for offset in offsets {
                self.canvas.line("wire", at(left, y + offset), at(right, y + offset));
            }
        }
    }

    fn frames(&mut self) {
        for Frame { label, from, to, depth } in &self.diagram.frames {
            let inset = *depth as f64 * FRAME_STEP;
            let (left, right) = (self.edges[*from], self.edges[*to + 1] - GAP);
            let top = MARGIN + inset;
            let height = self.bottom() - top + MARGIN / 2.0 - inset / 4.0;
            self.canvas.rectangle("frame", at(left, top), right - left, height);
            self.canvas.text("small warm", at(left + 4.0, top + 11.0), label);
        }
    }

    fn item(&mut self, Item { column, shape }: &Item) {
        let x = self.x(*column);
        match shape {
            Shape::Gate { controls, targets, mark } => self.gate(x, controls, targets, mark),
            Shape::Measure { row, register } => self.measure(x, *row, *register),
            Shape::Barrier { rows } => {
                for row in rows {
                    let y = self.y(*row);
                    let corner = at(x - NARROW / 2.0, y - ROW / 2.0);
                    self.canvas.rectangle("shade", corner, NARROW, ROW);
                    self.canvas.line("barrier", at(x, y - ROW / 2.0), at(x, y + ROW / 2.0));
                }
            }
            Shape::Stop { label } => {
                let (top, bottom) = (self.top, self.bottom());
                self.canvas.line("frame", at(x, top), at(x, bottom));
                self.label_on_paper(x, f64::midpoint(top, bottom), label);
            }
            Shape::Classical { row, label } => self.label_on_paper(x, self.y(*row), label),
        }
    }

    fn label_on_paper(&mut self, x: f64, y: f64, label: &str) {
        let full = width(label) + 8.0;
        self.canvas.rectangle("ring", at(x - full / 2.0, y - 9.0), full, 18.0);
        self.canvas.text("middle", at(x, y + 4.0), label);
    }

    fn gate(&mut self, x: f64, controls: &[Control], targets: &[usize], mark: &Mark) {
        let rows = controls.iter().map(|control| control.row).chain(targets.iter().copied());
        let (first, last) =
            rows.fold((usize::MAX, 0), |(low, high), row| (low.min(row), high.max(row)));
        if first < last {
            self.canvas.line("link", at(x, self.y(first)), at(x, self.y(last)));
        }
        for control in controls {
            let class = if control.on_one { "dot" } else { "ring" };
            self.canvas.circle(class, at(x, self.y(control.row)), DOT);
        }
        match mark {
            Mark::Box { label, angles, is_noise } => {
                let class = if *is_noise { "noise" } else { "box" };
                self.boxes(x, targets, class, label, angles);
            }
            Mark::Plus => targets.iter().for_each(|row| self.plus(x, self.y(*row))),
            Mark::Dot => {
                for row in targets {
                    self.canvas.circle("dot", at(x, self.y(*row)), DOT);
                }
            }
            Mark::Crosses => targets.iter().for_each(|row| self.cross(x, self.y(*row))),
        }
    }

    fn plus(&mut self, x: f64, y: f64) {
        self.canvas.circle("ring", at(x, y), RING);
        self.canvas.line("link", at(x - RING, y), at(x + RING, y));
        self.canvas.line("link", at(x, y - RING), at(x, y + RING));
    }

    fn cross(&mut self, x: f64, y: f64) {
        self.canvas.line("link", at(x - CROSS, y - CROSS), at(x + CROSS, y + CROSS));
        self.canvas.line("link", at(x - CROSS, y + CROSS), at(x + CROSS, y - CROSS));
    }

    /// One box over neighbouring rows, else one for each; small numbers tell the targets apart.
    fn boxes(&mut self, x: f64, targets: &[usize], class: &str, label: &str, angles: &str) {
        let full = box_width(label, angles, targets.len());
        let (low, high) = (
            targets.iter().copied().min().unwrap_or(0),
            targets.iter().copied().max().unwrap_or(0),
        );
        let is_whole = high - low + 1 == targets.len();
        let spans: Vec<(usize, usize)> = match is_whole {
            true => vec![(low, high)],
            false => targets.iter().map(|row| (*row, *row)).collect(),
        };
        for (low, high) in spans {
            let (top, bottom) = (self.y(low) - BOX / 2.0, self.y(high) + BOX / 2.0);
            self.canvas.rectangle(class, at(x - full / 2.0, top), full, bottom - top);
            let middle = f64::midpoint(top, bottom);
            let indent = if targets.len() > 1 { LETTER / 2.0 } else { 0.0 };
            let rise = if angles.is_empty() { 4.0 } else { -1.0 };
            self.canvas.text("middle", at(x + indent, middle + rise), label);
            if !angles.is_empty() {
                self.canvas.text("middle small", at(x + indent, middle + 11.0), angles);
            }
        }
        if targets.len() > 1 {
            for (number, row) in targets.iter().enumerate() {
                let place = at(x - full / 2.0 + 3.0, self.y(*row) - 3.0);
                self.canvas.text("small faint", place, &number.to_string());
            }
        }
    }

    fn measure(&mut self, x: f64, row: usize, register: Option<(usize, u32)>) {
        let y = self.y(row);
        if let Some((register, bit)) = register {
            let end = self.y(register) - 3.0;
            for offset in [-1.5, 1.5] {
                self.canvas.line("wire", at(x + offset, y), at(x + offset, end - 5.0));
            }
            self.canvas.line("wire", at(x - 5.0, end - 6.0), at(x, end));
            self.canvas.line("wire", at(x + 5.0, end - 6.0), at(x, end));
            let base = at(x + 2.0, self.y(register) + 14.0);
            self.canvas.text("small faint middle", base, &bit.to_string());
        }
        self.canvas.rectangle("box", at(x - BOX / 2.0, y - BOX / 2.0), BOX, BOX);
        self.canvas.arc("link", at(x, y + 6.0), 9.0);
        self.canvas.line("link", at(x, y + 6.0), at(x + 7.0, y - 7.0));
    }

    fn finish(mut self) -> String {
        let mut y = self.bottom() + MARGIN;
        let mut full = self.right() + MARGIN;
        for note in &self.diagram.notes {
            y += LINE_HEIGHT;
            self.canvas.text("small faint", at(MARGIN, y - 4.0), note);
            full = full.max(width(note) + 2.0 * MARGIN);
        }
        let qubits = self.diagram.wires.iter().filter(|wire| wire.is_quantum).count();
        let title = format!("Circuit diagram of {qubits} qubits");
        self.canvas.finish(full, y + MARGIN / 2.0, &title)
    }
}

/// As wide as the widest thing in each column, and a frame as its label.
pub(crate) fn widths(diagram: &Diagram) -> Vec<f64> {
    let mut widths = vec![NARROW; diagram.columns.max(1)];
    for Item { column, shape } in &diagram.items {
        let wanted = match shape {
            Shape::Gate { targets, mark: Mark::Box { label, angles, .. }, .. } => {
                box_width(label, angles, targets.len())
            }
            Shape::Gate { .. } => 2.0 * RING,
            Shape::Measure { .. } => BOX,
            Shape::Barrier { .. } => NARROW,
            Shape::Stop { label } | Shape::Classical { label, .. } => width(label) + 8.0,
        };
        widths[*column] = widths[*column].max(wanted);
    }
    for frame in &diagram.frames {
        let inside: f64 = widths[frame.from..=frame.to].iter().map(|one| one + GAP).sum();
        let missing = width(&frame.label) * SMALL + GAP + 8.0 - inside;
        widths[frame.to] += missing.max(0.0);
    }
    widths
}

fn box_width(label: &str, angles: &str, targets: usize) -> f64 {
    let numbers = if targets > 1 { LETTER } else { 0.0 };
    (width(label).max(width(angles) * SMALL) + numbers + 12.0).max(BOX)
}
