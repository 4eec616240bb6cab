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
        if let text { members.append(JSONMember("text", .string(text))) }
        if let review { members.append(JSONMember("review", review.json)) }
        return .object(members)
    }

    /// The same read back; nil where it does not say what was read.
    init?(_ request: JSONValue) {
        guard let range = request["range"]?.string else { return nil }
        self.init(
            hash: request["hash"]?.string,
            rows: request["rows"]?.integer.flatMap { UInt64(exactly: $0) }, range: range,
            purpose: request["purpose"]?.string,
            about: request["about"]?.string.flatMap { SubjectID($0) },
            text: request["text"]?.string)
        review = ReviewFacts(request["review"])
    }
}

extension RecordedReading {
    /// What a command is told of its reading.
    var members: [JSONMember] {
        var members = [JSONMember("uid", .string(uid.text))]
        if let hash { members.append(JSONMember("hash", .string(hash))) }
        if let salt { members.append(JSONMember("salt", .string(Base64.encode(salt)))) }
        return members
    }

    /// The same read back; nil where it is anything else.
    package init?(_ answer: JSONValue) {
        guard let uid = answer["uid"]?.string.flatMap({ UniqueID($0) }) else { return nil }
        self.init(
            uid: uid, hash: answer["hash"]?.string,
            salt: answer["salt"]?.string.flatMap { Base64.decode($0) })
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
    ) -> (record: SystemRecord, said: RecordedReading) {
        self.reading(reading, query, by: .hostUser(user))
    }

    /// The record of somebody who reads the log, and what they are told of it once it is durable.
    ///
    /// One key decides over all of what was asked: that of whom the query is about seals its text and what it was for,
    /// and leads to the salt of its hash. Where it is about nobody in particular, or somebody who was erased meanwhile,
    /// the text is not kept, the purpose is sealed under the reader's key, and the salt is the directory's. So is it where the
    /// reader may open no values, and then another for each reader.
    package func reading(
        _ reading: SystemRecord.Reading, _ query: QueryFacts, by actor: Principal
    ) -> (record: SystemRecord, said: RecordedReading) {
        let (uid, now) = newRecord()
        let reader = subjects.key(issuer: actor.issuer ?? "", subject: actor.uid)
        let subject = query.about.flatMap(subjects.key(of:))
        var randomness = BufferedRandomness(source: .kernel)
        var facts = query
        var salt: [UInt8]?
        if let text = query.text, query.hash == nil {
            let hash: QuestionHash
            if query.isBlind {
                // BlindHashesStandAlone: who may not see names could find out by it who asked for one.
                hash = QuestionHash(of: text, under: subjects.questionKey, askedBy: actor.uid)
            } else {
                hash =
                    subject.map { QuestionHash(of: text, about: $0) }
                    ?? QuestionHash(of: text, under: subjects.questionKey)
            }
            (facts.hash, salt) = (hash.text, hash.salt)
        }
        var asked: Disclosure?
        if let text = query.text, let subject {
            asked = .query(text, subject: subject, salt: randomness.salt())
        }
        let record = SystemRecord.reading(
            reading, uid: uid, time: now, outcome: .success, query: facts, text: asked,
            sealedBy: subject ?? reader, salt: randomness.salt(), actor: actor)
        return (record, RecordedReading(uid: uid, hash: facts.hash, salt: salt))
    }

    /// The record of somebody on this host who changes the keys that sign.
    package func signing(_ facts: SigningFacts, by user: UInt32) -> SystemRecord {
        let (uid, now) = newRecord()
        return .signing(facts, uid: uid, time: now, actor: .hostUser(user))
    }
}
