//! A viewer's request: the part of it that decides.

use core::net::IpAddr;

use crate::url::Url;

/// What a shell hands over of a request.
///
/// The URL is already a [`Url`]: a target on which CloudFront and the origin could disagree never
/// becomes a request, and its fault turns into [`crate::Denied::RequestMalformed`].
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The URL as the viewer sent it.
    pub url: Url<'r>,
    /// The values of the `Cookie` header, one for each header line.
    pub cookies: &'r [&'r str],
    /// The viewer's address, if the platform tells it.
    pub address: Option<IpAddr>,
}
