// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Accounts
import AuditRecords
import ByteCoding
import Ledger
import Messages
import Settings
import SignedNotes

/// What a running server does for commands on its host.
struct ControlHandler: Sendable {
    let ledger: Ledger
    let settings: LogSettings
    let standing: ConfigurationStanding
    let services: BackgroundServices
    let accounts: AccountOffice

    /// Blocks while a record is written.
    func answer(_ request: JSONValue, user: UInt32) -> JSONValue {
        switch request["do"]?.string {
        case "status":
            return LiveStatus(
                ledger, origin: settings.origin.text, configuration: standing, services
            ).json
        case "rebuild_catalog":
            guard let catalog = services.catalog else {
                return Self.refusal("it keeps none (log.catalog: off)")
            }
            catalog.rebuild(fresh: request["fresh"] == .bool(true))
            return .object([JSONMember("begun", .bool(true))])
        case "replay_output": return replay(request)
        case "read":
            guard let query = QueryFacts(request),
                let reading = request["as"]?.string.flatMap({ SystemRecord.Reading(rawValue: $0) })
            else { return Self.refusal("it says not what") }
            let (record, said) = ledger.reading(reading, query, by: user)
            return write(record, said.members)
        case "change_key":
            guard let facts = SigningFacts(request, signing: ledger.signingKeys.map(\.text)) else {
                return Self.refusal("the keys that sign now cannot be changed so")
            }
            return write(ledger.signing(facts, by: user))
        case "sign": return sign()
        case "account":
            guard let change = request["account"].flatMap({ AccountChange($0) }) else {
                return Self.refusal("it is no change of accounts")
            }
            return commit(change, user: Self.person(request["person"]?.integer, user))
        case "privacy":
            guard let facts = PrivacyFacts(request) else { return Self.refusal("it says not what") }
            return carryOut(facts, person: request["person"]?.integer, user: user)
        default: return Self.refusal("this server does not know what was asked for")
        }
    }

    /// Has an output deliver records once more.
    private func replay(_ request: JSONValue) -> JSONValue {
        guard let name = request["output"]?.string,
            let index = request["from"]?.integer.flatMap({ UInt64(exactly: $0) })
        else { return Self.refusal("it says not what") }
        return switch services.outputs.replay(name, from: index) {
        case true: .object([JSONMember("begun", .bool(true))])
        case false: Self.refusal("it has not delivered record \(index) yet")
        case nil: Self.refusal("the server that runs has no output \(name)")
        }
    }

    /// - Parameter told: what is answered besides, where it is recorded.
    private func write(_ record: SystemRecord, _ told: [JSONMember] = []) -> JSONValue {
        switch Result(catching: { () throws(AppendRefusal) in
            try ledger.appendAndWait(record.draft(producer: ledger.producer), tally: .uncounted)
        }) {
        case .success(.recorded): .object([JSONMember("recorded", .bool(true))] + told)
        case .success(let outcome): Self.refusal("\(outcome)")
        case .failure(let refusal): Self.refusal("\(refusal)")
        }
    }

    /// Changes accounts; the change is in force when this returns.
    private func commit(_ change: AccountChange, user: UInt32) -> JSONValue {
        do {
            try AccountsStore(settings).commit(
                change, by: .host(user), in: ledger, inForce: accounts.adopt)
            return .object([JSONMember("recorded", .bool(true))])
        } catch let fault as AccountFault {
            return Self.refusal(fault.text)
        } catch let failure as CommandFailure {
            return Self.refusal(failure.message?.plain ?? "the accounts file cannot be changed")
        } catch {
            return Self.refusal("\(error)")
        }
    }

    private func carryOut(_ facts: PrivacyFacts, person: Int64?, user: UInt32) -> JSONValue {
        do throws(PrivacyFault) {
            let record = try ledger.carryOut(
                facts, byHostUser: Self.person(person, user), accounts: accounts.book)
            return .object([
                JSONMember("recorded", .bool(true)), JSONMember("uid", .string(record.uid.text)),
            ])
        } catch {
            return Self.refusal(error.description)
        }
    }

    /// Makes the keys now in the key file sign. Whoever can write that file could make them sign at the next start
    /// anyway.
    private func sign() -> JSONValue {
        do {
            try ledger.perform(.sign(with: try SigningKey.read(settings)))
            return .object([JSONMember("recorded", .bool(true))])
        } catch let failure as CommandFailure {
            return Self.refusal(failure.message?.plain ?? "the key file cannot be read")
        } catch {
            return Self.refusal("\(error)")
        }
    }

    /// Who it is, where they act as another user.
    private static func person(_ number: Int64?, _ user: UInt32) -> UInt32 {
        number.flatMap { UInt32(exactly: $0) } ?? user
    }

    private static func refusal(_ why: String) -> JSONValue {
        .object([JSONMember("recorded", .bool(false)), JSONMember("why", .string(why))])
    }
}
