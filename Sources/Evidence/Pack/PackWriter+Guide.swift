// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Disclosures
internal import LogReading
internal import Merkle
internal import Query
internal import SignedNotes
internal import Verification

extension PackWriter {
    /// Between which moments the query asks for what was accepted, and how its days were understood.
    private var times: String {
        let times = order.query.times
        let ends = [
            times.from.map { "from \($0.rfc3339)" }, times.to.map { "to \($0.rfc3339)" },
        ].compactMap(\.self)
        guard !ends.isEmpty else { return "any" }
        return "accepted \(ends.joined(separator: " ")), both included; days are of \(order.zone)"
    }

    /// `README.txt`: one page for whoever is handed the pack.
    func guide(_ scan: EvidenceScan, unheldPolicies: Int) -> String {
        let claim = source.checkpoint.claim
        let groups = order.groups.map(\.rawValue).sorted().joined(separator: ", ")
        let shown = { (text: String) in text.displayable }
        var lines = [
            "EVIDENCE FROM AN AUDIT LOG", "",
            "Which system   the log \(shown(claim.origin.text)), kept by countersign, at \(claim.size.count) records",
            "Who asked      \(shown(order.request.by))",
            "For            \(shown(order.request.purpose ?? "no purpose was given"))",
            "When           \(order.request.time.rfc3339) (all times here are UTC)",
            "Export         \(order.request.uid.text)",
            "Query          \(shown(order.query.text))",
            "               that is: \(shown(QuerySentence.of(order.query)))",
            "               its hash: \(order.hash)",
            "Times          \(times)",
            "Rows           \(counts.records) records, \(scan.matches) of them match",
            "Values         "
                + (groups.isEmpty ? "none disclosed" : "disclosed: \(groups)")
                + "; \(counts.withheld) withheld, \(counts.erased) erased, \(counts.missing) missing",
            "Do it again    \(shown(order.command))", "",
            "TO CHECK IT", "",
            "On any machine, without a network:", "",
            "    countersign-verify pack PACK --key KEY", "",
            "PACK is this folder or archive. KEY is the log's public key, one line of text. Get it from the owner of",
            "the log by another way than this pack, since whoever changes a pack can change the key in it, too. The",
            "program shows the key's fingerprint first. Docs/Formats/evidence-pack.md of countersign says how to check",
            "everything without our software.", "",
            "WHAT IT PROVES", "",
            "- Each line of records.ndjson is in the log, at its place, byte for byte as it was signed.",
        ]
        if order.takesAll {
            lines.append(
                "- None is left out: these are all records with index \(scan.range.lowerBound) up to, not including, \(scan.range.upperBound)."
            )
        }
        lines += [
            "- Values in disclosures.ndjson are those that the records committed to when they were written.",
            "- Values that are called erased were erased by the records in erasures.ndjson.", "",
            "WHAT IT DOES NOT PROVE", "",
        ]
        if !order.takesAll {
            lines.append(
                "- That no other record matches the query. An export with --full-range would prove that."
            )
        }
        if scan.undecided > 0 {
            lines.append(
                "- Whether \(scan.undecided) records match: that depends on values which are sealed or erased."
            )
        }
        lines += [
            "- That everything that happened reached the log. completeness.json says what the producers counted.",
            "- That nobody was shown another log under the same key, unless witnesses have cosigned the checkpoint,",
            "  or you compare it with one that you saw before.",
        ]
        if unheldPolicies > 0 {
            lines.append(
                "- What \(unheldPolicies) version(s) of the rules said: only their digest is known here."
            )
        }
        lines += [
            "- That clocks were right. manifest.json has what the last heartbeat said of them.", "",
            "THE FILES", "",
            "manifest.json, manifest.sig   what was asked and handed over, with the digest of each file, signed",
            "records.ndjson                the records, one a line, as they were hashed",
            "range.json or proofs/         what leads from them to the root in checkpoint",
            "disclosures.ndjson            values and salts of what is disclosed; erased and missing values",
            "erasures.ndjson               records that explain erased values, with their proofs",
            "checkpoint, policy.txt        the signed root; the log's keys, for comparison only",
            "consistency.txt               if there: that the log continues an earlier checkpoint",
            "completeness.json             what each producer numbered, and what is missing among the numbers",
            "policies.ndjson               which rules decided, and their text where it is known",
            "records*.csv, ocsf.ndjson     the same for spreadsheets and other tools: derived, NOT evidence",
            "",
        ]
        return lines.joined(separator: "\n")
    }
}
