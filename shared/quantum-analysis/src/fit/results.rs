//! Does a device give the results a program asks for, at that many shots?

use std::collections::BTreeSet;

use quantum_program::ResultType;

use super::Check;
use crate::capabilities::SupportedResult;
use crate::misfit::Misfit;
use crate::names::{capability_name, observables, result_name};

impl Check<'_> {
    pub(super) fn results(&mut self) {
        let program = self.program;
        let mut seen = BTreeSet::new();
        for result in program.results() {
            let measured = observables(result);
            if seen.insert((result_name(result), measured.clone())) {
                self.result(result, &measured);
            }
        }
    }

    fn result(&mut self, result: &ResultType, observables: &[&str]) {
        let name = result_name(result);
        let pragma = format!("braket_result_type_{name}");
        let supported = self
            .action
            .supported_result_types
            .iter()
            .find(|one| one.name.eq_ignore_ascii_case(capability_name(result)));
        let supported = match supported {
            Some(supported) if !self.action.forbidden_pragmas.contains(&pragma) => supported,
            _ => {
                self.report(Misfit::Result { result: name.to_owned() });
                return;
            }
        };
        for observable in observables {
            if !measures(supported, observable) {
                self.report(Misfit::Observable {
                    result: name.to_owned(),
                    observable: (*observable).to_owned(),
                });
            }
        }
        let shots = u64::from(self.request.shots);
        let (least, most) =
            (supported.min_shots.unwrap_or(0), supported.max_shots.unwrap_or(u64::MAX));
        if !(least..=most).contains(&shots) {
            self.report(Misfit::ResultShots { result: name.to_owned(), shots, least, most });
        }
    }
}

fn measures(supported: &SupportedResult, observable: &str) -> bool {
    let known = supported.observables.as_deref();
    known.is_none_or(|known| known.iter().any(|one| one.eq_ignore_ascii_case(observable)))
}
