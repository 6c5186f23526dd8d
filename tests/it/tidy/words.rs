//! Names that say nothing, and code that is left undone or silenced.

use super::source::Source;

const VAGUE: [&str; 8] = ["util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"];

/// Folders, files and modules whose name says nothing about what they hold.
pub(super) fn vague_names(source: &Source) -> Vec<String> {
    let tokens = if source.is_rust() { source.tokens() } else { Vec::new() };
    let modules = tokens.windows(2).filter(|pair| pair[0] == "mod").map(|pair| pair[1].clone());
    let names = source.path.split('/').map(str::to_owned).chain(modules);
    let vague = names.filter(|name| name.split(['.', '_', '-']).any(|word| VAGUE.contains(&word)));
    vague.map(|name| format!("{}: {name} says nothing about what it holds", source.path)).collect()
}

/// Code that admits it is not finished, tests that do not run, lints that are silenced.
pub(super) fn left_undone(source: &Source) -> Vec<String> {
    if !source.is_rust() {
        return Vec::new();
    }
    let tokens = source.tokens();
    let found = |words: &[&str]| tokens.windows(words.len()).any(|window| window == words);
    let mut complaints = Vec::new();
    let mut complain = |what: &str, why: &str| complaints.push(format!("{}: {what} {why}", source.path));
    for name in ["todo", "unimplemented"] {
        if found(&[name, "!"]) {
            complain(&format!("{name}!"), "is not finished");
        }
    }
    for attribute in ["ignore", "allow"] {
        if found(&["#", "[", attribute]) || found(&["#", "!", "[", attribute]) {
            complain(&format!("#[{attribute}]"), "hides what it should show; expect it, with a reason, or mend it");
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_vague_name_is_found_in_paths_and_modules() {
        for (path, text) in [
            ("src/utils.rs", ""),
            ("src/web/helpers/mod.rs", ""),
            ("src/market/feed_manager.rs", ""),
            ("templates/common.html", ""),
            ("src/web/page.rs", "mod misc { }"),
        ] {
            assert_eq!(vague_names(&source(path, text)).len(), 1, "{path}");
        }
        assert!(vague_names(&source("src/market/recorder.rs", "mod candle;")).is_empty());
    }

    #[test]
    fn what_is_left_undone_is_found() {
        for text in [
            "todo!()",
            "unimplemented!(\"x\")",
            "#[ignore] fn f() {}",
            "#[ignore = \"slow\"]",
            "#[allow(dead_code)]",
            "#![allow(unused)]",
        ] {
            assert_eq!(left_undone(&source("src/a.rs", text)).len(), 1, "{text}");
        }
        assert!(left_undone(&source("src/a.rs", "// todo!()\n#[expect(dead_code, reason = \"#[allow]\")]")).is_empty());
    }
}
