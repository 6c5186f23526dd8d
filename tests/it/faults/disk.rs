//! The disk under the books is full, has become read-only, or fails.

use super::crowd::{Crowd, Stays, generous, says_later};
use super::machine::{BadDisk, limit};
use crate::support::form::Form;
use crate::support::place::Engine;
use crate::support::sound::assert_sound;
use crate::support::{Place, Server, Visitor};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tradefloor::domain::{Money, Role};
use tradefloor::store::{Database, accounts};

/// Writing and syncing end with these on a disk that has failed, has been made read-only, or is full.
const EIO: i32 = 5;
const EROFS: i32 = 30;
const ENOSPC: i32 = 28;
/// How often a server is stopped in turn until it has been met at a moment when it holds no lock.
const MOMENTS: usize = 50;
/// How long people go on while writes are refused, and how much longer on a busy machine until one has seen a page.
const WHILE: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(20);

/// While `breaks` holds, until `mends`, writes are refused in a sentence and reads go on; afterwards all goes on.
async fn refuses_writes_meanwhile(server: &Server, breaks: impl FnOnce(), mends: impl FnOnce()) {
    let crowd = Crowd::gather(server, 4).await;
    let ada = Visitor::new(server);
    ada.register("ada").await.assert_done();
    let ticket = ada.ticket("buy", "AAPL", "shares", "1").await;
    let deposit = ada.fill("/wallet", "/wallet/deposit", &[("amount", "1.23")]).await;
    breaks();
    let said = says_later(&ada.send(&deposit).await);
    assert!(
        ["Nothing was changed", "may or may not have been done"].iter().any(|words| said.contains(words)),
        "{said}"
    );
    says_later(&ada.send(&ticket).await);
    says_later(&ada.sign_out().await);
    let stranger = Visitor::new(server);
    says_later(&stranger.sign_in("ada").await);
    let form = [("username", "newcomer"), ("password", "violet-kettle-harbour-93")];
    says_later(&stranger.submit("/register", "/register", &form).await);
    for page in ["/portfolio", "/wallet", "/trade", "/orders", "/history.csv", "/settings", "/rates", "/health/ready"] {
        ada.get(page).await.assert_is(200);
    }
    let work = crowd.works(4, Stays::Yes);
    let begun = Instant::now();
    while begun.elapsed() < WHILE || (crowd.told().pages == 0 && begun.elapsed() < PATIENCE) {
        tokio::time::sleep(WHILE).await;
    }
    work.ends().await;
    let (told, said) = (crowd.told(), server.said());
    assert!(told.pages > 0 && told.later.0 > 0 && told.later.1 == 0, "{told:?}");
    let errors: Vec<_> = said.lines().filter(|line| line.contains("ERROR")).collect();
    let once_a_batch = errors.iter().all(|line| line.contains("a batch of writes was not committed"));
    // The house has writes of its own; what it says of the last of them may be on its way.
    let its_own = said.lines().filter(|line| line.contains("WARN") && line.contains(" were not ")).count() + 1;
    let refused = told.later.0 + 5 + its_own;
    assert!(once_a_batch && (1..=refused).contains(&errors.len()), "{told:?}:\n{said}");
    mends();
    // What was refused is done when it is asked for again.
    ada.send(&deposit).await.assert_done();
    ada.send(&ticket).await.assert_done();
    stranger.sign_in("ada").await.assert_done();
    let work = crowd.works(4, Stays::Yes);
    tokio::time::sleep(Duration::from_millis(200)).await;
    work.ends().await;
    assert_eq!(crowd.told().later, told.later, "it refuses nothing any more");
    crowd.finds_what_it_was_told().await;
}

