// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension Form where Value == String {
    /// A service's name: it is the policy's name in records, where `unrouted` means that there was
    /// none, and `countersign` is the proxy itself.
    static let serviceName = name(
        excluding: [Decision.unrouted, Decision.ownPolicy], of: "service")

    /// An identity's name: it vouches for callers in records, where `host` vouches for operators.
    static let identityName = name(excluding: [Principal.hostIssuer], of: "identity")

    /// - Parameters:
    ///   - reserved: what has a meaning of its own in records.
    ///   - kind: what is named.
    private static func name(excluding reserved: [String], of kind: String) -> Form {
        let name = Form.name
        return Form(
            read: { place, reading in
                let text = name.read(place, reading)
                guard let text, reserved.contains(text) else { return text }
                reading.note(.badValue, at: place, "`\(text)` is the name of no \(kind)")
                return nil
            },
            write: name.write, schema: name.schema)
    }
}
