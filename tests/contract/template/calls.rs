//! What can a function come to do? Every routine that may be called from its `main`, rather one too many than one too few.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    mentions::{Mention, Receiver, Way, bindings, mentions},
    sources::{Routine, Sources, Type},
    tokens::{Token, parts, words},
};

/// How many `let`s are looked through, one after the other.
const DEEPEST: u8 = 4;

/// Who may call whom.
pub(super) struct Calls<'s> {
    pub sources: &'s Sources,
    by_name: BTreeMap<&'s str, Vec<usize>>,
    /// Crates whose routines a crate can name, its own among them.
    visible: Vec<BTreeSet<usize>>,
    mentions: Vec<Vec<Mention<'s>>>,
    /// The routines of each type.
    owned: BTreeMap<&'s str, Vec<usize>>,
    called: Vec<Vec<usize>>,
}

impl<'s> Calls<'s> {
    pub(super) fn of(sources: &'s Sources) -> Self {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, routine) in sources.routines.iter().enumerate() {
            by_name.entry(&routine.name).or_default().push(at);
        }
        let places = |name: &String| sources.crates.iter().position(|one| one.name == *name);
        let mut visible: Vec<BTreeSet<usize>> = Vec::new();
        for at in 0..sources.crates.len() {
            let (mut seen, mut open) = (BTreeSet::new(), vec![at]);
            while let Some(one) = open.pop() {
                if seen.insert(one) {
                    open.extend(sources.crates[one].dependencies.iter().filter_map(places));
                }
            }
            visible.push(seen);
        }
        let mut owned: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, routine) in sources.routines.iter().enumerate() {
            owned.entry(routine.owner.as_deref().unwrap_or_default()).or_default().push(at);
        }
        let mentions = sources.routines.iter().map(|routine| mentions(&routine.body)).collect();
        let mut calls = Self { sources, by_name, visible, mentions, owned, called: Vec::new() };
        calls.called = (0..sources.routines.len()).map(|at| calls.called_by(at)).collect();
        calls
    }

    /// Everything that may run once the crate's `main` does.
    pub(super) fn reached_by(&self, crate_name: &str) -> BTreeSet<usize> {
        let main = self.by_name.get("main").into_iter().flatten().copied();
        self.reached_from(
            main.filter(|at| self.sources.crate_of(&self.sources.routines[*at]).name == crate_name),
        )
    }

    pub(super) fn reached_from(&self, roots: impl Iterator<Item = usize>) -> BTreeSet<usize> {
        let (mut reached, mut open) = (BTreeSet::new(), roots.collect::<Vec<_>>());
        while let Some(at) = open.pop() {
            if reached.insert(at) {
                open.extend(&self.called[at]);
            }
        }
        reached
    }

    pub(super) fn mentions(&self, at: usize) -> &[Mention<'s>] {
        &self.mentions[at]
    }

    fn called_by(&self, at: usize) -> Vec<usize> {
        let caller = &self.sources.routines[at];
        let mut called: Vec<usize> =
            self.mentions[at].iter().flat_map(|mention| self.targets(caller, mention)).collect();
        called.extend(self.implied(caller));
        called
    }

    /// What a library calls of a type that is named: extractors, conversions, drops.
    fn implied(&self, caller: &Routine) -> Vec<usize> {
        let mut named: BTreeSet<String> = words(&caller.body).into_iter().collect();
        named.extend(caller.parameters.values().flatten().chain(&caller.returns).cloned());
        let visible = &self.visible[self.sources.files[caller.file].of_crate];
        let routines = named.iter().filter_map(|name| self.owned.get(name.as_str())).flatten();
        let routines = routines.copied().filter(|at| {
            let routine = &self.sources.routines[*at];
            routine.of_trait && visible.contains(&self.sources.files[routine.file].of_crate)
        });
        routines.collect()
    }

    fn targets(&self, caller: &Routine, mention: &Mention<'_>) -> Vec<usize> {
        let imports = &self.sources.files[caller.file].imports;
        let original = |name: &str| imports.get(name).map_or(name, String::as_str).to_owned();
        match &mention.way {
            Way::Method(receiver) => {
                let kind = self.kind_of(caller, receiver, 0);
                self.named(caller, mention.name)
                    .filter(|(_, one)| one.takes_self)
                    .filter(|(_, one)| takes(one, mention.arguments.unwrap_or_default()))
                    .filter(|(_, one)| kind.as_ref().is_none_or(|kind| fits(one, kind)))
                    .map(|(at, _)| at)
                    .collect()
            }
            Way::Path("Self") => self
                .named(caller, mention.name)
                .filter(|(_, one)| one.owner == caller.owner || one.of_trait)
                .map(|(at, _)| at)
                .collect(),
            Way::Path(qualifier) => {
                let qualifier = original(qualifier);
                self.named(caller, mention.name)
                    .filter(|(_, one)| self.is_within(one, &qualifier, caller))
                    .map(|(at, _)| at)
                    .collect()
            }
            Way::Bare => self.bare(caller, mention.name, imports.get(mention.name)),
        }
    }

    /// A name without a path: of the same file, else of whatever the file imports under it.
    fn bare(&self, caller: &Routine, name: &str, imported: Option<&String>) -> Vec<usize> {
        let free = |name| self.named(caller, name).filter(|(_, one)| one.owner.is_none());
        let here: Vec<usize> =
            free(name).filter(|(_, one)| one.file == caller.file).map(|(at, _)| at).collect();
        if !here.is_empty() {
            return here;
        }
        let original = imported.map_or("", String::as_str);
        free(original).map(|(at, _)| at).collect()
    }

    fn is_within(&self, routine: &Routine, qualifier: &str, caller: &Routine) -> bool {
        if self.owned.contains_key(qualifier) {
            return routine.owner.as_deref() == Some(qualifier);
        }
        let file = &self.sources.files[routine.file];
        let of_crate = self.sources.crates[file.of_crate].name.replace('-', "_");
        let own = ["crate", "self", "super"].contains(&qualifier)
            && file.of_crate == self.sources.files[caller.file].of_crate;
        // a type parameter may be any type of the trait
        let generic = qualifier.len() == 1 && routine.of_trait;
        routine.owner.is_none() && (own || of_crate == qualifier || file.module == qualifier)
            || generic
    }

    fn named<'c>(
        &'c self,
        caller: &Routine,
        name: &str,
    ) -> impl Iterator<Item = (usize, &'c Routine)> + use<'c, 's> {
        let of_crate = self.sources.files[caller.file].of_crate;
        let visible = self.visible[of_crate].clone();
        let all = self.by_name.get(name).into_iter().flatten();
        all.map(|at| (*at, &self.sources.routines[*at])).filter(move |(_, one)| {
            let its = self.sources.files[one.file].of_crate;
            its == of_crate || one.open && visible.contains(&its)
        })
    }

    /// The names a receiver's type is spelled with; `None` where it could be anything.
    fn kind_of(&self, caller: &Routine, receiver: &Receiver<'_>, depth: u8) -> Option<Type> {
        match receiver {
            Receiver::Own => caller.owner.clone().map(|owner| vec![owner]),
            // a field that no struct here declares holds nothing of ours
            Receiver::Field(name) if name.parse::<usize>().is_err() => {
                Some(self.sources.fields.get(*name).cloned().unwrap_or_default())
            }
            Receiver::Variable(name) => self.kind_of_variable(caller, name, depth),
            Receiver::Answer(name, _) => {
                let answers: Vec<_> = self.named(caller, name).collect();
                let spelled = answers.iter().flat_map(|(_, one)| {
                    let own = one.returns.iter().any(|name| name == "Self");
                    one.returns.iter().chain(one.owner.as_ref().filter(|_| own)).cloned()
                });
                (!answers.is_empty()).then(|| spelled.collect())
            }
            Receiver::Field(_) | Receiver::Unknown => None,
        }
    }

    /// Of every parameter and `let` that gives something this name.
    fn kind_of_variable(&self, caller: &Routine, name: &str, depth: u8) -> Option<Type> {
        let mut kind = caller.parameters.get(name).cloned();
        for (bound, value) in &bindings(&caller.body) {
            if *bound == name && depth < DEEPEST {
                let value = self.kind_of(caller, value, depth + 1)?;
                kind.get_or_insert_default().extend(value);
            }
        }
        kind
    }
}

/// Whether a value of that type may have the method: it names the owner, or a type parameter that may stand for it.
fn fits(routine: &Routine, kind: &Type) -> bool {
    let named = routine.owner.as_ref().is_some_and(|owner| kind.contains(owner));
    let generic = kind.iter().any(|name| name.len() == 1 || name == "impl");
    named || generic && routine.of_trait
}

/// Whether the routine may be given as many arguments; commas may also part the parameters of a closure or a type.
fn takes(routine: &Routine, arguments: &[Token]) -> bool {
    let given = parts(arguments).count();
    let exact = !arguments.iter().any(|token| token.is_mark('|') || token.is_mark('<'));
    given == routine.arity || !exact && given > routine.arity
}
