/* Pipelines, commands and operands (Go: text/template, exec.go, evalPipeline and below). */
#include "base/diag.h"
#include "template/exec.h"
#include "template/method.h"
#include "template/value.h"

static bool eval_operand(struct frame *f, const struct operand *o, struct template_value *out);

/* The value in front of an operand's fields. */
static bool eval_base(struct frame *f, const struct operand *o, struct template_value *out)
{
    switch (o->kind) {
    case OPERAND_DOT:
        *out = f->dot;
        return true;
    case OPERAND_VARIABLE:
        *out = f->slots[o->slot];
        return true;
    case OPERAND_PIPE:
        return eval_pipe(f, o->pipe, out);
    case OPERAND_NIL:
    case OPERAND_BOOL:
    case OPERAND_STRING:
    case OPERAND_NUMBER:
    case OPERAND_FUNCTION:
        break;
    }
    *out = o->constant;
    return true;
}

static bool eval_field(struct frame *f, const struct operand *o, struct str field,
                       struct template_value *value)
{
    struct template_value found;
    switch (template_value_member(value, field, &found)) {
    case VALUE_FOUND:
        *value = found;
        return true;
    case VALUE_NO_MEMBER:
        break;
    }
    const char *type = template_value_type_name(value);
    return exec_fail(f->exec, o->begin, o->end, "no field '%.*s' in %s", STR_ARG(field), type);
}

/* `args` are what the last field may be called with. */
static bool eval_fields(struct frame *f, const struct operand *o, const struct template_value *args,
                        size_t count, struct template_value *value)
{
    for (size_t i = 0; i < o->field_count; i++) {
        bool last = i + 1 == o->field_count;
        struct call call = {.exec = f->exec,
                            .arena = &f->exec->arena,
                            .args = args,
                            .count = last ? count : 0,
                            .err = f->exec->err};
        const struct method *method = method_find(value, o->fields[i]);
        if (method != NULL) {
            struct template_value result;
            if (!method_call(method, &call, value, &result)) {
                f->exec->err->span = diag_span(f->exec->t->text, o->begin, o->end);
                return false;
            }
            *value = result;
            continue;
        }
        if (last && count > 0) {
            return exec_fail(f->exec, o->begin, o->end, "'%.*s' is a field and takes no arguments",
                             STR_ARG(o->fields[i]));
        }
        bool nothing = value->kind == TEMPLATE_NIL && i == 0 && o->kind == OPERAND_DOT;
        if (!nothing && !eval_field(f, o, o->fields[i], value)) {
            return false;
        }
    }
    return true;
}

static bool wrong_argument(struct frame *f, const struct operand *o,
                           const struct template_function *fn, const char *wanted,
                           const struct template_value *value)
{
    return exec_fail(f->exec, o->begin, o->end, "%s wants %s, not %s", fn->name, wanted,
                     template_value_type_name(value));
}

/* Checks a value against the letter of functions.def; makes a number of what is asked for as one.
 */
static bool convert(struct frame *f, const struct operand *o, const struct template_function *fn,
                    char type, struct template_value *value)
{
    double number = 0;
    switch (type) {
    case 's':
        return value->kind == TEMPLATE_STRING || wrong_argument(f, o, fn, "a text", value);
    case 'i':
        return value->kind == TEMPLATE_INT || wrong_argument(f, o, fn, "a whole number", value);
    case 'n':
        if (!template_value_number(value, &number)) {
            return value->kind == TEMPLATE_STRING
                       ? exec_fail(f->exec, o->begin, o->end, "%s wants a number, not '%.*s'",
                                   fn->name, STR_ARG(str_slice(value->string, 0, 80)))
                       : wrong_argument(f, o, fn, "a number", value);
        }
        *value = template_float(number);
        return true;
    case 'm':
        return template_value_is_sample(value) || wrong_argument(f, o, fn, "a sample", value);
    case 'v':
    case 'l':
        return value->kind == TEMPLATE_LIST || wrong_argument(f, o, fn, "a list", value);
    default:
        return true;
    }
}

static char argument_type(const struct template_function *fn, size_t i)
{
    const char *star = strchr(fn->types, '*');
    size_t fixed = star != NULL ? (size_t)(star - fn->types) : strlen(fn->types);
    return i < fixed ? fn->types[i] : star != NULL ? star[1] : 'a';
}

static bool check_count(struct frame *f, const struct operand *o, size_t count)
{
    const struct template_function *fn = o->function;
    const char *star = strchr(fn->types, '*');
    size_t least = star != NULL ? (size_t)(star - fn->types) : strlen(fn->types);
    if (count >= least && (star != NULL || count == least)) {
        return true;
    }
    return exec_fail(f->exec, o->begin, o->end, "%s takes %s%zu argument%s, not %zu", fn->name,
                     star != NULL ? "at least " : "", least, least == 1 ? "" : "s", count);
}

