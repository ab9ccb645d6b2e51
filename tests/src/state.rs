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
    // beside the folder and before it, so that no folder is ever without
    let lock = File::create(lock_of(&folder)).expect("a lock file");
    lock.lock().expect("nobody else has this process's number");
    fs::create_dir_all(&folder).expect("a folder for this run");
    (folder, lock)
});

/// A folder under `.local/tests` for one cloud of this run. It stays, with its logs, until the next run begins.
pub fn state(cloud: &str) -> PathBuf {
    RUN.0.join(cloud)
}

/// They hold a copy of every function each. What a cloud still writes as it ends is left to the run after.
fn forget_ended_runs(runs: &Path) {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    for run in entries.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let Ok(lock) = File::create(lock_of(&run)) else { continue };
        if lock.try_lock().is_ok() && fs::remove_dir_all(&run).is_ok() {
            let _removed = fs::remove_file(lock_of(&run));
        }
    }
}

fn lock_of(run: &Path) -> PathBuf {
    run.with_extension("lock")
}
