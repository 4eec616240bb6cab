// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Settings
import Testing

/// Values through the whole reader, each at one place.
struct ValueTests {
    private func http(_ key: String, _ value: String) throws -> ClientLimits {
        let text = TestSettings.minimal.with("8080\n", "8080\n    http: { \(key): \(value) }\n")
        return try #require(TestSettings.read(text).settings.listen.first).http
    }

    @Test(
        "Durations have a unit",
        arguments: [
            ("100ms", 100), ("1s", 1_000), ("90s", 90_000), ("1m", 60_000), ("1h", 3_600_000),
            ("1500ms", 1_500), ("1m30s", 90_000), ("59m59s999ms", 3_599_999), ("0m5s", 5_000),
        ])
    func durations(text: String, milliseconds: Int) throws {
        #expect(try http("idle_timeout", text).idleTimeout == .milliseconds(milliseconds))
    }

    @Test(
        "Other texts are no durations",
        arguments: [
            "10", "s", "1.5s", "-1s", "1 s", "1S", "1h30m", "30s1m", "1s1s", "1m30", "1m 30s",
            "007s",
            "1m05s", "\u{0661}s", "99ms", "61m", "1d", "\"\"",
            "99999999999999999999s", "9223372036854775807d",
        ])
    func durationRefusals(text: String) {
        #expect(throws: SettingsFaults.self) { try http("idle_timeout", text) }
    }

    @Test(
        "Sizes have a binary unit",
        arguments: [
            ("0B", 0), ("1B", 1), ("255B", 255), ("64KiB", 65_536), ("10MiB", 10_485_760),
            ("1024GiB", 1 << 40),
        ])
    func sizes(text: String, bytes: Int) throws {
        #expect(try http("max_body", text).mostBodyBytes == UInt64(bytes))
    }

    @Test(
        "Other texts are no sizes",
        arguments: ["64", "64KB", "64kib", "1.5MiB", "-1B", "1025GiB", "9223372036854775807GiB"])
    func sizeRefusals(text: String) {
        #expect(throws: SettingsFaults.self) { try http("max_body", text) }
    }

    @Test(
        "Durations and sizes are written in the largest unit that divides them",
        arguments: [
            (0, "0s"), (1, "1ms"), (999, "999ms"), (1_000, "1s"), (1_001, "1001ms"),
            (60_000, "1m"), (61_000, "61s"), (3_600_000, "1h"), (86_400_000, "1d"),
        ])
    func durationText(milliseconds: Int, text: String) {
        #expect(Duration.milliseconds(milliseconds).settingText == text)
        #expect(ByteCount(bytes: 65_536).text == "64KiB")
        #expect(ByteCount(bytes: 65_537).text == "65537B")
        #expect(ByteCount(bytes: 0).text == "0B")
    }

