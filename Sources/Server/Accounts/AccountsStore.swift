// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
package import AuditRecords
package import ByteCoding
package import Ledger
package import Messages
package import Settings

/// The accounts file of a log: `accounts` in `log.state`.
///
/// Whoever changes it holds a lock from reading to writing, and has the change recorded in between: what is in the
/// file has its record, or is waiting for nobody.
package struct AccountsStore: Sendable {
    package static let name = "accounts"

    package let path: String

    package init(_ log: LogSettings) {
        path = LocalFile.path(of: Self.name, in: log.state.text)
    }

    /// What the file holds; without one there are no accounts yet. A file that cannot be understood is refused, never
    /// taken for an empty one.
    package func read() throws(CommandFailure) -> AccountBook {
        guard let bytes = try LocalFile.read(path, most: AccountBook.mostFileBytes) else {
            return AccountBook()
        }
        if let mode = LocalFile.mode(of: path), mode & 0o077 != 0 {
            throw CommandFailure(
                .failure,
                "\(path) can be read by others (mode \(String(mode, radix: 8))), and holds hashes of passwords; look who has read it, then: chmod 600 \(path)."
            )
        }
        do throws(AccountFileFault) {
            return try AccountBook(file: bytes)
        } catch {
            let remedy: SafeText =
                switch error {
                case .newer: "use the version of countersign that wrote it, or a later one"
                case .damaged:
                    "restore it from a backup; if there is none, move it away and make accounts anew with `countersign user add`"
                }
            throw CommandFailure(
                .failure, "\(path) cannot be used: \(error.words). Do this: " + remedy + ".")
        }
    }

    /// Does a change: the record first, then the file.
    ///
    /// - Parameter inForce: gets what the file holds then, before anybody else can change it.
    /// - Throws: `AccountFault` where the change cannot be made, `CommandFailure` where it could not be recorded or
    ///   written; nothing is changed then.
    package func commit(
        _ change: AccountChange, by actor: AccountActor, in ledger: Ledger,
        inForce: (AccountBook) -> Void
    ) throws {
        let fault: AccountFault? = try LocalFile.alone(with: path + ".lock") {
            () throws(CommandFailure) in
            let before = try read()
            var book = before
            do throws(AccountFault) {
                try book.apply(change, by: actor, at: ledger.newRecord().time)
            } catch {
                return error
            }
            // RecordedBeforeInForce: what the file does not hold yet, nobody can use.
            if let facts = AccountFacts(change, before: before) {
                try ledger.record(facts, by: actor)
            }
            try LocalFile.replace(path, book.file, isSecret: true)
            inForce(book)
            return nil
        }
        if let fault { throw fault }
    }

    /// An office that keeps its accounts here, and records in a ledger.
    package func office(
        _ ledger: Ledger, now: @escaping @Sendable () -> UTCInstant
    ) throws(CommandFailure) -> AccountOffice {
        let book = try read()
        let keeping = AccountKeeping(
            record: { event, actor in
                guard let facts = AccountFacts(event) else { return }
                try ledger.record(facts, by: actor)
            },
            commit: { change, actor, inForce in
                try commit(change, by: actor, in: ledger, inForce: inForce)
            })
        return AccountOffice(book, keeping: keeping, now: now)
    }
}

extension AccountFacts {
    /// What a change is, in a record; nil for one that has none.
    ///
    /// - Parameter book: before the change.
    package init?(_ change: AccountChange, before book: AccountBook) {
        func id(_ name: AccountName) -> String? { book.account(named: name)?.id }
        switch change {
        case .create(let id, _, let roles, _, _):
            self.init(.create, account: id, roles: roles.names)
        case .setRoles(let name, let roles):
            self.init(.roles, account: id(name), roles: roles.names)
        case .setPassword(let name, _): self.init(.password, account: id(name))
        case .remove(let name): self.init(.remove, account: id(name))
        case .addToken(let token):
            self.init(
                .tokenCreate, account: token.account, token: token.id,
                scope: token.scope.map(\.rawValue).sorted(), expires: token.expires)
        case .revokeToken(let id):
            self.init(.tokenRevoke, account: book.token(id: id)?.account, token: id)
        case .rehash, .noteUse: return nil
        }
    }

    /// A login, or its end; nil for a change, which is recorded where it is made.
    fileprivate init?(_ event: AccountEvent) {
        switch event {
        case .logOn(let account): self.init(.logOn, account: account)
        case .logOff(let account): self.init(.logOff, account: account)
        case .refused(let account, let heldBack):
            self.init(.refused, account: account, heldBack: heldBack)
        case .denied(let account, let right):
            self.init(.denied, account: account, scope: [right.rawValue])
        }
    }
}

extension Ledger {
    /// Records something about accounts, and blocks until that is durable.
    func record(_ facts: AccountFacts, by actor: AccountActor) throws(CommandFailure) {
        let (uid, now) = newRecord()
        try record(.account(facts, uid: uid, time: now, actor: actor.principal))
    }

    /// Writes a record of the proxy's own actions, and blocks until it is durable.
    func record(_ record: SystemRecord) throws(CommandFailure) {
        switch Result(catching: { () throws(AppendRefusal) in
            try appendAndWait(record.draft(producer: producer), tally: .uncounted)
        }) {
        case .success(.recorded): return
        case .success(let outcome):
            throw CommandFailure(.unavailable, "the log took no record: \(describing: outcome)")
        case .failure(let refusal):
            throw CommandFailure(.unavailable, "the log took no record: \(describing: refusal)")
        }
    }
}
