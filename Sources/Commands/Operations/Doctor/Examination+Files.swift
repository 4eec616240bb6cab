// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import Glibc
import HTTPWire
import Ledger
import LogReading
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage

extension Examination {
    /// Files that nobody but their owner should read.
    func files() -> [Diagnosis] {
        var found = [signingKey(), configurationFile(), accounts()].compactMap(\.self)
        for listener in settings.listen {
            guard let tls = listener.tls else { continue }
            found.append(privateFile("key of \(listener.address.text)", tls.key))
        }
        for identity in settings.identity {
            guard case .apiKeys(let keys) = identity.source else { continue }
            found.append(unwritableFile("API keys \(identity.name)", keys.file))
        }
        return found
    }

    /// The accounts of those who look, where there are any.
    private func accounts() -> Diagnosis? {
        let store = AccountsStore(settings.log)
        guard LocalFile.exists(store.path) else { return nil }
        do throws(CommandFailure) {
            let count = try store.read().accounts.count { $0.removed == nil }
            return .good("accounts", "\(count)")
        } catch {
            return .bad("accounts", error.message ?? "cannot be read", fix: nil)
        }
    }

    private func signingKey() -> Diagnosis {
        do throws(CommandFailure) {
            let keys = try SigningKey.readPublic(settings.log)
            guard keys.count > 1 else { return .good("signing key", "\(keys[0].text)") }
            return .caution(
                "signing key", "two sign: \(keys.map(\.text).joined(separator: ", "))",
                fix:
                    "once everybody who verifies has the first: countersign key retire \(describing: keys[1].keyID)"
            )
        } catch {
            return .bad("signing key", error.message ?? "cannot be read", fix: nil)
        }
    }

    /// The configuration, where others can write it.
    private func configurationFile() -> Diagnosis? {
        guard let mode = LocalFile.mode(of: file), mode & 0o022 != 0 else { return nil }
        return .bad(
            "configuration", "others can write \(file), and so let themselves in",
            fix: "chmod go-w \(file)")
    }

    private func privateFile(_ subject: String, _ path: ResolvedPath) -> Diagnosis {
        guard let mode = LocalFile.mode(of: path.text) else {
            return .bad(
                subject, "there is no file \(path.text)", fix: "make it, or correct the path")
        }
        guard mode & 0o077 == 0 else {
            return .caution(
                subject, "\(path.text) can be read by others (mode \(String(mode, radix: 8)))",
                fix: "chmod 600 \(path.text)")
        }
        return .good(subject, "\(path.text), for its owner only")
    }

    private func unwritableFile(_ subject: String, _ path: ResolvedPath) -> Diagnosis {
        guard let mode = LocalFile.mode(of: path.text) else {
            return .bad(
                subject, "there is no file \(path.text)",
                fix: "`countersign token mint --as NAME` makes it, or correct the path")
        }
        guard mode & 0o022 == 0 else {
            return .bad(
                subject, "others can write \(path.text), and so give themselves keys",
                fix: "chmod go-w \(path.text)")
        }
        return .good(subject, "\(path.text), written by its owner only")
    }

    func clock() -> [Diagnosis] {
        [clockState()] + clockLag()
    }

    private func clockLag() -> [Diagnosis] {
        guard LocalFile.exists(settings.log.directory.text) else { return [] }
        do throws(LogReadFailure) {
            let newest = try LogSnapshot(directory: .init(settings.log.directory.text)).newestTime()
            let lag = newest.flatMap { ClockLag(now: CommandContext.current.now(), newest: $0) }
            return lag.map { [.caution("clock", $0.text, fix: ClockLag.remedy)] } ?? []
        } catch {
            // Whether the log can be read is examined below, with what to do about it.
            return []
        }
    }

    private func clockState() -> Diagnosis {
        let facts = LedgerClock.system.facts()
        guard facts.isSynchronized else {
            return .caution(
                "clock", "not synchronised: the times of records prove little",
                fix: "run chrony or systemd-timesyncd; in a container, on its host")
        }
        let error = facts.errorMicroseconds.map { "\($0 / 1000) ms" } ?? "unknown"
        return .good("clock", "synchronised, greatest error \(error)")
    }

    /// Open files that connections need.
    func limits() -> [Diagnosis] {
        var limit = rlimit()
        // Safe: the structure lives through the call, which fills it in.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return []
        }
        let wanted = DescriptorBudget.wanted(
            settings.listen.reduce(0) { $0 + $1.http.mostConnections })
        // The server takes as many as it may.
        guard limit.rlim_max >= UInt64(wanted) else {
            return [
                .caution(
                    "open files",
                    "\(limit.rlim_max) are allowed, \(wanted) may be needed for http.max_connections",
                    fix: "ulimit -n \(wanted), or LimitNOFILE=\(wanted) in the service's unit")
            ]
        }
        return [.good("open files", "\(limit.rlim_max) are allowed")]
    }
}
