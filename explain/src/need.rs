//! Evidence that is missing, and how to get it.

/// A piece of evidence that a person can fetch.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// The URL.
    Url,
    /// The URL that was signed, where another one was requested.
    SignedUrl,
    /// The 403 itself.
    Response,
    /// The distribution's configuration.
    Distribution,
    /// Its id and state, which `get-distribution-config` does not print.
    DistributionState,
    /// The key groups that the behaviour trusts.
    KeyGroup,
    /// The public key that the pass names.
    PublicKey,
    /// The viewer's address.
    Address,
    /// The lines that set the cookies.
    SetCookie,
    /// The bucket's policy.
    BucketPolicy,
    /// The bucket's public access block.
    PublicAccessBlock,
}

impl Need {
    /// The command that fetches it. `{…}` stands for a value of the case at hand.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Url => {
                "edgepass explain 'URL'    # with all its signing parameters; or --cookie with the viewer's cookies"
            }
            Self::SignedUrl => {
                "edgepass explain 'URL' --signed-url 'SIGNED_URL'    # as the signer returned it, such as the playlist's"
            }
            Self::Response => {
                "curl -sv 'URL' > response.txt 2>&1    # then: --response response.txt"
            }
            Self::Distribution | Self::DistributionState => {
                "aws cloudfront get-distribution --id {distribution_id} > distribution.json    # then: --distribution distribution.json"
            }
            Self::KeyGroup => {
                "aws cloudfront get-key-group --id {key_group_id} > key-group.json    # then: --key-group key-group.json"
            }
            Self::PublicKey => {
                "aws cloudfront get-public-key --id {key_id} > {key_id}.json    # then: --public-key {key_id}={key_id}.json"
            }
            Self::Address => {
                "curl -s https://checkip.amazonaws.com    # on the viewer's machine; then: --ip ADDRESS"
            }
            Self::SetCookie => {
                "curl -sv 'ISSUER_URL' 2>&1 | grep -i '^< set-cookie'    # then: --cookie 'Set-Cookie: ...' for each"
            }
            Self::BucketPolicy => {
                "aws s3api get-bucket-policy --bucket {bucket} > bucket-policy.json 2>&1    # then: --bucket-policy bucket-policy.json"
            }
            Self::PublicAccessBlock => {
                "aws s3api get-public-access-block --bucket {bucket} > public-access-block.json 2>&1    # then: --public-access-block public-access-block.json"
            }
        }
    }
}
