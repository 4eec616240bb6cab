// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Access
internal import Ledger
internal import Merkle
internal import Policy
internal import TestSupport

/// The proxy's life: starts, turns of its threads, crashes and stops.
extension SimulatedWorld {
    // MARK: Starting

    func start() async throws {
        guard proxy == nil else { return }
        run += 1
        if plan.bug == .restoresOlderCopy, let copy = copies.first, copies.count > 2 {
            disk = copy.crash(keeping: .everything)
        }
        trouble.attend(disk)
        if !isWindingDown, chance(1, of: 4) { endSoon(most: 40) }
        if !isWindingDown, chance(1, of: 6) { failSoon(most: 40) }
        let failed = trouble.count
        let ledger: Ledger
        do {
            ledger = try fixture.openWithoutThreads(
                disk, randomness: .reproducible(seed: plan.seed &+ UInt64(run)))
        } catch {
            guard trouble.left == nil else { return note("start \(run) is cut off") }
            guard trouble.count > failed || trouble.isFull else {
                return verdicts.report("the log does not open: \(error)")
            }
            note("start \(run) fails: \(error.code)")
            trouble.isFull = false
            disk = disk.crash(keeping: .everything)
            agenda.add(.start, at: now + 1_000)
            return
        }
        outcome.starts += 1
        if ledger.status.size.count < owed {
            return verdicts.report(
                "KilledLosesNothing: \(owed) records were acknowledged before the process was killed, \(ledger.status.size.count) are there"
            )
        }
        owed = 0
        acknowledgedSize = 0
        note(
            "start \(run): \(ledger.status.size.count) records, \(ledger.recovery.replayedRecords) replayed"
        )
        if plan.bug == .restoresOlderCopy { copies.append(disk.crash(keeping: .everything)) }
        try moveIn(ledger)
        agenda.add(.beat(run: run), at: now + microseconds(10_000...60_000))
        if chance(1, of: 5) { try await inspect("after start \(run)") }
    }

    private func moveIn(_ ledger: Ledger) throws {
        let clock = fixture.clock
        let loops = (0..<2).map { number in
            let inbox = JudgedPort(
                trouble: trouble, watch: watch, verdicts: verdicts,
                acknowledgesWritten: plan.acknowledgesWritten)
            return SimulatedProxy.Loop(
                desk: Desk(
                    rules: configuration.rules, recorder: .local(ledger),
                    port: ledger.addPort(inbox),
                    limiter: RateLimiter(mostSubjects: 10),
                    clock: ExchangeClock(now: { clock.now }, monotonic: { 1_000_000 }),
                    randomness: BufferedRandomness(
                        source: .reproducible(seed: plan.seed &+ UInt64(1000 * run + number)))),
                inbox: inbox)
        }
        proxy = SimulatedProxy(ledger: ledger, loops: loops)
        unrecorded = 0
        isWriteDue = false
        isPublishDue = false
        isSyncDue = false
        for visitor in visitors {
            guard let address = IPAddress("203.0.113.\(visitor.number + 1)") else { continue }
            visitor.connect(
                loops[visitor.number % loops.count].desk,
                Client(
                    address: address, port: 51_234, scheme: .http, tls: nil, certificate: nil,
                    renderer: SimulatedRefusals()))
            visitor.disregarded = 0
            sendSoon(visitor)
        }
    }

    // MARK: Turns

    func write() {
        guard let proxy else { return }
        isWriteDue = false
        let ledger = proxy.ledger
        if chance(1, of: 3) {
            trouble.meanwhile(after: Int.random(in: 0..<6, using: &random)) {
                ledger.publishApplied()
            }
        }
        letSomebodyLook()
        switch Int.random(in: 0..<4, using: &random) {
        case 0: ledger.writeWaiting(overlapping: .inOrder)
        case 1: ledger.writeWaiting(overlapping: .secondFirst)
        default: ledger.writeWaiting()
        }
        trouble.meanwhile(after: 0, nil)
        trouble.glance(after: 0, nil)
        if plan.bug == .forgetsGaps { ledger.forgetGaps() }
        if plan.acknowledgesWritten, !isSyncDue {
            isSyncDue = true
            agenda.add(.sync(run: run), at: now + microseconds(0...20_000))
        }
        if !isPublishDue {
            isPublishDue = true
            let due = max(now, lastPublish + (chance(1, of: 2) ? 0 : 5_000))
            agenda.add(.publish(run: run), at: due)
        }
    }

    /// A reader looks at the files while the writer works, now and then just before a sync in which the power fails.
    private func letSomebodyLook() {
        guard chance(1, of: 4) else { return }
        guard chance(1, of: 3) else {
            return trouble.glance(after: Int.random(in: 0..<12, using: &random)) {
                [onlooker, disk] in onlooker.look(at: disk)
            }
        }
        let ends = !isWindingDown && chance(1, of: 3)
        trouble.glance(after: nil) { [onlooker, disk, trouble] in
            onlooker.look(at: disk)
            if ends { trouble.arm(.syncedOnly, tears: nil, after: 0) }
        }
    }

    func deliver(_ number: Int) {
        guard let proxy else { return }
        let loop = proxy.loops[number]
        let settlements = loop.inbox.take()
        for settlement in settlements {
            settlement.forEach { _, fate in
                if case .recorded = fate { oldReceipt = fate }
            }
        }
        loop.desk.deliver(settlements)
    }

    func sync() {
        isSyncDue = false
        proxy?.ledger.syncWritten()
    }

    func publish() {
        isPublishDue = false
        lastPublish = now
        proxy?.ledger.publishApplied()
    }

    func beat() {
        proxy?.ledger.beat()
        guard !isWindingDown else { return }
        agenda.add(.beat(run: run), at: now + 60_000)
    }

    // MARK: Ends

    /// The process ended, in the middle of something or between two steps, and left this disk.
    func crash(_ left: MemoryStorage, _ survival: MemoryStorage.Survival) {
        note("the process is gone")
        if let proxy { collect(proxy) }
        if case .everything = survival { owed = max(owed, acknowledgedSize) } else { owed = 0 }
        outcome.crashes += 1
        vacate()
        disk = left
        // Nothing that was pending for the old process is left.
        trouble.attend(disk)
        agenda.add(.start, at: now + microseconds(0...10_000))
    }

    func vacate() {
        proxy = nil
        acknowledgedSize = 0
        run += 1
        for visitor in visitors { visitor.disconnect() }
    }

    /// Stops the proxy cleanly: nothing new is accepted, and accesses under way finish.
    func stop() async throws {
        guard proxy != nil else { return }
        note("the proxy stops")
        try await close()
        guard trouble.left == nil else { return }
        vacate()
        disk = disk.crash(keeping: .everything)
        if !isWindingDown { agenda.add(.start, at: now + microseconds(0...10_000)) }
    }

    /// What the data plane and the ledger do when they are stopped.
    func close() async throws {
        guard let proxy else { return }
        // Each round settles what the previous one queued.
        while trouble.left == nil, visitors.contains(where: { $0.exchange?.isIdle == false }) {
            for visitor in visitors { force(visitor) }
            proxy.ledger.writeWaiting()
            for number in proxy.loops.indices { deliver(number) }
        }
        _ = proxy.ledger.close()
        guard trouble.left == nil else { return }
        for number in proxy.loops.indices { deliver(number) }
        collect(proxy)
    }
}
