// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire

/// `services[].strip`: how the fields that the service gets from clients differ from the usual ones.
package struct StripSettings: Hashable, Sendable {
    /// Further fields that the service does not get.
    package var added: [String] = []
    /// Fields that the service gets although clients can forge them.
    package var kept: [String] = []

    /// What services are told by this proxy alone, beside `countersign-*`.
    package static let fieldsOfOurs = [
        "audit-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "traceparent",
    ]

    static let section = Section(
        start: StripSettings(),
        keys: [
            Key(
                "add", \.added, .set(of: .chosenField, isEmptyAllowed: true, most: 64),
                "Further fields that the service does not get: those in which it believes its proxy.",
                example: "[x-user-id]"),
            Key(
                "keep", \.kept, .set(of: .chosenField, isEmptyAllowed: true, most: 64),
                "Fields that this service gets although others do not. It must not believe "
                    + "them.", example: "[x-original-url]"),
        ],
        checks: [
            Check("add") { strip, place, reading in
                for (position, name) in strip.added.enumerated() {
                    note(name, kept: false, at: place["add"]?[position] ?? place, reading)
                }
            },
            Check("keep") { strip, place, reading in
                for (position, name) in strip.kept.enumerated() {
                    note(name, kept: true, at: place["keep"]?[position] ?? place, reading)
                }
            },
            Check("add", "keep") { strip, place, reading in
                if let name = strip.added.first(where: strip.kept.contains) {
                    reading.note(
                        .conflict, at: place.nearest("keep"),
                        "`\(name)` is in `add`, too; a field is either removed or kept")
                }
            },
        ])

    /// Notes a field that has to be passed, or removed, in any case.
    private static func note(_ name: String, kept: Bool, at place: Place, _ reading: Reading) {
        do throws(FieldChoice.Fault) {
            _ = try FieldChoice(removing: kept ? [] : [name], keeping: kept ? [name] : [])
        } catch {
            let message =
                switch error {
                case .noName: "`\(name)` is no header field's name"
                case .neverPasses:
                    "`\(name)` frames messages or concerns one hop only, and is never passed on as it is; leave it out"
                case .ours: "`\(name)` is set by this proxy; leave it out"
                case .passesAnyway: "`\(name)` passes anyway; leave it out"
                }
            reading.note(.conflict, at: place, message)
        }
    }
}
