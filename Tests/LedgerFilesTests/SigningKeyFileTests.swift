// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Ledger
import LedgerFiles
import SignedNotes
import SystemPackage
import Testing

@Suite("The signing key's file")
struct SigningKeyFileTests {
    let disk: DiskLog

    init() throws { disk = try DiskLog() }

    @Test("What was made is read back, for its owner's eyes only")
    func roundTrip() throws {
        let path = disk.path("new")
        let made = try SigningKeyFile.create(path, name: disk.name)
        let read = try SigningKeyFile.read(path)
        #expect(read.map(\.privateText) == [made.privateText])
        #expect(read.map(\.verifierKey.text) == [made.verifierKey.text])
        #expect(try disk.mode("new") == 0o600)
        #expect(try disk.read("new") == Array((made.privateText + "\n").utf8))
    }

    @Test("Two keys of one log are read in their order, and both sign")
    func two() throws {
        let old = try #require(try SigningKeyFile.read(disk.key).first)
        let fresh = NoteSigner(name: disk.name, key: .init())
        try disk.write(SigningKeyFile.content([fresh, old]), to: "key")
        try disk.setMode(0o600, of: "key")
        #expect(try SigningKeyFile.read(disk.key).map(\.keyID) == [fresh.keyID, old.keyID])
    }

    @Test("An existing file is never overwritten")
    func exists() throws {
        let before = try disk.read("key")
        let fault = #expect(throws: DirectoryFault.self) {
            _ = try SigningKeyFile.create(disk.key, name: disk.name)
        }
        #expect(fault?.code == .keyExists)
        #expect(try disk.read("key") == before)
    }

    @Test("Nothing is left beside a key that is made, nor beside one that is not")
    func leavesNothing() throws {
        let folder = disk.path("keys")
        try FileManager.default.createDirectory(
            atPath: folder.string, withIntermediateDirectories: false)
        let path = folder.appending("log.key.next")
        _ = try SigningKeyFile.create(path, name: disk.name)
        #expect(throws: DirectoryFault.self) {
            _ = try SigningKeyFile.create(path, name: disk.name)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["log.key.next"])
    }

    @Test(
        "A key that others may read, write or run is refused",
        arguments: [0o640, 0o604, 0o660, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])
    func tooOpen(mode: Int) throws {
        try disk.setMode(mode, of: "key")
        let fault = #expect(throws: DirectoryFault.self) { try SigningKeyFile.read(disk.key) }
        #expect(fault?.code == .keyTooOpen)
        #expect(fault?.description.contains("chmod 600") == true)
        #expect(fault?.description.contains("mode \(String(mode, radix: 8))") == true)
    }

    @Test("A key that only its owner may read is taken", arguments: [0o600, 0o400])
    func closedEnough(mode: Int) throws {
        try disk.setMode(mode, of: "key")
        #expect(try SigningKeyFile.read(disk.key).map(\.name) == [disk.name])
    }

    @Test("A missing key is told with the setting that names it")
    func missing() throws {
        let fault = #expect(throws: DirectoryFault.self) {
            try SigningKeyFile.read(disk.path("nowhere"))
        }
        #expect(fault?.code == .keyUnreadable)
        #expect(fault?.description.contains("log.key_file") == true)
    }

    @Test("A folder is no key")
    func folder() throws {
        try FileManager.default.createDirectory(
            at: disk.url("folder"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        let fault = #expect(throws: DirectoryFault.self) {
            try SigningKeyFile.read(disk.path("folder"))
        }
        #expect(fault?.code == .keyUnreadable)
    }

    @Test("What is no key is refused without repeating it")
    func garbage() throws {
        let good = try #require(try SigningKeyFile.read(disk.key).first)
        let other = NoteSigner(name: try #require(KeyName("other")), key: .init())
        let second = NoteSigner(name: disk.name, key: .init())
        let third = NoteSigner(name: disk.name, key: .init())
        let bytes = Array(good.privateText.utf8)
        var otherID = bytes
        let id = Array("PRIVATE+KEY+\(disk.name.text)+".utf8).count
        otherID[id] = otherID[id] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let bad: [[UInt8]] = [
            [], Array("\n\n".utf8), Array("hello".utf8), [0xff, 0xfe, 0x00, 0x80],
            Array(good.verifierKey.text.utf8), Array(bytes.dropLast()), Array(bytes.dropFirst()),
            bytes + Array("A".utf8), otherID, [UInt8](repeating: UInt8(ascii: "A"), count: 10_000),
            // Twice the same key, one of another log, more than ever sign together.
            SigningKeyFile.content([good]) + SigningKeyFile.content([good]),
            SigningKeyFile.content([good]) + SigningKeyFile.content([other]),
            SigningKeyFile.content([good, second]) + SigningKeyFile.content([third]),
        ]
        for content in bad {
            try disk.write(content, to: "key")
            try disk.setMode(0o600, of: "key")
            let fault = #expect(throws: DirectoryFault.self, "\(content.prefix(20))") {
                try SigningKeyFile.read(disk.key)
            }
            #expect(fault?.code == .keyMalformed)
            #expect(fault?.description.contains("Restore the file") == true)
            let secret = String(good.privateText.suffix(20))
            #expect(fault?.description.contains(secret) == false)
        }
    }

    @Test("Another key of the same name opens no log that it has not signed")
    func anotherKey() throws {
        try disk.run()
        try disk.remove("key")
        _ = try SigningKeyFile.create(disk.key, name: disk.name)
        let fault = #expect(throws: OpenFault.self) { _ = try disk.open() }
        #expect(fault?.code == .untrustedCheckpoint)
        #expect(fault?.description.contains("log.key_file") == true)
    }

    @Test("The key and name of another log open none")
    func anotherLog() throws {
        try disk.run()
        let name = try #require(KeyName("audit.example.com/other"))
        let fault = #expect(throws: OpenFault.self) {
            _ = try disk.open(
                disk.storage(),
                signer: NoteSigner(name: name, key: Curve25519.Signing.PrivateKey()),
                origin: LogOrigin(name))
        }
        #expect(fault?.code == .foreignOrigin)
        #expect(fault?.description.contains("Set log.origin or log.dir") == true)
    }
}
