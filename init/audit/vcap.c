/* SPDX-License-Identifier: MIT */
/* What a thread believes its effective set to be, as a state machine over the
 * calls that change it. How the kernel is asked and how the real set is kept
 * empty is left to the tracer. */
#include "audit/vcap.h"

#include <linux/securebits.h>

void vcap_begin(struct vcap *vcap, const struct capstate *now,
		uint32_t securebits)
{
	*vcap = (struct vcap){
		.believed = now->effective,
		.euid = now->uid,
		.securebits = securebits,
		.unclean = now->effective != 0,
	};
}

void vcap_told(struct vcap *vcap, const struct capstate *now)
{
	vcap->believed = now->effective;
	vcap->euid = now->uid;
	vcap->unclean = now->effective != 0;
}

void vcap_uid(struct vcap *vcap, const struct capstate *now)
{
	bool was_root = vcap->euid == 0;

	vcap->euid = now->uid;
	if (!(vcap->securebits & SECBIT_NO_SETUID_FIXUP)) {
		if (was_root && now->uid != 0)
			vcap->believed = 0;
		else if (!was_root && now->uid == 0)
			vcap->believed = now->permitted;
	}
	vcap->believed &= now->permitted;
	vcap->unclean |= now->effective != 0;
}

void vcap_securebits(struct vcap *vcap, uint32_t securebits)
{
	vcap->securebits = securebits;
}

struct vcap vcap_child(const struct vcap *creator, bool raised)
{
	struct vcap child = *creator;

	child.unclean |= raised;
	return child;
}
