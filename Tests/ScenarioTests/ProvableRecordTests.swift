// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `From a request to a proof` {
    @Test
    func `a request through serve, configured by init, is a record that is proven offline`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let answer = try server.exchange(site.request())
            #expect(answer.status == 200)
            #expect(answer.body == Array(InvoiceService.answer.utf8))
            let uid = try #require(answer.record)

            // All that the auditor gets.
            let office = try ScenarioFolder()
            try office.write(try site.read("log", "get", uid, "--proof").output, to: "r.tlog-proof")
            try office.write(try site.read("log", "get", uid, "--leaf").output, to: "r.leaf")
            try office.write(try site.read("log", "get", uid, "--json").output, to: "r.json")
            try office.write(try site.read("key", "export-public").output, to: "log.vkey")
            #expect(try server.stop().status == 0)
            try site.folder.remove("site")

            for file in [["r.tlog-proof"], ["r.tlog-proof", "--leaf", "r.leaf"], ["r.json"]] {
                let arguments = file + ["--key", "log.vkey"]
                for proven in [
                    try office.start(.countersign, ["verify", "record"] + arguments).ending(),
                    try office.start(.verifier, arguments).ending(),
                ] {
                    #expect(proven.status == 0, "\(file): \(proven.messages)")
                    #expect(proven.text.contains("uid: \(uid)"))
                    #expect(proven.text.contains("request: GET /invoices/{id}"))
                }
            }
            try expectTamperingIsNoticed(office)
        }
    }

    @Test
    func `an access with two records is one file, and both are proven`() async throws {
        try await scenario {
            let site = try Site(roles: ["reader", "writer"])
            let server = try site.serve()
            let answer = try server.exchange(
                site.request("POST /invoices", "Content-Length: 2\r\n") + "{}")
            #expect(answer.status == 200)
            let uid = try #require(answer.record)
            let printed = try site.read("log", "get", uid, "--json")
            try site.folder.write(printed.output, to: "two.json")
            let key = try site.read("key", "export-public").text.trimmed
            for proven in [
                try site.folder.start(
                    .countersign, ["verify", "record", "two.json", "--key", key]
                ).ending(),
                try site.folder.start(.verifier, ["two.json", "--key", key]).ending(),
            ] {
                #expect(proven.status == 0, "\(proven.messages)")
                #expect(proven.text.split(separator: "\n").count { $0 == "uid: \(uid)" } == 2)
            }
            // The first one by itself knows the other, too.
            let indices = printed.text.matches(of: /"index":(\d+),"leaf"/).map { String($0.1) }
            try #require(indices.count == 2)
            let why = try site.read("explain", indices[0]).text
            #expect(why.contains("; how it ended is record \(indices[1])."), "\(why)")
            #expect(try server.stop().status == 0)
        }
    }

    /// Any one byte of the leaf, and a key that is not the log's.
    private func expectTamperingIsNoticed(_ office: ScenarioFolder) throws {
        let leaf = try office.bytes("r.leaf")
        for place in [0, leaf.count / 2, leaf.count - 1] {
            var changed = leaf
            changed[place] ^= 1
            try office.write(changed, to: "changed.leaf")
            let arguments = ["r.tlog-proof", "--leaf", "changed.leaf", "--key", "log.vkey"]
            let own = try office.start(.countersign, ["verify", "record"] + arguments).ending()
            let other = try office.start(.verifier, arguments).ending()
            #expect(own.status == 10, "byte \(place): \(own.messages)")
            #expect(other.status == 10, "byte \(place): \(other.messages)")
        }
        try office.succeed("init", "--dir", "other", "--origin", "log.example/scenario")
        let key = try office.succeed(
            "key", "export-public", "-c", "other/countersign.yaml"
        ).text.trimmed
        let arguments = ["r.tlog-proof", "--leaf", "r.leaf", "--key", key]
        let own = try office.start(.countersign, ["verify", "record"] + arguments).ending()
        #expect(own.status == 13, "\(own.messages)")
        #expect(try office.start(.verifier, arguments).ending().status == 13)
    }
}
