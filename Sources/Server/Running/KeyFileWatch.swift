// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix
import Settings

/// Looks at the files of keys and key sets several times a second, so that what is granted or withdrawn there counts
/// without a reload.
///
/// It looks instead of being told, because files on network mounts and in containers change without telling. A file is
/// read once it has stayed the same for one round: who writes it in place is not read half-way.
struct KeyFileWatch {
    private static let interval = TimeAmount.milliseconds(100)

    /// What tells that a file is another one than before.
    struct Sighting: Hashable, Sendable {
        private let values: [Int64]

        /// Of a path; a file that is not there is told by having none.
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

    /// Begins to look; `look` is called again once it has returned.
    init(_ look: @escaping @Sendable () async -> Void) {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        task = loop.scheduleRepeatedAsyncTask(
            initialDelay: Self.interval, delay: Self.interval
        ) { _ in loop.makeFutureWithTask { await look() } }
    }

    /// Stops looking.
    func stop() { task.cancel() }
}
