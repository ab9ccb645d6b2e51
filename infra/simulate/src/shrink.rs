//! Which few of a world's requests and faults are enough for what went wrong in it?

use std::collections::BTreeSet;

use crate::{
    fate::Site,
    run::{Ended, Setting, run},
    watch::Wrong,
};

/// The smallest world found in which it still goes wrong.
#[derive(Debug)]
pub struct Shrunk {
    pub setting: Setting,
    pub ended: Ended,
    /// Worlds that were run for it.
    pub tried: u32,
}

/// Leaves out requests, then faults, as long as the same thing goes wrong, for at most so many runs.
pub fn shrink(setting: &Setting, wrong: Wrong, most: u32) -> Shrunk {
    let mut search = Search { wrong, most, tried: 0, found: setting.clone() };
    let ended = run(setting);
    search.found.plan.only = Some(ended.sites);
    search.requests();
    search.faults();
    let setting = Setting { history: true, ..search.found };
    Shrunk { ended: run(&setting), setting, tried: search.tried }
}

struct Search {
    wrong: Wrong,
    most: u32,
    tried: u32,
    found: Setting,
}

impl Search {
    /// Whether it goes wrong there too; then that is what is searched on from.
    fn holds(&mut self, setting: Setting) -> bool {
        if self.tried >= self.most {
            return false;
        }
        self.tried += 1;
        let ended = run(&setting);
        let holds = ended.violations.iter().any(|violation| violation.wrong == self.wrong);
        if holds {
            // What did not strike any more is not needed either.
            self.found = setting;
            if let Some(only) = &mut self.found.plan.only {
                only.retain(|site| ended.sites.contains(site));
            }
        }
        holds
    }

    fn requests(&mut self) {
        let all: Vec<u32> = self.found.requests.iter().copied().collect();
        self.parts(all, |setting, left| Setting {
            requests: left.iter().copied().collect(),
            ..setting.clone()
        });
    }

    fn faults(&mut self) {
        let all: Vec<Site> = self.found.plan.only.iter().flatten().copied().collect();
        self.parts(all, |setting, left| {
            let mut setting = setting.clone();
            setting.plan.only = Some(left.iter().copied().collect());
            setting
        });
    }

    /// Leaves out halves, then quarters, down to single ones.
    fn parts<T: Clone + Ord>(&mut self, all: Vec<T>, with: impl Fn(&Setting, &[T]) -> Setting) {
        let (mut left, mut size) = (all, usize::MAX);
        while size > 1 && !left.is_empty() {
            size = size.min(left.len()).div_ceil(2);
            let mut at = 0;
            while at < left.len() {
                let out: BTreeSet<usize> = (at..left.len().min(at + size)).collect();
                let rest: Vec<T> = left
                    .iter()
                    .enumerate()
                    .filter(|(nth, _)| !out.contains(nth))
                    .map(|(_, one)| one.clone())
                    .collect();
                if self.holds(with(&self.found, &rest)) {
                    left = rest;
                } else {
                    at += size;
                }
            }
        }
    }
}