fn on_a_bad_disk() -> (Server, BadDisk) {
    let place = Place::on(Engine::Sqlite);
    let disk = BadDisk::new(place.directory());
    let words = disk.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let server = Server::in_place(place, |settings| {
        generous(settings);
        settings.through(&words);
    });
    (server, disk)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failing_disk_kept_from_a_selection_is_sent_again_from_its_page() {
    let (server, disk) = on_a_bad_disk();
    let boss = server.administrator("boss").await;
    let mut ids = Vec::new();
    for name in ["ann", "bob", "cyd"] {
        let _trader = server.staff(name, Role::Trader).await;
        let user = server.person(name).id;
        ids.push(server.looks(move |conn| accounts::of_user(conn, user)).public_id.to_string());
    }
    let token = boss.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let mut chosen = vec![("_token", token.as_str()), ("act", "adjust-cash")];
    chosen.extend(ids.iter().map(|id| ("id", id.as_str())));
    let bulk = "/admin/accounts/bulk";
    let mut form = Form::in_page(&boss.post(bulk, &chosen).await, bulk);
    form.fill("amount", "250");
    form.fill("reason", "the spring game");
    disk.fails("write", ENOSPC);
    let failed = boss.send(&form).await;
    failed.assert_is(200).assert_says("Done for 0 of 3").assert_says("ry again");
    disk.recovers();
    let again = Form::in_page(&failed, bulk);
    boss.send(&again).await.assert_is(200).assert_says("Done for 3 of 3").assert_says("to $10,250.00.");
    boss.send(&again).await.assert_is(200).assert_says("already done");
    for name in ["ann", "bob", "cyd"] {
        let user = server.person(name).id;
        assert_eq!(server.looks(move |conn| accounts::of_user(conn, user)).cash, Money::from_cents(1_025_000));
    }
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_writes_wait_reads_go_on_and_room_is_enough_to_recover() {
    let small = SmallDisk::mount();
    let server = small.serve();
    refuses_writes_meanwhile(&server, || small.fill(&server), || small.empty(&server)).await;
    assert_sound(&small.books(&server));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_a_limit_to_the_size_of_files_writes_wait_and_reads_go_on() {
    let server = limited(Place::on(Engine::Sqlite));
    let full = || limit(&server, "fsize", "1");
    refuses_writes_meanwhile(&server, full, || limit(&server, "fsize", "unlimited")).await;
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_file_system_is_read_only_writes_wait_and_reads_go_on() {
    let (server, disk) = on_a_bad_disk();
    refuses_writes_meanwhile(&server, || disk.fails("write", EROFS), || disk.recovers()).await;
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_system_finds_no_space_writes_wait_and_reads_go_on() {
    let (server, disk) = on_a_bad_disk();
    refuses_writes_meanwhile(&server, || disk.fails("write", ENOSPC), || disk.recovers()).await;
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_disk_does_not_confirm_is_not_answered_as_done() {
    let (server, disk) = on_a_bad_disk();
    refuses_writes_meanwhile(&server, || disk.fails("sync", EIO), || disk.recovers()).await;
    assert_sound(server.database());
}

#[tokio::test]
async fn what_was_not_confirmed_is_done_once_when_it_is_sent_again_also_after_a_crash() {
    let (mut server, disk) = on_a_bad_disk();
    let mut ada = Visitor::new(&server);
    ada.register("ada").await.assert_done();
    let deposit = ada.fill("/wallet", "/wallet/deposit", &[("amount", "1.23")]).await;
    disk.fails("sync", EIO);
    let said = says_later(&ada.send(&deposit).await);
    assert!(said.contains("may or may not have been done"), "what the disk has kept of it is not known: {said}");
    server.kill();
    disk.recovers();
    server.restart();
    ada.moves_to(&server);
    ada.send(&deposit).await.assert_done();
    ada.get("/wallet").await.assert_says("$10,001.23");
    assert_sound(server.database());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_turns_read_only_is_written_to_by_whom_it_was_open_to_and_opens_to_nobody_new() {
    let mut server = Server::in_place(Place::under("books"), |settings| {
        generous(settings);
        settings.set("--readers", "8").through(&powerless());
    });
    let directory = server.file().parent().unwrap().to_owned();
    let mut crowd = Crowd::gather(&server, 4).await;
    permit(&directory, 0o555, 0o444);
    let work = crowd.works(4, Stays::Yes);
    tokio::time::sleep(Duration::from_millis(300)).await;
    work.ends().await;
    // Nothing is refused for want of a right that was had when the books were opened.
    assert_eq!(crowd.told().later, (0, 0));
    crowd.finds_what_it_was_told().await;
    server.kill();
    let mut words = powerless().into_iter().map(str::to_owned);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).arg(env!("CARGO_BIN_EXE_tradefloor")).args(["migrate", "--database"]).arg(server.file());
    let refused = command.output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("tradefloor.db cannot be opened: "), "{refused:?}");
    permit(&directory, 0o755, 0o644);
    server.restart();
    crowd.moves_to(&server);
    crowd.finds_what_it_was_told().await;
    crowd.visitor().buy("AAPL", "1").await.assert_done();
    assert_sound(server.database());
}

/// What a server is started through, so that files forbid it what they forbid, whoever runs the tests.
fn powerless() -> Vec<&'static str> {
    const LAWFUL: [&str; 2] = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
    let lawful = Command::new(LAWFUL[0]).args(&LAWFUL[1..]).arg("true").output();
    // Who may not give up these rights is not root, and has none of them.
    if lawful.is_ok_and(|ended| ended.status.success()) { LAWFUL.to_vec() } else { vec!["env"] }
}

fn permit(directory: &Path, its_own: u32, of_files: u32) {
    use std::fs::{Permissions, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;
    for file in read_dir(directory).unwrap() {
        set_permissions(file.unwrap().path(), Permissions::from_mode(of_files)).unwrap();
    }
    set_permissions(directory, Permissions::from_mode(its_own)).unwrap();
}

/// A file system of a few megabytes that only the server sees, and that goes with it. Where nobody may mount one, a
/// limit to the size of files stands in for it.
enum SmallDisk {
    Mounted,
    Limited,
}

impl SmallDisk {
    const SCRIPT: &str = r#"mount -t tmpfs -o size=12m none "$0" && exec "$@""#;

    fn mount() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut unshare = Command::new("unshare");
        match unshare.args(["-rm", "sh", "-c", Self::SCRIPT]).arg(directory.path()).arg("true").output() {
            Ok(ended) if ended.status.success() => Self::Mounted,
            _ => Self::Limited,
        }
    }

    /// A server with its books on it.
    fn serve(&self) -> Server {
        let place = Place::under("disk");
        if matches!(self, Self::Limited) {
            return limited(place);
        }
        let directory = place.file().parent().unwrap().to_owned();
        Server::in_place(place, |settings| {
            generous(settings);
            settings.through(&["unshare", "-rm", "sh", "-c", Self::SCRIPT, &directory.to_string_lossy()]);
        })
    }

    /// Its books, or a copy of them where they can be opened from here.
    fn books(&self, server: &Server) -> Database {
        if matches!(self, Self::Limited) {
            return server.database().clone();
        }
        let copy = server.directory().join("copy.db");
        server.signal("STOP");
        for part in ["", "-wal", "-shm"] {
            let name = |path: &Path| PathBuf::from(format!("{}{part}", path.display()));
            std::fs::copy(inside(server, &name(&server.file())), name(&copy)).unwrap();
        }
        server.signal("CONT");
        Database::Sqlite(copy)
    }

    /// Leaves no room, neither on the disk nor in the log of writes, which would take what fits into it.
    fn fill(&self, server: &Server) {
        if matches!(self, Self::Limited) {
            return limit(server, "fsize", "1");
        }
        let log = inside(server, &server.file().with_file_name("tradefloor.db-wal"));
        let mut folded = None;
        for _ in 0..MOMENTS {
            // From here on the server writes nothing; but it may be in the middle of it, with the lock.
            server.signal("STOP");
            folded = Some(fold(server));
            let mut rest = std::fs::File::create(rest(server)).unwrap();
            while std::io::Write::write_all(&mut rest, &[0; 4096]).is_ok() {}
            let full = std::fs::metadata(&log).unwrap().len() == 0;
            if !full {
                self.empty(server);
            }
            server.signal("CONT");
            if full {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the log of writes was never empty: {folded:?}");
    }

    fn empty(&self, server: &Server) {
        if matches!(self, Self::Limited) {
            return limit(server, "fsize", "unlimited");
        }
        std::fs::remove_file(rest(server)).unwrap();
    }
}

/// Folds the log into the database and empties it, unless a lock is in the way: so does whoever closes the books.
fn fold(server: &Server) -> Output {
    let mut enters = Command::new("nsenter");
    enters.args(["--target", &server.process_id().to_string(), "--user", "--mount", "--preserve-credentials"]);
    enters.arg(env!("CARGO_BIN_EXE_tradefloor")).args(["migrate", "--database"]).arg(server.file()).output().unwrap()
}

/// The file that takes all the room there is.
fn rest(server: &Server) -> PathBuf {
    inside(server, &server.file().with_file_name("all-the-rest"))
}

/// A path as a server sees it that has file systems of its own.
fn inside(server: &Server, path: &Path) -> PathBuf {
    Path::new("/proc").join(server.process_id().to_string()).join("root").join(path.strip_prefix("/").unwrap())
}

/// A server that does not end, but is refused, where a file grows beyond a limit.
fn limited(place: Place) -> Server {
    Server::in_place(place, |settings| {
        generous(settings);
        settings.through(&["sh", "-c", r#"trap '' XFSZ; exec "$0" "$@""#]);
    })
}
