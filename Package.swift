// swift-tools-version: 6.2
// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Libraries are compiled with every upcoming rule we rely on; tests leave strict memory safety out
/// because the expansions of `#expect` trip it.
let testSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let librarySettings = testSettings + [.strictMemorySafety()]

/// For `make bench` only: see `Auditing` in `Access`.
let unaudited: [SwiftSetting] =
    Context.environment["COUNTERSIGN_UNAUDITED"] == nil ? [] : [.define("COUNTERSIGN_UNAUDITED")]

extension Target.Dependency {
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras: Self = .product(name: "CryptoExtras", package: "swift-crypto")
    static let asn1: Self = .product(name: "SwiftASN1", package: "swift-asn1")
    static let x509: Self = .product(name: "X509", package: "swift-certificates")
    static let jwtKit: Self = .product(name: "JWTKit", package: "jwt-kit")
    static let yams: Self = .product(name: "Yams", package: "Yams")
    static let system: Self = .product(name: "SystemPackage", package: "swift-system")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioConcurrency: Self = .product(
        name: "NIOConcurrencyHelpers", package: "swift-nio")
    static let nioEmbedded: Self = .product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioTLS: Self = .product(name: "NIOTLS", package: "swift-nio")
    static let nioSSL: Self = .product(name: "NIOSSL", package: "swift-nio-ssl")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let lifecycle: Self = .product(
        name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals: Self = .product(
        name: "UnixSignals", package: "swift-service-lifecycle")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let grdb: Self = .product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite: Self = .product(name: "GRDBSQLite", package: "GRDB.swift")
    static let argumentParser: Self = .product(
        name: "ArgumentParser", package: "swift-argument-parser")
}

func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], besides: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: librarySettings + besides)
}

/// What tests, fuzzing and drills are made of: no part of the product.
func testing(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Testing/" + name,
        swiftSettings: librarySettings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = [],
    exclude: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name)] + dependencies,
        exclude: exclude, resources: resources, swiftSettings: testSettings)
}

