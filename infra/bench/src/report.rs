//! How are the figures told, and which goals do they meet?

use std::fmt::Write;

use crate::{
    aws::Units,
    measure::{Measured, Warm},
    routes::{Cost, NOT_CALLED},
    scene::{CUSTOMER, PROGRAM},
    stats::millis,
};

/// Processor milliseconds that each client may add to a start.
const INIT_A_CLIENT: f64 = 1.2;
const WARM_FACTOR: f64 = 1.5;
const MAX_BINARY: f64 = 8.0;
const MAX_MEMORY: f64 = 16.0;
const READ_DEPTH: usize = 2;
const SUBMIT_DEPTH: usize = 4;
const UNITS_APART: f64 = 0.05;
const MEGABYTE: f64 = 1_000_000.0;

/// Everything that was measured.
#[derive(Debug)]
pub struct Figures {
    pub bare: Measured,
    pub functions: Vec<Measured>,
    /// Routes at work, named.
    pub working: Vec<(String, Warm)>,
    /// Rows of the small table and the large one.
    pub rows: [usize; 2],
    /// What each route costs on either.
    pub routes: Vec<[Cost; 2]>,
    /// What looking a key up at the door takes of the table.
    pub authorizing: Units,
}

/// Something that was to be reached.
struct Goal {
    what: &'static str,
    /// Who does not reach it, and with what.
    missed: Vec<String>,
}

impl Figures {
    /// In Markdown.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = String::new();
        self.functions(&mut text);
        self.working(&mut text);
        self.routes(&mut text);
        self.checks(&mut text);
        text.push_str("\n### Goals\n\n");
        for Goal { what, missed } in self.goals() {
            let verdict = if missed.is_empty() {
                "met".to_owned()
            } else {
                format!("**missed** by {}", missed.join(", "))
            };
            line(&mut text, &format!("* {what}: {verdict}"));
        }
        text
    }

    fn functions(&self, text: &mut String) {
        text.push_str(
            "### Functions\n\n\
            Medians. Over TLS: what the start and the first call that reaches AWS take of the processor.\n\n\
            | function | clients | init CPU ms | init ms | first call ms | warm p50 / p99 ms | times bare | CPU a call µs | RSS (peak) MB | binary MB | over TLS: init, first call CPU ms |\n\
            |---|---|---|---|---|---|---|---|---|---|---|\n",
        );
        for one in std::iter::once(&self.bare).chain(&self.functions) {
            let tls = one.tls.map_or_else(
                || "none".to_owned(),
                |tls| format!("{:.1}, {:.1}", millis(tls.init_cpu), millis(tls.first_cpu)),
            );
            line(
                text,
                &format!(
                    "| {} ({}) | {} | {:.1} | {:.1} | {:.2} | {:.3} / {:.3} | {:.1} | {:.0} | {:.1} ({:.1}) | {:.1} | {tls} |",
                    one.name,
                    one.asked,
                    one.clients,
                    millis(one.init_cpu),
                    millis(one.init),
                    millis(one.first),
                    millis(one.warm.p50),
                    millis(one.warm.p99),
                    times_bare(&one.warm),
                    millis(one.warm.cpu) * 1000.0,
                    megabytes(one.memory.now),
                    megabytes(one.memory.peak),
                    megabytes(one.bytes),
                ),
            );
        }
    }

    fn working(&self, text: &mut String) {
        text.push_str(
            "\n### Routes at work, without the time of the AWS stand-in\n\n\
            | route | warm p50 / p99 ms | times bare | CPU a call µs | stand-in ms |\n|---|---|---|---|---|\n",
        );
        for (name, warm) in &self.working {
            line(
                text,
                &format!(
                    "| {name} | {:.3} / {:.3} | {:.1} | {:.0} | {:.1} |",
                    millis(warm.p50),
                    millis(warm.p99),
                    times_bare(warm),
                    millis(warm.cpu) * 1000.0,
                    millis(warm.aws),
                ),
            );
        }
    }

    fn routes(&self, text: &mut String) {
        let [small, large] = self.rows;
        line(
            text,
            &format!(
                "\n### What each operation asks of AWS\n\n\
                | operation | by | calls: sequential / all | of | read, write units at {small} rows | at {large} rows |\n\
                |---|---|---|---|---|---|"
            ),
        );
        for [at_small, at_large] in &self.routes {
            line(
                text,
                &format!(
                    "| {} | {} | {} / {} | {} | {} | {} |",
                    at_large.route.operation,
                    at_large.route.caller.unwrap_or("anyone"),
                    at_large.sequential,
                    at_large.total,
                    if at_large.asked.is_empty() { "nothing" } else { &at_large.asked },
                    units(at_small.units),
                    units(at_large.units),
                ),
            );
        }
        for (operation, takes) in NOT_CALLED {
            line(text, &format!("| {operation} | not called: it takes {takes} | | | | |"));
        }
    }

    /// What each request costs before it is about anything.
    fn checks(&self, text: &mut String) {
        text.push_str(
            "\n### What is asked before any operation\n\n\
            Counting is part of the rows above, and goes on beside the look-up of the caller; the look-up at the door is not: \
            it is a call of a function of its own.\n\n\
            | check | read, write units |\n|---|---|\n",
        );
        for (what, caller) in [
            ("counting a request of anyone, by address", None),
            ("counting a request of a user", Some(CUSTOMER)),
            ("counting a request of a key, by day and month too", Some(PROGRAM)),
        ] {
            let of_caller = |[_, cost]: &&[Cost; 2]| {
                cost.route.reads && cost.route.caller == caller && cost.counting.write > 0.0
            };
            if let Some([_, cost]) = self.routes.iter().find(of_caller) {
                line(text, &format!("| {what} | {} |", units(cost.counting)));
            }
        }
        line(text, &format!("| looking a key up at ClientApi | {} |", units(self.authorizing)));
    }

    fn goals(&self) -> Vec<Goal> {
        let functions = |what, fault: &dyn Fn(&Measured) -> Option<String>| Goal {
            what,
            missed: self
                .functions
                .iter()
                .filter_map(|one| fault(one).map(|found| format!("{} ({found})", one.name)))
                .collect(),
        };
        let routes = |what, fault: &dyn Fn(&[Cost; 2]) -> Option<String>| Goal {
            what,
            missed: self
                .routes
                .iter()
                .filter_map(|both| {
                    fault(both).map(|found| format!("{} ({found})", both[1].route.operation))
                })
                .collect(),
        };
        vec![
            functions("init ≤ bare + 1.2 CPU ms a client", &|one| self.slow_start(one)),
            functions("warm p50 ≤ 1.5 × bare without AWS calls", &|one| {
                let times = times_bare(&one.warm);
                (one.warm.aws.is_zero() && times > WARM_FACTOR).then(|| format!("{times:.2} ×"))
            }),
            Goal {
                what: "warm p50 ≤ 1.5 × bare beside the stand-in's time",
                missed: self.slow_routes(),
            },
            functions("binary ≤ 8 MB", &|one| above(megabytes(one.bytes), MAX_BINARY)),
            functions("RSS ≤ 16 MB", &|one| above(megabytes(one.memory.peak), MAX_MEMORY)),
            routes("reads ≤ 2 sequential AWS calls", &|both| {
                let [_, cost] = both;
                (cost.route.reads && cost.sequential > READ_DEPTH)
                    .then(|| cost.sequential.to_string())
            }),
            routes("POST /jobs ≤ 4 sequential AWS calls", &|both| {
                let [_, cost] = both;
                (cost.route.operation == "createJob" && cost.sequential > SUBMIT_DEPTH)
                    .then(|| cost.sequential.to_string())
            }),
            routes("units within 5 % on the small and the large table", &|both| {
                let [small, large] = both;
                (!alike(small.units, large.units))
                    .then(|| format!("{} and {}", units(small.units), units(large.units)))
            }),
        ]
    }

    fn slow_start(&self, one: &Measured) -> Option<String> {
        let clients = f64::from(u32::try_from(one.clients).unwrap_or(u32::MAX));
        let allowed = millis(self.bare.init_cpu) + INIT_A_CLIENT * clients;
        let took = millis(one.init_cpu);
        (took > allowed).then(|| format!("{took:.1} > {allowed:.1}"))
    }

    fn slow_routes(&self) -> Vec<String> {
        let slow = self.working.iter().filter(|(_, warm)| times_bare(warm) > WARM_FACTOR);
        slow.map(|(name, warm)| format!("{name} ({:.2} ×)", times_bare(warm))).collect()
    }
}

