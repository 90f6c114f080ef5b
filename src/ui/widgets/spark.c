#include "ui/widgets/spark.h"

#include "ui/axis.h"
#include "ui/level.h"

size_t spark_level(double value, double max)
{
    double eighths = max > 0 ? value / max * 8 : 0;
    if (!(eighths > 0)) {
        return 1;
    }
    return eighths >= 7 ? 8 : 1 + (size_t)eighths;
}

static double own_max(const struct spark *spark)
{
    double min = 0, max = 0;
    bucket_extent(spark->buckets, spark->count, &min, &max);
    return axis_spark_max(max);
}

static void draw_bucket(struct canvas *c, int x, int y, const struct spark *spark,
                        const struct bucket *bucket, double max)
{
    switch (bucket->state) {
    case BUCKET_BEFORE:
        return;
    case BUCKET_GAP:
        canvas_put(c, x, y, spark->glyphs->gap, style_with(ROLE_CHART_GAP, spark->flags));
        return;
    case BUCKET_IDLE:
        canvas_put(c, x, y, spark->glyphs->idle, style_with(ROLE_CHART_IDLE, spark->flags));
        return;
    case BUCKET_VALUE:
        break;
    }
    enum role role = bucket->partial
                         ? ROLE_CHART_PARTIAL
                         : level_chart_role(level_of_value(spark->signal, bucket->value));
    canvas_put(c, x, y, spark->glyphs->eighth[spark_level(bucket->value, max)],
               style_with(role, spark->flags));
}

void spark_draw(struct canvas *c, struct rect r, const struct spark *spark)
{
    if (rect_is_empty(r)) {
        return;
    }
    double max = spark->max > 0 ? spark->max : own_max(spark);
    size_t shown = spark->count < (size_t)r.w ? spark->count : (size_t)r.w;
    for (size_t i = 0; i < shown; i++) {
        draw_bucket(c, r.x + r.w - (int)shown + (int)i, r.y, spark,
                    &spark->buckets[spark->count - shown + i], max);
    }
}
