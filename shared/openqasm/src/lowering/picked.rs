//! How are some of many qubits or bits held, without listing them where they are neighbours?

use std::rc::Rc;

use super::narrow;

/// The numbers of qubits or bits, in order.
#[derive(Debug, Clone)]
pub(super) enum Picked {
    One(u32),
    Neighbours { first: u32, count: u32 },
    Several(Rc<[u32]>),
}

impl Picked {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Neighbours { count, .. } => *count as usize,
            Self::Several(all) => all.len(),
        }
    }

    pub(super) fn at(&self, index: usize) -> u32 {
        match self {
            Self::One(only) => *only,
            Self::Neighbours { first, .. } => first + narrow(index),
            Self::Several(all) => all[index],
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|index| self.at(index))
    }

    /// Those at these positions.
    pub(super) fn at_all(&self, positions: &[u32]) -> Self {
        match positions {
            [only] => Self::One(self.at(*only as usize)),
            all => Self::Several(all.iter().map(|at| self.at(*at as usize)).collect()),
        }
    }

    pub(super) fn to_list(&self) -> Rc<[u32]> {
        match self {
            Self::Several(all) => Rc::clone(all),
            other => other.iter().collect(),
        }
    }

    /// What comes twice.
    pub(super) fn repeated(&self) -> Option<u32> {
        match self {
            Self::One(_) | Self::Neighbours { .. } => None,
            Self::Several(all) => repeated(all),
        }
    }
}

impl From<Vec<u32>> for Picked {
    fn from(all: Vec<u32>) -> Self {
        match all.as_slice() {
            [only] => Self::One(*only),
            _ => Self::Several(all.into()),
        }
    }
}

pub(super) fn repeated(all: &[u32]) -> Option<u32> {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}