/// Against the bare function, called in turns with it.
fn times_bare(warm: &Warm) -> f64 {
    warm.p50.as_secs_f64() / warm.bare.as_secs_f64()
}

fn alike(one: Units, other: Units) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= UNITS_APART * a.max(b);
    near(one.read, other.read) && near(one.write, other.write)
}

fn above(found: f64, most: f64) -> Option<String> {
    (found > most).then(|| format!("{found:.1}"))
}

fn units(units: Units) -> String {
    format!("{}, {}", units.read, units.write)
}

fn megabytes(bytes: u64) -> f64 {
    std::time::Duration::from_micros(bytes).as_secs_f64() * 1_000_000.0 / MEGABYTE
}

fn line(text: &mut String, line: &str) {
    // a String takes everything
    let _written = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_alike_within_five_percent() {
        let of = |read, write| Units { read, write };
        for (one, other, expected) in [
            (of(0.0, 0.0), of(0.0, 0.0), true),
            (of(20.0, 4.0), of(20.0, 4.0), true),
            (of(20.0, 4.0), of(21.0, 4.0), true),
            (of(20.0, 4.0), of(22.0, 4.0), false),
            (of(0.0, 4.0), of(0.5, 4.0), false),
            (of(2.0, 0.0), of(2.0, 1.0), false),
        ] {
            assert_eq!(alike(one, other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn bytes_are_told_in_megabytes() {
        assert_eq!(format!("{:.1}", megabytes(8_250_000)), "8.2");
    }
}
