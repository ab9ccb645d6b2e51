//! How is the stand-in reached over TLS, by a certificate that functions trust?

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::serve::Listener;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// An authority of this run's own and one certificate it signed.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    authority: PathBuf,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tls({})", self.authority.display())
    }
}

impl Tls {
    /// Writes the authority's certificate into `folder`.
    ///
    /// # Errors
    /// Where it cannot be made or written.
    pub fn new(folder: &Path) -> Result<Self, crate::Failure> {
        let mut of_authority = CertificateParams::new(Vec::new())?;
        of_authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(of_authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        let path = folder.join("authority.pem");
        fs::write(&path, authority.pem())?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority: path })
    }

    /// The certificate to trust: what `SSL_CERT_FILE` names.
    #[must_use]
    pub fn authority(&self) -> &Path {
        &self.authority
    }

    pub(super) fn listener(&self, listener: TcpListener) -> TlsListener {
        TlsListener { listener, acceptor: self.acceptor.clone() }
    }
}

/// Hands on connections whose handshake is done.
pub(super) struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            let _set = stream.set_nodelay(true);
            // who does not finish the handshake is not served
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
