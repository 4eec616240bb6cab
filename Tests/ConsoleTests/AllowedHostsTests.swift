// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Console
import Testing

@Suite("Which hosts the console answers for")
struct AllowedHostsTests {
    private let hosts = AllowedHosts(names: ["Admin.Example"])

    @Test(
        "Addresses, localhost and configured names, with a port or without",
        arguments: [
            "127.0.0.1", "127.0.0.1:9090", "10.1.2.3:80", "[::1]", "[::1]:9090", "localhost",
            "LOCALHOST:9090", "admin.example", "admin.example:1",
        ])
    func allowed(_ authority: String) { #expect(hosts.contains(authority)) }

    @Test(
        "Nothing else: a name can be made to lead here",
        arguments: [
            "", ":", "evil.example", "evil.example:9090", "localhost.evil.example",
            "127.0.0.1.evil.example", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:123456", "[::1",
            "[evil]", "[::1]x", "[127.0.0.1]", "::1", "127.0.0.1@evil.example", "0x7f000001",
            "2130706433", "127.1", "localhost:90:90",
        ])
    func refused(_ authority: String) { #expect(!hosts.contains(authority)) }
}
