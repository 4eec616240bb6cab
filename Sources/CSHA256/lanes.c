// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#include <stdbool.h>
#include <string.h>

static const struct csha256_state initial_state = {{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

/// A message under way: the blocks that come next lie in the caller's bytes or, where the prefix or the padding
/// stands among them, in blocks of the lane's own.
struct lane {
    const uint8_t *bytes;
    size_t length;
    /// How much of `prefix ‖ bytes` lies before the end of the blocks at hand.
    size_t hashed;
    bool is_padded;
    const uint8_t *next;
    size_t blocks;
    /// The message's place among those of the caller.
    size_t number;
    uint8_t own[2 * block_bytes];
};

/// What is wanted of messages.
struct order {
    enum csha256_path path;
    uint8_t prefix;
    const uint8_t *buffer;
    /// Without ranges the messages are pairs of digests, one behind the other.
    const struct csha256_range *ranges;
    size_t count;
    /// Digests of whole messages are wanted, or else states after whole blocks.
    uint8_t *digests;
    struct csha256_state *states;
};

/// Puts what is left before the last whole block's end, or the end itself, into blocks of the lane's own.
static void take_own(struct lane *lane, uint8_t prefix, size_t length) {
    size_t before = 0;
    if (lane->hashed == 0) {
        lane->own[0] = prefix;
        before = 1;
    }
    if (length > before) {
        memcpy(lane->own + before, lane->bytes + lane->hashed + before - 1, length - before);
    }
    lane->next = lane->own;
}

static void pad(struct lane *lane, size_t taken) {
    size_t size = taken < block_bytes - 8 ? block_bytes : 2 * block_bytes;
    lane->own[taken] = 0x80;
    memset(lane->own + taken + 1, 0, size - taken - 1);
    uint64_t bits = ((uint64_t)lane->length + 1) * 8;
    for (size_t place = 1; place <= 8; place += 1, bits >>= 8) lane->own[size - place] = (uint8_t)bits;
    lane->blocks = size / block_bytes;
    lane->is_padded = true;
}

/// Finds the blocks that come next; false at the end.
static bool advance(struct lane *lane, uint8_t prefix, bool is_whole) {
    if (lane->is_padded) return false;
    size_t left = lane->length + 1 - lane->hashed;
    if (left >= block_bytes) {
        if (lane->hashed == 0) {
            take_own(lane, prefix, block_bytes);
            lane->blocks = 1;
        } else {
            lane->next = lane->bytes + lane->hashed - 1;
            lane->blocks = left / block_bytes;
        }
        lane->hashed += lane->blocks * block_bytes;
        return true;
    }
    if (!is_whole) return false;
    take_own(lane, prefix, left);
    pad(lane, left);
    return true;
}

static void store_digest(const struct csha256_state *state, uint8_t *digest) {
    for (int n = 0; n < 8; n += 1) {
        uint32_t word = state->words[n];
        digest[4 * n] = (uint8_t)(word >> 24);
        digest[4 * n + 1] = (uint8_t)(word >> 16);
        digest[4 * n + 2] = (uint8_t)(word >> 8);
        digest[4 * n + 3] = (uint8_t)word;
    }
}

/// Lets a lane go on: with its message, or with the next one once that is done; false where there is none.
static bool go_on(
    const struct order *order, struct lane *lane, struct csha256_state *state, size_t *started) {
    while (!advance(lane, order->prefix, order->digests != NULL)) {
        if (lane->number < order->count) {
            if (order->digests != NULL) {
                store_digest(state, order->digests + 32 * lane->number);
            } else {
                order->states[lane->number] = *state;
            }
        }
        if (*started == order->count) {
            lane->blocks = 0;
            return false;
        }
        lane->number = *started;
        *started += 1;
        if (order->ranges != NULL) {
            lane->bytes = order->buffer + order->ranges[lane->number].start;
            lane->length = order->ranges[lane->number].length;
        } else {
            lane->bytes = order->buffer + 64 * lane->number;
            lane->length = 64;
        }
        lane->hashed = 0;
        lane->is_padded = false;
        *state = initial_state;
    }
    return true;
}

static void compress(
    enum csha256_path path, struct csha256_state *state, const uint8_t *blocks, size_t count) {
    switch (path) {
#if CSHA256_X86
    case CSHA256_AVX2: return csha256_bmi2(state, blocks, count);
    case CSHA256_AVX512:
#endif
#if CSHA256_X86 || CSHA256_ARM
    case CSHA256_INSTRUCTIONS: return csha256_instructions(state, blocks, count);
#endif
    default: return csha256_portable(state, blocks, count);
    }
}

/// How many lanes a path has, and from how many messages on it is faster to fill them all at once than to take one
/// or two at a time.
struct width {
    size_t lanes, fewest;
};

static struct width width(enum csha256_path path) {
    switch (path) {
    case CSHA256_AVX512: return (struct width){16, 10};
    case CSHA256_AVX2: return (struct width){8, 3};
    case CSHA256_INSTRUCTIONS: return (struct width){2, SIZE_MAX};
    default: return (struct width){1, SIZE_MAX};
    }
}

/// Messages under way, each with its state.
struct work {
    const struct order *order;
    struct lane lanes[most_lanes];
    struct csha256_state states[most_lanes];
    size_t width, active, started;
};

/// Notes that the blocks at hand of a lane, or the first of them, were hashed.
static void step_lane(struct work *work, size_t n, size_t step) {
    struct lane *lane = &work->lanes[n];
    lane->blocks -= step;
    lane->next += step * block_bytes;
    if (lane->blocks == 0) work->active -= !go_on(work->order, lane, &work->states[n], &work->started);
}

/// The first lane from `n` on that has a message.
static size_t busy_lane(const struct work *work, size_t n) {
    while (work->lanes[n].blocks == 0) n += 1;
    return n;
}

#if CSHA256_X86
/// All lanes at once, as far as the message goes that has the fewest blocks at hand.
static void step_all(struct work *work) {
    const uint8_t *blocks[most_lanes];
    size_t step = SIZE_MAX;
    // A lane without a message hashes another's blocks, and nobody asks what came out.
    size_t busy = busy_lane(work, 0);
    for (size_t n = 0; n < work->width; n += 1) {
        if (work->lanes[n].blocks != 0) {
            busy = n;
            if (work->lanes[n].blocks < step) step = work->lanes[n].blocks;
        }
    }
    for (size_t n = 0; n < work->width; n += 1) {
        blocks[n] = work->lanes[work->lanes[n].blocks == 0 ? busy : n].next;
    }
    bool is_sixteen = work->order->path == CSHA256_AVX512;
    (is_sixteen ? csha256_avx512_16 : csha256_avx2_8)(work->states, blocks, step);
    for (size_t n = 0; n < work->width; n += 1) {
        if (work->lanes[n].blocks != 0) step_lane(work, n, step);
    }
}

#endif

#if CSHA256_X86 || CSHA256_ARM
static void step_two(struct work *work) {
    size_t one = busy_lane(work, 0), other = busy_lane(work, one + 1);
    struct lane *a = &work->lanes[one], *b = &work->lanes[other];
    size_t step = a->blocks < b->blocks ? a->blocks : b->blocks;
    csha256_instructions_2(&work->states[one], a->next, &work->states[other], b->next, step);
    step_lane(work, one, step);
    step_lane(work, other, step);
}
#endif

static void run(const struct order *order) {
    struct work work;
    const struct width width_of_path = width(order->path);
    work.order = order;
    work.width = width_of_path.lanes;
    work.active = work.started = 0;
    for (size_t n = 0; n < work.width; n += 1) {
        // As if a message had ended here that nobody asked for.
        work.lanes[n].is_padded = true;
        work.lanes[n].number = order->count;
        work.states[n] = initial_state;
        work.active += go_on(order, &work.lanes[n], &work.states[n], &work.started);
    }
#if CSHA256_X86
    while (work.active >= width_of_path.fewest) step_all(&work);
#endif
#if CSHA256_X86 || CSHA256_ARM
    const bool has_pairs = order->path == CSHA256_AVX512 || order->path == CSHA256_INSTRUCTIONS;
    while (has_pairs && work.active >= 2) step_two(&work);
#endif
    while (work.active > 0) {
        size_t n = busy_lane(&work, 0);
        size_t blocks = work.lanes[n].blocks;
        compress(order->path, &work.states[n], work.lanes[n].next, blocks);
        step_lane(&work, n, blocks);
    }
}

void csha256_hash(
    enum csha256_path path, uint8_t prefix, const uint8_t *buffer, const struct csha256_range *ranges,
    size_t count, uint8_t *digests) {
    const struct order order = {path, prefix, buffer, ranges, count, digests, NULL};
    run(&order);
}

void csha256_begin(
    enum csha256_path path, uint8_t prefix, const uint8_t *buffer, const struct csha256_range *ranges,
    size_t count, struct csha256_state *states) {
    const struct order order = {path, prefix, buffer, ranges, count, NULL, states};
    run(&order);
}

void csha256_finish(
    enum csha256_path path, const struct csha256_state *state, size_t hashed, uint8_t prefix, const uint8_t *bytes,
    size_t length, uint8_t *digest) {
    struct lane lane = {.bytes = bytes, .length = length, .hashed = hashed, .is_padded = false};
    struct csha256_state now = hashed == 0 ? initial_state : *state;
    while (advance(&lane, prefix, true)) compress(path, &now, lane.next, lane.blocks);
    store_digest(&now, digest);
}

void csha256_join(
    enum csha256_path path, uint8_t prefix, const uint8_t *pairs, size_t count, uint8_t *digests) {
    const struct order order = {path, prefix, pairs, NULL, count, digests, NULL};
    run(&order);
}
