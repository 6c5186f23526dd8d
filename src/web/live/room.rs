//! Where lines are kept: a few rooms, each with a task that shows every new frame to all who are in it.
//!
//! A room holds no line alive. A line belongs to its conversation, and is gone when that ends.

use super::Floor;
use super::line::{Desk, Ending, Line};
use crate::market::Frame;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};

/// How many lines are written to before others on the same thread have their turn: some hundreds of microseconds.
const TURN: usize = 64;
/// How often lines are looked after, unless a limit is so short that it takes more.
const LOOK: Duration = Duration::from_millis(250);
/// The shortest time between two looks, and how many of them the shortest limit spans.
const SHORTEST_LOOK: Duration = Duration::from_millis(5);
const LOOKS: u32 = 8;

/// All rooms, one for each thread of the runtime.
#[derive(Debug)]
pub(super) struct Rooms {
    rooms: Vec<Arc<Room>>,
    next: AtomicUsize,
}

/// Who has come in since the room's task last looked. No more than there are seats.
#[derive(Debug, Default)]
struct Room {
    newcomers: Mutex<Vec<Weak<Line>>>,
}

impl Rooms {
    /// Opens them on the current runtime, until the floor is told to stop.
    pub(super) fn open(floor: &Arc<Floor>) -> Self {
        let count = Handle::current().metrics().num_workers();
        let open = || {
            let room = Arc::new(Room::default());
            tokio::spawn(Arc::clone(&room).run(Arc::clone(floor)));
            room
        };
        Self { rooms: std::iter::repeat_with(open).take(count).collect(), next: AtomicUsize::new(0) }
    }

    /// Lets `line` in.
    pub(super) fn enter(&self, line: &Arc<Line>) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(room) = turn.checked_rem(self.rooms.len()).and_then(|place| self.rooms.get(place)) {
            room.newcomers.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(line));
        }
    }
}

impl Room {
    async fn run(self: Arc<Self>, floor: Arc<Floor>) {
        let limits = &floor.limits;
        let shortest = [limits.heartbeat, limits.ping, limits.silence, limits.unread].into_iter().min();
        let look = shortest.map_or(LOOK, |shortest| (shortest / LOOKS).clamp(SHORTEST_LOOK, LOOK));
        let mut looks = interval(look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut frames = floor.hub.watch();
        let mut lines = Vec::new();
        let mut desk = Desk::default();
        loop {
            let frame = tokio::select! {
                biased;
                () = floor.stop.cancelled() => break,
                changed = frames.changed() => match changed {
                    Ok(()) => Some(Arc::clone(&frames.borrow_and_update())),
                    Err(_) => break,
                },
                _ = looks.tick() => None,
            };
            self.welcome(&mut lines);
            match frame {
                Some(frame) => show(&mut lines, &frame, &floor, &mut desk).await,
                None => look_after(&mut lines, &floor, look * 2).await,
            }
        }
        // Whoever comes in after this sees for themselves that the floor is closing.
        floor.stop.cancel();
        self.welcome(&mut lines);
        for line in lines.iter().filter_map(Weak::upgrade) {
            line.end(Ending::going_away());
        }
    }

    fn welcome(&self, lines: &mut Vec<Weak<Line>>) {
        lines.append(&mut self.newcomers.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

async fn show(lines: &mut Vec<Weak<Line>>, frame: &Frame, floor: &Floor, desk: &mut Desk) {
    let now = Instant::now();
    each(lines, |line| line.show(frame, &floor.limits, now, desk)).await;
}

async fn look_after(lines: &mut Vec<Weak<Line>>, floor: &Floor, grace: Duration) {
    let now = Instant::now();
    each(lines, |line| line.look_after(&floor.hub, &floor.limits, grace, now)).await;
}

/// Does something with each line that is still there, and forgets the others.
async fn each(lines: &mut Vec<Weak<Line>>, mut act: impl FnMut(&Line)) {
    let mut place = 0;
    while let Some(line) = lines.get(place) {
        if let Some(line) = line.upgrade() {
            act(&line);
            place += 1;
            if place % TURN == 0 {
                tokio::task::yield_now().await;
            }
        } else {
            lines.swap_remove(place);
        }
    }
}
