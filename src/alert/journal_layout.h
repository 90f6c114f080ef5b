/*
 * All kinds of records by tables of their fields: how they are copied, freed, written and read is
 * said once. Private to this folder.
 */
#ifndef TOCSIN_ALERT_JOURNAL_LAYOUT_H
#define TOCSIN_ALERT_JOURNAL_LAYOUT_H

#include "alert/journal_record.h"

enum record_kind {
    RECORD_ALERT,
    RECORD_ACK,
    RECORD_SILENCE,
    RECORD_RULE,
    RECORD_ENGINE,
    RECORD_TRANSITION,
    RECORD_KIND_COUNT
};
enum field_type { FIELD_TEXT, FIELD_INT, FIELD_U64, FIELD_U32, FIELD_U8, FIELD_REAL, FIELD_FLAG };
struct field {
    const char *column;
    enum field_type type;
    size_t offset;
    uint32_t max; /* of FIELD_U32 and FIELD_U8 */
};
struct record_layout {
    const char *table;
    size_t size;
    const struct field *fields;
    size_t field_count;
    size_t key_count; /* the first fields are the key; 0: rows are only added */
};
const struct record_layout *journal_record_layout(enum record_kind kind);

void journal_record_copy(enum record_kind kind, void *to, const void *from);
void journal_record_release(enum record_kind kind, void *record);

#endif
