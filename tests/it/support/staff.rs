//! People who run the place, and what is on record of them.

use super::answer::Answer;
use super::server::Server;
use super::trader::PASSWORD;
use super::visitor::Visitor;
use tradefloor::books::BooksError;
use tradefloor::domain::{At, Role, Username};
use tradefloor::store::audit::{self, AuditLine};
use tradefloor::store::users::User;
use tradefloor::store::{Conn, REMEMBERED, StoreError, sessions, transfer, users};

impl Server {
    /// Somebody who is signed in and may do what `role` may; the back office is not open for them yet.
    pub(crate) async fn staff(&self, name: &str, role: Role) -> Visitor {
        let visitor = Visitor::new(self);
        let _welcomed = visitor.register(name).await;
        self.makes(name, role);
        visitor
    }

    /// An administrator for whom the back office is open.
    pub(crate) async fn administrator(&self, name: &str) -> Visitor {
        let visitor = self.staff(name, Role::Admin).await;
        visitor.opens_back_office().await.assert_redirects_to("/admin");
        visitor
    }

    /// Says what somebody may do, past all rules.
    pub(crate) fn makes(&self, name: &str, role: Role) {
        let id = self.person(name).id;
        self.changes(move |conn| users::set_role(conn, id, role));
    }

    /// Lets the back office close for everybody called `name`, as it does by itself after a while.
    pub(crate) fn lets_grants_of(&self, name: &str, until: At) {
        let id = self.person(name).id;
        self.changes(move |conn| {
            for session in sessions::of_user(conn, id, 100)? {
                sessions::grant(conn, &session.key_hash, Some(until))?;
            }
            Ok(())
        });
    }

    /// The row of somebody.
    ///
    /// # Panics
    /// When there is nobody of that name.
    pub(crate) fn person(&self, name: &str) -> User {
        let name: Username = name.parse().expect("a username");
        self.looks(move |conn| users::by_name(conn, &name)).expect("somebody of that name")
    }

    /// What is on record, newest first.
    pub(crate) fn record(&self) -> Vec<AuditLine> {
        self.looks(|conn| audit::latest(conn, 1_000))
    }

    /// Reads the books from outside.
    pub(crate) fn looks<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> T {
        transfer::look(self.database(), |conn| look(conn).map_err(BooksError::from)).expect("the books are read")
    }

    /// Somebody whom `boss` has added and who came in with the code; they have no password yet.
    pub(crate) async fn newcomer(&self, boss: &Visitor, name: &str) -> Visitor {
        let shown = boss.acts("/admin/users/new/create", &[("username", name)]).await;
        let [(_, code)] = &cards(&shown)[..] else { panic!("one card: {}", shown.main_text()) };
        let newcomer = Visitor::new(self);
        newcomer.sign_in_with(name, code).await.assert_done();
        newcomer
    }

    /// Changes the books past all rules, and waits as whoever does that has to.
    pub(crate) fn changes(&self, change: impl FnOnce(&mut Conn) -> Result<(), StoreError>) {
        transfer::change(self.database(), |conn| change(conn).map_err(BooksError::from))
            .expect("the books are changed");
        std::thread::sleep(REMEMBERED);
    }
}

impl Visitor {
    /// Gives the password again at the door of the back office.
    pub(crate) async fn opens_back_office(&self) -> Answer {
        self.submit("/admin/grant", "/admin/grant", &[("password", PASSWORD)]).await
    }

    /// Fills in the form of an act, with a reason, and sends it.
    pub(crate) async fn acts(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = [("reason", "because of a test")].into_iter().chain(fields.iter().copied()).collect();
        self.submit(path, path, &fields).await
    }
}

/// The names and codes on a page of cards.
pub(crate) fn cards(page: &Answer) -> Vec<(String, String)> {
    let said = page.select_all(".slip dd");
    said.chunks(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone()))).collect()
}
