// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import Disclosures
internal import LogReading
internal import Merkle
internal import SignedNotes

/// What judging a pack came to.
package struct PackReport {
    /// A fingerprint is the SHA-256 of a key's one line.
    private let trusted: [NoteVerifierKey]
    package private(set) var findings: [PackFinding]
    /// Why only a later program can judge it.
    var cannotJudge: String?
    var manifest: PackManifest?
    /// Trusted keys that signed the manifest.
    var signers: [String] = []
    /// The checkpoint, where trusted keys have signed it.
    var verified: VerifiedCheckpoint?
    /// What became of the file that remembers a checkpoint; nil where none was named.
    var memory: Memory?
    /// How many trusted witnesses cosigned the checkpoint.
    var witnesses = 0
    /// Keys that the pack itself names.
    var namedKeys: [NoteVerifierKey] = []
    /// Whether the log continues what the caller remembered.
    var isConsistent = false
    /// What the caller remembered, where the pack shows neither that the log continues it nor that it does not.
    var notLedFrom: TreeSize?
    /// An earlier signed size that the log is shown to continue.
    var continues: TreeSize?
    /// Whether all records lead to the checkpoint's root.
    var isProven = false
    var counts = PackCounts()
    /// Versions of the rules without a text.
    var unheldPolicies = 0
    /// Whether the producers' own numbers say that something never reached the log.
    var hasGaps = false
    private var omitted = 0
    private var counted: [String: Int] = [:]

    /// A file that remembers the newest checkpoint seen.
    enum Memory: Hashable {
        /// It was made: nothing was there to be compared.
        case begun(String)
        /// It has the pack's checkpoint now.
        case moved(String)
        /// It is as it was.
        case kept(String)
    }

    init(policy: TrustPolicy?, findings: [PackFinding]) {
        trusted = policy?.logs.map(\.key) ?? []
        self.findings = findings
    }

    mutating func add(
        _ kind: PackFinding.Kind, _ file: PackFile, _ detail: String, remedy: String? = nil
    ) {
        add(kind, file.name, detail, remedy: remedy)
    }

    /// Findings of one kind about one file are counted once there are many.
    mutating func add(
        _ kind: PackFinding.Kind, _ file: String, _ detail: String, at index: LeafIndex? = nil,
        remedy: String? = nil
    ) {
        let key = "\(kind.rawValue) \(file)"
        counted[key, default: 0] += 1
        guard counted[key, default: 0] <= PackFindingList.most else {
            omitted += 1
            return
        }
        findings.append(PackFinding(kind, file, detail, at: index, remedy: remedy))
    }

    mutating func take(_ list: PackFindingList) {
        findings += list.findings
        omitted += list.omitted
    }

    package var verdict: PackVerdict {
        cannotJudge == nil ? PackVerdict(findings) : .cannotJudge
    }

    /// What even a verified pack does not prove, with a word for programs.
    package var limits: [(code: String, text: String)] {
        guard let manifest, isProven else { return [] }
        var limits: [(String, String)] = []
        if manifest.selection == .matches {
            limits.append(
                (
                    "filtered",
                    "that no other record matches the query (filtered export; --full-range would)"
                ))
        }
        if counts.withheld > 0 {
            let groups = counts.withheldGroups.map(\.rawValue).sorted().joined(separator: ", ")
            limits.append(("withheld", "values of \(groups) (\(counts.withheld) withheld)"))
        }
        if witnesses == 0 {
            limits.append(
                ("no_witness", "that nobody was shown another log (no witness has cosigned)"))
        }
        if !isConsistent {
            limits.append(
                ("not_continued", "that the log is the one you saw before (\(uncompared))"))
        }
        if unheldPolicies > 0 {
            limits.append(
                (
                    "policy_text",
                    "what the rules said that decided (\(unheldPolicies) without a text)"
                ))
        }
        if counts.unread > 0 {
            limits.append(("unread", "anything about \(counts.unread) leaves of another schema"))
        }
        if hasGaps {
            limits.append(
                ("gaps", "that everything reached the log (completeness.json names what did not)"))
        }
        return limits
    }

    /// Why nobody knows whether the log is the one that the caller saw before.
    private var uncompared: String {
        if let notLedFrom {
            return "nothing here leads from the \(notLedFrom.count) records that you remember"
        }
        return continues.map { "compare the checkpoint of size \($0.count) in consistency.txt" }
            ?? "no checkpoint of yours was compared"
    }

    /// What was checked, in one phrase.
    var covered: String {
        guard let manifest else { return "nothing of it" }
        let (first, end) = (manifest.range.lowerBound, manifest.range.upperBound)
        let of = "of \(manifest.origin) at size \(manifest.size.count)"
        guard isProven else { return "records from index \(first) to \(end) \(of), not proven" }
        switch manifest.selection {
        case .all where counts.records == 0:
            return "0 records from index \(first) to \(end) \(of), proven"
        case .all:
            return "all \(counts.records) records from index \(first) to \(end - 1) \(of), proven"
        case .matches:
            return "\(counts.records) records between index \(first) and \(end) \(of), each proven"
        }
    }

    /// What was checked and what is not proven: the first line of every verdict.
    package var firstLine: String {
        if let cannotJudge {
            return
                "cannot judge: \(cannotJudge). Use a newer countersign-verify; this is no sign of tampering."
        }
        let limits = limits.map(\.text).joined(separator: "; ")
        return "\(verdict.words): \(covered)" + (limits.isEmpty ? "." : ". NOT proven: \(limits).")
    }

    /// For people, the keys first.
    package var lines: [String] {
        var lines = trusted.map { "key \($0.signer)  sha256:\(Self.fingerprint(of: $0))" }
        if trusted.isEmpty {
            lines.append("no key was given, so no signature was judged")
            lines += namedKeys.map {
                "the pack names \($0.signer)  sha256:\(Self.fingerprint(of: $0)): compare it with what the log's owner says"
            }
        }
        lines.append(firstLine)
        if !signers.isEmpty, let manifest {
            lines.append("manifest signed by \(signers.joined(separator: ", "))")
            for (name, path) in [
                ("asked by", ["2_request", "by"]), ("purpose", ["2_request", "purpose"]),
                ("at", ["2_request", "time"]), ("query", ["4_query", "text"]),
            ] {
                if let text = path.reduce(manifest.value as JSONValue?, { $0?[$1] })?.string {
                    lines.append("\(name): \(text)")
                }
            }
        }
        switch memory {
        case .begun(let file):
            lines.append(
                "remembered in \(file) for the first time: later packs are compared with this one, and this one with nothing"
            )
        case .moved(let file): lines.append("remembered in \(file), in place of the one before")
        case .kept, nil: break
        }
        lines += findings.map(\.text)
        if omitted > 0 { lines.append("and \(omitted) more findings") }
        lines += remedies
        return lines.map(\.displayable)
    }

    /// What to do: for each kind of finding, and for those that are another matter.
    private var remedies: [String] {
        var lines = PackFinding.Kind.allCases.filter { kind in
            findings.contains { $0.kind == kind && $0.remedy == nil }
        }.map { "what to do about what is \($0.words): \($0.remedy)" }
        for finding in findings {
            guard let remedy = finding.remedy else { continue }
            lines.append("what to do about \(finding.file ?? "the pack"): \(remedy)")
        }
        return lines
    }

    static func fingerprint(of key: NoteVerifierKey) -> String {
        Hex.encode(SHA256.hash(data: Array(key.text.utf8)))
    }

    /// For programs: one JSON object.
    package var json: [UInt8] {
        var members = [
            JSONMember("exit_code", .integer(Int64(verdict.exitCode))),
            JSONMember(
                "findings",
                .array(
                    findings.map { finding in
                        var members = [
                            JSONMember("detail", .string(finding.detail)),
                            JSONMember("kind", .string(finding.kind.rawValue)),
                        ]
                        if let file = finding.file {
                            members.append(JSONMember("file", .string(file)))
                        }
                        if let index = finding.index {
                            members.append(
                                JSONMember("index", .integer(Int64(clamping: index.value))))
                        }
                        if let remedy = finding.remedy {
                            members.append(JSONMember("remedy", .string(remedy)))
                        }
                        return .object(members)
                    })),
            JSONMember("first_line", .string(firstLine)),
            JSONMember(
                "keys",
                .array(
                    trusted.map {
                        .object([
                            JSONMember("name", .string("\($0.signer)")),
                            JSONMember("sha256", .string(Self.fingerprint(of: $0))),
                        ])
                    })),
            JSONMember(
                "not_proven",
                .array(
                    limits.map {
                        .object([
                            JSONMember("code", .string($0.code)),
                            JSONMember("text", .string($0.text)),
                        ])
                    })),
            JSONMember("records", .integer(Int64(clamping: counts.records))),
            JSONMember("verdict", .string(verdict.rawValue)),
        ]
        switch memory {
        case .begun: members.append(JSONMember("remembered", .string("begun")))
        case .moved: members.append(JSONMember("remembered", .string("moved")))
        case .kept: members.append(JSONMember("remembered", .string("kept")))
        case nil: break
        }
        if let manifest { members.append(JSONMember("manifest", manifest.value)) }
        return CanonicalJSON.encode(.object(members))
    }
}
