// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import DataPlane
import Exchanges
import Ledger
import LedgerFiles
import Logging
import Policy
import Settings
import SignedNotes
import SystemPackage

/// The whole proxy: log, data plane and admin listener, started and stopped in the order that loses nothing.
///
/// Start: files, ledger (which records the start), data plane. Stop: listeners first, then exchanges, then the
/// ledger, whose last record says so.
actor ProxyServer {
    /// How long exchanges under way may take to finish when the server stops.
    static let grace = Duration.seconds(10)

    nonisolated let ledger: Ledger
    nonisolated let dataPlane: DataPlane
    private var deployment: Deployment
    private var generation: UInt64 = 1

    private init(deployment: Deployment, ledger: Ledger, dataPlane: DataPlane) {
        self.deployment = deployment
        self.ledger = ledger
        self.dataPlane = dataPlane
    }

    /// Opens the log and starts serving.
    static func start(
        _ deployment: Deployment, producer: String, eventLoops: Int?, logger: Logger
    ) async throws(CommandFailure) -> ProxyServer {
        let assembly = Assembly(deployment: deployment)
        let listeners = fitting(try assembly.listeners(), logger)
        guard Auditing.isOn || listeners.allSatisfy({ IPAddress($0.host)?.isLoopback == true })
        else {
            throw CommandFailure(
                .usage,
                "this build records nothing and serves loopback only; install an ordinary build.")
        }
        let upstreams = try assembly.upstreams()
        let ledger = try openLedger(deployment, producer: producer)
        do throws(CommandFailure) {
            let rules = try assembly.rules(generation: 1, digestKey: ledger.subjects.tokenDigestKey)
            let dataPlane: DataPlane
            do throws(DataPlaneFault) {
                dataPlane = try await DataPlane.start(
                    DataPlaneConfiguration(
                        listeners: listeners, upstreams: upstreams, eventLoops: eventLoops),
                    rules: rules, ledger: ledger, limiter: RateLimiter(mostSubjects: 100_000),
                    clock: .system, logger: logger)
            } catch {
                throw CommandFailure(.unavailable, "\(error.description)")
            }
            ledger.recordConfiguration(before: nil, after: deployment.configHash, isAccepted: true)
            return ProxyServer(deployment: deployment, ledger: ledger, dataPlane: dataPlane)
        } catch {
            // The start was recorded, so the stop is, too.
            _ = ledger.close()
            throw error
        }
    }

    /// The listeners, with as many connections as the system has files for.
    private static func fitting(
        _ listeners: [ListenerConfiguration], _ logger: Logger
    ) -> [ListenerConfiguration] {
        let budget = DescriptorBudget.raised()
        let fitting = budget.fitting(listeners)
        for (listener, less) in zip(listeners, fitting)
        where less.limits.mostConnections < listener.limits.mostConnections {
            logger.notice(
                "too few open files are allowed for http.max_connections",
                metadata: [
                    "listener": "\(listener.host):\(listener.port)", "files": "\(budget.limit)",
                    "configured": "\(listener.limits.mostConnections)",
                    "taken": "\(less.limits.mostConnections)",
                ])
        }
        return fitting
    }

    /// Opens the log of a deployment, which records a start.
    static func openLedger(
        _ deployment: Deployment, producer: String
    ) throws(CommandFailure) -> Ledger {
        let log = deployment.settings.log
        do {
            let signer = try SigningKeyFile.read(FilePath(log.keyFile.text))
            guard let origin = SignedNotes.LogOrigin(log.origin.text),
                signer.name.text == origin.text
            else {
                throw CommandFailure(
                    .usage,
                    "the signing key \(log.keyFile.text) is of the log \(signer.name.text), not of \(log.origin.text); correct log.origin or log.key_file."
                )
            }
            var options = LedgerOptions(
                origin: origin, producer: producer, software: SoftwareVersion.current)
            options.publishEvery = log.publish.every
            options.configHash = deployment.configHash
            let storage = try FileStorage(
                directory: FilePath(log.directory.text), state: FilePath(log.state.text))
            return try Ledger.open(
                storage, signers: [signer], options: options, clock: .system,
                randomness: BufferedRandomness(source: .kernel))
        } catch let failure as CommandFailure {
            throw failure
        } catch let fault as DirectoryFault {
            throw CommandFailure(.failure, "\(fault.description)")
        } catch let fault as OpenFault {
            throw CommandFailure(fault.code.status, "\(fault.description)")
        } catch {
            throw CommandFailure(.failure, "the log cannot be opened: \(String(describing: error))")
        }
    }

    /// Puts a changed configuration in force, all of it or none; either is recorded.
    func reload(_ read: () throws(CommandFailure) -> Deployment) async throws(CommandFailure) {
        let before = deployment.configHash
        var after: String?
        do throws(CommandFailure) {
            let fresh = try read()
            after = fresh.configHash
            try Self.check(fresh.settings, canReplace: deployment.settings)
            let assembly = Assembly(deployment: fresh)
            let rules = try assembly.rules(
                generation: generation + 1, digestKey: ledger.subjects.tokenDigestKey)
            let upstreams = try assembly.upstreams()
            let certificates = try assembly.listeners().map(\.tls)
            do throws(DataPlaneFault) {
                try await dataPlane.reload(
                    rules: rules, upstreams: upstreams, certificates: certificates)
            } catch {
                throw CommandFailure(.usage, "\(error.description)")
            }
            generation += 1
            deployment = fresh
            ledger.recordConfiguration(before: before, after: after, isAccepted: true)
        } catch {
            ledger.recordConfiguration(before: before, after: after, isAccepted: false)
            throw error
        }
    }

    /// What a running server cannot change.
    private static func check(
        _ fresh: DeploymentSettings, canReplace old: DeploymentSettings
    ) throws(CommandFailure) {
        guard fresh.log == old.log else {
            throw CommandFailure(.usage, "log: changes take a restart.")
        }
        guard fresh.admin == old.admin else {
            throw CommandFailure(.usage, "admin: changes take a restart.")
        }
        guard
            fresh.listen.map({ ($0.address) }) == old.listen.map({ ($0.address) }),
            fresh.listen.map({ $0.tls == nil }) == old.listen.map({ $0.tls == nil })
        else {
            throw CommandFailure(
                .usage, "listen: addresses and whether they speak TLS take a restart to change.")
        }
    }

    /// Stops serving and closes the log.
    ///
    /// - Returns: why the log had stopped, where it had.
    func stop(grace: Duration = ProxyServer.grace) async -> LogPoisoned? {
        await dataPlane.shutdown(grace: grace)
        return ledger.close()
    }
}

extension Ledger {
    /// Records that a configuration was put in force, or was refused.
    fileprivate func recordConfiguration(before: String?, after: String?, isAccepted: Bool) {
        let (uid, now) = newRecord()
        append(
            unattended: .configuration(
                uid: uid, time: now, object: "configuration", before: before, after: after,
                isAccepted: isAccepted, actor: .system))
    }
}

extension OpenFault.Code {
    /// The exit code that tells scripts what is wrong.
    fileprivate var status: ExitStatus {
        switch self {
        case .storage: .failure
        case .damaged, .untrustedCheckpoint: .integrityFailure
        case .rolledBack, .forked: .rollback
        case .foreignOrigin, .nonexistentData: .usage
        }
    }
}
