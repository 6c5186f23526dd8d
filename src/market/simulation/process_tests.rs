use super::*;
use sha2::{Digest as _, Sha256};

/// A Thursday, an hour before noon in UTC.
const BEGIN: At = At::from_micros(1_780_052_400_000_000);
const DAY: Duration = Duration::from_hours(24);

fn listed() -> Vec<(Symbol, &'static str, Price)> {
    [
        ("ACME", "Technology", 1_872_200),
        ("BOLT", "Technology", 135_000),
        ("DUST", "", 9_950),
        ("FLOR", "Energy", 100),
        ("BRK.B", "Financials", 5_000_000),
    ]
    .map(|(symbol, sector, units)| (symbol.parse().unwrap(), sector, Price::from_units(units)))
    .into()
}

fn process(seed: u64, listed: &[(Symbol, &'static str, Price)]) -> Process {
    let seats = listed.iter().map(|(symbol, sector, price)| Seat { symbol, sector, price: *price });
    Process::new(seed, BEGIN, DAY, seats)
}

fn run(seed: u64, listed: &[(Symbol, &'static str, Price)], steps: u32) -> Vec<Tick> {
    let mut process = process(seed, listed);
    let mut ticks = Vec::new();
    process.open(0.5, &mut ticks);
    for step in 1..=steps {
        process.step(BEGIN.plus(Duration::from_millis(100) * step), 0.5, &mut ticks);
    }
    ticks
}

#[test]
fn the_same_seed_symbols_and_times_give_the_same_ticks_and_another_seed_others() {
    let ticks = run(7, &listed(), 2_000);
    assert_eq!(ticks, run(7, &listed(), 2_000));
    assert_ne!(ticks, run(8, &listed(), 2_000));
}

/// Whoever changes what a seed stands for changes this number, and says so in `docs/market.md`.
#[test]
fn the_ticks_of_a_seed_are_the_same_on_every_machine() {
    let listed = listed();
    let mut process = process(2026, &listed);
    let mut ticks = Vec::new();
    process.open(0.0, &mut ticks);
    for step in 1..=20_000_u32 {
        let at = BEGIN.plus(Duration::from_millis(100) * step);
        if step % 6_000 == 0 {
            process.turn_day(at);
            process.open(0.0, &mut ticks);
        }
        process.step(at, f64::from(step % 6_000) / 6_000.0, &mut ticks);
    }
    let mut fingerprint = Sha256::new();
    for Tick { place, bid, ask, last, shares } in &ticks {
        fingerprint.update(format!("{place} {bid} {ask} {last} {shares}\n"));
    }
    let begins: [u8; 8] = fingerprint.finalize()[..8].try_into().unwrap();
    assert_eq!((ticks.len(), u64::from_be_bytes(begins)), (30_115, 0x021c_3558_d5f3_7959));
}

#[test]
fn one_symbol_more_changes_no_other_path() {
    let few = run(7, &listed()[..2], 500);
    let many: Vec<_> = run(7, &listed(), 500).into_iter().filter(|tick| tick.place < 2).collect();
    assert_eq!(few, many);
}

#[test]
fn it_opens_where_it_was_told_to() {
    let opened = run(7, &listed(), 0);
    for ((_, _, price), tick) in listed().iter().zip(&opened) {
        assert!((tick.last.units() - price.units()).abs() <= price.units() / 1_000 + 100, "{tick:?}");
    }
}

#[test]
fn no_quote_is_crossed_off_the_tick_or_below_a_cent() {
    let on_tick = |price: Price| price.units() < 10_000 || price.units() % 100 == 0;
    for tick in run(3, &listed(), 20_000) {
        assert!(tick.bid >= Price::LOWEST && tick.bid < tick.ask, "{tick:?}");
        assert!(tick.last == tick.bid || tick.last == tick.ask, "{tick:?}");
        assert!(on_tick(tick.bid) && on_tick(tick.ask), "{tick:?}");
        assert!(tick.shares >= 0);
    }
}

#[test]
fn each_symbol_ticks_two_to_four_times_a_second() {
    let ticks = run(5, &listed(), 6_000);
    for place in 0..listed().len() {
        let count = ticks.iter().filter(|tick| tick.place == place).count();
        assert!((1_200..=2_400).contains(&count), "{count} ticks in 600 seconds");
    }
}

#[test]
fn a_gap_between_days_moves_everything_and_an_hour_without_trading_nothing() {
    let listed = listed();
    let mut process = process(9, &listed);
    let mut gaps = Vec::new();
    for day in 1..=400 {
        let before = process.walks[0].value;
        process.turn_day(BEGIN.plus(DAY * day));
        gaps.push(process.walks[0].value / before - 1.0);
    }
    assert!(gaps.iter().all(|gap| *gap != 0.0));
    let deviation = (gaps.iter().map(|gap| gap * gap).sum::<f64>() / 400.0).sqrt();
    assert!((0.004..0.02).contains(&deviation), "a night moves {deviation}");
}

#[test]
fn what_is_dear_wild_or_traded_little_is_quoted_wider() {
    let mut process = process(4, &listed());
    let (mut noon, mut morning) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        process.open(0.5, &mut noon);
        process.open(0.0, &mut morning);
    }
    let width = |ticks: &[Tick], place: usize| {
        let wide = ticks.iter().filter(|tick| tick.place == place);
        wide.map(|tick| tick.ask.units() - tick.bid.units()).sum::<i64>()
    };
    assert!(width(&noon, 4) > width(&noon, 0) && width(&noon, 0) > width(&noon, 1));
    assert!(width(&morning, 0) > width(&noon, 0), "the morning is wilder than noon");
}

#[test]
fn a_market_that_runs_for_centuries_does_not_run_away() {
    let listed = listed();
    let mut process = process(1, &listed[..2]);
    for day in 1..=252 * 200 {
        process.turn_day(BEGIN.plus(DAY * day));
        let walk = &mut process.walks[0];
        let own = walk.own.trade_day();
        walk.follow(BEGIN, own, 1.0, (&process.market, &process.sectors));
        let ratio = walk.value / walk.began;
        assert!((0.02..50.0).contains(&ratio), "day {day}: {ratio}");
    }
}

#[test]
fn whoever_sits_down_later_begins_at_its_price_and_changes_no_other_path() {
    let listed = listed();
    let late = |with: bool| {
        let mut process = process(7, &listed[..2]);
        let mut ticks = Vec::new();
        for step in 1..=600 {
            if step == 300 && with {
                let (symbol, sector, price) = &listed[4];
                process.seat(Seat { symbol, sector, price: *price });
                let shown = process.quote(2, *price, 0.5).unwrap();
                assert!(shown.last == *price && shown.bid <= *price && shown.ask >= *price, "{shown:?}");
            }
            process.step(BEGIN.plus(Duration::from_millis(100) * step), 0.5, &mut ticks);
        }
        ticks
    };
    let (with, without) = (late(true), late(false));
    assert_eq!(with, late(true), "the same list at the same simulated times gives the same ticks");
    let first = with.iter().find(|tick| tick.place == 2).unwrap();
    assert!((first.last.units() - listed[4].2.units()).abs() < listed[4].2.units() / 200, "{first:?}");
    assert!(with.iter().filter(|tick| tick.place == 2).count() > 40);
    assert_eq!(with.into_iter().filter(|tick| tick.place < 2).collect::<Vec<_>>(), without);
}

#[test]
fn a_price_that_is_set_stays_set_and_so_does_one_that_moves_to_another_sector() {
    let listed = listed();
    let mut process = process(7, &listed);
    let mut ticks = Vec::new();
    process.step(BEGIN.plus(Duration::from_secs(1)), 0.5, &mut ticks);
    process.set(1, Price::from_units(500_000));
    process.move_to_sector(1, &listed[1].0, "Utilities");
    for step in 20..=620 {
        process.step(BEGIN.plus(Duration::from_millis(100) * step), 0.5, &mut ticks);
    }
    let last = ticks.iter().rfind(|tick| tick.place == 1).unwrap().last.units();
    assert!((last - 500_000).abs() < 15_000, "{last}");
}
