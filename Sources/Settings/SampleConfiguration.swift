// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The configuration that `countersign init` writes: small, commented, and valid as it stands.
package enum SampleConfiguration {
    /// - Parameter origin: the log's name.
    package static func text(origin: LogOrigin) -> String {
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
              - { id: nobody-else, deny: all }
            limit: { per: actor, rate: 100/m, burst: 20 }

        """
    }
}
