//! An HTTP exchange, as `curl -sv` prints it.

/// A request and its answer, by way of CloudFront unless something else is said.
pub(super) struct Exchange {
    request: String,
    host: String,
    status: u16,
    server: Option<String>,
    content_type: String,
    cache: Option<String>,
    sent: Vec<(String, String)>,
    received: Vec<(String, String)>,
    body: String,
}

impl Exchange {
    /// `request` is the method and the target.
    pub(super) fn new(request: &str, status: u16) -> Self {
        Self {
            request: request.to_owned(),
            host: "media.example.com".to_owned(),
            status,
            server: Some("CloudFront".to_owned()),
            content_type: "text/html".to_owned(),
            cache: Some("Error from cloudfront".to_owned()),
            sent: Vec::new(),
            received: Vec::new(),
            body: String::new(),
        }
    }

    pub(super) fn server(mut self, server: &str) -> Self {
        self.server = Some(server.to_owned());
        self
    }

    pub(super) fn without_server(mut self) -> Self {
        self.server = None;
        self
    }

    pub(super) fn content_type(mut self, content_type: &str) -> Self {
        self.content_type = content_type.to_owned();
        self
    }

    /// What `x-cache` says, before `from cloudfront`.
    pub(super) fn cache(mut self, word: &str) -> Self {
        self.cache = Some(format!("{word} from cloudfront"));
        self
    }

    /// To another host, which is not CloudFront.
    pub(super) fn direct(mut self, host: &str) -> Self {
        self.host = host.to_owned();
        self.cache = None;
        self
    }

    pub(super) fn sent(mut self, headers: &[(&str, &str)]) -> Self {
        self.sent.extend(owned(headers));
        self
    }

    pub(super) fn received(mut self, headers: &[(&str, &str)]) -> Self {
        self.received.extend(owned(headers));
        self
    }

    pub(super) fn body(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }

    /// The text.
    pub(super) fn print(&self) -> String {
        let Self { request, host, status, content_type, body, .. } = self;
        let lines = |mark: &str, headers: &[(String, String)]| -> String {
            headers.iter().map(|(name, value)| format!("{mark} {name}: {value}\n")).collect()
        };
        let server = self.server.iter().map(|it| format!("< server: {it}\n")).collect::<String>();
        let cloudfront = match &self.cache {
            Some(cache) => {
                format!("< x-cache: {cache}\n< via: 1.1 0a1b2c3d4e5f.cloudfront.net (CloudFront)\n")
            }
            None => String::new(),
        };
        format!(
            "* Host {host}:443 was resolved.\n*   Trying 192.0.2.80:443...\n* Connected to {host} (192.0.2.80) port 443\n* using HTTP/2\n> {request} HTTP/2\n> Host: {host}\n> User-Agent: curl/8.9.1\n> Accept: */*\n{}>\n* Request completely sent off\n< HTTP/2 {status}\n< content-type: {content_type}\n< content-length: {}\n{server}< date: Sun, 22 Nov 2026 01:16:25 GMT\n{cloudfront}{}<\n{{ [{} bytes data]\n{body}* Connection #0 to host {host} left intact\n",
            lines(">", &self.sent),
            body.len(),
            lines("<", &self.received),
            body.len()
        )
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
