//! Reading files of lines from strangers without trusting that a line ever ends.

use std::io::{Error, ErrorKind, Read, Result};

/// More than any honest line of a file of ours holds, in bytes.
const LONGEST_LINE: usize = 64 * 1024;

/// Passes bytes through and fails once a line is longer than any honest one, so that whoever gathers a line
/// in memory gathers a bounded amount.
#[derive(Debug)]
pub(super) struct BoundedLines<R> {
    source: R,
    since_newline: usize,
}

impl<R> BoundedLines<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, since_newline: 0 }
    }
}

impl<R: Read> Read for BoundedLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.source.read(buffer)?;
        for byte in buffer.iter().take(read) {
            self.since_newline = if *byte == b'\n' { 0 } else { self.since_newline + 1 };
            if self.since_newline > LONGEST_LINE {
                let problem = format!("a line is longer than {LONGEST_LINE} bytes");
                return Err(Error::new(ErrorKind::InvalidData, problem));
            }
        }
        Ok(read)
    }
}
