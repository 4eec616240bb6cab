// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Server
import Settings
import TestSupport
import Testing

/// No setting is accepted and does nothing.
///
/// Each key's declaration gives a value to try. With it in the place of what ``TriedDocument/base`` says, a server
/// would be made of other parts; or the configuration is refused without it.
@Suite("Settings take effect")
struct EffectTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TriedDocument.folder() }

    private func assembled(_ document: TriedDocument) throws -> Result<Assembled, Refused> {
        try folder.write(document.text, to: "countersign.yaml")
        do throws(AssembledConfiguration.Fault) {
            return .success(
                Assembled(
                    try AssembledConfiguration(file: folder.file("countersign.yaml"))))
        } catch {
            return .failure(Refused(text: error.text))
        }
    }

    struct Assembled: Equatable {
        let replaced: String
        let kept: String

        init(_ configuration: AssembledConfiguration) {
            replaced = configuration.replaced
            kept = configuration.kept
        }
    }

    struct Refused: Error { let text: String }

    @Test(
        "The same configuration is assembled in the same way, so that a difference is one of content"
    )
    func same() throws {
        let base = try TriedDocument.base
        #expect(try assembled(base).get() == assembled(base).get())
    }

    @Test(
        "Every key changes what is assembled, and just what its declaration says a reload changes",
        arguments: KeyPlace.all.filter { !$0.node.isFixed && !$0.node.example.isEmpty }.map(\.text))
    func effect(key: String) throws {
        let declared = try #require(KeyPlace.all.first { $0.text == key })
        let places = try TriedDocument.base.places(of: key)
        #expect(!places.isEmpty, "the base has no section for \(key)")
        var why: [String] = []
        for place in places {
            let around = try TriedDocument.base.setting(declared.node.together, beside: place)
            switch (
                try assembled(around.setting(place, to: declared.node.example)),
                try assembled(around)
            ) {
            case (.failure(let refused), _): why.append(refused.text)
            // The key admits what is refused without it.
            case (.success, .failure): return
            case (.success(let with), .success(let without)) where with == without:
                why.append("\(place.text): nothing changes")
            case (.success(let with), .success(let without)):
                let isReload = declared.takesEffect == .onReload
                #expect((with.replaced != without.replaced) == isReload, "a reload of \(key)")
                #expect((with.kept != without.kept) != isReload, "a restart for \(key)")
                return
            }
        }
        Issue.record("\(key) is accepted and does nothing: \(why.joined(separator: "\n"))")
    }

    @Test(
        "Every value of a closed set is another one",
        arguments: KeyPlace.all.filter { TriedDocument.choices(of: $0).count > 1 }.map(\.text))
    func choices(key: String) throws {
        let declared = try #require(KeyPlace.all.first { $0.text == key })
        let choices = TriedDocument.choices(of: declared)
        // Where most of them are accepted: some need others beside them.
        var most: [String: String] = [:]
        for place in try TriedDocument.base.places(of: key) {
            var told: [String: String] = [:]
            for choice in choices {
                let document = try TriedDocument.base.setting(place, to: choice)
                guard case .success(let parts) = try assembled(document) else { continue }
                told[choice] = parts.replaced + parts.kept
            }
            if told.count > most.count { most = told }
        }
        #expect(most.count > 1)
        #expect(Set(most.values).count == most.count, "two of \(most.keys.sorted()) are one")
    }

    @Test("A key that has one value refuses every other")
    func fixed() throws {
        for key in KeyPlace.all where key.node.isFixed {
            let place = try #require(TriedDocument.base.places(of: key.text).first)
            let refused = try assembled(TriedDocument.base.setting(place, to: "other"))
            #expect(throws: Refused.self, "\(key.text)") { try refused.get() }
        }
    }

    @Test("A listener cannot admit certificates that the identity does not believe in")
    func authorities() throws {
        let place = try #require(TriedDocument.base.places(of: "identity[].mtls.ca").first)
        let refused = try assembled(TriedDocument.base.setting(place, to: "ca.pem"))
        #expect(throws: Refused.self) { try refused.get() }
    }

    @Test(
        "An encrypted key is called that",
        arguments: [
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
        ])
    func encrypted(key: String) throws {
        try folder.write(key, to: "key.pem")
        guard case .failure(let refused) = try assembled(TriedDocument.base) else {
            Issue.record("an encrypted key is accepted")
            return
        }
        #expect(refused.text.contains("is encrypted"))
        #expect(refused.text.contains("openssl pkey"))
    }

    @Test("A certificate with a byte order mark is the same certificate")
    func byteOrderMark() throws {
        let base = try assembled(TriedDocument.base).get()
        try folder.write("\u{FEFF}" + folder.text("cert.pem"), to: "cert.pem")
        #expect(try assembled(TriedDocument.base).get() == base)
    }
}
