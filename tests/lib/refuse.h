/* SPDX-License-Identifier: MIT */
/* A sandbox: system calls that the kernel refuses to this process and its children, as the profiles
 * of container runtimes do. */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* One call, or one command of the call: only where an argument has this value. */
struct refusal {
	long number;
	int error;
	unsigned argument; /* 0: any; else which one, from 1 */
	uint32_t value;
};

#define REFUSE_ARGUMENT(n) \
	(offsetof(struct seccomp_data, args) + ((n)-1) * sizeof(uint64_t)) /* its lower half */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "REFUSE_ARGUMENT: the lower half of an argument is elsewhere here"
#endif

/* Returns 0 or -1 with errno. For good, as a filter cannot be taken off. */
static inline int refuse(const struct refusal *refusal)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refusal->number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, refusal->argument
							   ? REFUSE_ARGUMENT(refusal->argument)
							   : offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 refusal->argument ? refusal->value : (uint32_t)refusal->number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)refusal->error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
