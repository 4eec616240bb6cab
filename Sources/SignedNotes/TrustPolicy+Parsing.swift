// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension TrustPolicy {
    /// Reads a policy file and reports all its faults at once.
    package init(_ file: [UInt8]) throws(TrustPolicyFaults) {
        var reader = PolicyReader()
        var lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if let rest = lines.popLast(), !rest.isEmpty {
            lines.append(rest)
            reader.report(.unfinishedLine, line: lines.count)
        }
        for (position, line) in lines.enumerated() { reader.read(line, number: position + 1) }
        self = try reader.finish(lineCount: lines.count)
    }
}

/// Reads a policy line by line and collects its faults.
private struct PolicyReader {
    /// Names are bytes and nothing else (tlog-policy, character set).
    private typealias Name = [UInt8]

    private var logs: [TrustPolicy.Log] = []
    private var witnesses: [TrustPolicy.Witness] = []
    private var defined: [Name: Quorum] = [:]
    private var members: Set<Name> = []
    private var quorum: Quorum?
    private var sawQuorum = false
    private var faults: [TrustPolicyFault] = []
    private var number = 0

    private static let none = Name("none".utf8)

    mutating func report(_ kind: TrustPolicyFault.Kind, line: Int) {
        faults.append(TrustPolicyFault(line: line, kind: kind))
    }

    mutating func finish(lineCount: Int) throws(TrustPolicyFaults) -> TrustPolicy {
        if !sawQuorum {
            report(.noQuorum, line: max(lineCount, 1))
        }
        guard faults.isEmpty, let quorum,
            let policy = TrustPolicy(logs: logs, witnesses: witnesses, quorum: quorum)
        else {
            // Two keys with one name and id but different bytes: a clash of 32 bits, never an accident.
            if faults.isEmpty { report(.duplicateKey, line: max(lineCount, 1)) }
            throw TrustPolicyFaults(faults: faults)
        }
        return policy
    }

    mutating func read(_ line: ArraySlice<UInt8>, number: Int) {
        self.number = number
        guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            return report(.forbiddenByte, line: number)
        }
        let items = line.split { $0 == 0x20 || $0 == 0x09 }.map(Name.init)
        guard let keyword = items.first, keyword.first != UInt8(ascii: "#") else { return }
        let rest = Array(items.dropFirst())
        do throws(TrustPolicyFault.Kind) {
            switch String(decoding: keyword, as: UTF8.self) {
            case "log": try log(rest)
            case "witness": try witness(rest)
            case "group": try group(rest)
            case "quorum": try setQuorum(rest)
            default: throw TrustPolicyFault.Kind.unknownKeyword
            }
        } catch {
            report(error, line: number)
        }
    }

    private mutating func log(_ items: [Name]) throws(TrustPolicyFault.Kind) {
        try check(items, 1...2)
        let key = try key(items[0])
        guard !logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw .duplicateKey
        }
        logs.append(TrustPolicy.Log(key: key, url: items.dropFirst().first.map(text)))
    }

    private mutating func witness(_ items: [Name]) throws(TrustPolicyFault.Kind) {
        try check(items, 2...3)
        let key = try key(items[1])
        guard key.type != .ed25519 else { throw .notAWitnessKey }
        guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw .duplicateKey
        }
        witnesses.append(TrustPolicy.Witness(key: key, url: items.dropFirst(2).first.map(text)))
        try define(items[0], as: .witness(key.signer))
    }

    private mutating func group(_ items: [Name]) throws(TrustPolicyFault.Kind) {
        try check(items, 3...1000)
        var parts: [Quorum] = []
        for name in items.dropFirst(2) {
            guard let part = defined[name] else { throw .undefinedName }
            guard members.insert(name).inserted else { throw .alreadyAMember }
            parts.append(part)
        }
        let threshold: Int
        switch text(items[1]) {
        case "any": threshold = 1
        case "all": threshold = parts.count
        case let digits:
            guard let number = Decimal64.parse(digits), (1...UInt64(parts.count)).contains(number)
            else { throw .badThreshold }
            threshold = Int(number)
        }
        try define(items[0], as: .atLeast(threshold, of: parts))
    }

    private mutating func setQuorum(_ items: [Name]) throws(TrustPolicyFault.Kind) {
        guard !sawQuorum else { throw .secondQuorum }
        sawQuorum = true
        try check(items, 1...1)
        guard let found = items[0] == Self.none ? Quorum.none : defined[items[0]] else {
            throw .undefinedName
        }
        quorum = found
    }

    private mutating func define(
        _ name: Name, as meaning: Quorum
    ) throws(TrustPolicyFault.Kind) {
        guard name != Self.none else { throw .reservedName }
        guard defined.updateValue(meaning, forKey: name) == nil else { throw .duplicateName }
    }

    private func check(
        _ items: [Name], _ counts: ClosedRange<Int>
    ) throws(TrustPolicyFault.Kind) {
        if items.count < counts.lowerBound { throw .tooFewItems }
        if items.count > counts.upperBound { throw .tooManyItems }
    }

    private func key(_ item: Name) throws(TrustPolicyFault.Kind) -> NoteVerifierKey {
        guard let text = String(validating: item, as: UTF8.self) else { throw .badKey(.badName) }
        do {
            return try NoteVerifierKey(text)
        } catch {
            throw .badKey(error)
        }
    }

    private func text(_ item: Name) -> String { String(decoding: item, as: UTF8.self) }
}
