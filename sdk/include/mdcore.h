/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore.h - the plugin ABI of mdcore; the only header that a plugin needs.
 *
 * Plain C, no libraries: a plugin links nothing of mdcore.  Every service
 * arrives through `struct md_host`.  What may change and what may not:
 * docs/abi.md.  The ABI stays at 0.x until it is frozen on purpose.
 *
 * Thread notes in brackets: [load] while the plugin is examined; [session]
 * one call at a time per session, on any thread; [any] any thread.
 *
 * Ownership in three sentences.  What a callback receives is borrowed until
 * it returns.  Rows and texts are copied by `emit` and its siblings.  Nothing
 * is ever freed across the boundary.
 */
#ifndef MDCORE_H
#define MDCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MD_ABI_MAJOR 0 /* another major is refused at load time        */
#define MD_ABI_MINOR 3 /* goes up each time something is appended      */

/* ---- values --------------------------------------------------------- */

typedef int64_t md_time;  /* ns since 1970-01-01T00:00:00Z, UTC          */
typedef int64_t md_price; /* units of 1e-9                               */

#define MD_PRICE_ONE INT64_C (1000000000)
#define MD_SECOND    INT64_C (1000000000)
#define MD_MINUTE    (60 * MD_SECOND)
#define MD_HOUR      (60 * MD_MINUTE)
#define MD_DAY       (24 * MD_HOUR)

/* "The vendor sent no value": never 0.  Absent text has ptr == NULL.     */
#define MD_ABSENT      INT64_MAX  /* i64, time and price fields           */
#define MD_ABSENT_NAME UINT32_MAX /* name fields (interned text)          */

/* The absent double is a quiet NaN; every NaN counts as absent.          */
static inline double
md_absent_f64 (void)
{
  union { uint64_t bits; double value; } nan;
  nan.bits = UINT64_C (0x7ff8000000000000);
  return nan.value;
}

struct md_text { /* frozen */
  const char *ptr; /* need not end with NUL                               */
  size_t      len;
};

/* ---- errors --------------------------------------------------------- */

/* The class decides what the core does next; a plugin never retries.     */
enum md_class {
  MD_OK                = 0,
  MD_ERR_CONFIG        = 100, /* the job is wrong: stop it                */
  MD_ERR_AUTH          = 200, /* credentials refused: stop the job        */
  MD_ERR_REQUEST       = 300, /* this request can never work              */
  MD_ERR_NOT_FOUND     = 320, /* the vendor does not know the symbol      */
  MD_ERR_ENTITLEMENT   = 340, /* the plan does not include this range     */
  MD_ERR_LIMITED       = 400, /* slow down, retry after retry_after_ns    */
  MD_ERR_QUOTA         = 420, /* used up until `until`                    */
  MD_ERR_NETWORK       = 500, /* transient: retry with backoff            */
  MD_ERR_PROTOCOL      = 600, /* the answer made no sense: retry, suspect */
  MD_ERR_CANCELLED     = 700,
  MD_ERR_UNSUPPORTED   = 750, /* this side has no such service            */
  MD_ERR_INTERNAL      = 800
};

/* Allocated by the caller and flat: nothing to free.  A callback that
 * fails fills it and returns its class.  The host zeroes it beforehand. */
struct md_error {
  uint32_t struct_size;
  int32_t  klass;           /* enum md_class; also the return value       */
  int32_t  http_status;     /* 0 when no HTTP answer was involved         */
  uint32_t symbol;          /* request symbol it concerns, or             */
                            /*   MD_ABSENT_NAME for all of them           */
  int64_t  retry_after_ns;  /* 0 when the vendor gave no hint             */
  md_time  until;           /* quota: when it opens again; 0 unknown      */
  md_time  from, to;        /* entitlement: the range that is refused;    */
                            /*   both 0 = all of the request              */
  char     vendor_code[32]; /* "data_start_before_available_start"        */
  char     message[480];    /* one sentence, no secrets                   */
};

/* ---- configuration -------------------------------------------------- */

enum md_type {
  MD_STRING   = 10,
  MD_INT      = 20,
  MD_BOOL     = 30,
  MD_DOUBLE   = 40,
  MD_DURATION = 50, /* "90s", "3d": ns in `i`                             */
  MD_CHOICE   = 60  /* the text in `s`, one of `choices`                  */
};

#define MD_KEY_REQUIRED (1u << 0)
#define MD_KEY_SECRET   (1u << 1) /* redacted in logs, dumps, recordings  */
#define MD_KEY_ORIGIN   (1u << 2) /* a URL whose origin may be contacted  */
#define MD_KEY_PATH     (1u << 3) /* a local path; relative to the job's  */
                                  /*   file; may be opened with `http`    */
