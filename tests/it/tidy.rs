//! The order of the house, as `src/lib.rs` describes it: who may import whom, names, lengths, nothing left undone.
//!
//! Every rule is a pure function over a path and a text, so that each is shown to find a guilty one.

mod files;
mod layers;
mod source;
mod words;

use source::Source;

fn assert_none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<_> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn everywhere() -> Vec<Source> {
    ["src", "tests", "benches"].iter().flat_map(|folder| Source::under(folder)).collect()
}

#[test]
fn layers_import_only_what_lies_below_them() {
    assert_none(Source::under("src").iter().flat_map(layers::imports));
}

#[test]
fn each_library_stays_in_its_layers() {
    assert_none(Source::under("src").iter().flat_map(layers::libraries));
}

#[test]
fn no_source_file_is_longer_than_anyone_reads() {
    assert_none(everywhere().iter().filter_map(files::too_long));
}

#[test]
fn every_name_says_what_the_thing_is() {
    assert_none(everywhere().iter().chain(&Source::under("templates")).flat_map(words::vague_names));
}

#[test]
fn nothing_is_left_undone_or_silenced() {
    assert_none(everywhere().iter().flat_map(words::left_undone));
}

#[test]
fn migrations_go_up_and_down_and_are_the_same_for_every_engine() {
    let paths: Vec<_> = Source::under("migrations").into_iter().map(|source| source.path).collect();
    assert_none(files::half_migrations(&paths).into_iter().chain(files::engines_out_of_step(&paths)));
}

#[test]
fn every_template_is_used() {
    let templates = Source::under("templates");
    let code = Source::under("src");
    assert_none(files::unused_templates(&templates, &code));
}
