//! Who had the processors while the hub was asked?

use std::{collections::BTreeMap, fs, io, time::Duration};

use super::{
    parts::{Part, processor_time},
    pool::Work,
    rig::Rig,
};

/// A reading to compare a later one with.
pub(crate) struct Reading {
    parts: BTreeMap<Part, Duration>,
    work: BTreeMap<&'static str, Work>,
    machine: Machine,
}

/// What happened between two readings.
pub(crate) struct Between {
    pub parts: BTreeMap<Part, Duration>,
    pub work: BTreeMap<&'static str, Work>,
    /// Ticks of all processors that were not idle, and of all.
    busy: Machine,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Machine {
    busy: u64,
    all: u64,
}

impl Reading {
    pub(crate) fn take(rig: &Rig) -> io::Result<Self> {
        Ok(Self {
            parts: processor_time()?,
            work: rig.pools.iter().map(|(name, pool)| (*name, pool.work())).collect(),
            machine: machine(&fs::read_to_string("/proc/stat")?),
        })
    }

    pub(crate) fn until(self, later: Self) -> Between {
        let before = |part| self.parts.get(part).copied().unwrap_or_default();
        let parts = later.parts.iter();
        let work = later.work.iter().map(|(name, work)| {
            (*name, work.since(self.work.get(name).copied().unwrap_or_default()))
        });
        Between {
            parts: parts.map(|(part, time)| (*part, time.saturating_sub(before(part)))).collect(),
            work: work.collect(),
            busy: Machine {
                busy: later.machine.busy.saturating_sub(self.machine.busy),
                all: later.machine.all.saturating_sub(self.machine.all),
            },
        }
    }
}

impl Between {
    /// Of all functions' processes.
    pub(crate) fn functions(&self) -> Duration {
        self.work.values().map(|work| work.cpu).sum()
    }

    /// Environments that were there at the end.
    pub(crate) fn environments(&self) -> usize {
        self.work.values().map(|work| work.environments).sum()
    }

    pub(crate) fn throttled(&self) -> u64 {
        self.work.values().map(|work| work.throttled).sum()
    }

    /// All of ours.
    pub(crate) fn ours(&self) -> Duration {
        self.parts.values().sum::<Duration>() + self.functions()
    }

    /// How much of the machine was in use, by us and by others, in hundredths.
    pub(crate) const fn machine_percent(&self) -> u64 {
        match (self.busy.busy * 100).checked_div(self.busy.all) {
            Some(percent) => percent,
            None => 0,
        }
    }

    /// Who had the most.
    pub(crate) fn largest(&self) -> &'static str {
        let functions = ("the functions", self.functions());
        let parts = self.parts.iter().map(|(part, time)| (part.name(), *time));
        parts.chain([functions]).max_by_key(|(_, time)| *time).map_or("nobody", |(name, _)| name)
    }
}

/// The first line of `/proc/stat`: user, nice, system, idle, waiting for I/O, and more that is not idle.
fn machine(stat: &str) -> Machine {
    let line = stat.lines().next().unwrap_or_default();
    let ticks = line.split_ascii_whitespace().skip(1).take(8).map(|text| text.parse().unwrap_or(0));
    let ticks: Vec<u64> = ticks.collect();
    let all = ticks.iter().sum();
    let idle = ticks.iter().skip(3).take(2).sum::<u64>();
    Machine { busy: all - idle, all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_between_two_readings_is_their_difference() {
        let reading = |table: u64, cpu: u64, busy: u64| Reading {
            parts: BTreeMap::from([(Part::Table, Duration::from_secs(table))]),
            work: BTreeMap::from([(
                "jobs",
                Work { environments: 2, cpu: Duration::from_secs(cpu), ..Work::default() },
            )]),
            machine: Machine { busy, all: busy * 2 },
        };
        let between = reading(1, 1, 100).until(reading(3, 7, 150));
        assert_eq!(between.parts[&Part::Table], Duration::from_secs(2));
        assert_eq!(
            (between.functions(), between.ours()),
            (Duration::from_secs(6), Duration::from_secs(8))
        );
        assert_eq!((between.environments(), between.machine_percent()), (2, 50));
        assert_eq!(between.largest(), "the functions");
        assert_eq!(reading(1, 9, 1).until(reading(9, 9, 1)).largest(), "dynamodb");
    }

    #[test]
    fn a_processor_that_waits_is_not_busy() {
        let stat = "cpu  10 20 30 400 50 1 2 3 99 99\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(machine(stat), Machine { busy: 66, all: 516 });
        assert_eq!(machine(""), Machine::default());
    }
}
