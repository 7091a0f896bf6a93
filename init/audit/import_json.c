/* SPDX-License-Identifier: MIT */
/* What docker inspect and kubectl get -o json say of one container's
 * capabilities. Where there are several, none is picked. */
#include "audit/import.h"

#include <stdio.h>
#include <string.h>

#include "audit/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_TEXT    64
#define NUMBER_TEXT  16

/* The member key of object, which must be of this kind where it is there. */
static int member(const char *object, const char *key, char kind,
		  const char **value, struct error *err)
{
	char found;

	if (json_member(object, key, value, err) < 0)
		return -1;
	found = json_kind(*value);
	if (found == 'f')
		found = 't';
	if (found && found != kind)
		return error_set(err, "\"%s\" is not what it should be", key);
	return 0;
}

/* A list of names to add or to drop. */
static int take_names(const char *object, const char *key, bool drop,
		      struct tweak *tweak, struct error *err)
{
	const char *array;

	if (member(object, key, '[', &array, err) < 0)
		return -1;
	for (array = json_first(array); array; array = json_next(array)) {
		char name[NAME_TEXT];

		if (json_text(array, name, sizeof(name)) < 0)
			return error_set(err,
					 "\"%s\" has an element that is no "
					 "name",
					 key);
		if (tweak_take(tweak, drop, name, err) < 0)
			return -1;
	}
	return 0;
}

static int take_flag(const char *object, const char *key, enum said *said,
		     struct error *err)
{
	const char *value;

	if (member(object, key, 't', &value, err) < 0)
		return -1;
	if (value)
		*said = *value == 't' ? SAID_YES : SAID_NO;
	return 0;
}

static int take_privileged(const char *object, const char *key,
			   struct tweak *tweak, struct error *err)
{
	enum said said = SAID_NOTHING;

	if (take_flag(object, key, &said, err) < 0)
		return -1;
	tweak->privileged = said == SAID_YES;
	return 0;
}

/* --- docker inspect ---------------------------------------------------------
 */

static int take_security_opts(const char *host, struct import *import,
			      struct error *err)
{
	const char *option;

	if (member(host, "SecurityOpt", '[', &option, err) < 0)
		return -1;
	for (option = json_first(option); option; option = json_next(option)) {
		char text[NAME_TEXT];

		/* One that is longer is about something else. */
		if (json_text(option, text, sizeof(text)) == 0)
			import_security_opt(import, text);
	}
	return 0;
}

static int take_docker_user(const char *container, struct import *import,
			    struct error *err)
{
	const char *config, *user;
	char text[POLICY_VALUE_MAX];

	if (member(container, "Config", '{', &config, err) < 0 ||
	    member(config, "User", '"', &user, err) < 0)
		return -1;
	if (!user)
		return 0;
	if (json_text(user, text, sizeof(text)) < 0)
		return error_set(err, "\"User\" is no name of a user");
	return import_user(import, text, "", err);
}

/* container may be NULL, where only its HostConfig is known. */
static int take_host_config(const char *container, const char *host,
			    struct import *import, struct error *err)
{
	struct tweak tweak = {0};

	if (take_names(host, "CapAdd", false, &tweak, err) < 0 ||
	    take_names(host, "CapDrop", true, &tweak, err) < 0 ||
	    take_privileged(host, "Privileged", &tweak, err) < 0 ||
	    take_security_opts(host, import, err) < 0)
		return -1;
	import->allow = tweak_docker(&tweak);
	return take_docker_user(container, import, err);
}

/* --- kubectl get -o json ----------------------------------------------------
 */

/* runAsUser or runAsGroup; text stays as it is when it is not there. */
static int take_id(const char *context, const char *key, char text[NUMBER_TEXT],
		   struct error *err)
{
	const char *value;
	size_t span;

