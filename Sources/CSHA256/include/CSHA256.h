// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#ifndef CSHA256_H
#define CSHA256_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4) of several messages side by side.
//
// One message is bound by the latency of its rounds: every step needs the one before. Several messages fill the
// machine: two where the processor has SHA instructions, eight in the lanes of AVX2, sixteen in those of AVX-512.
// Every message begins with one byte that the caller names, as leaves and nodes of a tree do (RFC 6962 §2.1);
// it is not copied in front of the bytes. Nothing here allocates, keeps state or fails.

/// A way of hashing. Every one of them computes the same.
enum csha256_path {
    /// Plain C, one message at a time.
    CSHA256_PORTABLE = 0,
    /// Eight messages in the lanes of AVX2; a lone one with BMI2.
    CSHA256_AVX2 = 1,
    /// Two messages whose SHA instructions interleave.
    CSHA256_INSTRUCTIONS = 2,
    /// Sixteen messages in the lanes of AVX-512; fewer with SHA instructions.
    CSHA256_AVX512 = 3,
};

/// How much of a message was hashed: the eight words after its last whole block.
struct csha256_state {
    uint32_t words[8];
};

/// Bytes of a buffer.
struct csha256_range {
    size_t start;
    size_t length;
};

/// The fastest path of this processor; asked of it once.
enum csha256_path csha256_best_path(void);

/// Whether this processor has what a path needs.
int csha256_has_path(enum csha256_path path);

/// The digests of `prefix ‖ buffer[range]`, 32 bytes each, one behind the other, in the order of the ranges.
void csha256_hash(
    enum csha256_path path, uint8_t prefix, const uint8_t *buffer, const struct csha256_range *ranges,
    size_t count, uint8_t *digests);

/// Hashes the whole blocks with which each `prefix ‖ buffer[range]` begins: the first
/// `(1 + length) / 64 * 64` bytes of it. What is left is for `csha256_finish`.
void csha256_begin(
    enum csha256_path path, uint8_t prefix, const uint8_t *buffer, const struct csha256_range *ranges,
    size_t count, struct csha256_state *states);

/// The digest of `prefix ‖ bytes` from the state that stands for its first `hashed` bytes, a multiple of 64.
void csha256_finish(
    enum csha256_path path, const struct csha256_state *state, size_t hashed, uint8_t prefix, const uint8_t *bytes,
    size_t length, uint8_t *digest);

/// The digests of `prefix ‖ pair` for pairs of digests that lie one behind the other, 64 bytes each.
/// `digests` may be `pairs` itself: a row of hashes is joined in its place.
void csha256_join(
    enum csha256_path path, uint8_t prefix, const uint8_t *pairs, size_t count, uint8_t *digests);

#endif
