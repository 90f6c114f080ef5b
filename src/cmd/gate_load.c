/* The rules of a gate from their file, and the questions that each is judged by; see gate_check.h.
 */
#include <math.h>
#include <stdlib.h>

#include "cmd/gate_check.h"
#include "promql/functions.h"
#include "promql/operators.h"
#include "rule/evidence.h"
#include "rule/service_alerts.h"
#include "yaml/node.h"

static struct str text_of(const struct expr *e, const struct node *n)
{
    return str_slice(e->text, n->begin, n->end - n->begin);
}

static bool is_comparison(const struct node *n)
{
    return n->kind == NODE_BINARY && !n->binary.return_bool &&
           operator_info(n->binary.op)->kind == OPERATOR_COMPARISON;
}

/* `count(SELECTOR) or ...` over the selectors of what the rule looks at: of a comparison, `and` and
 * `unless` that is their left side. What is asked to be absent is not looked at. */
static void add_selectors(struct strbuf *out, const struct expr *e, const struct node *n)
{
    if (n->kind == NODE_SELECTOR) {
        struct str text = text_of(e, n);
        bool range = n->type == VALUE_MATRIX;
        strbuf_printf(out, range ? "%scount(last_over_time(%.*s))" : "%scount(%.*s)",
                      out->len != 0 ? " or " : "", STR_ARG(text));
        return;
    }
    if (n->kind == NODE_CALL &&
        (n->call.function->id == FUNC_absent || n->call.function->id == FUNC_absent_over_time)) {
        return;
    }
    bool left_only =
        n->kind == NODE_BINARY && ((is_comparison(n) && n->binary.left->type != VALUE_SCALAR) ||
                                   n->binary.op == OP_AND || n->binary.op == OP_UNLESS);
    if (left_only) {
        add_selectors(out, e, n->binary.left);
        return;
    }
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        add_selectors(out, e, child);
    }
}

/* The number that the rule compares with, where it comes down to that; the side that is compared.
 */
static const struct node *compared(struct gate_check *c)
{
    struct rule_threshold threshold;
    if (!rule_threshold(c->rule->expr, &threshold)) {
        return NULL;
    }
    c->threshold = threshold.value;
    c->highest = threshold.comparison[0] == '>';
    c->unit = threshold.unit != UNIT_COUNT ? unit_name(threshold.unit) : NULL;
    return threshold.left;
}

/* Made of parts of an expression that parsed. One that is a number has nothing to be asked. */
static struct expr *parse_part(struct str text, const struct parse_options *options)
{
    struct error err = ERROR_INIT;
    struct expr *e = text.len != 0 ? expr_parse(text, options, &err) : NULL;
    error_release(&err);
    if (e != NULL && e->root->type != VALUE_VECTOR) {
        expr_unref(e);
        return NULL;
    }
    return e;
}

static void add_check(struct gate_checks *checks, const struct rule *rule,
                      const struct parse_options *options)
{
    struct gate_check c = {.rule = rule, .threshold = (double)NAN, .value = (double)NAN};
    struct str word = STR_NONE;
    for (size_t i = 0; i < rule->labels.count; i++) {
        if (str_equal_c(rule->labels.items[i].name, "severity")) {
            word = rule->labels.items[i].value;
        }
    }
    c.severity = severity_of(word);
    c.exprs[GATE_ASK_HOLDS] = expr_ref(rule->expr);
    const struct node *side = compared(&c);
    if (side != NULL) {
        c.exprs[GATE_ASK_VALUE] = parse_part(text_of(rule->expr, side), options);
    }
    struct strbuf data = STRBUF_INIT;
    add_selectors(&data, rule->expr, rule->expr->root);
    c.exprs[GATE_ASK_DATA] = parse_part(strbuf_str(&data), options);
    strbuf_release(&data);
    vec_push(&checks->list, c);
}

static struct rule_file *read_list(const struct yaml_document *doc, const struct yaml_node *root,
                                   const struct parse_options *options, struct diags *diags)
{
    const struct service_scope scope = {.expressions = options};
    struct yaml_reader r;
    yaml_reader_init(&r, doc, diags);
    size_t before = diags->errors;
    struct rule_file *file = service_alerts_read(&r, yaml_member(&r, root, "gate"), &scope);
    yaml_read_done(&r, root);
    yaml_reader_release(&r);
    if (diags->errors != before) {
        rule_file_unref(file);
        return NULL;
    }
    return file;
}

bool gate_checks_load(struct gate_checks *checks, const char *file, struct diags *diags)
{
    struct parse_options options = {.conveniences = false};
    struct yaml_document *doc = yaml_load(file, diags);
    if (doc == NULL) {
        return false;
    }
    const struct yaml_node *root = yaml_root(doc);
    if (root != NULL && root->kind == YAML_MAPPING && yaml_get(root, "gate") != NULL) {
        options.conveniences = true;
        checks->file = read_list(doc, root, &options, diags);
    } else {
        checks->file = rule_file_parse(file, yaml_text(doc), diags);
    }
    yaml_destroy(doc);
    if (checks->file == NULL) {
        return false;
    }
    for (size_t g = 0; g < checks->file->group_count; g++) {
        const struct rule_group *group = &checks->file->groups[g];
        for (size_t i = 0; i < group->rule_count; i++) {
            if (group->rules[i].kind == RULE_ALERTING) {
                add_check(checks, &group->rules[i], &options);
            }
        }
    }
    if (checks->list.len == 0) {
        diags_add(diags, DIAG_ERROR, file, STR_NONE, (struct span){0},
                  "there is no alerting rule in it");
        return false;
    }
    return true;
}

void gate_checks_release(struct gate_checks *checks)
{
    VEC_EACH (&checks->list, struct gate_check, c) {
        for (size_t i = 0; i < GATE_ASK_COUNT; i++) {
            expr_unref(c->exprs[i]);
        }
        VEC_EACH (&c->held, struct gate_held, held) {
            labels_unref(held->labels);
        }
        vec_release(&c->held);
        free(c->problem);
    }
    vec_release(&checks->list);
    rule_file_unref(checks->file);
    checks->file = NULL;
}
