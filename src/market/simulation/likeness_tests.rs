//! What real markets show, and this one has to: see `docs/market.md`, which holds the numbers of both.

use super::*;
use crate::domain::{At, Symbol};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Trading of a day, as on the exchanges in New York.
const DAY: Duration = Duration::from_mins(390);
const DAYS: u32 = 24;
const SECTORS: [(&str, [&str; 3]); 3] =
    [("Technology", ["AAA", "AAB", "AAC"]), ("Energy", ["BBA", "BBB", "BBC"]), ("Utilities", ["CCA", "CCB", "CCC"])];

/// The relative moves of each symbol from minute to minute within days, and what was quoted and traded at their ends.
#[derive(Default)]
struct Minutes {
    moves: Vec<f64>,
    /// The spread in parts of the price.
    spreads: Vec<f64>,
    /// Each minute's time of day, and its shares.
    volumes: Vec<(f64, f64)>,
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
            for part in 1..=6_u32 {
                let at = opened.plus(Duration::from_secs(10) * (minute * 6 + part));
                process.step(at, f64::from(minute * 6 + part) / 2_340.0, &mut ticks);
            }
            for (place, (symbol, _)) in listed.iter().enumerate() {
                let mine: Vec<_> = ticks.iter().filter(|tick| tick.place == place).collect();
                let Some(last) = mine.last() else { continue };
                let middle = (dollars(last.bid) + dollars(last.ask)) / 2.0;
                let minutes = told.entry(symbol.to_string()).or_default();
                minutes.moves.push(before[place].map_or(0.0, |before| middle / before - 1.0));
                minutes.spreads.push((dollars(last.ask) - dollars(last.bid)) / middle);
                let shares = mine.iter().map(|tick| tick.shares as f64).sum();
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
        let middle = (bid + ask) / 2.0;
        let minutes = told.entry(fields[1].to_owned()).or_default();
        let day = at.utc_day();
        let known = before.insert(fields[1].to_owned(), (day, middle)).filter(|(then, _)| *then == day);
        minutes.moves.push(known.map_or(0.0, |(_, before)| middle / before - 1.0));
        minutes.spreads.push((ask - bid) / middle);
        minutes.volumes.push(((minute - 1) as f64 / 390.0, fields[6].parse().unwrap()));
    }
    told
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

fn kurtosis(values: &[f64]) -> f64 {
    let (mean, deviation) = (mean(values), deviation(values));
    values.iter().map(|value| ((value - mean) / deviation).powi(4)).sum::<f64>() / values.len() as f64
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let (of_one, of_other) = (mean(one), mean(other));
    let together: f64 = one.iter().zip(other).map(|(one, other)| (one - of_one) * (other - of_other)).sum();
    together / one.len().min(other.len()) as f64 / deviation(one) / deviation(other)
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

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One line of the table in `docs/market.md`; shown with `--nocapture`.
fn show(name: &str, told: &Minutes) {
    let [first, noon, last] = busy(&told.volumes).map(|part| 100.0 * part);
    println!(
        "{name}: move {:.4} % kurtosis {:.1} clustering {:.2} {:.2} {:.2} spread {:.2} bp hours {first:.0} {noon:.0} {last:.0} %",
        100.0 * deviation(&told.moves),
        kurtosis(&told.moves),
        clustering(&told.moves, 1),
        clustering(&told.moves, 5),
        clustering(&told.moves, 30),
        10_000.0 * median(&told.spreads),
    );
}

/// The mean correlation of hourly moves within sectors, and across them.
fn together(told: &BTreeMap<String, Minutes>) -> (f64, f64) {
    let hours: Vec<(&str, Vec<f64>)> = told
        .iter()
        .map(|(name, told)| (name.as_str(), told.moves.chunks(30).map(|hour| hour.iter().sum()).collect()))
        .collect();
    let (mut within, mut across) = (Vec::new(), Vec::new());
    for (place, (name, moves)) in hours.iter().enumerate() {
        for (other, others) in &hours[..place] {
            let pairs = if name[..1] == other[..1] { &mut within } else { &mut across };
            pairs.push(correlation(moves, others));
        }
    }
    (mean(&within), mean(&across))
}

#[test]
fn it_moves_as_real_markets_do() {
    let simulated = simulated(2);
    for (name, told) in &simulated {
        show(name, told);
        assert!((0.000_2..0.002).contains(&deviation(&told.moves)), "{name} moves like a stock");
        assert!(kurtosis(&told.moves) > 4.0, "{name} has fat tails: {}", kurtosis(&told.moves));
        assert!(told.spreads.iter().all(|spread| *spread > 0.0), "{name} is never crossed");
        let drift = mean(&told.moves) / deviation(&told.moves) * (told.moves.len() as f64).sqrt();
        assert!(drift.abs() < 3.5, "{name} drifts nowhere: {drift}");
        let [first, noon, last] = busy(&told.volumes);
        assert!(first > 1.3 * noon && last > 1.3 * noon, "{name} is busy at both ends of the day");
    }
    for lag in [1, 5, 30] {
        let all: Vec<f64> = simulated.values().map(|told| clustering(&told.moves, lag)).collect();
        assert!(mean(&all) > 0.05, "moves cluster over {lag} minutes: {all:?}");
    }
    let (within, across) = together(&simulated);
    println!("correlation within sectors {within:.2}, across them {across:.2}");
    assert!(across > 0.1 && within > across + 0.08, "{within} within sectors, {across} across them");
}

#[test]
fn the_recorded_tape_shows_the_same() {
    let recorded = recorded();
    for (name, told) in &recorded {
        show(name, told);
        assert!(kurtosis(&told.moves) > 4.0 && clustering(&told.moves, 1) > 0.08);
    }
    let hours: Vec<Vec<f64>> =
        recorded.values().map(|told| told.moves.chunks(30).map(|hour| hour.iter().sum()).collect()).collect();
    for one in 1..hours.len() {
        println!("correlation {:.2}", correlation(&hours[0], &hours[one]));
    }
}
