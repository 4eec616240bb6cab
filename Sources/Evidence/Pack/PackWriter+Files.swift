// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Crypto
internal import Disclosures
internal import LogReading
internal import Merkle
internal import Query
internal import SignedNotes
internal import SystemPackage
internal import Verification

extension PackWriter {
    /// Writes everything that stands beside the records, the manifest and its signature last.
    mutating func finish(_ scan: EvidenceScan) throws(EvidenceFailure) -> Summary {
        try write(source.checkpoint.note.encode(), to: .checkpoint)
        if let old = source.remembered { try writeConsistency(from: old) }
        try write(trustText, to: .trust)
        try writeErasures()
        let unheld = try writePolicies()
        try write(
            Array(guide(scan, unheldPolicies: unheld).utf8), to: .guide, as: .guide)
        files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let content = Hex.encode(
            SHA256.hash(data: contentText))
        let manifest = CanonicalJSON.encode(manifest(scan, content: content))
        let digest = Hex.encode(SHA256.hash(data: manifest))
        try write(manifest, to: .manifest)
        if !source.signers.isEmpty { try write(try signature(of: digest), to: .signature) }
        let folder = folder
        return Summary(
            records: counts.records, matches: scan.matches, undecided: scan.undecided,
            range: scan.range, content: content, manifest: digest,
            files: files.map { ($0.name, folder.appending($0.name)) }, unheldPolicies: unheld,
            isSigned: !source.signers.isEmpty)
    }

    /// The text whose digest is the same for two runs of one order.
    private var contentText: [UInt8] {
        var text = ""
        for file in files where PackFile(rawValue: file.name)?.dependsOnRequest != true {
            text += "\(file.digest)  \(file.name)\n"
        }
        return Array(text.utf8)
    }

    private mutating func writeConsistency(
        from old: UnverifiedCheckpoint
    ) throws(EvidenceFailure) {
        let proof = try EvidenceSource.continuing(
            old, to: source.checkpoint, of: source.snapshot)
        var text = "old \(old.claim.size.count)\n"
        for hash in proof.path { text += hash.hash.base64 + "\n" }
        try write(Array((text + "\n").utf8) + old.note.encode(), to: .consistency)
    }

    /// The log's keys as a C2SP tlog-policy.
    private var trustText: [UInt8] {
        var text =
            "# Compare this key with what the log's owner says elsewhere: a pack cannot vouch for itself.\n"
        for key in source.keys { text += "log \(key.text)\n" }
        return Array((text + "quorum none\n").utf8)
    }

    private mutating func writeErasures() throws(EvidenceFailure) {
        var text: [UInt8] = []
        let snapshot = source.snapshot
        let size = source.checkpoint.claim.size
        for index in explaining.sorted().map({ LeafIndex($0) }) {
            let (leaf, proof) = try EvidenceFailure.reading { () throws(LogReadFailure) in
                var reader = try snapshot.hashReader()
                return (
                    try snapshot.leaf(at: index),
                    try InclusionProof(index: index, size: size, reading: &reader)
                )
            }
            text += CanonicalJSON.encode(
                .object([
                    JSONMember("index", .integer(Int64(clamping: index.value))),
                    JSONMember("leaf", .string(String(decoding: leaf, as: UTF8.self))),
                    JSONMember("path", .array(proof.path.map { .string($0.hash.base64) })),
                ]))
            text.append(0x0A)
        }
        let end = PackFormat.end(lines: UInt64(explaining.count)) + "\n"
        try write(text + Array(end.utf8), to: .erasures)
    }

    /// Which rules decided, with their text where it is known.
    ///
    /// - Returns: how many have none.
    private mutating func writePolicies() throws(EvidenceFailure) -> Int {
        var text: [UInt8] = []
        var unheld = 0
        for (version, use) in counts.policies.uses.sorted(by: {
            ($0.value.first, $0.key) < ($1.value.first, $1.key)
        }) {
            var members = [
                JSONMember("first", .integer(Int64(clamping: use.first))),
                JSONMember("last", .integer(Int64(clamping: use.last))),
                JSONMember("records", .integer(Int64(clamping: use.records))),
            ]
            if let rules = try knownText(of: version) {
                members.append(
                    JSONMember("text", .string(String(decoding: rules, as: UTF8.self))))
            } else {
                unheld += 1
            }
            members.append(JSONMember("version", .string(version)))
            text += CanonicalJSON.encode(.object(members))
            text.append(0x0A)
        }
        let end = PackFormat.end(lines: UInt64(counts.policies.uses.count)) + "\n"
        try write(text + Array(end.utf8), to: .policies)
        return unheld
    }

    /// The text of a version of the rules, if it is known: as it was given, or as the log keeps it.
    private func knownText(of version: String) throws(EvidenceFailure) -> [UInt8]? {
        func proven(_ text: [UInt8]?) -> [UInt8]? {
            text.flatMap { "sha256:" + Hex.encode(SHA256.hash(data: $0)) == version ? $0 : nil }
        }
        if let text = proven(source.policies[version]) { return text }
        let snapshot = source.snapshot
        return proven(
            try EvidenceFailure.reading { () throws(LogReadFailure) in
                try snapshot.rules(version)
            })
    }

    /// The note under the manifest: its digest, for this log, signed by the log's own keys.
    private func signature(of digest: String) throws(EvidenceFailure) -> [UInt8] {
        let text = Array("\(PackFormat.name)\n\(source.checkpoint.claim.origin)\n\(digest)\n".utf8)
        do throws(SigningFault) {
            var signatures: [NoteSignature] = []
            for signer in source.signers { signatures.append(try signer.sign(text)) }
            return SignedNote(text: text, signatures: signatures).encode()
        } catch {
            throw .unsigned("\(error.cause)")
        }
    }
}
