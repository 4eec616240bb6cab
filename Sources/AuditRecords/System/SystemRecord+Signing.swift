// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// A change of the keys that sign the log: `signing` of `key.rotate` and `key.retire`.
///
/// Keys are given as verifier keys, `name+id+key`: whoever trusts the record can check what they
/// sign.
package struct SigningFacts: Hashable, Sendable {
    package enum Change: String, CaseIterable, Sendable {
        /// The key signs from here on, along with the earlier ones.
        case rotate
        /// The key no longer signs: what it alone signs after this record is not the log's.
        case retire
    }

    package var change: Change
    /// The key that is added or retired.
    package var key: String
    /// Keys that sign from here on, the newest first.
    package var keys: [String]

    package init(change: Change, key: String, keys: [String]) {
        self.change = change
        self.key = key
        self.keys = keys
    }

    /// What a record says; nil if it says nothing about signing.
    package init?(_ record: Record) {
        let change: Change
        switch record.action {
        case EventAction.keyRotate.rawValue: change = .rotate
        case EventAction.keyRetire.rawValue: change = .retire
        default: return nil
        }
        guard let key = record.value[path: "signing", "key"]?.string,
            let keys = record.value[path: "signing", "keys"]?.array
        else { return nil }
        self.init(change: change, key: key, keys: keys.compactMap(\.string))
    }
}

extension SystemRecord {
    /// `key.rotate` and `key.retire`, OCSF Application Lifecycle: Update. Durable before a key
    /// starts or stops signing.
    ///
    /// - Parameter actor: who changes the keys.
    package static func signing(
        _ facts: SigningFacts, uid: UniqueID, time: UTCInstant, actor: Principal
    ) -> SystemRecord {
        SystemRecord(
            uid: uid, time: time, category: .admin, eventClass: .applicationLifecycle,
            activity: 8, action: facts.change == .rotate ? .keyRotate : .keyRetire,
            end: EventEnd(outcome: .success, severity: .high), actor: actor,
            details: [
                JSONMember(
                    "signing",
                    .object([
                        JSONMember("key", .string(facts.key)),
                        JSONMember("keys", .array(facts.keys.map { .string($0) })),
                    ]))
            ])
    }
}
