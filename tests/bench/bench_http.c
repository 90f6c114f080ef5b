/*
 * What the HTTP client costs: its own CPU time (the servers are another process), for the first
 * request, for a tick of 1,000 targets, for a body of 64 MiB and for TLS connections.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/http.h"
#include "support/peer.h"

#define TARGETS    1000
#define PAGE_BYTES 20000
#define BODY_BYTES ((size_t)64 * 1024 * 1024)

static double cpu_ms(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static double now_ms(void)
{
    struct clock clock = clock_real();
    return (double)clock_mono(&clock).ns / 1e6;
}

static struct loop *new_loop(void)
{
    struct error err = ERROR_INIT;
    struct loop *loop = loop_create(NULL, &err);
    if (loop == NULL) {
        fprintf(stderr, "%s\n", error_text(&err));
        exit(1);
    }
    return loop;
}

static char *zeros(size_t len)
{
    char *text = mem_alloc(len + 1);
    memset(text, '0', len);
    text[len] = '\0';
    return text;
}

/* The servers: TARGETS small ones, one with a large body, one with TLS. Writes their ports. */
static void serve(int out, const struct peer_certs *certs)
{
    struct loop *loop = new_loop();
    unsigned ports[TARGETS + 2];
    char *page = zeros(PAGE_BYTES);
    char *body = zeros(BODY_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        struct peer *peer = peer_create(loop);
        peer_answer(peer, 200, NULL, i == TARGETS ? body : i > TARGETS ? "tls" : page);
        if (i > TARGETS && certs != NULL) {
            peer_tls(peer, certs, PEER_CERT_GOOD, false);
        }
        ports[i] = peer_port(peer);
    }
    if (write(out, ports, sizeof(ports)) != (ssize_t)sizeof(ports)) {
        exit(1);
    }
    loop_run(loop);
}

struct run {
    struct loop *loop;
    struct http_client *client;
    unsigned open;
    unsigned failed;
    size_t bytes;
    double longest_ms;
};

static void on_done(void *user, const struct http_response *response, const struct error *err)
{
    struct run *run = user;
    (void)err;
    run->open--;
    run->failed += response == NULL ? 1 : 0;
    run->bytes += response != NULL ? response->bytes : 0;
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    (void)user;
    (void)data;
    (void)len;
    (void)err;
    return true;
}

static void ask(struct run *run, const char *scheme, unsigned port)
{
    char *url = mem_printf("%s://127.0.0.1:%u/metrics", scheme, port);
    http_send(run->client, &(struct http_request){.url = url,
                                                  .max_bytes = 2 * BODY_BYTES,
                                                  .on_body = on_body,
                                                  .done = on_done,
                                                  .user = run});
    run->open++;
    free(url);
}

static void wait_all(struct run *run)
{
    while (run->open > 0) {
        loop_step(run->loop, 1000);
    }
}

static void bench_targets(struct run *run, const unsigned *ports)
{
    for (int tick = 0; tick < 4; tick++) {
        double cpu = cpu_ms();
        double began = now_ms();
        run->failed = 0;
        for (size_t i = 0; i < TARGETS; i++) {
            ask(run, "http", ports[i]);
        }
        wait_all(run);
        printf("%d targets of %d kB, %s: %.1f ms CPU (%.0f us each), %.0f ms, %u failed\n", TARGETS,
               PAGE_BYTES / 1000, tick == 0 ? "first tick" : "connections kept", cpu_ms() - cpu,
               (cpu_ms() - cpu) * 1000 / TARGETS, now_ms() - began, run->failed);
    }
}

int main(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &files);
    struct peer_certs *certs = peer_certs_create();
    int fds[2];
    unsigned ports[TARGETS + 2];
    if (pipe(fds) != 0) {
        return 1;
    }
    pid_t server = fork();
    if (server == 0) {
        serve(fds[1], certs);
        return 1;
    }
    size_t got = 0;
    while (got < sizeof(ports)) {
        ssize_t n = read(fds[0], (char *)ports + got, sizeof(ports) - got);
        if (n <= 0) {
            return 1;
        }
        got += (size_t)n;
    }

    struct run run = {.loop = new_loop()};
    run.client = http_client_create(run.loop);
    double cpu = cpu_ms();
    ask(&run, "http", ports[0]);
    wait_all(&run);
    printf("first request, libcurl's initialisation included: %.1f ms CPU\n", cpu_ms() - cpu);
    bench_targets(&run, ports);

    cpu = cpu_ms();
    double began = now_ms();
    run.bytes = 0;
    ask(&run, "http", ports[TARGETS]);
    wait_all(&run);
    printf("a body of %zu MiB: %.0f MB/s of CPU time, %.0f MB/s\n", run.bytes >> 20,
           (double)run.bytes / 1e3 / (cpu_ms() - cpu),
           (double)run.bytes / 1e3 / (now_ms() - began));

    for (int i = 0; certs != NULL && i < 3; i++) {
        uint64_t slow = loop_slow_callbacks(run.loop);
        cpu = cpu_ms();
        ask(&run, "https", ports[TARGETS + 1]);
        wait_all(&run);
        printf("TLS connection %d, verified against the system's authorities: %.1f ms CPU, %u "
               "callbacks over %d ms\n",
               i + 1, cpu_ms() - cpu, (unsigned)(loop_slow_callbacks(run.loop) - slow),
               LOOP_SLOW_MS);
    }
    http_client_destroy(run.client);
    loop_destroy(run.loop);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    peer_certs_destroy(certs);
    return 0;
}
