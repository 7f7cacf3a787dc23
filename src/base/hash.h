/* SPDX-License-Identifier: MIT */
/* hash: FNV-1a, of 32 and of 64 bits. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What the first piece of something begins with. */
#define FNV1A_32_BASIS UINT32_C(2166136261)
#define FNV1A_64_BASIS UINT64_C(14695981039346656037)

/* Continues a hash with more bytes. */
static inline uint32_t fnv1a_32(uint32_t hash, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)data[i]) * UINT32_C(16777619);
	return hash;
}

static inline uint64_t fnv1a_64(uint64_t hash, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)data[i]) * UINT64_C(1099511628211);
	return hash;
}
