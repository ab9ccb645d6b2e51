//! What is a circuit diagram made of, before it has places in pixels?

/// Rows from top to bottom, columns from left to right.
#[derive(Debug, Default)]
pub(crate) struct Diagram {
    pub(crate) wires: Vec<Wire>,
    pub(crate) columns: usize,
    pub(crate) items: Vec<Item>,
    pub(crate) frames: Vec<Frame>,
    /// Sentences under the picture.
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) label: String,
    pub(crate) is_quantum: bool,
}

#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) column: usize,
    pub(crate) shape: Shape,
}

/// Numbers are those of rows.
#[derive(Debug)]
pub(crate) enum Shape {
    Gate {
        controls: Vec<Control>,
        targets: Vec<usize>,
        mark: Mark,
    },
    Measure {
        row: usize,
        register: Option<(usize, u32)>,
    },
    Barrier {
        rows: Vec<usize>,
    },
    /// Over all rows.
    Stop {
        label: String,
    },
    /// A calculation on classical values.
    Classical {
        row: usize,
        label: String,
    },
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Control {
    pub(crate) row: usize,
    pub(crate) on_one: bool,
}

/// What stands on the targets.
#[derive(Debug)]
pub(crate) enum Mark {
    Box {
        label: String,
        angles: String,
        is_noise: bool,
    },
    /// A controlled X.
    Plus,
    /// A controlled Z is the same on all its qubits.
    Dot,
    Crosses,
}

/// Around a block, over all rows; both columns belong to it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) label: String,
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Frames around it.
    pub(crate) depth: usize,
}

impl Shape {
    /// First and last row it covers, of `rows`.
    pub(crate) fn span(&self, rows: usize) -> (usize, usize) {
        let all = (0, rows.saturating_sub(1));
        let between = |rows: &mut dyn Iterator<Item = usize>| {
            rows.fold(None, |span: Option<(usize, usize)>, row| {
                Some(span.map_or((row, row), |(low, high)| (low.min(row), high.max(row))))
            })
        };
        match self {
            Self::Gate { controls, targets, .. } => between(
                &mut controls.iter().map(|control| control.row).chain(targets.iter().copied()),
            )
            .unwrap_or(all),
            Self::Measure { row, register } => {
                (*row, register.map_or(*row, |(register, _)| register))
            }
            Self::Barrier { rows } => between(&mut rows.iter().copied()).unwrap_or(all),
            Self::Stop { .. } => all,
            Self::Classical { row, .. } => (*row, *row),
        }
    }
}
