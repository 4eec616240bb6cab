// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird

extension RouterPath {
    /// Whether this pattern matches a path; `**` at the end stands for one part or more.
    func takes(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        for (number, element) in components.enumerated() {
            guard number < parts.count else { return false }
            if element.description == "**" { return true }
            guard element ~= parts[number] else { return false }
        }
        return parts.count == components.count
    }
}
