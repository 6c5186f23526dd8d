//! What a trader does on the site, each through its page and its form.

use super::answer::Answer;
use super::form::Form;
use super::visitor::Visitor;

/// The password of everybody who registers in a test.
pub(crate) const PASSWORD: &str = "violet-kettle-harbour-93";

impl Visitor {
    /// Signs up under `name` and is signed in afterwards.
    ///
    /// # Panics
    /// When the form is not accepted.
    pub(crate) async fn register(&self, name: &str) -> Answer {
        let answer = self.submit("/register", "/register", &[("username", name), ("password", PASSWORD)]).await;
        answer.assert_done();
        answer
    }

    /// Signs in with the password that `register` used.
    pub(crate) async fn sign_in(&self, name: &str) -> Answer {
        self.sign_in_with(name, PASSWORD).await
    }

    /// Signs in with any password.
    pub(crate) async fn sign_in_with(&self, name: &str, password: &str) -> Answer {
        self.submit("/login", "/login", &[("username", name), ("password", password)]).await
    }

    /// Signs out by the button that every page has.
    pub(crate) async fn sign_out(&self) -> Answer {
        self.submit("/portfolio", "/logout", &[]).await
    }

    /// Adds dollars to the wallet.
    pub(crate) async fn deposit(&self, dollars: &str) -> Answer {
        self.submit("/wallet", "/wallet/deposit", &[("amount", dollars)]).await
    }

    /// Takes dollars out of the wallet.
    pub(crate) async fn withdraw(&self, dollars: &str) -> Answer {
        self.submit("/wallet", "/wallet/withdraw", &[("amount", dollars)]).await
    }

    /// Buys a number of shares.
    pub(crate) async fn buy(&self, symbol: &str, shares: &str) -> Answer {
        self.trade("buy", symbol, "shares", shares).await
    }

    /// Sells a number of shares.
    pub(crate) async fn sell(&self, symbol: &str, shares: &str) -> Answer {
        self.trade("sell", symbol, "shares", shares).await
    }

    /// Buys as much as an amount of dollars pays for.
    pub(crate) async fn buy_for(&self, symbol: &str, dollars: &str) -> Answer {
        self.trade("buy", symbol, "dollars", dollars).await
    }

    /// Sells as much as brings in an amount of dollars.
    pub(crate) async fn sell_for(&self, symbol: &str, dollars: &str) -> Answer {
        self.trade("sell", symbol, "dollars", dollars).await
    }

    /// Fills in the ticket, to be sent by `Visitor::send`, once or twice.
    pub(crate) async fn ticket(&self, side: &str, symbol: &str, by: &str, amount: &str) -> Form {
        let fields = [("side", side), ("symbol", symbol), ("by", by), ("amount", amount)];
        let mut ticket = self.fill("/trade", "/trade/review", &fields).await;
        "/trade".clone_into(&mut ticket.action);
        ticket
    }

    async fn trade(&self, side: &str, symbol: &str, by: &str, amount: &str) -> Answer {
        let ticket = self.ticket(side, symbol, by, amount).await;
        self.send(&ticket).await
    }
}
