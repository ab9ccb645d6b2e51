//! Does a type of an SDK stand in what another crate can see?

use std::collections::{BTreeMap, BTreeSet};

use syn::{
    Fields, ImplItem, Item, Path, Signature, TraitItem, Type, UseTree, Visibility, visit::Visit,
};

use super::{
    absences::ships,
    source::{Source, line},
};

/// Every edge is built from it, and it is no SDK's own.
const SHARED: [&str; 2] = ["aws_config", "SdkConfig"];
/// Where every edge is told of AWS; what SDKs have in common may leave it, no SDK's own.
const OF_ALL: &str = "shared/environment";

/// No SDK's type in the signature, the fields or the variants of what is public.
pub(super) fn sdk_types_in_public(sources: &[Source]) -> Vec<String> {
    let mut crates: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources.iter().filter(|source| ships(source)) {
        crates.entry(source.home()).or_default().push(source);
    }
    crates.values().flat_map(|sources| of_crate(sources)).collect()
}

fn of_crate(sources: &[&Source]) -> Vec<String> {
    let mut names = Names::default();
    for source in sources {
        for item in items(&source.syntax.items) {
            names.learn(source, item);
        }
    }
    let mut faults = Vec::new();
    for source in sources {
        let mut found = Found { source, names: &names, place: String::new(), faults: Vec::new() };
        items(&source.syntax.items).for_each(|item| found.item(item));
        faults.extend(found.faults);
    }
    faults
}

/// Those inside modules too.
fn items(of: &[Item]) -> Box<dyn Iterator<Item = &Item> + '_> {
    Box::new(of.iter().flat_map(|item| match item {
        Item::Mod(module) => items(module.content.as_ref().map_or(&[][..], |(_, inner)| inner)),
        item => Box::new(std::iter::once(item)),
    }))
}

/// What a crate calls its own.
#[derive(Default)]
struct Names {
    public: BTreeSet<String>,
    /// Names that stand for an SDK's type.
    aliases: BTreeMap<String, String>,
}

impl Names {
    fn learn(&mut self, source: &Source, item: &Item) {
        let (visibility, name) = match item {
            Item::Struct(item) => (&item.vis, &item.ident),
            Item::Enum(item) => (&item.vis, &item.ident),
            Item::Trait(item) => (&item.vis, &item.ident),
            Item::Type(alias) => {
                let mut sdk = Sdk { source, names: &Self::default(), found: None };
                sdk.visit_type(&alias.ty);
                let name = alias.ident.to_string();
                self.aliases.extend(sdk.found.map(|(kind, _)| (name, kind)));
                return;
            }
            _ => return,
        };
        if matches!(visibility, Visibility::Public(_)) {
            self.public.insert(name.to_string());
        }
    }
}

/// The first SDK's type of what is visited.
struct Sdk<'s> {
    source: &'s Source,
    names: &'s Names,
    found: Option<(String, usize)>,
}

impl<'a> Visit<'a> for Sdk<'_> {
    fn visit_path(&mut self, path: &'a Path) {
        let written: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let meant = self.source.meaning(&written);
        let last = written.last().and_then(|last| self.names.aliases.get(last));
        let of_sdk = is_sdks(self.source, &meant);
        let kind = of_sdk.then(|| meant.join("::")).or_else(|| last.cloned());
        if self.found.is_none() {
            self.found = kind.map(|kind| (kind, line(path)));
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_block(&mut self, _: &'a syn::Block) {}
}

struct Found<'s> {
    source: &'s Source,
    names: &'s Names,
    place: String,
    faults: Vec<String>,
}

impl Found<'_> {
    fn check(&mut self, place: &str, visit: impl FnOnce(&mut Sdk<'_>)) {
        let mut sdk = Sdk { source: self.source, names: self.names, found: None };
        visit(&mut sdk);
        if let Some((kind, line)) = sdk.found {
            let within = [self.place.as_str(), place].join("");
            self.faults.push(self.source.fault(line, &format!("lets {kind} out in {within}")));
        }
    }

    fn item(&mut self, item: &Item) {
        self.place.clear();
        match item {
            Item::Impl(item) => self.implementation(item),
            Item::Fn(item) if public(&item.vis) => self.signature(&item.sig),
            Item::Struct(item) if public(&item.vis) => {
                self.check(&item.ident.to_string(), |sdk| sdk.visit_generics(&item.generics));
                self.fields(&item.ident.to_string(), &item.fields, false);
            }
            Item::Enum(item) if public(&item.vis) => {
                for variant in &item.variants {
                    self.fields(
                        &format!("{}::{}", item.ident, variant.ident),
                        &variant.fields,
                        true,
                    );
                }
            }
            Item::Type(item) if public(&item.vis) => {
                self.check(&item.ident.to_string(), |sdk| sdk.visit_type(&item.ty));
            }
            Item::Const(item) if public(&item.vis) => {
                self.check(&item.ident.to_string(), |sdk| sdk.visit_type(&item.ty));
            }
            Item::Static(item) if public(&item.vis) => {
                self.check(&item.ident.to_string(), |sdk| sdk.visit_type(&item.ty));
            }
            Item::Trait(item) if public(&item.vis) => {
                self.place = format!("{}::", item.ident);
                for part in &item.items {
                    match part {
                        TraitItem::Fn(method) => self.signature(&method.sig),
                        part => self.check("one of its types", |sdk| sdk.visit_trait_item(part)),
                    }
                }
            }
            Item::Use(item) if public(&item.vis) => self.reexports(&item.tree, &mut Vec::new()),
            _ => {}
        }
    }

    fn signature(&mut self, signature: &Signature) {
        self.check(&signature.ident.to_string(), |sdk| sdk.visit_signature(signature));
    }

    /// Those of a variant are as public as it is.
    fn fields(&mut self, owner: &str, fields: &Fields, all: bool) {
        for (index, field) in fields.iter().enumerate() {
            if all || public(&field.vis) {
                let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                self.check(&format!("{owner}.{name}"), |sdk| sdk.visit_type(&field.ty));
            }
        }
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let Type::Path(own) = &*item.self_ty else { return };
        let Some(name) = own.path.segments.last().map(|segment| segment.ident.to_string()) else {
            return;
        };
        if !self.names.public.contains(&name) {
            return;
        }
        match &item.trait_ {
            Some((of, _)) => {
                self.check(&format!("what {name} implements"), |sdk| sdk.visit_path(of));
            }
            None => {
                self.place = format!("{name}::");
                for part in &item.items {
                    match part {
                        ImplItem::Fn(method) if public(&method.vis) => self.signature(&method.sig),
                        ImplItem::Const(constant) if public(&constant.vis) => {
                            self.check(&constant.ident.to_string(), |sdk| {
                                sdk.visit_type(&constant.ty)
                            });
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn reexports(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        let name = match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.reexports(&path.tree, before);
                before.pop();
                return;
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.reexports(tree, before));
                return;
            }
            UseTree::Name(name) => name.ident.to_string(),
            UseTree::Rename(rename) => rename.ident.to_string(),
            _ => "*".to_owned(),
        };
        let whole: Vec<String> = before.iter().cloned().chain([name]).collect();
        let meant = self.source.meaning(&whole);
        if is_sdks(self.source, &meant) {
            let what = format!("lets {} out by importing it for all", meant.join("::"));
            self.faults.push(self.source.fault(line(tree), &what));
        }
    }
}

fn is_sdks(source: &Source, meant: &[String]) -> bool {
    let start = if source.home() == OF_ALL { "aws_sdk_" } else { "aws_" };
    meant[0].starts_with(start) && meant != SHARED
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
