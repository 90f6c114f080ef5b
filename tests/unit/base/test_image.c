/* Memory given back is memory that comes again when it is needed. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/image.h"
#include "base/mem.h"
#include "support/suite.h"

#define BIG_BYTES 8388608

/* Changed by the loader, which is not in the file: it must not be lost. */
static int (*const compare)(const char *, const char *) = strcmp;
static const char *const words[] = {"first", "second"};

START_TEST(test_settling_changes_nothing)
{
    char *kept = mem_printf("%d", 42);
    int changed = 1;
    for (int i = 0; i < 3; i++) {
        image_settle();
        changed++;
        ck_assert_int_eq(compare(words[1], "second"), 0);
        ck_assert_str_eq(kept, "42");
        ck_assert_int_gt(image_resident_bytes(), 0);
    }
    ck_assert_int_eq(changed, 4);
    free(kept);
}
END_TEST

START_TEST(test_one_heap_still_allocates)
{
    image_use_one_heap();
    int64_t before = image_resident_bytes();
    /* Touched where the compiler cannot see that nobody reads it. */
    char *big = mem_alloc(BIG_BYTES);
    for (size_t i = 0; i < BIG_BYTES; i += 1024) {
        ((volatile char *)big)[i] = 1;
    }
    ck_assert_int_ge(image_resident_bytes(), before + BIG_BYTES / 2);
    free(big);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("image");
    tcase_add_test(tc, test_settling_changes_nothing);
    tcase_add_test(tc, test_one_heap_still_allocates);
    return suite_run("base/image", tc);
}
