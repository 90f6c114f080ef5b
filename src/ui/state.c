#include "ui/state.h"

struct axis *axis_memory_get(struct axis_memory *memory, uint64_t key)
{
    size_t oldest = 0;
    memory->clock++;
    for (size_t i = 0; i < AXES_MAX; i++) {
        if (memory->slots[i].used != 0 && memory->slots[i].key == key) {
            memory->slots[i].used = memory->clock;
            return &memory->slots[i].axis;
        }
        if (memory->slots[i].used < memory->slots[oldest].used) {
            oldest = i;
        }
    }
    memory->slots[oldest].key = key;
    memory->slots[oldest].used = memory->clock;
    memory->slots[oldest].axis = (struct axis){.max = 0};
    return &memory->slots[oldest].axis;
}