#define MD_KEY_DATA     (1u << 4) /* where set, the data is read from     */
                                  /*   there, front to back: ranges and   */
                                  /*   symbols are not cut into chunks    */
#define MD_KEY_BULK     (1u << 5) /* where it is not its default, a file  */
                                  /*   holds a day of all symbols: these  */
                                  /*   share chunks, which are of days    */

#define MD_KEY_WHOLE  (1u << 6) /* a choice: unless it is the default, what */
                                /*   is asked is ordered as a whole: ranges */
                                /*   are not cut into chunks                */

/* Array element, stride md_plugin.key_size.                              */
struct md_key {
  const char *name;
  uint32_t    type;    /* enum md_type                                    */
  uint32_t    flags;   /* MD_KEY_...                                      */
  const char *dflt;    /* same syntax as in a job file, or NULL           */
  const char *choices; /* "a|b|c" for MD_CHOICE, else NULL                */
  const char *env;     /* usual environment variables, "A|B", or NULL     */
  const char *doc;     /* one line, shown by `mdcore inspect`             */
};

/* Parsed and checked by the host, in the order of the declared keys.
 * An unset string is NULL, an unset number MD_ABSENT (double: NaN).      */
union md_value { /* frozen */
  const char *s;
  int64_t     i;
  double      d;
  bool        b;
};

/* ---- handles of the host -------------------------------------------- */

struct md_call; /* one callback's call: first argument of every service  */
struct md_conn; /* a live connection                                     */

enum md_log_level {
  MD_LOG_DEBUG = 10, MD_LOG_INFO = 20, MD_LOG_WARNING = 30
};

#include "mdcore-records.h"
#include "mdcore-host.h"
#include "mdcore-provider.h"
#include "mdcore-stream.h"
#include "mdcore-sink.h"

/* ---- the descriptor ------------------------------------------------- */

struct md_iface { /* frozen */
  const char *id;     /* "mdcore.provider/1"                              */
  const void *vtable; /* starts with its struct_size                      */
};

/* The plugin wraps a vendor's own library: it may have threads and
 * sockets, always runs in a process of its own, asks `permit` before
 * each vendor call and cannot be recorded.                               */
#define MD_PLUGIN_BRINGS_IO (1u << 0)
/* Every row it emits is made up (`is_mock` in all outputs).              */
#define MD_PLUGIN_MADE_UP   (1u << 1)

struct md_plugin {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor; /* what it was built against             */
  uint16_t needs_minor;          /* oldest host that will do; usually 0   */
  uint16_t reserved;
  uint32_t flags;                /* MD_PLUGIN_...                         */
  const char *name;              /* equals the file's name: NAME.so       */
  const char *version, *description;
  const char *license;           /* SPDX expression                       */
  const char *homepage;
  const struct md_key *keys;     /* may be NULL                           */
  size_t n_keys, key_size;
  const struct md_iface *ifaces; /* ends with { NULL, NULL }              */
  const char *example;           /* a first `mdcore backfill NAME ...`:   */
                                 /*   "BTC-USD --schema ohlcv-1h --from   */
                                 /*   2024-01-01"; or NULL                */
};

/* The one symbol that a plugin exports.  [load]                          */
#define MD_ENTRY_NAME "md_plugin_v1"
typedef const struct md_plugin *(*md_entry_fn) (void);

/* MD_ARRAY (key, keys) sets .keys, .n_keys and .key_size.                */
#define MD_ARRAY(field, array)                                            \
  .field##s = (array),                                                    \
  .n_##field##s = sizeof (array) / sizeof (array)[0],                     \
  .field##_size = sizeof (array)[0]

/* Defines the entry; C only (C++: see docs/plugin-guide.md).             */
#define MD_PLUGIN(...)                                                    \
  __attribute__ ((visibility ("default")))                                \
  const struct md_plugin *md_plugin_v1 (void);                            \
  const struct md_plugin *                                                \
  md_plugin_v1 (void)                                                     \
  {                                                                       \
    static const struct md_plugin plugin = {                              \
      .struct_size = sizeof (struct md_plugin),                           \
      .abi_major = MD_ABI_MAJOR, .abi_minor = MD_ABI_MINOR,               \
      __VA_ARGS__ };                                                      \
    return &plugin;                                                       \
  }

#ifdef __cplusplus
}
#endif

#endif /* MDCORE_H */
