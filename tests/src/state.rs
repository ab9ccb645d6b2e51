//! Where do the clouds of a test run keep their data, and when is it thrown away?

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use local_cloud::{Extent, Options};

/// This run's folder, and the lock that tells other runs that it is in use.
static RUN: LazyLock<(PathBuf, File)> = LazyLock::new(|| {
    let runs = Options::in_checkout(Extent::Services).root.join(".local/tests");
    fs::create_dir_all(&runs).expect("a folder for test runs");
    forget_ended_runs(&runs);
    let folder = runs.join(std::process::id().to_string());
    fs::create_dir_all(&folder).expect("a folder for this run");
    let lock = File::create(folder.join("lock")).expect("a lock file");
    lock.lock().expect("nobody else has this process's number");
    (folder, lock)
});

/// A folder under `.local/tests` for one cloud of this run. It stays, with its logs, until the next run begins.
pub fn state(cloud: &str) -> PathBuf {
    RUN.0.join(cloud)
}

/// They hold a copy of every function each.
fn forget_ended_runs(runs: &Path) {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    for run in entries.map(|entry| entry.path()) {
        let lock = File::open(run.join("lock"));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            // another run may be doing the same at this moment
            let _removed = fs::remove_dir_all(&run);
        }
    }
}
