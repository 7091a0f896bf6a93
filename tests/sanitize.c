/* SPDX-License-Identifier: MIT */
/* Linked into the sanitized build alone: its settings, which the environment
 * of many a test would not hand on. The leak checker cannot trace PID 1, which
 * is not dumpable: it looks at the parsers, under libFuzzer. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0:abort_on_error=1";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}
