//! The shape of a day: more happens after the opening and before the close than around noon.
//!
//! Both shapes are polynomials of the time of day, from 0 at the opening to 1 at the close, with a mean of 1.

/// How the variance of a minute compares with that of an average minute.
pub(super) fn variance(time: f64) -> f64 {
    let from_noon = 2.0 * time - 1.0;
    let square = from_noon * from_noon;
    // Wilder in the morning: it takes a while until the news of a night is in the price.
    0.55 + 0.75 * square + square * square - 0.35 * from_noon * square * square
}

/// How the shares traded in a minute compare with those of an average minute.
pub(super) fn volume(time: f64) -> f64 {
    let from_noon = 2.0 * time - 1.0;
    let square = from_noon * from_noon;
    0.5 + 0.9 * square + square * square
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_have_a_mean_of_one_and_more_at_both_ends_than_at_noon() {
        for shape in [variance, volume] {
            let mean = (0..10_000).map(|part| shape((f64::from(part) + 0.5) / 10_000.0)).sum::<f64>() / 10_000.0;
            assert!((mean - 1.0).abs() < 1e-6, "{mean}");
            assert!(shape(0.0) > 2.0 * shape(0.5) && shape(1.0) > 1.5 * shape(0.5));
            assert!((0..=1_000).all(|part| shape(f64::from(part) / 1_000.0) > 0.0));
        }
    }
}
