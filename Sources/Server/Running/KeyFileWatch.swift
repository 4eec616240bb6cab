// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix
import Settings

/// Checks the files of keys and key sets several times a second, so that what is granted or withdrawn there takes
/// effect without a reload.
///
/// It polls because files on network mounts and in containers change without notification. A file is read once it has
/// stayed the same for one round, so that a file being written in place is not read half-written.
struct KeyFileWatch {
    private static let interval = TimeAmount.milliseconds(100)

    /// What shows whether a file has changed.
    struct Sighting: Hashable, Sendable {
        private let values: [Int64]

        /// Of a path; empty if there is no file.
        init(_ path: String) {
            var status = stat()
            // Safe: the structure lives through the call, which fills it in.
            guard unsafe stat(path, &status) == 0 else {
                values = []
                return
            }
            values = [
                Int64(status.st_dev), Int64(bitPattern: UInt64(status.st_ino)),
                Int64(status.st_size),
                Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
                Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
            ]
        }
    }

    /// The files that are watched.
    static func files(_ settings: DeploymentSettings) -> [String] {
        settings.identity.compactMap { identity in
            switch identity.source {
            case .apiKeys(let keys): keys.file.text
            case .jwks(let set): set.file.text
            case .mtls: nil
            }
        }
    }

    private let task: RepeatedTask

    /// Begins to poll; `look` is called again once it has returned.
    init(_ look: @escaping @Sendable () async -> Void) {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        task = loop.scheduleRepeatedAsyncTask(
            initialDelay: Self.interval, delay: Self.interval
        ) { _ in loop.makeFutureWithTask { await look() } }
    }

    /// Stops polling.
    func stop() { task.cancel() }
}
