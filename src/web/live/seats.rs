//! Who sits at the sockets: a bounded number in all, and of one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSeat {
    /// All are taken.
    House,
    /// This address has its share.
    Address,
}

/// The seats there are.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_address: HashMap<Option<IpAddr>, usize>,
}

/// One seat, free again when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    address: Option<IpAddr>,
}

impl Seats {
    pub(super) fn take(&self, address: Option<IpAddr>, most: usize, most_of_one: usize) -> Result<Seat, NoSeat> {
        let address = address.map(household);
        let mut taken = self.lock();
        if taken.total >= most {
            return Err(NoSeat::House);
        }
        let of_one = taken.by_address.get(&address).copied().unwrap_or_default();
        if of_one >= most_of_one {
            return Err(NoSeat::Address);
        }
        taken.total += 1;
        taken.by_address.insert(address, of_one + 1);
        Ok(Seat { seats: self.clone(), address })
    }

    pub(super) fn taken(&self) -> usize {
        self.lock().total
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.total = taken.total.saturating_sub(1);
        if let Some(of_one) = taken.by_address.get_mut(&self.address) {
            *of_one = of_one.saturating_sub(1);
            if *of_one == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_it_is_dropped() {
        let seats = Seats::default();
        let (one, other): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let first = seats.take(Some(one), 2, 1).unwrap();
        assert_eq!(seats.take(Some(one), 2, 1).unwrap_err(), NoSeat::Address);
        let second = seats.take(Some(other), 2, 1).unwrap();
        assert_eq!(seats.take(Some(other), 2, 9).unwrap_err(), NoSeat::House);
        drop((first, second));
        assert_eq!(seats.taken(), 0);
        assert!(seats.lock().by_address.is_empty());
    }

    #[test]
    fn one_network_of_64_bits_is_one_address_and_a_mapped_address_is_the_one_it_maps() {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(household(parse("2001:db8::1")), household(parse("2001:db8::ffff:1")));
        assert_ne!(household(parse("2001:db8::1")), household(parse("2001:db8:0:1::1")));
        assert_eq!(household(parse("::ffff:10.0.0.1")), parse("10.0.0.1"));
    }
}
