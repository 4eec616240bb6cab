// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Standard output for data, standard error for messages.
enum StandardStreams {
    /// Why data could not be written, other than that nobody reads them.
    private static let failure = Mutex<Errno?>(nil)

    static func print(_ line: String) {
        do {
            _ = try FileDescriptor.standardOutput.writeAll((line + "\n").utf8)
        } catch {
            let cause = error as? Errno ?? .ioError
            // A reader that has had enough takes nothing away: the exit code still tells the verdict.
            guard cause != .brokenPipe else { return }
            failure.withLock { $0 = $0 ?? cause }
        }
    }

    /// What went wrong with the output so far.
    static var outputFailure: Errno? { failure.withLock { $0 } }

    static func error(_ line: String) { write(line + "\n", to: .standardError) }

    /// For people; who has closed it does not want to know.
    static func write(_ text: String, to file: FileDescriptor) {
        do {
            _ = try file.writeAll(text.utf8)
        } catch {
            // The exit code still tells the verdict.
        }
    }
}
