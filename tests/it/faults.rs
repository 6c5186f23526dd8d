//! What goes wrong around the house - the process, the disk, the database server, the clock - and what is promised
//! then: whatever was answered as done is there once, whatever was answered as not done is not, nobody sees a page that
//! blames the house for its surroundings, and all goes on by itself when they are back.

mod clock;
mod crowd;
mod descriptors;
mod disk;
mod flood;
mod killed;
mod machine;
mod server_away;
mod suspended;
