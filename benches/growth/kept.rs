//! Databases that are made once and kept for the next run.

use crate::books::{self, Plan};
use anyhow::bail;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A database that is there.
pub(crate) struct Kept {
    /// Where.
    pub(crate) file: PathBuf,
}

impl Kept {
    /// The one of this plan, made now unless it is there from a run with the same tables; small books are verified when
    /// they are made.
    pub(crate) async fn find(binary: &Path, plan: Plan) -> anyhow::Result<Self> {
        let entries = plan.entries();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/growth");
        let directory = kept.join(entries.to_string());
        let (file, stamp) = (directory.join("tradefloor.db"), directory.join("plan"));
        let wanted = format!("{plan:?} {:?}", migrations()?);
        if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(Self { file });
        }
        if directory.exists() {
            std::fs::remove_dir_all(&directory)?;
        }
        std::fs::create_dir_all(&directory)?;
        let begun = Instant::now();
        println!("Making a database with {entries} entries.");
        books::write(&file, &plan).await?;
        println!("It took {:.0?} and has {} MiB.", begun.elapsed(), std::fs::metadata(&file)?.len() / 1024 / 1024);
        if entries < 1_000_000 {
            let verified = Command::new(binary).args(["verify", "--database"]).arg(&file).output()?;
            if !verified.status.success() {
                bail!("{}", String::from_utf8_lossy(&verified.stderr));
            }
            print!("{}", String::from_utf8_lossy(&verified.stdout));
        }
        std::fs::write(&stamp, wanted)?;
        Ok(Self { file })
    }
}

/// The names of all changes to the tables.
fn migrations() -> anyhow::Result<Vec<String>> {
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite"))?;
    let mut names: Vec<String> =
        folders.flatten().map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
