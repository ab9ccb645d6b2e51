//! In which order do things happen? One thread, virtual time, and nothing else decides.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap, VecDeque},
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use domain::Moment;

use crate::lambda::Invocation;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs tasks in the order in which they are woken, and moves time on when all of them wait.
#[derive(Clone)]
pub(crate) struct Executor {
    inner: Arc<Mutex<Inner>>,
    ready: Arc<Ready>,
}

struct Inner {
    /// Microseconds since 1970.
    now: u64,
    numbers: u64,
    tasks: HashMap<u64, Slot>,
    alarms: BinaryHeap<Reverse<(u64, u64)>>,
    /// Who waits for an alarm, by its number; an alarm nobody waits for any more is passed over.
    sleepers: HashMap<u64, Option<Waker>>,
    current: Option<(u64, Option<Arc<Invocation>>)>,
    killed: BTreeSet<u64>,
}

struct Slot {
    /// Away while it is polled.
    task: Option<Task>,
    invocation: Option<Arc<Invocation>>,
}

#[derive(Default)]
struct Ready(Mutex<VecDeque<u64>>);

struct WakeTask {
    number: u64,
    ready: Arc<Ready>,
}

impl Wake for WakeTask {
    fn wake(self: Arc<Self>) {
        let mut ready = lock(&self.ready.0);
        if !ready.contains(&self.number) {
            ready.push_back(self.number);
        }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Executor")
    }
}

impl Executor {
    pub(crate) fn new(start: Moment) -> Self {
        let inner = Inner {
            now: start.unix_millis() * 1000,
            numbers: 0,
            tasks: HashMap::new(),
            alarms: BinaryHeap::new(),
            sleepers: HashMap::new(),
            current: None,
            killed: BTreeSet::new(),
        };
        Self { inner: Arc::new(Mutex::new(inner)), ready: Arc::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    pub(crate) fn micros(&self) -> u64 {
        self.inner().now
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from_unix_millis(i64::try_from(self.micros() / 1000).unwrap_or(i64::MAX))
    }

    /// The invocation whose task is being polled.
    pub(crate) fn invocation(&self) -> Option<Arc<Invocation>> {
        self.inner().current.as_ref().and_then(|(_, invocation)| invocation.clone())
    }

    pub(crate) fn spawn(
        &self,
        invocation: Option<Arc<Invocation>>,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> u64 {
        let number = {
            let mut inner = self.inner();
            inner.numbers += 1;
            let number = inner.numbers;
            inner.tasks.insert(number, Slot { task: Some(Box::pin(task)), invocation });
            number
        };
        lock(&self.ready.0).push_back(number);
        number
    }

    /// Drops a task wherever it waits; one that is being polled when it next waits.
    pub(crate) fn kill(&self, number: u64) {
        let slot = {
            let mut inner = self.inner();
            let is_current = inner.current.as_ref().is_some_and(|(current, _)| *current == number);
            if is_current {
                inner.killed.insert(number);
                return;
            }
            inner.tasks.remove(&number)
        };
        drop(slot);
    }

    pub(crate) fn sleep(&self, time: Duration) -> Sleep {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let mut inner = self.inner();
        inner.numbers += 1;
        let (number, at) = (inner.numbers, inner.now.saturating_add(micros));
        inner.alarms.push(Reverse((at, number)));
        inner.sleepers.insert(number, None);
        Sleep { executor: self.clone(), number, at }
    }

    /// Goes on until `done`, or until nothing happens any more before `end`; answers whether it was done.
    pub(crate) fn run(&self, end: Moment, mut done: impl FnMut() -> bool) -> bool {
        loop {
            while let Some(number) = self.next_ready() {
                self.poll(number);
            }
            if done() {
                return true;
            }
            if !self.wake_next(end.unix_millis() * 1000) {
                return false;
            }
        }
    }

    fn next_ready(&self) -> Option<u64> {
        lock(&self.ready.0).pop_front()
    }

    fn poll(&self, number: u64) {
        let mut task = {
            let mut inner = self.inner();
            let Some(slot) = inner.tasks.get_mut(&number) else { return };
            let Some(task) = slot.task.take() else { return };
            let invocation = slot.invocation.clone();
            inner.current = Some((number, invocation));
            task
        };
        let waker = Waker::from(Arc::new(WakeTask { number, ready: self.ready.clone() }));
        let over = task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        let ended = {
            let mut inner = self.inner();
            inner.current = None;
            let killed = inner.killed.remove(&number);
            match inner.tasks.get_mut(&number) {
                Some(slot) if !over && !killed => {
                    slot.task = Some(task);
                    None
                }
                _ => {
                    let slot = inner.tasks.remove(&number);
                    Some((task, slot))
                }
            }
        };
        // Outside of the lock: what it holds may look at the executor as it goes.
        drop(ended);
    }

    fn wake_next(&self, end: u64) -> bool {
        let waker = {
            let mut inner = self.inner();
            loop {
                let Some(Reverse((at, number))) = inner.alarms.pop() else { return false };
                let Some(waker) = inner.sleepers.remove(&number) else { continue };
                if at > end {
                    return false;
                }
                inner.now = inner.now.max(at);
                break waker;
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Drops every task: a world that is over keeps nothing alive.
    pub(crate) fn clear(&self) {
        let tasks = std::mem::take(&mut self.inner().tasks);
        drop(tasks);
    }
}

/// Over when the time has come.
pub(crate) struct Sleep {
    executor: Executor,
    number: u64,
    at: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.executor.inner();
        if inner.now >= self.at {
            inner.sleepers.remove(&self.number);
            return Poll::Ready(());
        }
        inner.sleepers.insert(self.number, Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.executor.inner().sleepers.remove(&self.number);
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_moves_only_while_all_wait_and_tasks_end_in_its_order() {
        let executor = Executor::new(Moment::from_unix_millis(5));
        let seen = Arc::new(Mutex::new(Vec::new()));
        for seconds in [3, 1, 2] {
            let (clock, seen) = (executor.clone(), seen.clone());
            executor.spawn(None, async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                lock(&seen).push((seconds, clock.now()));
            });
        }
        let end = Moment::from_unix_millis(1_000_000);
        assert!(executor.run(end, || lock(&seen).len() == 3));
        let expected =
            [1, 2, 3].map(|seconds| (seconds, Moment::from_unix_millis(5 + seconds as i64 * 1000)));
        assert_eq!(*lock(&seen), expected);
    }

    #[test]
    fn who_is_killed_goes_no_further() {
        let executor = Executor::new(Moment::from_unix_millis(0));
        let seen = Arc::new(Mutex::new(0));
        let (clock, count) = (executor.clone(), seen.clone());
        let task = executor.spawn(None, async move {
            *lock(&count) += 1;
            clock.sleep(Duration::from_secs(1)).await;
            *lock(&count) += 1;
        });
        let end = Moment::from_unix_millis(9_000);
        assert!(!executor.run(Moment::from_unix_millis(500), || false));
        executor.kill(task);
        assert!(!executor.run(end, || false));
        assert_eq!(*lock(&seen), 1);
    }
}
