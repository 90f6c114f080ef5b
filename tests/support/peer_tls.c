#include "support/peer_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct peer_certs {
    char *folder;
    char *ca;
    char *files[PEER_CERT_COUNT];
    char *keys[PEER_CERT_COUNT];
};

struct tls_server {
    SSL_CTX *context;
    char asked_name[256];
};

struct tls_stream {
    SSL *ssl;
};

static const char *const cert_names[PEER_CERT_COUNT] = {
    [PEER_CERT_GOOD] = "good",
    [PEER_CERT_EXPIRED] = "expired",
    [PEER_CERT_OTHER] = "other",
    [PEER_CERT_CLIENT] = "client",
};

/* $1: the folder. Elliptic curves, since making an RSA key takes a second. */
static const char make_certs[] =
    "set -e; cd \"$1\"\n"
    "new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'\n"
    "openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj '/CN=Peer CA'\n"
    "make() {\n"
    "  openssl req $new -keyout $1.key -out $1.csr -subj \"/CN=$1\"\n"
    "  printf 'subjectAltName=%s\\n' \"$2\" > $1.ext\n"
    "  openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $3 \\\n"
    "    -extfile $1.ext -out $1.pem\n"
    "}\n"
    "make good DNS:localhost,IP:127.0.0.1 2\n"
    "make expired DNS:localhost,IP:127.0.0.1 -1\n"
    "make other DNS:other.invalid 2\n"
    "make client DNS:client.invalid 2\n";

struct peer_certs *peer_certs_create(void)
{
    const char *tmp = getenv("TMPDIR");
    struct peer_certs *certs = mem_zalloc(1, sizeof(*certs));
    certs->folder = mem_printf("%s/tocsin-peer-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(certs->folder) == NULL) {
        perror("mkdtemp");
        abort();
    }
    char *command =
        mem_printf("( set -- '%s'\n%s) >'%s/log' 2>&1", certs->folder, make_certs, certs->folder);
    int status = system(command);
    free(command);
    if (status != 0) {
        peer_certs_destroy(certs);
        return NULL;
    }
    certs->ca = mem_printf("%s/ca.pem", certs->folder);
    for (size_t i = 0; i < PEER_CERT_COUNT; i++) {
        certs->files[i] = mem_printf("%s/%s.pem", certs->folder, cert_names[i]);
        certs->keys[i] = mem_printf("%s/%s.key", certs->folder, cert_names[i]);
    }
    return certs;
}

void peer_certs_destroy(struct peer_certs *certs)
{
    if (certs == NULL) {
        return;
    }
    char *command = mem_printf("rm -r '%s'", certs->folder);
    if (system(command) != 0) {
        fprintf(stderr, "'%s' is left behind\n", certs->folder);
    }
    free(command);
    for (size_t i = 0; i < PEER_CERT_COUNT; i++) {
        free(certs->files[i]);
        free(certs->keys[i]);
    }
    free(certs->ca);
    free(certs->folder);
    free(certs);
}

const char *peer_certs_ca(const struct peer_certs *certs)
{
    return certs->ca;
}

const char *peer_certs_file(const struct peer_certs *certs, enum peer_cert which)
{
    return certs->files[which];
}

const char *peer_certs_key(const struct peer_certs *certs, enum peer_cert which)
{
    return certs->keys[which];
}

static int on_server_name(SSL *ssl, int *alert, void *user)
{
    struct tls_server *server = user;
    (void)alert;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    snprintf(server->asked_name, sizeof(server->asked_name), "%s", name != NULL ? name : "");
    return SSL_TLSEXT_ERR_OK;
}

struct tls_server *tls_server_create(const struct peer_certs *certs, enum peer_cert which,
                                     bool ask_client)
{
    struct tls_server *server = mem_zalloc(1, sizeof(*server));
    server->context = SSL_CTX_new(TLS_server_method());
    SSL_CTX *context = server->context;
    if (SSL_CTX_use_certificate_file(context, certs->files[which], SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, certs->keys[which], SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(context, certs->ca, NULL) != 1) {
        ERR_print_errors_fp(stderr);
        abort();
    }
    if (ask_client) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
    SSL_CTX_set_tlsext_servername_arg(context, server);
    return server;
}

void tls_server_destroy(struct tls_server *server)
{
    if (server != NULL) {
        SSL_CTX_free(server->context);
        free(server);
    }
}

const char *tls_server_asked_name(const struct tls_server *server)
{
    return server != NULL ? server->asked_name : "";
}

struct tls_stream *tls_stream_create(struct tls_server *server, int fd)
{
    struct tls_stream *stream = mem_zalloc(1, sizeof(*stream));
    stream->ssl = SSL_new(server->context);
    SSL_set_fd(stream->ssl, fd);
    SSL_set_accept_state(stream->ssl);
    return stream;
}

void tls_stream_destroy(struct tls_stream *stream)
{
    if (stream != NULL) {
        SSL_free(stream->ssl);
        free(stream);
    }
}

static int moved(struct tls_stream *stream, int result)
{
    if (result > 0) {
        return result;
    }
    int why = SSL_get_error(stream->ssl, result);
    ERR_clear_error();
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? TLS_AGAIN : 0;
}

int tls_stream_read(struct tls_stream *stream, void *data, size_t len)
{
    ERR_clear_error();
    return moved(stream, SSL_read(stream->ssl, data, (int)len));
}

int tls_stream_write(struct tls_stream *stream, const void *data, size_t len)
{
    ERR_clear_error();
    return moved(stream, SSL_write(stream->ssl, data, (int)len));
}

void tls_stream_end(struct tls_stream *stream)
{
    SSL_shutdown(stream->ssl);
    ERR_clear_error();
}
