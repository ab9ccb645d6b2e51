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

/// They hold a copy of every function each. What a cloud still writes as it ends is left to the run after.
fn forget_ended_runs(runs: &Path) {
    for run in entries(runs) {
        let lock = File::open(run.join("lock"));
        if lock.as_ref().is_ok_and(|lock| lock.try_lock().is_ok()) {
            let clouds = entries(&run).filter(|entry| entry.is_dir());
            // the lock goes last: without it the rest would never be found again
            if clouds.map(fs::remove_dir_all).all(|removed| removed.is_ok()) {
                let _removed = fs::remove_dir_all(&run);
            }
        }
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}
