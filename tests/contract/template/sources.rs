//! Which routines does the workspace consist of? Read from its sources, tests left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::tokens::{Token, angles, is_colon, parts, read, words};

/// The crate that reads variables for the others.
const ENVIRONMENT: &str = "environment";

/// The names a type is spelled with: `Stored<Job>` is `["Stored", "Job"]`.
pub(super) type Type = Vec<String>;

/// The crates under `functions/` and `shared/` that can reach an AWS SDK or the environment; no others matter here.
#[derive(Default)]
pub(super) struct Sources {
    pub crates: Vec<Crate>,
    pub files: Vec<File>,
    pub routines: Vec<Routine>,
    /// Types by the names of the fields that hold them.
    pub fields: BTreeMap<String, Type>,
}

pub(super) struct Crate {
    /// As the folder is called.
    pub name: String,
    /// Names of crates of ours, and of SDKs.
    pub dependencies: BTreeSet<String>,
}

pub(super) struct File {
    pub of_crate: usize,
    /// The module's name.
    pub module: String,
    /// What a name that is used here is called where it comes from.
    pub imports: BTreeMap<String, String>,
}

/// A function, a method, or a constant with its value.
#[derive(Default)]
pub(super) struct Routine {
    pub file: usize,
    pub name: String,
    /// The type or trait whose `impl` or `trait` block it stands in.
    pub owner: Option<String>,
    pub of_trait: bool,
    /// Whether other crates may call it.
    pub open: bool,
    pub takes_self: bool,
    /// How many arguments it takes besides `self`.
    pub arity: usize,
    pub parameters: BTreeMap<String, Type>,
    pub returns: Type,
    pub body: Vec<Token>,
}

impl Sources {
    pub(super) fn read(root: &Path) -> Self {
        let folders = ["functions", "shared"].map(|part| folders(&root.join(part)));
        let mut known: BTreeMap<PathBuf, Crate> = BTreeMap::new();
        for folder in folders.into_iter().flatten() {
            let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
            let mut dependencies = dependencies(&manifest);
            if asks_the_process(&folder.join("src")) {
                dependencies.insert(ENVIRONMENT.to_owned());
            }
            known.insert(folder.clone(), Crate { name: name_of(&folder), dependencies });
        }
        let mut sources = Self::default();
        let able = able(known.values());
        for (folder, one) in known.into_iter().filter(|(_, one)| able.contains(&one.name)) {
            let of_crate = sources.crates.len();
            sources.crates.push(one);
            sources.read_files(&folder.join("src"), of_crate);
        }
        sources
    }

    pub(super) fn crate_of(&self, routine: &Routine) -> &Crate {
        &self.crates[self.files[routine.file].of_crate]
    }

    fn read_files(&mut self, folder: &Path, of_crate: usize) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() && name_of(&path) != "tests" {
                self.read_files(&path, of_crate);
            }
            let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_some_and(|kind| kind == "rs") && module != "tests" {
                let tokens = read(&fs::read_to_string(&path).expect("a source can be read"));
                let module = if module == "mod" { name_of(folder) } else { module };
                self.files.push(File { of_crate, module, imports: BTreeMap::new() });
                Reader { file: self.files.len() - 1, sources: self }
                    .items(tokens, &Scope { owner: None, of_trait: false });
            }
        }
    }
}

struct Scope {
    owner: Option<String>,
    of_trait: bool,
}

/// Collects what one file declares.
struct Reader<'s> {
    file: usize,
    sources: &'s mut Sources,
}

