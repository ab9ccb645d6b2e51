//! Which Rust is ours, and which part of it tests the other?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{Item, UseTree};

/// A parsed file.
pub(super) struct Source {
    /// From the checkout's root: `shared/store/src/table.rs`.
    pub(super) path: String,
    /// As code names it: `submit_quantum_task`; none for `tests/`.
    pub(super) package: Option<String>,
    pub(super) code: Vec<Item>,
    pub(super) tests: Vec<Item>,
    /// What each imported name stands for.
    imports: BTreeMap<String, Vec<String>>,
}

impl Source {
    pub(super) fn parse(path: &str, text: &str) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let package = path
            .strip_prefix("shared/")
            .or_else(|| path.strip_prefix("functions/"))
            .and_then(|path| path.split('/').next())
            .map(|folder| folder.replace('-', "_"));
        let tests_all =
            package.is_none() || path.contains("/tests/") || path.ends_with("/tests.rs");
        let mut imports = BTreeMap::new();
        file.items.iter().for_each(|item| read_imports(item, &mut imports));
        let (tests, code) =
            file.items.into_iter().partition(|item| tests_all || is_test_module(item));
        Self { path: path.to_owned(), package, code, tests, imports }
    }

    /// Everything in `shared/`, `functions/` and `tests/`.
    pub(super) fn all(root: &Path) -> Vec<Self> {
        let mut files = Vec::new();
        for folder in ["shared", "functions", "tests"] {
            collect(&root.join(folder), &mut files);
        }
        files.sort();
        let read = |file: &PathBuf| {
            let path = file.strip_prefix(root).expect("below the root").display().to_string();
            Self::parse(&path, &fs::read_to_string(file).expect("readable"))
        };
        files.iter().map(read).collect()
    }

    /// What a name that is used here stands for, by this file's imports: `["store", "Error"]`.
    pub(super) fn resolve(&self, written: &[String], packages: &BTreeSet<String>) -> Vec<String> {
        let (first, rest) = written.split_first().expect("a path has a segment");
        let mut path = match self.imports.get(first) {
            Some(target) => target.clone(),
            None => vec![first.clone()],
        };
        path.extend(rest.iter().cloned());
        let own = self.package.clone().unwrap_or_default();
        match path[0].as_str() {
            "crate" | "self" | "super" => path[0] = own,
            package if packages.contains(package) && path.len() > 1 => {}
            _ => path.insert(0, own),
        }
        path
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the checkout") {
        let path = entry.expect("an entry").path();
        if path.ends_with("fixtures") {
            // wrong on purpose
        } else if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_test_module(item: &Item) -> bool {
    let Item::Mod(module) = item else { return false };
    module.attrs.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

fn read_imports(item: &Item, imports: &mut BTreeMap<String, Vec<String>>) {
    match item {
        Item::Use(item) => read_tree(&item.tree, &mut Vec::new(), imports),
        Item::Mod(module) => {
            let items = module.content.iter().flat_map(|(_, items)| items);
            items.for_each(|item| read_imports(item, imports));
        }
        _ => {}
    }
}

fn read_tree(
    tree: &UseTree,
    before: &mut Vec<String>,
    imports: &mut BTreeMap<String, Vec<String>>,
) {
    let mut name = |before: &[String], name: String, called: String| {
        if name != "self" {
            imports.insert(called, [before, &[name]].concat());
        } else if let Some(last) = before.last() {
            imports.insert(last.clone(), before.to_vec());
        }
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            read_tree(&path.tree, before, imports);
            before.pop();
        }
        UseTree::Name(used) => name(before, used.ident.to_string(), used.ident.to_string()),
        UseTree::Rename(used) => name(before, used.ident.to_string(), used.rename.to_string()),
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| read_tree(tree, before, imports));
        }
        UseTree::Glob(_) => {}
    }
}
