// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Policy

/// What a record's text depends on beyond the values that a ``RecordTemplate`` leaves open, within one configuration.
struct RecordKind: Equatable {
    private let decision: ObjectIdentifier
    private let service: Int
    /// Negative if the service lists no routes.
    private let route: Int
    /// Stage, method, scheme, version, status and shape, each in bits of its own.
    private let traits: UInt64

    /// - Parameter status: of the answer; nil if there was none.
    /// - Returns: nil for a method without a case of its own, whose records are rare.
    init?(
        _ decision: Decision, _ match: RouteMatch, stage: RecordStage, method: Method,
        scheme: HTTPFacts.Scheme, version: HTTPFacts.Version, status: UInt16?, shape: RecordShape
    ) {
        let methodNumber: UInt64 =
            switch method {
            case .get: 0
            case .head: 1
            case .post: 2
            case .put: 3
            case .patch: 4
            case .delete: 5
            case .options: 6
            case .other: 7
            }
        guard methodNumber < 7 else { return nil }
        let stageNumber: UInt64 =
            switch stage {
            case .complete: 0
            case .started: 1
            case .unknown: 2
            case .refused: 3
            }
        let versionNumber: UInt64 =
            switch version {
            case .http10: 0
            case .http11: 1
            case .http2: 2
            case .http3: 3
            }
        self.decision = ObjectIdentifier(decision)
        service = match.service.value
        route = match.route?.value ?? -1
        traits =
            UInt64(status ?? 0) << 32 | UInt64(shape.rawValue) << 16 | versionNumber << 6
            | (scheme == .https ? 1 : 0) << 5 | stageNumber << 3 | methodNumber
    }

    /// A slot among 2^`bits`.
    func place(bits: Int) -> Int {
        var mixed = UInt64(UInt(bitPattern: decision)) ^ traits &* 0x9E37_79B9_7F4A_7C15
        mixed ^= UInt64(truncatingIfNeeded: service) << 40 ^ UInt64(truncatingIfNeeded: route) << 20
        return Int((mixed &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }
}

/// The texts of one event loop's latest kinds of records, under one configuration: another one
/// starts over.
struct RecordTemplates {
    private static let bits = 8

    /// A template and its kind.
    private final class Entry {
        let kind: RecordKind
        let template: RecordTemplate
        /// Retained, so that no other object takes its address.
        private let decision: Decision

        init(_ kind: RecordKind, _ decision: Decision, _ template: RecordTemplate) {
            self.kind = kind
            self.decision = decision
            self.template = template
        }
    }

    /// Each kind has one slot, from which another may displace it.
    private var entries = [Entry?](repeating: nil, count: 1 << bits)

    /// The template of a kind, if it is known.
    func template(of kind: RecordKind) -> RecordTemplate? {
        guard let entry = entries[kind.place(bits: Self.bits)], entry.kind == kind else {
            return nil
        }
        return entry.template
    }

    mutating func keep(_ template: RecordTemplate, of kind: RecordKind, _ decision: Decision) {
        entries[kind.place(bits: Self.bits)] = Entry(kind, decision, template)
    }

    /// Another configuration is in force: tags, services and routes may differ.
    mutating func removeAll() {
        for place in entries.indices { entries[place] = nil }
    }
}
