//! The errors and the texts of the sources.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemEnum, LitStr};

/// A kind of error.
pub struct Variant {
    /// The file, below `src/`.
    pub file: String,
    /// The type.
    pub owner: String,
    /// The variant.
    pub name: String,
    /// Its code, if it has one.
    pub code: Option<String>,
    /// Its message, with `<name>` for what is put in.
    pub message: String,
}

/// A text in the sources.
pub struct Literal {
    /// The file, below `src/`.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// The text.
    pub text: String,
}

/// All errors but those which stand for another one.
pub fn variants() -> Vec<Variant> {
    let mut found = Vec::new();
    for (file, syntax) in files() {
        for item in &syntax.items {
            match item {
                Item::Enum(item) if is_diagnostic(&item.attrs) => found.extend(of_enum(&file, item)),
                Item::Struct(item) if is_diagnostic(&item.attrs) => {
                    found.extend(variant(&file, "", &item.ident.to_string(), &item.attrs));
                }
                _ => {}
            }
        }
    }
    found
}

/// The texts of all files but those of the front ends and of tests.
pub fn literals() -> Vec<Literal> {
    let mut found = Vec::new();
    for (file, syntax) in files() {
        if file.starts_with("cli/") || file.starts_with("ui/") {
            continue;
        }
        let mut texts = Texts { file, found: Vec::new() };
        texts.visit_file(&syntax);
        found.append(&mut texts.found);
    }
    assert!(found.len() > 1000, "{} texts are found", found.len());
    found
}

fn files() -> Vec<(String, syn::File)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let parsed = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (name, syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap())
    };
    paths.into_iter().map(parsed).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests" || name == "testing");
        match () {
            () if is_test => {}
            () if path.is_dir() => collect(&path, paths),
            () if path.extension().is_some_and(|ending| ending == "rs") => paths.push(path),
            () => {}
        }
    }
    paths.sort();
}

fn is_diagnostic(attributes: &[Attribute]) -> bool {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    derives.into_iter().any(|attribute| tokens(attribute).to_string().contains("Diagnostic"))
}

fn of_enum(file: &str, item: &ItemEnum) -> Vec<Variant> {
    let owner = item.ident.to_string();
    let variants = item.variants.iter();
    variants.filter_map(|one| variant(file, &owner, &one.ident.to_string(), &one.attrs)).collect()
}

fn variant(file: &str, owner: &str, name: &str, attributes: &[Attribute]) -> Option<Variant> {
    let of = |name: &str| attributes.iter().find(|one| one.path().is_ident(name)).map(tokens);
    let (error, diagnostic) = (of("error")?, of("diagnostic"));
    let is_transparent = |tokens: &TokenStream| tokens.to_string() == "transparent";
    if is_transparent(&error) || diagnostic.as_ref().is_some_and(is_transparent) {
        return None;
    }
    let message = error.into_iter().find_map(|token| text(&token)).unwrap_or_default();
    Some(Variant {
        file: file.to_owned(),
        owner: owner.to_owned(),
        name: name.to_owned(),
        code: diagnostic.and_then(code),
        message: shown(&message),
    })
}

fn tokens(attribute: &Attribute) -> TokenStream {
    attribute.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default()
}

/// What is in `code(…)`.
fn code(diagnostic: TokenStream) -> Option<String> {
    let mut tokens = diagnostic.into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(name) if name == "code"))?;
    match tokens.next()? {
        TokenTree::Group(group) => Some(group.stream().to_string().replace(' ', "")),
        _ => None,
    }
}

fn text(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Literal(literal) => {
            syn::parse_str::<LitStr>(&literal.to_string()).ok().map(|text| text.value())
        }
        _ => None,
    }
}

/// A format as a cell of a table: its first line, and what is put in as `<name>`.
fn shown(format: &str) -> String {
    let mut shown = String::new();
    let mut rest = format.lines().next().unwrap_or_default();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let name = name.split(':').next().unwrap_or_default();
        let name =
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { "…" } else { name };
        shown.push_str(before);
        shown.push_str(&if name == "…" { "…".to_owned() } else { format!("‹{name}›") });
        rest = behind;
    }
    shown.push_str(rest);
    shown.replace('|', "\\|")
}

/// Whether this is inside of an attribute that documents, as it is where a macro is called.
fn is_doc(tokens: &TokenStream) -> bool {
    matches!(tokens.clone().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}

struct Texts {
    file: String,
    found: Vec<Literal>,
}

impl Texts {
    fn add(&mut self, line: usize, text: String) {
        self.found.push(Literal { file: self.file.clone(), line, text });
    }

    fn read(&mut self, tokens: TokenStream) {
        for token in tokens {
            match &token {
                TokenTree::Group(group) if is_doc(&group.stream()) => {}
                TokenTree::Group(group) => self.read(group.stream()),
                other => {
                    if let Some(found) = text(other) {
                        self.add(other.span().start().line, found);
                    }
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item(&mut self, item: &'ast Item) {
        let is_test = matches!(item, Item::Mod(module) if module.attrs.iter().any(|one| {
            one.path().is_ident("cfg") && tokens(one).to_string() == "test"
        }));
        if !is_test {
            visit::visit_item(self, item);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        // Comments that document are attributes, too.
        if !attribute.path().is_ident("doc") {
            self.read(tokens(attribute));
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.read(call.tokens.clone());
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.add(text.span().start().line, text.value());
    }
}
