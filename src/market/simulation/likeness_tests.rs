//! What real markets show, and this one has to: see `docs/market.md`, which holds the numbers of both.

use super::*;
use crate::domain::{At, Symbol};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Trading of a day, as on the exchanges in New York.
const DAY: Duration = Duration::from_mins(390);
const DAYS: u32 = 24;
/// The steps of a minute.
const STEPS: u32 = 3;
/// The first ones there are: none is picked.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=8;
const SECTORS: [(&str, [&str; 3]); 3] =
    [("Technology", ["AAA", "AAB", "AAC"]), ("Energy", ["BBA", "BBB", "BBC"]), ("Utilities", ["CCA", "CCB", "CCC"])];

/// The relative moves of each symbol from minute to minute within days, and what was quoted and traded at their ends.
#[derive(Default)]
struct Minutes {
    moves: Vec<f64>,
    /// The same in half-hours of the clock, each by its number since 1970.
    halves: BTreeMap<i64, f64>,
    /// The spread in parts of the price.
    spreads: Vec<f64>,
    /// Each minute's time of day, and its shares.
    volumes: Vec<(f64, f64)>,
}

impl Minutes {
    /// The move of the minute from `start`, none where nothing was before.
    fn push(&mut self, start: At, before: Option<f64>, middle: f64) {
        let moved = before.map_or(0.0, |before| middle / before - 1.0);
        self.moves.push(moved);
        *self.halves.entry(start.micros().div_euclid(30 * 60_000_000)).or_default() += moved;
    }
}

fn simulated(seed: u64) -> BTreeMap<String, Minutes> {
    let listed: Vec<(Symbol, &str)> = SECTORS
        .iter()
        .flat_map(|(sector, symbols)| symbols.iter().map(move |symbol| (symbol.parse().unwrap(), *sector)))
        .collect();
    let price = Price::from_units(2_000_000);
    let seats = listed.iter().map(|(symbol, sector)| Seat { symbol, sector, price });
    let begin: At = "2026-03-02T14:30:00Z".parse().unwrap();
    let mut process = Process::new(seed, begin, DAY, seats);
    let mut told: BTreeMap<String, Minutes> = BTreeMap::new();
    for day in 0..DAYS {
        let opened = begin.plus(Duration::from_hours(24) * day);
        process.turn_day(opened);
        let mut before: Vec<Option<f64>> = vec![None; listed.len()];
        for minute in 0..390_u32 {
            let mut ticks = Vec::new();
            for part in 1..=STEPS {
                let step = minute * STEPS + part;
                let at = opened.plus(Duration::from_mins(1) * step / STEPS);
                process.step(at, f64::from(step) / f64::from(390 * STEPS), &mut ticks);
            }
            for (place, (symbol, _)) in listed.iter().enumerate() {
                let mine: Vec<_> = ticks.iter().filter(|tick| tick.place == place).collect();
                let Some(last) = mine.last() else { continue };
                let middle = f64::midpoint(dollars(last.bid), dollars(last.ask));
                let minutes = told.entry(symbol.to_string()).or_default();
                minutes.push(opened.plus(Duration::from_mins(1) * minute), before[place], middle);
                minutes.spreads.push((dollars(last.ask) - dollars(last.bid)) / middle);
                let shares = mine.iter().map(|tick| real(tick.shares)).sum();
                minutes.volumes.push((f64::from(minute) / 390.0, shares));
                before[place] = Some(middle);
            }
        }
    }
    told
}

/// The recorded minutes of SPY, AIG, BAC and IBM within trading hours.
fn recorded() -> BTreeMap<String, Minutes> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/us-equities-2013-10-minute.csv");
    let text = std::fs::read_to_string(path).expect("the recorded prices lie beside the repository");
    let mut told: BTreeMap<String, Minutes> = BTreeMap::new();
    let mut before: BTreeMap<String, (i64, f64)> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let at: At = fields[0].parse().unwrap();
        // Half past nine to four in New York, in October, told by the ends of minutes.
        let minute = at.micros().rem_euclid(86_400_000_000) / 60_000_000 - (13 * 60 + 30);
        let (Ok(bid), Ok(ask)) = (fields[7].parse::<f64>(), fields[8].parse::<f64>()) else { continue };
        if !(1..=390).contains(&minute) {
            continue;
        }
        let middle = f64::midpoint(bid, ask);
        let minutes = told.entry(fields[1].to_owned()).or_default();
        let day = at.utc_day();
        let known = before.insert(fields[1].to_owned(), (day, middle)).filter(|(then, _)| *then == day);
        minutes.push(At::from_micros(at.micros() - 60_000_000), known.map(|(_, before)| before), middle);
        minutes.spreads.push((ask - bid) / middle);
        minutes.volumes.push((real(minute - 1) / 390.0, fields[6].parse().unwrap()));
    }
    told
}

