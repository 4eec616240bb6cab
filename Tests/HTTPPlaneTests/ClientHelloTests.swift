// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import Testing
import X509

/// What is chosen by a client's hello, seen in the bytes that come back.
@Suite("Client hellos")
struct ClientHelloTests {
    private func settings(
        _ ciphers: [ListenerTLS.Cipher] = ListenerTLS.Cipher.allCases
    ) throws -> ProxySettings {
        let front = try TestAuthority().issue([.dnsName("api.example.com")], usage: .serverAuth)
        var settings = ProxySettings()
        settings.tls = ListenerTLS(
            certificateChain: front.certificate, privateKey: front.key, minimumVersion: .tls12,
            clientAuthentication: .none)
        settings.tls?.ciphers = ciphers
        return settings
    }

    /// A hello of TLS 1.2 in one record, or in one for each byte.
    private func hello(
        _ suites: [UInt16], protocols: [String]? = nil, inRecordsOf size: Int? = nil
    ) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
        func block(_ bytes: [UInt8]) -> [UInt8] { number(bytes.count) + bytes }
        var extensions = number(10) + block(block([0, 23, 0, 29]))
        extensions += number(11) + block([1, 0])
        extensions += number(13) + block(block([4, 3, 8, 4, 4, 1]))
        if let protocols {
            let names = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            extensions += number(16) + block(block(names))
        }
        let body: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [0]
            + block(suites.flatMap { number(Int($0)) }) + [1, 0] + block(extensions)
        let message = [1, 0] + number(body.count) + body
        let most = size ?? message.count
        return stride(from: 0, to: message.count, by: most).flatMap { start in
            let part = Array(message[start..<min(start + most, message.count)])
            return [22, 3, 1] + block(part)
        }
    }

    /// The suite that the server has taken; nil for an alert, whose code is told.
    private func answer(
        _ proxy: ProxyFixture, _ bytes: [UInt8], _ pace: Pace = .burst
    ) async throws -> (suite: UInt16?, alert: UInt8?) {
        let client = try await proxy.connect()
        client.begin(bytes, pace)
        let record = try await client.bytes(atLeast: 7)
        guard record[0] == 22 else { return (nil, record[6]) }
        let whole = try await client.bytes(atLeast: 80)
        let session = Int(whole[43])
        let suite = UInt16(whole[44 + session]) << 8 | UInt16(whole[45 + session])
        try await client.close()
        return (suite, nil)
    }

    private static let aes128: UInt16 = 0xC02B
    private static let aes256: UInt16 = 0xC02C
    private static let chacha: UInt16 = 0xCCA9

    @Test("Of the ciphers that a client offers the one that is listed first is taken")
    func preference() async throws {
        let (aes128, aes256, chacha) = (Self.aes128, Self.aes256, Self.chacha)
        try await withProxy(try settings()) { proxy in
            for offer in [[aes256, chacha, aes128], [0x002F, 0xC02F, aes128, aes256]] {
                let taken = try await answer(proxy, hello(offer))
                #expect(taken.suite == aes128)
            }
            let second = try await answer(proxy, hello([chacha, aes256]))
            #expect(second.suite == aes256)
            let third = try await answer(proxy, hello([chacha]))
            #expect(third.suite == chacha)
        }
        try await withProxy(try settings([.chacha20Poly1305, .aes256GCM])) { proxy in
            let listed = try await answer(proxy, hello([aes128, aes256, chacha]))
            #expect(listed.suite == chacha)
            let refused = try await answer(proxy, hello([aes128]))
            #expect(refused.suite == nil)
        }
    }

    @Test("A hello is read in any number of pieces and records")
    func pieces() async throws {
        try await withProxy(try settings()) { proxy in
            for size in [1, 3, 50, nil] {
                for pace in Pace.allCases {
                    let bytes = hello([Self.chacha, Self.aes128], inRecordsOf: size)
                    let taken = try await answer(proxy, bytes, pace)
                    // The library takes no more than a few records for one message.
                    #expect(
                        taken.suite == Self.aes128 || (size != nil && taken.alert != nil),
                        "\(size ?? 0), \(pace)")
                }
            }
        }
    }

    @Test("Who speaks none of our protocols is told so, and is not served")
    func protocols() async throws {
        let noProtocol: UInt8 = 120
        try await withProxy(try settings()) { proxy in
            for offer in [["h2"], ["h3", "http/1.0"], ["HTTP/1.1"], []] {
                let told = try await answer(proxy, hello([Self.aes128], protocols: offer))
                #expect(told.alert == noProtocol, "\(offer)")
            }
            for offer in [["http/1.1"], ["h2", "http/1.1"], nil] {
                let told = try await answer(proxy, hello([Self.aes128], protocols: offer))
                #expect(told.suite == Self.aes128, "\(offer ?? [])")
            }
        }
    }

    @Test("Static RSA, CBC and unknown ciphers end the handshake with an alert")
    func oldCiphers() async throws {
        let handshakeFailure: UInt8 = 40
        try await withProxy(try settings()) { proxy in
            for suite in [0x002F, 0x0035, 0x009C, 0xC009, 0xC013, 0xC014, 0xC027, 0x1234]
                as [UInt16]
            {
                let told = try await answer(proxy, hello([suite]))
                #expect(told.alert == handshakeFailure, "\(suite)")
            }
            #expect(proxy.plane.status.requests == 0)
        }
    }
}
