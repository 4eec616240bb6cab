// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Ledger
import LogReading
import Merkle
import Messages
import Server
import Settings

extension HostRecorder {
    /// Does something about personal values: through the running server or, if none runs, by briefly opening the log.
    ///
    /// - Returns: the id of the record that says so.
    func carryOut(_ facts: PrivacyFacts) async throws(CommandFailure) -> UniqueID {
        let person = HostPerson.current(.current)
        let state = deployment.settings.log.state.text
        if let answer = try await ControlSocket.ask(facts.request(by: person), in: state) {
            guard answer["recorded"] == .bool(true),
                let uid = answer["uid"]?.string.flatMap({ UniqueID($0) })
            else {
                throw CommandFailure(
                    .notPermitted, "\(answer["why"]?.string ?? "the server did not do it.")")
            }
            return uid
        }
        let accounts = try AccountsStore(deployment.settings.log).read()
        let ledger = try LogOpening(deployment, producer: try producer()).open()
        let outcome = Result { () throws(PrivacyFault) in
            try ledger.carryOut(facts, byHostUser: person, accounts: accounts)
        }
        if let poisoned = ledger.close() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        switch outcome {
        case .success(let record): return record.uid
        case .failure(let fault): throw CommandFailure(.notPermitted, "\(fault.description)")
        }
    }
}

extension LogSnapshot {
    /// What the log holds of some people or months.
    func tally(of scope: PrivacyScope) throws(CommandFailure) -> PrivacyTally {
        do throws(LogReadFailure) {
            return try PrivacyTally(of: scope, in: self)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Requests, holds and erasures as the log tells them. Reads all of it.
    func privacyStanding() throws(CommandFailure) -> PrivacyStanding {
        var standing = PrivacyStanding()
        do throws(LogReadFailure) {
            try forEachLeaf(in: 0..<size.count) { _, leaf in
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    })
                else { return }
                standing.take(record)
            }
        } catch {
            throw CommandFailure(error)
        }
        return standing
    }
}
