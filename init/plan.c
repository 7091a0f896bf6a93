/* SPDX-License-Identifier: MIT */
/* What shall be, computed before anything is changed. Everything that cannot
 * work fails here; how it is done is left to caps.
 *
 * The kernel's rules behind each step, capabilities(7):
 *
 *  - bounding: dropping needs SETPCAP. Without it the set stays, and only
 *    no_new_privs keeps what is in it out of reach of an execve(2).
 *  - user: a change of uid needs SETUID, of gid and groups SETGID; leaving
 *    uid 0 empties the permitted set unless PR_SET_KEEPCAPS is on, which
 *    SECBIT_KEEP_CAPS_LOCKED forbids and SECBIT_NO_SETUID_FIXUP makes needless.
 *  - ambient: can be raised if it is permitted, may become inheritable (is in
 *    the bounding set or inheritable already) and
 *    SECBIT_NO_CAP_AMBIENT_RAISE is not set.
 *  - permitted: a uid 0 application without SECBIT_NOROOT is given its bounding
 *    and inheritable sets by execve(2), under no_new_privs at most what it was
 *    permitted before. Any other application is given its ambient set.
 *  - securebits: setting them needs SETPCAP, and no lock on a bit to change.
 *
 * PID 1 keeps KILL where the application may come to run as another uid:
 * without it a signal to be forwarded is EPERM. Where it cannot, and the
 * policy names the user, it becomes that user itself. */
#include "plan.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>

static bool held(const struct capstate *now, int capability)
{
	return now->permitted & CAPABILITY_BIT(capability);
}

static int plan_bounding(const struct capstate *now,
			 const struct policy *policy, struct plan *plan,
			 struct error *err)
{
	uint64_t outside = now->bounding & ~policy->allow;
	bool no_new_privs = policy->no_new_privs || now->no_new_privs;
	char names[CAPABILITIES_TEXT];

	if (held(now, CAP_SETPCAP))
		plan->drop = outside;
	else if (outside && policy->enforce == ENFORCE_BOUNDING)
		return error_set(err,
				 "no SETPCAP to drop from the bounding set "
				 "what is not allowed: run with --cap-drop=ALL "
				 "or as root, or set enforce = guarantee: %s",
				 capname_format(outside, names));
	else if (outside && policy->enforce == ENFORCE_GUARANTEE &&
		 !no_new_privs)
		return error_set(err,
				 "no SETPCAP to drop from the bounding set "
				 "what is not allowed: set no_new_privs = yes, "
				 "or run with --cap-drop=ALL or as root: %s",
				 capname_format(outside, names));
	return 0;
}

static int plan_user(const struct capstate *now, const struct policy *policy,
		     const struct user *user, struct plan *plan,
		     struct error *err)
{
	bool ids_differ;

	if (!user)
		return 0;
	ids_differ = user->uid_differs || user->gid_differs;
	/* Somebody who is that user already needs no privilege for it. */
	if (!ids_differ && !held(now, CAP_SETGID) &&
	    strcmp(policy->groups, "init") == 0)
		return 0;
	if (user->uid_differs && !held(now, CAP_SETUID))
		return error_set(err,
				 "cannot switch to user %s: SETUID is "
				 "not held",
				 user->name);
	if ((user->gid_differs || user->groups_differ) &&
	    !held(now, CAP_SETGID))
		return error_set(err,
				 "cannot set the groups of user %s: "
				 "SETGID is not held",
				 user->name);
	plan->app_switches = user_differs(user);
	if (plan->app_switches) {
		plan->app.uid = user->uid;
		plan->app.gid = user->gid;
	}
	return 0;
}

static int plan_securebits(const struct capstate *now,
			   const struct policy *policy, struct plan *plan,
			   struct error *err)
{
	uint32_t missing = policy->securebits & ~now->securebits;
	/* Each bit's lock is the bit above it. */
	uint32_t locked = (now->securebits & SECURE_ALL_LOCKS) >> 1;

	if (!missing)
		return 0;
	if (missing & locked)
		return error_set(err, "securebits: 0x%x is locked off here",
				 missing & locked);
	if (!held(now, CAP_SETPCAP))
		return error_set(err, "securebits: cannot be set without "
				      "SETPCAP");
	plan->app.securebits |= missing;
	return 0;
}

static bool is_root(const struct capstate *app)
{
	return app->uid == 0 && !(app->securebits & SECBIT_NOROOT);
}

static int plan_ambient(const struct capstate *now, const struct policy *policy,
			struct plan *plan, struct error *err)
{
	uint64_t able =
		now->permitted & (plan->app.bounding | now->inheritable);
	uint64_t wanted = policy->ambient;
	char names[CAPABILITIES_TEXT];

