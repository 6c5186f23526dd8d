//! Chance that every machine draws alike.
//!
//! The numbers come from `ChaCha12` as integers. Only addition, subtraction, multiplication, division and square roots
//! are done to them, which IEEE 754 rounds in one way; a library's logarithm may differ from machine to machine, so
//! the one needed here is computed from those.

use crate::domain::At;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

const LN_2: f64 = std::f64::consts::LN_2;
const FRACTION_BITS: u32 = 52;
const EXPONENT_OF_ONE: u64 = 1_023;

/// What a stream of chance is for: streams for different purposes have nothing in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The market as a whole.
    Market,
    /// A sector.
    Sector,
    /// An instrument's own moves.
    Own,
    /// An instrument's ticks: when, how wide, how many shares.
    Ticks,
    /// What an instrument is like, always.
    Character,
}

/// One stream of chance.
#[derive(Debug, Clone)]
pub(super) struct Chance(ChaCha12Rng);

impl Chance {
    /// The stream that follows from a seed, the moment a simulation begins, a purpose and a name.
    pub(super) fn new(seed: u64, begin: At, purpose: Purpose, name: &str) -> Self {
        let mut key = [0; 32];
        let parts = seed.to_le_bytes().into_iter().chain(begin.micros().to_le_bytes());
        for (byte, part) in key.iter_mut().zip(parts.chain([purpose.number()])) {
            *byte = part;
        }
        let mut generator = ChaCha12Rng::from_seed(key);
        generator.set_stream(number(name));
        Self(generator)
    }

    /// From zero, inclusive, to one, exclusive.
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Heads or tails.
    pub(super) fn coin(&mut self) -> bool {
        self.0.random()
    }

    /// How often tails came before the first heads.
    pub(super) fn tails(&mut self) -> u32 {
        self.0.random::<u32>().leading_zeros()
    }

    /// The negative logarithm of a number between zero and one: exponentially distributed with mean one.
    pub(super) fn exponential(&mut self) -> f64 {
        -natural_logarithm(1.0 - self.uniform())
    }

    /// Normally distributed with mean zero and variance one, by the polar method of Marsaglia and Bray (1964).
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (across, up) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let square = across * across + up * up;
            if square > 0.0 && square < 1.0 {
                return across * (-2.0 * natural_logarithm(square) / square).sqrt();
            }
        }
    }
}

impl Purpose {
    const fn number(self) -> u8 {
        match self {
            Self::Market => 1,
            Self::Sector => 2,
            Self::Own => 3,
            Self::Ticks => 4,
            Self::Character => 5,
        }
    }
}

/// The number of a name: FNV-1a over its bytes.
fn number(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The natural logarithm of a positive, normal number: its exponent times ln 2, and for the fraction f between 1 and 2
/// the series ln f = 2 (t + t³/3 + t⁵/5 + …) with t = (f - √2) / (f + √2), and half of ln 2 for the √2.
fn natural_logarithm(number: f64) -> f64 {
    let bits = number.to_bits();
    let exponent = exponent_of(bits);
    let fraction = f64::from_bits((bits & ((1 << FRACTION_BITS) - 1)) | (EXPONENT_OF_ONE << FRACTION_BITS));
    let root = std::f64::consts::SQRT_2;
    let t = (fraction - root) / (fraction + root);
    let square = t * t;
    // The next term is below 10⁻¹³ for every fraction.
    let series = [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0].iter().fold(0.0, |sum, odd| sum * square + 1.0 / odd);
    (exponent + 0.5) * LN_2 + 2.0 * t * series
}

/// The exponent of a positive, normal number.
fn exponent_of(bits: u64) -> f64 {
    let biased = u32::try_from(bits >> FRACTION_BITS).unwrap_or_default();
    f64::from(biased) - 1_023.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_that_of_the_library_to_eleven_digits() {
        let mut number: f64 = 1e-300;
        while number < 1e300 {
            let (ours, library) = (natural_logarithm(number), number.ln());
            assert!((ours - library).abs() <= 1e-11 * library.abs().max(1.0), "{number}: {ours} and {library}");
            number *= 1.37;
        }
    }

    #[test]
    fn a_normal_draw_has_the_moments_of_one() {
        let mut chance = Chance::new(1, At::from_micros(0), Purpose::Own, "A");
        let draws: Vec<f64> = (0..50_000).map(|_| chance.normal()).collect();
        let mean = |power: i32| draws.iter().map(|draw| draw.powi(power)).sum::<f64>() / 50_000.0;
        assert!(mean(1).abs() < 0.015 && (mean(2) - 1.0).abs() < 0.02, "{} {}", mean(1), mean(2));
        assert!(mean(3).abs() < 0.05 && (mean(4) - 3.0).abs() < 0.15, "{} {}", mean(3), mean(4));
    }

    #[test]
    fn streams_differ_by_seed_moment_purpose_and_name() {
        let first = |seed, micros, purpose, name| Chance::new(seed, At::from_micros(micros), purpose, name).uniform();
        let draws = [
            first(1, 0, Purpose::Own, "A"),
            first(2, 0, Purpose::Own, "A"),
            first(1, 1, Purpose::Own, "A"),
            first(1, 0, Purpose::Ticks, "A"),
            first(1, 0, Purpose::Own, "B"),
        ];
        assert!((0..5).all(|one| (0..one).all(|other| draws[one].to_bits() != draws[other].to_bits())), "{draws:?}");
    }
}
