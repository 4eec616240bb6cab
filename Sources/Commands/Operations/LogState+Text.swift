// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Settings
import SignedNotes
import Verification

extension LogState {
    /// Rows for people.
    var facts: [(SafeText, SafeText)] {
        var facts: [(SafeText, SafeText)] = [
            ("log", "\(settings.log.origin.text)"), ("directory", "\(settings.log.directory.text)"),
        ]
        if let snapshot {
            facts.append(("records", "\(snapshot.size.count)"))
            facts.append(("newest", newestText))
            facts.append(("checkpoint", checkpointText))
            if let unsyncedText { facts.append(("not synced", unsyncedText)) }
            facts.append(("signed by", signersText))
        } else {
            facts.append(
                ("records", SafeText("no log yet; `countersign serve` makes it", .caution)))
        }
        facts.append(("server", serverText))
        if let server {
            facts.append(
                (
                    "requests",
                    "\(server.count("accepted")): \(server.count("allowed")) allowed, \(server.count("denied")) denied, \(server.count("limited")) limited, \(server.count("errored")) failed"
                ))
            let lost = server.count("lost")
            if lost > 0 {
                facts.append(
                    ("lost", SafeText("\(lost) records found no room since the start", .bad)))
            }
            let dropped = server.count("dropped")
            let text: SafeText = "\(dropped) since the start"
            facts.append(("unrecorded", dropped == 0 ? text : text.toned(.bad)))
        }
        if let catalogText { facts.append(("catalog", catalogText)) }
        if let checkText { facts.append(("checked", checkText)) }
        for output in server?.json["outputs"]?.array ?? [] {
            let shown = ShownOutput(output)
            facts.append(("output \(shown.name)", shown.text))
        }
        if let disk {
            let text: SafeText = "\(disk.text)"
            facts.append(("disk", disk.isShort ? text.toned(.bad) : text))
        }
        facts.append(("clock", clockText))
        return facts
    }

    private var newestText: SafeText {
        guard let newest, let ageSeconds else { return "none" }
        if let clockLag {
            return SafeText(
                "\(newest.rfc3339), \(clockLag.seconds) s ahead of the clock", .caution)
        }
        return "\(newest.rfc3339), \(max(0, ageSeconds)) s ago"
    }

    private var checkpointText: SafeText {
        guard let claim = snapshot?.published?.claim else { return "none published" }
        return "\(claim.size.count) records, root \(claim.root.hash.base64)"
    }

    /// What a power cut would take, where the log does not wait for syncs.
    private var unsyncedText: SafeText? {
        guard let server, server.origin == settings.log.origin.text,
            server.durability != LogDurability.synced.rawValue
        else {
            return settings.log.durability == .synced
                ? nil : SafeText("log.durability: written; the server does not say", .caution)
        }
        return SafeText(
            "\(server.count("unsynced")) acknowledged records, the oldest for \(server.count("unsynced_ms")) ms: a power cut loses them (log.durability: written)",
            .caution)
    }

    private var signersText: SafeText {
        let ids = signers
        guard ids.count > 1 else { return "\(ids.first ?? "nobody")" }
        // A checkpoint keeps its signatures: where nothing is recorded after `key retire`, the retired key still shows.
        return SafeText(
            "\(ids.joined(separator: ", ")): during a rotation; a retired key is gone from the next checkpoint on",
            .caution)
    }

    /// Key ids of the log's own signatures on what is published.
    private var signers: [String] {
        (snapshot?.published?.note.signatures ?? [])
            .filter { $0.name.text == settings.log.origin.text }.map { "\($0.keyID)" }
    }

    private var serverText: SafeText {
        let address = server?.address ?? settings.admin.address.text
        guard let server else {
            return SafeText("nothing answers at \(address)", .caution)
        }
        guard server.origin == settings.log.origin.text else {
            return SafeText("\(address) serves another log: \(server.origin ?? "?")", .bad)
        }
        guard server.isWriting else {
            return SafeText("running, but \(server.trouble)", .bad)
        }
        return SafeText("running, admin on \(address)", .good)
    }

