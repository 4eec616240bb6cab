// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Ledger
import Messages
import Server
import Settings

/// The accounts of a deployment, as commands on its host change them: through the running server or, if none runs, by
/// briefly opening the log.
struct HostAccounts {
    private let deployment: Deployment
    private let store: AccountsStore

    init(_ deployment: Deployment) {
        self.deployment = deployment
        store = AccountsStore(deployment.settings.log)
    }

    func read() throws(CommandFailure) -> AccountBook { try store.read() }

    /// The account of a name.
    func account(_ name: AccountName) throws(CommandFailure) -> Account {
        guard let account = try read().account(named: name) else {
            throw Self.failure(.noSuchAccount(name.text))
        }
        return account
    }

    /// Does a change: recorded, in the file and in force when this returns.
    ///
    /// The one who does it is a person, not the user that they act as: whose account somebody made decides whether the
    /// two can approve anything together.
    func commit(_ change: AccountChange) async throws(CommandFailure) {
        let person = HostPerson.current(.current)
        // Found out before anything is asked for, what is wrong has its own exit code.
        var book = try read()
        do throws(AccountFault) {
            try book.apply(
                change, by: .host(person), at: CommandContext.current.now())
        } catch {
            throw Self.failure(error)
        }
        let recorder = HostRecorder(deployment: deployment)
        let request = JSONValue.object([
            JSONMember("do", .string("account")), JSONMember("account", change.json),
            JSONMember("person", .integer(Int64(person))),
        ])
        if try await recorder.isRecorded(byServer: request) { return }
        try recorder.alone { ledger throws(CommandFailure) in
            do {
                try store.commit(change, by: .host(person), in: ledger) { _ in }
            } catch let fault as AccountFault {
                throw Self.failure(fault)
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                throw CommandFailure(.failure, "\(describing: error)")
            }
        }
    }

    private static func failure(_ fault: AccountFault) -> CommandFailure {
        switch fault {
        case .noSuchAccount, .noSuchToken: CommandFailure(.notFound, "\(fault.text)")
        case .nameTaken, .notFirst, .lastAdmin, .noRoles, .scope, .expiry, .note, .full:
            CommandFailure(.usage, "\(fault.text)")
        }
    }
}
