// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import Glibc
internal import Synchronization

/// A thread of its own for blocking work: syncing must not hold up anybody's pool.
final class DedicatedThread: Sendable {
    private let handle: pthread_t

    /// Starts the thread at once.
    ///
    /// - Parameter name: at most 15 bytes, as `top -H` and `perf` show it.
    init(name: StaticString, body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        // Safe: the argument is retained here and released exactly once by the new thread.
        var handle = pthread_t()
        let status = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.name.withUTF8Buffer { name in
                    // Safe: a static string ends in a zero byte and lives for ever.
                    unsafe name.withMemoryRebound(to: CChar.self) {
                        unsafe csc_name_thread($0.baseAddress)
                    }
                }
                start.body()
                return nil
            }, unsafe start.toOpaque())
        precondition(status == 0, "ThreadsStart: the system refuses a thread (error \(status))")
        self.handle = handle
    }

    /// Returns when the body has; called once.
    func join() {
        let status = pthread_join(handle, nil)
        precondition(status == 0, "ThreadsStart: a thread cannot be joined (error \(status))")
    }

    private final class Start: Sendable {
        let name: StaticString
        let body: @Sendable () -> Void

        init(name: StaticString, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
