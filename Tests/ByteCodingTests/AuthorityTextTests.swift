// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

@Suite struct `Host and port as text` {
    @Test(arguments: [
        ("127.0.0.1", 8080, "127.0.0.1:8080"), ("localhost", 80, "localhost:80"),
        ("::1", 8443, "[::1]:8443"), ("2001:db8::7", 1, "[2001:db8::7]:1"),
        ("api.example.com", nil, "api.example.com"), ("::", nil, "[::]"),
    ])
    func `has brackets around an IPv6 address and nothing else`(
        host: String, port: Int?, text: String
    ) {
        #expect(AuthorityText.of(host, port: port) == text)
    }
}
