/* Attributes that let the compiler read our contracts. */
#ifndef TOCSIN_BASE_ATTR_H
#define TOCSIN_BASE_ATTR_H

#define ATTR_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define ATTR_NODISCARD          __attribute__((warn_unused_result))
#define ATTR_NORETURN           __attribute__((noreturn))
#define ATTR_MALLOC             __attribute__((malloc, returns_nonnull, warn_unused_result))
#define ATTR_PURE               __attribute__((pure))
#define ATTR_UNUSED             __attribute__((unused))
/* Of an enum: as few bytes as its values need. */
#define ATTR_SMALL         __attribute__((packed))
#define ATTR_ALWAYS_INLINE inline __attribute__((always_inline))

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The struct that contains `member`, from a pointer to the member. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
