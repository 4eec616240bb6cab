// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CSystemCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <unistd.h>

int csc_reserve(int descriptor, off_t length, bool keep_size) {
    int result;
    do {
        result = fallocate(descriptor, keep_size ? FALLOC_FL_KEEP_SIZE : 0, 0, length);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

void csc_name_thread(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    // A name that is refused costs nothing but the name.
    (void)pthread_setname_np(pthread_self(), cut);
}

void csc_yield_to_others(void) {
    // Linux: the priority of one thread (setpriority(2)), and its class towards the disk (ioprio_set(2)), which has no
    // wrapper: "this thread", "only when nobody else wants it". What is refused costs nothing but the courtesy.
    (void)setpriority(PRIO_PROCESS, 0, 15);
    (void)syscall(SYS_ioprio_set, 1, 0, 3 << 13);
}

int csc_read_clock_quality(struct csc_clock_quality *quality) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state < 0) return errno;
    quality->offset_us = clock.status & STA_NANO ? clock.offset / 1000 : clock.offset;
    quality->error_us = clock.maxerror;
    quality->synchronised = state != TIME_ERROR && !(clock.status & STA_UNSYNC);
    return 0;
}

int csc_keep_access(const char *old_path, int descriptor) {
    static const char list_name[] = "system.posix_acl_access";
    struct stat old, fresh;
    if (stat(old_path, &old) != 0 || fstat(descriptor, &fresh) != 0) return errno;
    mode_t mode = old.st_mode & 0777;
    if (fresh.st_gid != old.st_gid && fchown(descriptor, (uid_t)-1, old.st_gid) != 0) {
        // Another group than before must not read what that one could.
        return fchmod(descriptor, mode & 0700) == 0 ? 0 : errno;
    }
    if (fchmod(descriptor, mode) != 0) return errno;
    char list[4096];
    ssize_t length = getxattr(old_path, list_name, list, sizeof list);
    // No list, or no lists on this file system: the mode says it all.
    if (length <= 0) return 0;
    return fsetxattr(descriptor, list_name, list, (size_t)length, 0) == 0 ? 0 : errno;
}

void csc_share_as_folder(const char *folder, int descriptor) {
    struct stat above, fresh;
    if (stat(folder, &above) != 0 || fstat(descriptor, &fresh) != 0) return;
    if (!(above.st_mode & S_IRGRP)) return;
    if (fresh.st_gid != above.st_gid && fchown(descriptor, (uid_t)-1, above.st_gid) != 0) return;
    mode_t shared = S_ISDIR(fresh.st_mode) ? S_IRGRP | S_IXGRP : S_IRGRP;
    // Where this fails the file is readable by fewer, never by more.
    (void)fchmod(descriptor, (fresh.st_mode & 07777) | shared);
}