fn count(values: &[f64]) -> f64 {
    real(i64::try_from(values.len()).unwrap())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values)
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count(values)).sqrt()
}

fn kurtosis(values: &[f64]) -> f64 {
    let (mean, deviation) = (mean(values), deviation(values));
    values.iter().map(|value| ((value - mean) / deviation).powi(4)).sum::<f64>() / count(values)
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let (of_one, of_other) = (mean(one), mean(other));
    let together: f64 = one.iter().zip(other).map(|(one, other)| (one - of_one) * (other - of_other)).sum();
    together / count(one) / deviation(one) / deviation(other)
}

/// How much the size of one move tells of the size of the moves `lag` later.
fn clustering(moves: &[f64], lag: usize) -> f64 {
    let sizes: Vec<f64> = moves.iter().map(|one| one.abs()).collect();
    correlation(&sizes[..sizes.len() - lag], &sizes[lag..])
}

/// The share of a day's volume in its first hour, around noon, and in its last.
fn busy(volumes: &[(f64, f64)]) -> [f64; 3] {
    let all: f64 = volumes.iter().map(|(_, shares)| shares).sum();
    [(0.0, 1.0 / 6.5), (2.75 / 6.5, 3.75 / 6.5), (5.5 / 6.5, 1.0)].map(|(from, to)| {
        volumes.iter().filter(|(time, _)| (from..to).contains(time)).map(|(_, shares)| shares).sum::<f64>() / all
    })
}

/// All but the jumps: moves of more than twelve times the mean size, some nine deviations.
fn without_jumps(moves: &[f64]) -> Vec<f64> {
    let largest = 12.0 * moves.iter().map(|one| one.abs()).sum::<f64>() / count(moves);
    moves.iter().copied().filter(|one| one.abs() <= largest).collect()
}

/// What the minutes of one listing look like.
struct Look {
    deviation: f64,
    kurtosis: f64,
    kurtosis_without_jumps: f64,
    /// Over 1, 5 and 30 minutes.
    clustering: [f64; 3],
    clustering_without_jumps: [f64; 3],
    spread: f64,
    busy: [f64; 3],
    /// The mean move, in the errors that a mean of so many moves has.
    drift: f64,
}

fn look(told: &Minutes) -> Look {
    let (moves, calm) = (&told.moves, without_jumps(&told.moves));
    Look {
        deviation: deviation(moves),
        kurtosis: kurtosis(moves),
        kurtosis_without_jumps: kurtosis(&calm),
        clustering: [1, 5, 30].map(|lag| clustering(moves, lag)),
        clustering_without_jumps: [1, 5, 30].map(|lag| clustering(&calm, lag)),
        spread: lowest_median_highest(&told.spreads)[1],
        busy: busy(&told.volumes),
        drift: mean(moves) / deviation(moves) * count(moves).sqrt(),
    }
}

fn lowest_median_highest(values: &[f64]) -> [f64; 3] {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
    [values[0], middle, values[values.len() - 1]]
}

/// The lowest, the median and the highest that `figure` is of any of `looks`.
fn of(looks: &[Look], figure: impl Fn(&Look) -> f64) -> [f64; 3] {
    lowest_median_highest(&looks.iter().map(figure).collect::<Vec<_>>())
}

/// Lines of the table in `docs/market.md`; shown with `--nocapture`.
fn show(name: &str, looks: &[Look]) {
    println!("{name}");
    println!("  move {:.4?} %", of(looks, |look| 100.0 * look.deviation));
    println!("  kurtosis {:.1?}", of(looks, |look| look.kurtosis));
    println!("  kurtosis without jumps {:.1?}", of(looks, |look| look.kurtosis_without_jumps));
    for (place, lag) in [1, 5, 30].into_iter().enumerate() {
        let without = of(looks, |look| look.clustering_without_jumps[place]);
        println!(
            "  clustering over {lag} {:.2?}, without jumps {without:.2?}",
            of(looks, |look| look.clustering[place])
        );
    }
    println!("  spread {:.1?} bp", of(looks, |look| 10_000.0 * look.spread));
    for (place, hour) in ["first", "noon", "last"].into_iter().enumerate() {
        println!("  volume of the {hour} hour {:.0?} %", of(looks, |look| 100.0 * look.busy[place]));
    }
    println!("  drift {:.2?} errors", of(looks, |look| look.drift));
}

