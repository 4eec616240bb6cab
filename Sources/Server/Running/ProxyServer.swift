// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
internal import HTTPPlane
package import Transport
import Access
import HTTPWire
import Identity
package import Ledger
import LedgerFiles
package import Logging
package import Messages
import Policy
package import Settings
import SystemPackage

/// The whole proxy: log, data plane and admin listener, started and stopped in an order that loses nothing.
///
/// Start: files, ledger (which records the start), data plane. Stop: listeners first, then exchanges, then the
/// ledger, whose last record says so.
package actor ProxyServer {
    /// How long exchanges in progress may take to finish when the server stops.
    package static let grace = Duration.seconds(10)

    package nonisolated let ledger: Ledger
    package nonisolated let dataPlane: DataPlane
    private let http: HTTPPlane
    /// Which configuration is in force.
    nonisolated let standing: ConfigurationStanding
    nonisolated let services: BackgroundServices
    nonisolated let surroundings: Surroundings
    private var deployment: Deployment
    private var generation: UInt64 = 1
    /// The identity sources in force.
    private var identity: IdentitySources
    private var current: ConfigurationChange.State
    private var upstreams: [UpstreamConfiguration]
    /// The version of the rules whose text was kept last.
    private var keptRules: String
    /// The watched files as they were when read, and at the last poll.
    private var sightings: (read: [KeyFileWatch.Sighting], last: [KeyFileWatch.Sighting])
    /// Changed keys that wait for their record: since the last attempt, with what was told of it.
    private var owedKeys: (tried: ContinuousClock.Instant, told: String)?

    /// Whether a change is in progress, and who waits for its end: two at once could each take effect by half.
    private var isChanging = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(
        deployment: Deployment, ledger: Ledger, dataPlane: DataPlane, http: HTTPPlane,
        identity: IdentitySources, current: ConfigurationChange.State,
        upstreams: [UpstreamConfiguration], seen: [KeyFileWatch.Sighting],
        surroundings: Surroundings, services: BackgroundServices, standing: ConfigurationStanding
    ) {
        self.standing = standing
        self.services = services
        self.identity = identity
        self.surroundings = surroundings
        self.deployment = deployment
        self.ledger = ledger
        self.dataPlane = dataPlane
        self.http = http
        self.current = current
        self.upstreams = upstreams
        keptRules = deployment.rulebook.version
        sightings = (seen, seen)
        standing.accepted(current, .configuration)
        standing.showing(deployment)
    }

    /// Opens the log and starts serving.
    package static func start(
        _ deployment: Deployment, producer: String, eventLoops: Int?,
        in surroundings: Surroundings, logger: Logger
    ) async throws(CommandFailure) -> ProxyServer {
        let assembly = Assembly(deployment: deployment, in: surroundings)
        let seen = KeyFileWatch.files(deployment.settings).map { KeyFileWatch.Sighting($0) }
        let budget = DescriptorBudget.raised()
        let listeners = fitting(try assembly.listeners(), budget, logger)
        guard Auditing.isOn || listeners.allSatisfy({ IPAddress($0.host)?.isLoopback == true })
        else {
            throw CommandFailure(
                .usage,
                "this build records nothing and serves loopback only; install an ordinary build.")
        }
        let upstreams = try assembly.upstreams()
        let outputs = try assembly.usableOutputs()
        let ledger = try LogOpening(deployment, producer: producer).open()
        do throws(CommandFailure) {
            let rules = try assembly.rules(
                generation: 1, digestKey: ledger.subjects.tokenDigestKey, after: nil)
            for note in rules.notes { logger.notice("\(note.plain)") }
            try rules.ended.write(in: deployment.settings.log.state)
            try assembly.keepRules()
            let current = assembly.state(rules.roll, isWhole: true)
            let dataPlane: DataPlane
            let http: HTTPPlane
            do throws(DataPlaneFault) {
                http = try HTTPPlane(
                    HTTPPlaneConfiguration(
                        listeners: listeners, upstreams: upstreams,
                        mostIdle: budget.idle(beside: listeners)),
                    rules: rules.exchange)
            } catch {
                throw CommandFailure(.unavailable, "\(error.description)")
            }
            // RecordedBeforeInForce: nobody is served before the log says by which rules.
            if let outcome = await ledger.recordDurably(
                ConfigurationChange(object: .configuration, before: nil, after: current))
            {
                throw UnrecordedChange(object: .configuration, obstacle: .log(outcome)).failure
            }
            do throws(DataPlaneFault) {
                dataPlane = try await DataPlane.start(
                    [http], eventLoops: eventLoops, rules: rules.exchange, ledger: ledger,
                    limiter: RateLimiter(mostSubjects: 100_000),
                    clock: .system, logger: logger)
            } catch {
                throw CommandFailure(.unavailable, "\(error.description)")
            }
            let standing = ConfigurationStanding()
            return ProxyServer(
                deployment: deployment, ledger: ledger, dataPlane: dataPlane, http: http,
                identity: rules.exchange.identity, current: current, upstreams: upstreams,
                seen: seen, surroundings: surroundings,
                services: BackgroundServices(
                    of: ledger, deployment.settings, outputs, standing, now: surroundings.now,
                    logger: logger), standing: standing)
        } catch {
            // The start was recorded, so the stop has to be.
            _ = ledger.close()
            throw error
        }
    }

    /// The listeners, with no more connections than the system has files for.
    private static func fitting(
        _ listeners: [HTTPListenerConfiguration], _ budget: DescriptorBudget, _ logger: Logger
    ) -> [HTTPListenerConfiguration] {
        let fitting = budget.fitting(listeners)
        for (listener, less) in zip(listeners, fitting)
        where less.limits.mostConnections < listener.limits.mostConnections {
            logger.notice(
                "fewer connections than http.max_connections: raise ulimit -n or LimitNOFILE=",
                metadata: [
                    "listener": "\(AuthorityText.of(listener.host, port: listener.port))",
                    "files": "\(budget.limit)",
                    "configured": "\(listener.limits.mostConnections)",
                    "taken": "\(less.limits.mostConnections)",
                ])
        }
        return fitting
    }

    /// Puts a changed configuration in force, all of it or none. Either outcome is recorded; if the log takes no record,
    /// nothing changes.
    ///
    /// - Returns: what was skipped.
    func reload(
        _ read: () throws(CommandFailure) -> Deployment
    ) async throws(CommandFailure) -> [SafeText] {
        await beginChange()
        defer { changeEnded() }
        var assembly: Assembly?
        var cause = ChangeCause.reading
        let notes: [SafeText]
        let unrecorded: UnrecordedChange?
        do throws(CommandFailure) {
            let fresh = try read()
            let seen = KeyFileWatch.files(fresh.settings).map { KeyFileWatch.Sighting($0) }
            let made = Assembly(deployment: fresh, in: surroundings)
            assembly = made
            cause = .takingRestart(fresh.changesForRestart(from: deployment))
            try Self.check(cause)
            cause = .assembling(made.files)
            let rules = try made.rules(
                generation: generation + 1, digestKey: ledger.subjects.tokenDigestKey,
                after: identity)
            let upstreams = try made.upstreams()
            let orders = try made.usableOutputs()
            let certificates = try made.listeners().map(\.tls)
            unrecorded = try await adopt(
                rules, upstreams, certificates, as: made, .configuration, &cause)
            notes = rules.notes
            if unrecorded == nil {
                services.outputs.adopt(orders)
                deployment = fresh
                standing.showing(fresh)
                sightings = (seen, seen)
                owedKeys = nil
            }
        } catch {
            refuse(assembly, .configuration, cause, error)
            throw error
        }
        if let unrecorded { throw unrecorded.failure }
        return notes
    }

    /// Reads key files and key sets again once they have changed and settled; the outcome is recorded. Faulty files
    /// change nothing, and are reported once. So are those whose record the log does not take, but they are
    /// read again as soon as it takes some.
    ///
    /// - Returns: whether anything was put in force; nil if nothing has changed.
    func lookAtKeys() async throws(CommandFailure) -> Bool? {
        guard !isChanging else { return nil }
        isChanging = true
        defer { changeEnded() }
        let seen = KeyFileWatch.files(deployment.settings).map { KeyFileWatch.Sighting($0) }
        defer { sightings.last = seen }
        guard seen == sightings.last, seen != sightings.read || areKeysDue else { return nil }
        let told = seen == sightings.read ? owedKeys?.told : nil
        sightings.read = seen
        owedKeys = nil
        let made = Assembly(deployment: deployment, in: surroundings)
        var cause = ChangeCause.assembling(made.files)
        let unrecorded: UnrecordedChange?
        do throws(CommandFailure) {
            let rules = try made.rules(
                generation: generation + 1, digestKey: ledger.subjects.tokenDigestKey,
                after: identity)
            let files = made.files.digests
            guard rules.roll != current.roll || !files.allSatisfy(current.files.contains) else {
                // Rewritten with the same content, or put back before it was in force.
                standing.keysUnchanged()
                return nil
            }
            unrecorded = try await adopt(
                rules, upstreams, deployment.settings.listen.map { _ in nil }, as: made,
                .credentials, &cause)
        } catch {
            refuse(made, .credentials, cause, error)
            throw error
        }
        guard let unrecorded else { return true }
        owedKeys = (.now, unrecorded.message.plain)
        guard told == nil else { return nil }
        throw unrecorded.failure
    }

    /// Whether keys that lack their record are to be tried again.
    private var areKeysDue: Bool {
        guard let owedKeys, ledger.takesRecords else { return false }
        return owedKeys.tried + .seconds(1) < .now
    }

    /// Waits until no other change is in progress.
    private func beginChange() async {
        while isChanging { await withCheckedContinuation { waiting.append($0) } }
        isChanging = true
    }

    private func changeEnded() {
        isChanging = false
        if !waiting.isEmpty { waiting.removeFirst().resume() }
    }

    /// RecordedBeforeInForce: everything that can be wrong with a change is found out before its record, and nothing is
    /// in force until that is durable.
    ///
    /// - Returns: why it is not in force although nothing is wrong with it.
    private func adopt(
        _ rules: Assembly.Rules, _ upstreams: [UpstreamConfiguration],
        _ certificates: [ListenerTLS?], as made: Assembly, _ object: ConfigurationChange.Object,
        _ cause: inout ChangeCause
    ) async throws(CommandFailure) -> UnrecordedChange? {
        // Taken before anything is awaited: no two changes share a number.
        generation += 1
        cause = .applying
        let change: HTTPPlane.Change
        do throws(DataPlaneFault) {
            change = try http.change(
                to: upstreams, of: rules.exchange, certificates: certificates)
        } catch {
            throw CommandFailure(.usage, "\(error.description)")
        }
        let after = state(made, rules.roll, object)
        let obstacle = await record(
            ConfigurationChange(object: object, before: current, after: after), rules.ended, made)
        if let obstacle {
            let unrecorded = UnrecordedChange(object: object, obstacle: obstacle)
            standing.unrecorded(unrecorded)
            return unrecorded
        }
        http.adopt(change)
        do throws(DataPlaneFault) {
            try await dataPlane.reload(rules.exchange)
        } catch {
            throw CommandFailure(.unavailable, "\(error.description)")
        }
        identity = rules.exchange.identity
        current = after
        self.upstreams = upstreams
        standing.accepted(after, object)
        return nil
    }

    /// - Returns: why the change is not on the disk.
    private func record(
        _ change: ConfigurationChange, _ ended: EndedKeys, _ made: Assembly
    ) async -> UnrecordedChange.Obstacle? {
        do throws(CommandFailure) {
            // A key that a file has ended stays ended, whether or not that file is ever in force.
            try ended.write(in: deployment.settings.log.state)
        } catch {
            return .ends(error)
        }
        let version = made.deployment.rulebook.version
        if version != keptRules {
            do throws(CommandFailure) { try made.keepRules() } catch { return .rules(error) }
            keptRules = version
        }
        return await ledger.recordDurably(change).map { .log($0) }
    }

    private func refuse(
        _ made: Assembly?, _ object: ConfigurationChange.Object, _ cause: ChangeCause,
        _ failure: CommandFailure
    ) {
        let after: ConfigurationChange.State? =
            switch cause {
            case .reading, .takingRestart, .assembling:
                made?.state(current.roll, isWhole: false)
            case .applying: made.map { state($0, current.roll, object) }
            }
        ledger.record(
            ConfigurationChange(object: object, before: current, after: after),
            refusedFor: cause.detail(failure))
        var keys: [String] = []
        if case .takingRestart(let taking) = cause { keys = taking }
        standing.refused(object, takingRestart: keys)
    }

    /// What an assembly read all of; if only keys were read again, the other files stay as they were.
    private func state(
        _ made: Assembly, _ roll: CredentialRoll, _ object: ConfigurationChange.Object
    ) -> ConfigurationChange.State {
        let state = made.state(roll, isWhole: true)
        guard object == .credentials else { return state }
        let kept = current.files.filter { old in
            !state.files.contains { ($0.path, $0.purpose) == (old.path, old.purpose) }
        }
        return ConfigurationChange.State(
            configuration: state.configuration, files: state.files + kept, roll: roll,
            isWhole: true)
    }

    /// Refuses a configuration that changes what only a restart can change.
    private static func check(_ cause: ChangeCause) throws(CommandFailure) {
        guard case .takingRestart(let keys) = cause, !keys.isEmpty else { return }
        let list = keys.joined(separator: ", ")
        throw CommandFailure(
            .usage,
            "\(list): a change takes effect at a restart only; restart the proxy, or undo that change to reload the rest."
        )
    }

    /// Stops serving; accesses in progress may finish.
    func finish(grace: Duration = ProxyServer.grace) async {
        guard !standing.isStopping else { return }
        standing.stopping()
        // A change of keys in progress must end before the log does, and no other may begin.
        await beginChange()
        await dataPlane.shutdown(grace: grace)
    }

    /// Stops serving and closes the log.
    ///
    /// - Returns: why the log had stopped, if it had.
    package func stop(grace: Duration = ProxyServer.grace) async -> LogPoisoned? {
        await finish(grace: grace)
        await services.stop()
        return ledger.close()
    }
}
