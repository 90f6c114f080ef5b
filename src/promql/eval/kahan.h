/* Compensated summation in Neumaier's form (Zeitschrift fuer Angewandte Mathematik und Mechanik 54,
 * 1974), which Prometheus 3 uses for its sums and means: the lost low bits are carried along. */
#ifndef TOCSIN_PROMQL_EVAL_KAHAN_H
#define TOCSIN_PROMQL_EVAL_KAHAN_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kahan {
    double sum;
    double lost;
};

static inline void kahan_add(struct kahan *k, double x)
{
    double total = k->sum + x;
    if (isinf(total)) {
        k->lost = 0;
    } else if (fabs(k->sum) >= fabs(x)) {
        k->lost += (k->sum - total) + x;
    } else {
        k->lost += (x - total) + k->sum;
    }
    k->sum = total;
}

static inline double kahan_value(const struct kahan *k)
{
    return isinf(k->sum) ? k->sum : k->sum + k->lost;
}

/*
 * A mean. As long as the sum does not overflow it is sum / count, which is exact for equal values;
 * from the value on that would overflow it is kept as a running mean.
 */
struct kahan_mean {
    struct kahan k; /* the sum, or the mean once `running` */
    uint32_t count;
    bool running;
};

static inline void kahan_mean_add(struct kahan_mean *m, double x)
{
    m->count++;
    if (!m->running) {
        struct kahan next = m->k;
        kahan_add(&next, x);
        if (m->count == 1 || !isinf(next.sum)) {
            m->k = next;
            return;
        }
        m->running = true;
        m->k.sum /= (double)m->count - 1;
        m->k.lost /= (double)m->count - 1;
    }
    double share = ((double)m->count - 1) / m->count;
    m->k.sum *= share;
    m->k.lost *= share;
    kahan_add(&m->k, x / m->count);
}

static inline double kahan_mean_value(const struct kahan_mean *m)
{
    if (m->running) {
        return m->k.sum + m->k.lost;
    }
    return m->k.sum / m->count + m->k.lost / m->count;
}

#endif
