//! Simulates the job path: `JOBS=` at least, from the world of `SEED=` on, each fault `FAULTS=` times or more.

use std::{fmt::Write, fs, path::Path, process::ExitCode};

use clock::Stopwatch;
use simulate::{Campaign, Fault, REQUESTS, Setting, Violation, Wanted, Wrong, campaign, shrink};

const JOBS: u64 = 100_000;
const FAULTS: u64 = 1_000;
/// Worlds that are run to make a failing one small.
const MOST_TRIES: u32 = 300;
const SHOWN_EACH: u64 = 20;
/// Every point with its visits and deaths.
const POINTS: &str = "target/simulate/points.tsv";

fn main() -> ExitCode {
    let (Some(first_seed), Some(jobs), Some(faults)) =
        (number("SEED", 1), number("JOBS", JOBS), number("FAULTS", FAULTS))
    else {
        eprintln!("error: SEED=, JOBS= and FAULTS= are whole numbers");
        return ExitCode::FAILURE;
    };
    let watch = Stopwatch::start();
    let told = campaign(Wanted { first_seed, jobs, faults }, |so_far| {
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
    if let Err(error) = keep_points(&told) {
        eprintln!("error: {POINTS}: {error}");
        return ExitCode::FAILURE;
    }
    if let Some((seed, violation)) = told.violations.first() {
        print!("{}", explained(*seed, violation));
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
    _ = writeln!(
        text,
        "{} points where a function waits, died at in {} ways; never died at:",
        told.points.len(),
        told.points.values().flat_map(|count| count.crashes).filter(|times| *times > 0).count()
    );
    for (name, count, fault) in told.uncovered() {
        _ = writeln!(text, "    {name}, {} visits: {fault:?}", count.visits);
    }
    text.push('\n');
    for wrong in Wrong::ALL {
        let times = told.violations.iter().filter(|(_, one)| one.wrong == wrong).count();
        _ = writeln!(text, "{times:>9} {wrong:?}");
    }
    text
}

fn keep_points(told: &Campaign) -> std::io::Result<()> {
    let mut text = "point\tvisits\tdied before the call\tafter it\tat work\n".to_owned();
    for (name, count) in &told.points {
        let [before, after, at_work] = count.crashes;
        _ = writeln!(text, "{name}\t{}\t{before}\t{after}\t{at_work}", count.visits);
    }
    let path = Path::new(POINTS);
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, text)
}

/// The smallest world found in which it goes wrong, and what happened there.
fn explained(seed: u64, violation: &Violation) -> String {
    let mut text = format!("\nworld {seed}: {violation}\nmaking it small …\n");
    let found = shrink(&Setting::new(seed, REQUESTS), violation.wrong, MOST_TRIES);
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
