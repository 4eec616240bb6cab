// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Catalog

extension CatalogShare.Use {
    /// What the system says of the thread that asks; nil where it does not, as on a kernel without scheduler statistics.
    static var ofThisThread: Self? {
        let text = Result { try LocalFile.read("/proc/thread-self/schedstat", most: 128) }
        guard case .success(let bytes?) = text else { return nil }
        return Self(schedstat: String(decoding: bytes, as: UTF8.self))
    }

    /// - Parameter schedstat: nanoseconds on a processor, nanoseconds of waiting for one, and a number of turns; see the
    ///   kernel's `Documentation/scheduler/sched-stats.rst`.
    init?(schedstat: String) {
        let words = schedstat.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let run = Int64(words[0]), let waited = Int64(words[1]) else {
            return nil
        }
        self.init(run: .nanoseconds(run), waited: .nanoseconds(waited))
    }
}
