/*
 * One expansion: exec.c walks the nodes, eval.c computes what stands in actions. Private to this
 * folder.
 *
 * Every error has the place of what failed, in the text of the template. Everything an expansion
 * makes is in its arena, which ends with it.
 */
#ifndef TOCSIN_TEMPLATE_EXEC_H
#define TOCSIN_TEMPLATE_EXEC_H

#include "template/tree.h"

struct exec {
    const struct template *t;
    const struct template_data *data;
    struct arena arena;
    struct strbuf *out;
    struct error *err;
    size_t steps;
    int calls; /* templates that are being expanded inside of each other */
    bool pending;
};

/* One call of a template. */
struct frame {
    struct exec *exec;
    struct template_value *slots; /* of its variables; kind NIL and no text until declared */
    struct template_value dot;
};

/* All return false. */
bool exec_fail(struct exec *x, size_t begin, size_t end, const char *fmt, ...) ATTR_PRINTF(4, 5);
/* One step more at that place; false where there were too many, or too much memory was used. */
bool exec_step(struct exec *x, size_t begin, size_t end) ATTR_NODISCARD;
/* Expands a tree with `dot` to exec->out. */
bool exec_tree(struct exec *x, const struct tree *tree, const struct template_value *dot,
               size_t begin, size_t end) ATTR_NODISCARD;

/* The value of a pipeline; what it is assigned to gets it, too, unless `is_range`. */
bool eval_pipe(struct frame *f, const struct pipe *pipe, struct template_value *out) ATTR_NODISCARD;

#endif