    /// How the server's catalog stands; nil where no server says.
    private var catalogText: SafeText? {
        guard let catalog = server?.json["catalog"], let state = catalog["state"]?.string else {
            return nil
        }
        if let cause = catalog["cause"]?.string { return SafeText("\(cause)", .bad) }
        let size = catalog["size"]?.integer ?? 0
        let behind = catalog["lag_records"]?.integer ?? 0
        var text: SafeText
        switch state {
        case "off": return "off: nothing but the log itself is searched"
        case "opening": return SafeText("being opened", .caution)
        case "building":
            text = SafeText("being built: \(size) of \(size + behind) records", .caution)
        default:
            let milliseconds = catalog["lag_ms"]?.integer ?? 0
            text =
                behind == 0
                ? "has every record" : "\(behind) records behind, \(milliseconds / 1000) s"
        }
        if let rebuilt = catalog["rebuilt"]?.integer {
            text = text + "; a new one is being built: \(rebuilt) of \(size + behind)"
        }
        if let left = catalog["remaining_seconds"]?.integer { text = text + ", \(left) s left" }
        return text
    }

    /// What came of the server's own check of its log; nil where no server says.
    private var checkText: SafeText? {
        guard let check = server?.json["check"] else { return nil }
        var text: SafeText
        if let last = check["last"], let verdict = last["verdict"]?.string,
            let size = last["size"]?.integer
        {
            let age = check["age_seconds"]?.integer ?? 0
            let missing = last["missing"]?.integer ?? 0
            switch verdict {
            case VerificationVerdict.verified.rawValue:
                text = "\(size) records, \(age) s ago: nothing changed, none missing"
            case VerificationVerdict.completenessFailure.rawValue:
                text = SafeText(
                    "\(size) records, \(age) s ago: nothing changed, \(missing) missing", .bad)
            default:
                text = SafeText(
                    "\(size) records, \(age) s ago: \(last["integrity"]?.string ?? verdict)", .bad)
            }
            let unchecked = check["unchecked"]?.integer ?? 0
            if unchecked > 0 { text = text + "; \(unchecked) have come since" }
        } else {
            text = "not yet"
        }
        if let running = check["running"] {
            let position = running["position"]?.integer ?? 0
            text = text + "; now \(position) of \(running["size"]?.integer ?? 0)"
        }
        if let cause = check["cause"]?.string { text = text + SafeText("; \(cause)", .bad) }
        return text
    }

    private var clockText: SafeText {
        let error = clock.errorMicroseconds.map { " ±\($0 / 1000) ms" } ?? ""
        return clock.isSynchronized
            ? "synchronised\(error)" : SafeText("not synchronised", .caution)
    }

    /// The same for programs.
    var json: JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = [
            JSONMember("origin", .string(settings.log.origin.text)),
            JSONMember("directory", .string(settings.log.directory.text)),
            JSONMember("size", number(snapshot?.size.count ?? 0)),
        ]
        if let newest, let ageSeconds {
            members.append(JSONMember("newest_time", .string(newest.rfc3339)))
            members.append(JSONMember("newest_age_seconds", .integer(ageSeconds)))
        }
        if let claim = snapshot?.published?.claim {
            members.append(
                JSONMember(
                    "checkpoint",
                    .object([
                        JSONMember("size", number(claim.size.count)),
                        JSONMember("root", .string(claim.root.hash.base64)),
                        JSONMember("key_ids", .array(signers.map { .string($0) })),
                    ])))
        }
        members.append(JSONMember("server", server?.json ?? .null))
        if let disk {
            members.append(
                JSONMember(
                    "disk",
                    .object([
                        JSONMember("free_bytes", number(disk.free)),
                        JSONMember("total_bytes", number(disk.total)),
                    ])))
        }
        members.append(
            JSONMember(
                "clock", .object([JSONMember("synchronised", .bool(clock.isSynchronized))])))
        return .object(members)
    }
}

extension DiskSpace {
    /// Less than this and the log will soon refuse records.
    var isShort: Bool { free < 256 << 20 }
}
