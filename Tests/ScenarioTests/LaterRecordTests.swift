// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import SignedNotes
import TestSupport
import Testing

@Suite struct `Records of other protocols and of later versions` {
    /// A log of each kind of access as this version writes them, and once more as a later one might.
    private struct Given {
        let folder: ScenarioFolder
        let key: String

        /// - Parameter others: leaves of another schema.
        init(others: [String] = []) throws {
            folder = try ScenarioFolder()
            let boot = BuiltLog.id(1)
            var log = try BuiltLog()
            key = log.signer.verifierKey.text
            log.start(boot)
            let producer = EncodedProducer(uid: "proxy-a", boot: boot)
            let accesses = try AccessSamples.typical()
            var sequence: UInt64 = 2
            for isLater in [false, true] {
                for (_, sample) in accesses {
                    var access = sample
                    access.uid = BuiltLog.id(1000 + sequence)
                    let draft = access.draft(
                        host: Array("api.example.com".utf8).span, producer: producer)
                    if isLater {
                        try log.append(later: draft, sequence)
                    } else {
                        log.append(draft, sequence)
                    }
                    sequence += 1
                }
            }
            for leaf in others { log.append(leaf: Array(leaf.utf8)) }
            log.stop(boot, sequence)
            for (name, bytes) in try log.signedFiles() {
                let parts = name.split(separator: "/")
                for count in 0..<parts.count {
                    let above = (["log"] + parts.prefix(count)).joined(separator: "/")
                    if !folder.exists(above) { try folder.make(above) }
                }
                try folder.write(bytes, to: "log/" + name)
            }
        }

        /// What a command says about the log; it must succeed.
        func said(_ words: String...) throws -> String {
            let needsKey = words.contains("verify") || words.contains("export")
            let ending = try folder.start(
                .countersign, words + ["--log", "log"] + (needsKey ? ["--key", key] : [])
            ).ending()
            guard ending.status == 0 else {
                throw ScenarioFault("\(words): \(ending.status), \(ending.messages)")
            }
            #expect(
                !ending.text.unicodeScalars.contains {
                    $0 == "\u{1b}" || $0 == "\u{202e}"
                }, "\(words)")
            return ending.text
        }
    }

    @Test func `are verified by both programs, in the directory and as an export`() async throws {
        try await scenario {
            let given = try Given()
            _ = try given.said("verify")
            let verified = try given.folder.run(.verifier, "log", "--key", given.key)
            #expect(verified.status == 0, "\(verified.text) \(verified.messages)")
            _ = try given.said("log", "export", "--out", "export")
            let exported = try given.folder.run(.verifier, "export", "--key", given.key)
            #expect(exported.status == 0, "\(exported.text) \(exported.messages)")
        }
    }

    @Test func `are listed in the terms of their protocol, and found`() async throws {
        try await scenario {
            let given = try Given()
            let list = try given.said("log", "query", "--service", "billing")
            for (words, _) in try AccessSamples.typical() {
                #expect(list.split(separator: "\n").count { $0.contains(words) } == 2, "\(list)")
            }
            #expect(list.contains("LATER DECISION.EFFECT\\x1b"))
            #expect(list.contains("later stage\\x1b"))
            let behalf = try given.said("log", "query", "--actor", "sub_3")
            #expect(behalf.split(separator: "\n").count == 17)
            let none = try given.folder.run(
                .countersign, "log", "query", "--decision", "approve", "--log", "log")
            #expect(none.status == 3)
            #expect(none.messages.contains("allow, deny, challenge, limit, error"))
        }
    }

    @Test func `of another schema are not left out of a search in silence`() async throws {
        try await scenario {
            let given = try Given(others: [#"{"a":1.5,"schema":"countersign.record/2"}"#])
            for (words, status) in [("sub_3", 0), ("sub_nobody", 3)] as [(String, Int32)] {
                let search = try given.folder.run(
                    .countersign, "log", "query", "--actor", words, "--log", "log")
                #expect(search.status == status, "\(search.messages)")
                #expect(
                    search.messages.contains("1 of the records looked at cannot be read"),
                    "\(search.messages)")
            }
            let verified = try given.folder.run(.verifier, "log", "--key", given.key)
            #expect(verified.status == 13)
            #expect(verified.text.contains("countersign.record/2"), "\(verified.text)")
            #expect(verified.text.contains("Completeness not decided"), "\(verified.text)")
        }
    }

    @Test func `are shown whole, explained and proven one by one`() async throws {
        try await scenario {
            let given = try Given()
            let known = try given.said("log", "get", "1")
            for line in ["db.system", "db.tables", "actor.agent.run", "http.reset.by"] {
                #expect(known.contains(line), "\(line): \(known)")
            }
            for index in 9...16 {
                let shown = try given.said("log", "get", "\(index)")
                for member in OpenMember.allCases {
                    #expect(shown.contains("later \(member.rawValue)\\x1b"), "\(shown)")
                }
                #expect(shown.contains("v_later.a"))
                let json = try given.said("log", "get", "\(index)", "--json")
                #expect(json.contains("later decision.effect"))
                let why = try given.said("explain", "\(index)")
                #expect(why.contains("later stage"))
                let proof = try given.said("log", "get", "\(index)", "--proof")
                try given.folder.write(Array(proof.utf8), to: "proof")
                let proven = try given.folder.run(
                    .countersign, "verify", "record", "proof", "--key", given.key)
                #expect(proven.status == 0, "\(proven.text) \(proven.messages)")
            }
        }
    }
}
