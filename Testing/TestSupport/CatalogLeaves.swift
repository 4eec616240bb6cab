// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Leaves as a proxy with several services writes them over a month, from a seed: what a catalog is measured and tested
/// with. Only members that readers look at; neither hashes nor signatures.
package struct CatalogLeaves {
    /// A leaf that is to come: the outcome of a started access.
    private struct Pending {
        var due: UInt64
        var leaf: (UInt64) -> [UInt8]
    }

    private struct Actor {
        var text: [UInt8]
        var session: Int
    }

    private var random: SeededGenerator
    private var actors: [Actor] = []
    private var pending: [Pending] = []
    /// Of the next access; microseconds since 1970.
    private var time: Int64
    private let step: Int64
    private var sessions = 0
    package private(set) var count: UInt64 = 0

    /// 1 January 2026.
    package static let start: Int64 = 1_767_225_600_000_000

    /// - Parameter step: microseconds between two accesses, on average.
    package init(seed: UInt64, step: Int64 = 259_200, actors count: Int = 5000) {
        random = SeededGenerator(seed: seed)
        self.step = step
        time = Self.start
        for number in 0..<count {
            sessions += 1
            let kind = number % 5 == 0 ? "service" : "user"
            let method = number % 5 == 0 ? "apikey" : "oidc"
            let text = """
                {"actor":{"auth":{"bound":"dpop","key":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",\
                "method":"\(method)","mfa":true},"issuer":"https://id.example.com",\
                "roles":["reader-\(number % 7)","staff"],"session":"
                """
            actors.append(Actor(text: Array(text.utf8), session: sessions))
            kinds.append(Array("\",\"type\":\"\(kind)\",\"uid\":\"sub_\(number)\"},".utf8))
        }
    }

    private var kinds: [[UInt8]] = []

    private mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &random)
    }

    private static let services = [
        "billing-api", "orders", "crm", "search", "mail", "wiki", "payroll", "git", "ci", "maps",
        "reports", "auth-admin",
    ]
    private static let methods = ["GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "DELETE"]
    private static let digest = String(repeating: "3f1c", count: 16)

    /// The next leaf.
    package mutating func next() -> [UInt8] {
        defer { count += 1 }
        if let first = pending.first, first.due <= count {
            pending.removeFirst()
            return first.leaf(count)
        }
        time += Int64(below(Int(2 * step)))
        if below(20_000) == 0 { return system() }
        return access()
    }

    private mutating func access() -> [UInt8] {
        // Few actors have most of the accesses.
        let actor = min(below(actors.count), below(actors.count))
        if below(20) == 0 {
            sessions += 1
            actors[actor].session = sessions
        }
        // Long accesses are recorded when they end.
        let accepted = below(200) == 0 ? time - Int64(below(3_600_000_000)) : time
        let service = below(below(Self.services.count) + 1)
        let method = Self.methods[below(Self.methods.count)]
        let isDenied = below(100) == 0
        let status =
            isDenied ? 403 : [200, 200, 200, 200, 201, 304, 404, 500][below(8) * below(8) / 8]
        let uid = UniqueID(
            at: UTCInstant(microseconds: time), random: (random.next(), random.next()))
        var head = actors[actor].text
        head += Array("ses_\(actors[actor].session)".utf8)
        head += kinds[actor]
        let decision = """
            "commit":{},"data_tags":["\(service % 2 == 0 ? "pii" : "secret")"],"decision":{"effect":"\
            \(isDenied ? "deny" : "allow")","policy":"\(Self.services[service])","policy_version":\
            "sha256:\(Self.digest)","reason":"\(isDenied ? "rule_denied" : "role_match")","rule":\
            "r-\(service)-\(method)"},"dst":{"address":"10.0.0.\(service)","port":8443,"service":\
            "\(Self.services[service])","tls_verified":true},
            """
        head += Array(decision.utf8)
        let labels = below(40) == 0 ? "\"labels\":{\"team\":\"t\(below(6))\"}," : ""
        let route = "/v1/\(Self.services[service])/r\(below(8))/{id}"
        let trace =
            below(3) == 0
            ? "\"trace\":{\"span_id\":\"00f067aa0ba902b7\",\"trace_id\":\""
                + Hex.encode((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
                + "\"}," : ""
        let zone = ["office", "vpn", "cloud"][below(3)]
        let sizes = (below(4000), below(90_000), below(400_000))
        let producer = "proxy-\(below(2))"
        let written = UTCInstant(microseconds: time).rfc3339
        func leaf(_ stage: String, _ index: UInt64) -> [UInt8] {
            let isStarted = stage == "started"
            var text = head
            let rest = """
                \(isStarted ? "" : "\"duration_us\":\(sizes.2 + 100),")"event":{"action":\
                "http.request","activity":2,"category":"access","class":6003,"outcome":\
                "\(isStarted ? "unknown" : isDenied ? "failure" : "success")",\
                \(isDenied ? "\"reason\":\"rule_denied\"," : "")"severity":\(isDenied ? 3 : 1)},\
                "http":{"host":"api.example.com","method":"\(method)",\
                \(isStarted ? "" : "\"request_size\":\(sizes.0),\"response_size\":\(sizes.1),")\
                "route":"\(route)","scheme":"https",\(isStarted ? "" : "\"status\":\(status),")\
                "version":"2"},\(labels)"producer":{"boot":"019dab00-0000-7000-8000-000000000001",\
                "uid":"\(producer)"},"schema":"countersign.record/1","src":{"zone":"\(zone)"},"stage":\
                "\(stage)","time":"\(UTCInstant(microseconds: accepted).rfc3339)",\(trace)"uid":\
                "\(uid.text)","written":{"index":\(index),"origin":"log.example","prev":\
                "iZIhwkiPG6Jj8lO2L8UNKJ0YuZ335kLlyQzw6K3FjaM=","seq":\(index + 1),"time":\
                "\(written)"}}
                """
            text += Array(rest.utf8)
            return text
        }
        guard method == "POST" || method == "DELETE", !isDenied, below(2) == 0 else {
            return leaf("complete", count)
        }
        // Some accesses stay open.
        if below(50) != 0 {
            let due = count + 1 + UInt64(below(30))
            let place = pending.firstIndex { $0.due > due } ?? pending.count
            pending.insert(Pending(due: due) { leaf("complete", $0) }, at: place)
        }
        return leaf("started", count)
    }

    private mutating func system() -> [UInt8] {
        let uid = UniqueID(
            at: UTCInstant(microseconds: time), random: (random.next(), random.next()))
        let now = UTCInstant(microseconds: time).rfc3339
        let text = """
            {"actor":{"auth":{"method":"none"},"type":"system","uid":"system"},"commit":{},"decision":\
            {"effect":"allow","policy":"countersign","policy_version":"builtin","reason":\
            "rule_allowed","rule":"builtin"},"dst":{"service":"countersign"},"event":{"action":\
            "audit.heartbeat","activity":99,"category":"audit","class":1,"outcome":"success",\
            "severity":1},"producer":{"boot":"019dab00-0000-7000-8000-000000000001","uid":"proxy-0"},\
            "schema":"countersign.record/1","stage":"complete","time":"\(now)","uid":"\(uid.text)",\
            "written":{"index":\(count),"origin":"log.example","seq":\(count + 1),"time":"\(now)"}}
            """
        return Array(text.utf8)
    }
}