    @Test(
        "URLs of services are scheme, host and port",
        arguments: [
            ("http://h", "h", 80, "h"), ("https://h", "h", 443, "h"),
            ("https://H.Example:8443/", "h.example", 8_443, "h.example:8443"),
            ("http://127.0.0.1:81", "127.0.0.1", 81, "127.0.0.1:81"),
            ("http://[::1]", "::1", 80, "[::1]"), ("http://[0::1]:81", "::1", 81, "[::1]:81"),
            ("https://h:443", "h", 443, "h"), ("https://h:80", "h", 80, "h:80"),
        ])
    func urls(text: String, host: String, port: UInt16, authority: String) throws {
        let yaml = TestSettings.minimal.with("http://127.0.0.1:8081", "\"\(text)\"")
        let url = try #require(TestSettings.read(yaml).settings.services.first).upstream.url
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.authority == authority)
        #expect((url.address != nil) == (host == "127.0.0.1" || host == "::1"))
    }

    @Test(
        "Other URLs are refused",
        arguments: [
            "h", "http:/h", "http://", "file:///x", "http://h:", "http://h:+1", "http://h:65536",
            "http://::1", "http://[::1", "http://[::1]x", "http://u@h", "http://h?q", "http://h#f",
            "http://h/a", "http://*.h", "http://2130706433", "http://127.1", "http://ä",
            "HTTP://h", "unix:/x",
        ])
    func urlRefusals(text: String) {
        let yaml = TestSettings.minimal.with("http://127.0.0.1:8081", "\"\(text)\"")
        #expect(throws: SettingsFaults.self) { try TestSettings.read(yaml) }
    }

    @Test(
        "Paths start from the configuration's folder",
        arguments: [
            ("/etc/c", "log", "/etc/c/log"), ("/etc/c/", "./log", "/etc/c/log"),
            ("/etc/c", "/var/log", "/var/log"), ("", "log", "log"), ("conf", "../x", "conf/../x"),
        ])
    func paths(folder: String, path: String, resolved: String) {
        #expect(ResolvedPath(path, in: folder).text == resolved)
    }

    @Test(
        "The log's name can be a key's name",
        arguments: [
            ("example.com/log", true), ("", false), ("a b", false), ("a+b", false), ("ä", false),
            (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false),
        ])
    func origins(text: String, isGood: Bool) {
        #expect((LogName(text) != nil) == isGood)
    }

    private func host(_ text: String) throws -> HostField? {
        let text = TestSettings.minimal.with(
            "8081\n", "8081\n      host: \"\(text)\"\n")
        return try TestSettings.read(text).settings.services.first?.upstream.hostField
    }

    @Test("A service is told the client's host, its own, or one that is written out")
    func hosts() throws {
        let usual = try TestSettings.read(TestSettings.minimal).settings.services.first
        #expect(usual?.upstream.hostField == .preserved)
        #expect(try host("preserve") == .preserved)
        #expect(try host("service") == .own)
        for (text, literal) in [
            ("app.example.com", "app.example.com"),
            ("App.Example.com:8443", "app.example.com:8443"),
            ("10.0.0.1", "10.0.0.1"), ("[2001:db8::1]", "[2001:db8::1]"),
            ("[::1]:80", "[::1]:80"), ("app:80", "app:80"),
        ] {
            #expect(try host(text) == .literal(literal), "\(text)")
        }
        for text in [
            "", "upstream", "http://a", "a/b", "a b", "a:0", "a:b", "a:65536", "*.a", "user@a",
            "a\\r\\nX: b", "ä.example",
        ] {
            #expect(throws: SettingsFaults.self, "\(text)") { try host(text) }
        }
    }

    @Test(
        "A number with a zero in front is no number of any kind",
        arguments: [
            ("max_headers", "010", "10"), ("max_headers", "00", "0"), ("max_body", "010KiB", "10"),
            ("idle_timeout", "010s", "10"), ("max_connections", "0777", "777"),
        ])
    func octal(key: String, value: String, plain: String) {
        let text = TestSettings.minimal.with("8080\n", "8080\n    http: { \(key): \(value) }\n")
        let faults = TestSettings.faults(text)
        #expect(faults.count == 1)
        #expect(faults.first?.contains("write `\(plain)`") == true, "\(faults)")
        #expect(faults.first?.contains("octal") == true)
    }

    @Test func `A rate with a zero in front is none`() {
        let text = TestSettings.minimal + "    limit: { rate: 010/m }\n"
        #expect(TestSettings.faults(text).first?.contains("octal") == true)
    }

    @Test(
        "A host that some resolvers read as an address is none",
        arguments: [
            "0xffffffff", "192.0x00A80001", "0x7f.1", "127.1", "2130706433", "0", "a.0x", "a.1",
            "0X7F000001", "1.2.3.4.5", "0x7f000001.",
        ])
    func numericHosts(host: String) {
        let text = TestSettings.minimal.with("127.0.0.1:8081", "\(host):8081")
        #expect(!TestSettings.faults(text).isEmpty, "\(host)")
    }

    @Test("Names that only begin like numbers are names", arguments: ["0x7f.example", "1.example"])
    func hostNames(host: String) throws {
        let text = TestSettings.minimal.with("127.0.0.1:8081", "\(host):8081")
        #expect(try TestSettings.read(text).settings.services[0].upstream.url.host == host)
    }
}
