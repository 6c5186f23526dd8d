//! The form of an act: what stands now, what will happen, and what is asked.

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// A line of text.
    Line,
    /// A number that may have decimals, such as money or shares.
    Amount,
    /// One of these: the value that is sent, and its label.
    Choice(Vec<(String, String)>),
}

/// Something the form asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// What it asks.
    pub label: &'static str,
    /// The rule, before the mistake.
    pub hint: String,
    /// How it is filled in.
    pub control: Control,
    /// What stands in it.
    pub value: String,
    /// The most characters it takes.
    pub longest: u32,
}

impl Field {
    /// A line of text.
    #[must_use]
    pub fn line(name: &'static str, label: &'static str, hint: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name, label, hint: hint.into(), control: Control::Line, value: value.into(), longest: 200 }
    }

    /// A number.
    #[must_use]
    pub fn amount(name: &'static str, label: &'static str, hint: impl Into<String>, value: impl Into<String>) -> Self {
        Self { control: Control::Amount, longest: 32, ..Self::line(name, label, hint, value) }
    }

    /// One of `choices`.
    #[must_use]
    pub fn choice(
        name: &'static str,
        label: &'static str,
        choices: Vec<(String, String)>,
        value: impl Into<String>,
    ) -> Self {
        Self { control: Control::Choice(choices), ..Self::line(name, label, "", value) }
    }
}

/// Something that is so now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub label: String,
    /// How it is.
    pub value: String,
}

impl Fact {
    /// `label` is `value`.
    #[must_use]
    pub fn new(label: impl Into<String>, value: &(impl ToString + ?Sized)) -> Self {
        Self { label: label.into(), value: value.to_string() }
    }
}

/// The form of an act for one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// What it is done to, as people call it.
    pub name: String,
    /// How that stands now.
    pub facts: Vec<Fact>,
    /// What will happen, in a sentence or two.
    pub consequence: String,
    /// What is asked besides the reason.
    pub fields: Vec<Field>,
    /// What the button says: `Disable bob`.
    pub button: String,
    /// Whether it takes something away.
    pub serious: bool,
    /// Why it cannot be done now, if it cannot.
    pub refused: Option<String>,
}