let package = Package(
    name: "countersign",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "countersign", targets: ["countersign"]),
        .executable(name: "countersign-verify", targets: ["countersign-verify"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.5.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Layer 0
        room("ByteCoding"),
        .target(name: "CSystemCalls"),
        .target(name: "CSHA256"),
        .target(name: "CConsolePage", exclude: ["page"]),
        .systemLibrary(
            name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Layer 1
        room("Merkle", ["ByteCoding", "CSHA256", .crypto]),
        room("AccessModel", ["ByteCoding"]),
        room("Messages", ["ByteCoding"]),
        room("Observability"),
        // Layer 2
        room("HTTPWire", ["ByteCoding", "AccessModel"]),
        room("SignedNotes", ["ByteCoding", "Merkle", .crypto]),
        room("LogFormat", ["ByteCoding", "Merkle", .crypto]),
        room(
            "Identity",
            ["ByteCoding", "AccessModel", .jwtKit, .x509, .asn1, .crypto, .cryptoExtras]),
        room("Policy", ["ByteCoding", "AccessModel", .crypto]),
        // Layer 3
        room("Disclosures", ["ByteCoding", "Merkle", "LogFormat", .crypto]),
        room("Settings", ["ByteCoding", "HTTPWire", "AccessModel", "Messages", "Policy", .yams]),
        room(
            "Accounts",
            [
                "CArgon2", "ByteCoding", "AccessModel", "Identity", .nioCore, .nioPosix, .crypto,
            ]),
        // Layer 4
        room("AuditRecords", ["ByteCoding", "AccessModel", "Merkle", "Disclosures", .crypto]),
        // Layer 5
        room(
            "Query",
            [
                "ByteCoding", "AccessModel", "Messages", "Policy", "Disclosures", "AuditRecords",
            ]),
        room(
            "LogReading",
            [
                "ByteCoding", "Merkle", "SignedNotes", "LogFormat", "Disclosures", "AuditRecords",
                .system,
            ]),
        room(
            "Ledger",
            [
                "CSystemCalls", "ByteCoding", "AccessModel", "Observability", "Merkle", "LogFormat",
                "Disclosures", "AuditRecords", "SignedNotes", .crypto,
            ]),
        // Layer 6
        room(
            "Verification",
            [
                "ByteCoding", "AccessModel", "Merkle", "LogFormat", "Disclosures", "AuditRecords",
                "LogReading", "SignedNotes", .crypto, .system,
            ]),
        room(
            "RecordForms",
            [
                "ByteCoding", "AccessModel", "Merkle", "Messages", "Disclosures", "AuditRecords",
                "LogReading",
            ]),
        room(
            "Evidence",
            [
                "ByteCoding", "Merkle", "Disclosures", "AuditRecords", "SignedNotes", "Query",
                "LogReading", "RecordForms", "Verification", .crypto,
                .system,
            ]),
        room(
            "Catalog",
            [
                "ByteCoding", "Merkle", "Policy", "LogFormat", "Disclosures", "AuditRecords",
                "SignedNotes", "LogReading", .grdb, .grdbSQLite, .crypto, .system,
            ]),
        room(
            "LedgerFiles",
            ["CSystemCalls", "Ledger", "LogFormat", "SignedNotes", .crypto, .system]),
        room(
            "Access",
            [
                "ByteCoding", "AccessModel", "Policy", "Identity", "Disclosures", "AuditRecords",
                "Ledger",
            ],
            besides: unaudited),
        // Layer 7
        room(
            "Transport",
            [
                "ByteCoding", "AccessModel", "Observability", "Disclosures", "Access",
                "Identity", "Policy", "Ledger", .nioCore, .nioPosix, .nioTLS, .nioSSL, .logging,
            ]),
        room(
            "Console",
            [
                "ByteCoding", "Observability", "Merkle", "LogReading", "SignedNotes", "Accounts",
                .hummingbird, .nioCore, .nioPosix, .logging, .lifecycle,
            ]),
        room(
            "Search",
            [
                "ByteCoding", "Merkle", "Messages", "LogFormat", "Disclosures", "AuditRecords",
                "Query", "LogReading", "Catalog",
            ]),
        // Layer 8
        room(
            "HTTPPlane",
            [
                "ByteCoding", "AccessModel", "Observability", "AuditRecords", "Access",
                "HTTPWire", "Identity", "Policy", "Ledger", "Transport", .nioCore, .nioTLS,
                .nioSSL, .logging,
            ]),
        room("Reports", ["ByteCoding", "Query", "Verification"]),
        room(
            "AuditorAPI",
            [
                "CZlib", "ByteCoding", "Merkle", "Messages", "Disclosures", "AuditRecords", "Query",
                "LogReading", "Catalog", "Search", "SignedNotes", "LogFormat", "Verification",
                "RecordForms", "Evidence", "Reports", "Accounts", "Console", .crypto, .hummingbird,
                .nioCore, .nioPosix,
            ]),
        room(
            "ConsolePage",
            [
                "CConsolePage", "ByteCoding", "SignedNotes", "Console", .crypto, .hummingbird,
            ]),
        room(
            "Outputs",
            [
                "CSystemCalls", "ByteCoding", "HTTPWire", "AccessModel", "Merkle", "LogFormat",
                "Disclosures", "AuditRecords", "Query", "LogReading", "RecordForms", "Transport",
                .crypto, .nioCore, .nioPosix, .nioSSL, .nioTLS, .system,
            ]),
        // Layer 9
        room(
            "Server",
            [
                "CSystemCalls", "ByteCoding", "Observability", "Merkle", "HTTPWire", "AccessModel",
                "Messages", "SignedNotes", "Disclosures", "AuditRecords", "LogReading", "Identity",
                "Policy", "Ledger", "Settings", "LedgerFiles", "Access", "Transport",
                "HTTPPlane", "Console", "ConsolePage", "Catalog", "Verification", "Accounts",
                "AuditorAPI",
                "Query", "RecordForms", "Evidence", "Outputs",
                .logging, .unixSignals, .asn1, .crypto, .nioCore, .nioPosix, .system,
            ]),
        // Layer 10
        room(
            "Commands",
            [
                "ByteCoding", "Merkle", "HTTPWire", "AccessModel", "Messages", "SignedNotes",
                "LogFormat", "Disclosures", "AuditRecords", "Query", "LogReading", "Verification",
                "Identity", "Policy", "Ledger", "Settings", "LedgerFiles", "Transport",
                "HTTPPlane", "Server", "Catalog", "Search", "Accounts", "RecordForms", "Evidence",
                "Reports", "ConsolePage", "Outputs", .argumentParser, .logging, .unixSignals,
                .hummingbird, .x509, .asn1,
                .crypto,
                .nioCore, .nioPosix, .system,
            ]),
        // Layer 11
        .executableTarget(
            name: "countersign", dependencies: ["Commands"],
            swiftSettings: librarySettings),
        .executableTarget(
            name: "countersign-verify",
            dependencies: [
                "ByteCoding", "AuditRecords", "Verification", .argumentParser, .system,
            ],
            swiftSettings: librarySettings),
        // Measurements, beside the layers
        .executableTarget(
            name: "countersign-bench",
            dependencies: [
                "ByteCoding", "AccessModel", "Merkle", "SignedNotes", "Disclosures", "AuditRecords",
                "LogReading", "Verification", "Query", "Catalog", "Search", "RecordForms",
                "Evidence", "Ledger", "LedgerFiles", "Identity", "TestSupport", .argumentParser,
                .crypto, .system,
            ],
            path: "Benchmarks/countersign-bench", swiftSettings: testSettings),
        // Testing, beside the layers
        testing(
            "TestSupport",
            [
                "ByteCoding", "AccessModel", "Merkle", "LogFormat", "Disclosures", "AuditRecords",
                "LogReading", "Identity", "Ledger", "SignedNotes", .crypto, .cryptoExtras, .system,
            ]),
        testing(
            "FuzzProperties",
            [
                "ByteCoding", "Merkle", "HTTPWire", "AccessModel", "SignedNotes", "Identity",
                "Policy", "Settings", "Disclosures", "AuditRecords", "Query", .crypto,
            ]),
        testing(
            "Simulation",
            [
                "ByteCoding", "AccessModel", "Merkle", "SignedNotes", "LogFormat", "Disclosures",
                "AuditRecords", "LogReading", "Verification", "Identity", "Policy", "Ledger",
                "Access", "TestSupport", .crypto, .system,
            ]),
        .executableTarget(
            name: "countersign-drill",
            dependencies: [
                "ByteCoding", "AccessModel", "Merkle", "SignedNotes", "LogFormat", "Disclosures",
                "AuditRecords", "LogReading", "Ledger", "LedgerFiles", "TestSupport",
                .argumentParser, .crypto, .system,
            ],
            path: "Testing/countersign-drill", swiftSettings: librarySettings),
        // Tests, by the layer of what they test
        tests("ByteCoding", ["TestSupport"]),
        tests("Merkle", ["ByteCoding", .crypto], exclude: ["Resources"]),
        tests("HTTPWire", ["AccessModel", "ByteCoding", .nioCore, .nioEmbedded, .nioHTTP1]),
        tests("AccessModel", ["ByteCoding"], exclude: ["Resources"]),
        tests("Observability"),
        tests("SignedNotes", ["ByteCoding", "Merkle", .crypto], exclude: ["Resources"]),
        tests("LogFormat", ["Merkle"]),
        tests("Disclosures", ["ByteCoding", "Merkle", "LogFormat", .crypto]),
        tests(
            "AuditRecords",
            ["ByteCoding", "AccessModel", "Merkle", "LogFormat", "Disclosures", .crypto],
            exclude: ["Resources"]),
        tests(
            "Identity",
            [
                "ByteCoding", "AccessModel", "TestSupport", .jwtKit, .x509, .asn1, .crypto,
                .cryptoExtras,
            ]),
        tests("Accounts", ["ByteCoding", "AccessModel"]),
        tests("Policy", ["AccessModel", "ByteCoding", "TestSupport"]),
        tests(
            "Ledger",
            [
                "ByteCoding", "AccessModel", "Observability", "Merkle", "LogFormat", "Disclosures",
                "AuditRecords", "SignedNotes", "TestSupport", .crypto,
            ]),
        tests(
            "Query",
            [
                "ByteCoding", "AccessModel", "Merkle", "Disclosures", "AuditRecords",
                "TestSupport",
            ]),
        tests(
            "Catalog",
            [
                "ByteCoding", "AccessModel", "Merkle", "LogFormat", "Disclosures", "AuditRecords",
                "LogReading", "Ledger", "SignedNotes", "TestSupport", "Verification", "Query",
                .grdb, .crypto, .system,
            ]),
        tests(
            "Search",
            [
                "ByteCoding", "Merkle", "Disclosures", "AuditRecords", "Query", "LogReading",
                "Catalog", "Ledger", "LogFormat", "TestSupport", .system,
            ]),
        tests(
            "LogReading",
            [
                "ByteCoding", "Merkle", "SignedNotes", "LogFormat", "AuditRecords", "TestSupport",
                .system,
            ]),
        tests(
            "Evidence",
            [
                "ByteCoding", "AccessModel", "Merkle", "SignedNotes", "LogFormat", "Disclosures",
                "AuditRecords", "Messages", "Query", "LogReading", "RecordForms", "Verification",
                "Ledger", "TestSupport",
                .crypto, .system,
            ]),
        tests(
            "Verification",
            [
                "ByteCoding", "AccessModel", "Merkle", "SignedNotes", "LogFormat", "Disclosures",
                "AuditRecords", "LogReading", "Identity", "Ledger", "TestSupport", .crypto, .system,
            ]),
        tests(
            "Settings", ["AccessModel", "ByteCoding", "HTTPWire", "Policy"], exclude: ["Golden"]),
        tests(
            "LedgerFiles",
            [
                "ByteCoding", "Merkle", "LogFormat", "Disclosures", "AuditRecords", "SignedNotes",
                "Ledger", "TestSupport", .crypto, .system,
            ]),
        tests(
            "Simulation",
            [
                "ByteCoding", "AccessModel", "LogFormat", "Disclosures", "AuditRecords",
                "Verification", "Merkle", "SignedNotes", "Ledger", "TestSupport", .crypto,
            ]),
        tests(
            "Access",
            [
                "ByteCoding", "AccessModel", "LogFormat", "Disclosures", "AuditRecords", "Identity",
                "Ledger", "Policy", "TestSupport", .crypto,
            ], exclude: ["Golden"]),
        tests("Transport", ["Access"]),
        tests(
            "HTTPPlane",
            [
                "ByteCoding", "AccessModel", "LogFormat", "Disclosures", "AuditRecords",
                "Access", "HTTPWire", "Identity", "Ledger", "Observability", "Policy",
                "TestSupport", "Transport", .crypto, .cryptoExtras, .asn1, .x509, .nioConcurrency,
                .nioCore,
                .nioPosix, .nioSSL, .logging,
            ]),
        tests(
            "Console",
            [
                "ByteCoding", "Observability", "Merkle", "LogFormat", "LogReading", "SignedNotes",
                "Accounts", "AuditRecords", "AuditorAPI", "ConsolePage", "Catalog", "Verification",
                .crypto, .hummingbird, .logging, .nioCore, .nioEmbedded, .system,
            ]),
        tests(
            "AuditorAPI",
            [
                "ByteCoding", "AccessModel", "Merkle", "Disclosures", "AuditRecords",
                "LogReading", "Catalog", "Accounts", "Console", "Ledger", "LogFormat", "Query",
                "TestSupport", .hummingbird, .logging, .nioCore, .nioEmbedded, .system,
                "SignedNotes", "Verification", "Evidence", "Reports", .crypto,
            ]),
        tests(
            "Outputs",
            [
                "ByteCoding", "Merkle", "Disclosures", "AuditRecords", "LogReading", "Ledger",
                "LogFormat", "Query", "RecordForms", "TestSupport", "Transport", .system,
            ]),
        tests(
            "Server",
            [
                "ByteCoding", "AccessModel", "Merkle", "Accounts", "Transport", "HTTPPlane",
                "HTTPWire", "Identity", "Disclosures", "AuditRecords", "LogReading", "Query",
                "Ledger", "LedgerFiles",
                "Messages", "Policy", "Settings", "SignedNotes", "TestSupport", .logging, .system,
                .unixSignals,
            ]),
        tests(
            "Commands",
            [
                "AccessModel", "AuditRecords", "ByteCoding", "Catalog", "Ledger", "Messages",
                "TestSupport", .system,
            ],
            exclude: ["Golden"]),
        // Runs the programs, which are built because it depends on them.
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "ByteCoding", "AccessModel", "LogFormat", "Disclosures", "AuditRecords",
                "SignedNotes", "TestSupport", .crypto, "countersign", "countersign-verify",
                "countersign-drill",
            ],
            exclude: ["Clients"], swiftSettings: testSettings),
        tests("FuzzProperties", ["TestSupport"]),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "ByteCoding", "AccessModel", "Merkle", "SignedNotes", "LogFormat", "Disclosures",
                "AuditRecords", "Verification", "TestSupport", .crypto, .system,
            ],
            swiftSettings: testSettings),
        .testTarget(name: "TidyTests", swiftSettings: testSettings),
    ]
)
