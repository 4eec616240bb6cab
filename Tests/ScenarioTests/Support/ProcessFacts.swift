// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// What the system says of processes.
enum ProcessFacts {
    /// Resident memory in KiB.
    static func resident(_ pid: pid_t) throws -> Int { try status(pid, "VmRSS") }

    private static func status(_ pid: pid_t, _ name: String) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            if let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst()
                .first
                .flatMap({ Int($0) })
            {
                return number
            }
        }
        throw ScenarioFault("the system does not tell \(name) of \(pid)")
    }

    /// Lets this process, and those that it starts, have as many open files as the system allows.
    ///
    /// - Returns: how many.
    static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Whether the long forms of tests are asked for.
    static var isLong: Bool {
        ProcessInfo.processInfo.environment["COUNTERSIGN_LONG_TESTS"] != nil
    }
}
