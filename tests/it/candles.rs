//! What prices did is kept as it was: by the store, by the recorder as it happens, and out of a file.

mod kept;
