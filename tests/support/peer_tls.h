/* The TLS half of the scripted peer; only peer.c uses it. The one place in the project that speaks
 * OpenSSL's own API: a server has to present bad certificates, which no library of ours does. */
#ifndef TOCSIN_TESTS_SUPPORT_PEER_TLS_H
#define TOCSIN_TESTS_SUPPORT_PEER_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "support/peer.h"

struct tls_server;
struct tls_stream;

#define TLS_AGAIN (-1)

struct tls_server *tls_server_create(const struct peer_certs *certs, enum peer_cert which,
                                     bool ask_client);
void tls_server_destroy(struct tls_server *server);
const char *tls_server_asked_name(const struct tls_server *server);
struct tls_stream *tls_stream_create(struct tls_server *server, int fd);
void tls_stream_destroy(struct tls_stream *stream);
/* Both return bytes moved, 0 at the end or an error, TLS_AGAIN. */
int tls_stream_read(struct tls_stream *stream, void *data, size_t len);
int tls_stream_write(struct tls_stream *stream, const void *data, size_t len);
void tls_stream_end(struct tls_stream *stream);

#endif