/// The correlations of the half-hourly moves of each two.
fn together(told: &BTreeMap<String, Minutes>) -> Vec<((&str, &str), f64)> {
    let halves: Vec<(&str, Vec<f64>)> =
        told.iter().map(|(name, told)| (name.as_str(), told.halves.values().copied().collect())).collect();
    let times = |told: &Minutes| told.halves.keys().copied().collect::<Vec<_>>();
    assert!(told.values().all(|one| told.values().all(|other| times(one) == times(other))), "moves of the same times");
    let pairs =
        halves.iter().enumerate().flat_map(|(place, one)| halves[..place].iter().map(move |other| (other, one)));
    pairs.map(|((one, moves), (other, others))| ((*one, *other), correlation(moves, others))).collect()
}

/// The bounds were set by those who knew what comes out: they tell when something breaks. How near it comes to the
/// tape, and where it does not, stands in `docs/market.md`.
#[test]
fn it_moves_as_real_markets_do_whatever_the_seed() {
    let mut sectors: BTreeMap<&str, Vec<Look>> = BTreeMap::new();
    let (mut all_within, mut all_across) = (Vec::new(), Vec::new());
    for seed in SEEDS {
        let simulated = simulated(seed);
        for (name, told) in &simulated {
            let name_of = |(_, symbols): &&(&str, [&str; 3])| symbols.contains(&name.as_str());
            let look = look(told);
            let of_whom = format!("{name} of seed {seed}");
            assert!((0.000_2..0.002).contains(&look.deviation), "{of_whom} moves like a stock");
            assert!(told.spreads.iter().all(|spread| *spread > 0.0), "{of_whom} is never crossed");
            let [first, noon, last] = look.busy;
            assert!(first > 1.3 * noon && last > 1.3 * noon, "{of_whom} is busy at both ends of the day");
            // Normal and independent moves have a kurtosis of 3 with an error of 0.05 here, and no clustering with
            // one of 0.01.
            let (kurtosis, clustering) = (look.kurtosis_without_jumps, look.clustering_without_jumps);
            assert!(kurtosis > 3.5, "{of_whom} has fat tails, and not from jumps alone: {kurtosis}");
            assert!(clustering.iter().all(|one| *one > 0.03), "the moves of {of_whom} cluster: {clustering:?}");
            assert!(look.drift.abs() < 4.0, "{of_whom} drifts nowhere: {}", look.drift);
            sectors.entry(SECTORS.iter().find(name_of).unwrap().0).or_default().push(look);
        }
        let (within, across): (Vec<_>, Vec<_>) =
            together(&simulated).into_iter().partition(|((one, other), _)| one[..1] == other[..1]);
        let [within, across] = [within, across].map(|pairs| mean(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>()));
        assert!(across > 0.05 && within > across + 0.08, "seed {seed}: {within} within sectors, {across} across them");
        all_within.push(within);
        all_across.push(across);
    }
    for (sector, looks) in &sectors {
        show(sector, looks);
    }
    println!("correlation within sectors {:.2?}", lowest_median_highest(&all_within));
    println!("correlation across sectors {:.2?}", lowest_median_highest(&all_across));

    let all: Vec<Look> = sectors.into_values().flatten().collect();
    show("All", &all);
    let median = |figure: fn(&Look) -> f64| of(&all, figure)[1];
    assert!((0.000_4..0.001).contains(&median(|look| look.deviation)));
    assert!((4.0..10.0).contains(&median(|look| look.kurtosis_without_jumps)));
    assert!(of(&all, |look| look.kurtosis)[2] > 20.0, "there are jumps");
    assert!((0.08..0.3).contains(&median(|look| look.clustering[0])));
    assert!((0.08..0.3).contains(&median(|look| look.clustering[1])));
    assert!((0.05..0.3).contains(&median(|look| look.clustering[2])));
    assert!((0.000_05..0.000_5).contains(&median(|look| look.spread)));
    // The listings of a seed share a market, so that 72 of them tell about as much as 30 would: an error of 0.25.
    assert!(median(|look| look.drift).abs() < 0.75, "there is no drift in all of them together");
}

#[test]
fn the_recorded_tape_shows_the_same() {
    let recorded = recorded();
    for (name, told) in &recorded {
        let look = look(told);
        assert!(look.kurtosis_without_jumps > 4.0 && look.clustering[0] > 0.08, "{name}");
        show(name, &[look]);
    }
    for ((one, other), correlation) in together(&recorded) {
        println!("correlation of {one} and {other} {correlation:.2}");
    }
}
