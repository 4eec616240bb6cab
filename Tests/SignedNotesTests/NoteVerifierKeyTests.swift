// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import SignedNotes
import Testing

struct NoteVerifierKeyTests {
    static let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    private func fault(_ text: String) -> VerifierKeyFault? {
        do throws(VerifierKeyFault) {
            _ = try NoteVerifierKey(text)
            return nil
        } catch {
            return error
        }
    }

    static let bad: [(String, VerifierKeyFault)] = [
        ("", .notThreeParts), ("a", .notThreeParts), ("a+c74f20a3", .notThreeParts),
        ("+c74f20a3+AR==", .badName), ("a b+c74f20a3+AR==", .badName),
        ("a\u{85}b+c74f20a3+AR==", .badName), ("a\u{7}b+c74f20a3+AR==", .badName),
        ("a+C74F20A3+AQ==", .badKeyID), ("a+c74f20a+AQ==", .badKeyID), ("a++AQ==", .badKeyID),
        ("a+c74f20a3+", .badKey), ("a+c74f20a3+AQ==", .badKey), ("a+c74f20a3+AQE=", .badKey),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T=", .badKey),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", .badKey),
        ("PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .keyIDOfAnotherKey),
        (
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            .keyIDOfAnotherKey
        ),
        (
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
            .keyIDOfAnotherKey
        ),
    ]

    @Test(arguments: bad)
    func `texts that are no key are refused by kind`(text: String, expected: VerifierKeyFault) {
        #expect(fault(text) == expected)
    }

    @Test func `keys of unknown types are kept and cannot be used`() throws {
        for code in [0x00, 0x02, 0x03, 0x05, 0x06, 0xFA, 0xFF] as [UInt8] {
            let text = "log+01020304+" + Base64.encode([code, 1, 2, 3])
            let key = try NoteVerifierKey(text)
            #expect(!key.isUsable)
            #expect(key.type.code == code)
            #expect(key.text == text)
            let signature = NoteSignature(name: key.name, keyID: key.keyID, bytes: [1])
            let note = SignedNote(text: Array("t\n".utf8), signatures: [signature])
            #expect(note.verify(with: try TestKeys.known(key)) == .noKnownSigner)
        }
    }

    @Test func `files of keys are read as editors and mail leave them`() throws {
        let key = try NoteVerifierKey(Self.vkey)
        for text in [
            Self.vkey, Self.vkey + "\n", Self.vkey + "\r\n", "\u{FEFF}" + Self.vkey + "\r\n",
            "\n\n  \(Self.vkey)\t\n \n", "# the log's key\n\(Self.vkey)\n", "\(Self.vkey)\r\n\r\n",
        ] {
            #expect(try NoteVerifierKey.list(inFile: Array(text.utf8)) == [key], "\(text)")
        }
        #expect(
            try NoteVerifierKey.list(inFile: Array("\(Self.vkey)\n\(Self.vkey)\n".utf8)).count == 2)
        for text in ["", "\n", "# only\n", "log\n", "\(Self.vkey) x\n"] {
            #expect(throws: VerifierKeyFault.self, "\(text)") {
                try NoteVerifierKey.list(inFile: Array(text.utf8))
            }
        }
    }

    @Test func `private keys are read strictly`() throws {
        let skey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
        #expect(try NoteSigner(privateText: skey).verifierKey.text == Self.vkey)
        for (text, expected) in [
            (Self.vkey, .notAPrivateKey), ("PRIVATE+KEY+a", .notAPrivateKey),
            (skey.replacingOccurrence(of: "c74f20a3", with: "c74f20a4"), .keyIDOfAnotherKey),
            (skey.replacingOccurrence(of: "Peter", with: "Pyter"), .keyIDOfAnotherKey),
            (skey.replacingOccurrence(of: "+AY", with: "+BY"), .unsupportedType),
            (String(skey.dropLast(4)), .badKey), (skey + "\n", .badKey),
        ] as [(String, SignerKeyFault)] {
            #expect(throws: expected) { try NoteSigner(privateText: text) }
        }
    }

    @Test func `two different keys of one name and id leave nothing to decide`() throws {
        let one = try NoteVerifierKey("log+01020304+" + Base64.encode([0x02, 1]))
        let two = try NoteVerifierKey("log+01020304+" + Base64.encode([0x02, 2]))
        #expect(KnownKeys([one, one]) != nil)
        #expect(KnownKeys([one, two]) == nil)
    }

    @Test func `names that only look the same are different names`() throws {
        #expect(try TestKeys.name("caf\u{E9}") != TestKeys.name("cafe\u{301}"))
        #expect(LogOrigin("caf\u{E9}") != LogOrigin("cafe\u{301}"))
    }
}

extension String {
    fileprivate func replacingOccurrence(of old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<Index>, with new: String) -> String {
        self[..<range.lowerBound] + new + self[range.upperBound...]
    }

    @Test func `A key under which anybody can sign is refused, and so is one that is no point`()
        throws
    {
        let name = try #require(KeyName("witness.example/w"))
        let points = [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "0200000000000000000000000000000000000000000000000000000000000000",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        for point in try points.map({ try #require(Hex.decode($0)) }) {
            for type in [SignatureType.ed25519, .cosignature] {
                let id = KeyID(name: name, type: type, publicKey: point)
                let text = "\(name.text)+\(id)+\(Base64.encode([type.code] + point))"
                #expect(throws: VerifierKeyFault.weakKey) { try NoteVerifierKey(text) }
            }
        }
    }
}
