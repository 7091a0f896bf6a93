/* SPDX-License-Identifier: MIT */
/* Text from formats, into buffers and to stdout, and numbers from text. A
 * libc's printf(3) and strtoull(3) bring floating point, wide characters and
 * streams with a heap: a fifth of the static file. */
#include "text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Where text goes to; length counts what does not fit as well. */
struct sink {
	char *text;
	size_t size, length;
};

/* What stands between % and the letter. */
struct field {
	bool left, zero;
	size_t width, precision;
	int longs;
};

static void put(struct sink *sink, const char *bytes, size_t count)
{
	for (; count > 0; count--, sink->length++, bytes++)
		if (sink->length + 1 < sink->size)
			sink->text[sink->length] = *bytes;
}

static void put_field(struct sink *sink, const struct field *field,
		      const char *bytes, size_t count)
{
	size_t rest = field->width > count ? field->width - count : 0;

	for (; rest > 0 && !field->left; rest--)
		put(sink, field->zero ? "0" : " ", 1);
	put(sink, bytes, count);
	for (; rest > 0; rest--)
		put(sink, " ", 1);
}

static void put_number(struct sink *sink, const struct field *field,
		       uint64_t number, unsigned int base, bool negative)
{
	char digits[24];
	char *first = digits + sizeof(digits);

	if (negative)
		number = -number;
	do
		*--first = "0123456789abcdef"[number % base];
	while (number /= base);
	if (negative)
		*--first = '-';
	put_field(sink, field, first,
		  (size_t)(digits + sizeof(digits) - first));
}

static int64_t take_signed(va_list *args, int longs)
{
	if (longs == 0)
		return va_arg(*args, int);
	return longs == 1 ? va_arg(*args, long) : va_arg(*args, long long);
}

static uint64_t take_unsigned(va_list *args, int longs)
{
	if (longs == 0)
		return va_arg(*args, unsigned int);
	return longs == 1 ? va_arg(*args, unsigned long)
			  : va_arg(*args, unsigned long long);
}

/* A width or precision: digits, or '*' for an argument that is not negative. */
static const char *take_size(const char *format, va_list *args, size_t *size)
{
	uint64_t number = 0;

	if (*format == '*') {
		*size = (size_t)va_arg(*args, int);
		return format + 1;
	}
	if (text_number(&format, 10, &number) > 0)
		*size = (size_t)number;
	return format;
}

/* Returns where the letter is. */
static const char *take_field(const char *format, va_list *args,
			      struct field *field)
{
	*field = (struct field){.precision = SIZE_MAX};
	for (; *format == '-' || *format == '0'; format++) {
		field->left |= *format == '-';
		field->zero |= *format == '0';
	}
	format = take_size(format, args, &field->width);
	if (*format == '.')
		format = take_size(format + 1, args, &field->precision);
	for (; *format == 'l' || *format == 'z'; format++)
		field->longs++;
	return format;
}

static void convert(struct sink *sink, const struct field *field, char letter,
		    va_list *args)
{
	const char *text;
	int64_t number;
	char byte;

	switch (letter) {
	case 'd':
		number = take_signed(args, field->longs);
		put_number(sink, field, (uint64_t)number, 10, number < 0);
		break;
	case 'u':
	case 'x':
		put_number(sink, field, take_unsigned(args, field->longs),
			   letter == 'u' ? 10 : 16, false);
		break;
	case 's':
		text = va_arg(*args, const char *);
		put_field(sink, field, text, strnlen(text, field->precision));
		break;
	case 'c':
		byte = (char)va_arg(*args, int);
		put_field(sink, field, &byte, 1);
		break;
	default:
		put(sink, "%", 1);
	}
}

size_t text_vformat(char *text, size_t size, const char *format, va_list args)
{
	struct sink sink = {.text = text, .size = size};
	struct field field;
	va_list rest;

	va_copy(rest, args);
	for (; *format; format++) {
		if (*format != '%') {
			put(&sink, format, 1);
			continue;
		}
		format = take_field(format + 1, &rest, &field);
		convert(&sink, &field, *format, &rest);
	}
	va_end(rest);
	if (size > 0)
		text[sink.length < size ? sink.length : size - 1] = '\0';
	return sink.length;
}

size_t text_format(char *text, size_t size, const char *format, ...)
{
	size_t length;
	va_list args;

	va_start(args, format);
	length = text_vformat(text, size, format, args);
	va_end(args);
	return length;
}

void text_append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	text_vformat(text + used, size - used, format, args);
	va_end(args);
}

static unsigned int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned int)(digit - '0');
	digit |= 'a' - 'A';
	return digit >= 'a' && digit <= 'f' ? (unsigned int)(digit - 'a') + 10
					    : 16;
}

size_t text_number(const char **text, unsigned int base, uint64_t *number)
{
	size_t count = 0;

	*number = 0;
	for (; count < 16 && digit_value(**text) < base; count++, ++*text)
		*number = *number * base + digit_value(**text);
	return count;
}

/* --- stdout --------------------------------------------------------------- */

static struct {
	char text[4096];
	size_t used;
	int failed; /* errno of the first failure */
} out;

static void flush(void)
{
	size_t done = 0;

	while (!out.failed && done < out.used) {
		ssize_t n =
			write(STDOUT_FILENO, out.text + done, out.used - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			out.failed = errno;
	}
	out.used = 0;
}

PRINTF_LIKE(1, 0) static bool fits(const char *format, va_list args)
{
	size_t left = sizeof(out.text) - out.used;
	size_t length = text_vformat(out.text + out.used, left, format, args);

	if (length >= left)
		return false;
	out.used += length;
	return true;
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!fits(format, args)) {
		flush();
		if (!fits(format, args) && !out.failed)
			out.failed = EMSGSIZE;
	}
	va_end(args);
}

int print_end(void)
{
	flush();
	errno = out.failed;
	return out.failed ? -1 : 0;
}
