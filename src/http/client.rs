//! Who asks, and by which address of this server: as the connection says, or a proxy that is trusted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use super::wire::Socket;
use crate::config::Http;
use crate::search::{self, Caller};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The other end of a connection.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) socket: Socket,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    /// Scheme and host by which it reaches this server; empty where it names no host.
    pub(super) root: String,
}

impl Client {
    pub(super) fn of(request: &Request) -> Client {
        request.extensions().get().cloned().unwrap_or(NOBODY)
    }
}

/// Where no connection is known, as in tests.
pub(super) const NOBODY: Client = Client { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), root: String::new() };

/// Whether a proxy that is trusted is at the other end of the connection.
pub(super) fn is_by_proxy<B>(request: &Request<B>, trusted: &[IpNet]) -> bool {
    let peer = peer(request);
    trusted.iter().any(|network| network.contains(&peer))
}

fn peer<B>(request: &Request<B>) -> IpAddr {
    request.extensions().get::<Peer>().map_or(NOBODY.address, |peer| peer.address.ip()).to_canonical()
}

/// Tells all who come after who asks.
pub(super) async fn known(State(http): State<Arc<Http>>, mut request: Request, next: Next) -> Response {
    let client = read(peer(&request), request.headers(), &http.trusted_proxies);
    tracing::Span::current().record("client", tracing::field::display(client.address));
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// Nothing is looked for any longer than somebody waits for it.
pub(super) async fn waited_for(request: Request, next: Next) -> Response {
    let Some(peer) = request.extensions().get::<Peer>() else { return next.run(request).await };
    let waiting = Waiting { socket: peer.socket.clone(), since: Instant::now() };
    search::on_behalf_of(Arc::new(waiting), next.run(request)).await
}

/// A client that has closed its sending side may have done so because it has sent all: it still gets what takes no longer
/// than this. Whether it has gone instead cannot be told before something is sent to it.
const GOOD_FAITH: Duration = Duration::from_millis(250);

struct Waiting {
    socket: Socket,
    since: Instant,
}

impl Caller for Waiting {
    fn has_gone(&self) -> bool {
        self.since.elapsed() > GOOD_FAITH && self.socket.is_closed()
    }
}

fn read(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Client {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let by_proxy = is_trusted(&peer);
    let said = |name: &HeaderName| {
        let last = headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
        (!last.is_empty()).then_some(last)
    };
    let by_proxy_said = |name: &HeaderName| by_proxy.then(|| said(name)).flatten();
    let scheme = by_proxy_said(&FORWARDED_PROTO).filter(|scheme| *scheme == "https").unwrap_or("http");
    let host = by_proxy_said(&FORWARDED_HOST).or_else(|| said(&header::HOST));
    let host = host.filter(|host| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte)));
    Client {
        address: if by_proxy { behind(peer, headers, is_trusted) } else { peer },
        root: host.map(|host| format!("{scheme}://{host}")).unwrap_or_default(),
    }
}

/// Every proxy adds the address that it was asked from to the end. Those that are trusted are passed over; what stands
/// before the first that is not may be anybody's word.
fn behind(peer: IpAddr, headers: &HeaderMap, is_trusted: impl Fn(&IpAddr) -> bool) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let said: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut last = peer;
    for said in said.iter().rev() {
        let Some(address) = address(said) else { break };
        last = address;
        if !is_trusted(&address) {
            break;
        }
    }
    last
}

/// With or without a port.
fn address(said: &str) -> Option<IpAddr> {
    let bare = said.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(|| said.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> (String, String) {
        let lines = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let mut all = HeaderMap::new();
        lines.for_each(|(name, value)| {
            all.append(name, value);
        });
        let trusted = ["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let Client { address, root } = read(peer.parse().unwrap(), &all, &trusted);
        (address.to_string(), root)
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        let headers = [
            ("host", "a.example"),
            ("x-forwarded-for", "192.0.2.9"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "b.example"),
        ];
        assert_eq!(client("198.51.100.1", &headers), ("198.51.100.1".into(), "http://a.example".into()));
        assert_eq!(client("127.0.0.1", &headers), ("192.0.2.9".into(), "https://b.example".into()));
    }

    #[test]
    fn the_last_address_that_is_no_proxy_of_ours_is_the_client() {
        let of = |said: &str| client("127.0.0.1", &[("x-forwarded-for", said)]).0;
        assert_eq!(of("203.0.113.5, 192.0.2.9, 10.1.2.3"), "192.0.2.9", "what stands before may be made up");
        assert_eq!(of("192.0.2.9:4711"), "192.0.2.9");
        assert_eq!(of("[2001:db8::1]:443, 10.0.0.1"), "2001:db8::1");
        assert_eq!(of("nonsense"), "127.0.0.1");
        assert_eq!(of("192.0.2.9, nonsense, 10.0.0.1"), "10.0.0.1");
        assert_eq!(of("10.0.0.2, 10.0.0.1"), "10.0.0.2", "nobody but proxies: the first of them");
        let lines = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "192.0.2.2")];
        assert_eq!(client("10.0.0.1", &lines).0, "192.0.2.2", "lines are one list");
    }

    #[test]
    fn a_host_is_one() {
        assert_eq!(client("192.0.2.1", &[("host", "a.example/\u{22}x")]).1, "");
        assert_eq!(client("192.0.2.1", &[]).1, "");
        assert_eq!(client("192.0.2.1", &[("host", "[::1]:8080")]).1, "http://[::1]:8080");
    }
}
