//! How often sign-in may be tried, by address and by name.

use crate::domain::{UserId, Username};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Keys remembered before those that have recovered are forgotten.
const REMEMBERED: usize = 50_000;
/// Keys remembered at the most: past it, everybody waits until some have recovered.
const MOST_REMEMBERED: usize = 2 * REMEMBERED;
/// How often keys that have recovered are looked for at the most, because that takes a look at all of them.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// So many tries at once, and one more each `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Tries that may follow each other at once.
    pub burst: NonZeroU32,
    /// How long until one more is allowed.
    pub every: Duration,
}

/// Counts tries against two allowances.
pub struct Throttle {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_name: DefaultKeyedRateLimiter<String>,
    by_owner: DefaultKeyedRateLimiter<UserId>,
    swept: Mutex<Instant>,
    clock: DefaultClock,
}

impl Throttle {
    /// A throttle with an allowance for each address and one for each name.
    #[must_use]
    pub fn new(by_address: Allowance, by_name: Allowance) -> Self {
        Self {
            by_address: DefaultKeyedRateLimiter::keyed(quota(by_address)),
            by_name: DefaultKeyedRateLimiter::keyed(quota(by_name)),
            by_owner: DefaultKeyedRateLimiter::keyed(quota(by_name)),
            swept: Mutex::new(Instant::now()),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a try from `address` to be `username`.
    ///
    /// # Errors
    /// How long to wait before the next try.
    pub fn check(&self, address: IpAddr, username: &Username) -> Result<(), Duration> {
        self.check_address(address)?;
        self.check_one(&self.by_name, &username.key())
    }

    /// Counts a try by someone who is signed in as `user` to prove it again. Strangers who try the name do not use it up.
    ///
    /// # Errors
    /// How long to wait before the next try.
    pub fn check_owner(&self, address: IpAddr, user: UserId) -> Result<(), Duration> {
        self.check_address(address)?;
        self.check_one(&self.by_owner, &user)
    }

    /// Counts a try from `address` that names nobody yet.
    ///
    /// # Errors
    /// How long to wait before the next try.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Duration> {
        self.check_one(&self.by_address, &network(address))
    }

    fn check_one<K: Hash + Eq + Clone>(&self, limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Duration> {
        if limiter.len() >= REMEMBERED {
            self.sweep(limiter);
        }
        if limiter.len() >= MOST_REMEMBERED {
            return Err(SWEEP_EVERY);
        }
        limiter.check_key(key).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }

    fn sweep<K: Hash + Eq + Clone>(&self, limiter: &DefaultKeyedRateLimiter<K>) {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if swept.elapsed() >= SWEEP_EVERY {
            limiter.retain_recent();
            *swept = Instant::now();
        }
    }
}

fn quota(allowance: Allowance) -> Quota {
    Quota::with_period(allowance.every).unwrap_or(Quota::per_second(allowance.burst)).allow_burst(allowance.burst)
}

/// Who an address stands for: a household gets a whole /64 of IPv6, so that is what is counted.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let prefix = u128::from(v6) & (u128::MAX << 64);
            IpAddr::V6(prefix.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(address: u32, name: u32) -> Throttle {
        let allowance = |burst| Allowance { burst: NonZeroU32::new(burst).unwrap(), every: Duration::from_mins(1) };
        Throttle::new(allowance(address), allowance(name))
    }

    #[test]
    fn one_name_is_throttled_from_any_number_of_addresses() {
        let throttle = throttle(100, 3);
        let ada: Username = "ada".parse().unwrap();
        let tries = (1..=4).map(|last| throttle.check(IpAddr::from([10, 0, 0, last]), &ada).is_ok());
        assert_eq!(tries.collect::<Vec<_>>(), [true, true, true, false]);
        assert!(throttle.check(IpAddr::from([10, 0, 0, 9]), &"bob".parse().unwrap()).is_ok());
    }

    #[test]
    fn one_address_is_throttled_for_any_number_of_names_and_told_how_long() {
        let throttle = throttle(2, 100);
        let names = ["ann", "bob", "cyd"].map(|name| name.parse::<Username>().unwrap());
        let home: IpAddr = "2001:db8::1".parse().unwrap();
        let next_door: IpAddr = "2001:db8::2".parse().unwrap();
        assert_eq!(throttle.check(home, &names[0]), Ok(()));
        assert_eq!(throttle.check(next_door, &names[1]), Ok(()));
        let wait = throttle.check(home, &names[2]).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_mins(1));
    }
}
