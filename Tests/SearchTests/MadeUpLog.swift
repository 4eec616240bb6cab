// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import LogReading
import SystemPackage
import TestSupport

/// A log of made-up leaves with every member that queries ask for, of few values each; personal values are committed to
/// and nowhere.
struct MadeUpLog {
    let directory: TestDirectory
    let leaves: [[UInt8]]

    static let start: Int64 = 1_795_000_000_000_000

    /// - Parameter others: leaves at its end.
    init(_ count: Int, seed: UInt64, others: [[UInt8]] = []) throws {
        var log = try BuiltLog()
        var random = SeededGenerator(seed: seed)
        var leaves: [[UInt8]] = []
        var open: [Access] = []
        for index in 0..<count {
            let access: Access
            if !open.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
                var later = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                later.end(&random)
                access = later
            } else {
                access = Access(index, &random)
            }
            if access.stage == "started" { open.append(access) }
            leaves.append(access.leaf(at: index))
        }
        leaves += others
        for leaf in leaves { log.append(leaf: leaf) }
        self.leaves = leaves
        directory = try TestDirectory()
        for (name, bytes) in try log.signedFiles() { try directory.write(bytes, to: name) }
    }

    var snapshot: LogSnapshot { get throws { try LogSnapshot(directory: directory.path) } }

    /// A catalog that has read so many of the leaves.
    func catalog(_ size: Int, in folder: TestDirectory) throws -> SQLiteCatalog {
        let catalog = try SQLiteCatalog(
            writing: folder.path.appending(SQLiteCatalog.fileName), origin: "log.example",
            tokens: nil, patience: 200)
        if size > 0 { try append(0..<size, to: catalog) }
        return catalog
    }

    /// Has a catalog read more of the leaves.
    func append(_ range: Range<Int>, to catalog: SQLiteCatalog) throws {
        var batch = CatalogBatch()
        for index in range { batch.append(leaves[index], at: UInt64(index), values: nil) }
        try catalog.append(
            batch,
            reaching: CatalogPosition(
                origin: "log.example", size: UInt64(range.upperBound), root: "root"))
    }
}

/// One access of a made-up log, as its newest record says.
private struct Access {
    private let facts: [String: JSONValue]
    private var commits: [String]
    private(set) var stage: String
    private var time: Int64
    private var status: Int64?
    private var boot = "019dab00-0000-7000-8000-000000000001"

    init(_ number: Int, _ random: inout SeededGenerator) {
        func chance(_ one: Int, _ random: inout SeededGenerator) -> Bool {
            Int.random(in: 0..<one, using: &random) == 0
        }
        var facts: [String: JSONValue] = [:]
        func put(_ path: String, _ values: [JSONValue], _ random: inout SeededGenerator) {
            let choice = Int.random(in: 0...values.count, using: &random)
            if choice < values.count { facts[path] = values[choice] }
        }
        put("dst.service", [.string("billing"), .string("Shop")], &random)
        put("actor.roles", [.array([.string("reader"), .string("Writer")])], &random)
        put("actor.auth.key", [.string("k-17")], &random)
        put("actor.claimed.uid", [.string("sub_2")], &random)
        put("actor.claimed.key", [.string("k-3")], &random)
        put("actor.claimed.method", [.string("apikey")], &random)
        put("actor.via", [.array([.object([JSONMember("uid", .string("sub_3"))])])], &random)
        put("actor.session", [.string("ses_1"), .string("ses_2")], &random)
        put("session.uid", [.string("ses_2"), .string("ws_1")], &random)
        put("data_tags", [.array([.string("pii"), .string("secret")])], &random)
        put("decision.effect", [.string("allow"), .string("deny"), .string("limit")], &random)
        put("decision.policy", [.string("billing")], &random)
        put("decision.policy_version", [.string("sha256:00")], &random)
        put("decision.reason", [.string("role_match"), .string("shop_rule")], &random)
        put("decision.rule", [.string("R-1"), .string("r-2")], &random)
        put("event.reason", [.string("upstream_tls")], &random)
        put("http.request_size", [.integer(10), .integer(100_000)], &random)
        put("http.route", [.string("/v1/Bills/{id}"), .string("/shop")], &random)
        put("labels.team", [.string("Blue"), .string("green")], &random)
        put("src.zone", [.string("office")], &random)
        put("trace.trace_id", [.string("4bf92f3577b34da6a3ce929d0e0e4736")], &random)
        let actors = ["sub_1", "Sub_2", "anonymous"]
        facts["actor.uid"] = .string(actors[Int.random(in: 0..<3, using: &random)])
        facts["actor.auth.method"] = .string(chance(2, &random) ? "oidc" : "none")
        facts["event.category"] = .string(chance(6, &random) ? "audit" : "access")
        facts["event.action"] = .string(chance(6, &random) ? "log.query" : "http.request")
        facts["event.class"] = .integer(6003)
        let methods = ["GET", "DELETE", "_OTHER"]
        let method = methods[Int.random(in: 0..<3, using: &random)]
        facts["http.method"] = .string(method)
        if method == "_OTHER" { facts["http.method_original"] = .string("Brew") }
        facts["producer.uid"] = .string(chance(4, &random) ? "proxy-b" : "proxy-a")
        facts["schema"] = .string("countersign.record/1")
        commits = ["what", "where", "who"].filter { _ in chance(2, &random) }
        stage = chance(3, &random) ? "started" : "complete"
        time = MadeUpLog.start + Int64(number) * 700_000_000
        if chance(10, &random) { time -= Int64.random(in: 0..<90_000_000_000, using: &random) }
        let high = random.next()
        let id = UniqueID(at: UTCInstant(microseconds: time), random: (high, random.next()))
        facts["uid"] = .string(id.text)
        self.facts = facts
        if stage == "complete" { status = [200, 404, 500].randomElement(using: &random) }
    }

    /// The access goes on, ends, or is found to have been cut off.
    mutating func end(_ random: inout SeededGenerator) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: break
        case 1:
            // As a later start writes it, which commits to nothing.
            stage = "unknown"
            commits = []
            boot = "019dab00-0000-7000-8000-000000000002"
            time += 60_000_000
        default:
            stage = "complete"
            status = [200, 404, 500].randomElement(using: &random)
        }
    }

    func leaf(at index: Int) -> [UInt8] {
        var value = JSONValue.object([])
        var all = facts
        all["stage"] = .string(stage)
        all["time"] = .string(UTCInstant(microseconds: time).rfc3339)
        all["producer.boot"] = .string(boot)
        all["written.index"] = .integer(Int64(index))
        all["written.origin"] = .string("log.example")
        if let status {
            all["http.status"] = .integer(status)
            all["duration_us"] = .integer(status * 100)
            all["http.response_size"] = .integer(status)
        }
        let hash = Base64.encode([UInt8](repeating: 7, count: 32))
        for group in commits { all["commit." + group] = .string(hash) }
        for (path, member) in all {
            value = Self.set(path.split(separator: ".").map(String.init)[...], member, value)
        }
        return CanonicalJSON.encode(value)
    }

    private static func set(
        _ path: ArraySlice<String>, _ member: JSONValue, _ value: JSONValue
    ) -> JSONValue {
        guard let name = path.first else { return member }
        var members = value.members ?? []
        let old = members.first { $0.name == name }?.value ?? .object([])
        members.removeAll { $0.name == name }
        members.append(JSONMember(name, set(path.dropFirst(), member, old)))
        return .object(members)
    }
}
