//! The floor: what actix-web costs when the answer is ready before the question.

use crate::process::announce;
use actix_web::middleware::Compress;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use std::path::Path;

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
    announce(server.addrs().first().copied());
    Ok(server.run().await?)
}

async fn whole_page(page: web::Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.get_ref().clone())
}

async fn form(sent: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let fields = sent.into_inner().len();
    HttpResponse::SeeOther().insert_header(("location", format!("/orders/{fields}"))).finish()
}
