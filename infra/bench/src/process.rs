//! What has a process of ours used so far: processor time and memory?

use std::{fs, io, time::Duration};

use nix::{time::clock_getcpuclockid, unistd::Pid};

/// A running process, by its number.
#[derive(Clone, Copy, Debug)]
pub struct Process(u32);

/// Resident memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    pub now: u64,
    /// The most it ever was.
    pub peak: u64,
}

impl Process {
    #[must_use]
    pub const fn new(id: u32) -> Self {
        Self(id)
    }

    /// Processor time of all its threads, user and system, in nanoseconds' resolution.
    ///
    /// # Errors
    /// Where the process is gone.
    pub fn cpu(self) -> io::Result<Duration> {
        let id = i32::try_from(self.0).map_err(io::Error::other)?;
        let time = clock_getcpuclockid(Pid::from_raw(id)).and_then(|clock| clock.now())?;
        Ok(Duration::from(time))
    }

    /// # Errors
    /// Where the process is gone.
    pub fn memory(self) -> io::Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        memory(&status).ok_or_else(|| io::Error::other("the process has no memory any more"))
    }
}

fn memory(status: &str) -> Option<Memory> {
    let kibibytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    Some(Memory { now: kibibytes("VmRSS:")? * 1024, peak: kibibytes("VmHWM:")? * 1024 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status_of_a_process() {
        let status = "Name:\tjobs\nVmHWM:\t   13500 kB\nVmRSS:\t   12000 kB\nThreads:\t1\n";
        let expected = Memory { now: 12_000 * 1024, peak: 13_500 * 1024 };
        assert_eq!(memory(status), Some(expected));
        assert_eq!(memory("Name:\tgone\nState:\tZ (zombie)\n"), None);
    }

    #[test]
    fn this_process_has_used_some_of_both() {
        let this = Process::new(std::process::id());
        let memory = this.memory().expect("it runs");
        assert!(memory.peak >= memory.now && memory.now > 0);
        assert!(this.cpu().expect("it runs") > Duration::ZERO);
    }
}
