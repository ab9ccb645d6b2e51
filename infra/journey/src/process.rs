//! Which processes of this machine run a program, and how one is sent a signal.

use std::{fs, path::Path};

use crate::http::{Off, ensure};

/// Those that run this very file; none where it is not there.
pub fn running(executable: &Path) -> Vec<i32> {
    let Ok(executable) = fs::canonicalize(executable) else { return Vec::new() };
    processes(|process| fs::read_link(process.join("exe")).is_ok_and(|exe| exe == executable))
}

/// Those whose folder in `/proc` is wanted.
pub(crate) fn processes(wanted: impl Fn(&Path) -> bool) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbered =
        entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
    numbered.filter(|(_, path)| wanted(path)).map(|(pid, _)| pid).collect()
}

/// `which` as `kill` takes it: `-KILL`.
pub fn signal(which: &str, pid: i32) -> Result<(), Off> {
    let sent = std::process::Command::new("kill").args([which, &pid.to_string()]).status();
    ensure(sent.is_ok_and(|status| status.success()), || format!("kill {which} {pid} failed"))
}