impl Reader<'_> {
    fn items(&mut self, tokens: Vec<Token>, scope: &Scope) {
        let (mut open, mut in_test) = (scope.of_trait, false);
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let Token::Word(word) = token else {
                if let (true, Some(Token::Other(attribute))) = (token.is_mark('#'), tokens.peek()) {
                    in_test |= words(attribute) == ["cfg", "test"];
                }
                continue;
            };
            let constant_function =
                word == "const" && tokens.peek().is_some_and(|next| next.is_word("fn"));
            if constant_function || ["async", "unsafe", "extern"].contains(&word.as_str()) {
                continue;
            }
            if word == "pub" {
                open = tokens.next_if(|next| matches!(next, Token::Round(_))).is_none();
                continue;
            }
            // a list of names, or a value, may hold braces
            let braces_within = ["use", "const", "static", "type"].contains(&word.as_str());
            let mut item = Vec::new();
            for token in tokens.by_ref() {
                let ends = token.is_mark(';') || !braces_within && matches!(token, Token::Curly(_));
                item.push(token);
                if ends {
                    break;
                }
            }
            if !in_test {
                self.item(&word, item, scope, open);
            }
            (open, in_test) = (scope.of_trait, false);
        }
    }

    fn item(&mut self, kind: &str, mut item: Vec<Token>, scope: &Scope, open: bool) {
        let block = match item.pop() {
            Some(Token::Curly(block)) => block,
            _ => Vec::new(),
        };
        match kind {
            "mod" => self.items(block, scope),
            "impl" => {
                let (owner, of_trait) = implemented(&item);
                self.items(block, &Scope { owner: Some(owner), of_trait });
            }
            "trait" => {
                let owner = item.first().and_then(Token::word).map(str::to_owned);
                self.items(block, &Scope { owner, of_trait: true });
            }
            "struct" | "enum" => self.fields(&block),
            "use" => self.imports(&item, &mut Vec::new()),
            "fn" => self.routine(&item, block, scope, open),
            "const" | "static" => {
                let name = item.first().and_then(Token::word).unwrap_or_default().to_owned();
                let (file, owner) = (self.file, scope.owner.clone());
                let body = item.into_iter().skip(1).collect();
                self.sources.routines.push(Routine {
                    file,
                    name,
                    owner,
                    open,
                    body,
                    ..Routine::default()
                });
            }
            _ => {}
        }
    }

    fn routine(&mut self, item: &[Token], body: Vec<Token>, scope: &Scope, open: bool) {
        let Some(name) = item.first().and_then(Token::word) else { return };
        let signature = &item[1 + angles(&item[1..])..];
        let Some(Token::Round(parameters)) = signature.first() else { return };
        let own = parts(parameters)
            .next()
            .filter(|first| first.iter().any(|token| token.is_word("self")));
        let typed_self = own.is_some_and(|own| (0..own.len()).any(|at| is_colon(own, at)));
        let colons = (0..parameters.len()).filter(|at| is_colon(parameters, *at)).count();
        let returns: Vec<&Token> =
            signature[1..].iter().take_while(|token| !token.is_word("where")).collect();
        self.sources.routines.push(Routine {
            file: self.file,
            name: name.to_owned(),
            owner: scope.owner.clone(),
            of_trait: scope.of_trait,
            open,
            takes_self: own.is_some(),
            arity: colons - usize::from(typed_self),
            parameters: typed(parameters),
            returns: returns
                .into_iter()
                .flat_map(|token| words(std::slice::from_ref(token)))
                .collect(),
            body,
        });
    }

    fn fields(&mut self, tokens: &[Token]) {
        for (name, kind) in typed(tokens) {
            self.sources.fields.entry(name).or_default().extend(kind);
        }
        tokens.iter().filter_map(Token::inner).for_each(|variant| self.fields(variant));
    }

    fn imports(&mut self, tokens: &[Token], last: &mut Vec<String>) {
        let mut renames = false;
        for token in tokens {
            match token {
                Token::Word(word) if word == "as" => renames = true,
                Token::Word(name) => {
                    let original = if renames { last.pop() } else { None };
                    renames = false;
                    last.push(name.clone());
                    let imports = &mut self.sources.files[self.file].imports;
                    imports.insert(name.clone(), original.unwrap_or_else(|| name.clone()));
                }
                token => self.imports(token.inner().unwrap_or_default(), last),
            }
        }
    }
}

/// Of the crates, those that depend on an SDK or the environment, themselves or through others, and every function
/// that answers callers.
fn able<'c>(crates: impl Iterator<Item = &'c Crate> + Clone) -> BTreeSet<String> {
    let serving = crates.clone().filter(|one| one.dependencies.contains("api"));
    let mut able: BTreeSet<String> = serving.map(|one| one.name.clone()).collect();
    able.insert(ENVIRONMENT.to_owned());
    loop {
        let before = able.len();
        for one in crates.clone() {
            let reaches = |name: &String| name.starts_with("aws-sdk-") || able.contains(name);
            if one.dependencies.iter().any(reaches) {
                able.insert(one.name.clone());
            }
        }
        if able.len() == before {
            return able;
        }
    }
}

fn dependencies(manifest: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a source reads variables by itself.
fn asks_the_process(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        path.is_dir() && asks_the_process(&path)
            || fs::read_to_string(&path).is_ok_and(|text| text.contains("env::"))
    })
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The type of an `impl`, and whether it is one of a trait.
fn implemented(item: &[Token]) -> (String, bool) {
    let header = &item[angles(item)..];
    let end = header.iter().position(|token| token.is_word("where")).unwrap_or(header.len());
    let header = &header[..end];
    let of_trait = header.iter().position(|token| token.is_word("for"));
    let of_type = of_trait.map_or(header, |at| &header[at + 1..]);
    let plain = of_type.iter().position(|token| token.is_mark('<')).unwrap_or(of_type.len());
    let name = of_type[..plain].iter().rev().find_map(Token::word);
    (name.unwrap_or_default().to_owned(), of_trait.is_some())
}

/// `app: &App, State(table): State<Table>` is `app` → App, `table` → State Table.
fn typed(tokens: &[Token]) -> BTreeMap<String, Type> {
    let mut found: BTreeMap<String, Type> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for part in parts(tokens) {
        let colon = (0..part.len()).find(|at| is_colon(part, *at));
        if let Some(colon) = colon {
            names = words(&part[..colon]);
        }
        let kind = words(&part[colon.map_or(0, |colon| colon + 1)..]);
        for name in &names {
            found.entry(name.clone()).or_default().extend(kind.iter().cloned());
        }
    }
    found
}
