// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Linux calls that the Glibc module does not show, because it is built without _GNU_SOURCE.
#ifndef C_SYSTEM_CALLS_H
#define C_SYSTEM_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// Reserves room on the disk for the first `length` bytes of a file (fallocate(2)).
///
/// Returns 0, or the error number. With `keep_size` the file stays as long as it is.
int csc_reserve(int descriptor, off_t length, bool keep_size);

/// Names the calling thread, for `top -H` and `perf`; longer names are cut to 15 bytes.
void csc_name_thread(const char *name);

/// Lets all other threads go before the calling one where processors or the disk are wanted: it gets what they leave,
/// and a little in any case, so that whatever lock it holds is given back.
void csc_yield_to_others(void);

/// What the kernel knows of its clock (adjtimex(2)).
struct csc_clock_quality {
    /// Estimated difference from UTC that is still being corrected.
    int64_t offset_us;
    /// Greatest estimated error.
    int64_t error_us;
    bool synchronised;
};

/// Fills in the structure; returns 0, or the error number.
int csc_read_clock_quality(struct csc_clock_quality *quality);

/// Gives a file the mode, group and access list of another, as far as the system lets this process.
///
/// Where the group cannot be kept, the new file is for its owner only. Returns 0, or the error number.
int csc_keep_access(const char *old_path, int descriptor);

/// Lets the group of a folder read what was made in it, where the folder lets that group read itself; otherwise the
/// file or folder stays for its owner only.
void csc_share_as_folder(const char *folder, int descriptor);

#endif
