//! Every act there is, as everybody there is: proved over the register of acts, so that none is left out.

use crate::support::answer::Answer;
use crate::support::sound::assert_sound;
use crate::support::{Server, Visitor};
use http::Method;
use tradefloor::domain::{Role, SubjectKind};
use tradefloor::store::{accounts, sessions};
use tradefloor::web::admin::acts::{self, Act};

/// A trader with an order, and what of theirs acts are about.
struct Subjects {
    trader: Visitor,
    user: String,
    account: String,
    order: String,
    session: String,
}

impl Subjects {
    async fn of(server: &Server) -> Self {
        let trader = server.staff("trader", Role::Trader).await;
        let bought = trader.buy("AAPL", "1").await;
        bought.assert_done();
        let order = bought.location().rsplit('/').next().unwrap_or_default().to_owned();
        let id = server.person("trader").id;
        let account = server.looks(move |conn| accounts::of_user(conn, id)).public_id.to_string();
        let session = server.looks(move |conn| sessions::of_user(conn, id, 1)).remove(0).key_hash;
        Self { trader, user: id.to_string(), account, order, session }
    }

    fn address(&self, act: &dyn Act) -> String {
        let id = match act.about().kind {
            _ if act.about().makes_new => "new",
            SubjectKind::User => &self.user,
            SubjectKind::Account => &self.account,
            SubjectKind::Order => &self.order,
            SubjectKind::Instrument => "AAPL",
            SubjectKind::Session => &self.session,
            SubjectKind::Market => "market",
        };
        format!("/admin/{}/{id}/{}", acts::table_of(act.about().kind), act.about().name)
    }
}

/// What everybody who is not let in might send to have it done.
async fn asks(visitor: &Visitor, method: &Method, path: &str) -> Answer {
    if *method == Method::GET {
        return visitor.get(path).await;
    }
    let token = visitor.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
    let fields = [
        ("_token", token.as_str()),
        ("reason", "whoever may not does not"),
        ("key", "k"),
        ("seen", "1000000"),
        ("role", "support"),
        ("amount", "1.00"),
        ("name", "renamed"),
        ("username", "renamed"),
        ("confirm", "trader"),
        ("symbol", "AAPL"),
        ("price", "1.00"),
        ("speed", "2"),
    ];
    visitor.post(path, &fields).await
}

#[tokio::test]
async fn no_act_is_done_by_anybody_but_an_administrator_for_whom_the_back_office_is_open() {
    let server = Server::start();
    let subjects = Subjects::of(&server).await;
    let stranger = Visitor::new(&server);
    let support = server.staff("support", Role::Support).await;
    let support_in = server.staff("support.in", Role::Support).await;
    support_in.opens_back_office().await.assert_redirects_to("/admin");
    let admin = server.staff("admin", Role::Admin).await;
    let admin_in = server.administrator("admin.in").await;
    let recorded = server.record().len();
    let wallet = subjects.trader.get("/wallet.csv").await.text;
    for act in acts::all() {
        let path = subjects.address(act);
        for method in [Method::GET, Method::POST] {
            asks(&stranger, &method, &path).await.assert_redirects_to("/login");
            asks(&subjects.trader, &method, &path).await.assert_is(404).assert_says("Page not found");
            for support in [&support, &support_in] {
                asks(support, &method, &path).await.assert_is(403).assert_says("only administrators can make changes");
            }
            asks(&admin, &method, &path).await.assert_redirects_to("/admin/grant");
        }
        // So that what was refused is there: the form opens, and asks for a reason.
        let form = admin_in.get(&path).await;
        form.assert_is(200);
        if form.select_attribute("main .office-form form", "action").is_some() {
            admin_in.submit(&path, &path, &[("reason", "")]).await.assert_is(422).assert_says("Enter a reason");
        }
    }
    assert_eq!(server.record().len(), recorded, "nothing is on record, and so nothing was done");
    assert_eq!(subjects.trader.get("/wallet.csv").await.text, wallet);
    subjects.trader.get("/portfolio").await.assert_is(200).assert_says("AAPL");
    assert_sound(server.database());
}

#[tokio::test]
async fn no_act_is_done_to_a_selection_by_anybody_else_either() {
    let server = Server::start();
    let subjects = Subjects::of(&server).await;
    let support = server.staff("support", Role::Support).await;
    support.opens_back_office().await.assert_redirects_to("/admin");
    let admin = server.staff("admin", Role::Admin).await;
    let recorded = server.record().len();
    for act in acts::all().into_iter().filter(|act| act.about().in_bulk.is_some()) {
        let address = subjects.address(act);
        let id = address.split('/').nth(3).expect("an id").to_owned();
        let path = format!("/admin/{}/bulk", acts::table_of(act.about().kind));
        for (visitor, status) in [(&subjects.trader, 404), (&support, 403), (&admin, 303)] {
            let token = visitor.get("/rates").await.select_attribute("input[name=_token]", "value").expect("a form");
            let fields = [
                ("_token", token.as_str()),
                ("act", act.about().name),
                ("step", "do"),
                ("id", &id),
                ("key", "k"),
                ("seen", "1000000"),
                ("reason", "whoever may not does not"),
                ("amount", "1.00"),
            ];
            visitor.post(&path, &fields).await.assert_is(status);
        }
    }
    assert_eq!(server.record().len(), recorded);
}
