//! Somebody with a browser but without its scripts: keeps cookies, posts forms, follows a redirect when asked.

use super::answer::Answer;
use super::form::Form;
use super::server::Server;
use actix_web::cookie::{Cookie, time::OffsetDateTime};
use actix_web::web::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long one answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

type Jar = BTreeMap<String, String>;

/// One person's browser. A clone is another tab of it: the cookies are shared.
#[derive(Clone)]
pub(crate) struct Visitor {
    client: Client<HttpConnector, Full<Bytes>>,
    address: String,
    jar: Arc<Mutex<Jar>>,
}

/// A request that got no answer: the connection was refused or broke, or the answer took too long.
#[derive(Debug, thiserror::Error)]
#[error("{request} got no answer: {cause}")]
pub(crate) struct NoAnswer {
    request: String,
    cause: String,
}

impl Visitor {
    /// Somebody who was never here before.
    pub(crate) fn new(server: &Server) -> Self {
        Self::at(server.address())
    }

    /// Somebody who was never at this address (`http://127.0.0.1:PORT`) before.
    pub(crate) fn at(address: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address: address.to_owned(), jar: Arc::default() }
    }

    /// Goes on with the same cookies where the server listens now.
    pub(crate) fn moves_to(&mut self, server: &Server) {
        server.address().clone_into(&mut self.address);
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get(name).cloned()
    }

    /// Puts a cookie of the test's own making in the jar.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.jar().insert(name.to_owned(), value.to_owned());
    }

    /// Forgets every cookie.
    pub(crate) fn forget_cookies(&self) {
        self.jar().clear();
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send().await
    }

    /// Opens a page of a server that may be gone; nothing when it is.
    pub(crate) async fn try_get(&self, path: &str) -> Option<Answer> {
        self.ask(Method::GET, path).try_send().await.ok()
    }

    /// Posts exactly these fields, without a token unless it is among them.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask(Method::POST, path).form(fields).send().await
    }

    /// Opens a page, fills in the form whose action ends with `action_suffix` and sends it as a browser would.
    pub(crate) async fn submit(&self, page_path: &str, action_suffix: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.fill(page_path, action_suffix, fields).await;
        self.send(&form).await
    }

    /// Opens a page and fills in a form, without sending it: the way to send it twice, or later.
    pub(crate) async fn fill(&self, page_path: &str, action_suffix: &str, fields: &[(&str, &str)]) -> Form {
        let mut form = Form::in_page(&self.get(page_path).await, action_suffix);
        for (name, value) in fields {
            form.fill(name, value);
        }
        form
    }

    /// Sends a form as it is filled in.
    pub(crate) async fn send(&self, form: &Form) -> Answer {
        self.posting(form).send().await
    }

    /// Sends a form to a server that may be gone.
    pub(crate) async fn try_send(&self, form: &Form) -> Result<Answer, NoAnswer> {
        self.posting(form).try_send().await
    }

    /// Goes where an answer leads.
    pub(crate) async fn follow(&self, answer: &Answer) -> Answer {
        assert!(answer.status.is_redirection(), "{} leads nowhere: {}", answer.request, answer.main_text());
        self.get(answer.location()).await
    }

    /// A request with the headers of a same-origin browser, to be changed before it is sent.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Asking<'_> {
        let mut asking =
            Asking { visitor: self, method, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() };
        asking = asking
            .header("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        if asking.method == Method::GET { asking } else { asking.header("origin", &self.address) }
    }

    fn posting(&self, form: &Form) -> Asking<'_> {
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.ask(Method::POST, &form.action).form(&fields)
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut jar = self.jar();
        for set in headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let cookie = Cookie::parse(set).unwrap_or_else(|error| panic!("{set:?} is no cookie: {error}"));
            let spent = cookie.max_age().is_some_and(|age| !age.is_positive())
                || cookie.expires_datetime().is_some_and(|end| end <= OffsetDateTime::now_utc());
            if spent {
                jar.remove(cookie.name());
            } else {
                jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}

/// A request in the making.
#[derive(Clone)]
#[must_use = "it is only sent by `send`"]
pub(crate) struct Asking<'a> {
    visitor: &'a Visitor,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Asking<'_> {
    /// Sets a header, in place of the one a browser would send.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap_or_else(|error| panic!("{name:?} is no header: {error}"));
        let value = HeaderValue::from_bytes(value.as_bytes())
            .unwrap_or_else(|error| panic!("{value:?} does not fit in a header: {error}"));
        self.headers.insert(name, value);
        self
    }

    /// Leaves out a header that a browser would send.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sends fields the way a form does; a name may come twice.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", encoded.into_bytes())
    }

    /// Sends any bytes under any content type.
    pub(crate) fn body(mut self, content_type: &str, bytes: Vec<u8>) -> Self {
        self.body = Bytes::from(bytes);
        self.header("content-type", content_type)
    }

    /// Sends it.
    ///
    /// # Panics
    /// When there is no answer.
    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Sends it to a server that may be gone.
    pub(crate) async fn try_send(self) -> Result<Answer, NoAnswer> {
        let name = format!("{} {}", self.method, self.path);
        let no_answer = |cause: String| NoAnswer { request: name.clone(), cause };
        let request = self.request();
        let visitor = self.visitor;
        let whole = async {
            let response = visitor.client.request(request).await.map_err(|error| no_answer(chain(&error)))?;
            let (head, body) = response.into_parts();
            let body = body.collect().await.map_err(|error| no_answer(chain(&error)))?.to_bytes();
            Ok((head, body))
        };
        let (head, body) =
            tokio::time::timeout(PATIENCE, whole).await.map_err(|_| no_answer("it takes too long".to_owned()))??;
        visitor.keep_cookies(&head.headers);
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { request: name, status: head.status, headers: head.headers, text })
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let url = format!("{}{}", self.visitor.address, self.path);
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = url.parse().unwrap_or_else(|error| panic!("{url:?} cannot be asked for: {error}"));
        let cookies: Vec<_> = self.visitor.jar().iter().map(|(name, value)| format!("{name}={value}")).collect();
        *request.headers_mut() = self.headers.clone();
        if !cookies.is_empty() && !self.headers.contains_key("cookie") {
            let cookies = HeaderValue::from_bytes(cookies.join("; ").as_bytes()).expect("cookies fit in a header");
            request.headers_mut().insert("cookie", cookies);
        }
        request
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
