//! Simulates the job path: `JOBS=` at least, from the world of `SEED=` on, each fault `FAULTS=` times or more.

use std::{fmt::Write, process::ExitCode};

use clock::Stopwatch;
use simulate::{Campaign, Fault, Setting, Violation, Wanted, Wrong, campaign, shrink};

const JOBS: u64 = 100_000;
const FAULTS: u64 = 1_000;
/// Worlds that are run to make a failing one small.
const MOST_TRIES: u32 = 300;
const SHOWN_EACH: u64 = 20;

fn main() -> ExitCode {
    let (Some(first_seed), Some(jobs), Some(faults)) =
        (number("SEED", 1), number("JOBS", JOBS), number("FAULTS", FAULTS))
    else {
        eprintln!("error: SEED=, JOBS= and FAULTS= are whole numbers");
        return ExitCode::FAILURE;
    };
    let watch = Stopwatch::start();
    let told = campaign(Wanted { first_seed, jobs, faults, deaths: true }, |so_far| {
        if so_far.worlds.is_multiple_of(SHOWN_EACH) {
            let seconds = watch.elapsed().as_secs().max(1);
            println!(
                "{:>7} jobs in {} worlds, {} a second, {} wrong",
                so_far.jobs,
                so_far.worlds,
                so_far.jobs / seconds,
                so_far.violations.len()
            );
        }
    });
    print!("{}", report(&told));
    if let Some((setting, violation)) = told.violations.first() {
        print!("{}", explained(setting, violation));
    }
    let complete =
        told.violations.is_empty() && told.uncovered().is_empty() && told.rarest() >= faults;
    if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `None` where it is set to something else.
fn number(name: &str, default: u64) -> Option<u64> {
    std::env::var(name).map_or(Some(default), |text| text.parse().ok())
}

fn report(told: &Campaign) -> String {
    let mut text = String::new();
    let seconds = told.elapsed.as_secs_f64();
    let days = told.virtual_time.as_secs() / 86_400;
    _ = writeln!(
        text,
        "\n{} jobs in {} worlds, {days} days of virtual time, in {seconds:.0} s ({:.0} jobs a second)\n",
        told.jobs,
        told.worlds,
        f64::from(u32::try_from(told.jobs).unwrap_or(u32::MAX)) / seconds
    );
    for fault in Fault::ALL {
        _ = writeln!(text, "{:>9} × {fault:?}", told.times(fault));
    }
    _ = writeln!(text, "{:>9} messages given up as dead letters\n", told.dead_letters);
    _ = writeln!(text, "   visits   before    after  at work   deaths where a function waits for");
    for (name, count) in &told.points {
        let [before, after, at_work] = count.crashes;
        _ = writeln!(text, "{:>9}{before:>9}{after:>9}{at_work:>9}   {name}", count.visits);
    }
    let uncovered = told.uncovered();
    _ = writeln!(text, "{:>9} ways to die at these points that never came up", uncovered.len());
    for (name, _, fault) in uncovered {
        _ = writeln!(text, "          {name}: {fault:?}");
    }
    text.push('\n');
    for wrong in Wrong::ALL {
        let times = told.violations.iter().filter(|(_, one)| one.wrong == wrong).count();
        _ = writeln!(text, "{times:>9} {wrong:?}");
    }
    text
}

/// The smallest world found in which it goes wrong, and what happened there.
fn explained(setting: &Setting, violation: &Violation) -> String {
    let mut text = format!("\nworld {}: {violation}\nmaking it small …\n", setting.seed);
    let found = shrink(setting, violation.wrong, MOST_TRIES);
    let plan = found.setting.plan.only.iter().flatten();
    let sites: Vec<String> = plan.map(ToString::to_string).collect();
    _ = writeln!(
        text,
        "after {} worlds: requests {:?}, faults [{}]\n",
        found.tried,
        found.setting.requests,
        sites.join(", ")
    );
    for line in &found.ended.history {
        _ = writeln!(text, "    {line}");
    }
    for violation in &found.ended.violations {
        _ = writeln!(text, "{violation}");
    }
    text
}
