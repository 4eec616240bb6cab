// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import HTTPPlane
internal import Transport
import Glibc
import HTTPWire
import Settings

/// How many files may be open at once, and how many connections that leaves.
///
/// A log that cannot open a file stops for good, so clients must not be able to use up the descriptors: a connection
/// may need two, one of them to its service, and ``own`` are reserved for the log.
package struct DescriptorBudget {
    /// What the log, the console and the event loops open.
    package static let own = 256

    /// Files that may be open at once.
    let limit: Int

    package init(limit: Int) { self.limit = limit }

    /// What this process may have, after asking for as much as the system allows.
    static func raised() -> DescriptorBudget {
        var now = rlimit()
        // Safe: the structure lives through the call, which fills it in.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &now) == 0 else {
            return DescriptorBudget(limit: .max)
        }
        var raised = now
        raised.rlim_cur = now.rlim_max
        // Safe: the structure lives through the call, which only reads it.
        let isRaised =
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0
        return DescriptorBudget(limit: Int(clamping: isRaised ? raised.rlim_cur : now.rlim_cur))
    }

    /// What so many connections may need.
    package static func wanted(_ connections: Int) -> Int {
        own + 2 * connections + connections / 2
    }

    /// The same listeners, with no more connections than there is room for.
    package func fitting(_ listeners: [HTTPListenerConfiguration]) -> [HTTPListenerConfiguration] {
        let wanted = listeners.reduce(0) { $0 + $1.limits.mostConnections }
        guard Self.wanted(wanted) > limit else { return listeners }
        let share = max(1, (limit - Self.own) * 2 / 5 / listeners.count)
        return listeners.map { listener in
            var fitting = listener
            fitting.limits.mostConnections = min(listener.limits.mostConnections, share)
            return fitting
        }
    }

    /// How many connections to services may be kept unused beside those of listeners that fit.
    package func idle(beside fitting: [HTTPListenerConfiguration]) -> Int {
        let connections = fitting.reduce(0) { $0 + $1.limits.mostConnections }
        return max(0, limit - Self.own - 2 * connections)
    }
}
