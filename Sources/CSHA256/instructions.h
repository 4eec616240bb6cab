// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The order in which SHA instructions are given, for one message and for two at once; which they are, a
// file for each processor says before it includes this one: WITH_SHA, `words`, `struct halves` and the functions
// on them.

WITH_SHA void csha256_instructions(
    struct csha256_state *state, const uint8_t *blocks, size_t count) {
    struct halves halves = halves_of(state);
    for (; count > 0; count -= 1, blocks += block_bytes) {
        const struct halves before = halves;
        words w[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; n += 1) {
            w[n] = four_words(blocks, n);
            four_rounds(&halves, w[n], n);
        }
#pragma GCC unroll 12
        for (int n = 4; n < 16; n += 1) {
            w[n & 3] = next_words(w[n & 3], w[(n + 1) & 3], w[(n + 2) & 3], w[(n + 3) & 3]);
            four_rounds(&halves, w[n & 3], n);
        }
        halves = halves_sum(halves, before);
    }
    store_halves(halves, state);
}

WITH_SHA void csha256_instructions_2(
    struct csha256_state *state, const uint8_t *ones, struct csha256_state *other_state,
    const uint8_t *others, size_t count) {
    struct halves one = halves_of(state), other = halves_of(other_state);
    for (; count > 0; count -= 1, ones += block_bytes, others += block_bytes) {
        const struct halves one_before = one, other_before = other;
        words w[4], v[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; n += 1) {
            w[n] = four_words(ones, n);
            v[n] = four_words(others, n);
            four_rounds(&one, w[n], n);
            four_rounds(&other, v[n], n);
        }
#pragma GCC unroll 12
        for (int n = 4; n < 16; n += 1) {
            w[n & 3] = next_words(w[n & 3], w[(n + 1) & 3], w[(n + 2) & 3], w[(n + 3) & 3]);
            v[n & 3] = next_words(v[n & 3], v[(n + 1) & 3], v[(n + 2) & 3], v[(n + 3) & 3]);
            four_rounds(&one, w[n & 3], n);
            four_rounds(&other, v[n & 3], n);
        }
        one = halves_sum(one, one_before);
        other = halves_sum(other, other_before);
    }
    store_halves(one, state);
    store_halves(other, other_state);
}
