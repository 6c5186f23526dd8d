//! A file of the package, and its code without comments and literals.

use std::path::Path;

/// A file: its path from the package's root, with slashes, and its text.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// Every text file under a folder of the package, sorted; none when there is no such folder.
    pub(super) fn under(folder: &str) -> Vec<Self> {
        let mut found = Vec::new();
        collect(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &mut found);
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found
    }

    /// Whether it is Rust.
    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The modules from the crate's root down to this file: `["web", "wallet"]`; none for a file outside `src`.
    pub(super) fn modules(&self) -> Vec<&str> {
        let Some(inside) = self.path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")) else {
            return Vec::new();
        };
        let mut modules: Vec<_> = inside.split('/').collect();
        modules.pop_if(|last| ["mod", "lib", "main"].contains(last));
        modules
    }

    /// The words and signs of the code, comments and literals left out; `::` is one sign.
    pub(super) fn tokens(&self) -> Vec<String> {
        let code = without_comments_and_literals(&self.text);
        let mut tokens: Vec<String> = Vec::new();
        let mut in_word = false;
        for sign in code.chars() {
            let of_a_word = sign.is_alphanumeric() || sign == '_';
            match tokens.last_mut() {
                Some(last) if of_a_word && in_word => last.push(sign),
                Some(last) if sign == ':' && last == ":" => last.push(sign),
                _ if sign.is_whitespace() => {}
                _ => tokens.push(sign.to_string()),
            }
            in_word = of_a_word;
        }
        tokens
    }
}

fn collect(root: &Path, folder: &str, found: &mut Vec<Source>) {
    let Ok(entries) = root.join(folder).read_dir() else { return };
    for entry in entries.map(|entry| entry.expect("a folder of the package can be read")) {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(root, &path, found);
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            found.push(Source { path, text });
        }
    }
}

/// The code with every comment, string and character literal replaced by a space.
fn without_comments_and_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| raw_string(rest)).or_else(|| string(rest)).or_else(|| character(rest));
        if let Some(length) = skipped {
            code.push(' ');
            rest = rest.get(length..).unwrap_or_default();
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(rest.len());
            code.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.strip_prefix("/*").map(|inside| {
        let (mut depth, mut end) = (1_u32, 0);
        while depth > 0 && end < inside.len() {
            let here = &inside[end..];
            let step = if here.starts_with("*/") || here.starts_with("/*") {
                2
            } else {
                here.chars().next().map_or(1, char::len_utf8)
            };
            depth = if here.starts_with("*/") { depth - 1 } else { depth + u32::from(here.starts_with("/*")) };
            end += step;
        }
        end + 2
    })
}

fn raw_string(rest: &str) -> Option<usize> {
    let body = ["r", "br", "cr"]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix).filter(|body| body.starts_with(['"', '#'])))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inside.find(&close).map_or(inside.len(), |at| at + close.len());
    Some(rest.len() - inside.len() + end)
}

fn string(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('"').or_else(|| rest.strip_prefix("b\"")).or_else(|| rest.strip_prefix("c\""))?;
    let mut escaped = false;
    let end = inside.char_indices().find(|&(_, sign)| {
        let closes = sign == '"' && !escaped;
        escaped = sign == '\\' && !escaped;
        closes
    });
    Some(rest.len() - inside.len() + end.map_or(inside.len(), |(at, _)| at + 1))
}

fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'').or_else(|| rest.strip_prefix("b'"))?;
    let before = rest.len() - inside.len();
    if let Some(escape) = inside.strip_prefix('\\') {
        let first = escape.chars().next()?.len_utf8();
        let close = escape.get(first..)?.find('\'')?;
        return Some(before + 1 + first + close + 1);
    }
    let first = inside.chars().next()?.len_utf8();
    inside.get(first..)?.starts_with('\'').then_some(before + first + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        Source { path: "src/web/wallet.rs".to_owned(), text: text.to_owned() }.tokens().join(" ")
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        assert_eq!(tokens("a /* b /* c */ d */ e // f\ng"), "a e g");
        assert_eq!(
            tokens(r##"a("b \" c", r#"d " e"#, b"f", 'g', '\'', b'\\', '\u{1F600}', 'é') h"##),
            "a ( , , , , , , , ) h"
        );
        assert_eq!(
            tokens("fn f<'a>(bar: &'a str, r: R) -> br::Pair { for_b }"),
            "fn f < ' a > ( bar : & ' a str , r : R ) - > br :: Pair { for_b }"
        );
    }

    #[test]
    fn a_file_knows_its_modules() {
        let modules = |path: &str| Source { path: path.to_owned(), text: String::new() }.modules().join("::");
        assert_eq!(modules("src/web/admin/users.rs"), "web::admin::users");
        assert_eq!(modules("src/store/mod.rs"), "store");
        assert_eq!(modules("src/clock.rs"), "clock");
        assert_eq!(modules("src/main.rs"), "");
    }
}
