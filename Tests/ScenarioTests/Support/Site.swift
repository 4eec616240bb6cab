// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A deployment as its operator would make it: `init`, ports that are free, a key for Alice, a service behind.
struct Site: Sendable {
    let folder: ScenarioFolder
    let service: InvoiceService
    /// Alice's key.
    let key: String

    static let configuration = "site/countersign.yaml"

    /// - Parameters:
    ///   - rate: how many requests Alice may make.
    ///   - roles: hers; readers may GET, writers POST.
    ///   - http: what is configured of the listener.
    ///   - answer: the body of every answer of the service.
    ///   - service: another one than the usual.
    ///   - megabytes: of a disk of its own; nil for the machine's.
    init(
        rate: String = "rate: 600/m, burst: 200", roles: [String] = ["reader"],
        http: String? = nil, answer: String = InvoiceService.answer,
        service: InvoiceService? = nil, megabytes: Int? = nil
    ) throws {
        folder = try ScenarioFolder(megabytes: megabytes)
        self.service = try service ?? InvoiceService(answer: answer)
        try folder.succeed("init", "--dir", "site", "--origin", "log.example/scenario")
        try folder.edit(
            Self.configuration,
            [
                ("127.0.0.1:8080", "127.0.0.1:0\(http.map { "\n    http: \($0) #" } ?? "")"),
                ("127.0.0.1:9090", "127.0.0.1:0"),
                // A busy machine may keep the service waiting for longer than anybody would.
                (
                    "127.0.0.1:8081\"",
                    "127.0.0.1:\(self.service.port)\", timeout: 120s, connect_timeout: 120s"
                ),
                ("rate: 600/m, burst: 200", rate),
            ])
        try folder.succeed("check", "-c", Self.configuration)
        let mint = ["token", "mint", "-c", Self.configuration, "--as", "alice", "--kind", "user"]
        let minted = try folder.start(
            .countersign, mint + roles.flatMap { ["--role", $0] }
        ).ending()
        guard minted.status == 0 else { throw ScenarioFault("token mint: \(minted.messages)") }
        key = minted.text.trimmed
    }

    /// Starts the proxy and waits for nothing.
    func start() throws -> ChildProcess {
        try folder.start(.countersign, ["serve", "-c", Self.configuration])
    }

    func serve() throws -> Server { try Server(in: folder, Self.configuration) }

    /// The same with no more than so many open files.
    func serve(files: Int) throws -> Server {
        try Server(
            in: folder, Self.configuration, launcher: ["/usr/bin/prlimit", "--nofile=\(files)"])
    }

    /// A request of Alice's.
    func request(_ line: String = "GET /invoices/1", _ fields: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(key)\r\n\(fields)\r\n"
    }

    /// A read, recorded before its answer, and a write, recorded before it is forwarded, too.
    var mixedRequests: [String] {
        [request(), request("POST /invoices", "Content-Length: 2\r\n") + "{}"]
    }

    /// The uid in a leaf, where it stands last.
    static func uid(_ leaf: Substring) -> Substring? {
        // The record's own stands behind those of its actor and producer.
        leaf.matches(of: /"uid":"([^"]+)"/).last?.1
    }

    /// Those of the uids that no leaf has.
    static func lost(_ uids: [String], in leaves: [Substring]) -> [String] {
        let logged = Set(leaves.compactMap(uid))
        return uids.filter { !logged.contains(Substring($0)) }
    }

    /// A command on this site, which must succeed; its output.
    func read(_ arguments: String...) throws -> ChildProcess.Ending { try read(arguments) }

    func read(_ arguments: [String]) throws -> ChildProcess.Ending {
        let all = arguments + ["-c", Self.configuration]
        let ending = try folder.start(.countersign, all).ending()
        guard ending.status == 0 else {
            throw ScenarioFault(
                "countersign \(all.joined(separator: " ")) ended with \(ending.status): "
                    + ending.text + ending.messages)
        }
        return ending
    }

    /// All leaves, oldest first.
    func leaves() throws -> [Substring] {
        try read("log", "tail", "--json", "-n", "1000000").text.split(separator: "\n")
    }

    /// Where the first segment says that it is not here.
    static let away = "site/log/segments/00000000/away"

    /// Says of the first segment that it is archived in a place; or, without one, that it was destroyed, as record 1
    /// says.
    func putAway(to place: String?) throws {
        let root = #""root":""# + String(repeating: "A", count: 43) + "=\""
        let common = root + #","schema":"countersign.segment/1","segment":0,"state":"#
        try folder.write(
            Array(
                (place.map { #"{"places":[""# + $0 + #""],"# + common + #""archived"}"# }
                    ?? #"{"record":1,"# + common + #""expired"}"#).utf8) + Array("\n".utf8),
            to: Self.away)
    }
}

/// A running proxy.
final class Server: Sendable {
    let process: ChildProcess
    let port: Int
    let adminPort: Int

    /// Returns when the proxy takes requests.
    ///
    /// - Parameter launcher: a program that becomes the proxy.
    init(
        in folder: ScenarioFolder, _ configuration: String, launcher: [String] = []
    ) throws {
        process = try folder.start(
            .countersign, ["serve", "-c", configuration], launcher: launcher)
        let proxy = try process.line(.messages, beginning: "proxy on ")
        let admin = try process.line(.messages, beginning: "admin on ")
        guard let port = proxy.split(separator: ":").last.flatMap({ Int($0) }),
            let adminPort = admin.firstMatch(of: /:(\d+)\/status/).flatMap({ Int($0.1) })
        else { throw ScenarioFault("no ports in “\(proxy)” and “\(admin)”") }
        (self.port, self.adminPort) = (port, adminPort)
        _ = try process.line(.messages, beginning: "log ")
    }

    func exchange(_ request: String) throws -> HTTPConnection.Answer {
        try HTTPConnection.exchange(port: port, request)
    }

    /// A page of the console.
    func admin(_ path: String) throws -> HTTPConnection.Answer {
        try HTTPConnection.exchange(
            port: adminPort,
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(adminPort)\r\nConnection: close\r\n\r\n")
    }

    /// Looks again and again while the server runs, until there is what is looked for.
    ///
    /// - Parameter what: says what there is instead, once the time is up.
    func waits<Found>(
        orSays what: @autoclosure () throws -> String, until look: () throws -> Found?
    ) throws -> Found {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            if let found = try look() { return found }
            // Without a pause, looking would take from the server the time for what is waited for.
            try process.stays(for: .milliseconds(20))
        }
        throw ScenarioFault(try what())
    }

    /// Stops it in order.
    func stop() throws -> ChildProcess.Ending {
        process.signal(15)
        return try process.ending()
    }
}

extension String {
    /// Without the line end that commands print.
    var trimmed: String { String(reversed().drop { $0 == "\n" }.reversed()) }
}
