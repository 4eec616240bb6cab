// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The configuration that `countersign init` writes: small, commented, and valid as it stands.
package enum SampleConfiguration {
    /// - Parameters:
    ///   - origin: the log's name.
    ///   - upstream: where the service is, as somebody typed it: reading the text again says whether it can be
    ///     used. All of that service can be reached then; nil: an example with two routes.
    package static func text(origin: LogName, upstream: String? = nil) -> String {
        """
        # Countersign. `countersign check` lists every mistake with line and column and prints the
        # effective configuration; `countersign serve` runs it. Paths start from this file's folder, and
        # any value may be env:NAME or file:PATH.
        version: 1

        log:
          # The log's name, for good.
          origin: \(YAMLPrinter.scalar(origin.text))
          dir: log                   # the records, append-only
          key_file: log.key          # the signing key; keep a copy elsewhere
          on_failure: deny           # no record, no access

        listen:
          - address: 127.0.0.1:8080  # where clients come in

        admin:
          address: 127.0.0.1:9090    # for operators and auditors; never public

        identity:
          - name: machines
            api_keys: { file: keys.yaml }   # hashes only; made by `countersign token mint`

        services:
        \(upstream.map(whole) ?? example)
              - { id: nobody-else, deny: all }
            # Room for pages with many parts, and an end to what runs wild.
            limit: { per: actor, rate: 600/m, burst: 200 }

        """
    }

    /// A service that can be reached as a whole: readers look, writers do all else.
    private static func whole(_ upstream: String) -> String {
        """
          - name: service
            match: { path: / }
            upstream: { url: \(quoted(upstream)) }
            # Only what is listed here can be reached: everything, until you say less.
            routes:
              - "/{rest...}"
            # The first rule that matches decides; without one, access is denied.
            rules:
              - { id: readers-read, allow: { roles: [reader], methods: [GET, HEAD, OPTIONS] } }
              - { id: writers-write, allow: { roles: [writer] } }
        """
    }

    private static let example = """
          - name: demo
            match: { path: / }
            upstream: { url: "http://127.0.0.1:8081" }
            # Only what is listed here can be reached.
            routes:
              - "GET /invoices/{id}"
              - "POST /invoices"
            # The first rule that matches decides; without one, access is denied.
            rules:
              - { id: readers-read, allow: { roles: [reader], methods: [GET] } }
              - { id: writers-write, allow: { roles: [writer], methods: [POST] } }
        """

    /// Between quotation marks, whatever it holds: JSON's strings are YAML's (YAML 1.2 §1.3).
    private static func quoted(_ text: String) -> String {
        var quoted: [UInt8] = []
        CanonicalJSON.append(string: text.utf8, to: &quoted)
        return String(decoding: quoted, as: UTF8.self)
    }
}
