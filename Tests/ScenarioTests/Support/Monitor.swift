// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A value that threads change, and wait for up to a deadline.
final class Monitor<Value>: @unchecked Sendable {
    // Safe: the value is touched with the condition locked only.
    private let condition = NSCondition()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return try body(&value)
    }

    /// The first result that is not nil, or nil once the time is up.
    func wait<Result>(upTo time: Duration, until body: (inout Value) -> Result?) -> Result? {
        let deadline = Date(timeIntervalSinceNow: time / .seconds(1))
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let result = body(&value) { return result }
            guard condition.wait(until: deadline) else { return body(&value) }
        }
    }
}

/// What a scenario waited for in vain, or could not do.
struct ScenarioFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// How long anything may take on a machine that is busy with other tests; ordinarily it is milliseconds.
let patience = Duration.seconds(400)
