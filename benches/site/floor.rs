//! The floor: what actix-web costs when the answer is ready before the question.

use crate::server::{OPEN_AT, Server};
use actix_web::middleware::Compress;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use std::path::Path;
use std::process::Command;

/// Starts it as a process of its own, with the page in the file `page`.
pub(crate) fn start(page: &Path) -> anyhow::Result<Server> {
    Server::start(Command::new(std::env::current_exe()?).arg("--floor").arg(page))
}

/// Serves until killed: the page in the file `page` as it is and compressed, a few bytes, and a form that is
/// read and answered with 303.
pub(crate) async fn serve(page: &Path) -> anyhow::Result<()> {
    let page = Bytes::from(std::fs::read(page)?);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(page.clone()))
            .route("/page", web::get().to(whole_page))
            .route("/word", web::get().to(async || "ok"))
            .route("/form", web::post().to(form))
            .service(web::scope("/compressed").wrap(Compress::default()).route("/page", web::get().to(whole_page)))
    })
    .workers(workers)
    .tcp_nodelay(true)
    .bind("127.0.0.1:0")?;
    if let Some(address) = server.addrs().first() {
        println!("The floor is open at {OPEN_AT}{address} and stays so until it is killed.");
    }
    Ok(server.run().await?)
}

async fn whole_page(page: web::Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.get_ref().clone())
}

async fn form(sent: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let fields = sent.into_inner().len();
    HttpResponse::SeeOther().insert_header(("location", format!("/orders/{fields}"))).finish()
}
