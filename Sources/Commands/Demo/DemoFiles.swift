// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import AccessModel
import Identity
import LedgerFiles
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage

/// The demo's folder: configuration, signing key and API keys, as `countersign init` would lay them out.
struct DemoFiles {
    let folder: String
    /// The keys of the demo's people, as they would send them.
    let alice: String
    let bob: String

    var configuration: String { LocalFile.path(of: DeploymentOptions.fileName, in: folder) }

    /// Writes everything; overwrites nothing.
    ///
    /// - Parameter servicePort: where the demo's service listens.
    static func write(
        to folder: String, servicePort: Int
    ) throws(CommandFailure) -> DemoFiles {
        guard let name = KeyName(origin) else {
            preconditionFailure("DemoOriginIsAName: the demo's log has no valid name")
        }
        try LocalFolder.make(folder)
        do throws(DirectoryFault) {
            _ = try SigningKeyFile.create(
                FilePath(LocalFile.path(of: "log.key", in: folder)), name: name)
        } catch {
            throw CommandFailure(.failure, "\(error.description)")
        }
        var random = SystemRandomNumberGenerator()
        let alice = MintedAPIKey(
            name: "Alice Moreau", kind: .user, roles: ["reader"], expires: nil, random: &random)
        let bob = MintedAPIKey(
            name: "billing-job", kind: .service, roles: ["reader", "writer"], expires: nil,
            random: &random)
        let keys = APIKeyFile.heading + entry(alice) + entry(bob)
        try LocalFile.create(
            LocalFile.path(of: "keys.yaml", in: folder), Array(keys.utf8), isSecret: true)
        let files = DemoFiles(folder: folder, alice: alice.text, bob: bob.text)
        try LocalFile.create(
            files.configuration, Array(text(servicePort: servicePort).utf8), isSecret: false)
        return files
    }

    private static let origin = "demo.countersign.example/log"

    private static func entry(_ key: MintedAPIKey) -> String {
        APIKeyFile.entry(
            for: APIKeyEntry(
                id: key.stored.id, digest: key.stored.digest.text, name: key.stored.name,
                kind: key.stored.kind, roles: key.stored.roles, expires: nil))
    }

    private static func text(servicePort: Int) -> String {
        """
        # Made by `countersign demo`. Ports are chosen anew at each start.
        version: 1
        log:
          origin: \(origin)
          dir: log
          key_file: log.key
          publish: { every: 100ms }
        listen:
          - address: 127.0.0.1:0
        admin:
          address: 127.0.0.1:0
        identity:
          - name: demo-keys
            api_keys: { file: keys.yaml }
        services:
          - name: reports
            match: { path: /reports }
            upstream: { url: "http://127.0.0.1:\(servicePort)" }
            routes: ["GET /reports/{id}"]
            rules:
              - { id: readers-read, allow: { roles: [reader] } }
            limit: { per: actor, rate: 4/h, burst: 4 }
          - name: invoices
            match: { path: / }
            upstream: { url: "http://127.0.0.1:\(servicePort)" }
            routes:
              - "GET /invoices/{id}"
              - "POST /invoices"
              - "DELETE /invoices/{id}"
            rules:
              - { id: readers-read, allow: { roles: [reader], methods: [GET] }, tags: [billing] }
              - { id: writers-write, allow: { roles: [writer], methods: [POST] } }
              - { id: nobody-else, deny: all }
            limit: { per: actor, rate: 600/m, burst: 100 }

        """
    }
}
