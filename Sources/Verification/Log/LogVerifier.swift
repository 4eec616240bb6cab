// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import LogFormat
package import LogReading
internal import Merkle
internal import SignedNotes
package import SystemPackage

/// Checks a whole log offline: every leaf, the chain, the tree, all checkpoints, the disclosures, and
/// whether anything is missing. Reports everything it finds instead of stopping at the first fault.
///
/// `VerifierSharesNoWriter`: nothing that writes logs uses this.
package struct LogVerifier: Sendable {
    private let options: VerificationOptions
    private let progress: @Sendable (VerificationProgress) -> Void

    /// - Parameter progress: called from several threads.
    package init(
        _ options: VerificationOptions,
        progress: @escaping @Sendable (VerificationProgress) -> Void
    ) {
        self.options = options
        self.progress = progress
    }

    /// Verifies a log directory, live or not.
    ///
    /// Throws only if files cannot be read; whatever is wrong with their content is in the report.
    package func verify(
        directory: FilePath
    ) async throws(LogReadFailure) -> VerificationReport {
        let remembered = options.remembered.flatMap { RememberedCheckpoint(stateFile: $0) }
        return try await verify(
            try LogSnapshot(
                directory: directory, known: remembered?.checkpoint, checkpoints: .all))
    }

    /// Verifies what a log directory held at one moment; what was taken of it knew the checkpoint that is remembered.
    package func verify(
        _ snapshot: LogSnapshot
    ) async throws(LogReadFailure) -> VerificationReport {
        let remembered = options.remembered.flatMap { RememberedCheckpoint(stateFile: $0) }
        let files = try snapshot.checkpointFiles()
        var findings = FindingList()
        if files.publishedIsRestorable {
            findings.report(
                Finding(.checkpointRestorable, file: LogLayout.checkpointJournal))
        } else if let rest = files.journalRest(of: snapshot.newest?.claim.origin) {
            findings.report(rest)
        }
        if !files.publishedIsJournalled, !files.publishedIsRestorable {
            findings.report(
                Finding(.checkpointNotJournalled, file: LogLayout.checkpointJournal))
        }
        if files.published == nil, files.journal.last?.checkpoint != nil {
            findings.report(Finding(.notYetPublished, file: LogLayout.checkpoint))
        }
        if let tail = try UnsignedTail(snapshot), snapshot.doubtful.isEmpty,
            try LogSnapshot(directory: snapshot.directory).sizeWithDoubtful == snapshot.size
        {
            findings.report(
                Finding(
                    .unsignedRecords, file: LogLayout.entries(tail.segment),
                    index: snapshot.size.nextIndex, detail: "\(tail.count) records"))
        }
        let keys = try DirectoryAudit(snapshot).run(&findings)
        return try await verify(
            DirectoryContent(snapshot: snapshot),
            CheckpointAudit(
                files.all, published: files.published, newest: snapshot.newest,
                remembered: remembered?.checkpoint),
            newest: snapshot.newest, keys: keys, findings, journal: files)
    }

    /// Verifies a static tlog-tiles directory, such as `log export` writes.
    ///
    /// Its disclosures are withheld; completeness is judged by the records in it.
    package func verify(tiles directory: FilePath) async throws(LogReadFailure)
        -> VerificationReport
    {
        let path = directory.appending(LogLayout.checkpoint)
        let found = try ReadableFile.contents(ifAny: path).map {
            FoundCheckpoint($0, file: LogLayout.checkpoint, position: 0)
        }
        let newest = found?.checkpoint
        let remembered = options.remembered.flatMap { RememberedCheckpoint(stateFile: $0) }
        let content = TilesContent(directory: directory, size: newest?.claim.size ?? .empty)
        var findings = FindingList()
        try content.checkLengths(&findings)
        return try await verify(
            content,
            CheckpointAudit(
                found.map { [$0] } ?? [], published: found, newest: newest,
                remembered: remembered?.checkpoint),
            newest: newest, keys: nil, findings, journal: nil)
    }

    private func verify<Content: LogContent>(
        _ content: Content, _ checkpoints: CheckpointAudit, newest: UnverifiedCheckpoint?,
        keys: KeyRing?, _ earlier: FindingList, journal: CheckpointFiles?
    ) async throws(LogReadFailure) -> VerificationReport {
        var findings = earlier
        for finding in options.policy?.notes ?? [] { findings.report(finding) }
        var checkpoints = checkpoints
        checkpoints.checkForm()
        await checkpoints.checkSignatures(options.policy, jobs: options.jobs)
        let remembered = options.remembered.flatMap { RememberedCheckpoint(stateFile: $0) }
        if options.remembered != nil, remembered == nil {
            findings.report(Finding(.rememberedUnreadable))
        }
        var sizes = Set(checkpoints.sizes)
        if let remembered { sizes.insert(remembered.size.count) }
        let walk = SegmentWalk(
            content: content, origin: newest?.claim.origin.text, keys: keys,
            sizes: sizes.filter { $0 <= content.size.count }.sorted(), jobs: options.jobs,
            progress: ProgressCount(total: content.size.count, report: progress))
        var result = try await walk.run()
        findings.report(result.findings)
        await checkpoints.settle(
            result.signingKeys, roots: result.tree.roots, policy: options.policy,
            jobs: options.jobs)
        checkpoints.checkRoots(result.tree.roots, size: content.size)
        findings.report(checkpoints.findings)
        let root = result.tree.roots[content.size.count]
        if newest != nil, content.size == .empty { findings.report(Finding(.noRecords)) }
        if let claim = newest?.claim {
            if root == claim.root {
                findings.blameTree()
                if result.ours == 0 { findings.excuseForeignLeaves(of: result.recordsRead) }
            } else if try result.tree.storedRoot() == claim.root {
                findings.report(Finding(.treeAuthentic))
            }
        }
        if let remembered {
            let found = remembered.findings(
                origin: newest?.claim.origin, size: content.size,
                root: result.tree.roots[remembered.size.count], policy: options.policy)
            for finding in found { findings.report(finding) }
        }
        if let missing = journal?.missing(by: result.published) { findings.report(missing) }
        result.completeness.finish()
        var completeness = result.completeness.findings
        if result.later > 0 { completeness.leaveOpen(numbersAreKnown: result.unplaced == 0) }
        findings.report(completeness)
        for finding in keys.map(result.erasures.findings) ?? [] { findings.report(finding) }
        checkWitnesses(checkpoints, &findings)
        checkAge(result.newestTime, &findings)
        return VerificationReport(
            origin: newest?.claim.origin, size: content.size, root: root,
            recordsRead: result.recordsRead, unreadable: result.unreadable,
            checkpointsChecked: journal?.publishedCount ?? checkpoints.count,
            starts: result.completeness.bootCount, boots: result.completeness.accounts,
            unsyncedStarts: result.completeness.unsyncedStarts, newestTime: result.newestTime,
            disclosures: result.disclosures, erasures: result.erasures.explained(by: keys),
            verified: checkpoints.verified,
            findings: findings.inOrder)
    }

    private func checkWitnesses(_ checkpoints: CheckpointAudit, _ findings: inout FindingList) {
        guard options.requiredWitnesses > 0 else { return }
        let count = checkpoints.publishedWitnesses
        guard count < options.requiredWitnesses else { return }
        findings.report(
            Finding(.quorumNotMet, detail: "\(count) of \(options.requiredWitnesses)"))
    }

    private func checkAge(_ newest: UTCInstant?, _ findings: inout FindingList) {
        guard let maxAge = options.maxAge else { return }
        let limit = Int64(clamping: maxAge.components.seconds)
        guard let newest else {
            return findings.report(Finding(.stale, detail: "no record at all"))
        }
        let age = options.now.seconds - newest.seconds
        if age > limit { findings.report(Finding(.stale, detail: "\(age) s")) }
    }
}
