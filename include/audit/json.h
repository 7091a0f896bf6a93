/* SPDX-License-Identifier: MIT */
#ifndef CAPINI_AUDIT_JSON_H
#define CAPINI_AUDIT_JSON_H

#include <stddef.h>

#include "error.h"

#define JSON_DEPTH_MAX 64 /* arrays and objects inside of each other */

/* A value is a pointer to its first byte inside of a text that json_check()
 * has accepted; the text must stay as it is. NULL is no value. */

/* Is text, length bytes with a zero behind them, one JSON value in UTF-8 as RFC
 * 8259 has it and nothing else? Returns 0 with the value in *value, or -1 with
 * the line of the mistake in err. */
int json_check(const char *text, size_t length, const char **value,
	       struct error *err) MUST_CHECK;

/* The beginning of a value tells what it is: '{', '[', '"', 't' or 'f' for
 * true and false, 'n' for null, '0' for a number; 0 for no value. */
char json_kind(const char *value);

/* The value that key has in object. Returns 0 with it in *value, NULL when
 * object is no object, there is no such key or it is null; or -1 with err set
 * when the key is there twice. */
int json_member(const char *object, const char *key, const char **value,
		struct error *err) MUST_CHECK;

/* The first element of an array, and the one behind element; NULL when there
 * is none. */
const char *json_first(const char *array);
const char *json_next(const char *element);

/* The text of a string value, its escapes resolved, into out. Returns 0, or -1
 * when it is no string, longer than size - 1 bytes or not printable ASCII. */
int json_text(const char *value, char *out, size_t size) MUST_CHECK;

#endif
