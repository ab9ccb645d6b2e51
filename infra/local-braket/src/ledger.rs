//! Where tasks are kept: one file each, replaced as a whole, so that a kill never leaves half of one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use crate::record::Record;

/// All tasks, in memory and on disk alike. Writes are durable when they return.
pub(crate) struct Ledger {
    folder: PathBuf,
    tasks: Mutex<BTreeMap<Uuid, Record>>,
}

impl Ledger {
    /// Reads what an earlier process left; files that were not finished are removed.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut tasks = BTreeMap::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("json") => {
                    let record: Record =
                        serde_json::from_slice(&fs::read(&path)?).map_err(|error| {
                            io::Error::other(format!("{}: {error}", path.display()))
                        })?;
                    tasks.insert(record.id, record);
                }
                Some("new") => fs::remove_file(&path)?,
                _ => (),
            }
        }
        Ok(Self { folder, tasks: Mutex::new(tasks) })
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<Record> {
        self.lock().get(&id).cloned()
    }

    /// What `read` makes of each task it is not `None` for.
    pub(crate) fn select<T>(&self, read: impl FnMut(&Record) -> Option<T>) -> Vec<T> {
        self.lock().values().filter_map(read).collect()
    }

    /// Adds the record unless `existing` finds one that stands for it; returns the one that stands.
    pub(crate) fn create(
        &self,
        record: Record,
        existing: impl Fn(&Record) -> bool,
    ) -> io::Result<(Record, bool)> {
        let mut tasks = self.lock();
        if let Some(found) = tasks.values().find(|task| existing(task)) {
            return Ok((found.clone(), false));
        }
        self.save(&record)?;
        tasks.insert(record.id, record.clone());
        Ok((record, true))
    }

    /// Applies the change to disk and memory together; `None` for an unknown task.
    pub(crate) fn update(
        &self,
        id: Uuid,
        change: impl FnOnce(&mut Record),
    ) -> io::Result<Option<Record>> {
        let mut tasks = self.lock();
        let Some(kept) = tasks.get_mut(&id) else { return Ok(None) };
        let mut record = kept.clone();
        change(&mut record);
        self.save(&record)?;
        *kept = record.clone();
        Ok(Some(record))
    }

    fn save(&self, record: &Record) -> io::Result<()> {
        let (unfinished, path) = (
            self.folder.join(format!("{}.new", record.id)),
            self.folder.join(format!("{}.json", record.id)),
        );
        let mut file = File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec(record)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        File::open(&self.folder)?.sync_all()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, Record>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::Moment;

    use super::*;
    use crate::{record::State, request::CreateRequest};

    #[test]
    fn tasks_outlive_the_process_and_unfinished_files_do_not() {
        let folder = std::env::temp_dir().join(format!("local-braket-{}", std::process::id()));
        let now = Moment::from_unix_millis(1);
        let record = Record::new(
            Uuid::from_u128(7),
            "us-east-1",
            "000000000000",
            CreateRequest::default(),
            now,
        );
        let ledger = Ledger::open(folder.clone()).expect("a folder");
        ledger.create(record.clone(), |_| false).expect("written");
        ledger
            .update(record.id, |task| {
                task.enter(State::Queued, now);
            })
            .expect("written");
        fs::write(folder.join("x.new"), "{").expect("written");
        let again = Ledger::open(folder.clone()).expect("the same folder");
        assert_eq!(again.get(record.id).map(|task| task.state), Some(State::Queued));
        assert!(!folder.join("x.new").exists());
        let (standing, made) =
            again.create(record.clone(), |task| task.id == record.id).expect("found");
        assert!(!made && standing.state == State::Queued);
        fs::remove_dir_all(folder).expect("removed");
    }
}
