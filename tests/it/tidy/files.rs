//! Lengths, migrations and templates.

use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// The lines a file may have.
const LONGEST: usize = 400;

/// A file that is too long.
pub(super) fn too_long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > LONGEST)
        .then(|| format!("{} has {lines} lines, more than {LONGEST}: cut it where it holds two ideas", source.path))
}

/// Migrations that lack `up.sql` or `down.sql`, from the paths under `migrations/ENGINE/NAME/`.
pub(super) fn half_migrations(paths: &[String]) -> Vec<String> {
    let mut migrations: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (migration, file) in paths.iter().filter_map(|path| path.rsplit_once('/')) {
        migrations.entry(migration).or_default().insert(file);
    }
    let lacks = |(migration, files): (&&str, &BTreeSet<&str>)| {
        let missing: Vec<_> = ["up.sql", "down.sql"].into_iter().filter(|file| !files.contains(file)).collect();
        (!missing.is_empty()).then(|| format!("{migration} lacks {}", missing.join(" and ")))
    };
    migrations.iter().filter_map(lacks).collect()
}

/// Migrations that one engine has and another has not.
pub(super) fn engines_out_of_step(paths: &[String]) -> Vec<String> {
    let mut engines: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in paths {
        if let [_, engine, migration, ..] = path.split('/').collect::<Vec<_>>()[..] {
            engines.entry(engine).or_default().insert(migration);
        }
    }
    let every: BTreeSet<_> = engines.values().flatten().copied().collect();
    let lacking = engines.iter().flat_map(|(engine, has)| {
        every.difference(has).map(move |migration| format!("migrations/{engine} lacks {migration}"))
    });
    lacking.collect()
}

/// Templates that neither a handler nor another template names.
pub(super) fn unused_templates(templates: &[Source], code: &[Source]) -> Vec<String> {
    let name = |template: &Source| template.path.strip_prefix("templates/").unwrap_or(&template.path).to_owned();
    let names = |text: &Source, name: &str| {
        text.text.contains(&format!("\"{name}\"")) || text.text.contains(&format!("'{name}'"))
    };
    let used = |template: &&Source| {
        let name = name(template);
        let others = templates.iter().filter(|other| other.path != template.path);
        code.iter().chain(others).any(|text| names(text, &name))
    };
    templates
        .iter()
        .filter(|template| !used(template))
        .map(|template| format!("{} is used by nothing", template.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn paths(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|&path| path.to_owned()).collect()
    }

    #[test]
    fn a_file_of_401_lines_is_too_long() {
        assert!(too_long(&source("src/a.rs", &"line\n".repeat(400))).is_none());
        assert!(too_long(&source("src/a.rs", &"line\n".repeat(401))).is_some());
    }

    #[test]
    fn a_migration_that_cannot_go_back_is_found() {
        let found = half_migrations(&paths(&[
            "migrations/sqlite/1_a/up.sql",
            "migrations/sqlite/2_b/up.sql",
            "migrations/sqlite/2_b/down.sql",
        ]));
        assert_eq!(found, ["migrations/sqlite/1_a lacks down.sql"]);
    }

    #[test]
    fn engines_out_of_step_are_found() {
        let one = ["migrations/sqlite/1_a/up.sql", "migrations/sqlite/2_b/up.sql"];
        assert!(engines_out_of_step(&paths(&one)).is_empty());
        let both = [one[0], one[1], "migrations/postgres/1_a/up.sql", "migrations/postgres/3_c/up.sql"];
        assert_eq!(
            engines_out_of_step(&paths(&both)),
            ["migrations/postgres lacks 2_b", "migrations/sqlite lacks 3_c"]
        );
    }

    #[test]
    fn a_template_that_nothing_names_is_found() {
        let templates = [
            source("templates/base.html", ""),
            source("templates/admin/list.html", "{% extends \"base.html\" %}"),
            source("templates/forgotten.html", "{% extends \"base.html\" %} \"forgotten.html\""),
        ];
        let code = [source("src/web/admin/list.rs", "#[template(path = \"admin/list.html\")]")];
        assert_eq!(unused_templates(&templates, &code), ["templates/forgotten.html is used by nothing"]);
    }
}
