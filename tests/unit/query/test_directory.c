/* From names to answerers. */
#include "query/directory.h"
#include "support/suite.h"

START_TEST(finds_what_was_added)
{
    struct answerer a = {.source = "a"};
    struct answerer b = {.source = "b"};
    struct directory *d = directory_create();
    ck_assert_uint_eq(directory_count(d), 0);
    ck_assert_ptr_null(directory_find(d, "a"));
    directory_add(d, "b", &b);
    directory_add(d, DIRECTORY_LOCAL, &a);
    ck_assert_ptr_eq(directory_find(d, "b"), &b);
    ck_assert_ptr_eq(directory_find(d, "local"), &a);
    ck_assert_ptr_null(directory_find(d, "loca"));
    ck_assert_uint_eq(directory_count(d), 2);
    const char *name = NULL;
    ck_assert_ptr_eq(directory_at(d, 0, &name), &b);
    ck_assert_str_eq(name, "b");
    ck_assert_ptr_eq(directory_at(d, 1, &name), &a);
    ck_assert_str_eq(name, "local");
    directory_destroy(d);
}
END_TEST

START_TEST(adding_again_replaces_in_place)
{
    struct answerer a = {.source = "a"};
    struct answerer b = {.source = "b"};
    struct directory *d = directory_create();
    char given[] = "x";
    directory_add(d, given, &a);
    directory_add(d, "y", &a);
    directory_add(d, "x", &b);
    given[0] = 'z'; /* names are the directory's own */
    ck_assert_uint_eq(directory_count(d), 2);
    const char *name = NULL;
    ck_assert_ptr_eq(directory_at(d, 0, &name), &b);
    ck_assert_str_eq(name, "x");
    directory_destroy(d);
}
END_TEST

START_TEST(removing)
{
    struct answerer a = {.source = "a"};
    struct directory *d = directory_create();
    directory_add(d, "x", &a);
    directory_add(d, "y", &a);
    directory_remove(d, "nobody");
    directory_remove(d, "x");
    ck_assert_uint_eq(directory_count(d), 1);
    ck_assert_ptr_null(directory_find(d, "x"));
    ck_assert_ptr_eq(directory_find(d, "y"), &a);
    directory_destroy(d);
    directory_destroy(NULL);
}
END_TEST

int main(void)
{
    TCase *names = tcase_create("names");
    tcase_add_test(names, finds_what_was_added);
    tcase_add_test(names, adding_again_replaces_in_place);
    tcase_add_test(names, removing);
    return suite_run("query/directory", names);
}
