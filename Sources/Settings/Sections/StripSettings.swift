// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `services[].strip`: which fields of clients the service gets, other than what is usual.
package struct StripSettings: Hashable, Sendable {
    /// `add`, default none: fields that the service does not get, either.
    package var added: [String]
    /// `keep`, default none: fields that the service gets although clients can forge them.
    package var kept: [String]

    /// What services are told by this proxy alone, beside `countersign-*`.
    package static let fieldsOfOurs = [
        "audit-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "traceparent",
    ]

    static let section = Section(
        start: StripSettings(added: [], kept: []),
        fields: [
            Field("add", \.added, .set(of: .chosenField, isEmptyAllowed: true, most: 64)),
            Field("keep", \.kept, .set(of: .chosenField, isEmptyAllowed: true, most: 64)),
        ],
        checks: [
            Check("add", "keep") { strip, place, reading in
                if let name = strip.added.first(where: strip.kept.contains) {
                    reading.note(
                        .conflict, at: place.nearest("keep"),
                        "`\(name)` is in `add`, too; a field is either removed or kept")
                }
            }
        ])
}
