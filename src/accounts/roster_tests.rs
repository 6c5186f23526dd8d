use super::*;

const TERMS: Terms = Terms { opening: Money::from_cents(1_000_000), most: Money::from_cents(5_000_000) };

fn faults(text: &str) -> Vec<String> {
    let roster = Roster::read(text, TERMS).unwrap();
    roster.rows().iter().filter_map(|row| row.person.as_ref().err()).map(ToString::to_string).collect()
}

fn names(roster: &Roster) -> Vec<String> {
    roster.names().iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_of_people_is_named_in_one_length() {
    let class = Roster::numbered(" student", 30, TERMS).unwrap();
    assert_eq!(class.rows().len(), 30);
    assert_eq!((&*names(&class)[0], &*names(&class)[29]), ("student01", "student30"));
    assert_eq!(names(&Roster::numbered("s", 100, TERMS).unwrap())[6], "s007");
    assert_eq!(names(&Roster::numbered("one", 1, TERMS).unwrap()), ["one01"]);
    for number in [0, 501, usize::MAX] {
        assert_eq!(Roster::numbered("student", number, TERMS), Err(RosterFault::Number));
    }
    assert_eq!(Roster::numbered("no such name", 3, TERMS).unwrap().faults(), 3);
}

#[test]
fn columns_are_told_apart_by_what_a_spreadsheet_puts_between_them() {
    for sign in [",", ";", "\t"] {
        let text = ["username,role,opening balance", "ada,admin,\"1,000.50\"", "bob,,", "\"cyd\", Support ,0"];
        let text = text.join("\r\n").replace("1,000.50", "1000.50").replace(',', sign);
        let roster = Roster::read(&format!("\u{feff}{text}\r\n\r\n"), TERMS).unwrap();
        let person = |name: &str, role, cents| Newcomer {
            username: name.parse().unwrap(),
            role,
            opening: Money::from_cents(cents),
        };
        let expected = [
            person("ada", Role::Admin, 100_050),
            person("bob", Role::Trader, 1_000_000),
            person("cyd", Role::Support, 0),
        ];
        assert_eq!(roster.people().unwrap(), expected, "{sign:?}");
        assert_eq!(roster.rows()[0].line, 2);
        assert_eq!(Roster::read(&roster.to_text(), TERMS).unwrap().people(), roster.people());
    }
}

#[test]
fn each_mistake_is_told_of_its_line() {
    let text = "ada\nx\nbob,teacher\ncyd,,a lot\ndan,,-1\neve,,50000.01\nADA\nfay,,,,extra\ngus,trader,50000";
    let told = faults(text);
    let expected = [
        "A username needs at least 3 characters.",
        "The role must be trader, support or admin",
        "The opening balance is not valid.",
        "Enter an opening balance from 0 to 50000.00 dollars.",
        "Enter an opening balance from 0 to 50000.00 dollars.",
        "Line 1 has the same username.",
        "A line can have three columns at most",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
    for end in ["\n", "\r\n", "\r"] {
        let roster = Roster::read(&text.replace('\n', end), TERMS).unwrap();
        assert_eq!((roster.people(), roster.faults()), (None, 7));
        assert_eq!(roster.rows().iter().map(|row| row.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}

#[test]
fn a_heading_in_any_usual_word_is_no_person() {
    for heading in ["Name,Role", "username", "USER,role,balance", "User name,Role"] {
        let roster = Roster::read(&format!("{heading}\nada,admin\nbob"), TERMS).unwrap();
        assert_eq!(names(&roster), ["ada", "bob"], "{heading}");
    }
}

#[test]
fn a_line_with_another_sign_between_its_columns_says_so() {
    let told = faults("ada;admin\nbob,trader,5\ncyd;;10\ndan\tsupport");
    assert_eq!(
        told,
        [
            "This line separates its columns with commas, other lines with semicolons. Use the same separator on every line.",
            "This line separates its columns with tabs, other lines with semicolons. Use the same separator on every line.",
        ]
    );
    assert_eq!(Roster::read("ada\nbob;support", TERMS).unwrap().faults(), 0, "names alone have no sign");
}

#[test]
fn names_that_others_have_are_told_in_any_spelling() {
    let mut roster = Roster::read("Ada\nbob", TERMS).unwrap();
    roster.mark_taken(&["ada".to_owned()]);
    assert_eq!(roster.rows()[0].person, Err(RowFault::Taken));
    assert!(roster.rows()[1].person.is_ok());
}

#[test]
fn nobody_and_too_many_are_no_roster() {
    for nobody in ["", " \n\n ", "username\n", ",,\n"] {
        assert_eq!(Roster::read(nobody, TERMS), Err(RosterFault::Empty), "{nobody:?}");
    }
    let many: String = (0..501).fold(String::new(), |list, number| format!("{list}student{number}\n"));
    assert_eq!(Roster::read(&many, TERMS), Err(RosterFault::TooLong));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_has_a_verdict(text in "[a-c,;\t\"\r\n \\PC]{0,200}") {
        if let Ok(roster) = Roster::read(&text, TERMS) {
            proptest::prop_assert!(!roster.rows().is_empty());
        }
    }
}
