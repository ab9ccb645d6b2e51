//! What is to be known before a program runs on a device?

use std::collections::BTreeMap;

use quantum_program::{InputValue, Program};
use serde::Serialize;

use crate::analysis::analyze;
use crate::capabilities::Capabilities;
use crate::fit::{Request, misfits};
use crate::misfit::Misfit;
use crate::price::{Price, Tariff};
use crate::simulation::Precision;
use crate::success::{Success, expected_success};
use crate::windows::{Window, next_window};

/// What the caller knows and the device's document does not say.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    pub request: Request,
    pub tariff: Option<&'a Tariff>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub now: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preflight {
    pub fits: bool,
    pub reasons: Vec<Reason>,
    /// `None` if the device states no fidelities.
    pub success: Option<Success>,
    /// `None` without a tariff.
    pub price: Option<Price>,
    /// `None` if the document names no window that can be read.
    pub window: Option<Window>,
    /// As the caller gave it.
    pub now: u64,
}

/// Why not, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    #[serde(flatten)]
    pub misfit: Misfit,
    pub sentence: String,
}

pub fn preflight(
    program: &Program,
    inputs: &BTreeMap<String, InputValue>,
    device: &Capabilities,
    conditions: Conditions<'_>,
) -> Preflight {
    let Conditions { request, tariff, now } = conditions;
    let found = misfits(program, inputs, device, request);
    let price = tariff.map(|tariff| {
        let shots = u64::from(request.shots);
        tariff.price(shots, device_seconds(program, request.shots))
    });
    Preflight {
        fits: found.is_empty(),
        reasons: found
            .into_iter()
            .map(|misfit| Reason { sentence: misfit.to_string(), misfit })
            .collect(),
        success: expected_success(program, device),
        price,
        window: next_window(&device.execution_windows, now),
        now,
    }
}

/// Where time is charged the device is a simulator, and takes about as long as ours.
fn device_seconds(program: &Program, shots: u32) -> u64 {
    analyze(program).simulation(shots, Precision::Double).core_seconds.ceil() as u64
}
