//! `/stop-acting`: an administrator who looked at the site as somebody sees their own pages again.

use super::error::PageError;
use super::form_data::{Form, whatever_session};
use super::house::House;
use super::layout::NoticeKind;
use super::visit::Member;
use actix_web::{HttpResponse, web};

/// Stops, and goes back to where it began. Whoever has stopped already needs no form of this session for it.
///
/// # Errors
/// When the form cannot be read or is not from this session, or the store fails.
pub async fn stop(
    member: Member,
    house: web::Data<House>,
    form: Result<Form, PageError>,
) -> Result<HttpResponse, PageError> {
    let Some(acting) = &member.who.acting else {
        whatever_session(form)?;
        return Ok(member.visit.go("/portfolio"));
    };
    form?;
    let address = member.visit.address().to_string();
    house.accounts.stop_acting(acting.admin, member.who.session.clone(), address).await?;
    let back = format!("/admin/users/{}", member.who.user);
    Ok(member.visit.go_saying(&back, NoticeKind::Good, "You are back in your own account."))
}