/* `and` and `or`: no more is computed than must be. */
static bool is_short_circuit(const struct template_function *fn)
{
    return strcmp(fn->name, "and") == 0 || strcmp(fn->name, "or") == 0;
}

static bool eval_short_circuit(struct frame *f, const struct command *command,
                               const struct template_value *piped, struct template_value *out)
{
    bool ends_with = strcmp(command->operands[0].function->name, "or") == 0;
    for (size_t i = 1; i < command->count; i++) {
        if (!eval_operand(f, &command->operands[i], out)) {
            return false;
        }
        if (template_value_truth(out) == ends_with) {
            return true;
        }
    }
    if (piped != NULL) {
        *out = *piped;
    }
    return true;
}

/* The arguments of a command, and the piped one as the last. */
static bool eval_arguments(struct frame *f, const struct command *command,
                           const struct template_value *piped, struct template_value **args)
{
    size_t count = command->count - 1 + (piped != NULL ? 1 : 0);
    *args = count > 0 ? arena_array(&f->exec->arena, struct template_value, count) : NULL;
    for (size_t i = 1; i < command->count; i++) {
        if (!eval_operand(f, &command->operands[i], &(*args)[i - 1])) {
            return false;
        }
    }
    if (piped != NULL) {
        (*args)[count - 1] = *piped;
    }
    return true;
}

static bool eval_call(struct frame *f, const struct command *command,
                      const struct template_value *piped, struct template_value *out)
{
    const struct operand *head = &command->operands[0];
    const struct template_function *fn = head->function;
    size_t count = command->count - 1 + (piped != NULL ? 1 : 0);
    struct template_value *args = NULL;
    if (!check_count(f, head, count)) {
        return false;
    }
    if (is_short_circuit(fn)) {
        return eval_short_circuit(f, command, piped, out);
    }
    if (!eval_arguments(f, command, piped, &args)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct operand *place = i + 1 < command->count ? &command->operands[i + 1] : head;
        if (!convert(f, place, fn, argument_type(fn, i), &args[i])) {
            return false;
        }
    }
    struct call call = {.exec = f->exec,
                        .arena = &f->exec->arena,
                        .args = args,
                        .count = count,
                        .err = f->exec->err};
    switch (fn->call(&call, out)) {
    case CALL_OK:
        return true;
    case CALL_PENDING:
        f->exec->pending = true;
        return false;
    case CALL_FAILED:
        break;
    }
    if (f->exec->err->span.line == 0) {
        f->exec->err->span = diag_span(f->exec->t->text, head->begin, head->end);
    }
    return false;
}

/* As an argument, where a function has none of its own. */
static bool eval_operand(struct frame *f, const struct operand *o, struct template_value *out)
{
    struct command alone = {.operands = o, .count = 1};
    if (!exec_step(f->exec, o->begin, o->end)) {
        return false;
    }
    bool ok = o->kind == OPERAND_FUNCTION ? eval_call(f, &alone, NULL, out) : eval_base(f, o, out);
    return ok && eval_fields(f, o, NULL, 0, out);
}

static bool eval_command(struct frame *f, const struct command *command,
                         const struct template_value *piped, struct template_value *out)
{
    const struct operand *head = &command->operands[0];
    struct template_value *args = NULL;
    size_t count = command->count - 1 + (piped != NULL ? 1 : 0);
    if (head->kind == OPERAND_FUNCTION && head->field_count == 0) {
        return exec_step(f->exec, head->begin, head->end) && eval_call(f, command, piped, out);
    }
    if (head->kind == OPERAND_NIL) {
        return exec_fail(f->exec, head->begin, head->end, "nil alone is no value to show or test");
    }
    if (count == 0) {
        return eval_operand(f, head, out);
    }
    if (head->field_count == 0) {
        return exec_fail(f->exec, head->begin, head->end,
                         "this is not a function and takes no arguments");
    }
    struct command alone = {.operands = head, .count = 1};
    return eval_arguments(f, command, piped, &args) &&
           (head->kind == OPERAND_FUNCTION ? eval_call(f, &alone, NULL, out)
                                           : eval_base(f, head, out)) &&
           eval_fields(f, head, args, count, out);
}

bool eval_pipe(struct frame *f, const struct pipe *pipe, struct template_value *out)
{
    struct template_value value;
    for (size_t i = 0; i < pipe->count; i++) {
        if (!eval_command(f, &pipe->commands[i], i > 0 ? &value : NULL, out)) {
            return false;
        }
        value = *out;
    }
    for (size_t i = 0; i < pipe->slot_count; i++) {
        f->slots[pipe->slots[i]] = *out;
    }
    return true;
}
