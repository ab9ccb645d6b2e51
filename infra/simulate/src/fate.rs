//! What goes wrong where? A seed and the place decide, so that what happens in one place moves nothing elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Mutex,
};

use crate::executor::lock;

/// Something that can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    CrashBeforeCall,
    CrashAfterCall,
    CrashAtWork,
    PausePastLease,
    Throttled,
    TransactionConflict,
    FailedBeforeCommit,
    FailedAfterCommit,
    StaleIndex,
    KeysUnread,
    MessageLost,
    MessageDoubled,
    MessageDelayed,
    MessageReordered,
    SendFailed,
    QueuePurged,
    SweepDoubled,
    EventLost,
    EventDoubled,
    EventDelayed,
    AmbiguousWithTask,
    AmbiguousWithoutTask,
    RefusedForNow,
    TokenForgotten,
    SearchLate,
    ResultLate,
    RequestDoubled,
    AnswerLost,
}

impl Fault {
    pub const ALL: [Self; 28] = [
        Self::CrashBeforeCall,
        Self::CrashAfterCall,
        Self::CrashAtWork,
        Self::PausePastLease,
        Self::Throttled,
        Self::TransactionConflict,
        Self::FailedBeforeCommit,
        Self::FailedAfterCommit,
        Self::StaleIndex,
        Self::KeysUnread,
        Self::MessageLost,
        Self::MessageDoubled,
        Self::MessageDelayed,
        Self::MessageReordered,
        Self::SendFailed,
        Self::QueuePurged,
        Self::SweepDoubled,
        Self::EventLost,
        Self::EventDoubled,
        Self::EventDelayed,
        Self::AmbiguousWithTask,
        Self::AmbiguousWithoutTask,
        Self::RefusedForNow,
        Self::TokenForgotten,
        Self::SearchLate,
        Self::ResultLate,
        Self::RequestDoubled,
        Self::AnswerLost,
    ];

    /// How often it strikes where it can; `MessageReordered` follows from the others.
    fn chance(self) -> f64 {
        match self {
            Self::CrashBeforeCall | Self::CrashAfterCall => 0.006,
            Self::PausePastLease => 0.003,
            Self::CrashAtWork => 0.02,
            Self::Throttled | Self::TransactionConflict => 0.01,
            Self::FailedBeforeCommit | Self::FailedAfterCommit => 0.006,
            Self::StaleIndex | Self::KeysUnread => 0.02,
            Self::MessageLost | Self::MessageDoubled | Self::MessageDelayed => 0.05,
            Self::SendFailed => 0.02,
            Self::EventLost | Self::EventDoubled | Self::EventDelayed => 0.08,
            Self::AmbiguousWithTask | Self::AmbiguousWithoutTask | Self::RefusedForNow => 0.05,
            Self::TokenForgotten | Self::SearchLate => 0.2,
            Self::ResultLate | Self::SweepDoubled => 0.1,
            Self::RequestDoubled => 0.15,
            Self::AnswerLost => 0.02,
            Self::QueuePurged => 1.0,
            Self::MessageReordered => 0.0,
        }
    }

    /// Those that a run may be asked to leave out, one by one.
    pub(crate) fn is_chosen(self) -> bool {
        self != Self::MessageReordered
    }
}

/// Where something can go wrong: a number that the place alone gives, whatever happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    pub place: u64,
    pub fault: Fault,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:016x}", self.fault, self.place)
    }
}

/// Which faults may strike.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// These alone; `None` for all that the seed has.
    pub only: Option<BTreeSet<Site>>,
    /// These too, whatever the seed has.
    pub besides: BTreeSet<Site>,
    /// How often each strikes where it can, the others never; `None` for the usual.
    pub chances: Option<BTreeMap<Fault, f64>>,
}

impl Plan {
    fn chance(&self, fault: Fault) -> f64 {
        match &self.chances {
            Some(chances) => chances.get(&fault).copied().unwrap_or(0.0),
            None => fault.chance(),
        }
    }
}

/// Decides from a seed, and remembers what struck.
#[derive(Debug)]
pub(crate) struct Fate {
    seed: u64,
    plan: Plan,
    struck: Mutex<Struck>,
}

#[derive(Debug, Default)]
pub(crate) struct Struck {
    pub sites: BTreeSet<Site>,
    pub times: BTreeMap<Fault, u64>,
}

impl Fate {
    pub(crate) fn new(seed: u64, plan: Plan) -> Self {
        Self { seed, plan, struck: Mutex::default() }
    }

    pub(crate) fn strikes(&self, place: u64, fault: Fault) -> bool {
        let site = Site { place, fault };
        let by_seed = || self.share(place, fault as u64) < self.plan.chance(fault);
        let allowed = || self.plan.only.as_ref().is_none_or(|only| only.contains(&site));
        let strikes = self.plan.besides.contains(&site) || (allowed() && by_seed());
        if strikes {
            let mut struck = lock(&self.struck);
            struck.sites.insert(site);
            *struck.times.entry(fault).or_default() += 1;
        }
        strikes
    }

    /// Something happened that counts as a fault and nobody chose.
    pub(crate) fn happened(&self, fault: Fault) {
        *lock(&self.struck).times.entry(fault).or_default() += 1;
    }

    /// From 0 to 1, without 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits of it are kept")]
    pub(crate) fn share(&self, place: u64, what: u64) -> f64 {
        (place_of(&[self.seed, place, what]) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `least` to `most`, both included.
    pub(crate) fn number(&self, place: u64, what: u64, least: u64, most: u64) -> u64 {
        least + place_of(&[self.seed, place, what]) % (most - least + 1)
    }

    pub(crate) fn struck(&self) -> Struck {
        std::mem::take(&mut *lock(&self.struck))
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }
}

/// A place within other places (splitmix64 over its parts).
pub(crate) fn place_of(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, part| {
        let mut mixed = (hash ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

/// A name as part of a place (FNV-1a).
pub(crate) fn named(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_the_same_fate_whatever_was_asked_before() {
        let (first, second) = (Fate::new(7, Plan::default()), Fate::new(7, Plan::default()));
        for place in 0..500 {
            second.strikes(place_of(&[place]), Fault::Throttled);
        }
        let strikes = |fate: &Fate| -> Vec<bool> {
            (0..500).map(|place| fate.strikes(place, Fault::TokenForgotten)).collect()
        };
        let struck = strikes(&first);
        assert_eq!(struck, strikes(&second));
        assert!((60..140).contains(&struck.iter().filter(|struck| **struck).count()));
    }

    #[test]
    fn a_plan_leaves_out_and_adds() {
        let all = Fate::new(7, Plan::default());
        let first =
            (0..).find(|place| all.strikes(*place, Fault::SearchLate)).expect("one of them");
        let none = Plan { only: Some(BTreeSet::new()), ..Plan::default() };
        assert!(!Fate::new(7, none.clone()).strikes(first, Fault::SearchLate));
        let site = Site { place: first + 1, fault: Fault::QueuePurged };
        let added = Plan { besides: [site].into(), ..none };
        assert!(Fate::new(7, added).strikes(first + 1, Fault::QueuePurged));
    }
}
