//! What has a piece of work cost this process?

use std::{fs, io, time::Duration, time::Instant};

use nix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// Seconds after which no further run is made.
const ENOUGH: Duration = Duration::from_millis(500);

/// The least of some runs, in seconds, and what the process held at most on top of what it held before, in bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Usage {
    cpu: f64,
    wall: f64,
    peak: u64,
}

pub(crate) fn measured<E: From<io::Error>>(
    repeat: u32,
    mut work: impl FnMut() -> Result<(), E>,
) -> Result<Usage, E> {
    // makes the kernel forget the peak so far
    fs::write("/proc/self/clear_refs", "5")?;
    let before = resident("VmRSS:")?;
    let (mut cpu, mut wall) = (f64::INFINITY, f64::INFINITY);
    let all_began = Instant::now();
    for _ in 0..repeat {
        let (began, began_cpu) = (Instant::now(), processor_time()?);
        work()?;
        cpu = cpu.min((processor_time()? - began_cpu).as_secs_f64());
        wall = wall.min(began.elapsed().as_secs_f64());
        if all_began.elapsed() > ENOUGH {
            break;
        }
    }
    Ok(Usage { cpu, wall, peak: resident("VmHWM:")?.saturating_sub(before) })
}

/// Of all threads, user and system.
fn processor_time() -> io::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}

fn resident(field: &str) -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes
        .map(|kibibytes| kibibytes * 1024)
        .ok_or_else(|| io::Error::other(format!("the system says nothing of {field}")))
}
