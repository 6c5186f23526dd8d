//! Characters that nobody sees: with them two texts look alike that are not, and one can turn another backwards.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, VariationSelector};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character is not seen by itself, or only says how others are shown, in which order or on which line: those
/// that Unicode calls default ignorable (UAX 44), its format characters, and its separators of lines. Not among them is
/// what says how the character before is drawn.
pub(super) fn is_unseen(one: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(one);
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(one) && !is_variation_selector(one);
    let arranges = [GeneralCategory::Format, GeneralCategory::LineSeparator, GeneralCategory::ParagraphSeparator];
    ignorable || arranges.contains(&category)
}

/// Whether a character says how the one before it is drawn, as in emoji.
pub(super) fn is_variation_selector(one: char) -> bool {
    CodePointSetData::new::<VariationSelector>().contains(one)
}
