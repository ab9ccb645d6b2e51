//! Do folder, crate, binary and logical id of each function name the same?

use std::{collections::BTreeSet, fs, path::Path};

use super::document::{Function, Template, referred, text, texts};

const SIZES: [&str; 4] = ["", "Small", "Medium", "Large"];

/// `makefile` is the text of the Makefile, which says for which machine each binary is built.
pub(super) fn faults(template: &Template, functions: &Path, makefile: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let folders: BTreeSet<String> = fs::read_dir(functions)
        .expect("the functions are there")
        .filter_map(|folder| Some(folder.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    for function in template.functions() {
        let (id, folder) = (function.id, function.folder());
        if !folders.contains(folder) {
            faults.push(format!("{id} is built from functions/{folder}, which is not there"));
        }
        let Some(size) = SIZES.into_iter().find(|size| id == logical_id(folder, size)) else {
            let wanted = logical_id(folder, "");
            faults.push(format!("{id} is built from functions/{folder}: call it {wanted}"));
            continue;
        };
        faults.extend(deployed(template, function, size));
        faults.extend(machine(function, makefile));
    }
    let used: BTreeSet<&str> = template.functions().map(|function| function.folder()).collect();
    for folder in &folders {
        if !used.contains(folder.as_str()) {
            faults.push(format!("functions/{folder} is deployed by nothing"));
        }
        let manifest = fs::read_to_string(functions.join(folder).join("Cargo.toml"));
        faults.extend(built(folder, &manifest.unwrap_or_default()));
    }
    faults
}

/// `run-simulation` and `Large` make `RunSimulationLargeFunction`.
fn logical_id(folder: &str, size: &str) -> String {
    format!("{}{size}Function", pascal(folder))
}

fn pascal(folder: &str) -> String {
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    folder.split('-').map(capitalised).collect()
}

/// The names AWS will know it by.
fn deployed(template: &Template, function: Function<'_>, size: &str) -> Vec<String> {
    let (id, folder) = (function.id, function.folder());
    let ending =
        if size.is_empty() { String::new() } else { format!("-{}", size.to_ascii_lowercase()) };
    let name = format!("${{AWS::StackName}}-{folder}{ending}");
    let mut faults = Vec::new();
    if text(&function.property("FunctionName")["Fn::Sub"]) != name {
        faults.push(format!("{id} is not deployed as {name}"));
    }
    let log = referred(&function.property("LoggingConfig")["LogGroup"]).unwrap_or_default();
    let group = text(&template.properties(log)["LogGroupName"]["Fn::Sub"]);
    if group != format!("/aws/lambda/{name}") {
        faults.push(format!("{id} does not log to /aws/lambda/{name}"));
    }
    let role = format!("{}{size}Role", pascal(folder));
    if referred(function.property("Role")) != Some(&role) {
        faults.push(format!("{id} does not act as {role}"));
    }
    faults
}

/// A binary of the other machine fails at its first call.
fn machine(function: Function<'_>, makefile: &str) -> Option<String> {
    let built_for_x86 = makefile.lines().any(|line| {
        let mut words = line.split_whitespace().skip_while(|word| *word != "--x86-64");
        words.next().is_some() && words.any(|word| word == function.folder())
    });
    let built = if built_for_x86 { "x86_64" } else { "arm64" };
    let runs = texts(function.property("Architectures")).next().unwrap_or("x86_64");
    (runs != built).then(|| format!("{} runs on {runs} and is built for {built}", function.id))
}

fn built(folder: &str, manifest: &str) -> Vec<String> {
    let named = |section: &str| {
        let lines = manifest.lines().skip_while(|line| *line != section).skip(1);
        let mut lines = lines.take_while(|line| !line.starts_with('['));
        lines.find_map(|line| Some(line.strip_prefix("name = ")?.trim_matches('"').to_owned()))
    };
    let mut faults = Vec::new();
    for (section, what) in [("[package]", "crate"), ("[[bin]]", "binary")] {
        let name = named(section).unwrap_or_default();
        if name != folder {
            faults.push(format!("the {what} of functions/{folder} is called {name}"));
        }
    }
    faults
}
