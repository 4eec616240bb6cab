// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Access
internal import HTTPWire

/// What services are told about one actor's requests for one host on a connection, written once.
/// What differs between requests follows it: see ``RecordedRequest/appendLines(to:)``.
final class ToldFields {
    /// Retained, so that no other actor can take its address.
    let actor: KnownActor
    let authority: [UInt8]
    let fields: AddedFields

    init(actor: KnownActor, authority: [UInt8], fields: AddedFields) {
        self.actor = actor
        self.authority = authority
        self.fields = fields
    }

    /// Whether they fit a request of an actor for an authority.
    func isFor(_ actor: KnownActor, _ authority: Span<UInt8>) -> Bool {
        guard self.actor === actor, authority.count == self.authority.count else { return false }
        let own = self.authority
        return authority.commonPrefix(with: own.span) == own.count
    }
}

extension RecordedRequest {
    /// The most that ``appendLines(to:)`` writes.
    static let mostLineBytes = 160

    /// Appends `traceparent` and `Countersign-Record`.
    func appendLines(to output: inout OutputSpan<UInt8>) {
        output.append("traceparent: ")
        trace.appendTraceparent(to: &output)
        output.append("\r\n")
        output.appendRecordLine(uid)
    }
}

extension OutputSpan where Element == UInt8 {
    /// Appends `Countersign-Record`.
    mutating func appendRecordLine(_ record: UniqueID) {
        append("Countersign-Record: ")
        record.append(to: &self)
        append("\r\n")
    }
}
