// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import LedgerFiles
import SystemPackage
import TestSupport
import Testing

@Suite struct `The texts of rules beside a log` {
    private static let text = Array(#"[{"name":"billing"}]"#.utf8)
    private static let digest = SHA256.hash(data: text).map {
        ($0 < 16 ? "0" : "") + String($0, radix: 16)
    }.joined()

    @Test func `are kept once, whole, under their digest`() throws {
        let directory = try TestDirectory()
        try KeptRules.keep(Self.text, version: "sha256:" + Self.digest, in: directory.path)
        #expect(directory.files == ["rules/" + Self.digest])
        #expect(try directory.read("rules/" + Self.digest) == Self.text)
        try KeptRules.keep(Self.text, version: "sha256:" + Self.digest, in: directory.path)
        #expect(directory.files == ["rules/" + Self.digest])
        // What a crash or somebody left there instead is written anew.
        for damaged in [[], Array(Self.text.dropLast()), Self.text + [0x20]] {
            try directory.write(damaged, to: "rules/" + Self.digest)
            try directory.write([1], to: "rules/" + Self.digest + ".new")
            try KeptRules.keep(Self.text, version: "sha256:" + Self.digest, in: directory.path)
            #expect(try directory.read("rules/" + Self.digest) == Self.text)
        }
    }

    @Test func `that cannot be kept are a fault that says where`() throws {
        let directory = try TestDirectory()
        try directory.write([], to: "rules")
        let fault = #expect(throws: DirectoryFault.self) {
            try KeptRules.keep(Self.text, version: "sha256:" + Self.digest, in: directory.path)
        }
        #expect(fault?.code == .rulesNotKept)
        #expect(fault?.description.contains("rules/" + Self.digest) == true)
    }
}