	if (member(context, key, '0', &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	span = strspn(value, "0123456789");
	if (span == 0 || span >= NUMBER_TEXT || strchr(".eE", value[span]))
		return error_set(err, "\"%s\" is no number of a user or group",
				 key);
	snprintf(text, NUMBER_TEXT, "%.*s", (int)span, value);
	return 0;
}

/* The contexts of a pod, which may be NULL, and of its container: the inner one
 * wins. */
static int take_contexts(const char *pod, const char *context,
			 struct import *import, struct error *err)
{
	char user[NUMBER_TEXT] = "", group[NUMBER_TEXT] = "";
	struct tweak tweak = {0};
	const char *lists;

	if (take_id(pod, "runAsUser", user, err) < 0 ||
	    take_id(context, "runAsUser", user, err) < 0 ||
	    take_id(pod, "runAsGroup", group, err) < 0 ||
	    take_id(context, "runAsGroup", group, err) < 0 ||
	    member(context, "capabilities", '{', &lists, err) < 0 ||
	    take_names(lists, "add", false, &tweak, err) < 0 ||
	    take_names(lists, "drop", true, &tweak, err) < 0 ||
	    take_privileged(context, "privileged", &tweak, err) < 0 ||
	    take_flag(context, "allowPrivilegeEscalation",
		      &import->no_new_privs, err) < 0)
		return -1;
	import->allow = tweak_kubernetes(&tweak);
	/* The same question, asked the other way round. */
	if (import->no_new_privs != SAID_NOTHING)
		import->no_new_privs =
			import->no_new_privs == SAID_YES ? SAID_NO : SAID_YES;
	return import_user(import, user, group, err);
}

/* --- which of them is it? ---------------------------------------------------
 */

/* The only element of an array. */
static int only(const char *array, const char *what, const char **element,
		struct error *err)
{
	*element = json_first(array);
	if (!*element)
		return error_set(err, "there is no %s in it", what);
	if (json_next(*element))
		return error_set(err, "there is more than one %s: give one",
				 what);
	return 0;
}

/* Go from a list, a deployment, a job or a pod down to its container. *pod
 * becomes the pod's own context. */
static int descend(const char **object, const char **pod, struct error *err)
{
	static const struct {
		const char *key, *what;
		char kind;
	} steps[] = {
		{"items", "object", '['},	  {"spec", NULL, '{'},
		{"jobTemplate", NULL, '{'},	  {"spec", NULL, '{'},
		{"template", NULL, '{'},	  {"spec", NULL, '{'},
		{"containers", "container", '['},
	};

	*pod = NULL;
	for (size_t i = 0; i < COUNT(steps); i++) {
		const char *inner;

		if (member(*object, steps[i].key, steps[i].kind, &inner, err) <
		    0)
			return -1;
		if (!inner)
			continue;
		if (i == COUNT(steps) - 1 &&
		    member(*object, "securityContext", '{', pod, err) < 0)
			return -1;
		if (steps[i].kind == '[' &&
		    only(inner, steps[i].what, &inner, err) < 0)
			return -1;
		*object = inner;
	}
	return 0;
}

/* Does object have one of the keys that a securityContext has? */
static bool is_context(const char *object)
{
	static const char *const keys[] = {"capabilities", "privileged",
					   "allowPrivilegeEscalation"};
	struct error err;

	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *value;

		if (json_member(object, keys[i], &value, &err) < 0 || value)
			return true;
	}
	return false;
}

static int take_kubernetes(const char *object, struct import *import,
			   struct error *err)
{
	const char *start = object;
	const char *pod, *context;

	if (descend(&object, &pod, err) < 0 ||
	    member(object, "securityContext", '{', &context, err) < 0)
		return -1;
	if (!context && is_context(object))
		context = object;
	if (!context && object == start)
		return error_set(err, "neither docker inspect of a container "
				      "nor a Kubernetes object");
	return take_contexts(pod, context, import, err);
}

int import_json(const char *text, size_t length, struct import *import,
		struct error *err)
{
	const char *object, *host, *privileged;

	if (json_check(text, length, &object, err) < 0)
		return -1;
	if (json_kind(object) == '[' &&
	    only(object, "container", &object, err) < 0)
		return -1;
	if (member(object, "HostConfig", '{', &host, err) < 0 ||
	    member(object, "Privileged", 't', &privileged, err) < 0)
		return -1;
	if (host)
		return take_host_config(object, host, import, err);
	if (privileged)
		return take_host_config(NULL, object, import, err);
	return take_kubernetes(object, import, err);
}
