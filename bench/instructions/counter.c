// Starts callgrind's counters from inside the process that it runs, and writes them out.
#include <node_api.h>
#include <valgrind/callgrind.h>

static napi_value start(napi_env env, napi_callback_info info) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  return NULL;
}

static napi_value dump(napi_env env, napi_callback_info info) {
  char name[64];
  size_t length;
  size_t count = 1;
  napi_value args[1];
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  napi_get_value_string_utf8(env, args[0], name, sizeof name, &length);
  CALLGRIND_DUMP_STATS_AT(name);
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function);
  napi_set_named_property(env, exports, "start", function);
  napi_create_function(env, "dump", NAPI_AUTO_LENGTH, dump, NULL, &function);
  napi_set_named_property(env, exports, "dump", function);
  return exports;
}
