// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOPosix

/// Where reading that waits for a disk is done: neither event loops nor tasks may wait there.
package struct BlockingReads: Sendable {
    private let threads = NIOThreadPool.singleton

    package init() {}

    /// Does it on a thread that may block.
    package func callAsFunction<Value: Sendable>(
        _ read: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await threads.runIfActive(read)
    }
}
