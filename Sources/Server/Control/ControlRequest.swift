// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import AuditRecords
package import ByteCoding
import Disclosures
package import Ledger

extension QueryFacts {
    /// What a command says of its reading.
    package func request(_ reading: SystemRecord.Reading) -> JSONValue {
        var members = [
            JSONMember("do", .string("read")), JSONMember("as", .string(reading.rawValue)),
        ]
        if let hash { members.append(JSONMember("hash", .string(hash))) }
        if let range { members.append(JSONMember("range", .string(range))) }
        if let rows { members.append(JSONMember("rows", .integer(Int64(clamping: rows)))) }
        if let purpose { members.append(JSONMember("purpose", .string(purpose))) }
        if let about { members.append(JSONMember("about", .string(about.text))) }
        return .object(members)
    }

    /// The same read back; nil where it does not say what was read.
    init?(_ request: JSONValue) {
        guard let range = request["range"]?.string else { return nil }
        self.init(
            hash: request["hash"]?.string,
            rows: request["rows"]?.integer.flatMap { UInt64(exactly: $0) }, range: range,
            purpose: request["purpose"]?.string,
            about: request["about"]?.string.flatMap { SubjectID($0) })
    }
}

extension SigningFacts {
    /// What a command says of the keys; which of them sign, the server knows itself.
    package var request: JSONValue {
        .object([
            JSONMember("do", .string("change_key")),
            JSONMember("change", .string(change.rawValue)), JSONMember("key", .string(key)),
        ])
    }

    /// The server's word on it; nil for a change that cannot be made of the keys that sign now.
    init?(_ request: JSONValue, signing keys: [String]) {
        guard let change = request["change"]?.string.flatMap({ Change(rawValue: $0) }),
            let key = request["key"]?.string
        else { return nil }
        let rest = keys.filter { $0 != key }
        switch change {
        case .rotate:
            self.init(change: change, key: key, keys: [key] + rest)
        case .retire:
            guard keys.contains(key), !rest.isEmpty else { return nil }
            self.init(change: change, key: key, keys: rest)
        }
    }
}

extension Ledger {
    /// The record of somebody on this host who reads the log.
    ///
    /// - Parameter user: the number that the system knows them by.
    package func reading(
        _ reading: SystemRecord.Reading, _ query: QueryFacts, by user: UInt32
    ) -> SystemRecord {
        self.reading(reading, query, by: .hostUser(user))
    }

    /// The record of somebody who reads the log.
    ///
    /// - Parameter text: what was asked for, where it is personal, to be sealed under the key of whom the query is about;
    ///   of somebody who was erased meanwhile there is none, and the text is not kept.
    package func reading(
        _ reading: SystemRecord.Reading, _ query: QueryFacts, text: String? = nil,
        by actor: Principal
    ) -> SystemRecord {
        let (uid, now) = newRecord()
        let reader = subjects.key(issuer: actor.issuer ?? "", subject: actor.uid)
        let subject = query.about.flatMap(subjects.key(of:))
        var randomness = BufferedRandomness(source: .kernel)
        var asked: Disclosure?
        if let text, let subject {
            asked = .query(text, subject: subject, salt: randomness.salt())
        }
        return .reading(
            reading, uid: uid, time: now, outcome: .success, query: query, text: asked,
            sealedBy: subject ?? reader, salt: randomness.salt(), actor: actor)
    }

    /// The record of somebody on this host who changes the keys that sign.
    package func signing(_ facts: SigningFacts, by user: UInt32) -> SystemRecord {
        let (uid, now) = newRecord()
        return .signing(facts, uid: uid, time: now, actor: .hostUser(user))
    }
}
