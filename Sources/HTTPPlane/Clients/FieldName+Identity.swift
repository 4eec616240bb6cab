// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPWire

extension FieldName {
    /// Who makes the request: the opaque id that is also in the record.
    static let subject = own("Countersign-Subject")
    /// Comma-separated, each percent-encoded except for visible ASCII.
    static let roles = own("Countersign-Roles")
    /// Who vouches for the subject.
    static let issuer = own("Countersign-Issuer")
    static let via = own("Via")
    static let allow = own("Allow")

    private static func own(_ text: String) -> FieldName {
        guard let name = FieldName(text) else {
            preconditionFailure("NamesAreTokens: this is no field name: \(text)")
        }
        return name
    }
}

extension AddedFields {
    /// Adds a value that is valid by construction.
    mutating func put(_ name: FieldName, _ value: [UInt8]) {
        put(name) { $0.append(contentsOf: value) }
    }

    /// Adds such a value, written in place.
    mutating func put(_ name: FieldName, writing value: (inout [UInt8]) -> Void) {
        do throws(AddedFields.Fault) {
            try append(name, writing: value)
        } catch {
            preconditionFailure(
                "OurFieldsAreClean: the value of \(name) is at fault at \(error.offset)")
        }
    }
}
