//! What is wrong with a form that came back, field by field.

/// Sentences about the fields of one form, in the order the fields stand on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors {
    fields: Vec<(&'static str, String)>,
    form: Option<String>,
}

impl FieldErrors {
    /// One thing that is wrong, with `field`.
    #[must_use]
    pub fn one(field: &'static str, sentence: &(impl ToString + ?Sized)) -> Self {
        Self { fields: vec![(field, sentence.to_string())], form: None }
    }

    /// Adds what is wrong with `field`. A field keeps its first error.
    pub fn add(&mut self, field: &'static str, sentence: &(impl ToString + ?Sized)) {
        if self.get(field).is_none() {
            self.fields.push((field, sentence.to_string()));
        }
    }

    /// Says why the form as a whole was refused.
    pub fn refuse(&mut self, sentence: &(impl ToString + ?Sized)) {
        self.form = Some(sentence.to_string());
    }

    /// What is wrong with `field`.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// Why the form as a whole was refused.
    #[must_use]
    pub fn form(&self) -> Option<&str> {
        self.form.as_deref()
    }

    /// Each field with its sentence.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, sentence)| (*name, sentence.as_str()))
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.form.is_none()
    }
}
