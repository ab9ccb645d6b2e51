//! Does each absence hold that the hub is built on?
//!
//! Each rule answers what breaks it, a sentence each. All are run over this tree, which breaks none, and over a
//! small hub beside it that breaks every one of them.

mod absences;
mod crates;
mod edges;
mod habits;
mod routes;
pub(super) mod source;

use std::path::{Path, PathBuf};

use crates::Crates;
use source::{Source, sources};

type OfSources = fn(&[Source]) -> Vec<String>;
type OfCrates = fn(&Crates) -> Vec<String>;

/// What each keeps, in words that go on from *it is kept that*.
const SOURCE_RULES: [(&str, OfSources); 21] = [
    ("rules are pure", absences::pure),
    ("time and randomness come from the clock", absences::time_and_randomness),
    ("what a function is told comes from the environment crate", absences::environment),
    ("nothing is printed", absences::printing),
    ("keys are spelled in the store", absences::keys_of_the_table),
    ("no float holds money", absences::money_in_floats),
    ("nothing is scanned", absences::scans),
    ("a job is ended and charged in one place", absences::settling),
    ("no type of an SDK leaves its edge", edges::sdk_types_in_public),
    ("every route is guarded", routes::guards),
    ("handlers are called as their operations", routes::names),
    ("handlers are short", routes::lengths),
    ("handlers are mounted once, on their path", routes::mounts),
    ("no route is made by hand", routes::by_hand),
    ("no warning is silenced", habits::silenced),
    ("nothing is left for later", habits::unfinished),
    ("every file says what it answers", habits::introduced),
    ("files are short", habits::lengths),
    ("names say something", habits::names),
    ("functions have no tests of their own", habits::tests_in_functions),
    ("functions are all there in every build", habits::conditional),
];

const CRATE_RULES: [(&str, OfCrates); 11] = [
    ("rules reach nothing that waits or asks", Crates::pure),
    ("an SDK is known to one crate", Crates::one_crate_an_sdk),
    ("functions depend on no function, SDK or client", Crates::functions_alone),
    ("no feature makes another function", Crates::features),
    ("guards are taken away by the simulation alone", Crates::guards),
    ("randomness is depended on by the clock alone", Crates::randomness),
    ("function crates build no tests", Crates::untested_functions),
    ("folder, crate and binary have one name", Crates::names),
    ("lints and versions are said once", Crates::manifests),
    ("every crate has its place", Crates::strays),
    ("the simulator is linked where it is asked for", Crates::quantum),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the checkout is there")
}

/// Every fault under the rule it breaks.
fn report(sources: &[Source], crates: &Crates) -> String {
    let by_source = SOURCE_RULES.iter().map(|(kept, rule)| (kept, rule(sources)));
    let by_crate = CRATE_RULES.iter().map(|(kept, rule)| (kept, rule(crates)));
    let broken = by_source.chain(by_crate).filter(|(_, faults)| !faults.is_empty());
    broken.map(|(kept, faults)| format!("{kept}, but:\n  {}\n", faults.join("\n  "))).collect()
}

#[test]
fn every_absence_holds() {
    let root = root();
    let sources = sources(&root);
    assert!(sources.len() > 100, "only {} files are looked at", sources.len());
    let report = report(&sources, &Crates::of(&root, false));
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_absence_that_is_broken_is_told() {
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/fixtures/layers");
    let report = report(&sources(&wrong), &Crates::of(&wrong, true));
    let expected = include_str!("fixtures/layers/expected.txt");
    assert!(report == expected, "\n{report}");
    for kept in
        SOURCE_RULES.iter().map(|(kept, _)| kept).chain(CRATE_RULES.iter().map(|(kept, _)| kept))
    {
        assert!(
            report.contains(&format!("{kept}, but:")),
            "nothing in the wrong hub breaks that {kept}"
        );
    }
}