	if (policy->ambient_auto)
		wanted = is_root(&plan->app) ? 0 : policy->allow & able;
	if (wanted & ~able)
		return error_set(err, "ambient: not held here: %s",
				 capname_format(wanted & ~able, names));
	if (wanted && (now->securebits & SECBIT_NO_CAP_AMBIENT_RAISE))
		return error_set(err,
				 "ambient: no_cap_ambient_raise is set "
				 "here: %s",
				 capname_format(wanted, names));
	if (plan->app.uid == 0 && !is_root(&plan->app) && !wanted &&
	    !policy->ambient_auto && (policy->allow & able))
		return error_set(err, "noroot leaves a uid 0 application "
				      "nothing without ambient: set ambient = "
				      "auto, or allow = NONE");
	plan->app.ambient = plan->app.inheritable = wanted;
	return 0;
}

/* What execve(2) will make of the permitted set, for a program without file
 * capabilities. */
static uint64_t after_exec(const struct capstate *app)
{
	uint64_t gained = app->bounding | app->inheritable;

	if (!is_root(app))
		return app->ambient;
	return app->no_new_privs ? gained & app->permitted : gained;
}

static int plan_app(const struct capstate *now, const struct policy *policy,
		    struct plan *plan, struct error *err)
{
	struct capstate *app = &plan->app;
	bool leaves_root = now->uid == 0 && app->uid != 0;
	char names[CAPABILITIES_TEXT];
	uint64_t missing;

	app->permitted = app->effective =
		is_root(app) ? now->permitted & policy->allow : app->ambient;
	if (leaves_root &&
	    (app->permitted || app->securebits != now->securebits) &&
	    (now->securebits & SECBIT_KEEP_CAPS_LOCKED) &&
	    !(now->securebits & SECBIT_NO_SETUID_FIXUP))
		return error_set(err, "securebits: keep_caps is locked off "
				      "here: no capability survives the switch "
				      "of user");
	missing = policy->require & ~after_exec(app);
	if (missing)
		return error_set(err,
				 "require: the application would not "
				 "hold %s",
				 capname_format(missing, names));
	return 0;
}

static void plan_init(const struct capstate *now, const struct policy *policy,
		      const struct user *user, struct plan *plan)
{
	struct capstate *init = &plan->init;
	bool other_user = plan->app.uid != now->uid;
	bool needs_kill = other_user || !init->no_new_privs ||
			  (policy->allow & CAPABILITY_BIT(CAP_SETUID));

	init->permitted = 0;
	if (needs_kill && policy->keep_kill)
		init->permitted = now->permitted & CAPABILITY_BIT(CAP_KILL);
	init->effective = init->permitted;
	init->inheritable = init->ambient = 0;
	plan->init_switches = other_user && !init->permitted;
	if (plan->init_switches) {
		init->uid = user->uid;
		init->gid = user->gid;
	}
}

int plan_make(const struct capstate *now, const struct policy *policy,
	      const struct user *user, struct plan *plan, struct error *err)
{
	*plan = (struct plan){.init = *now, .app = *now};
	if (plan_bounding(now, policy, plan, err) < 0)
		return -1;
	plan->init.bounding = plan->app.bounding = now->bounding & ~plan->drop;
	plan->init.no_new_privs = plan->app.no_new_privs =
		policy->no_new_privs || now->no_new_privs;
	if (plan_user(now, policy, user, plan, err) < 0 ||
	    plan_securebits(now, policy, plan, err) < 0 ||
	    plan_ambient(now, policy, plan, err) < 0 ||
	    plan_app(now, policy, plan, err) < 0)
		return -1;
	plan_init(now, policy, user, plan);
	return 0;
}

int plan_settle(struct plan *plan, const struct capstate *narrowed,
		const struct policy *policy, struct error *err)
{
	uint64_t left = narrowed->bounding & ~policy->allow;
	uint64_t refused = narrowed->bounding & plan->drop;
	char names[CAPABILITIES_TEXT];

	if (refused && policy->enforce != ENFORCE_WARN)
		return error_set(err,
				 "the kernel did not drop from the bounding "
				 "set, is a seccomp filter or an LSM in the "
				 "way?: %s",
				 capname_format(refused, names));
	if (left && policy->enforce == ENFORCE_WARN)
		warning("the bounding set keeps what is not allowed, starting "
			"all "
			"the same (enforce = warn): %s",
			capname_format(left, names));
	else if (left)
		note("no_new_privs keeps out of reach what stays in the "
		     "bounding set: %s",
		     capname_format(left, names));
	plan->init.bounding = plan->app.bounding = narrowed->bounding;
	return 0;
}
