// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Ledger

/// What a running server does for commands on its host.
struct ControlDesk: Sendable {
    let ledger: Ledger
    let origin: String
    let standing: ConfigurationStanding

    /// Blocks while a record is written.
    func answer(_ request: JSONValue, user: UInt32) -> JSONValue {
        switch request["do"]?.string {
        case "status":
            return LiveStatus(ledger, origin: origin, configuration: standing).json
        case "read":
            guard let query = QueryFacts(request) else { return Self.refusal("it says not what") }
            let record = ledger.reading(query, by: user)
            switch Result(catching: { () throws(AppendRefusal) in
                try ledger.appendAndWait(record.draft(producer: ledger.producer), tally: .uncounted)
            }) {
            case .success(.recorded): return .object([JSONMember("recorded", .bool(true))])
            case .success(let outcome): return Self.refusal("\(outcome)")
            case .failure(let refusal): return Self.refusal("\(refusal)")
            }
        default: return Self.refusal("this server does not know what was asked for")
        }
    }

    private static func refusal(_ why: String) -> JSONValue {
        .object([JSONMember("recorded", .bool(false)), JSONMember("why", .string(why))])
    }
}

extension Ledger {
    /// The record of somebody on this host who reads personal values.
    ///
    /// - Parameter user: the number that the system knows them by; their name is nobody's business in a leaf.
    func reading(_ query: QueryFacts, by user: UInt32) -> SystemRecord {
        let (uid, now) = newRecord()
        let actor = Principal(
            uid: "uid:\(user)", kind: .user, issuer: "host", roles: [], session: nil,
            authentication: .none)
        return .reading(.query, uid: uid, time: now, outcome: .success, query: query, actor: actor)
    }
}

extension QueryFacts {
    /// What a command says of its reading.
    var request: JSONValue {
        var members = [JSONMember("do", .string("read"))]
        if let hash { members.append(JSONMember("hash", .string(hash))) }
        if let range { members.append(JSONMember("range", .string(range))) }
        if let rows { members.append(JSONMember("rows", .integer(Int64(clamping: rows)))) }
        if let purpose { members.append(JSONMember("purpose", .string(purpose))) }
        return .object(members)
    }

    /// The same read back; nil where it does not say what was read.
    init?(_ request: JSONValue) {
        guard let range = request["range"]?.string else { return nil }
        self.init(
            hash: request["hash"]?.string,
            rows: request["rows"]?.integer.flatMap { UInt64(exactly: $0) }, range: range,
            purpose: request["purpose"]?.string)
    }
}
