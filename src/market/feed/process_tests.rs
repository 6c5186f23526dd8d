use super::*;
use std::time::Duration;

const BEGIN: At = At::from_micros(1_780_000_000_000_000);

fn symbols() -> Vec<(Symbol, Price)> {
    [("ACME", 1_872_200), ("BOLT", 135_000), ("DUST", 9_950), ("FLOR", 100), ("BRK.B", 5_000_000)]
        .map(|(symbol, units)| (symbol.parse().unwrap(), Price::from_units(units)))
        .into()
}

fn run(seed: u64, listed: &[(Symbol, Price)], steps: u32) -> Vec<Tick> {
    let mut process = Process::new(seed, BEGIN, listed.iter().map(|(symbol, price)| (symbol, *price)));
    let mut ticks = Vec::new();
    process.open(&mut ticks);
    for step in 1..=steps {
        process.step(BEGIN.plus(Duration::from_millis(100) * step), &mut ticks);
    }
    ticks
}

#[test]
fn the_same_seed_symbols_and_times_give_the_same_ticks_and_another_seed_others() {
    let ticks = run(7, &symbols(), 2_000);
    assert_eq!(ticks, run(7, &symbols(), 2_000));
    assert_ne!(ticks, run(8, &symbols(), 2_000));
}

#[test]
fn one_symbol_more_changes_no_other_path() {
    let few = run(7, &symbols()[..2], 500);
    let many: Vec<_> = run(7, &symbols(), 500).into_iter().filter(|tick| tick.place < 2).collect();
    assert_eq!(few, many);
}

#[test]
fn it_opens_where_it_was_told_to() {
    let opened = run(7, &symbols(), 0);
    for ((_, price), tick) in symbols().iter().zip(&opened) {
        assert!((tick.last.units() - price.units()).abs() <= price.units() / 1_000 + 100, "{tick:?}");
    }
}

#[test]
fn no_quote_is_crossed_off_the_tick_or_below_a_cent() {
    let on_tick = |price: Price| price.units() < 10_000 || price.units() % 100 == 0;
    for tick in run(3, &symbols(), 20_000) {
        assert!(tick.bid >= Price::LOWEST && tick.bid < tick.ask, "{tick:?}");
        assert!(tick.last == tick.bid || tick.last == tick.ask, "{tick:?}");
        assert!(on_tick(tick.bid) && on_tick(tick.ask), "{tick:?}");
        assert!(tick.shares >= 0);
    }
}

#[test]
fn each_symbol_ticks_two_to_four_times_a_second() {
    let ticks = run(5, &symbols(), 6_000);
    for place in 0..symbols().len() {
        let count = ticks.iter().filter(|tick| tick.place == place).count();
        assert!((1_200..=2_400).contains(&count), "{count} ticks in 600 seconds");
    }
}

#[test]
fn a_days_moves_are_those_of_a_market_and_do_not_drift() {
    let listed = &symbols()[..1];
    let moves: Vec<f64> = (0..200)
        .map(|seed| {
            let mut process = Process::new(seed, BEGIN, listed.iter().map(|(symbol, price)| (symbol, *price)));
            let mut ticks = Vec::new();
            for minute in 1..=1_440 {
                process.step(BEGIN.plus(Duration::from_mins(1) * minute), &mut ticks);
            }
            dollars(ticks.last().unwrap().last.units()) / 187.22 - 1.0
        })
        .collect();
    let count = f64::from(u32::try_from(moves.len()).unwrap());
    let mean = moves.iter().sum::<f64>() / count;
    let deviation = (moves.iter().map(|day| (day - mean).powi(2)).sum::<f64>() / count).sqrt();
    assert!((0.01..0.035).contains(&deviation), "a day moves {deviation}");
    assert!(mean.abs() < 0.006, "a day drifts {mean}");
}

#[test]
fn symbols_move_together_more_than_apart() {
    let listed = &symbols()[..2];
    let mut process = Process::new(11, BEGIN, listed.iter().map(|(symbol, price)| (symbol, *price)));
    let mut prices = [Vec::new(), Vec::new()];
    for minute in 1..=20_000 {
        let mut ticks = Vec::new();
        process.step(BEGIN.plus(Duration::from_mins(1) * minute), &mut ticks);
        for tick in ticks {
            prices[tick.place].push(dollars(tick.bid.units()));
        }
    }
    let moves = |place: usize| prices[place].windows(61).step_by(60).map(|hour| hour[60] / hour[0] - 1.0);
    let together: f64 = moves(0).zip(moves(1)).map(|(one, other)| one * other).sum();
    let (one, other): (f64, f64) = (moves(0).map(|hour| hour * hour).sum(), moves(1).map(|hour| hour * hour).sum());
    let correlation = together / (one * other).sqrt();
    assert!((0.05..0.8).contains(&correlation), "{correlation}");
}
