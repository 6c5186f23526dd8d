//! Hashing passwords without letting it starve everything else.

use crate::domain::NewPassword;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many may wait for their turn before more are turned away.
const WAITING: usize = 64;
/// How long one of them waits at the most.
const PATIENCE: Duration = Duration::from_secs(20);

/// A sound hash of no known password, less its cost: checking against it takes as long as against a real one.
const NOBODY: &str = "$C6UzMDM.H6dfI/f/IKcEeOyWqYqfCJ4W2rWr0r1Jd6cVwRDT5m7qe";

/// Why no verdict was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many passwords wait to be checked.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The hashing failed, which it does only for want of randomness or memory.
    #[error("hashing failed")]
    Failed,
}

/// Hashes and checks passwords with bcrypt, off the async runtime, a few at a time. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    cost: u32,
    queue: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Hasher {
    /// A hasher of bcrypt cost `cost` that keeps all processors but one busy at most.
    #[must_use]
    pub fn new(cost: u32) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cost,
            queue: Arc::new(Semaphore::new(WAITING)),
            turns: Arc::new(Semaphore::new(processors.saturating_sub(1).max(1))),
        }
    }

    /// The hash under which `password` is stored.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn hash(&self, password: NewPassword) -> Result<String, HashError> {
        let cost = self.cost;
        // bcrypt takes in 72 bytes, and a `NewPassword` has no more; its own guard counts the closing NUL as one of them.
        self.run(move || bcrypt::hash(password.reveal(), cost)).await
    }

    /// Whether `password` is the one behind `hash`. No hash, or one that no password has, takes as long as
    /// a wrong password.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, HashError> {
        let hash = hash.filter(|hash| !hash.is_empty());
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody());
        let possible = password.len() <= NewPassword::LONGEST && !password.contains('\0');
        let password = if possible { password } else { String::new() };
        let matches = self.run(move || bcrypt::verify(&password, &hash)).await?;
        Ok(matches && known && possible)
    }

    fn nobody(&self) -> String {
        format!("$2b${:02}{NOBODY}", self.cost)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> bcrypt::BcryptResult<T> + Send + 'static,
    ) -> Result<T, HashError> {
        let _place = self.queue.try_acquire().map_err(|_| HashError::Busy)?;
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| HashError::Busy)?
            .map_err(|_| HashError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, even when nobody waits for it any more.
            let _turn = turn;
            work()
        });
        match done.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                tracing::error!(%error, "bcrypt failed");
                Err(HashError::Failed)
            }
            Err(error) => {
                tracing::error!(%error, "hashing did not finish");
                Err(HashError::Failed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> NewPassword {
        NewPassword::parse(text, &"ada".parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let hasher = Hasher::new(4);
        let hash = hasher.hash(password("correct horse battery")).await.unwrap();
        assert_eq!(hasher.verify("correct horse battery".to_owned(), Some(hash.clone())).await, Ok(true));
        assert_eq!(hasher.verify("correct horse".to_owned(), Some(hash.clone())).await, Ok(false));
        assert_eq!(hasher.verify("x".repeat(5_000), Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn the_longest_password_counts_to_its_last_byte() {
        let hasher = Hasher::new(4);
        let longest = "a long walk ".repeat(6);
        assert_eq!(longest.len(), NewPassword::LONGEST);
        let hash = hasher.hash(password(&longest)).await.unwrap();
        assert_eq!(hasher.verify(longest.clone(), Some(hash.clone())).await, Ok(true));
        assert_eq!(hasher.verify(longest.replace("walk ", "walk!"), Some(hash.clone())).await, Ok(false));
        assert_eq!(hasher.verify(longest[..71].to_owned(), Some(hash.clone())).await, Ok(false));
        assert_eq!(hasher.verify(longest + "x", Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_is_checked_against_a_sound_hash_of_the_same_cost() {
        let hasher = Hasher::new(5);
        assert!(hasher.nobody().starts_with("$2b$05$"));
        assert_eq!(hasher.verify("anything at all".to_owned(), None).await, Ok(false));
        assert_eq!(hasher.verify("anything at all".to_owned(), Some(String::new())).await, Ok(false));
    }

    #[tokio::test]
    async fn a_flood_is_turned_away_rather_than_queued_without_end() {
        let hasher = Hasher::new(4);
        let flood = (0..WAITING * 4).map(|_| hasher.verify("guess".to_owned(), None));
        let verdicts = futures_util::future::join_all(flood).await;
        assert!(verdicts.contains(&Err(HashError::Busy)));
        assert!(verdicts.contains(&Ok(false)));
    }
}
