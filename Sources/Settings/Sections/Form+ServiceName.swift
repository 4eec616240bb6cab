// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

extension Form where Value == String {
    /// A service's name: it is the policy's name in records, where `unrouted` means that there was
    /// none.
    static let serviceName: Form = {
        let name = Form.name
        return Form(
            read: { place, reading in
                let text = name.read(place, reading)
                guard text == Decision.unrouted else { return text }
                reading.note(
                    .badValue, at: place, "`\(Decision.unrouted)` is the name of no service")
                return nil
            },
            write: name.write, schema: name.schema)
    }()
}
